"""Everybody downstream of some datasets, with the shortest way to each: for changes that concern whole datasets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graph_model.impact.about import About, about
from graph_model.impact.walking import Asking, walk_downstream
from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.lineage.hops import Hop
from graph_model.lineage.walk import BUDGET_SECONDS, Ceilings

_CEILINGS = Ceilings(100, 50_000, BUDGET_SECONDS)


@dataclass(slots=True)
class Downstream:
    """`reads` and `makes` are the hops into and out of each job and consumer, `ways` the fewest hops to each node."""

    nodes: dict[str, LineageNode]
    reads: dict[str, list[Hop]] = field(default_factory=lambda: defaultdict(list))
    makes: dict[str, list[Hop]] = field(default_factory=lambda: defaultdict(list))
    ways: dict[str, tuple[LineageEdge, ...]] = field(default_factory=dict)
    about: dict[str, About] = field(default_factory=dict)
    cut_off: tuple[str, ...] = ()

    def readers(self) -> list[LineageNode]:
        """Jobs and consumers, the nearest first; without those that only stand for something unknown."""
        found = [self.nodes[id_] for id_ in self.reads if not self.nodes[id_].technical]
        return sorted(found, key=lambda node: (node.hops, node.kind, node.name))


def downstream(graph: Asking, start: Sequence[LineageNode], *, at: datetime) -> Downstream:
    walked = walk_downstream(graph, start, at=at, ceilings=_CEILINGS)
    found = Downstream(dict(walked.nodes), cut_off=tuple(walked.reasons))
    for hop in walked.hops.values():
        if hop.edge.kind == "PRODUCES":
            found.makes[hop.edge.source].append(hop)
        else:
            found.reads[hop.edge.target].append(hop)
    found.ways = _ways([node.id for node in start], [hop.edge for hop in walked.hops.values()])
    found.about = about(graph, (walked.nodes[id_] for id_ in found.reads), at=at)
    return found


def _ways(start: Sequence[str], edges: Sequence[LineageEdge]) -> dict[str, tuple[LineageEdge, ...]]:
    leaving: dict[str, list[LineageEdge]] = defaultdict(list)
    for edge in edges:
        leaving[edge.source].append(edge)
    found: dict[str, tuple[LineageEdge, ...]] = dict.fromkeys(start, ())
    ahead = list(found)
    for id_ in ahead:
        for edge in leaving[id_]:
            if edge.target not in found:
                found[edge.target] = (*found[id_], edge)
                ahead.append(edge.target)
    return found
