"""Holding and releasing. A hold blocks the claim, never the creation of a run: what is reported meanwhile is validated
and published, and its runs wait.
"""

from __future__ import annotations

from graph_model.audit.record import Transition, record
from graph_model.errors import NotHeld
from graph_model.holds.entities import Held, HoldKind, HoldTarget, Released
from graph_model.holds.repository import hold_by_id
from graph_model.jobs.repository import job
from graph_model.names import hold_id, job_partition_id, partition_id
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.report import find_target

# So many job partitions are locked in one transaction while a hold waits for the claims that began before it.
BATCH = 500


def hold(graph: Graph, target: HoldTarget, *, by: str, reason: str) -> Held:
    """From its return on, no run of the target is claimed; runs that were claimed before go on.

    Holding what is held changes nothing. Raises DatasetNotFound, JobNotFound, InvalidPartition.
    """
    subject = _subject(graph, target)
    placed = graph.write(lambda tx: _place(tx, target, subject, by=by, reason=reason))
    concerned = graph.rows("holds.concerned", target=subject)
    _wait_for_claims(graph, [row["job_partition"] for row in concerned if row["state"] == RunState.READY])
    after = graph.rows("holds.concerned", target=subject) if concerned else []
    running = tuple(row["id"] for row in after if row["state"] == RunState.RUNNING)
    return Held(hold_by_id(graph, hold_id(subject)), placed, running)


def release(graph: Graph, target: HoldTarget, *, by: str) -> Released:
    """Ends a hold. Raises NotHeld, DatasetNotFound, JobNotFound, InvalidPartition."""
    subject = _subject(graph, target)
    graph.write(lambda tx: _release(tx, target, subject, by=by))
    waiting = [row["id"] for row in graph.rows("holds.concerned", target=subject) if row["state"] == RunState.READY]
    return Released(hold_by_id(graph, hold_id(subject)), tuple(waiting))


def _place(tx: Transaction, target: HoldTarget, subject: str, *, by: str, reason: str) -> bool:
    rows = tx.rows(
        "holds.place", hold=hold_id(subject), target=_row(target, subject), reason=reason, by=by, token=tx.token
    )
    placed = bool(rows[0]["placed"])
    if placed:
        record(tx, [Transition(subject, "HELD", by, {"target": str(target), "reason": reason})])
    return placed


def _release(tx: Transaction, target: HoldTarget, subject: str, *, by: str) -> None:
    if not tx.rows("holds.release", hold=hold_id(subject), by=by, token=tx.token):
        raise NotHeld(target)
    record(tx, [Transition(subject, "RELEASED", by, {"target": str(target)})])


def _wait_for_claims(graph: Graph, job_partitions: list[str]) -> None:
    """Locks what a claim locks: a claim that looked before the hold was there is over when this returns."""
    ids = sorted(set(job_partitions))
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        graph.write(lambda tx, batch=batch: tx.rows("runs.lock", job_partitions=batch, token=tx.token))


def _subject(graph: Graph, target: HoldTarget) -> str:
    """The id of what is held."""
    if target.kind == HoldKind.JOB:
        found = job(graph, target.name)
        return (
            found.id
            if target.partition is None
            else job_partition_id(found.id, found.partitions.check(target.partition))
        )
    dataset = find_target(graph, target.name)
    return (
        dataset.id if target.partition is None else partition_id(dataset.id, dataset.partitions.check(target.partition))
    )


def _row(target: HoldTarget, subject: str) -> Row:
    return {
        "id": subject,
        "kind": target.kind,
        "namespace": target.name.namespace,
        "name": target.name.name,
        "key": target.partition,
    }
