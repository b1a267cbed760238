"""Carrying orders on: steps have their turn in lines, get their runs when what they read is there, and end.

A step gets one run, however many look at it: the job partition is locked first, then the step, and both are looked at
again. What only is remembered of a step goes for many at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graph_model.audit.record import Trail, Transition
from graph_model.orders.active import Active, active_orders
from graph_model.orders.control import pause_locked
from graph_model.orders.lines import end, release
from graph_model.orders.look import Around, look_around, look_at, wish_of
from graph_model.orders.parameters import given_text
from graph_model.orders.rules import is_blocked, next_move
from graph_model.readiness.evaluate import ReadyRun, create_ready_runs, create_run_again
from graph_model.readiness.rules import JobNeeds, JobPartition, needs_of_row
from graph_model.readiness.wiring import lock, rewire
from graph_model.replays.entities import OVER, StepState
from graph_model.replays.rules import Move
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row, Transaction

STEPS_AT_ONCE = 200
MOST_FAILED = 200
"""An order with so many steps that failed, or wait for such, goes on when a person has looked at it."""


@dataclass(slots=True)
class Tally:
    """The open steps of an order after a look. `stuck`: failed, or waiting for what failed."""

    looked_at: int = 0
    under_way: int = 0
    stuck: int = 0
    failed: int = 0

    def count(self, state: str, why: str) -> None:
        self.looked_at += 1
        self.under_way += state == StepState.RUNNING
        self.failed += state == StepState.FAILED
        self.stuck += state == StepState.FAILED or is_blocked(why)


def carry_orders(graph: Graph, steps: Sequence[Row]) -> tuple[str, ...]:
    """Looks at all open steps of orders (rows of `replays.open_steps`) once; the runs that were made."""
    orders = active_orders(graph)
    if not orders and not steps:
        return ()
    work = _Work(graph, orders)
    work.under_way.update(step["replay"] for step in steps if step["state"] == StepState.RUNNING)
    ordered = sorted(steps, key=lambda step: (step["replay"], step["place"]))
    for start in range(0, len(ordered), STEPS_AT_ONCE):
        work.carry(ordered[start : start + STEPS_AT_ONCE])
    for order in orders.values():
        _tend(graph, order, work.tallies.get(order.id, Tally()), work.jobs)
    return tuple(work.made)


def _tend(graph: Graph, order: Active, tally: Tally, jobs: dict[str, JobNeeds | None]) -> None:
    """The order as a whole: it stands still after failures, has more steps in turn, or ends."""
    if tally.failed and order.terms.stop_on_failure:
        pause_locked(graph, order.id, by="order", why=f"{tally.failed} steps failed, and it was to stop then")
    elif tally.stuck >= MOST_FAILED:
        pause_locked(graph, order.id, by="order", why=f"{tally.failed} steps failed, and {tally.stuck} cannot go on")
    elif order.line < order.lines:
        room = order.window - (tally.looked_at - tally.stuck)
        release(graph, order, room, jobs)
    elif tally.looked_at == 0:
        end(graph, order)


@dataclass(slots=True)
class _Work:
    graph: Graph
    orders: dict[str, Active]
    jobs: dict[str, JobNeeds | None] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    under_way: Counter[str] = field(default_factory=Counter)
    made: list[str] = field(default_factory=list)

    def carry(self, steps: Sequence[Row]) -> None:
        around = look_around(self.graph.rows, steps)
        noted: list[tuple[Row, Move]] = []
        for step in steps:
            order = self.orders.get(step["replay"])
            job = self._job(step["job"])
            if order is None:  # it was paused: what is under way is seen to when it goes on
                continue
            move = self._move(step, order, job, around)
            if move.run and job:
                move = self._try(step, order, job) or move
            elif _tells_more(step, move):
                noted.append((step, move))
            if move.state not in OVER:
                self.tallies.setdefault(order.id, Tally()).count(move.state, move.why)
        if noted:
            self.graph.write(lambda tx: note(tx, noted), step="order steps")

    def _move(self, step: Row, order: Active, job: JobNeeds | None, around: Around) -> Move:
        if job is None:
            return Move(StepState.WAITING, "its job is not declared any more")
        if order.terms.parameters and step["named"] and job.job not in order.parameters:
            order.parameters[job.job] = given_text(self.graph, job.job, order.terms.parameters)
        return next_move(look_at(step, order, job, around))

    def _try(self, step: Row, order: Active, job: JobNeeds) -> Move | None:
        """The run of a step, if the order may have another one at once."""
        counted = step["state"] == StepState.RUNNING  # it stood back for a run of others, which is over
        if self.under_way[order.id] - counted >= order.terms.at_once:
            return Move(StepState.WAITING, "waits for its turn")
        self.under_way[order.id] += not counted
        move, run = self.graph.write(lambda tx: _give(tx, step, order, job), step="order step")
        if run:
            self.made.append(run)
        return move

    def _job(self, job: str) -> JobNeeds | None:
        if job not in self.jobs:
            rows = self.graph.rows("readiness.of_job", job=job)
            self.jobs[job] = needs_of_row(rows[0]) if rows else None
        return self.jobs[job]


def _tells_more(step: Row, move: Move) -> bool:
    """Whether it is worth remembering: that a step waits for others of its order, everybody sees."""
    if move.run:
        return False
    if move.state == step["state"] == StepState.WAITING and not is_blocked(move.why) and not is_blocked(step["why"]):
        return "waits for its turn" not in move.why and " to be there" in move.why and move.why != step["why"]
    return (move.state, move.why) != (step["state"], step["why"])


def note(tx: Transaction, moves: Sequence[tuple[Row, Move]]) -> None:
    """Remembers what became of steps, unless somebody was faster."""
    wanted = {step["id"]: (step, move) for step, move in moves}
    rows: list[Row] = []
    trail = Trail()
    for found in tx.rows("orders.lock_steps", steps=sorted(wanted), token=tx.token):
        step, move = wanted[found["id"]]
        if not found["is_open"] or found["state"] != step["state"]:
            continue
        rows.append({"id": step["id"], "state": move.state, "why": move.why, "run": None, "over": move.state in OVER})
        if move.state == StepState.FAILED and step["state"] != StepState.FAILED:
            detail = {"step": step["id"], "job_partition": step["job_partition"], "why": move.why}
            trail.add(Transition(step["replay"], "STEP_FAILED", step["by"], detail))
    if rows:
        tx.rows("orders.set_steps", steps=rows)
    trail.write(tx)


def _give(tx: Transaction, seen: Row, order: Active, job: JobNeeds) -> tuple[Move, str | None]:
    """Looks again under the locks, and makes the run of the step."""
    target = JobPartition(seen["job_partition"], seen["job"], seen["key"])
    wirings = lock(tx, [target])
    rewire(tx, [target], {job.job: job}, wirings)
    found = tx.rows("replays.lock_step", step=seen["id"], token=tx.token)
    if not found or not found[0]["is_open"] or found[0]["run"] != seen["run"]:  # somebody was faster
        return Move(StepState.RUNNING, ""), None
    step = seen | found[0]
    around = look_around(tx.rows, [step])
    move = next_move(look_at(step, order, job, around))
    run = None
    trail = Trail()
    if move.run:
        run = _make(tx, target, job, _special(step, order, job, around.inputs.get(target.id, [])), trail)
        move = Move(StepState.RUNNING, f"run {run.id} is READY") if run else Move(StepState.WAITING, "it is not ready")
    row = {"id": step["id"], "state": move.state, "why": move.why, "run": run and run.id, "over": move.state in OVER}
    tx.rows("orders.set_steps", steps=[row])
    if run:
        detail = {"reason": order.reason, "run": run.id, "order": order.id}
        trail.add(Transition(target.id, "ORDERED", order.by, detail))
    trail.write(tx)
    return move, run.id if run else None


@dataclass(frozen=True, slots=True)
class Special:
    """What a run is told that others are not: parameters, as runs keep them, and by the version that is current, the
    one that was chosen in its place.
    """

    parameters: str
    chosen: Mapping[str, str]


def _special(step: Row, order: Active, job: JobNeeds, inputs: Sequence[Row]) -> Special:
    wish = wish_of(step, order, job, inputs)
    chosen = order.chosen if step["named"] else {}
    instead = {row["version"]: chosen[row["partition"]] for row in inputs if row["partition"] in chosen}
    return Special(wish.parameters, instead)


def _make(tx: Transaction, target: JobPartition, job: JobNeeds, special: Special, trail: Trail) -> ReadyRun | None:
    """The run that its inputs call for by themselves, where they have had none; else one of the next generation. The
    job partition is locked and wired.
    """
    if not special.parameters and not special.chosen:
        created = create_ready_runs(tx, [target], {job.job: job}, {target.id: job.wiring}, trail)
        if created:
            return created[0]
    run = create_run_again(tx, target, job, trail, instead=special.chosen)
    if run is None:
        return None
    trail.add(Transition(run.id, RunState.READY, "order", {"job_partition": target.id}))
    tx.rows("orders.tell", run=run.id, parameters=special.parameters, chosen=sorted(special.chosen.values()))
    return run
