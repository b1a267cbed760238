"""Shell jobs: one argument list with placeholders, which no shell reads, so that no value can become a command; or,
where a worker allows it, a text for a shell, which gets its values by variables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graph_model.errors import nearest
from workers.executors.base import CannotRunError, Launch, Task, project_of
from workers.executors.handover import inputs_of, outputs_of, write_job_file, write_private

# Ends at the first command that fails, and at a variable that is not there.
SHELL = ("/bin/sh", "-eu")
ALLOWED_BY = "HEADWATER_JOB_ALLOW_SHELL"
_PLACEHOLDER = re.compile(r"\{(?:(partition)|(inputs?|output)\.([^{}]+))\}")


class ShellExecutor:
    """Needs `argv` or `command`, and `project`, the folder that it starts in. A `command` is a text for `/bin/sh -eu`.

    Placeholders of `argv`: `{partition}`, `{input.NAME}` (one place), `{inputs.NAME}` (places joined by `:`) and
    `{output.NAME}`. Other braces stay as they are.
    """

    def prepare(self, task: Task) -> Launch:
        if task.job.executor.get("command"):
            return self._shell(task, str(task.job.executor["command"]))
        argv = task.job.executor.get("argv") or ()
        if not argv:
            raise CannotRunError(f"{task.job.name} has no command")
        write_job_file(task)
        return Launch(tuple(Placeholders(task).fill(argv)), project_of(task.job))

    def _shell(self, task: Task, command: str) -> Launch:
        if not task.allow_shell:
            raise CannotRunError(
                f"{task.job.name} is a text for a shell, which this worker does not allow;"
                f" set {ALLOWED_BY}=true on it, or declare the command as a list of words"
            )
        write_job_file(task)
        # As a script in a file, a text may be longer than an argument, and `ps` does not show it.
        script = task.folder / "command.sh"
        write_private(script, command)
        return Launch((*SHELL, str(script)), project_of(task.job))


class Placeholders:
    """Replaces one placeholder by its value in this task."""

    def __init__(self, task: Task) -> None:
        self._partition = task.run.partition
        self._inputs, self._outputs = inputs_of(task), outputs_of(task)

    def fill(self, words: Iterable[object], *, spelled: Callable[[str], str] = str) -> list[str]:
        """Each word with its placeholders replaced, values as they are `spelled` there. Raises CannotRunError for what
        this run does not have."""
        return [_PLACEHOLDER.sub(lambda found: spelled(self(found)), str(word)) for word in words]

    def __call__(self, found: re.Match[str]) -> str:
        partition, kind, name = found.groups()
        if partition:
            return self._partition
        if kind == "output":
            return self._named(self._outputs, name)["location"]
        places = [version["location"] for version in self._named(self._inputs, name)]
        if kind == "input" and len(places) != 1:
            raise CannotRunError(
                f"{found[0]} stands for exactly one version, but there are {len(places)}; use {{inputs.{name}}}"
            )
        return ":".join(places)

    def _named(self, known: Mapping[str, Any], name: str) -> Any:
        if name not in known:
            near = nearest(name, known)
            hint = f"; did you mean {near}?" if near else ""
            raise CannotRunError(
                f"the command names {name}, which is not among {', '.join(sorted(known)) or 'none'}{hint}"
            )
        return known[name]
