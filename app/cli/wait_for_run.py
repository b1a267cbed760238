"""`headwater wait --job`: until a job partition has run well."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.lookup import find_job, split_partition
from app.cli.output import print_fields, print_json, say
from graph_model.names import job_id, job_partition_id

if TYPE_CHECKING:
    from datetime import datetime

    from graph_model.runs.entities import Run
    from graph_model.store.graph import Graph


def wait_for_run(target: str, *, timeout: float, ended_after: datetime | None, as_json: bool) -> None:
    """Exit 1 when the time is over first."""
    from graph_model.jobs.repository import job

    spelled, key = split_partition(target)
    with open_graph() as graph:
        name = find_job(graph, spelled)
        partition = job(graph, name).partitions.check(key)
        wanted = name.at(partition)
        say(f"waiting for a successful run of {wanted}, {timeout:g} s at most")
        place = job_partition_id(job_id(name), partition)
        run = _succeeded(graph, place, timeout=timeout, ended_after=ended_after)
        newest = None if run else _newest(graph, place)
    if run:
        _print(run, as_json=as_json)
        return
    if as_json:
        print_json(run=None, timed_out=True, newest=newest)
    reason = f": {newest.reason}" if newest and newest.reason else ""
    state = f"its newest run {newest.id} is {newest.state}{reason}" if newest else "it had no run yet"
    since = f" that ended after {ended_after.isoformat()}" if ended_after else ""
    say(f"timed out: {wanted} has no successful run{since}; {state}")
    finish(findings=True)


def _succeeded(graph: Graph, job_partition: str, *, timeout: float, ended_after: datetime | None) -> Run | None:
    """The newest successful run as soon as there is one, looked for at growing intervals; None: the time is over."""
    from graph_model.runs.repository import run, succeeded

    deadline = time.monotonic() + timeout
    pause = 0.05
    while True:
        found = succeeded(graph, [job_partition]).get(job_partition)
        if found and (ended_after is None or (found.at and found.at > ended_after)):
            return run(graph, found.id)
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, 2.0)


def _newest(graph: Graph, job_partition: str) -> Run | None:
    from graph_model.runs.repository import run

    rows = graph.rows("readiness.newest_run", job_partition=job_partition)
    return run(graph, rows[0]["id"]) if rows else None


def _print(run: Run, *, as_json: bool) -> None:
    if as_json:
        print_json(run=run)
        return
    print_fields(
        run=run.id, job=run.subject, partition=run.partition, state=run.state, started=run.started_at,
        ended=run.ended_at, inputs=run.inputs, outputs=run.outputs,
    )  # fmt: skip
