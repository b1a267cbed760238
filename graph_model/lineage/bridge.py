"""Edges over what is not shown: A → hidden → B becomes A → B, marked with what lies between."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_model.lineage.entities import Direction, Filter, LineageEdge, LineageNode, Provenance
from graph_model.lineage.hops import Hop, goes_through
from graph_model.lineage.repository import NodeFacts
from graph_model.lineage.walk import Walked

MOST_EDGES = 100_000
EDGE_LIMIT = "EDGE_LIMIT"
VIA = "VIA"
"""The kind of an edge that stands for a way over what is not shown."""

_STRENGTH: tuple[Provenance, ...] = ("declared", "observed", "parsed", "inferred")


def is_shown(node: LineageNode, facts: NodeFacts, wanted: Filter) -> bool:
    """Whether a node meets a filter."""
    if node.technical and not wanted.technical:
        return False
    asked = (
        (wanted.kinds, {node.kind}),
        (wanted.namespaces, {node.name.namespace}),
        (wanted.owners, facts.owners),
        (wanted.domains, {facts.domain}),
        (wanted.tags, facts.tags),
        (wanted.tiers, {facts.tier}),
    )
    return all(not words or words & said for words, said in asked)


@dataclass(frozen=True, slots=True)
class Bridged:
    """The edges between nodes that are shown, and what a ceiling hid behind each of these. `cut`: there are more."""

    edges: tuple[LineageEdge, ...]
    hidden: Mapping[str, set[str]]
    cut: bool = False


def bridge(walked: Walked, *, most: int = MOST_EDGES) -> Bridged:
    """The walk without the nodes that are not shown. Of several ways over them between two nodes, a shortest one."""
    if not walked.bridged:
        return Bridged(walked.edges, walked.hidden)
    leaving, arriving = _both_ways(walked.hops.values())
    edges = [hop.edge for hop in walked.hops.values() if not _touches(hop.edge, walked.bridged)]
    for node in walked.nodes:
        if node in walked.bridged:
            continue
        edges += (_joined(way) for way in _ways_over(node, leaving, walked.bridged))
        if len(edges) > most:
            return Bridged(tuple(edges[:most]), _hidden(walked, leaving, arriving), cut=True)
    return Bridged(tuple(edges), _hidden(walked, leaving, arriving))


Hops = Mapping[str, Sequence[Hop]]


def _both_ways(hops: Iterable[Hop]) -> tuple[Hops, Hops]:
    leaving: dict[str, list[Hop]] = defaultdict(list)
    arriving: dict[str, list[Hop]] = defaultdict(list)
    for hop in hops:
        leaving[hop.edge.source].append(hop)
        arriving[hop.edge.target].append(hop)
    return leaving, arriving


def _touches(edge: LineageEdge, bridged: set[str]) -> bool:
    return edge.source in bridged or edge.target in bridged


def _ways_over(start: str, leaving: Hops, bridged: set[str]) -> Iterator[tuple[LineageEdge, ...]]:
    """One shortest way from `start` over bridged nodes only to each shown node behind them."""
    over, told = set[tuple[str, frozenset[str] | None]](), set[str]()
    queue: deque[tuple[str, tuple[Hop, ...]]] = deque([(start, ())])
    while queue:
        here, way = queue.popleft()
        for hop in leaving.get(here, ()):
            there = hop.edge.target
            if way and way[-1].edge.kind == "CONSUMED_BY" and not goes_through(way[-1], hop):
                continue
            if there in bridged:
                entered = there, hop.only if hop.edge.kind == "CONSUMED_BY" else None
                if entered not in over and hop.goes_on:
                    over.add(entered)
                    queue.append((there, (*way, hop)))
            elif way and there not in told:
                told.add(there)
                yield (*(passed.edge for passed in way), hop.edge)


def _joined(way: tuple[LineageEdge, ...]) -> LineageEdge:
    """One edge for a way; it is as good as the weakest of its edges, and as old as the oldest sight of them."""
    seen = [edge.last_seen for edge in way if edge.last_seen is not None]
    return LineageEdge(
        way[0].source,
        way[-1].target,
        VIA,
        provenance=_STRENGTH[max(_STRENGTH.index(edge.provenance) for edge in way)],
        stale=any(edge.stale for edge in way),
        last_seen=min(seen, default=None),
        said_by=tuple(dict.fromkeys(source for edge in way for source in edge.said_by)),
        via=tuple(edge.target for edge in way[:-1]),
    )


def _hidden(walked: Walked, leaving: Hops, arriving: Hops) -> dict[str, set[str]]:
    """What is hidden behind a bridged node is hidden behind the shown nodes next to it, on the side it was met from."""
    found = {node: set(behind) for node, behind in walked.hidden.items() if node not in walked.bridged}
    sides: dict[Direction, tuple[Hops, ...]] = {"DOWN": (arriving,), "UP": (leaving,), "BOTH": (arriving, leaving)}
    for node in walked.bridged & walked.hidden.keys():
        for side in sides["BOTH" if node in walked.both else walked.nodes[node].direction]:
            for shown in _next_shown(node, side, walked.bridged):
                found.setdefault(shown, set()).update(walked.hidden[node])
    return found


def _next_shown(start: str, side: Hops, bridged: set[str]) -> set[str]:
    met, queue, shown = {start}, deque([start]), set[str]()
    while queue:
        for hop in side.get(queue.popleft(), ()):
            for there in (hop.edge.source, hop.edge.target):
                if there in met:
                    continue
                met.add(there)
                if there in bridged:
                    queue.append(there)
                else:
                    shown.add(there)
    return shown
