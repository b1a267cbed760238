"""Creates the runs of job partitions that have become ready: inside a publishing transaction, and again from durable
marks.

The lock comes first, so that of two transactions that publish the last two inputs of a job partition the later one sees
both. The mark covers what the lock cannot: a job declared while its input was being published, and engines whose
commits become visible piece by piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_model.audit.record import Transition, record
from graph_model.names import partition_id
from graph_model.readiness.rules import (
    JobNeeds,
    JobPartition,
    ReadyInputs,
    concerned,
    needs_of,
    needs_of_row,
    run_row,
)
from graph_model.store.graph import Graph, Transaction

# A mark younger than this may belong to a commit that readers do not see whole yet.
MARK_GRACE_MS = 300
# So many job partitions are evaluated in one transaction; a wider fan-out goes through the marks, in batches of this
# size.
BATCH = 100


@dataclass(frozen=True, slots=True)
class Concern:
    """The job partitions that some partitions concern, sorted for locking, and what their jobs need."""

    targets: tuple[JobPartition, ...]
    jobs: Mapping[str, JobNeeds]

    @property
    def is_wide(self) -> bool:
        return len(self.targets) > BATCH


@dataclass(frozen=True, slots=True)
class PublishedPartition:
    id: str
    dataset: str
    key: str


def find_concern(graph: Graph, partitions: Sequence[PublishedPartition]) -> Concern:
    """Who needs these partitions, by the mappings of the jobs that read them and by the edges that exist."""
    datasets = sorted({partition.dataset for partition in partitions})
    jobs = {row["job"]: needs_of_row(row) for row in graph.rows("readiness.consumers", datasets=datasets)}
    if not jobs:
        return Concern((), {})
    wired = graph.rows("readiness.wired", partitions=[partition.id for partition in partitions])
    targets = {JobPartition(row["id"], row["job"], row["key"]) for row in wired if row["job"] in jobs}
    for partition in partitions:
        targets.update(concerned(jobs.values(), dataset=partition.dataset, key=partition.key))
    return Concern(tuple(sorted(targets)), jobs)


def lock(tx: Transaction, targets: Sequence[JobPartition]) -> dict[str, str | None]:
    """Locks job partitions, creating them where new; what the edges of each were made from, by id."""
    rows = [{"id": target.id, "job": target.job, "key": target.key} for target in sorted(targets)]
    if not rows:
        return {}
    return {row["id"]: row["wiring"] for row in tx.rows("readiness.lock", job_partitions=rows, token=tx.token)}


def create_ready_runs(
    tx: Transaction, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds], wirings: Mapping[str, str | None]
) -> tuple[str, ...]:
    """Wires what is new, and creates the runs of what is ready; their ids. All `targets` must be locked in `tx`."""
    _wire(tx, [target for target in targets if wirings[target.id] != jobs[target.job].wiring], jobs)
    ready = _ready(tx, targets)
    rows = [run_row(target, jobs[target.job], ready[target.id]) for target in targets if target.id in ready]
    if not rows:
        return ()
    created = tx.rows("readiness.create_runs", runs=rows, token=tx.token)
    superseded = tx.rows("readiness.supersede", created=created) if created else []
    record(
        tx, [Transition(row["id"], "READY", "readiness", {"job_partition": row["job_partition"]}) for row in created]
    )
    record(tx, [Transition(row["id"], "SUPERSEDED", "readiness") for row in superseded])
    return tuple(row["id"] for row in created)


def evaluate_marks(graph: Graph, *, limit: int = 200) -> tuple[str, ...]:
    """Evaluates the job partitions behind marked partitions again and removes the marks; the runs that this made
    ready.
    """
    marked = graph.rows("readiness.marked", grace_ms=MARK_GRACE_MS, most=limit)
    if not marked:
        return ()
    concern = find_concern(graph, [PublishedPartition(row["id"], row["dataset"], row["key"]) for row in marked])
    created: list[str] = []
    for start in range(0, len(concern.targets), BATCH):
        targets = concern.targets[start : start + BATCH]
        created.extend(
            graph.write(
                lambda tx, targets=targets: create_ready_runs(tx, targets, concern.jobs, lock(tx, targets)),
                step="evaluate",
            )
        )
    read_at = min(row["read_at"] for row in marked)
    graph.rows("readiness.unmark", partitions=[row["id"] for row in marked], read_at=read_at)
    return tuple(created)


def _wire(tx: Transaction, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds]) -> None:
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
        }
        for target in targets
        for need in needs_of(jobs[target.job], target.key)
    ]
    tx.rows("readiness.wire", needs=sorted(needs, key=lambda row: (row["partition"], row["job_partition"])))
    tx.rows("readiness.fill", fills=_fills(targets, jobs))


def _fills(targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds]) -> list[dict[str, str]]:
    return [
        {
            "job_partition": target.id,
            "partition": partition_id(dataset, target.key),
            "dataset": dataset,
            "key": target.key,
            "wiring": jobs[target.job].wiring,
        }
        for target in targets
        for dataset in jobs[target.job].outputs
    ]


def _ready(tx: Transaction, targets: Sequence[JobPartition]) -> dict[str, ReadyInputs]:
    versions: dict[str, list[str]] = {}
    triggers: dict[str, list[str]] = {}
    for row in tx.rows("readiness.ready_inputs", ids=[target.id for target in targets]):
        versions.setdefault(row["job_partition"], []).append(row["version"])
        if row["triggers"]:
            triggers.setdefault(row["job_partition"], []).append(row["version"])
    return {
        id: ReadyInputs(tuple(sorted(found)), tuple(sorted(triggers.get(id, ())))) for id, found in versions.items()
    }
