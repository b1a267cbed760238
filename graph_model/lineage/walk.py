"""Lineage: a loop over one step query, with a visited set and ceilings on hops, nodes and time.

A level costs one query, whatever the graph looks like. Columns are followed by their own edges; where a job or consumer
does not say which columns it reads, the walk goes on over datasets from there and says UNRESOLVED_COLUMNS.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from graph_model.lineage import repository
from graph_model.lineage.entities import Direction, Level, Lineage, LineageEdge, LineageNode, NodeKind
from graph_model.lineage.repository import FieldFacts, Hop, Root, Rows
from graph_model.names import Name
from graph_model.store.graph import Graph

BUDGET_SECONDS = 20.0
NODES_PER_QUERY = 1000

DEPTH_LIMIT = "DEPTH_LIMIT"
NODE_LIMIT = "NODE_LIMIT"
TIMEOUT = "TIMEOUT"
UNRESOLVED_COLUMNS = "UNRESOLVED_COLUMNS"

Step = Callable[[Sequence[LineageNode]], Iterable[Hop]]


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How far a walk may go: hops from its start, nodes in the answer, seconds in all."""

    depth: int
    limit: int
    seconds: float = BUDGET_SECONDS


@dataclass(slots=True)
class Walked:
    """What a walk found, in the order it found it; `reasons` are why there may be more."""

    nodes: dict[str, LineageNode] = field(default_factory=dict)
    hops: dict[tuple[str, str, str, str], Hop] = field(default_factory=dict)
    reasons: dict[str, None] = field(default_factory=dict)

    @property
    def edges(self) -> tuple[LineageEdge, ...]:
        return tuple(hop.edge for hop in self.hops.values())


def lineage(
    graph: Graph,
    root: Name,
    *,
    column: str | None = None,
    kind: NodeKind | None = None,
    direction: Direction = "DOWN",
    depth: int = 10,
    level: Level = "DATASET",
    as_of: datetime | None = None,
    limit: int = 2000,
    budget_seconds: float = BUDGET_SECONDS,
) -> Lineage:
    """What `root` feeds (DOWN) or is fed by (UP), as it was true at `as_of` (None: now). Nodes come nearest first.

    `kind` None: the dataset of that name, else the job, else the consumer. A `column` makes it a walk along columns;
    the level COLUMN without one starts at all columns of the dataset. All edges between nodes of the answer are in it.
    Raises DatasetNotFound, JobNotFound, ConsumerNotFound, ColumnNotFound.
    """
    ceilings = Ceilings(depth, limit, budget_seconds)

    def work(tx: Rows) -> Lineage:
        start = _find_root(tx, root, kind=kind if column is None else "DATASET", as_of=as_of)
        if column is None and level == "DATASET":
            walked = walk_datasets(tx, [start.node], direction=direction, at=start.at, ceilings=ceilings)
            return _answer(start.node.id, walked, start.at)
        first, walked = _walk_columns(tx, start, column, direction=direction, ceilings=ceilings)
        return _answer(first, walked, start.at)

    return graph.read(work)


def walk_datasets(
    graph: Rows, start: Sequence[LineageNode], *, direction: Direction, at: datetime, ceilings: Ceilings
) -> Walked:
    """The walk over datasets, jobs and consumers from several nodes at once."""

    def step(frontier: Sequence[LineageNode]) -> Iterable[Hop]:
        return repository.step(graph, [node.id for node in frontier], direction=direction, at=at)

    return walk(step, start, ceilings=ceilings)


def walk(step: Step, start: Sequence[LineageNode], *, ceilings: Ceilings, also: Sequence[LineageNode] = ()) -> Walked:
    """Breadth first from `start`; `also` are in the answer but not walked from. Every node and edge comes once."""
    walked = Walked({node.id: node for node in (*also, *start)})
    deadline = time.monotonic() + ceilings.seconds
    queued = {node.id for node in start}
    frontier: Sequence[LineageNode] = start
    hops = 0
    while frontier:
        level = _Level(walked, queued, hops, ceilings)
        for part in _parts(frontier):
            if time.monotonic() >= deadline:
                walked.reasons[TIMEOUT] = None
                return walked
            level.take(step(part))
        if NODE_LIMIT in walked.reasons:
            return walked
        frontier, hops = level.beyond, hops + 1
    return walked


