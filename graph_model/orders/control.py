"""Pausing, resuming and cancelling orders. Runs that were made go on."""

from __future__ import annotations

from dataclasses import dataclass

from graph_model.audit.record import Transition, record
from graph_model.errors import OrderEnded, OrderNotFound
from graph_model.orders.entities import OrderState
from graph_model.orders.start import line_of
from graph_model.store.graph import Graph, Row, Transaction

LINES_AT_ONCE = 10
ABANDONED_AFTER_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Controlled:
    """`was`: the state before; the same as `state`: nothing changed. `steps`: how many were open, of a cancelled one.

    `runs`: those that were made for them, and go on.
    """

    order: str
    was: OrderState
    state: OrderState
    steps: int = 0
    runs: tuple[str, ...] = ()


def pause(graph: Graph, order: str, *, by: str, reason: str) -> Controlled:
    """Nothing more of an order is begun until it is resumed. Raises OrderNotFound, OrderEnded."""
    was = graph.write(lambda tx: _pause(tx, order, by=by, why=reason), step="order pause")
    return Controlled(order, was, OrderState.PAUSED)


def pause_locked(graph: Graph, order: str, *, by: str, why: str) -> None:
    """The same by the order itself, unless it is over or stands still."""
    graph.write(lambda tx: _pause(tx, order, by=by, why=why, only=OrderState.OPEN), step="order pause")


def resume(graph: Graph, order: str, *, by: str, reason: str) -> Controlled:
    """Goes on where it stood still; what failed has another run if a person sees to it. Raises as `pause`."""
    was = graph.write(lambda tx: _resume(tx, order, by=by, reason=reason), step="order resume")
    return Controlled(order, was, OrderState.OPEN)


def cancel(graph: Graph, order: str, *, by: str, reason: str) -> Controlled:
    """Nothing more of an order is begun, ever. Raises as `pause`."""
    was, lines = graph.write(lambda tx: _end(tx, order, by=by, reason=reason), step="order cancel")
    cancelled = _cancel_lines(graph, order, lines, why=f"cancelled by {by}: {reason}")
    runs = tuple(sorted(row["run"] for row in cancelled if row["run"]))
    return Controlled(order, was, OrderState.CANCELLED, len(cancelled), runs)


def clear_abandoned(graph: Graph, *, seconds: int = ABANDONED_AFTER_SECONDS) -> tuple[str, ...]:
    """Takes away orders that were never written to their end, and what a crash left open of cancelled ones."""
    found = graph.rows("orders.abandoned", seconds=seconds)
    for row in found:
        cancel(graph, row["id"], by="steward", reason="whoever gave the order did not write it to its end")
    return tuple(row["id"] for row in found)


def _cancel_lines(graph: Graph, order: str, lines: int, *, why: str) -> list[Row]:
    """In many transactions: an order may be long. It is CANCELLED before, so nothing of it is begun meanwhile."""
    cancelled: list[Row] = []
    for start in range(0, lines, LINES_AT_ONCE):
        some = [line_of(order, line) for line in range(start, min(start + LINES_AT_ONCE, lines))]
        cancelled.extend(graph.write(lambda tx, some=some: _cancel_some(tx, order, some, why), step="order cancel"))
    graph.write(lambda tx: _close(tx, order), step="order cancel")
    return cancelled


def _cancel_some(tx: Transaction, order: str, lines: list[str], why: str) -> list[Row]:
    tx.rows("orders.lock", order=order, token=tx.token)
    return [row for line in lines for row in tx.rows("orders.cancel_line", line=line, why=why)]


def _close(tx: Transaction, order: str) -> None:
    tx.rows("orders.lock", order=order, token=tx.token)
    tx.rows("orders.set_state", order=order, state=OrderState.CANCELLED, open=None, note="")


def _locked(tx: Transaction, order: str) -> Row:
    found = tx.rows("orders.lock", order=order, token=tx.token)
    if not found:
        raise OrderNotFound(order)
    return found[0]


def _pause(tx: Transaction, order: str, *, by: str, why: str, only: OrderState | None = None) -> OrderState:
    was = OrderState(_locked(tx, order)["state"])
    if was is OrderState.PAUSED or (only and was is not only):
        return was
    if was is not OrderState.OPEN:
        raise OrderEnded(order, was)
    tx.rows("orders.set_state", order=order, state=OrderState.PAUSED, open=2, note=why)
    tx.rows("orders.stand_still", order=order)
    record(tx, [Transition(order, "ORDER_PAUSED", by, {"reason": why})])
    return was


def _resume(tx: Transaction, order: str, *, by: str, reason: str) -> OrderState:
    found = _locked(tx, order)
    was = OrderState(found["state"])
    if was is OrderState.OPEN:
        return was
    if was is not OrderState.PAUSED:
        raise OrderEnded(order, was)
    tx.rows("orders.set_state", order=order, state=OrderState.OPEN, open=1, note="")
    tx.rows("orders.go_on", lines=[line_of(order, line) for line in range(found["line"])])
    record(tx, [Transition(order, "ORDER_RESUMED", by, {"reason": reason})])
    return was


def _end(tx: Transaction, order: str, *, by: str, reason: str) -> tuple[OrderState, int]:
    """Cancelled already: its lines are gone through again, since a crash may have left some."""
    found = _locked(tx, order)
    was = OrderState(found["state"])
    if was is OrderState.DONE:
        raise OrderEnded(order, was)
    if was is not OrderState.CANCELLED:
        tx.rows("orders.set_state", order=order, state=OrderState.CANCELLED, open=2, note="")
        record(tx, [Transition(order, "ORDER_CANCELLED", by, {"reason": reason})])
    return was, found["lines"]
