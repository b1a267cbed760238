"""Plans of what must run again, and orders to carry them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from graph_model.names import Name
from graph_model.versions.wrong import Badness


class Way(StrEnum):
    """How a job partition comes to run again.

    RUN: it has to be made to. BY_ITSELF: a run is under way, or a new version of an input makes one. ASKS: a person is
    asked first. CANNOT: something that it needs is gone. ELSEWHERE: others run it.
    """

    RUN = "RUN"
    BY_ITSELF = "BY_ITSELF"
    ASKS = "ASKS"
    CANNOT = "CANNOT"
    ELSEWHERE = "ELSEWHERE"

    @property
    def is_here(self) -> bool:
        """Its runs are ours."""
        return self is not Way.ELSEWHERE


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A job partition that must run again. `order` counts from 1: those of one order may run side by side, after all
    that are in `after` (ids of steps).

    `replaces` are the wrong versions that it makes way for, `avoids` the wrong versions that it must not read again,
    `partitions` (ids) what it fills. `id` is that of the job partition; of ELSEWHERE, that of the partition it fills.
    """

    id: str
    job: Name
    partition: str
    way: Way
    why: str
    order: int = 1
    after: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()
    job_id: str = ""
    question: str | None = None

    @property
    def label(self) -> str:
        return self.job.at(self.partition)


@dataclass(frozen=True, slots=True)
class Spared:
    """A version that needs no run, and why."""

    version: str
    dataset: Name
    partition: str
    why: str


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What must run again, in order. `root`: how it stands with the bad version itself, in one sentence; `ready` when
    readers of its partition get something else now.

    `anyway`: nothing is wrong in these, but a new version of what they are made from makes them run. `not_needed`:
    stood on the bad version, and need no run.
    """

    badness: Badness
    root: str
    ready: bool
    steps: tuple[PlanStep, ...] = ()
    anyway: tuple[Spared, ...] = ()
    not_needed: tuple[Spared, ...] = ()


class StepState(StrEnum):
    """WAITING, RUNNING and FAILED are open: a later good run ends them. The others are over."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    FAILED = "FAILED"
    DONE = "DONE"
    NOT_NEEDED = "NOT_NEEDED"
    IGNORED = "IGNORED"
    CANCELLED = "CANCELLED"


OVER = (StepState.DONE, StepState.NOT_NEEDED, StepState.IGNORED, StepState.CANCELLED)


class ReplayState(StrEnum):
    OPEN = "OPEN"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a replay as the graph keeps it. `run`: the run that it was given."""

    id: str
    replay: str
    job: Name
    job_id: str
    partition: str
    job_partition: str
    order: int
    state: StepState
    why: str
    way: Way = Way.RUN
    run: str | None = None
    replaces: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """An order to run again what a bad version spoiled; `steps` in their order."""

    id: str
    version: str
    columns: tuple[str, ...]
    state: ReplayState
    by: str
    reason: str
    created_at: datetime
    ended_at: datetime | None = None
    steps: tuple[Step, ...] = field(default=())

    @property
    def is_stuck(self) -> bool:
        """Nothing of it goes on by itself: what is open has failed, or waits for what failed."""
        still = [step.state for step in self.steps if step.state not in OVER]
        return StepState.FAILED in still and StepState.RUNNING not in still
