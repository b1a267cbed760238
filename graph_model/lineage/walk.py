"""The walk: a loop over one step query, with a visited set and ceilings on hops, nodes and time.

A level costs one query, whatever the graph looks like. What is asked of it (datasets, columns, versions) is the step;
which of the nodes that it meets are shown, and which are only walked over, is said by `shown`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graph_model.lineage import hops
from graph_model.lineage.entities import LineageEdge, LineageNode, Way
from graph_model.lineage.hops import Hop

BUDGET_SECONDS = 20.0
NODES_PER_QUERY = 1000
MOST_WALKED = 100_000
"""So many nodes at most are walked over, shown or not."""

DEPTH_LIMIT = "DEPTH_LIMIT"
NODE_LIMIT = "NODE_LIMIT"
TIMEOUT = "TIMEOUT"
UNRESOLVED_COLUMNS = "UNRESOLVED_COLUMNS"
PARTIAL_COVERAGE = "PARTIAL_COVERAGE"
UNRESOLVED_READS = "UNRESOLVED_READS"

Step = Callable[[Sequence[LineageNode]], Iterable[Hop]]
Shown = Callable[[Sequence[LineageNode]], Collection[str]]
"""Which of some nodes are shown, by id; the others are bridged."""


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How far a walk may go: hops from its start, nodes that are shown, seconds in all."""

    depth: int
    limit: int
    seconds: float = BUDGET_SECONDS


@dataclass(slots=True)
class Walked:
    """What a walk found, in the order it found it; `reasons` are why there may be more.

    `bridged` are the nodes that are not shown, `both` those that were met in both directions, `hidden` the neighbours
    of a node that a ceiling kept out. All by id.
    """

    nodes: dict[str, LineageNode] = field(default_factory=dict)
    hops: dict[tuple[str, str, str, str], Hop] = field(default_factory=dict)
    reasons: dict[str, None] = field(default_factory=dict)
    bridged: set[str] = field(default_factory=set)
    both: set[str] = field(default_factory=set)
    hidden: dict[str, set[str]] = field(default_factory=dict)

    @property
    def edges(self) -> tuple[LineageEdge, ...]:
        return tuple(hop.edge for hop in self.hops.values())


class Entered:
    """By what a walk in one way came into each node, by id. Jobs of which it is known which input goes into which
    output are walked through only along what belongs together, and again when they are entered by something else.
    """

    def __init__(self, start: Iterable[str]) -> None:
        self._by: dict[str, frozenset[str] | None] = dict.fromkeys(start)

    def leads_on(self, hop: Hop) -> bool:
        """Whether the walk goes along this edge, from how it came to its beginning."""
        if hop.only is None:
            return True
        entered = self._by.get(hop.edge.target if hop.node.id == hop.edge.source else hop.edge.source)
        return entered is None or not entered.isdisjoint(hop.only)

    def opens(self, hop: Hop) -> bool:
        """Enters a node. True: it has to be walked from, for the first time or again."""
        node, only = hop.node.id, hop.only if hop.node.kind == "JOB" else None
        if node not in self._by:
            self._by[node] = only
            return True
        entered = self._by[node]
        if entered is None or (only is not None and only <= entered):
            return False
        self._by[node] = None if only is None else entered | only
        return True


