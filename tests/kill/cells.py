"""The cells of the matrix, and what happens in one of them: hold a step, kill a process, let go, wait, check."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from connectors.bell import ring
from tests.kill.checker import Findings, await_quiet, check
from tests.kill.load import Load, await_running, day_of
from tests.kill.stack import WORKERS, NeverHappened, Stack, until

VICTIMS = ("api", "worker", "job", "leader", "redis", "neo4j")
STEPS = (
    "report.before_commit",
    "report.after_commit",
    "ring.before_send",
    "ring.after_send",
    "message.taken",
    "message.heard",
    "claim.before_commit",
    "claim.after_commit",
    "lease.before_renewal",
    "process.spawned",
    "process.collected",
    "outputs.validated",
    "publish.before_commit",
    "publish.after_commit",
    "evaluate.before_commit",
    "evaluate.after_commit",
    "run.settled",
)
REACHED_WITHIN = 45.0
# Steps that a report has to be made for: a worker that makes one run ready takes it itself, and rings for nobody. The
# others are reached by the runs that follow.
OF_REPORTS = STEPS[:4]


@dataclass(frozen=True, slots=True)
class Cell:
    victim: str
    step: str

    def __str__(self) -> str:
        return f"{self.victim}:{self.step}"


@dataclass
class Outcome:
    """What one kill led to. `reached`: the step was held, and the victim killed there."""

    cell: Cell
    number: int
    seed: int
    reached: bool
    seconds: float
    findings: Findings = field(default_factory=Findings)

    @property
    def clean(self) -> bool:
        return self.reached and self.findings.clean


def all_cells() -> tuple[Cell, ...]:
    return tuple(Cell(victim, step) for victim, step in product(VICTIMS, STEPS))


class FailPoint:
    """One step of the running stack, armed once: at most one thread of one process stands still at it."""

    def __init__(self, folder: Path, step: str) -> None:
        self._folder, self._step = folder, step

    def arm(self) -> None:
        for old in self._folder.glob(f"{self._step}.*"):
            old.unlink()
        (self._folder / f"{self._step}.armed").touch()

    def pid(self) -> int | None:
        """The process that stands at it."""
        hits = list(self._folder.glob(f"{self._step}.*.hit"))
        return int(hits[0].name.split(".")[-2]) if hits else None

    def go(self) -> None:
        (self._folder / f"{self._step}.armed").unlink(missing_ok=True)
        (self._folder / f"{self._step}.go").touch()


def play(stack: Stack, cell: Cell, *, number: int, seed: int, day: int) -> Outcome:
    """One kill under one fresh small load. `number` counts the kills of this cell; `day` was never used before."""
    load = Load(stack, day_of(day), seed)
    point = FailPoint(stack.points, cell.step)
    try:
        _prepare(load, cell, late=number % 2 == 1)
        point.arm()
        _carry_on(load, cell, late=number % 2 == 1)
        reached = _await_hit(stack, point, load, cell)
        killed = _kill(stack, load, cell, point.pid()) if reached else ()
        killed_at = time.monotonic()
        point.go()
        load.let_go("slow")
        for name in killed:
            stack.start(name)
        stuck = await_quiet(load)
        seconds = time.monotonic() - killed_at
        missing = _comes_back(stack)
        findings = check(load)
        findings.lost += [f"still open: {what}" for what in stuck]
        findings.broken += missing
    finally:
        point.go()
        load.stop()
    return Outcome(cell, number, seed, reached, seconds, findings)


def _comes_back(stack: Stack) -> list[str]:
    """What of the stack does not come back whole."""
    try:
        stack.await_all()
    except NeverHappened as missing:
        return [f"never happened: {missing}"]
    return []


def _prepare(load: Load, cell: Cell, *, late: bool) -> None:
    """Brings the load to where the step is armed. Late: the first job is already running, so that later runs reach
    the step; a user process to kill runs in any case where one is wanted."""
    if cell.victim == "job":
        load.hold("slow")
        load.send("c")
        await_running(load, "slow")
    if late:
        load.hold("join")
        load.send("a")
        load.send("b")
        await_running(load, "join")


def _carry_on(load: Load, cell: Cell, *, late: bool) -> None:
    if not late:
        load.send("a")
        load.send("b")
    elif cell.step in OF_REPORTS or random.Random(load.seed).random() < 0.25:
        load.send("a", number=2)
    load.let_go("join")


def _await_hit(stack: Stack, point: FailPoint, load: Load, cell: Cell) -> bool:
    def hit() -> bool:
        stack.revive()
        if point.pid() is None and cell.step.startswith("message."):
            ring(stack.broker_url, ["none"])  # a ring is a hint, so anyone may ring; Redis may have lost the others
        return point.pid() is not None

    try:
        return until(hit, f"{cell.step} of {load.day}", seconds=REACHED_WITHIN)
    except NeverHappened:
        return False


def _kill(stack: Stack, load: Load, cell: Cell, stands: int | None) -> tuple[str, ...]:
    """Kills the victim; the parts that have to be started again."""
    if cell.victim == "job":
        for pid in load.job_pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return ()
    name = _name_of(stack, cell.victim, stands)
    stack.kill(name)
    return (name,)


def _name_of(stack: Stack, victim: str, stands: int | None) -> str:
    """A worker is the one that stands at the step, else one that does not lead."""
    if victim not in ("worker", "leader"):
        return victim
    leader = until(stack.leader, "a steward to lead")
    if victim == "leader":
        return leader
    here = stack.part_of(stands or 0)
    return here if here in WORKERS else next(name for name in WORKERS if name != leader)
