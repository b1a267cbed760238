"""Holds: what somebody keeps from being executed, how, why, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph_model.names import Name


class HoldKind(StrEnum):
    DATASET = "dataset"
    JOB = "job"


class HoldEffect(StrEnum):
    """WAIT: runs are made and wait. SKIP: runs of the job are not executed and count as done; a partition of a dataset
    is not waited for.
    """

    WAIT = "WAIT"
    SKIP = "SKIP"


@dataclass(frozen=True, slots=True)
class HoldTarget:
    """A job, whose runs are not claimed, or a dataset: then the runs that read it are not. `partition` None: all of
    them.
    """

    kind: HoldKind
    name: Name
    partition: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.name.at(self.partition or '')}"


def blocks(target: HoldTarget, effect: HoldEffect) -> bool:
    """Whether runs are kept from being claimed. A partition that is skipped keeps nobody: readers go without it."""
    return target.kind is HoldKind.JOB or effect is HoldEffect.WAIT


@dataclass(frozen=True, slots=True)
class Hold:
    """`released_at` None: it is in force. `subject` is the id of what is held. `until` None: until somebody ends it."""

    id: str
    subject: str
    target: HoldTarget
    reason: str
    by: str
    placed_at: datetime
    effect: HoldEffect = HoldEffect.WAIT
    until: datetime | None = None
    released_at: datetime | None = None
    released_by: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether runs are kept from being claimed by it."""
        return blocks(self.target, self.effect)

    @property
    def words(self) -> str:
        """Who holds it and why, in one sentence."""
        what = "skipped" if self.effect is HoldEffect.SKIP else "held"
        until = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        return f"{what}{until} by {self.by}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Held:
    """What placing a hold led to. `placed` False: it was held already, and that hold stays as it was.

    `running`: runs of it that were claimed before; they go on.
    """

    hold: Hold
    placed: bool
    running: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """What ending a hold led to. `runs` wait and want ringing; another hold may still keep some of them. What was
    skipped stays skipped."""

    hold: Hold
    runs: tuple[str, ...] = ()
