"""Everything in a graph that a backup holds, read in stretches by id, never as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graph_model.backup.kinds import EDGE_KINDS, LABELS, SOURCES, EdgeKind
from graph_model.backup.lines import Item
from graph_model.errors import HeadwaterError
from graph_model.store.graph import Graph, Row

AT_ONCE = 2_000
# The lock of a node is nothing that it says.
NOT_KEPT = ("_lock",)

_KNOWN = frozenset(EDGE_KINDS)


class UnknownEdge(HeadwaterError):
    """The graph holds an edge that a backup would lose."""

    def __init__(self, kind: EdgeKind, source: str) -> None:
        super().__init__(f"a backup knows no edge ({kind.source})-[{kind.type}]->({kind.target}), as {source} has one")


def everything(graph: Graph, *, at_once: int = AT_ONCE) -> Iterator[Item]:
    """All nodes, then all edges. Consistent only while nothing writes."""
    for label in LABELS:
        yield from _nodes(graph, label, at_once)
    for label in SOURCES:
        yield from _edges(graph, label, at_once)


def warm_up(graph: Graph) -> None:
    """Asks each question once for a single node, so that the engine's planning of them, seconds on a server that has
    just started, makes no writer wait.
    """
    for label in LABELS:
        _stretch(graph, "backup.nodes", label, "", 1)
    for label in SOURCES:
        _stretch(graph, "backup.edges", label, "", 1)


def _nodes(graph: Graph, label: str, at_once: int) -> Iterator[Item]:
    for stretch in _stretches(graph, "backup.nodes", "id", label, at_once):
        for row in stretch:
            yield {"node": label, "properties": _kept(row["properties"])}


def _edges(graph: Graph, label: str, at_once: int) -> Iterator[Item]:
    for stretch in _stretches(graph, "backup.edges", "source", label, at_once):
        for row in stretch:
            if row["type"] is not None:
                yield _edge(label, row)


def _stretches(graph: Graph, query: str, key: str, label: str, at_once: int) -> Iterator[list[Row]]:
    """Rows of `at_once` nodes at a time, whose ids stand under `key`, until a stretch has fewer."""
    after, seen = "", at_once
    while seen == at_once:
        stretch = _stretch(graph, query, label, after, at_once)
        ids = {row[key] for row in stretch}
        seen = len(ids)
        after = max(ids, default=after)
        yield stretch


def _edge(label: str, row: Row) -> Item:
    kind = EdgeKind(label, row["type"], row["target_label"])
    if kind not in _KNOWN:
        raise UnknownEdge(kind, row["source"])
    ends = {"from": [label, row["source"]], "to": [kind.target, row["target"]]}
    return {"edge": kind.type, **ends, "properties": _kept(row["properties"])}


def _stretch(graph: Graph, query: str, label: str, after: str, most: int) -> list[Row]:
    return graph.read(lambda tx: tx.exact_rows(query, label=label, after=after, most=most))


def _kept(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value is not None and key not in NOT_KEPT}
