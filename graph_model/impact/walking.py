"""The walk of a verdict: everybody downstream of some nodes, over whole datasets and through every job as a whole: one
that fails makes none of its outputs.

It is as long as the graph or this process works, not as both: as soon as it is known which nodes a step leads to, the
next step is asked for, and the edges of this one are made while the graph works on it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, Protocol, cast

from graph_model.estate.batches import in_batches
from graph_model.lineage.entities import LineageEdge, LineageNode, NodeKind, Provenance
from graph_model.lineage.hops import Hop, step_control, strength
from graph_model.lineage.merging import KIND_OF_LABEL, Rows, told
from graph_model.lineage.walk import (
    DEPTH_LIMIT,
    MOST_WALKED,
    NODE_LIMIT,
    NODES_PER_QUERY,
    TIMEOUT,
    Ceilings,
    Walked,
)
from graph_model.moments import moment_at
from graph_model.names import Name
from graph_model.store.transaction import Asked

REMEMBERED = 8192
"""What is said of so many edges is not read again: one event says the same of all that it tells."""
LABELS: Mapping[NodeKind, str] = {"DATASET": "Dataset", "JOB": "Job", "CONSUMER": "Consumer"}

_Entry = list[Any]
"""One node of a step's record."""
_IN_ORDER = itemgetter(1, 2, 3, 0)


class Asking(Rows, Protocol):
    """An open transaction, which works on what it is asked while the caller does something else."""

    def ask(self, name: str, **parameters: Any) -> Asked: ...


def walk_downstream(graph: Asking, start: Sequence[LineageNode], *, at: datetime, ceilings: Ceilings) -> Walked:
    """Everybody downstream of several nodes at once: nodes and edges once each, the nearest first."""
    walk = Walk(graph, start, at=at, ceilings=ceilings)
    for _ in walk.steps():
        pass
    return walk.walked


class _Said(NamedTuple):
    """What is said of one edge."""

    provenance: Provenance
    stale: bool
    required: bool
    seen: datetime | None
    said_by: tuple[str, ...]
    columns: tuple[str, ...] = ()
    only: frozenset[str] | None = None


class _Step(NamedTuple):
    """A step on its way. `part`: the ids that it leads from, with their labels; `starts`: by label, the node that each
    place of a list means."""

    part: Sequence[tuple[str, str]]
    starts: Mapping[str, list[str]]
    hops: int
    is_merged: bool
    rows: Asked


