"""Reads datasets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from graph_model.contracts import definition
from graph_model.contracts.entities import Column, Contract
from graph_model.datasets.entities import Dataset, Filters, PartitionOverview
from graph_model.errors import DatasetNotFound
from graph_model.names import Name, dataset_name_id
from graph_model.pages import Page, cut
from graph_model.partitions.stored import scheme_of
from graph_model.retention import entities as retention
from graph_model.schemas.repository import columns_of
from graph_model.store.graph import Graph, Row
from graph_model.versions.entities import VersionState

KNOWN_NAMES = 2000
EVERY = Filters()


def dataset(graph: Graph, name: Name) -> Dataset:
    """The dataset known as `name`, retired or not. Raises DatasetNotFound, with the nearest name."""
    found = datasets_by_name(graph, [name])
    if name not in found:
        raise DatasetNotFound(name, known_datasets(graph, name.namespace))
    return found[name]


def datasets(graph: Graph, filters: Filters = EVERY, *, first: int = 50, after: Name | None = None) -> Page[Dataset]:
    """One page of the datasets declared now, by namespace and name."""
    start = after or Name("", "")
    rows = graph.rows(
        "datasets.list_datasets",
        **_given(filters),
        after_namespace=start.namespace,
        after_name=start.name,
        limit=first + 1,
    )
    page = cut([row["id"] for row in rows], first)
    found = datasets_by_id(graph, page.items)
    return Page(tuple(found[key] for key in page.items if key in found), page.has_next)


def count_datasets(graph: Graph, filters: Filters = EVERY) -> int:
    return graph.rows("datasets.count_datasets", **_given(filters))[0]["total"]


def _given(filters: Filters) -> dict[str, str]:
    return {**asdict(filters), "search": filters.search.lower()}


def datasets_by_id(graph: Graph, ids: Sequence[str]) -> Mapping[str, Dataset]:
    """Those of `ids` that exist."""
    return {row["id"]: _dataset(row) for row in graph.rows("datasets.get_datasets", ids=list(ids))} if ids else {}


def datasets_by_name(graph: Graph, names: Sequence[Name]) -> Mapping[Name, Dataset]:
    """Those of `names` that are known. A dataset with several names is found by each."""
    asked = {dataset_name_id(name): name for name in names}
    ids = {asked[row["name_id"]]: row["id"] for row in graph.rows("datasets.find_datasets", ids=list(asked))}
    found = datasets_by_id(graph, sorted(set(ids.values())))
    return {name: found[key] for name, key in ids.items() if key in found}


def known_datasets(graph: Graph, namespace: str) -> tuple[str, ...]:
    """Names to find a nearest one among; those of `namespace` first."""
    rows = graph.rows("datasets.known_names", namespace=namespace, limit=KNOWN_NAMES)
    return tuple(str(Name(row["namespace"], row["name"])) for row in rows)


def latest_versions(graph: Graph, ids: Sequence[str]) -> Mapping[str, str]:
    """By dataset id, the id of the current version of its newest partition that has one."""
    return {row["dataset"]: row["version"] for row in graph.rows("datasets.latest_versions", ids=list(ids))}


def partitions(
    graph: Graph, ids: Sequence[str], *, first: int = 50, before: str | None = None
) -> Mapping[str, Page[PartitionOverview]]:
    """By dataset id, one page of its partitions, newest first; `before` is the last key of the page before."""
    found: dict[str, list[PartitionOverview]] = {dataset: [] for dataset in ids}
    for row in graph.rows("datasets.list_partitions", ids=list(ids), before=before, limit=first + 1):
        found[row["dataset"]].append(overview_of(row))
    newest_first = {dataset: sorted(items, key=lambda item: item.key, reverse=True) for dataset, items in found.items()}
    return {dataset: cut(items, first) for dataset, items in newest_first.items()}


def _dataset(row: Row) -> Dataset:
    contract = definition.loads(row["contract"]) if row["contract"] else Contract()
    return Dataset(
        id=row["id"],
        name=Name(row["namespace"], row["name"]),
        format=row["format"] or "unknown",
        location=row["location"],
        partitions=scheme_of(row),
        columns=_described(columns_of(row["columns"]), contract.columns) or contract.columns,
        contract=contract,
        owners=tuple(sorted(row["owners"])),
        description=row["description"] or "",
        tags=tuple(row["tags"] or ()),
        classification=row["classification"] or "",
        domain=row["domain"] or "",
        tier=row["tier"] or "",
        properties=json.loads(row["properties"] or "{}"),
        expose=row["expose"],
        retention=retention.loads(row["retention"]),
        options=json.loads(row["options"] or "{}"),
        scope=row["scope"] or "",
        retired_at=row["retired_at"],
    )


def _described(columns: Sequence[Column], declared: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with what the contract says about those of their names: words are no part of a schema."""
    said = {column.path: column for column in declared}
    return tuple(
        replace(
            column,
            description=said[column.path].description,
            tags=said[column.path].tags,
            classification=said[column.path].classification,
        )
        if column.path in said
        else column
        for column in columns
    )


def overview_of(row: Row) -> PartitionOverview:
    """A row of `datasets.list_partitions` or `partitions.overviews`."""
    current = next(iter(row["current"]), None)
    newest = max(row["versions"], key=lambda version: (version["source_time"], version["id"]), default=None)
    return PartitionOverview(
        key=row["key"],
        versions=len(row["versions"]),
        current=current and current["id"],
        newest=newest and newest["id"],
        newest_state=VersionState(newest["state"]) if newest else None,
        reason=(newest and newest["reason"]) or "",
        published_at=current and current["published_at"],
        row_count=current and current["row_count"],
        first_published=min((v["published_at"] for v in row["versions"] if v["published_at"]), default=None),
    )
