"""Creates the runs of job partitions that have become ready: inside a publishing transaction, and again from durable
marks.

The lock comes first, so that of two transactions that publish the last two inputs of a job partition the later one sees
both. The mark covers what the lock cannot: a job declared while its input was being published, and engines whose
commits become visible piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from types import MappingProxyType

from graph_model.audit.record import Trail, Transition
from graph_model.names import partition_id
from graph_model.questions.ask import ask
from graph_model.readiness.gates import open_gates
from graph_model.readiness.latest import may_take
from graph_model.readiness.look import decide_each
from graph_model.readiness.rules import (
    JobNeeds,
    JobPartition,
    Need,
    ReadyInputs,
    concerned,
    needs_of,
    needs_of_row,
    run_row,
    stand_ins_of,
)
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.rounds import in_rounds

# A mark younger than this may belong to a commit that readers do not see whole yet.
MARK_GRACE_MS = 300
# So many job partitions are evaluated in one transaction; a wider fan-out goes through the marks, in batches of this
# size.
BATCH = 100
MARKS_AT_ONCE = 200
NOTHING_INSTEAD: Mapping[str, str] = MappingProxyType({})


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

    def shares(self, ready: Sequence[ReadyRun], groups: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """The runs that each group of partitions made ready; one that several had a part in goes to the first."""
        left = {run.job_partition: run.id for run in ready}
        shares: list[tuple[str, ...]] = []
        for partitions in groups:
            concerned_by_group = {target.id for id in partitions for target in self.by_partition.get(id, ())}
            shares.append(tuple(left.pop(id) for id in sorted(concerned_by_group & left.keys())))
        return shares


@dataclass(frozen=True, slots=True)
class ReadyRun:
    """A run that was created now."""

    id: str
    job_partition: str


@dataclass(frozen=True, slots=True)
class TimedRun:
    """A run that a nominal time made; `missing` are partitions (ids) that it goes without."""

    run: ReadyRun
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedPartition:
    id: str
    dataset: str
    key: str


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


def lock(tx: Transaction, targets: Sequence[JobPartition]) -> dict[str, str | None]:
    """Locks job partitions, creating them where new; what the edges of each were made from, by id."""
    rows = [{"id": target.id, "job": target.job, "key": target.key} for target in sorted(targets)]
    if not rows:
        return {}
    return {row["id"]: row["wiring"] for row in tx.rows("readiness.lock", job_partitions=rows, token=tx.token)}


def create_ready_runs(
    tx: Transaction,
    targets: Sequence[JobPartition],
    jobs: Mapping[str, JobNeeds],
    wirings: Mapping[str, str | None],
    trail: Trail,
    *,
    take_what_is_there: bool = False,
) -> tuple[ReadyRun, ...]:
    """Wires what is new, and creates the runs of what is ready. All `targets` must be locked in `tx`.

    `take_what_is_there`: as far as inputs are there now, whatever else they should wait for.
    """
    if not targets:
        return ()
    rewire(tx, targets, jobs, wirings)
    gates = open_gates(tx, [target for target in targets if jobs[target.job].is_paced])
    free, called = gates.parted(targets, jobs)
    ready = _ready(tx, free, jobs, take_what_is_there=take_what_is_there)
    rows = [run_row(target, jobs[target.job], ready[target.id]) for target in free if target.id in ready]
    created = _create_runs(tx, rows, trail)
    for run in created:
        trail.add(Transition(run.id, "READY", "readiness", {"job_partition": run.job_partition}))
    if called:
        timed = create_timed_runs(tx, called, jobs, {target.id: gates.nominal(target) for target in called}, trail)
        gates.close(tx, timed)
        created = (*created, *(each.run for each in timed.values()))
    ask(tx, [target.id for target in targets if jobs[target.job].asks], trail)
    return created


def create_timed_runs(
    tx: Transaction,
    targets: Sequence[JobPartition],
    jobs: Mapping[str, JobNeeds],
    nominal: Mapping[str, datetime],
    trail: Trail,
    *,
    take_what_is_there: bool = False,
) -> dict[str, TimedRun]:
    """By job partition, the runs that their nominal times make of those that are ready, on whatever inputs they had
    runs before. All `targets` are locked, wired, and their times have come.
    """
    ready = _ready(tx, targets, jobs, take_what_is_there=take_what_is_there)
    rows = [
        run_row(target, jobs[target.job], ready[target.id], nominal=nominal[target.id])
        for target in targets
        if target.id in ready
    ]
    created = _create_runs(tx, rows, trail)
    for run in created:
        at = nominal[run.job_partition].isoformat()
        trail.add(Transition(run.id, "READY", "schedule", {"job_partition": run.job_partition, "nominal": at}))
    return {run.job_partition: TimedRun(run, ready[run.job_partition].missing) for run in created}


def rewire(
    tx: Transaction, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds], wirings: Mapping[str, str | None]
) -> None:
    """Joins locked job partitions to what their jobs need now, where that is not what they are joined to."""
    _wire(tx, [target for target in targets if wirings[target.id] != jobs[target.job].wiring], jobs)


def create_run_again(
    tx: Transaction,
    target: JobPartition,
    needs: JobNeeds,
    trail: Trail,
    *,
    instead: Mapping[str, str] = NOTHING_INSTEAD,
) -> ReadyRun | None:
    """A run of the next generation on the current inputs, whatever runs they had; None when it is not ready. `instead`:
    by the version that is current, the one that it reads in its place.

    Locks `target`, so it must be the first statement of `tx`, or `target` be locked already.
    """
    wiring = lock(tx, [target])[target.id]
    if wiring != needs.wiring:
        _wire(tx, [target], {needs.job: needs})
    ready = _ready(tx, [target], {needs.job: needs}, again=True).get(target.id)
    if ready is None:
        return None
    generation = tx.rows("readiness.raise_generation", job_partition=target.id)[0]["generation"]
    row = run_row(target, needs, replace(_with(ready, instead), generation=generation), again=True)
    run = _create_runs(tx, [row], trail)[0]
    ask(tx, [target.id] if needs.asks else [], trail)
    return run


def _with(ready: ReadyInputs, instead: Mapping[str, str]) -> ReadyInputs:
    """The same inputs, but for the versions that somebody chose."""
    if not instead:
        return ready
    versions, triggers = (
        tuple(sorted(instead.get(version, version) for version in some)) for some in (ready.versions, ready.triggers)
    )
    return replace(ready, versions=versions, triggers=triggers)


def _create_runs(tx: Transaction, rows: list[Row], trail: Trail) -> tuple[ReadyRun, ...]:
    """The runs of `rows` that are ready from now on; older ones that have not started make way."""
    created = tx.rows("readiness.create_runs", runs=rows) if rows else []
    if created:
        tx.rows("orders.adopt", runs=created)
    superseded = tx.rows("readiness.supersede", created=created) if created else []
    for row in superseded:
        trail.add(Transition(row["id"], "SUPERSEDED", "readiness"))
    return tuple(ReadyRun(row["id"], row["job_partition"]) for row in created)


def evaluate_marks(graph: Graph, *, limit: int = MARKS_AT_ONCE, most_rounds: int = 50) -> tuple[str, ...]:
    """Evaluates the job partitions behind marked partitions again and removes the marks; the runs that this made
    ready. Goes on until no mark is left that is old enough, at most `most_rounds` times.
    """
    return in_rounds(
        lambda: graph.rows("readiness.marked", grace_ms=MARK_GRACE_MS, most=limit),
        lambda marked: _evaluate(graph, marked),
        limit=limit,
        most=most_rounds,
    )


def _evaluate(graph: Graph, marked: Sequence[Row]) -> list[str]:
    concern = find_concern(graph, [PublishedPartition(row["id"], row["dataset"], row["key"]) for row in marked])
    ready: list[str] = []
    for start in range(0, len(concern.targets), BATCH):
        targets = concern.targets[start : start + BATCH]
        ready.extend(graph.write(lambda tx, targets=targets: evaluate_now(tx, targets, concern.jobs), step="evaluate"))
    # Only the very marks that were read: a commit may bring a new one whose moment lies before our look.
    marks = [{"id": row["id"], "mark": row["mark"]} for row in sorted(marked, key=itemgetter("id"))]
    graph.write(lambda tx: tx.rows("readiness.unmark", marks=marks, token=tx.token), step="unmark")
    return ready


def evaluate_now(tx: Transaction, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds]) -> list[str]:
    """Locks job partitions and creates the runs of those that are ready; their ids. First statement of `tx`."""
    trail = Trail()
    created = create_ready_runs(tx, targets, jobs, lock(tx, targets), trail)
    trail.write(tx)
    return [run.id for run in created]


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


def _ready(
    tx: Transaction,
    targets: Sequence[JobPartition],
    jobs: Mapping[str, JobNeeds],
    *,
    take_what_is_there: bool = False,
    again: bool = False,
) -> dict[str, ReadyInputs]:
    """The job partitions that are ready, by id. For jobs without terms one query answers; `decide` says the same."""
    plain = [target for target in targets if jobs[target.job].is_plain and not take_what_is_there]
    others = [target for target in targets if target not in plain]
    ready = _ready_by_query(tx, plain) if plain else {}
    if others:
        ready |= decide_each(tx, others, jobs, take_what_is_there=take_what_is_there, again=again)
    return ready


def _ready_by_query(tx: Transaction, targets: Sequence[JobPartition]) -> dict[str, ReadyInputs]:
    found: dict[str, list[Row]] = {}
    for row in tx.rows("readiness.ready_inputs", ids=[target.id for target in targets]):
        found.setdefault(row["job_partition"], []).append(row)
    return {
        id: ReadyInputs(
            tuple(sorted(row["version"] for row in rows)),
            tuple(sorted(row["version"] for row in rows if row["triggers"])),
            rows[0]["generation"],
        )
        for id, rows in found.items()
    }
