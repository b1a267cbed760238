"""Orders: what a person asks to run, the plan that comes of it, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from graph_model.names import Name
from graph_model.orders.selectors import Keys
from graph_model.replays.entities import StepState

LOW, NORMAL = "low", "normal"
PRIORITIES: Mapping[str, int] = {"high": 50}
"""`low`: only when nothing else waits, however long it has; `normal`: what each job says; else a number."""
AT_ONCE = 16


class Origin(StrEnum):
    """Why an order lies in the graph. What a bad version spoiled is ordered as a replay."""

    RUN = "RUN"
    BACKFILL = "BACKFILL"
    RESTART = "RESTART"


class OrderState(StrEnum):
    """STARTING: its steps are being written, and nothing of it runs yet. DONE: nothing of it is left to do."""

    STARTING = "STARTING"
    OPEN = "OPEN"
    PAUSED = "PAUSED"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A version that a run reads in place of the current one of its partition."""

    dataset: Name
    partition: str
    partition_id: str
    version: str

    @property
    def label(self) -> str:
        return self.dataset.at(self.partition)


@dataclass(frozen=True, slots=True)
class Terms:
    """How the runs of an order are made.

    `force`: also what is good already runs. `at_once`: so many of its runs wait or run at a time. `pool` and `priority`
    None: those of each job. `background`: they are claimed only when nothing else waits. `parameters` and `chosen` go
    to the job partitions that were named, not to what stands around them. `stop_on_failure`: the order pauses at the
    first failed step.
    """

    force: bool = False
    at_once: int = AT_ONCE
    pool: str | None = None
    priority: int | None = None
    background: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    chosen: tuple[Chosen, ...] = ()
    stop_on_failure: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for, as it was written. `keys` None: each selector says its own partitions."""

    origin: Origin
    select: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    keys: Keys | None = None
    terms: Terms = field(default_factory=Terms)

    @property
    def selection(self) -> str:
        """All of it in one line."""
        behind = f" from {self.keys.first or 'the first'} to {self.keys.last or 'the last'}" if self.keys else ""
        without = f" without {' '.join(self.exclude)}" if self.exclude else ""
        return " ".join(self.select) + behind + without


class Cause(StrEnum):
    """Why a job partition is to run."""

    NEW = "NEW"
    CODE = "CODE"
    INPUT = "INPUT"
    PARAMETERS = "PARAMETERS"
    FORCED = "FORCED"
    FAILED = "FAILED"
    UPSTREAM = "UPSTREAM"


class Obstacle(StrEnum):
    """Why a job partition that was asked for does not run."""

    UNCHANGED = "UNCHANGED"
    NOT_READY = "NOT_READY"


@dataclass(frozen=True, slots=True)
class Task:
    """A job partition that is to run. `place` counts from 1, in the order in which they get their turn; `after`: so
    many steps of the order fill what it reads. `forced`: also when it is good already. `named`: a selector names it
    itself. `held`: by whom and why it is held now; empty: it is not.
    """

    id: str
    job: Name
    job_id: str
    partition: str
    cause: Cause
    why: str
    place: int
    after: int = 0
    partitions: tuple[str, ...] = ()
    forced: bool = False
    named: bool = False
    held: str = ""

    @property
    def label(self) -> str:
        return self.job.at(self.partition)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A job partition that was asked for and does not run."""

    job: Name
    partition: str
    obstacle: Obstacle
    why: str

    @property
    def label(self) -> str:
        return self.job.at(self.partition)


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """What an order would run, in order, and what of the selection it would not. Equal plans have the same `hash`."""

    origin: Origin
    selection: str
    terms: Terms
    tasks: tuple[Task, ...]
    left_out: tuple[LeftOut, ...] = ()
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the graph keeps it; `counts` has its steps by state, without those that are in no state yet.

    `in_line`: steps that have not had their turn to be looked at. `note`: why it stands still.
    """

    id: str
    origin: Origin
    selection: str
    state: OrderState
    plan: str
    by: str
    reason: str
    terms: Terms
    total: int
    counts: Mapping[StepState, int]
    in_line: int
    created_at: datetime
    ended_at: datetime | None = None
    note: str = ""

    @property
    def left(self) -> int:
        return self.in_line + sum(count for state, count in self.counts.items() if state in STILL)

    @property
    def failed(self) -> int:
        return self.counts.get(StepState.FAILED, 0)


STILL = (StepState.WAITING, StepState.RUNNING, StepState.FAILED)
