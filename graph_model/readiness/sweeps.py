"""What the steward does for readiness beside evaluating marks: time alone may open what was closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph_model.audit.record import Notice, Trail, Transition
from graph_model.names import job_partition_id
from graph_model.readiness.concern import BATCH
from graph_model.readiness.evaluate import MARKS_AT_ONCE, evaluate_now
from graph_model.readiness.rules import JobNeeds, JobPartition, needs_of_row
from graph_model.readiness.terms import lasting
from graph_model.readiness.wiring import lock
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


def follow(graph: Graph, *, limit: int = MARKS_AT_ONCE, most_rounds: int = 50) -> tuple[str, ...]:
    """Evaluates what waits by control for runs that have ended; the runs that this made ready."""
    return in_rounds(
        lambda: graph.rows("readiness.followed", most=limit),
        lambda ended: _follow(graph, ended),
        limit=limit,
        most=most_rounds,
    )


def _follow(graph: Graph, ended: Sequence[Row]) -> list[str]:
    pairs = graph.rows("readiness.followers", jobs=sorted({row["job"] for row in ended}))
    found = {job: graph.rows("readiness.of_job", job=job) for job in sorted({row["job"] for row in pairs})}
    jobs = {job: needs_of_row(rows[0]) for job, rows in found.items() if rows}
    targets = sorted(_concerned(ended, jobs))
    ready: list[str] = []
    for start in range(0, len(targets), BATCH):
        batch = targets[start : start + BATCH]
        ready.extend(graph.write(lambda tx, batch=batch: evaluate_now(tx, batch, jobs), step="evaluate"))
    runs = sorted(row["id"] for row in ended)
    graph.write(lambda tx: tx.rows("readiness.unfollow", runs=runs, token=tx.token), step="unmark")
    return ready


def _concerned(ended: Sequence[Row], jobs: Mapping[str, JobNeeds]) -> set[JobPartition]:
    return {
        JobPartition(job_partition_id(job.job, own), job.job, own)
        for row in ended
        for job in jobs.values()
        for control in job.after
        if control.job == row["job"]
        for own in control.mapping.needing(row["key"], upstream=control.scheme, job=job.scheme)
    }


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
