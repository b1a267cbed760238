"""Carrying replays on: each open step gets its run when what it reads is good. A sweep of the steward.

The job partition is locked first, then the step, and both are looked at again: so a step gets one run, however many
look at it, and whatever becomes of them in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from graph_model.audit.record import Notice, Trail, Transition
from graph_model.orders.carry_on import carry_orders
from graph_model.readiness.evaluate import ReadyRun, create_ready_runs, create_run_again
from graph_model.readiness.rules import JobNeeds, JobPartition, needs_of_row
from graph_model.readiness.wiring import lock, rewire
from graph_model.replays.entities import OVER, ReplayState, StepState, Way
from graph_model.replays.plan import plan_replay
from graph_model.replays.rules import Look, Move, next_move
from graph_model.replays.start import add_steps
from graph_model.replays.surroundings import Surroundings, look_around, where
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.readable import readables

STEPS_AT_ONCE = 200
REPLAYS_AT_ONCE = 50

Rows = Callable[..., list[Row]]


def carry_on(graph: Graph) -> tuple[str, ...]:
    """Goes through all open steps of replays and orders once, and ends those that have none left; the runs that were
    made, wanting a ring.

    What a step waits for may come of one that is looked at later: then it goes on the next time.
    """
    made: list[str] = []
    ordered: list[Row] = []
    after = ""
    while steps := graph.rows("replays.open_steps", after=after, most=STEPS_AT_ONCE):
        ordered.extend(step for step in steps if step["origin"])
        made.extend(_carry(graph, [step for step in steps if not step["origin"]]))
        after = steps[-1]["id"]
        if len(steps) < STEPS_AT_ONCE:
            break
    made.extend(carry_orders(graph, ordered))
    for row in graph.rows("replays.finished", most=REPLAYS_AT_ONCE):
        _end(graph, row)
    return tuple(made)


def _carry(graph: Graph, steps: Sequence[Row]) -> list[str]:
    if not steps:
        return []
    around = _around(graph.rows, steps)
    jobs: dict[str, JobNeeds | None] = {}
    made: list[str] = []
    for step in steps:
        look = look_at(step, around)
        move = next_move(look)
        if not move.run and (move.state, move.why) == (step["state"], step["why"]):
            continue
        job = _needs(graph, step["job"], jobs) if step["job_partition"] else None
        lost = _lost(graph, around, step) if move.run else ""
        run = graph.write(lambda tx, step=step, job=job, lost=lost: _move(tx, step, job, lost), step="replay step")
        if run:
            made.append(run)
    return made


def _needs(graph: Graph, job: str, known: dict[str, JobNeeds | None]) -> JobNeeds | None:
    if job not in known:
        rows = graph.rows("readiness.of_job", job=job)
        known[job] = needs_of_row(rows[0]) if rows else None
    return known[job]


def _lost(graph: Graph, around: Surroundings, step: Row) -> str:
    """Why an input could not be read, though the graph has a version of it; empty: all can."""
    inputs = {row["version"]: row for row in around.inputs.get(step["job_partition"], ()) if row["version"]}
    found = readables(graph, sorted(inputs))
    lost = [f"{where(inputs[id])}: {one.warning}" for id, one in sorted(found.items()) if not one.available]
    return "; ".join(lost)


def _around(rows: Rows, steps: Sequence[Row]) -> Surroundings:
    own = sorted({step["job_partition"] for step in steps} - {""})
    return look_around(rows, own, sorted({partition for step in steps for partition in step["partitions"]}))


def look_at(step: Row, around: Surroundings) -> Look:
    """What is known of a step (a row of `replays.open_steps`) by what stands around it."""
    own, avoids = step["job_partition"], tuple(step["avoids"])
    inputs = around.inputs.get(own, [])
    answers = [row["answer"] or "" for row in around.questions.get(own, ()) if not row["is_open"]]
    return Look(
        avoids=avoids,
        still_wrong=around.still_wrong(step["partitions"], step["replaces"], avoids),
        spoils=tuple(sorted(where(row) for row in inputs if row["version"] in avoids)),
        missing=around.missing(own) if own else "",
        asks=step["way"] == Way.ASKS,
        answer="rerun" if "rerun" in answers else next(iter(answers), ""),
        runs=around.past_runs(own, avoids),
        given=step["run"],
        here=bool(own),
    )


@dataclass(frozen=True, slots=True)
class _Locked:
    """A step under its locks."""

    row: Row
    target: JobPartition | None
    wirings: Mapping[str, str | None]


def _move(tx: Transaction, seen: Row, job: JobNeeds | None, lost: str) -> str | None:
    """Looks again under the locks, and does what the step wants; the run that it was given."""
    step = _lock(tx, seen, job)
    if not step.row["is_open"]:
        return None
    look = look_at(step.row, _around(tx.rows, [step.row]))
    move = next_move(look)
    trail, run = Trail(), None
    if move.run:
        move, run = _give_run(tx, step, job, lost, trail)
    over = move.state in OVER
    tx.rows("replays.set_step", step=step.row["id"], state=move.state, why=move.why, run=run and run.id, over=over)
    if over:
        _clear(tx, step.row)
    if run or over or move.state != step.row["state"]:
        trail.add(_transition(step.row, move, run))
    trail.write(tx)
    return run.id if run else None


def _lock(tx: Transaction, seen: Row, job: JobNeeds | None) -> _Locked:
    target, wirings = None, {}
    if seen["job_partition"]:
        target = JobPartition(seen["job_partition"], seen["job"], seen["key"])
        wirings = lock(tx, [target])
        if job:
            rewire(tx, [target], {job.job: job}, wirings)
            wirings = {target.id: job.wiring}
    row = tx.rows("replays.lock_step", step=seen["id"], token=tx.token)[0]
    return _Locked(row, target, wirings)


def _give_run(
    tx: Transaction, step: _Locked, job: JobNeeds | None, lost: str, trail: Trail
) -> tuple[Move, ReadyRun | None]:
    """The run that its inputs call for by themselves, where they have had none; else one of the next generation."""
    waiting = Move(StepState.WAITING, lost or "its job is not declared any more")
    if job is None or step.target is None or lost:
        return waiting, None
    created = create_ready_runs(tx, [step.target], {job.job: job}, step.wirings, trail)
    run = created[0] if created else create_run_again(tx, step.target, job, trail)
    if run is None:
        return replace(waiting, why="it is not ready"), None
    by, reason = step.row["by"], step.row["reason"]
    detail = {"reason": reason, "run": run.id, "replay": step.row["replay"]}
    trail.add(Transition(step.target.id, "REPLAYED", by, detail))
    if not created:
        trail.add(Transition(run.id, RunState.READY, by, {"reason": reason}))
    return Move(StepState.RUNNING, f"run {run.id} is READY"), run


def _transition(step: Row, move: Move, run: ReadyRun | None) -> Transition:
    detail = {"step": step["id"], "job_partition": step["job_partition"], "why": move.why}
    return Transition(step["replay"], f"STEP_{move.state}", step["by"], {**detail, "run": run.id} if run else detail)


def _clear(tx: Transaction, step: Row) -> None:
    """What the step was to replace and readers still get stays: a good run found the same content, or its owners said
    so. Nobody has to run again for it.
    """
    current = {row["version"] for row in tx.rows("replays.outputs", partitions=step["partitions"])}
    staying = sorted(current & set(step["replaces"]))
    if staying:
        tx.rows("replays.clear", replay=step["replay"], versions=staying)


def _end(graph: Graph, found: Row) -> None:
    """A replay without an open step is over, unless something has become wrong since that it does not know."""
    plan = plan_replay(graph, found["version"], found["columns"])

    def work(tx: Transaction) -> None:
        locked = tx.rows("replays.lock", replay=found["id"], token=tx.token)[0]
        if not locked["is_open"] or locked["open_steps"]:
            return
        trail = Trail()
        added = add_steps(tx, found["id"], plan.steps, by=locked["by"], reason=locked["reason"])
        if added:
            trail.add(Transition(found["id"], "REPLAY_WIDENED", "replay", {"steps": added}))
        else:
            tx.rows("replays.end", replay=found["id"], state=ReplayState.DONE)
            trail.add(Transition(found["id"], "REPLAY_DONE", locked["by"], {"version": found["version"]}))
            title, body = "replayed", f"what stood on version {found['version']} has run again: {locked['reason']}"
            about = plan.badness.root.dataset_id
            trail.tell([Notice(f"replayed/{found['id']}", "replayed", found["version"], about, title, body)])
        trail.write(tx)

    graph.write(work, step="replay end")
