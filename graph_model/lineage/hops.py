"""One hop of a walk at each level, one named query each.

Where several datasets are one, the hop starts from all of them, and leads to the one that stands for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from graph_model.lineage.entities import LineageEdge, LineageNode, Way
from graph_model.lineage.merging import Met, Rows, all_ids, beside, merged, met
from graph_model.names import Name
from graph_model.store.graph import Row

PRECEDES = "PRECEDES"
FOLLOWED_BY = "FOLLOWED_BY"
WITHOUT_DATA = (PRECEDES, FOLLOWED_BY)
"""Edges between jobs over which no data flows: what others tell of their order, and control edges."""
BY_COLUMN = ("FEEDS", "SHAPES", "USED_BY")
_STRENGTH = ("declared", "observed", "parsed", "inferred")


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


def step(
    graph: Rows, frontier: Sequence[LineageNode], *, direction: Way, at: datetime, known: datetime | None = None
) -> list[Hop]:
    """The flow edges of datasets, jobs and consumers one hop on; unordered."""
    query = "lineage.step_down" if direction == "DOWN" else "lineage.step_up"
    return _hops(graph, query, frontier, direction, at=at, known=known)


def step_order(graph: Rows, job: str, *, direction: Way, at: datetime, known: datetime | None = None) -> list[Hop]:
    """Jobs right before or after a job (by id) without data that flows: shown, and never walked on from."""
    rows = graph.rows("lineage.order", id=job, way=direction, at=at, known=known)
    entries = [entry for row in rows for entry in row["hops"]]
    return [replace(hop, goes_on=False) for one in map(met, entries) for hop in _hops_to(one, direction)]


def step_control(
    graph: Rows, frontier: Sequence[LineageNode], *, direction: Way, at: datetime, known: datetime | None = None
) -> list[Hop]:
    """The control edges of the jobs of a frontier, one hop on; unordered."""
    jobs = [node.id for node in frontier if node.kind == "JOB"]
    rows = graph.rows("lineage.control", ids=jobs, way=direction, at=at, known=known) if jobs else []
    return [_control_hop(row, direction) for row in rows]


def step_columns(
    graph: Rows, frontier: Sequence[LineageNode], *, direction: Way, at: datetime, known: datetime | None = None
) -> list[Hop]:
    """The edges of fields one hop on, also to jobs and consumers of which only the dataset is known; unordered.

    Such an edge has the field for its one end, in place of the dataset.
    """
    query = "lineage.columns_down" if direction == "DOWN" else "lineage.columns_up"
    found = _hops(graph, query, frontier, direction, at=at, known=known, beside=beside(frontier))
    return [_column_hop(hop) for hop in found]


def columns_of_reader(graph: Rows, reader: LineageNode, *, at: datetime, known: datetime | None = None) -> list[Hop]:
    """The columns that a job or consumer is known to use; unordered."""
    return _hops(graph, "lineage.columns_of_reader", [reader], "UP", at=at, known=known)


def step_versions(graph: Rows, frontier: Sequence[LineageNode], *, direction: Way, at: datetime) -> list[Hop]:
    """What runs read and wrote, one hop on from versions and runs; downstream also who consumes a version."""
    query = "lineage.versions_down" if direction == "DOWN" else "lineage.versions_up"
    return _hops(graph, query, frontier, direction, at=at)


def _control_hop(row: Row, way: Way) -> Hop:
    node = LineageNode(
        row["other"],
        "JOB",
        Name(row["namespace"], row["name"]),
        state=row["coverage"],
        technical=row["technical"],
    )
    source, target = (row["id"], row["other"]) if way == "DOWN" else (row["other"], row["id"])
    edge = LineageEdge(
        source,
        target,
        FOLLOWED_BY,
        row["provenance"] or "declared",
        last_seen=row["seen"],
        said_by=(row["said_by"],),
        state=row["state"],
    )
    return Hop(edge, node)


def _hops(graph: Rows, query: str, frontier: Sequence[LineageNode], way: Way, **parameters: Any) -> list[Hop]:
    if not frontier:
        return []
    ids, here = all_ids(frontier)
    rows = graph.rows(query, ids=ids, **parameters)
    entries = [entry for row in rows for entry in row["hops"]]
    found: Iterable[Met] = (
        merged(graph, entries, here) if here or any(entry[10] for entry in entries) else map(met, entries)
    )
    return [hop for one in found for hop in _hops_to(one, way)]


def _hops_to(found: Met, way: Way) -> Iterator[Hop]:
    """The edges that lead to one node; those that say the same are one."""
    node, columns_known, edges = found
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
    return edge[3], strength(edge[2] or "declared"), edge[7] or "", edge[5] or ""


def strength(provenance: str) -> int:
    """The lower, the better the evidence."""
    return _STRENGTH.index(provenance) if provenance in _STRENGTH else len(_STRENGTH)


def _column_hop(hop: Hop) -> Hop:
    """A known job or consumer that uses a column ends the walk: what it makes of it are edges between columns."""
    is_reader = hop.node.kind in ("JOB", "CONSUMER")
    known = hop.edge.kind in BY_COLUMN and (hop.node.kind != "JOB" or hop.columns_known)
    return replace(hop, columns_known=known, goes_on=not is_reader or not known, unresolved=not known)
