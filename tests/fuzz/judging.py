"""Has cases judged as a worker does it: by the validation process, under the launcher, within its limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graph_model.errors import StorageUnavailable
from graph_model.runs.entities import RunOutput
from graph_model.versions.entities import Validated
from tests.fuzz.corpus import Case
from tests.support.tasks import a_run, an_output
from workers.executors import Task, validation
from workers.executors.handover import clean_environment
from workers.places import open_task
from workers.process import Ended, Order, Process
from workers.template.keeper import Templates

# What one process may take; far less than the contents would like to.
MOST_MEMORY, SECONDS = 1536 << 20, 120.0
LONGEST_SENTENCE = 1100


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a case: a verdict, or how the process ended without one."""

    case: Case
    validated: Validated | None
    ended: Ended
    unavailable: str = ""

    @property
    def good(self) -> bool:
        return self.validated is not None and self.validated.good

    @property
    def wrong(self) -> str:
        """Why this is not what must come of the case; empty when it is."""
        if self.unavailable:
            return f"{self.case.name}: nothing was said about the content, but {self.unavailable}"
        if self.validated is None:
            return f"{self.case.name}: no verdict, {self.ended}"
        reason = self.validated.reason
        if not self.good and not _is_a_sentence(reason):
            return f"{self.case.name}: this is no sentence for people: {reason!r}"
        if self.case.expected != "any" and self.good != (self.case.expected == "fine"):
            return f"{self.case.name}: expected {self.case.expected}, found {self.validated}"
        return ""


def _is_a_sentence(reason: str) -> bool:
    odd = ("Traceback", "Error)", "Exception)", "<class", "INTERNAL", "at 0x")
    return bool(reason) and len(reason) <= LONGEST_SENTENCE and "\n" not in reason and not any(o in reason for o in odd)


def judge(
    cases: Sequence[Case], folder: Path, templates: Templates | None = None, *, seconds: float = SECONDS
) -> list[Judged]:
    """All in one process, as the outputs of one run; where it does not come to an end, each in one of its own."""
    contents = [case.content(folder / f"case{number}") for number, case in enumerate(cases)]
    outputs = [replace(an_output(f"out{n}"), content=content) for n, content in enumerate(contents)]
    task = open_task(a_run("shell", {"argv": ["true"]}), folder / "run")
    ended = _carried_out(task, outputs, templates, seconds)
    if ended == Ended(0):
        try:
            found = validation.answers(task)
            return [Judged(case, each, ended) for case, each in zip(cases, found, strict=True)]
        except StorageUnavailable as error:
            if len(cases) == 1:
                return [Judged(cases[0], None, ended, str(error))]
    if len(cases) == 1:
        return [Judged(cases[0], None, ended)]
    middle = len(cases) // 2
    halves = (cases[:middle], folder / "first"), (cases[middle:], folder / "second")
    return [each for half, below in halves for each in judge(half, below, templates, seconds=seconds)]


def _carried_out(task: Task, outputs: Sequence[RunOutput], templates: Templates | None, seconds: float) -> Ended:
    launch = validation.prepare(task, outputs)
    template = templates.of(launch.template) if templates else None
    environment = clean_environment(task, launch.environment)
    order = Order(launch, task.folder, environment, "validate", limits={"DATA": MOST_MEMORY}, template=template)
    return Process(order).wait(seconds)