class _Level:
    """One hop of a walk: decides what of the rows of the step query is kept, and what is walked from next."""

    def __init__(self, walked: Walked, queued: set[str], hops: int, ceilings: Ceilings) -> None:
        self._walked, self._queued, self._hops, self._ceilings = walked, queued, hops, ceilings
        self.beyond: list[LineageNode] = []

    def take(self, found: Iterable[Hop]) -> None:
        for hop in sorted(found, key=_order):
            if not self._keeps(hop.node):
                continue
            edge = hop.edge
            self._walked.hops.setdefault((edge.source, edge.target, edge.kind, edge.job or ""), hop)
            if hop.goes_on and hop.node.id not in self._queued:
                self._queue(hop.node)
            if hop.unresolved:
                self._walked.reasons[UNRESOLVED_COLUMNS] = None

    def _keeps(self, node: LineageNode) -> bool:
        """Whether the node is in the answer; takes it in where the ceilings allow."""
        if node.id in self._walked.nodes:
            return True
        if self._hops >= self._ceilings.depth:
            self._walked.reasons[DEPTH_LIMIT] = None
            return False
        if len(self._walked.nodes) >= self._ceilings.limit:
            self._walked.reasons[NODE_LIMIT] = None
            return False
        self._walked.nodes[node.id] = replace(node, hops=self._hops + 1)
        return True

    def _queue(self, node: LineageNode) -> None:
        """Walks on from a node. One that was reached before by a column may still have to be walked from as a whole."""
        if self._hops >= self._ceilings.depth:
            self._walked.reasons[DEPTH_LIMIT] = None
            return
        self._queued.add(node.id)
        self.beyond.append(node)


def _parts(frontier: Sequence[LineageNode]) -> Iterator[Sequence[LineageNode]]:
    for start in range(0, len(frontier), NODES_PER_QUERY):
        yield frontier[start : start + NODES_PER_QUERY]


def _order(hop: Hop) -> tuple[object, ...]:
    """The same answer whatever the order of rows; of two edges that say the same, the one that is not stale first."""
    node, edge = hop.node, hop.edge
    return (
        node.kind,
        node.name,
        node.column or "",
        edge.source,
        edge.target,
        edge.kind,
        edge.job or "",
        edge.stale,
        edge.provenance,
    )


def _find_root(graph: Rows, name: Name, *, kind: NodeKind | None, as_of: datetime | None) -> Root:
    for root in repository.roots(graph, name, as_of=as_of):
        if kind in (None, root.node.kind):
            return root
    raise repository.not_found(graph, name, kind)


def _walk_columns(
    graph: Rows, root: Root, column: str | None, *, direction: Direction, ceilings: Ceilings
) -> tuple[str, Walked]:
    """The walk along columns, and the id of its root: the column, or the node whose columns it starts from."""
    step = _column_step(graph, root, direction)
    if root.node.kind != "DATASET":
        return root.node.id, walk(step, [root.node], ceilings=ceilings)
    known = repository.fields(graph, root.node.id, at=root.at)
    if column is not None:
        chosen = repository.field_called(known, root.node.name, column)
        return chosen.id, walk(step, [_column_node(root, chosen)], ceilings=ceilings)
    if known:
        start = [_column_node(root, one) for one in known[: max(ceilings.limit - 1, 1)]]
        walked = walk(step, start, ceilings=ceilings, also=[root.node])
        if len(start) < len(known):
            walked.reasons[NODE_LIMIT] = None
        return root.node.id, walked
    walked = walk(step, [root.node], ceilings=ceilings)
    walked.reasons[UNRESOLVED_COLUMNS] = None
    return root.node.id, walked


def _column_node(root: Root, column: FieldFacts) -> LineageNode:
    return LineageNode(column.id, "COLUMN", root.node.name, column.path)


def _column_step(graph: Rows, root: Root, direction: Direction) -> Step:
    """Fields go along columns, everything else over datasets; upstream of a reader its own columns come first."""

    def step(frontier: Sequence[LineageNode]) -> Iterable[Hop]:
        columns = [node.id for node in frontier if node.kind == "COLUMN"]
        others = [node.id for node in frontier if node.kind != "COLUMN"]
        found = repository.step_columns(graph, columns, direction=direction, at=root.at)
        if direction == "UP" and others == [root.node.id] and root.node.kind != "DATASET":
            return found + _what_reader_uses(graph, root)
        return found + repository.step(graph, others, direction=direction, at=root.at)

    return step


def _what_reader_uses(graph: Rows, root: Root) -> list[Hop]:
    """The columns that a job or consumer uses, and the datasets of which it is not known what it uses."""
    columns = repository.columns_of_reader(graph, root.node.id, at=root.at)
    datasets = repository.step(graph, [root.node.id], direction="UP", at=root.at)
    unknown = [hop for hop in datasets if not (root.columns_known if root.node.kind == "JOB" else hop.columns)]
    return columns + [replace(hop, unresolved=True) for hop in unknown]


def _answer(root: str, walked: Walked, at: datetime) -> Lineage:
    return Lineage(root, tuple(walked.nodes.values()), walked.edges, at, tuple(walked.reasons))