class Walk:
    """`walked` is whole when `steps` has come to its end. `control`: also to jobs that wait for others without data."""

    def __init__(
        self, graph: Asking, start: Sequence[LineageNode], *, at: datetime, ceilings: Ceilings, control: bool = False
    ) -> None:
        self.walked = Walked({node.id: node for node in start})
        self._graph, self._at, self._ceilings, self._control = graph, at, ceilings, control
        self._deadline = time.monotonic() + ceilings.seconds
        self._hops = 0
        self._known = set(self.walked.nodes)
        self._members = {node.id: node.members for node in start if node.members}
        self._told: dict[str, LineageNode] = {}
        self._waiting: dict[str, list[Hop]] = {}
        first = [(node.id, LABELS[node.kind]) for node in self.walked.nodes.values()]
        self._parts = deque(in_batches(first, NODES_PER_QUERY))
        self._new: list[tuple[str, str]] = []

    def steps(self) -> Iterator[list[Hop]]:
        """The edges step by step. Whatever is done with them, the graph works on the next step meanwhile."""
        asked = self._ask()
        while asked is not None:
            before, found = asked, self._let_in(asked)
            asked = self._ask()
            yield self._taken(before, found)

    def _ask(self) -> _Step | None:
        """Sends the next step; None: the walk has come to its end."""
        while self._parts or self._new:
            if not self._parts:
                self._parts.extend(in_batches(self._new, NODES_PER_QUERY))
                self._hops, self._new = self._hops + 1, []
            if time.monotonic() >= self._deadline:
                self.walked.reasons[TIMEOUT] = None
                return None
            part = self._parts.popleft()
            if any(label != "Consumer" for _, label in part):
                return self._asked(part)
        return None

    def _asked(self, part: Sequence[tuple[str, str]]) -> _Step:
        ids: dict[str, list[str]] = {"Dataset": [], "Job": [], "Consumer": []}
        for id_, label in part:
            ids[label].append(id_)
        starts, is_merged = ids, not self._members.keys().isdisjoint(ids["Dataset"])
        if is_merged:
            pairs = [(one, id_) for id_ in ids["Dataset"] for one in _names_of(id_, self._members)]
            starts = {**ids, "Dataset": [id_ for _, id_ in pairs]}
            ids["Dataset"] = [one for one, _ in pairs]
        frontier = {"datasets": ids["Dataset"], "jobs": ids["Job"]}
        among = dict.fromkeys(self._known, True) if self._hops >= self._ceilings.depth else None
        rows = self._graph.ask("impact.step", frontier=frontier, among=among, at=self._at)
        return _Step(part, starts, self._hops, is_merged, rows)

    def _let_in(self, asked: _Step) -> list[_Entry]:
        """What a step leads to, in the order of an answer and as far as the ceilings allow. New nodes are walked from
        next: nothing more than that is found out before the next step is sent."""
        known, reasons = self._known, self.walked.reasons
        kept: list[_Entry] = []
        for entry in self._found(asked):
            id_ = entry[0]
            if id_ not in known:
                if asked.hops >= self._ceilings.depth:
                    reasons[DEPTH_LIMIT] = None
                    continue
                if len(known) >= self._ceilings.limit or len(known) >= MOST_WALKED:
                    reasons[NODE_LIMIT] = None
                    continue
                known.add(id_)
                self._new.append((id_, entry[1]))
            kept.append(entry)
        return kept

    def _found(self, asked: _Step) -> list[_Entry]:
        """The nodes that a step leads to, each once: the same answer whatever the order of rows."""
        entries: list[_Entry] = []
        for entry in (entry for row in asked.rows() for entry in row["nodes"]):
            if entry[0] is None:
                self.walked.reasons[DEPTH_LIMIT] = None
            else:
                entries.append(entry)
        if asked.is_merged or any(entry[7] for entry in entries):
            entries = self._as_one(entries, asked.hops)
        if self._control:
            entries = self._with_control(entries, asked)
        entries.sort(key=_IN_ORDER)
        return entries

    def _as_one(self, entries: Sequence[_Entry], hops: int) -> list[_Entry]:
        """One node for what is one."""
        nodes = told(self._graph, [(_node(entry, hops + 1), entry[7]) for entry in entries])
        found: dict[str, _Entry] = {}
        for node, entry in zip(nodes, entries, strict=True):
            if entry[7]:
                self._told[node.id], self._members[node.id] = node, node.members
            one = found.setdefault(
                node.id, [node.id, entry[1], node.name.namespace, node.name.name, *entry[4:9], [], []]
            )
            one[9] += entry[9]
            one[10] += entry[10]
        return list(found.values())

    def _with_control(self, entries: Sequence[_Entry], asked: _Step) -> list[_Entry]:
        found = {entry[0]: entry for entry in entries}
        part = [self.walked.nodes[id_] for id_, _ in asked.part]
        for hop in step_control(self._graph, part, direction="DOWN", at=self._at):
            node = hop.node
            fresh = [node.id, "Job", node.name.namespace, node.name.name, node.state, node.technical, True, None, None]
            found.setdefault(node.id, [*fresh, [], []])
            self._waiting.setdefault(node.id, []).append(hop)
        return list(found.values())

    def _taken(self, asked: _Step, found: Sequence[_Entry]) -> list[Hop]:
        """The edges to these nodes, and the nodes with them."""
        nodes, taken, waiting = self.walked.nodes, list[Hop](), self._waiting
        for entry in found:
            id_ = entry[0]
            if id_ not in nodes:
                nodes[id_] = self._told.get(id_) or _node(entry, asked.hops + 1)
            begin = asked.starts["Job" if entry[1] == "Dataset" else "Dataset"]
            hops = _hops_to(nodes[id_], entry, begin)
            taken += sorted((*hops, *waiting[id_]), key=_of_edge) if id_ in waiting else hops
        self._waiting = {}
        for hop in taken:
            edge = hop.edge
            self.walked.hops.setdefault((edge.source, edge.target, edge.kind, ""), hop)
        return taken


