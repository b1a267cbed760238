"""Python jobs: a plain function, called in an interpreter of its own that knows nothing of Headwater."""

from __future__ import annotations

import sys
from pathlib import Path

from workers.executors.base import HEADWATER_ROOT, CannotRunError, Launch, Task, project_of
from workers.executors.handover import write_job_file

CHILD = Path(__file__).with_name("python_child.py")


class PythonExecutor:
    """Needs `function` (`package.module:name`) and `project`, the folder that it is imported from.

    `interpreter: fresh` starts a new interpreter; otherwise a copy of the template does, which has one already.
    """

    def prepare(self, task: Task) -> Launch:
        function = str(task.job.executor.get("function", ""))
        module, colon, name = function.partition(":")
        if not (module and colon and name):
            raise CannotRunError(f"{task.job.name} names the function {function!r}; expected package.module:function")
        project = project_of(task.job)
        job_file = write_job_file(
            task, module=module, function=name, project=str(project), headwater=str(HEADWATER_ROOT)
        )
        fresh = task.job.executor.get("interpreter") == "fresh"
        argv = (sys.executable, "-I", str(CHILD), str(job_file))
        return Launch(argv, project, template=None if fresh else "jobs")
