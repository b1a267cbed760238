"""The ways from one thing to another, the shortest first.

Two walks start, one down from the source and one up from the target, and the one with fewer nodes before it goes on,
until either has come to its end: then all ways lie in what it found, and the other one never had to be finished.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from graph_model.lineage.ask import find_root
from graph_model.lineage.entities import Level, LineageEdge, LineageNode, Paths, Way
from graph_model.lineage.hops import Hop, goes_through
from graph_model.lineage.merging import Rows
from graph_model.lineage.steps import Asked, Start, find_start, step_of
from graph_model.lineage.walk import BUDGET_SECONDS, DEPTH_LIMIT, Ceilings, Walk, Walked, reasons_of_coverage
from graph_model.store.graph import Graph

PATH_LIMIT = "PATH_LIMIT"
MOST_NODES = 20_000
MOST_TRIES = 100_000

Route = tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Routes in the order of their length. `more`: there are, or may be, others."""

    routes: tuple[Route, ...]
    more: bool = False


def paths(
    graph: Graph,
    source: Asked,
    target: Asked,
    *,
    first: int = 10,
    depth: int = 20,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    budget_seconds: float = BUDGET_SECONDS,
) -> Paths:
    """Up to `first` ways of at most `depth` hops downstream from `source` to `target`; no node comes twice in one.

    They go along columns where either end is one. Raises DatasetNotFound and its like, as `lineage` does.
    """
    level: Level = "COLUMN" if source.column or target.column else "DATASET"
    ceilings = Ceilings(depth, MOST_NODES, budget_seconds)

    def work(tx: Rows) -> Paths:
        root = find_root(tx, source, as_of=as_of, known_at=known_at)
        begin = find_start(tx, source, root, level=level, most=MOST_NODES)
        goal = find_root(tx, target, as_of=root.at, known_at=root.known)
        end = find_start(tx, target, goal, level=begin.level, most=MOST_NODES)
        way, walked = _walk_from_either(tx, begin, end, ceilings)
        here, there = (begin, end) if way == "DOWN" else (end, begin)
        found = search(walked, _ids(here), _ids(there), first=first, depth=depth)
        return _told(begin, end, way, walked, found)

    return graph.read(work)


def search(walked: Walked, starts: Sequence[str], ends: Sequence[str], *, first: int, depth: int) -> Found:
    """Routes over the hops of a walk, in its own direction, from any of `starts` to any of `ends`."""
    leaving = _leaving(walked)
    left = _distances(leaving, ends)
    routes: list[Route] = []
    for tries, route in enumerate(_by_length(leaving, left, starts, set(ends), depth)):
        if len(routes) == first or tries >= MOST_TRIES:
            return Found(tuple(routes), more=True)
        if route is not None:
            routes.append(route)
    return Found(tuple(routes))


def _walk_from_either(graph: Rows, begin: Start, end: Start, ceilings: Ceilings) -> tuple[Way, Walked]:
    """The walk that is over first, and its direction."""
    walks: dict[Way, Walk] = {
        "DOWN": Walk({"DOWN": step_of(graph, begin, "DOWN")}, begin.nodes, ceilings=ceilings, also=begin.also),
        "UP": Walk({"UP": step_of(graph, end, "UP")}, end.nodes, ceilings=ceilings, also=end.also),
    }
    while True:
        for way, walk in walks.items():
            if not walk.width:
                return way, walk.walked
        min(walks.values(), key=lambda walk: walk.width).advance()


def _leaving(walked: Walked) -> Mapping[str, Sequence[Hop]]:
    """The hops of a walk by the node that they start from."""
    found: dict[str, list[Hop]] = defaultdict(list)
    for hop in walked.hops.values():
        found[_start_of(hop)].append(hop)
    return found


def _start_of(hop: Hop) -> str:
    return hop.edge.target if hop.node.id == hop.edge.source else hop.edge.source


def _distances(leaving: Mapping[str, Sequence[Hop]], ends: Sequence[str]) -> Mapping[str, int]:
    """How far each node is from the nearest of `ends`."""
    arriving: dict[str, list[str]] = defaultdict(list)
    for here, hops in leaving.items():
        for hop in hops:
            arriving[hop.node.id].append(here)
    far = dict.fromkeys(ends, 0)
    queue = deque(ends)
    while queue:
        here = queue.popleft()
        for before in arriving.get(here, ()):
            if before not in far:
                far[before] = far[here] + 1
                queue.append(before)
    return far


def _by_length(
    leaving: Mapping[str, Sequence[Hop]], left: Mapping[str, int], starts: Sequence[str], ends: set[str], depth: int
) -> Iterator[Route | None]:
    """Every route without a node twice, the shortest first; None for each try that is no whole route yet.

    A route is tried in the order of what its length will be at least; so the first whole ones are the shortest.
    """
    order = count()
    tries: list[tuple[int, int, str, Route]] = [(left[one], next(order), one, ()) for one in starts if one in left]
    heapq.heapify(tries)
    while tries:
        _, _, here, route = heapq.heappop(tries)
        whole = bool(route) and here in ends
        yield route if whole else None
        if whole or (route and not route[-1].goes_on):
            continue
        passed = {_start_of(hop) for hop in route}
        for hop in leaving.get(here, ()):
            there = hop.node.id
            length = len(route) + 1 + left.get(there, depth)
            if route and route[-1].node.kind == "JOB" and not goes_through(route[-1], hop):
                continue
            if length <= depth and there != here and there not in passed:
                heapq.heappush(tries, (length, next(order), there, (*route, hop)))


def _told(begin: Start, end: Start, way: Way, walked: Walked, found: Found) -> Paths:
    routes = [tuple(hop.edge for hop in route) for route in found.routes]
    edges: list[tuple[LineageEdge, ...]] = [route if way == "DOWN" else route[::-1] for route in routes]
    known: dict[str, LineageNode] = {node.id: node for node in (*begin.nodes, *end.nodes, *walked.nodes.values())}
    passed = dict.fromkeys(id_ for path in edges for edge in path for id_ in (edge.source, edge.target))
    ends = dict.fromkeys((begin.id, end.id))
    return Paths(
        begin.id,
        end.id,
        tuple(edges),
        tuple(known[id_] for id_ in ends | passed if id_ in known),
        begin.root.at,
        begin.root.known,
        _reasons(walked, found),
    )


def _reasons(walked: Walked, found: Found) -> tuple[str, ...]:
    """A limit of depth is what was asked for."""
    of_walk = (one for one in walked.reasons if one != DEPTH_LIMIT)
    return tuple(dict.fromkeys((*of_walk, *reasons_of_coverage(walked), *([PATH_LIMIT] * found.more))))


def _ids(start: Start) -> list[str]:
    return [node.id for node in (*start.nodes, *start.also)]
