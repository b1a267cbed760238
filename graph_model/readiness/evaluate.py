"""Creates the runs of job partitions that have become ready: inside a publishing transaction, and again from durable
marks.

The lock comes first, so that of two transactions that publish the last two inputs of a job partition the later one sees
both. The mark covers what the lock cannot: a job declared while its input was being published, and engines whose
commits become visible piece by piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from types import MappingProxyType

from graph_model.audit.record import Trail, Transition
from graph_model.questions.ask import ask
from graph_model.readiness.concern import BATCH, PublishedPartition, find_concern
from graph_model.readiness.gates import open_gates
from graph_model.readiness.look import decide_each
from graph_model.readiness.rules import JobNeeds, JobPartition, ReadyInputs, run_row
from graph_model.readiness.wiring import lock, rewire, wire
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.rounds import in_rounds

# A mark younger than this may belong to a commit that readers do not see whole yet.
MARK_GRACE_MS = 300
MARKS_AT_ONCE = 200
NOTHING_INSTEAD: Mapping[str, str] = MappingProxyType({})


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
        wire(tx, [target], {needs.job: needs})
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
