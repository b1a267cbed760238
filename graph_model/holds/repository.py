"""Reads holds."""

from __future__ import annotations

from graph_model.holds.entities import Hold, HoldEffect, HoldKind, HoldTarget
from graph_model.names import Name
from graph_model.store.graph import Graph, Row


def holds(graph: Graph) -> tuple[Hold, ...]:
    """Every hold that is in force, oldest first."""
    return tuple(_hold(row) for row in graph.rows("holds.in_force"))


def hold_by_id(graph: Graph, hold: str) -> Hold:
    """The hold with this id, in force or not. It must exist."""
    return _hold(graph.rows("holds.get_holds", ids=[hold])[0])


def _hold(row: Row) -> Hold:
    return Hold(
        id=row["id"],
        subject=row["target"],
        target=HoldTarget(HoldKind(row["kind"]), Name(row["namespace"], row["name"]), row["key"]),
        reason=row["reason"],
        by=row["by"],
        placed_at=row["placed_at"],
        effect=HoldEffect(row["effect"] or HoldEffect.WAIT),
        until=row["until"],
        released_at=row["released_at"],
        released_by=row["released_by"],
    )
