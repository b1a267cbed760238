"""The answer to "may it run, and if not, why not"."""

from __future__ import annotations

from dataclasses import dataclass
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
    """

    dataset: Name
    partition: str
    required: bool
    state: InputState
    version: str | None = None
    reason: str = ""
    results: tuple[CheckResult, ...] = ()
    held: str = ""

    @property
    def satisfied(self) -> bool:
        return self.state in (InputState.PUBLISHED, InputState.SKIPPED) or not self.required


@dataclass(frozen=True, slots=True)
class Readiness:
    """`ready`: every required input is satisfied. `runnable`: a run of it could be claimed now. `run` is the newest
    run.

    `inputs` are sorted by dataset and partition; `reason` says in one sentence where it stands. `held`: who holds the
    job or this partition of it, and why; empty when nobody does.
    """

    job: Name
    partition: str
    ready: bool
    runnable: bool
    inputs: tuple[InputReadiness, ...]
    run: Run | None
    reason: str
    held: str = ""
