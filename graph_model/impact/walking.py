"""The walk of a verdict: everybody downstream of some nodes, over whole datasets and through every job as a whole: one
that fails makes none of its outputs.

It is as long as the graph or this process works, not as both: as soon as it is known which nodes a step leads to, the
next step is asked for, and the edges of this one are made while the graph works on it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, cast

from graph_model.estate.batches import in_batches
from graph_model.lineage.entities import LineageEdge, LineageNode, Provenance
from graph_model.lineage.hops import Hop, step_control, strength
from graph_model.lineage.merging import KIND_OF_LABEL, Rows, all_ids, told
from graph_model.lineage.walk import (
    DEPTH_LIMIT,
    MOST_WALKED,
    NODE_LIMIT,
    NODES_PER_QUERY,
    TIMEOUT,
    Ceilings,
    Walked,
)
from graph_model.names import Name

REMEMBERED = 8192
"""What is said of so many edges is not read again: one event says the same of all that it tells."""


class Asking(Rows, Protocol):
    """An open transaction, which works on what it is asked while the caller does something else."""

    def ask(self, name: str, **parameters: Any) -> Callable[[], list[dict[str, Any]]]: ...


def walk_downstream(
    graph: Asking, start: Sequence[LineageNode], *, at: datetime, ceilings: Ceilings, control: bool = False
) -> Walked:
    """Everybody downstream of several nodes at once: nodes and edges once each, the nearest first. `control`: also jobs
    that wait for others without data."""
    return _Walk(graph, start, at=at, ceilings=ceilings, control=control).to_its_end()


class _Said(NamedTuple):
    """The evidence of one edge."""

    provenance: Provenance
    stale: bool
    required: bool
    seen: datetime | None
    source: str
    columns: tuple[str, ...] = ()
    only: frozenset[str] | None = None


class _Met(NamedTuple):
    """A node that edges of a step lead to: where each begins, and what is said of it. `control` are ready."""

    node: LineageNode
    columns_known: bool
    starts: list[str]
    said: list[Any]
    control: tuple[Hop, ...] = ()


class _Asked(NamedTuple):
    """A part of a hop on its way: the nodes that it leads from, and the node that each id in a list stands for."""

    part: Sequence[LineageNode]
    starts: dict[str, list[str]]
    rows: Callable[[], list[dict[str, Any]]]
    is_merged: bool


class _Walk:
    def __init__(
        self, graph: Asking, start: Sequence[LineageNode], *, at: datetime, ceilings: Ceilings, control: bool
    ) -> None:
        self.walked = Walked({node.id: node for node in start})
        self._graph, self._at, self._ceilings, self._control = graph, at, ceilings, control
        self._deadline = time.monotonic() + ceilings.seconds
        self._hops = 0
        self._parts = deque(in_batches(list(self.walked.nodes.values()), NODES_PER_QUERY))
        self._new: list[LineageNode] = []

    def to_its_end(self) -> Walked:
        asked = self._ask()
        while asked is not None:
            found = self._let_in(self._met(asked))
            asked = self._ask()
            for met in found:
                self._keep(met)  # while the graph works
        return self.walked

    def _ask(self) -> _Asked | None:
        """Sends the next step; None: the walk has come to its end."""
        while self._parts or self._new:
            if not self._parts:
                self._parts.extend(in_batches(self._new, NODES_PER_QUERY))
                self._hops, self._new = self._hops + 1, []
            if time.monotonic() >= self._deadline:
                self.walked.reasons[TIMEOUT] = None
                return None
            part = self._parts.popleft()
            if any(node.kind != "CONSUMER" for node in part):
                return self._asked(part)
        return None

    def _asked(self, part: Sequence[LineageNode]) -> _Asked:
        ids: dict[str, list[str]] = {}
        starts: dict[str, list[str]] = {}
        is_merged = False
        for kind in ("DATASET", "JOB"):
            ids[kind], here = all_ids(node for node in part if node.kind == kind)
            starts[kind] = [here.get(id_, id_) for id_ in ids[kind]] if here else ids[kind]
            is_merged |= bool(here)
        rows = self._graph.ask("impact.step", datasets=ids["DATASET"], jobs=ids["JOB"], at=self._at)
        return _Asked(part, starts, rows, is_merged)

    def _met(self, asked: _Asked) -> list[_Met]:
        """The nodes that a step leads to, each once and in the order of an answer."""
        entries = [entry for row in asked.rows() for entry in row["nodes"]]
        found = [self._one(entry, asked.starts) for entry in entries]
        entities = [entry[7] for entry in entries]
        if asked.is_merged or any(entities):
            nodes = told(self._graph, [(met.node, entity) for met, entity in zip(found, entities, strict=True)])
            found = _as_told(nodes, found)
        if self._control:
            control = step_control(self._graph, asked.part, direction="DOWN", at=self._at)
            found = _with_control(found, control, hops=self._hops + 1)
        return sorted(found, key=_order)

    def _one(self, entry: list[Any], starts: dict[str, list[str]]) -> _Met:
        id_, label, namespace, name, state, technical, columns_known, _, dropped, places, said = entry
        node = self.walked.nodes.get(id_)
        if node is None:
            node = LineageNode(
                id_,
                KIND_OF_LABEL[label],
                Name(namespace or "", name or ""),
                hops=self._hops + 1,
                direction="DOWN",
                state=state,
                technical=technical,
                dropped_at=None if dropped is None else datetime.fromtimestamp(dropped / 1000, UTC),
            )
        begin = starts["JOB" if label == "Dataset" else "DATASET"]
        return _Met(node, columns_known, [begin[place] for place in places], said)

    def _let_in(self, found: Sequence[_Met]) -> list[_Met]:
        """Those that the ceilings allow. New ones are walked from next."""
        nodes, reasons = self.walked.nodes, self.walked.reasons
        kept: list[_Met] = []
        for met in found:
            node = met.node
            if node.id not in nodes:
                if self._hops >= self._ceilings.depth:
                    reasons[DEPTH_LIMIT] = None
                    continue
                if len(nodes) >= self._ceilings.limit or len(nodes) >= MOST_WALKED:
                    reasons[NODE_LIMIT] = None
                    continue
                nodes[node.id] = node
                self._new.append(node)
            kept.append(met)
        return kept

    def _keep(self, met: _Met) -> None:
        hops = _hops_to(met)
        if met.control:
            hops = sorted((*hops, *met.control), key=_of_edge)
        for hop in hops:
            edge = hop.edge
            self.walked.hops.setdefault((edge.source, edge.target, edge.kind, ""), hop)


def _order(met: _Met) -> tuple[str, str, str, str]:
    """The same answer whatever the order of rows."""
    node = met.node
    return node.kind, node.name.namespace, node.name.name, node.id


def _of_edge(hop: Hop) -> tuple[object, ...]:
    edge = hop.edge
    return edge.source, edge.kind, edge.stale, edge.provenance


def _as_told(nodes: Sequence[LineageNode], found: Sequence[_Met]) -> list[_Met]:
    """One node for what is one. What is made from another name of itself is not made from anything."""
    one_of_each: dict[str, _Met] = {}
    for node, met in zip(nodes, found, strict=True):
        one = one_of_each.setdefault(node.id, _Met(node, met.columns_known, [], []))
        for start, said in zip(met.starts, met.said, strict=True):
            if start != node.id:
                one.starts.append(start)
                one.said.append(said)
    return [met for met in one_of_each.values() if met.starts]


def _with_control(found: Iterable[_Met], control: Iterable[Hop], *, hops: int) -> list[_Met]:
    by_id = {met.node.id: met for met in found}
    for hop in control:
        node = replace(hop.node, hops=hops, direction="DOWN")
        met = by_id.get(node.id, _Met(node, hop.columns_known, [], []))
        by_id[hop.node.id] = met._replace(control=(*met.control, hop))
    return list(by_id.values())


def _hops_to(met: _Met) -> Iterator[Hop]:
    """The edges that lead to one node, in the order of where they begin; those that say the same are one."""
    if len(met.starts) == 1:
        yield _hop(met, met.starts[0], met.said)
        return
    alike: dict[str, list[Any]] = {}
    for start, said in zip(met.starts, met.said, strict=True):
        alike.setdefault(start, []).append(said)
    for start in sorted(alike):
        yield _hop(met, start, alike[start])


def _hop(met: _Met, start: str, several: list[Any]) -> Hop:
    """One hop from all that is said of it, the best evidence first."""
    told = [_read(one) if type(one) is str else _read_more(*one) for one in several]
    if len(told) > 1:
        told.sort(key=_worse)
    provenance, stale, required, seen, source, columns, only = told[0]
    said_by = (source,) if source else ()
    if len(told) > 1:
        seen = max((one.seen for one in told if one.seen is not None), default=None)
        said_by = tuple(dict.fromkeys(one.source for one in told if one.source))
        only = None if any(one.only is None for one in told) else frozenset().union(*(one.only or () for one in told))
    kind = "PRODUCES" if met.node.kind == "DATASET" else "CONSUMED_BY"
    edge = LineageEdge(start, met.node.id, kind, provenance, stale, seen, None, None, said_by)
    return Hop(edge, met.node, met.columns_known, required, columns, only=only)


@lru_cache(maxsize=REMEMBERED)
def _read(text: str) -> _Said:
    provenance, stale, required, seen, source = text.split("|", 4)
    return _Said(
        cast(Provenance, provenance or "declared"),
        stale == "1",
        required == "1",
        datetime.fromtimestamp(int(seen) / 1000, UTC) if seen else None,
        source,
    )


def _read_more(text: str, columns: Sequence[str] | None, only: Sequence[str | None] | None) -> _Said:
    """A declared edge has no name of what goes through its job: everything does."""
    named = None if only is None or None in only else frozenset(cast(Sequence[str], only))
    return _read(text)._replace(columns=tuple(columns or ()), only=named)


def _worse(one: _Said) -> tuple[bool, int, str]:
    """Sorts stale evidence last, and what was declared before what was seen, read from code or guessed."""
    return one.stale, strength(one.provenance), one.source
