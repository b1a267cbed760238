"""Reads versions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from graph_model.contracts.entities import CheckResult
from graph_model.datasets.repository import dataset as find_dataset
from graph_model.errors import VersionNotFound
from graph_model.names import Name
from graph_model.pages import Page, cut
from graph_model.store.graph import Graph, Row
from graph_model.versions.dialects import Dialect, found_in
from graph_model.versions.entities import Version, VersionState


def version(graph: Graph, version_id: str) -> Version:
    """The version with this id. Raises VersionNotFound."""
    found = versions_by_id(graph, [version_id])
    if not found:
        raise VersionNotFound(version_id)
    return found[version_id]


def versions(
    graph: Graph, dataset: Name, *, partition: str | None = None, limit: int = 200, after: str | None = None
) -> tuple[Version, ...]:
    """Versions of a dataset, newest report first. `partition` None: of all partitions. Raises DatasetNotFound.

    `after`: the id of the last version of the page before.
    """
    subject = find_dataset(graph, dataset).id
    pages = versions_of_datasets(graph, [subject], partition=partition, first=limit, after=after)
    return pages[subject].items


def versions_of_datasets(
    graph: Graph, datasets: Sequence[str], *, partition: str | None = None, first: int = 50, after: str | None = None
) -> Mapping[str, Page[Version]]:
    """By dataset id, one page of its versions, newest report first."""
    ids: dict[str, list[str]] = {dataset: [] for dataset in datasets}
    rows = graph.rows(
        "versions.list_versions", datasets=list(datasets), partition=partition, after=after, limit=first + 1
    )
    for row in rows:
        ids[row["dataset"]].append(row["id"])
    found = versions_by_id(graph, [key for listed in ids.values() for key in listed])
    return {dataset: cut([found[key] for key in listed if key in found], first) for dataset, listed in ids.items()}


def count_versions(graph: Graph, dataset_id: str, *, partition: str | None = None) -> int:
    return graph.rows("versions.get_version_count", dataset=dataset_id, partition=partition)[0]["total"]


def versions_by_id(graph: Graph, ids: Sequence[str]) -> Mapping[str, Version]:
    """Those of `ids` that exist."""
    return {row["id"]: _version(row) for row in graph.rows("versions.get_versions", ids=list(ids))} if ids else {}


def _version(row: Row) -> Version:
    ordered = sorted(row["results"], key=lambda result: (result["source"] or "", result["position"] or 0))
    return Version(
        id=row["id"],
        dataset=Name(row["namespace"], row["name"]),
        partition=row["key"],
        state=VersionState(row["state"]),
        current=row["current"],
        format=row["format"],
        location=row["location"],
        reported_at=row["reported_at"],
        published_at=row["published_at"],
        row_count=row["row_count"],
        size_bytes=row["size_bytes"],
        content_hash=row["content_hash"],
        reason=row["reason"] or "",
        run=next(iter(row["runs"]), None),
        results=tuple(map(check_result, ordered)),
    )


def check_result(row: Row) -> CheckResult:
    return CheckResult(
        check=row["check"],
        kind=row["kind"],
        passed=row["passed"],
        severity=row["severity"] or "blocking",
        failed_rows=row["failed_rows"] or 0,
        message=row["message"] or "",
        sample=tuple(json.loads(row["sample"] or "[]")),
        value=row["value"],
        compared_with=tuple(row["compared_with"] or ()),
        source=row["source"] or "",
    )


def dialects(graph: Graph, datasets: Iterable[str]) -> Mapping[str, Dialect]:
    """By dataset id, that of the version which was published last among what readers get now. Versions that are
    validated at the same time are held to the same one."""
    wanted = sorted(set(datasets))
    rows = graph.rows("versions.dialects", datasets=wanted) if wanted else []
    found = {row["dataset"]: Dialect(row["version"], found_in(row["metrics"])) for row in rows}
    return {dataset: dialect for dataset, dialect in found.items() if dialect.options}
