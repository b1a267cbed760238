"""Java jobs: a main class in a jar or on a class path, on a JVM of its own."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graph_model.errors import nearest
from graph_model.estate.entities import JobSpec
from graph_model.settings import JavaSettings
from workers.executors.base import CannotRunError, Explained, Launch, Task, project_of
from workers.executors.handover import write_job_file
from workers.executors.shell import Placeholders

# What a JVM exits with by ExitOnOutOfMemoryError, and says then.
OUT_OF_MEMORY = 3
# Of the memory that a job may take: what its heap may have, beside threads, classes and code.
HEAP_SHARE = 0.75
_OUT_OF_MEMORY = re.compile(r"Terminating due to java\.lang\.OutOfMemoryError: (.*)")
_NO_CLASS = re.compile(r"Error: (Could not find or load main class .*|Main method not found in class [^,]*)")
_NO_JAR = re.compile(
    r"Error: (Invalid or corrupt jarfile .*|.*no main manifest attribute.*)|no main manifest attribute"
)
_THROWN = re.compile(r"^(?:Exception in thread \"[^\"]*\" |Caused by: )(.*)$", re.MULTILINE)


class JavaExecutor:
    """Needs `jar`, or `class` and `classpath`, and `project`, the folder that the JVM starts in.

    `arguments` hold the placeholders of shell jobs. A program that wants to know more reads HEADWATER_JOB_FILE.
    """

    def __init__(self) -> None:
        self._settings = JavaSettings()

    def prepare(self, task: Task) -> Launch:
        job, project = task.job, project_of(task.job)
        java, what = java_program(self._settings), _what_to_run(job, project)
        write_job_file(task)
        arguments = Placeholders(task).fill(job.executor.get("arguments") or ())
        argv = (java, *jvm_options(task), *what, *arguments)
        return Launch(argv, project, java_environment(self._settings), reserves=True, explain=explained)


def java_program(settings: JavaSettings) -> str:
    """The JVM of this worker. Raises CannotRunError where there is none."""
    if settings.home is not None:
        program = settings.home / "bin" / "java"
        if not os.access(program, os.X_OK):
            raise CannotRunError(
                f"there is no program {program}: HEADWATER_JAVA_HOME is the folder with bin/java in it"
            )
        return str(program)
    found = shutil.which("java")
    if found is None:
        raise CannotRunError("there is no java on the PATH of this worker: install a JVM, or set HEADWATER_JAVA_HOME")
    return found


def java_environment(settings: JavaSettings) -> dict[str, str]:
    return {"JAVA_HOME": str(settings.home)} if settings.home else {}


def jvm_options(task: Task) -> list[str]:
    """What the job says comes last, and so counts."""
    said = task.job.executor
    heap = said.get("heap") or within(task.job.limits.memory, HEAP_SHARE)
    options = [f"-Xmx{heap}"] if heap else []
    options += [f"-XX:MaxDirectMemorySize={said['direct']}"] if said.get("direct") else []
    ours = ["-XX:+ExitOnOutOfMemoryError", f"-Djava.io.tmpdir={task.folder / 'tmp'}"]
    return [*ours, *options, *map(str, said.get("options") or ())]


def within(memory: int | None, share: float) -> int | None:
    """Bytes of a heap; None where the memory of the job is not limited."""
    return int(memory * share) if memory else None


def explained(exit_code: int, printed: str) -> Explained | None:
    """What an exit code of a JVM means, by what it printed; None where that says no more than the last line."""
    if exit_code == OUT_OF_MEMORY and (found := _OUT_OF_MEMORY.search(printed)):
        return Explained(f"ran out of memory: {found[1].strip()}")
    if found := _NO_CLASS.search(printed) or _NO_JAR.search(printed):
        return Explained(found[0].removeprefix("Error: "), retry=False)
    thrown = _THROWN.findall(printed)
    return Explained(f"exited with {exit_code}: {thrown[-1].strip()[:500]}") if thrown else None


def there(project: Path, path: str, *, what: str) -> str:
    """The absolute place of a file or folder of the job's code. Raises CannotRunError where it is not there."""
    place = project / path
    if place.exists():
        return str(place)
    beside = [other.name for other in place.parent.iterdir()] if place.parent.is_dir() else []
    near = nearest(place.name, beside)
    hint = f"; did you mean {Path(path).parent / near}?" if near else ""
    raise CannotRunError(f"{what} {path} is not in {project}{hint}")


def _what_to_run(job: JobSpec, project: Path) -> list[str]:
    said = job.executor
    if said.get("jar"):
        return ["-jar", there(project, said["jar"], what="the jar")]
    if not said.get("class"):
        raise CannotRunError(f"{job.name} names neither a jar nor a class")
    return ["-cp", _class_path(said.get("classpath") or (), project), said["class"]]


def _class_path(entries: Sequence[Any], project: Path) -> str:
    """`lib/*` stands for every jar of a folder, as it does for the JVM."""
    places = [
        f"{there(project, entry[:-2] or '.', what='the folder of the class path')}/*"
        if entry == "*" or entry.endswith("/*")
        else there(project, entry, what="the class path entry")
        for entry in map(str, entries)
    ]
    return os.pathsep.join(places)
