"""A job's declaration as text that travels through the graph, and the hash of what decides its results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.policies.entities import Policies
from graph_model.readiness import terms
from graph_model.readiness.terms import Terms

_JOB = TypeAdapter(JobSpec)
# Of an executor: where and how it is started, not what it computes.
_ONLY_WHERE = ("project", "interpreter", "heap", "direct", "master")
# Words that came later: a job that does not use one has the text that it always had.
_MAY_BE_UNSAID = ("limits", "environment", "secrets")
_NO_POLICIES = Policies()
_STEPS = ("kind", "first", "last")
"""What each text says of a mapping; the rest only where it says something."""


def dumps(job: JobSpec) -> str:
    """The job as JSON; equal jobs give equal texts."""
    document = _JOB.dump_python(job, mode="json")
    for item, spec in zip(document["inputs"], job.inputs, strict=True):
        if item["by"] == "name":  # what is meant when nothing is said, also by texts that knew no other way
            del item["by"]
        item["mapping"] = {key: value for key, value in item["mapping"].items() if value or key in _STEPS}
        item["terms"] = terms.written(spec.terms)
        if not item["terms"]:
            del item["terms"]
    if not job.after:
        del document["after"]
    for item in document.get("after", ()):
        item["mapping"] = {key: value for key, value in item["mapping"].items() if value or key in _STEPS}
    if not job.parameters:
        del document["parameters"]
    for when in ("schedule", "not_before"):  # lies beside the text, and who executes a run does not ask
        del document[when]
    if job.ready_for is None:
        del document["ready_for"]
    if job.policies == _NO_POLICIES:
        del document["policies"]
    document["limits"] = job.limits.said
    return _canonical({key: value for key, value in document.items() if value or key not in _MAY_BE_UNSAID})


def loads(text: str) -> JobSpec:
    """The job that `dumps` wrote."""
    return _JOB.validate_json(text)


def hash_of(job: JobSpec) -> str:
    """sha256 over what decides what the job computes: code and how inputs reach it; not who owns it, when it runs, what
    it may take or how its secrets are called.

    Code counts by content as far as it lies in the project: the module of a Python function, the files that a shell
    command names, what other kinds name as their `code`. Where the project lies does not count, nor how its interpreter
    is started, nor with how much memory, nor on which cluster.
    """
    executor = {key: value for key, value in job.executor.items() if key not in _ONLY_WHERE}
    decides = {
        "kind": job.kind,
        "executor": executor,
        "code": dict(_code(job)),
        "inputs": sorted(_input(item) for item in job.inputs),
        "outputs": sorted(str(output) for output in job.outputs),
        "every": job.partitions.every,
        **({"environment": dict(job.environment)} if job.environment else {}),
    }
    if job.parameters:
        decides["parameters"] = [[each.name, each.type, each.default] for each in job.parameters]
    return hashlib.sha256(_canonical(decides).encode()).hexdigest()


def _input(item: InputSpec) -> list[Any]:
    mapping = item.mapping
    said = [str(item.dataset), mapping.kind, mapping.first, mapping.last, item.required, item.correction]
    more = [mapping.unit, mapping.nth, mapping.key, list(mapping.calendar.closed) if mapping.calendar else None]
    said = [*said, more] if any(more) else said
    return [*said, *_which_versions(item.terms)]


def _which_versions(said: Terms) -> Iterator[Any]:
    """Terms that decide which versions the job may get; how long it waits for them does not count."""
    if said.group:
        yield ["at least", said.group.at_least, said.group.name]
    if said.max_age is not None:
        yield ["max age", said.max_age]
    if said.latest_good:
        yield ["latest good", said.latest_good.back]


def _code(job: JobSpec) -> Iterator[tuple[str, str]]:
    """Path below the project and sha256 of each file of the job's code that lies there."""
    if not job.executor.get("project"):
        return
    project = Path(job.executor["project"])
    for relative in _code_files(job):
        file = project / relative
        if not relative.is_absolute() and ".." not in relative.parts and _is_file(file):
            with file.open("rb") as stream:
                yield relative.as_posix(), hashlib.file_digest(stream, "sha256").hexdigest()


def _is_file(path: Path) -> bool:
    """An argument may be a whole script, and no name of a file is as long as that."""
    try:
        return path.is_file()
    except OSError:
        return False


def _code_files(job: JobSpec) -> Iterator[Path]:
    for named in job.executor.get("code", ()):
        yield from _files_at(Path(named), Path(job.executor["project"]))
    if job.kind == "shell":
        yield from (Path(word) for word in job.executor.get("argv", ()) if word and "\0" not in word)
    if job.kind != "python":
        return
    module = Path(*job.executor.get("function", "").partition(":")[0].split("."))
    yield module.with_suffix(".py")
    yield module / "__init__.py"


def _files_at(relative: Path, project: Path) -> Iterator[Path]:
    """The file itself, or every file of a folder, so that a class that was compiled anew is new code."""
    folder = project / relative
    if relative.is_absolute() or ".." in relative.parts or not folder.is_dir():
        yield relative
        return
    yield from (file.relative_to(project) for file in sorted(folder.rglob("*")) if file.is_file())


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
