"""What the steward does for readiness beside evaluating marks: time alone may open what was closed."""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.audit.record import Notice, Trail, Transition
from graph_model.readiness.evaluate import BATCH, MARKS_AT_ONCE, evaluate_now, lock
from graph_model.readiness.rules import JobPartition, needs_of_row
from graph_model.readiness.terms import lasting
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.rounds import in_rounds

LAPSED_AT_ONCE = 100


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


def lapse(graph: Graph, *, limit: int = LAPSED_AT_ONCE) -> tuple[str, ...]:
    """Ends ready runs that were not started within the time that their job allows, and tells its owners; their ids."""
    late = graph.rows("runs.lapsed", most=limit)
    if not late:
        return ()
    return graph.write(lambda tx: _lapse(tx, late))


def _lapse(tx: Transaction, late: Sequence[Row]) -> tuple[str, ...]:
    tx.rows("runs.lock", job_partitions=sorted({row["job_partition"] for row in late}), token=tx.token)
    reasons = {row["id"]: _not_started(row) for row in late}
    trail = Trail()
    ended = tx.rows("runs.lapse", runs=[{"id": id, "reason": reason} for id, reason in reasons.items()])
    for row in ended:
        reason = reasons[row["id"]]
        trail.add(Transition(row["id"], RunState.LAPSED, "readiness", {"reason": reason}))
        title = f"lapsed: partition {row['key'] or 'whole'}"
        trail.tell([Notice(f"lapsed/{row['id']}", "lapsed", row["id"], row["job"], title, reason)])
    trail.write(tx)
    return tuple(row["id"] for row in ended)


def _not_started(row: Row) -> str:
    allowed = round((row["ready_until"] - row["created_at"]).total_seconds())
    return f"it was ready for {lasting(allowed)} and was not started"
