"""Runs that work inside of a database: what they are given, and what they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from connectors import storage
from graph_model.runs.entities import ClaimedRun, RunInput, RunOutput
from graph_model.versions.entities import Content
from graph_model.versions.places import output_content
from graph_model.versions.roots import Roots
from tests.support.tasks import DAY, a_dataset, a_run, an_input, an_output, carried_out, ordered, result_of
from tests.support.workers import until
from workers.executors import Task
from workers.process import Process

CREATED_AT = datetime(2013, 1, 6, tzinfo=UTC)


def a_table(name: str, url: str, table: str, *, partition: str = DAY) -> RunInput:
    return an_input(name, f"{url}#{table}", kind="table", partition=partition)


def a_staged_table(name: str, url: str, *, run: str = "rn_0123456789abcdef", fence: int = 1, **more: Any) -> RunOutput:
    """The output of a run, in a table that is its own."""
    options = {"url": url, "table": name, **more}
    content = output_content(
        a_dataset(name),
        format="table",
        location=None,
        options=options,
        expose=None,
        key=DAY,
        run=run,
        fence=fence,
    )
    return replace(an_output(name, kind="table"), content=content)


def a_query(text: str, inputs: tuple[RunInput, ...], output: RunOutput, **more: Any) -> ClaimedRun:
    executor = {"text": text, "engine": "database"}
    run = a_run("sql", executor, inputs=inputs, outputs=(output,), **more)
    return replace(run, created_at=CREATED_AT)


def a_call(procedure: str, output: RunOutput, arguments: Mapping[str, Any], **more: Any) -> ClaimedRun:
    executor = {"call": procedure, "arguments": arguments, **more}
    return replace(a_run("procedure", executor, outputs=(output,)), created_at=CREATED_AT)


def later(run: ClaimedRun) -> ClaimedRun:
    """The next run of the same job partition, with a place of its own and its first fence."""
    other = "rn_fedcba9876543210"
    outputs = tuple(
        a_staged_table(one.dataset.name, **{**_options(one), "url": one.content.options["url"]}, run=other)
        for one in run.outputs
    )
    created = (run.created_at or CREATED_AT) + timedelta(seconds=1)
    return replace(run, id=other, fence=1, outputs=outputs, created_at=created)


def _options(output: RunOutput) -> dict[str, Any]:
    return {key: value for key, value in output.content.options.items() if key not in ("url", "table")}


def roots_at(folder: Path) -> Roots:
    return Roots(folder, databases=("*",))


def done(run: ClaimedRun, folder: Path) -> tuple[Task, dict[str, Any]]:
    """The task of a run that was carried out, and its result."""
    task, _, ended = carried_out(run, roots_at(folder))
    result = result_of(task)
    assert (ended.exit_code == 0) == ("reason" not in result), f"{ended} and {result}"
    return task, result


def rows_of(content: Content, folder: Path) -> list[dict[str, Any]]:
    return storage.read(storage.located(content, roots_at(folder))).read_all().to_pylist()


def started(run: ClaimedRun, root: Path) -> tuple[Any, Process]:
    task, order = ordered(run, roots_at(root))
    return task, Process(order)


def child_of(process: Process) -> int:
    """The process that talks to the database, below the launcher."""
    return until(lambda: psutil.Process(process._line.pid).children(), what="the child")[0].pid