def _names_of(id_: str, members: Mapping[str, tuple[str, ...]]) -> Mapping[str, None]:
    return dict.fromkeys((id_, *members.get(id_, ())))


def _of_edge(hop: Hop) -> tuple[object, ...]:
    edge = hop.edge
    return edge.source, edge.kind, edge.stale, edge.provenance


def _node(entry: _Entry, hops: int) -> LineageNode:
    id_, label, namespace, name, state, technical, _, _, dropped, *_ = entry
    return LineageNode(
        id_,
        KIND_OF_LABEL[label],
        Name(namespace, name),
        hops=hops,
        direction="DOWN",
        state=state,
        technical=technical,
        dropped_at=None if dropped is None else moment_at(1000 * dropped),
    )


def _hops_to(node: LineageNode, entry: _Entry, begin: list[str]) -> list[Hop]:
    """The edges that lead to one node, in the order of where they begin; those that say the same are one."""
    columns_known, places, said = entry[6], entry[9], entry[10]
    if len(places) == 1:
        return [_hop(begin[places[0]], node, said, columns_known=columns_known)]
    alike: dict[str, list[Any]] = {}
    for place, one in zip(places, said, strict=True):
        alike.setdefault(begin[place], []).append(one)
    return [_hop(start, node, alike[start], columns_known=columns_known) for start in sorted(alike)]


def _hop(start: str, node: LineageNode, several: list[Any], *, columns_known: bool) -> Hop:
    """One hop from all that is said of it, the best evidence first."""
    told = [_read(one) if type(one) is str else _read_more(*one) for one in several]
    if len(told) > 1:
        told = [_together(sorted(told, key=_worse))]
    provenance, stale, required, seen, said_by, columns, only = told[0]
    kind = "PRODUCES" if node.kind == "DATASET" else "CONSUMED_BY"
    edge = LineageEdge(start, node.id, kind, provenance, stale, seen, None, None, said_by)
    return Hop(edge, node, columns_known, required, columns, only=only)


@lru_cache(maxsize=REMEMBERED)
def _read(text: str) -> _Said:
    provenance, stale, required, seen, source = text.split("|", 4)
    return _Said(
        cast(Provenance, provenance or "declared"),
        stale == "1",
        required == "1",
        moment_at(1000 * int(seen)) if seen else None,
        (source,) if source else (),
    )


def _read_more(text: str, columns: Sequence[str] | None, only: Sequence[str | None] | None) -> _Said:
    """A declared edge has no name of what goes through its job: everything does."""
    named = None if only is None or None in only else frozenset(cast(Sequence[str], only))
    return _read(text)._replace(columns=tuple(columns or ()), only=named)


def _together(told: Sequence[_Said]) -> _Said:
    only = [one.only for one in told]
    return told[0]._replace(
        seen=max((one.seen for one in told if one.seen is not None), default=None),
        said_by=tuple(dict.fromkeys(source for one in told for source in one.said_by)),
        only=None if None in only else frozenset().union(*(one or () for one in only)),
    )


def _worse(one: _Said) -> tuple[object, ...]:
    """Sorts stale evidence last, and what was declared before what was seen, read from code or guessed."""
    return one.stale, strength(one.provenance), one.said_by
