"""What stands in for processes of the operating system: user jobs and validations, on files of the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from graph_model.contracts.entities import CheckResult, Column
from graph_model.runs.entities import ClaimedRun, Failure, OutputVersion, RunKind, RunOutput
from graph_model.versions.entities import Inspection, Validated
from tests.simulation.files import File
from tests.simulation.scheduler import Process, current
from tests.simulation.threads import Event
from workers.held import Held, RunLostError
from workers.process import Ended
from workers.supervisor import Done, Judged, Outcome, Supervisor

KILLED = 137
_COLUMNS = (Column("id", "integer"),)


@dataclass
class Errand:
    """What a process is started for: to do the job of a run, or to judge contents."""

    run: ClaimedRun
    judges: tuple[RunOutput, ...] = ()
    found: list[Validated] = field(default_factory=list)


class UserProcess:
    """A process of its own: it outlives a worker that sleeps, and is killed a moment after one that died."""

    def __init__(self, errand: Errand) -> None:
        self._parent = current().process
        self._world = self._parent.world
        self._errand, self._ended, self._exit_code = errand, Event(), KILLED
        self._process = Process(f"user of {self._parent.name}", self._world)
        self._world.children.setdefault(self._parent, []).append(self)
        self._world.scheduler.spawn(self._process, self._live)

    def wait(self, seconds: float) -> Ended:
        timed_out = not self._ended.wait(seconds)
        if timed_out:
            self.kill()
        self._forget()
        return Ended(self._exit_code, timed_out=timed_out)

    def kill(self) -> None:
        if self._process.alive:
            self._world.scheduler.crash(self._process)
            self._ended.set()

    def _forget(self) -> None:
        children = self._world.children.get(self._parent, [])
        if self in children:
            children.remove(self)

    def _live(self) -> None:
        self._exit_code = self._judge() if self._errand.judges else self._do_job()
        self._process.alive = False
        self._ended.set()

    def _judge(self) -> int:
        self._world.spend(0.02)
        self._errand.found = [verdict(self._world.files.read(o.content.location)) for o in self._errand.judges]
        return 0

    def _do_job(self) -> int:
        run, world = self._errand.run, self._world
        world.spend(world.job_seconds())
        if (run.subject.name, run.partition) in world.story.kills:
            world.crash(self._parent)
        for number, output in enumerate(run.outputs):
            world.files.write(output.content.location, File("", whole=False))
            world.spend(0.01)
            world.files.write(output.content.location, world.product(run, number))
        return 1 if world.job_fails(run) else 0


def verdict(file: File | None) -> Validated:
    """What the validation of a content finds."""
    if file is None or not file.whole:
        return Validated(None, (), "cut short" if file else "not there")
    check = CheckResult("unique id", "unique", passed=file.good, failed_rows=0 if file.good else 3, message="repeats")
    return Validated(Inspection(_COLUMNS, 3, 30, file.hash), (check,))


def remove_outputs(run: ClaimedRun) -> None:
    """What a supervisor and the sweep of staging do to the places of one attempt."""
    if run.kind is RunKind.JOB:
        for output in run.outputs:
            current().process.world.files.remove(output.content.location)


class ModelTemplates:
    """Processes start at once here, so there is nothing to warm."""

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass


class ModelSupervisor(Supervisor):
    """The supervisor, but for what it does with processes and folders."""

    def _execute(self, held: Held) -> tuple[str, ...]:
        task: Any = SimpleNamespace(run=held.run)
        try:
            return self._settle(held, task, self._played(held))
        except RunLostError:
            self._remove_staging(task)
            raise

    def _remove_staging(self, task: Any) -> None:
        remove_outputs(task.run)

    def _played(self, held: Held) -> Outcome:
        run = held.run
        if run.kind is RunKind.VALIDATION:
            found = self._judged(held)
            return found if isinstance(found, Failure) else Judged(found[0])
        ended = held.carry_out(Errand(run), seconds=run.timeout_seconds)  # type: ignore[arg-type]
        if ended.exit_code:
            return Failure(f"exited with {ended.exit_code}", ended.exit_code)
        found = self._judged(held)
        if isinstance(found, Failure):
            return found
        for output, validated in zip(run.outputs, found, strict=True):
            if validated.inspection is None:
                return Failure(f"output {output.dataset.name}: {validated.reason}")
        return Done(tuple(OutputVersion(o, v) for o, v in zip(run.outputs, found, strict=True)))

    def _judged(self, held: Held) -> list[Validated] | Failure:
        errand = Errand(held.run, judges=held.run.outputs)
        ended = held.carry_out(errand, seconds=60.0)  # type: ignore[arg-type]
        return Failure("the validation died", ended.exit_code) if ended.exit_code else errand.found
