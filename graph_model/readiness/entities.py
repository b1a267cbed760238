"""The answer to "may it run, and if not, why not"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph_model.contracts.entities import CheckResult
from graph_model.names import Name
from graph_model.runs.entities import Run


class InputState(StrEnum):
    """PUBLISHED: a good version is there. The others say what stands in its place; SKIPPED: nothing, and nobody waits
    for it.
    """

    PUBLISHED = "PUBLISHED"
    VALIDATING = "VALIDATING"
    QUARANTINED = "QUARANTINED"
    MISSING = "MISSING"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True)
class InputReadiness:
    """One input partition. `version` is the good version, or else the newest one; `results` are the checks that
    failed on it. `held`: who keeps runs from reading it, and why; empty when nobody does.

    `counts` False: a good version is there, and the job does not take it; `reason` says why. `serving`: the earlier
    partition that serves for it. `waited_until`: a run does without it from then on; None: it is not waited for, or as
    long as it takes. `group`: the one of whose inputs some must be there.
    """

    dataset: Name
    partition: str
    required: bool
    state: InputState
    version: str | None = None
    reason: str = ""
    results: tuple[CheckResult, ...] = ()
    held: str = ""
    counts: bool = True
    serving: str = ""
    waited_until: datetime | None = None
    group: str = ""

    @property
    def is_there(self) -> bool:
        return bool(self.serving) or (self.counts and self.state in (InputState.PUBLISHED, InputState.SKIPPED))

    @property
    def satisfied(self) -> bool:
        return self.is_there or not self.required


@dataclass(frozen=True, slots=True)
class GroupReadiness:
    """Inputs of which `at_least` so many must be there; `members` are all of them, `there` those that are."""

    name: str
    at_least: int
    members: tuple[Name, ...]
    there: tuple[Name, ...]

    @property
    def satisfied(self) -> bool:
        return len(self.there) >= self.at_least


@dataclass(frozen=True, slots=True)
class Readiness:
    """`ready`: it may run on what is there now. `runnable`: a run of it could be claimed now. `run` is the newest
    run.

    `inputs` are sorted by dataset and partition; `reason` says in one sentence where it stands. `held`: who holds the
    job or this partition of it, and why; empty when nobody does. `look_again_at`: when time alone may change that.
    `next_at`: the next time by the clock that stands for the partition; None: there is none.
    """

    job: Name
    partition: str
    ready: bool
    runnable: bool
    inputs: tuple[InputReadiness, ...]
    run: Run | None
    reason: str
    held: str = ""
    groups: tuple[GroupReadiness, ...] = ()
    look_again_at: datetime | None = None
    next_at: datetime | None = None
