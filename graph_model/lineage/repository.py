"""Questions about flows, one named query each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from graph_model import names
from graph_model.errors import (
    ColumnNotFound,
    ConsumerNotFound,
    DatasetNotFound,
    JobNotFound,
    NodeNotFound,
    NotFound,
    nearest,
)
from graph_model.lineage.entities import LineageEdge, LineageNode, NodeKind, Way
from graph_model.names import Name

MOST_NAMES = 5000
"""How many names of a kind are looked at to find the nearest one."""

_KIND_OF_LABEL: dict[str, NodeKind] = {
    "Dataset": "DATASET",
    "Job": "JOB",
    "Consumer": "CONSUMER",
    "Field": "COLUMN",
    "DatasetVersion": "VERSION",
    "Run": "RUN",
}
_BY_COLUMN = ("FEEDS", "SHAPES", "USED_BY")
_STRENGTH = ("declared", "observed", "parsed", "inferred")
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
    `unresolved`: from here on, a walk along columns goes over whole datasets. `only`, of an edge to or from a job: ids
    of names; something goes through the job between two edges that share one of them (None: between all).
    """

    edge: LineageEdge
    node: LineageNode
    columns_known: bool = True
    required: bool = True
    columns: tuple[str, ...] = ()
    goes_on: bool = True
    unresolved: bool = False
    only: frozenset[str] | None = None


def goes_through(arriving: Hop, leaving: Hop) -> bool:
    """Whether what a job reads by the one edge goes into what it makes by the other, if both meet at a job."""
    return arriving.only is None or leaving.only is None or not arriving.only.isdisjoint(leaving.only)


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A column of a dataset. `listed`: the schema of the dataset has it, with this type."""

    id: str
    path: str
    type: str | None
    listed: bool


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is said of a node beside its name."""

    owners: frozenset[str] = frozenset()
    domain: str | None = None
    tags: frozenset[str] = frozenset()
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """A node that a name means, and the moments that are looked at: what was true at `at`, as it was known at `known`.

    `columns_known` is for jobs.
    """

    node: LineageNode
    at: datetime
    known: datetime
    columns_known: bool


def roots(graph: Rows, name: Name, *, as_of: datetime | None, known_at: datetime | None = None) -> tuple[Root, ...]:
    """What `name` means at a moment (None: now): up to one dataset, one job, one consumer, in this order."""
    rows = graph.rows(
        "lineage.root",
        dataset_name=names.dataset_name_id(name),
        job=names.job_id(name),
        consumer=names.consumer_id(name),
        at=as_of,
        known=known_at,
    )
    found = {row["kind"]: row for row in rows if row["kind"]}
    kinds: tuple[NodeKind, ...] = ("DATASET", "JOB", "CONSUMER")
    return tuple(_root(found[kind], kind) for kind in kinds if kind in found)


def root_of_id(graph: Rows, id_: str, *, as_of: datetime | None, known_at: datetime | None) -> Root:
    """The node of an id, of any kind. Raises NodeNotFound."""
    row = graph.rows("lineage.root_by_id", id=id_, at=as_of, known=known_at)[0]
    if row["label"] is None:
        raise NodeNotFound(id_)
    return _root(row, _KIND_OF_LABEL[row["label"]])


def moments(graph: Rows, *, as_of: datetime | None, known_at: datetime | None) -> tuple[datetime, datetime]:
    """The moment that is looked at, and the one as of which it is known."""
    row = graph.rows("lineage.moments", at=as_of, known=known_at)[0]
    return row["at"], row["known"]


def version_at(graph: Rows, partition: str, *, at: datetime) -> str | None:
    """The version that readers of a partition (by id) got at a moment; None: there was no good one."""
    rows = graph.rows("lineage.version_at", partition=partition, at=at)
    return rows[0]["id"] if rows else None


def not_found(graph: Rows, name: Name, kind: NodeKind | None) -> NotFound:
    """The error for a name that means nothing, with the nearest one that does: of `kind`, or of any kind for None."""
    wanted: Collection[NodeKind] = (kind,) if kind else ("DATASET", "JOB", "CONSUMER")
    known = {
        str(Name(row["namespace"], row["name"])): row["kind"]
        for row in graph.rows("lineage.names_like", namespace=name.namespace, most=MOST_NAMES)
        if row["kind"] in wanted
    }
    near = nearest(str(name), known)
    error = _NOT_FOUND[kind or (known[near] if near else "DATASET")]
    return error(name, known)


def fields(graph: Rows, dataset: str, *, at: datetime, known: datetime | None = None) -> tuple[FieldFacts, ...]:
    """The columns that a dataset (by id) has at a moment, as far as they are known; ordered by path."""
    rows = graph.rows("lineage.fields", dataset=dataset, at=at, known=known)
    return tuple(sorted((FieldFacts(**row) for row in rows), key=lambda field: field.path))


def field_called(known: Sequence[FieldFacts], dataset: Name, column: str) -> FieldFacts:
    """The column of that name, exactly or else without regard to case. Raises ColumnNotFound."""
    same = [field for field in known if field.path == column] or [
        field for field in known if field.path.lower() == column.lower()
    ]
    if not same:
        raise ColumnNotFound(f"{dataset}.{column}", [f"{dataset}.{field.path}" for field in known])
    return same[0]


