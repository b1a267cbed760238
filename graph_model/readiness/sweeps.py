"""What the steward does for readiness beside evaluating marks: time alone may open what was closed."""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.readiness.evaluate import BATCH, MARKS_AT_ONCE, evaluate_now, lock
from graph_model.readiness.rules import JobPartition, needs_of_row
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.rounds import in_rounds


def look_again(graph: Graph, *, limit: int = MARKS_AT_ONCE, most_rounds: int = 50) -> tuple[str, ...]:
    """Evaluates the job partitions for which time may have changed the answer; the runs that this made ready. Each
    evaluation says anew when to look again, if ever.
    """
    return in_rounds(
        lambda: graph.rows("readiness.due_looks", most=limit),
        lambda due: _look_again(graph, due),
        limit=limit,
        most=most_rounds,
    )


def _look_again(graph: Graph, due: Sequence[Row]) -> list[str]:
    found = {job: graph.rows("readiness.of_job", job=job) for job in sorted({row["job"] for row in due})}
    jobs = {job: needs_of_row(rows[0]) for job, rows in found.items() if rows}
    targets = sorted(JobPartition(row["id"], row["job"], row["key"]) for row in due)
    alive = [target for target in targets if target.job in jobs]
    ready: list[str] = []
    for start in range(0, len(alive), BATCH):
        batch = alive[start : start + BATCH]
        ready.extend(graph.write(lambda tx, batch=batch: evaluate_now(tx, batch, jobs), step="evaluate"))
    gone = [target for target in targets if target.job not in jobs]
    if gone:
        graph.write(lambda tx: _forget(tx, gone))
    return ready


def _forget(tx: Transaction, targets: Sequence[JobPartition]) -> None:
    """Nobody waits any more where the job is no longer declared."""
    lock(tx, targets)
    tx.rows("readiness.look_no_more", job_partitions=[target.id for target in targets])
