"""Whom a publication concerns: the job partitions that need the partitions, found before anything is locked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from graph_model.readiness.latest import may_take
from graph_model.readiness.rules import JobNeeds, JobPartition, concerned, needs_of_row
from graph_model.store.graph import Graph, Row, Transaction

# So many job partitions are evaluated in one transaction; a wider fan-out goes through the marks, in batches of this
# size.
BATCH = 100


class Made(Protocol):
    """A run that was made now."""

    @property
    def id(self) -> str: ...

    @property
    def job_partition(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PublishedPartition:
    id: str
    dataset: str
    key: str


@dataclass(frozen=True, slots=True)
class Concern:
    """The job partitions that some partitions concern, by partition id, and what their jobs need."""

    by_partition: Mapping[str, frozenset[JobPartition]]
    jobs: Mapping[str, JobNeeds]

    @property
    def targets(self) -> tuple[JobPartition, ...]:
        """All of them, sorted for locking."""
        return tuple(sorted(frozenset().union(*self.by_partition.values())))

    @property
    def narrow(self) -> tuple[JobPartition, ...]:
        """As many as one transaction may lock beside its own work, of whole partitions; the rest goes by its marks."""
        chosen: frozenset[JobPartition] = frozenset()
        for concerned_by_one in self.by_partition.values():
            if len(chosen | concerned_by_one) <= BATCH:
                chosen |= concerned_by_one
        return tuple(sorted(chosen))

    def shares(self, ready: Iterable[Made], groups: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """The runs that each group of partitions made ready; one that several had a part in goes to the first."""
        left = {run.job_partition: run.id for run in ready}
        shares: list[tuple[str, ...]] = []
        for partitions in groups:
            concerned_by_group = {target.id for id in partitions for target in self.by_partition.get(id, ())}
            shares.append(tuple(left.pop(id) for id in sorted(concerned_by_group & left.keys())))
        return shares


def find_concern(graph: Graph, partitions: Sequence[PublishedPartition]) -> Concern:
    """Who needs these partitions, by the mappings of the jobs that read them and by the edges that exist."""
    if not partitions:
        return Concern({}, {})
    consumers, wired = graph.read(lambda tx: _look_around(tx, partitions))
    jobs = {row["job"]: needs_of_row(row) for row in consumers}
    found: dict[str, set[JobPartition]] = {
        partition.id: set(concerned(jobs.values(), dataset=partition.dataset, key=partition.key))
        for partition in partitions
    }
    for row in wired:
        if row["job"] in jobs:
            found[row["partition"]].add(JobPartition(row["id"], row["job"], row["key"]))
    for partition, target in _awaiting(graph, partitions, jobs):
        found[partition].add(target)
    return Concern({partition: frozenset(targets) for partition, targets in found.items()}, jobs)


def _awaiting(
    graph: Graph, partitions: Sequence[PublishedPartition], jobs: Mapping[str, JobNeeds]
) -> Iterator[tuple[str, JobPartition]]:
    """The job partitions that wait for the latest of an input, and may take one of these partitions (ids)."""
    latest = {(job.job, need.dataset): need for job in jobs.values() for need in job.inputs if need.is_latest}
    if not latest:
        return
    waiting = graph.rows("readiness.awaiting", jobs=sorted({job for job, _ in latest}))
    for partition in partitions:
        for row in waiting:
            need = latest.get((row["job"], partition.dataset))
            if need and may_take(need, partition.key, jobs[row["job"]].scheme, row["key"]):
                yield partition.id, JobPartition(row["id"], row["job"], row["key"])


def _look_around(tx: Transaction, partitions: Sequence[PublishedPartition]) -> tuple[list[Row], list[Row]]:
    consumers = tx.rows("readiness.consumers", datasets=sorted({partition.dataset for partition in partitions}))
    if not consumers:
        return [], []
    return consumers, tx.rows("readiness.wired", partitions=[partition.id for partition in partitions])
