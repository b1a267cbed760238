"""Datasets and their versions, for lists of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph_model.lineage.repository import Rows
from graph_model.listing import rows
from graph_model.listing.entities import ColumnFacts, DatasetFacts, Slice, VersionFacts
from graph_model.listing.rows import Written
from graph_model.names import Name, dataset_name_id


def datasets(graph: Rows, namespace: str, *, offset: int, limit: int) -> Slice[DatasetFacts]:
    """Datasets of a namespace from a place on, by name."""
    found = graph.rows("listing.datasets", namespace=namespace, offset=offset, limit=limit)[0]
    facts = dataset_facts(graph, found["ids"], facets=True, written=True)
    return Slice(tuple(facts[id_] for id_ in found["ids"] if id_ in facts), found["total"])


def dataset_called(graph: Rows, name: Name) -> DatasetFacts | None:
    """The dataset of one of its names, retired or not."""
    found = graph.rows("listing.find_nodes", names=[dataset_name_id(name)], jobs=[])
    ids = [row["id"] for row in found]
    return next(iter(dataset_facts(graph, ids, facets=True, written=True).values()), None) if ids else None


def dataset_facts(
    graph: Rows, ids: Sequence[str], *, facets: bool = False, written: bool = False
) -> dict[str, DatasetFacts]:
    """Those of `ids` that exist. `written`: which observed run wrote them last is looked up too."""
    if not ids:
        return {}
    found = graph.rows("listing.dataset_facts", ids=list(ids), facets=facets)[0]["datasets"]
    _add_same(graph, found)
    schemas = columns_of(graph, [schema for row in found if (schema := rows.chosen_schema(row))])
    last = newest_written(graph, [row[0] for row in found if row[11]]) if written else {}
    return {row[0]: rows.dataset(row, schemas, last.get(row[0])) for row in found}


def _add_same(graph: Rows, found: Sequence[list[Any]]) -> None:
    """Adds to what is known of datasets that stand for others what is known of those."""
    several = {row[0]: row for row in found if row[14] == row[0]}
    for more in graph.rows("listing.same_datasets", ids=list(several)) if several else []:
        row = several[more["id"]]
        row[9] = min(moment for moment in (row[9], more["since"]) if moment is not None)
        row[10] = max((moment for moment in (row[10], more["made"]) if moment is not None), default=None)
        row[11] = max((moment for moment in (row[11], more["complete"]) if moment is not None), default=None)
        row[12] = [*row[12], *more["schemas"]]


def newest_written(graph: Rows, datasets: Sequence[str]) -> dict[str, Written]:
    """For each dataset (by id) that a complete observed run wrote, the last one."""
    found = graph.rows("listing.newest_written", datasets=list(datasets)) if datasets else []
    return {row["dataset"]: (row["run"], row["at"]) for row in found}


def columns_of(graph: Rows, schemas: Sequence[str]) -> Mapping[str, tuple[ColumnFacts, ...]]:
    """The columns of some schemas, by id."""
    if not schemas:
        return {}
    found = graph.rows("listing.columns", ids=sorted(set(schemas)))[0]["schemas"]
    return {id_: rows.columns(columns) for id_, columns in found}


def versions(graph: Rows, dataset: str, *, offset: int, limit: int) -> Slice[VersionFacts]:
    """Versions of a dataset from a place on, the newest first: what was published, and what complete runs wrote."""
    found = graph.rows("listing.versions_of_dataset", dataset=dataset, offset=offset, limit=limit)[0]
    facts = version_facts(graph, dataset, found["ids"])
    return Slice(tuple(facts[id_] for id_ in found["ids"] if id_ in facts), found["total"])


def version_facts(graph: Rows, dataset: str, ids: Sequence[str]) -> dict[str, VersionFacts]:
    """Those of `ids` that are versions of the dataset."""
    found = graph.rows("listing.version_facts", ids=list(ids), dataset=dataset) if ids else []
    schemas = columns_of(graph, [row["schema"] for row in found if row["schema"]])
    return {
        row["id"]: VersionFacts(row["id"], row["at"], row["location"], row["run"], schemas.get(row["schema"] or "", ()))
        for row in found
    }
