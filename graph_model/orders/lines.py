"""The steps of an order have their turn line after line; where none is left, the order is over."""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.audit.record import Transition, record
from graph_model.orders.active import Active
from graph_model.orders.entities import OrderState
from graph_model.orders.start import line_of
from graph_model.readiness.rules import JobNeeds, JobPartition, needs_of_row
from graph_model.readiness.wiring import lock, rewire
from graph_model.store.graph import Graph, Row, Transaction


def release(graph: Graph, order: Active, room: int, jobs: dict[str, JobNeeds | None]) -> int:
    """Lets so many more steps of an order have their turn; how many did."""
    released, line = 0, order.line
    while released < room and line < order.lines:
        wanted = room - released
        rows = graph.rows("orders.line", line=line_of(order.id, line), most=wanted)
        line += len(rows) < wanted
        targets = _targets(graph, rows, jobs)
        done = graph.write(
            lambda tx, rows=rows, targets=targets, line=line: _release(tx, order.id, rows, targets, line),
            step="order line",
        )
        if done is None:
            return released
        released += done
    return released


def _targets(graph: Graph, rows: Sequence[Row], jobs: dict[str, JobNeeds | None]) -> dict[JobPartition, JobNeeds]:
    for job in {row["job"] for row in rows} - jobs.keys():
        found = graph.rows("readiness.of_job", job=job)
        jobs[job] = needs_of_row(found[0]) if found else None
    targets = {JobPartition(row["job_partition"], row["job"], row["key"]): jobs[row["job"]] for row in rows}
    return {target: needs for target, needs in targets.items() if needs}


def _release(
    tx: Transaction, order: str, rows: Sequence[Row], targets: dict[JobPartition, JobNeeds], line: int
) -> int | None:
    """They are wired first, so that everybody sees what each waits for. None: the order stands still meanwhile."""
    sorted_targets = sorted(targets)
    wirings = lock(tx, sorted_targets)
    rewire(tx, sorted_targets, {needs.job: needs for needs in targets.values()}, wirings)
    locked = tx.rows("orders.lock", order=order, token=tx.token)
    if not locked or locked[0]["state"] != OrderState.OPEN:
        return None
    return len(tx.rows("orders.release", order=order, steps=sorted(row["id"] for row in rows), line=line))


def end(graph: Graph, order: Active) -> None:
    """An order of which nothing is left."""
    graph.write(lambda tx: _end(tx, order), step="order end")


def _end(tx: Transaction, order: Active) -> None:
    locked = tx.rows("orders.lock", order=order.id, token=tx.token)
    if not locked or locked[0]["state"] != OrderState.OPEN or locked[0]["line"] < locked[0]["lines"]:
        return
    counts = {row["state"]: row["count"] for row in tx.rows("orders.progress", orders=[order.id]) if row["count"]}
    if any(row["count"] for row in tx.rows("orders.left", order=order.id)):
        return
    tx.rows("orders.set_state", order=order.id, state=OrderState.DONE, open=None, note="")
    record(tx, [Transition(order.id, "ORDER_DONE", order.by, {"steps": counts})])
