"""Holding and releasing. A hold blocks the claim, never the creation of a run: what is reported meanwhile is validated
and published, and its runs wait.

What is to be skipped is held too, so that no worker takes it; the steward then ends its runs (`holds.skip`). A
partition of a dataset that is skipped holds nobody: its readers go without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_model.audit.record import Transition, record
from graph_model.errors import InvalidInput, NotHeld
from graph_model.holds.entities import Held, HoldEffect, HoldKind, HoldTarget, Released, blocks
from graph_model.holds.repository import hold_by_id
from graph_model.jobs.repository import job
from graph_model.names import hold_id, job_partition_id, partition_id
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.report import find_target

# So many job partitions are locked in one transaction while a hold waits for the claims that began before it.
BATCH = 500


# What `open` says of a hold in force: whether claims look at it.
BLOCKS, BLOCKS_NOBODY = 1, 2


def hold(
    graph: Graph,
    target: HoldTarget,
    *,
    by: str,
    reason: str,
    effect: HoldEffect = HoldEffect.WAIT,
    until: datetime | None = None,
) -> Held:
    """From its return on, no run of the target is claimed; runs that were claimed before go on.

    Holding what is held changes nothing. Raises DatasetNotFound, JobNotFound, InvalidPartition, and InvalidInput for a
    dataset that is to be skipped without saying which partition.
    """
    if target.partition is None and not blocks(target, effect):
        raise InvalidInput(str(target.name), f"only a partition of a dataset can be skipped: {target.name}@PARTITION")
    subject = _subject(graph, target)
    words = _Words(effect, until, by, reason)
    placed = graph.write(lambda tx: _place(tx, target, subject, words))
    concerned = graph.rows("holds.concerned", target=subject.id) if blocks(target, effect) else []
    _wait_for_claims(graph, [row["job_partition"] for row in concerned if row["state"] == RunState.READY])
    after = graph.rows("holds.concerned", target=subject.id) if concerned else []
    running = tuple(row["id"] for row in after if row["state"] == RunState.RUNNING)
    return Held(hold_by_id(graph, hold_id(subject.id)), placed, running)


def release(graph: Graph, target: HoldTarget, *, by: str) -> Released:
    """Ends a hold. Raises NotHeld, DatasetNotFound, JobNotFound, InvalidPartition."""
    subject = _subject(graph, target).id
    graph.write(lambda tx: end_hold(tx, target, subject, by=by))
    waiting = [row["id"] for row in graph.rows("holds.concerned", target=subject) if row["state"] == RunState.READY]
    return Released(hold_by_id(graph, hold_id(subject)), tuple(waiting))


@dataclass(frozen=True, slots=True)
class _Words:
    """What a person says when placing a hold."""

    effect: HoldEffect
    until: datetime | None
    by: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"skipped by {self.by}: {self.reason}"


def _place(tx: Transaction, target: HoldTarget, subject: _Subject, words: _Words) -> bool:
    rows = tx.rows(
        "holds.place",
        hold=hold_id(subject.id),
        target=_row(target, subject.id),
        open=BLOCKS if blocks(target, words.effect) else BLOCKS_NOBODY,
        effect=words.effect,
        until=words.until,
        reason=words.reason,
        by=words.by,
        token=tx.token,
    )
    placed = bool(rows[0]["placed"])
    if not placed:
        return False
    if not blocks(target, words.effect):
        row = {"id": subject.id, "dataset": subject.dataset, "key": target.partition, "why": words.sentence}
        tx.rows("readiness.go_without", partitions=[row])
    what = "SKIPPED" if words.effect is HoldEffect.SKIP else "HELD"
    until = {"until": words.until.isoformat()} if words.until else {}
    record(tx, [Transition(subject.id, what, words.by, {"target": str(target), "reason": words.reason, **until})])
    return True


def end_hold(tx: Transaction, target: HoldTarget, subject: str, *, by: str) -> None:
    """Ends the hold on `subject` in `tx`. Raises NotHeld."""
    found = tx.rows("holds.release", hold=hold_id(subject), by=by, token=tx.token)
    if not found:
        raise NotHeld(target)
    if not blocks(target, HoldEffect(found[0]["effect"] or HoldEffect.WAIT)):
        tx.rows("readiness.wait_again", partition=subject)
    record(tx, [Transition(subject, "RELEASED", by, {"target": str(target)})])


def _wait_for_claims(graph: Graph, job_partitions: list[str]) -> None:
    """Locks what a claim locks: a claim that looked before the hold was there is over when this returns."""
    ids = sorted(set(job_partitions))
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        graph.write(lambda tx, batch=batch: tx.rows("runs.lock", job_partitions=batch, token=tx.token))


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is held: its id, and for a dataset or a partition of it the dataset's."""

    id: str
    dataset: str = ""


def _subject(graph: Graph, target: HoldTarget) -> _Subject:
    if target.kind == HoldKind.JOB:
        found = job(graph, target.name)
        if target.partition is None:
            return _Subject(found.id)
        return _Subject(job_partition_id(found.id, found.partitions.check(target.partition)))
    dataset = find_target(graph, target.name)
    if target.partition is None:
        return _Subject(dataset.id, dataset.id)
    return _Subject(partition_id(dataset.id, dataset.partitions.check(target.partition)), dataset.id)


def _row(target: HoldTarget, subject: str) -> Row:
    return {
        "id": subject,
        "kind": target.kind,
        "namespace": target.name.namespace,
        "name": target.name.name,
        "key": target.partition,
    }
