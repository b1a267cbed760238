"""Python jobs: a plain function, called in an interpreter of its own that knows nothing of Headwater."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from workers.executors.base import HEADWATER_ROOT, CannotRunError, Launch, Task
from workers.executors.handover import write_job_file

CHILD = Path(__file__).with_name("python_child.py")


class PythonExecutor:
    """Needs `function` (`package.module:name`), which is imported from `project`, the folder of its estate, or from
    what is installed.

    `venv`, a folder of a virtual environment, brings an interpreter of its own, with its packages. `interpreter: fresh`
    starts a new one of ours; otherwise a copy of the template does, which has one already.
    """

    def prepare(self, task: Task) -> Launch:
        function = str(task.job.executor.get("function", ""))
        module, colon, name = function.partition(":")
        if not (module and colon and name):
            raise CannotRunError(f"{task.job.name} names the function {function!r}; expected package.module:function")
        project = _project(task)
        job_file = write_job_file(
            task, module=module, function=name, project=str(project or ""), headwater=str(HEADWATER_ROOT)
        )
        arguments = ("-I", str(CHILD), str(job_file))
        folder = project if project is not None and project.is_dir() else task.folder
        if task.job.executor.get("venv"):
            venv = _venv(task, project)
            return Launch((str(venv / "bin" / "python"), *arguments), folder, _environment_of(venv))
        fresh = task.job.executor.get("interpreter") == "fresh"
        return Launch((sys.executable, *arguments), folder, template=None if fresh else "jobs")


def _project(task: Task) -> Path | None:
    """It need not be on this machine: the function may be that of an installed package."""
    project = task.job.executor.get("project")
    return Path(project).absolute() if project else None


def _venv(task: Task, project: Path | None) -> Path:
    venv = Path(project or "/") / task.job.executor["venv"]
    if not os.access(venv / "bin" / "python", os.X_OK):
        raise CannotRunError(f"the virtual environment {venv} of {task.job.name} has no bin/python on this machine")
    return venv


def _environment_of(venv: Path) -> dict[str, str]:
    """So that the programs of the environment are found first, as if it was activated."""
    path = os.pathsep.join([str(venv / "bin"), os.environ.get("PATH", os.defpath)])
    return {"VIRTUAL_ENV": str(venv), "PATH": path}
