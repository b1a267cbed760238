"""Locks job partitions, and joins them to what their jobs need and make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graph_model.names import partition_id
from graph_model.readiness.rules import JobNeeds, JobPartition, Need, needs_of, stand_ins_of
from graph_model.store.graph import Row, Transaction


def lock(tx: Transaction, targets: Sequence[JobPartition]) -> dict[str, str | None]:
    """Locks job partitions, creating them where new; what the edges of each were made from, by id."""
    rows = [{"id": target.id, "job": target.job, "key": target.key} for target in sorted(targets)]
    if not rows:
        return {}
    return {row["id"]: row["wiring"] for row in tx.rows("readiness.lock", job_partitions=rows, token=tx.token)}


def rewire(
    tx: Transaction, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds], wirings: Mapping[str, str | None]
) -> None:
    """Joins locked job partitions to what their jobs need now, where that is not what they are joined to."""
    wire(tx, [target for target in targets if wirings[target.id] != jobs[target.job].wiring], jobs)


def wire(tx: Transaction, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds]) -> None:
    """Joins locked job partitions to what their jobs need now, whatever they are joined to."""
    if not targets:
        return
    tx.rows("readiness.unwire", ids=[target.id for target in targets])
    needs = [
        {
            "job_partition": target.id,
            "partition": need.partition,
            "dataset": need.dataset,
            "key": need.key,
            "required": need.required,
            "triggers": need.triggers,
            "asks": need.asks,
            "instead": need.instead or None,
        }
        for target in targets
        for need in _wanted(jobs[target.job], target.key)
    ]
    tx.rows("readiness.wire", needs=sorted(needs, key=lambda row: (row["partition"], row["job_partition"])))
    tx.rows("readiness.fill", fills=_fills(targets, jobs))


def _wanted(job: JobNeeds, key: str) -> Iterator[Need]:
    """One for each partition: what is needed itself is no stand-in."""
    needs = needs_of(job, key)
    direct = {need.partition for need in needs}
    yield from needs
    yield from (need for need in stand_ins_of(job, key) if need.partition not in direct)


def _fills(targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds]) -> list[Row]:
    return [
        {
            "job_partition": target.id,
            "partition": partition_id(dataset, target.key),
            "dataset": dataset,
            "key": target.key,
            "wiring": jobs[target.job].wiring,
            "special": None if jobs[target.job].is_plain else 1,
        }
        for target in targets
        for dataset in jobs[target.job].outputs
    ]
