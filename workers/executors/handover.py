"""What a job process is told: the file that lies in its scratch folder, and its environment."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph_model.names import Name
from graph_model.versions.entities import Content
from workers.executors.base import Task, short_names

# Everything else stays with the worker: its environment holds the credentials of the graph and of the broker.
PASSED_ON = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ")


def write_job_file(task: Task, **extra: Any) -> Path:
    """job.json, readable by this user only, since a place may hold the password of a database."""
    job = {
        "run": task.run.id,
        "job": str(task.run.subject),
        "partition": task.run.partition,
        "attempt": task.run.attempt,
        "parameters": dict(getattr(task.run, "parameters", None) or {}),
        "result_file": str(task.result_file),
        "inputs": inputs_of(task),
        "outputs": outputs_of(task),
        **extra,
    }
    write_private(task.job_file, json.dumps(job))
    return task.job_file


def write_private(path: Path, text: str) -> None:
    """A file that only this user can read, from its first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def inputs_of(task: Task) -> dict[str, list[dict[str, Any]]]:
    """The versions of each declared input, oldest partition first; an input without any version has an empty list."""
    declared = {spec.dataset for spec in task.job.inputs}
    names = short_names(declared | {item.dataset for item in task.run.inputs})
    found: dict[str, list[dict[str, Any]]] = {names[dataset]: [] for dataset in sorted(names)}
    for item in sorted(task.run.inputs, key=lambda item: item.partition):
        found[names[item.dataset]].append({"partition": item.partition, **place(item.content)})
    return found


def outputs_of(task: Task) -> dict[str, dict[str, Any]]:
    names = short_names({output.dataset for output in task.run.outputs})
    return {
        names[output.dataset]: {"partition": output.partition, **place(output.content)} for output in task.run.outputs
    }


def place(content: Content) -> dict[str, Any]:
    """A content as job code sees it: files have `path` and `folder`, tables `url` and `table`; the rest is None."""
    url, hash_sign, table = content.location.rpartition("#")
    common = {
        "format": content.format,
        "location": content.location,
        "options": dict(content.options),
        "within": content.within,
    }
    if hash_sign and "://" in url:
        return {**common, "path": None, "folder": None, "url": url, "table": table}
    return {
        **common,
        "path": content.location,
        "folder": content.location.rpartition("/")[0],
        "url": None,
        "table": None,
    }


def clean_environment(task: Task, extra: Mapping[str, str]) -> dict[str, str]:
    """All that a user process inherits: enough to find its programs and its home, no setting of Headwater."""
    own = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(task.folder / "tmp"),
        "HEADWATER_RUN": task.run.id,
        "HEADWATER_JOB": str(task.run.subject),
        "HEADWATER_PARTITION": task.run.partition,
        "HEADWATER_JOB_FILE": str(task.job_file),
    }
    return passed_on() | own | _places(task) | dict(extra)


def passed_on() -> dict[str, str]:
    """What every process below a worker may know of the worker's own environment."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def _places(task: Task) -> dict[str, str]:
    """Each input with its versions, joined by `:`, and each output."""
    inputs: dict[str, list[str]] = {}
    for item in sorted(task.run.inputs, key=lambda item: item.partition):
        inputs.setdefault(f"HEADWATER_INPUT_{_variable(item.dataset)}", []).append(item.content.location)
    outputs = {f"HEADWATER_OUTPUT_{_variable(item.dataset)}": item.content.location for item in task.run.outputs}
    return {name: ":".join(places) for name, places in inputs.items()} | outputs


def _variable(name: Name) -> str:
    return re.sub(r"\W", "_", name.name).upper()
