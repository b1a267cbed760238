"""The one thing an executor has to do, and where executors are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Literal, Protocol

from graph_model.errors import HeadwaterError
from graph_model.estate.entities import JobSpec
from graph_model.names import Name
from graph_model.runs.entities import ClaimedRun

ENTRY_POINTS = "headwater.executors"
# What a template is warm for: the scripts of Python and SQL jobs, or the validation of contents.
TemplateKind = Literal["jobs", "checks"]
HEADWATER_ROOT = Path(__file__).parents[2]
BUILT_IN = {
    "procedure": "workers.executors.databases:ProcedureExecutor",
    "python": "workers.executors.python:PythonExecutor",
    "shell": "workers.executors.shell:ShellExecutor",
    "sql": "workers.executors.sql:SqlExecutor",
    "java": "workers.executors.java:JavaExecutor",
    "spark": "workers.executors.spark:SparkExecutor",
    "http": "workers.executors.http:HttpExecutor",
}


class CannotRunError(HeadwaterError):
    """A job cannot be started as it is declared. Another attempt would end the same way."""


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed run whose contents have absolute places, and the scratch `folder` of this run and fence. `allow_shell`:
    whether this worker lets a shell read what a job says."""

    run: ClaimedRun
    folder: Path
    allow_shell: bool = False

    @property
    def job(self) -> JobSpec:
        if self.run.job is None:
            raise CannotRunError(f"run {self.run.id} has no job to execute")
        return self.run.job

    @property
    def job_file(self) -> Path:
        return self.folder / "job.json"

    @property
    def result_file(self) -> Path:
        """Where the process may leave {metrics} or {reason}, and {retry: false} where another attempt cannot help."""
        return self.folder / "result.json"


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a process failed, in words of its own kind. `retry` False: another attempt cannot help."""

    reason: str
    retry: bool = True


Explain = Callable[[int, str], Explained | None]


@dataclass(frozen=True, slots=True)
class Launch:
    """A command to start. `environment` comes on top of the clean one.

    With a `template` the command is `python -I SCRIPT ARGUMENTS…`, and a template of that kind may run the script in a
    copy of itself; the outcome must be the same either way. `reserves`: the program asks the kernel for much more
    memory than it uses (a JVM does, and has limits of its own), so that only what it uses can be limited.

    `explain` is given the exit code of a process that failed and the end of what it printed, and may know better than
    the last line why. `events` is where the process leaves OpenLineage events, a line each: what they say of the run is
    recorded once it has succeeded. `farewell` is a command for the case that the process was ended before it was done:
    it tells whoever works for the run elsewhere.
    """

    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    template: TemplateKind | None = None
    reserves: bool = False
    explain: Explain | None = None
    events: Path | None = None
    farewell: tuple[str, ...] | None = None


class Executor(Protocol):
    """One kind of job. Others register a class without arguments under the entry point group `headwater.executors`."""

    def prepare(self, task: Task) -> Launch:
        """The command that carries out `task`; may write into the task's folder. Raises CannotRunError."""
        ...


@cache
def executor_for(kind: str) -> Executor:
    """The executor of a job kind. Raises CannotRunError for a kind that nobody registered."""
    found = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    found |= {name: EntryPoint(name, value, ENTRY_POINTS) for name, value in BUILT_IN.items()}
    if kind not in found:
        raise CannotRunError(
            f"no executor for jobs of kind {kind!r} is installed; known are {', '.join(sorted(found))}"
        )
    return found[kind].load()()


def project_of(job: JobSpec) -> Path:
    """The folder that the job's code lies in. Raises CannotRunError when this machine does not have it."""
    project = Path(job.executor.get("project") or ".").absolute()
    if not project.is_dir():
        raise CannotRunError(f"the project folder {project} of {job.name} is not on this machine")
    return project


def short_names(names: set[Name]) -> dict[Name, str]:
    """What job code calls its datasets: the bare name, or namespace/name where two share one."""
    bare = [name.name for name in names]
    return {name: name.name if bare.count(name.name) == 1 else str(name) for name in names}
