"""The difference between what the graph holds of a scope and what its estate wants."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from graph_model.estate.holdings import Edge, Holdings, Node, NodeKind
from graph_model.estate.wording import changed_edges, changed_properties, introduced
from graph_model.names import Name

Action = Literal["create", "update", "retire"]
_ORDER = {"create": 0, "update": 1, "retire": 2, "dataset": 0, "job": 1, "consumer": 2, "pool": 3}


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """`detail` says what changes, in words. Something retired that is declared again is created."""

    action: Action
    kind: NodeKind
    name: Name
    detail: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """`declared` are nodes to create or to change, `retired` those to retire; `opened` and `closed` are edges."""

    changes: tuple[PlannedChange, ...]
    declared: tuple[Node, ...]
    retired: tuple[Node, ...]
    opened: tuple[Edge, ...]
    closed: tuple[Edge, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.changes or self.opened or self.closed)

    def hash(self, scope: str) -> str:
        """sha256 over everything that applying would write, but for the folder the estate happens to lie in."""
        content = {
            "scope": scope,
            "declared": [[node.id, portable(node.properties)] for node in self.declared],
            "retired": [node.id for node in self.retired],
            "opened": [[edge.id, dict(edge.properties)] for edge in self.opened],
            "closed": [edge.id for edge in self.closed],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def difference(standing: Holdings, wanted: Holdings, *, scope: str) -> Difference:
    """What must be written so that `standing` holds what is `wanted`. Only nodes of `scope` are retired."""
    opened = [edge for id, edge in wanted.edges.items() if not _same_edge(standing.edges.get(id), edge)]
    closed = [edge for id, edge in standing.edges.items() if not _same_edge(wanted.edges.get(id), edge)]
    retired = [
        node for id, node in standing.nodes.items() if node.alive and node.scope == scope and id not in wanted.nodes
    ]
    touched = {edge.about for edge in (*opened, *closed)}
    changes = [_retirement(node) for node in retired]
    declared: list[Node] = []
    for id, node in wanted.nodes.items():
        before = standing.nodes.get(id)
        if before == node and id not in touched:
            continue
        if before != node:
            declared.append(node)
        changes.append(_change(before, node, opened=opened, closed=closed, labels={**standing.labels, **wanted.labels}))
    return Difference(
        changes=tuple(sorted(changes, key=lambda change: (_ORDER[change.action], _ORDER[change.kind], change.name))),
        declared=_by_id(declared),
        retired=_by_id(retired),
        opened=_by_id(opened),
        closed=_by_id(closed),
    )


def _change(
    before: Node | None, node: Node, *, opened: Iterable[Edge], closed: Iterable[Edge], labels: dict[str, str]
) -> PlannedChange:
    if before is None or not before.alive:
        again = "declared again" if before else ""
        return PlannedChange("create", node.kind, node.name, again or introduced(node), node.id)
    gone = [edge for edge in closed if edge.about == node.id]
    new = [edge for edge in opened if edge.about == node.id]
    words = [*changed_properties(before, node), *changed_edges(gone, new, labels)]
    return PlannedChange("update", node.kind, node.name, "; ".join(words), node.id)


def _retirement(node: Node) -> PlannedChange:
    return PlannedChange("retire", node.kind, node.name, "no longer declared", node.id)


def _same_edge(one: Edge | None, other: Edge) -> bool:
    return one is not None and one.properties == other.properties


def portable(properties: Any) -> dict[str, Any]:
    """Properties without the path of the project, which jobs and checks know: a plan made on one machine can be
    applied on another."""
    plain = dict(properties)
    if "definition" in plain:
        definition = json.loads(plain["definition"])
        definition["executor"].pop("project", None)
        plain["definition"] = definition
    if plain.get("contract"):
        contract = json.loads(plain["contract"])
        for check in contract["checks"]:
            check["params"].pop("project", None)
        plain["contract"] = contract
    return plain


def _by_id(things: list[Any]) -> tuple[Any, ...]:
    return tuple(sorted(things, key=lambda thing: thing.id))
