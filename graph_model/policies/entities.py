"""What a job says of when, where and how often it may run; nothing of it decides what it computes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from graph_model.names import Name

RunOrder = Literal["serial", "strict", "latest"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long a run waits for its next try: `first_seconds`, then `factor` times as long each time, at most
    `most_seconds`.
    """

    first_seconds: float = 1.0
    factor: float = 2.0
    most_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class RetryRule:
    """How often a run is tried again after one exit code, or after an error whose reason holds a text; 0: never.

    Such failures are counted by themselves: they take nothing from the `retries` of the job.
    """

    times: int
    exit_code: int | None = None
    error: str = ""

    def __str__(self) -> str:
        return f"exit code {self.exit_code}" if self.exit_code is not None else f"error {self.error!r}"


@dataclass(frozen=True, slots=True)
class Retries:
    """`success` are exit codes besides 0 that end a run well. `only` not empty: no other exit code is tried again.

    `total_seconds`: so long after its first attempt began, a run is not tried again; 0: that does not matter.
    """

    backoff: Backoff = field(default_factory=Backoff)
    rules: tuple[RetryRule, ...] = ()
    success: tuple[int, ...] = ()
    only: tuple[int, ...] = ()
    total_seconds: float = 0.0

    @property
    def most(self) -> int:
        """How many tries the rules allow on top of the job's `retries`."""
        return sum(rule.times for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Policies:
    """`pool`: where a run takes `slots` while it runs. `at_once` 0: any number of runs of the job may go on together.
    `runs_on`: labels that a worker must have. `order`: see `docs/policies.md`; None: partitions do not wait for others.
    """

    pool: Name | None = None
    slots: int = 1
    at_once: int = 0
    runs_on: tuple[str, ...] = ()
    order: RunOrder | None = None
    retries: Retries = field(default_factory=Retries)


class PoolKind(StrEnum):
    """What shares the slots of a pool: the jobs that name it, the runs of one job, of one owner, or those that read
    and write one dataset.
    """

    POOL = "pool"
    JOB = "job"
    OWNER = "owner"
    DATASET = "dataset"
    READERS = "readers"
    WRITERS = "writers"


@dataclass(frozen=True, slots=True)
class PoolSpec:
    """Slots as an estate declares them. `about`: the pool itself, or the job, dataset or owner whose runs share them;
    an owner stands in the namespace of the estate that limits it.
    """

    about: Name
    kind: PoolKind
    slots: int

    @property
    def name(self) -> Name:
        """What people call it; only a pool that jobs name has a name of its own."""
        return (
            self.about if self.kind is PoolKind.POOL else Name(self.about.namespace, f"{self.kind} {self.about.name}")
        )


@dataclass(frozen=True, slots=True)
class Lowered:
    """A person has it that a pool gives less than it was declared with."""

    slots: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Slots that runs share. `subject` is the id of the job, dataset or owner whose runs share them; empty for a pool
    that jobs name. `taken` are the slots in use now, by `runs`; so many ready runs wait that take from it.
    """

    id: str
    name: Name
    kind: PoolKind
    declared: int
    subject: str = ""
    scope: str = ""
    lowered: Lowered | None = None
    taken: int = 0
    runs: tuple[str, ...] = ()
    waiting: int = 0

    @property
    def slots(self) -> int:
        """How many there are now."""
        return min(self.declared, self.lowered.slots) if self.lowered else self.declared
