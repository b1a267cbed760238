"""Calls one job function. Stand-alone: it imports nothing of Headwater and takes Headwater's folder off `sys.path`, so
that a project's own `app` or `workers` is the one that is imported.

Run as `python -I python_child.py JOB.json`, by any Python from 3.8 on: a job may bring an interpreter of its own. Exit
code 1: the function raised; the last line of the traceback is left in the result file, all of it on standard error.
`sys.exit(N)` in the function keeps its code.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# A template has imported Headwater; here these names belong to the project.
HEADWATERS = frozenset({"app", "connectors", "graph_model", "workers"})


class JobError(Exception):
    """What the job is at fault for, in words that need no traceback."""


class Version:
    """One version of an input. For files `path`; for tables `url` and `table`."""

    def __init__(self, place: Mapping[str, Any]) -> None:
        self.partition: str = place["partition"]
        self.path: str | None = place["path"]
        self.url: str | None = place["url"]
        self.table: str | None = place["table"]
        self.format: str = place["format"]
        self.options: dict[str, Any] = place["options"]

    def __repr__(self) -> str:
        return f"<version of partition {self.partition or 'whole'} at {self.path or self.table}>"


class Input:
    """All versions of one input, oldest partition first; none of them for an optional input that is not there."""

    def __init__(self, name: str, places: Sequence[Mapping[str, Any]]) -> None:
        self.name = name
        self.versions = [Version(place) for place in places]

    @property
    def version(self) -> Version:
        """The only version there is. Raises ValueError where there is none, or several."""
        if len(self.versions) != 1:
            found = f"input {self.name} has {len(self.versions)} versions here, not exactly one"
            raise ValueError(f"{found}: use .paths or .versions")
        return self.versions[0]

    @property
    def path(self) -> str | None:
        return self.version.path

    @property
    def url(self) -> str | None:
        return self.version.url

    @property
    def table(self) -> str | None:
        return self.version.table

    @property
    def format(self) -> str:
        return self.version.format

    @property
    def paths(self) -> list[str | None]:
        return [version.path for version in self.versions]

    @property
    def partitions(self) -> list[str]:
        return [version.partition for version in self.versions]


class Output:
    """Where one output must be written: `path` (its `folder` exists) for files, `url` and `table` for tables."""

    def __init__(self, place: Mapping[str, Any]) -> None:
        self.partition: str = place["partition"]
        self.path: str | None = place["path"]
        self.folder: str | None = place["folder"]
        self.url: str | None = place["url"]
        self.table: str | None = place["table"]
        self.format: str = place["format"]
        self.options: dict[str, Any] = place["options"]


class Named(dict):  # type: ignore[type-arg]  # Python 3.8 cannot say more
    """Inputs or outputs by dataset name; a wrong name says which there are."""

    def __init__(self, what: str, items: Mapping[str, Any]) -> None:
        super().__init__(items)
        self._what = what

    def __missing__(self, name: str) -> Any:
        raise KeyError(f"no {self._what} is called {name}; this job has {', '.join(sorted(self)) or 'none'}")


def main(job_file: str) -> int:
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    try:
        text = json.dumps({"metrics": metrics_of(call(job))}, allow_nan=False)
    except Exception as error:  # noqa: BLE001  whatever a job raises becomes the reason that its owners read
        traceback.print_exc()
        leave(job, json.dumps({"reason": reason_of(error)}))
        return 1
    leave(job, text)
    return 0


def call(job: Mapping[str, Any]) -> object:
    """The function's result."""
    prepare_path(job["project"], job["headwater"])
    function = found_function(job)
    inputs = Named("input", {name: Input(name, places) for name, places in job["inputs"].items()})
    outputs = Named("output", {name: Output(place) for name, place in job["outputs"].items()})
    if job.get("parameters") and takes_parameters(function):
        return function(inputs, outputs, job["partition"], parameters=dict(job["parameters"]))
    return function(inputs, outputs, job["partition"])


def takes_parameters(function: Callable[..., object]) -> bool:
    """A function takes them by an argument of this name; others find them in the job file and the environment."""
    try:
        return "parameters" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def found_function(job: Mapping[str, Any]) -> Callable[..., object]:
    """Its module is looked for in the project folder first, then among what is installed."""
    module = imported(job["module"], job["project"])
    function = getattr(module, job["function"], None)
    if not callable(function):
        near = difflib.get_close_matches(job["function"], dir(module), 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise JobError(f"the module {job['module']} has no function {job['function']}{hint}")
    return function


def imported(name: str, project: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A module that this one imports may be missing as well, and says so itself.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        place = project if Path(project).is_dir() else f"{project}, which is not on this machine,"
        raise JobError(f"there is no module {name}: neither in {place} nor installed in {sys.prefix}") from None


def prepare_path(project: str, headwater: str) -> None:
    # A template has forgotten them already, in a way that touches less.
    if any(name in sys.modules for name in HEADWATERS):
        for module in [name for name in sys.modules if name.partition(".")[0] in HEADWATERS]:
            del sys.modules[module]
    kept = [entry for entry in sys.path if os.path.realpath(entry) != os.path.realpath(headwater) or is_shared(entry)]
    sys.path[:] = [project, *kept] if project else kept


def is_shared(entry: str) -> bool:
    """Where Headwater is installed as a package, its folder is that of all packages, and a job needs the others."""
    return Path(entry).name in {"site-packages", "dist-packages"}


def metrics_of(returned: object) -> dict[str, Any]:
    if returned is None:
        return {}
    if not isinstance(returned, dict):
        raise TypeError(f"the job returned {type(returned).__name__}; a dict of metrics or nothing is expected")
    return {str(name): plain(str(name), value) for name, value in returned.items()}


def plain(name: str, value: Any) -> Any:
    """A number of numpy or of a data frame is a number too, and a date is a text."""
    if isinstance(value, (list, tuple, set)):
        return [plain(name, item) for item in (sorted(value) if isinstance(value, set) else value)]
    if isinstance(value, dict):
        return {str(key): plain(name, item) for key, item in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):
        return plain(name, value.item())
    if isinstance(value, Path):
        return str(value)
    raise JobError(
        f"the metric {name} is a {type(value).__name__}: a number, a text, or a list or dict of them is expected"
    )


def reason_of(error: Exception) -> str:
    if isinstance(error, JobError):
        return str(error)
    return traceback.format_exception_only(type(error), error)[-1].strip()


def leave(job: Mapping[str, Any], result: str) -> None:
    """Written whole or not at all, so that a killed process leaves no half result."""
    target = Path(job["result_file"])
    temporary = target.with_suffix(".new")
    temporary.write_text(result, encoding="utf-8")
    temporary.replace(target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