class Walk:
    """Breadth first from `start`, one hop at a time; `also` are in the answer but not walked from.

    With a step for each way it goes both ways at once, and shares its ceilings between them hop by hop.
    """

    def __init__(
        self,
        steps: Mapping[Way, Step],
        start: Sequence[LineageNode],
        *,
        ceilings: Ceilings,
        also: Sequence[LineageNode] = (),
        shown: Shown | None = None,
    ) -> None:
        self.walked = Walked({node.id: node for node in (*also, *start)})
        self.hops = 0
        self._steps, self._ceilings, self._shown = steps, ceilings, shown
        self._deadline = time.monotonic() + ceilings.seconds
        self._entered = {way: Entered(node.id for node in start) for way in steps}
        self._frontiers: dict[Way, dict[str, LineageNode]] = {way: {node.id: node for node in start} for way in steps}

    @property
    def width(self) -> int:
        """How many nodes the next hop starts from; 0: the walk has come to its end."""
        return sum(map(len, self._frontiers.values()))

    def to_its_end(self) -> Walked:
        while self.width:
            self.advance()
        return self.walked

    def advance(self) -> None:
        """One hop further in every way."""
        for way, step in self._steps.items():
            frontier, self._frontiers[way] = self._frontiers[way], {}
            for part in _parts(list(frontier.values())):
                if time.monotonic() >= self._deadline:
                    self._stop()
                    return
                self._take(way, step(part))
        self.hops += 1

    def _stop(self) -> None:
        self.walked.reasons[TIMEOUT] = None
        self._frontiers = {way: {} for way in self._steps}

    def _take(self, way: Way, found: Iterable[Hop]) -> None:
        """Decides what of the rows of a step is kept, and what is walked from next."""
        entered = self._entered[way]
        hops = sorted(filter(entered.leads_on, found), key=_order)
        passed_over = self._passed_over(hops)
        for hop in hops:
            edge, node = hop.edge, hop.node
            if not self._keeps(node, way, shown=node.id not in passed_over):
                here = edge.target if node.id == edge.source else edge.source
                self.walked.hidden.setdefault(here, set()).add(node.id)
                continue
            self.walked.hops.setdefault((edge.source, edge.target, edge.kind, edge.job or ""), hop)
            if hop.goes_on and entered.opens(hop):
                self._queue(node, way)
            if hop.unresolved:
                self.walked.reasons[UNRESOLVED_COLUMNS] = None

    def _passed_over(self, hops: Sequence[Hop]) -> Collection[str]:
        """The new nodes at the ends of these hops that are not shown."""
        if self._shown is None:
            return ()
        new = {hop.node.id: hop.node for hop in hops if hop.node.id not in self.walked.nodes}
        return new.keys() - set(self._shown(list(new.values()))) if new else ()

    def _keeps(self, node: LineageNode, way: Way, *, shown: bool) -> bool:
        """Whether the node is in the answer; takes it in where the ceilings allow."""
        walked = self.walked
        if node.id in walked.nodes:
            if walked.nodes[node.id].direction != way:
                walked.both.add(node.id)
            return True
        if self.hops >= self._ceilings.depth:
            walked.reasons[DEPTH_LIMIT] = None
            return False
        if len(walked.nodes) - len(walked.bridged) >= self._ceilings.limit or len(walked.nodes) >= MOST_WALKED:
            walked.reasons[NODE_LIMIT] = None
            return False
        walked.nodes[node.id] = _placed(node, self.hops + 1, way)
        if not shown:
            walked.bridged.add(node.id)
        return True

    def _queue(self, node: LineageNode, way: Way) -> None:
        """Walks on from a node. One that was reached before by a column may still have to be walked from as a whole."""
        if self.hops >= self._ceilings.depth:
            self.walked.reasons[DEPTH_LIMIT] = None
            return
        self._frontiers[way][node.id] = node


def walk(step: Step, start: Sequence[LineageNode], *, ceilings: Ceilings, also: Sequence[LineageNode] = ()) -> Walked:
    """The whole walk in one way. Every node and edge comes once, the nearest first."""
    return Walk({"DOWN": step}, start, ceilings=ceilings, also=also).to_its_end()


def flowing(walked: Walked, start: Iterable[str]) -> set[str]:
    """The nodes of a walk to which data comes from where it began (`start`), with what is known of the ways through its
    jobs."""
    if all(hop.only is None and hop.edge.kind not in hops.WITHOUT_DATA for hop in walked.hops.values()):
        return set(walked.nodes)  # everything goes everywhere
    leaving: dict[str, list[Hop]] = {}
    for hop in walked.hops.values():
        if hop.edge.kind not in hops.WITHOUT_DATA:
            leaving.setdefault(hop.edge.source, []).append(hop)
    queue = deque(start)
    entered, reached = Entered(queue), set(queue)
    while queue:
        for hop in filter(entered.leads_on, leaving.get(queue.popleft(), ())):
            reached.add(hop.node.id)
            if entered.opens(hop):
                queue.append(hop.node.id)
    return reached


def reasons_of_coverage(walked: Walked) -> tuple[str, ...]:
    """A job of which not all could be read may read and make more than is known."""
    partial = any(node.kind == "JOB" and node.state for node in walked.nodes.values())
    return (PARTIAL_COVERAGE,) if partial else ()


def _placed(node: LineageNode, hops: int, way: Way) -> LineageNode:
    """The node where it was met. (`replace` would take longer than all else that is done for a node.)"""
    return LineageNode(
        node.id,
        node.kind,
        node.name,
        node.column,
        hops,
        way,
        partition=node.partition,
        state=node.state,
        technical=node.technical,
        members=node.members,
        dropped_at=node.dropped_at,
    )


def _parts(frontier: Sequence[LineageNode]) -> Iterator[Sequence[LineageNode]]:
    for start in range(0, len(frontier), NODES_PER_QUERY):
        yield frontier[start : start + NODES_PER_QUERY]


def _order(hop: Hop) -> tuple[object, ...]:
    """The same answer whatever the order of rows; of two edges that say the same, the one that is not stale first."""
    node, edge = hop.node, hop.edge
    return (
        node.kind,
        node.name.namespace,
        node.name.name,
        node.partition or "",
        node.column or "",
        node.id,
        edge.source,
        edge.target,
        edge.kind,
        edge.job or "",
        edge.stale,
        edge.provenance,
    )