def step(
    graph: Rows, frontier: Sequence[str], *, direction: Way, at: datetime, known: datetime | None = None
) -> list[Hop]:
    """The flow edges of datasets, jobs and consumers one hop on; unordered."""
    query = "lineage.step_down" if direction == "DOWN" else "lineage.step_up"
    return _hops(graph, query, frontier, direction, at=at, known=known)


def step_columns(
    graph: Rows, frontier: Sequence[str], *, direction: Way, at: datetime, known: datetime | None = None
) -> list[Hop]:
    """The edges of fields one hop on, also to jobs and consumers of which only the dataset is known; unordered.

    Such an edge has the field for its one end, in place of the dataset.
    """
    query = "lineage.columns_down" if direction == "DOWN" else "lineage.columns_up"
    return [_column_hop(hop) for hop in _hops(graph, query, frontier, direction, at=at, known=known)]


def columns_of_reader(graph: Rows, reader: str, *, at: datetime, known: datetime | None = None) -> list[Hop]:
    """The columns that a job or consumer is known to use; unordered."""
    return _hops(graph, "lineage.columns_of_reader", [reader], "UP", at=at, known=known)


def step_versions(graph: Rows, frontier: Sequence[str], *, direction: Way, at: datetime) -> list[Hop]:
    """What runs read and wrote, one hop on from versions and runs; downstream also who consumes a version."""
    query = "lineage.versions_down" if direction == "DOWN" else "lineage.versions_up"
    return _hops(graph, query, frontier, direction, at=at)


def facts(graph: Rows, nodes: Sequence[str], *, at: datetime) -> dict[str, NodeFacts]:
    """What a filter may ask of nodes, by their ids."""
    rows = graph.rows("lineage.facts", ids=list(nodes), at=at) if nodes else []
    return {
        row["id"]: NodeFacts(frozenset(row["owners"]), row["domain"], frozenset(row["tags"]), row["tier"])
        for row in rows
    }


def _root(row: dict[str, Any], kind: NodeKind) -> Root:
    node = LineageNode(
        row["id"],
        kind,
        Name(row["namespace"] or "", row["name"] or ""),
        row.get("path"),
        partition=row.get("key"),
        state=row.get("state"),
    )
    return Root(node, row["at"], row["known"], bool(row["columns_known"]))


def _hops(graph: Rows, query: str, frontier: Sequence[str], way: Way, **moments: datetime | None) -> list[Hop]:
    if not frontier:
        return []
    rows = graph.rows(query, ids=list(frontier), **moments)
    return [hop for row in rows for ends in row["hops"] for hop in _hops_to(ends, way)]


def _hops_to(row: list[Any], way: Way) -> Iterator[Hop]:
    """The edges that lead to one node; those that say the same are one."""
    id_, label, namespace, name, column, partition, state, technical, columns_known, edges = row
    node = LineageNode(
        id_,
        _KIND_OF_LABEL[label],
        Name(namespace or "", name or ""),
        column,
        partition=partition,
        state=state,
        technical=technical,
    )
    if len(edges) == 1:
        yield _hop(node, edges, way, columns_known=columns_known)
        return
    alike: dict[tuple[Any, ...], list[list[Any]]] = {}
    for edge in edges:
        here, kind, job = edge[0], edge[1], edge[6]
        alike.setdefault((here, kind, job), []).append(edge)
    for same in alike.values():
        yield _hop(node, same, way, columns_known=columns_known)


def _hop(node: LineageNode, edges: list[list[Any]], way: Way, *, columns_known: bool) -> Hop:
    """One hop from all that is said of it, the best evidence first."""
    several = len(edges) > 1
    if several:
        edges.sort(key=_worse)
    here, kind, provenance, stale, seen, source, job, flow, required, columns, only = edges[0]
    said_by: tuple[str, ...] = (source,) if source else ()
    if several:
        seen = max((edge[4] for edge in edges if edge[4] is not None), default=None)
        said_by = tuple(dict.fromkeys(edge[5] for edge in edges if edge[5]))
        only = None if any(edge[10] is None for edge in edges) else [name for edge in edges for name in edge[10]]
    edge = LineageEdge(
        here if way == "DOWN" else node.id,
        node.id if way == "DOWN" else here,
        kind,
        provenance or "declared",
        stale,
        None if seen is None else datetime.fromtimestamp(seen / 1000, UTC),
        job,
        flow,
        said_by,
    )
    hop = Hop(edge, node, columns_known, required, tuple(columns))
    if only is not None and None not in only:  # a declared edge has no such name: it goes everywhere
        hop = replace(hop, only=frozenset(only))
    return hop


def _worse(edge: list[Any]) -> tuple[Any, ...]:
    """Sorts stale evidence last, and what was declared before what was seen, read from code or guessed."""
    provenance = edge[2] or "declared"
    strength = _STRENGTH.index(provenance) if provenance in _STRENGTH else len(_STRENGTH)
    return edge[3], strength, edge[7] or "", edge[5] or ""


def _column_hop(hop: Hop) -> Hop:
    """A known job or consumer that uses a column ends the walk: what it makes of it are edges between columns."""
    is_reader = hop.node.kind in ("JOB", "CONSUMER")
    known = hop.edge.kind in _BY_COLUMN and (hop.node.kind != "JOB" or hop.columns_known)
    return replace(hop, columns_known=known, goes_on=not is_reader or not known, unresolved=not known)
