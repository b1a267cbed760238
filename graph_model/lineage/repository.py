"""Questions about flows, one named query each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from graph_model import names
from graph_model.errors import ColumnNotFound, ConsumerNotFound, DatasetNotFound, JobNotFound, NotFound, nearest
from graph_model.lineage.entities import Direction, LineageEdge, LineageNode, NodeKind
from graph_model.names import Name

MOST_NAMES = 5000
"""How many names of a kind are looked at to find the nearest one."""

_KIND_OF_LABEL: dict[str, NodeKind] = {"Dataset": "DATASET", "Job": "JOB", "Consumer": "CONSUMER", "Field": "COLUMN"}
_NOT_FOUND: dict[NodeKind, type[NotFound]] = {
    "DATASET": DatasetNotFound,
    "JOB": JobNotFound,
    "CONSUMER": ConsumerNotFound,
}


class Rows(Protocol):
    """A graph or one of its open transactions."""

    def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a walk: the edge and the node at its new end.

    `columns_known`, for a job: all it does with columns is known. `required` and `columns` (empty: not known) are those
    of the read, where the edge is one. `goes_on` False: nothing is walked from the node because of this edge.
    `unresolved`: from here on, a walk along columns goes over whole datasets.
    """

    edge: LineageEdge
    node: LineageNode
    columns_known: bool = True
    required: bool = True
    columns: tuple[str, ...] = ()
    goes_on: bool = True
    unresolved: bool = False


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A column of a dataset. `listed`: the schema of the dataset has it, with this type."""

    id: str
    path: str
    type: str | None
    listed: bool


@dataclass(frozen=True, slots=True)
class Root:
    """A node that a name means, and the moment that is looked at. `columns_known` is for jobs."""

    node: LineageNode
    at: datetime
    columns_known: bool


def roots(graph: Rows, name: Name, *, as_of: datetime | None) -> tuple[Root, ...]:
    """What `name` means at a moment (None: now): up to one dataset, one job, one consumer, in this order."""
    rows = graph.rows(
        "lineage.root",
        dataset_name=names.dataset_name_id(name),
        job=names.job_id(name),
        consumer=names.consumer_id(name),
        at=as_of,
    )
    found = {row["kind"]: row for row in rows if row["kind"]}
    kinds: tuple[NodeKind, ...] = ("DATASET", "JOB", "CONSUMER")
    return tuple(_root(found[kind], kind) for kind in kinds if kind in found)


def not_found(graph: Rows, name: Name, kind: NodeKind | None) -> NotFound:
    """The error for a name that means nothing, with the nearest one that does: of `kind`, or of any kind for None."""
    wanted: Collection[NodeKind] = (kind,) if kind else ("DATASET", "JOB", "CONSUMER")
    known = {
        str(Name(row["namespace"], row["name"])): row["kind"]
        for row in graph.rows("lineage.names_like", most=MOST_NAMES)
        if row["kind"] in wanted
    }
    near = nearest(str(name), known)
    error = _NOT_FOUND[kind or (known[near] if near else "DATASET")]
    return error(name, known)


def fields(graph: Rows, dataset: str, *, at: datetime) -> tuple[FieldFacts, ...]:
    """The columns that a dataset (by id) has at a moment, as far as they are known; ordered by path."""
    found = (FieldFacts(**row) for row in graph.rows("lineage.fields", dataset=dataset, at=at))
    return tuple(sorted(found, key=lambda field: field.path))


def field_called(known: Sequence[FieldFacts], dataset: Name, column: str) -> FieldFacts:
    """The column of that name, exactly or else without regard to case. Raises ColumnNotFound."""
    same = [field for field in known if field.path == column] or [
        field for field in known if field.path.lower() == column.lower()
    ]
    if not same:
        raise ColumnNotFound(f"{dataset}.{column}", [f"{dataset}.{field.path}" for field in known])
    return same[0]


def step(graph: Rows, frontier: Sequence[str], *, direction: Direction, at: datetime) -> list[Hop]:
    """The flow edges of datasets, jobs and consumers one hop on; unordered."""
    if not frontier:
        return []
    query = "lineage.step_down" if direction == "DOWN" else "lineage.step_up"
    return [_hop(row) for row in graph.rows(query, ids=list(frontier), at=at)]


def step_columns(graph: Rows, frontier: Sequence[str], *, direction: Direction, at: datetime) -> list[Hop]:
    """The edges of fields one hop on, also to jobs and consumers of which only the dataset is known; unordered.

    Such an edge has the field for its one end, in place of the dataset.
    """
    if not frontier:
        return []
    query = "lineage.columns_down" if direction == "DOWN" else "lineage.columns_up"
    return [_column_hop(row) for row in graph.rows(query, ids=list(frontier), at=at)]


def columns_of_reader(graph: Rows, reader: str, *, at: datetime) -> list[Hop]:
    """The columns that a job or consumer is known to use; unordered."""
    return [_hop(row) for row in graph.rows("lineage.columns_of_reader", ids=[reader], at=at)]


def _root(row: dict[str, Any], kind: NodeKind) -> Root:
    node = LineageNode(row["id"], kind, Name(row["namespace"], row["name"]))
    return Root(node, row["at"], bool(row["columns_known"]))


def _hop(row: dict[str, Any]) -> Hop:
    edge = LineageEdge(
        source=row["source"],
        target=row["target"],
        kind=row["kind"],
        provenance=row["provenance"] or "declared",
        stale=row["stale"],
        last_seen=row["last_seen"],
        job=row.get("job"),
    )
    node = LineageNode(
        row["node"], _KIND_OF_LABEL[row["label"]], Name(row["namespace"] or "", row["name"] or ""), row.get("path")
    )
    return Hop(edge, node, row["columns_known"], row.get("required", True), tuple(row.get("columns") or ()))


def _column_hop(row: dict[str, Any]) -> Hop:
    """A known job or consumer that uses a column ends the walk: what it makes of it are edges between columns."""
    hop = _hop(row)
    is_reader = hop.node.kind in ("JOB", "CONSUMER")
    return replace(hop, goes_on=not is_reader or not hop.columns_known, unresolved=not hop.columns_known)
