"""Reads runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from graph_model.errors import RunNotFound
from graph_model.names import Name, job_id
from graph_model.pages import Page, cut
from graph_model.runs.entities import Attempt, Ended, Run, RunKind, RunState
from graph_model.store.graph import Graph, Row


def run(graph: Graph, run_id: str) -> Run:
    """The run with this id. Raises RunNotFound."""
    found = runs_by_id(graph, [run_id])
    if not found:
        raise RunNotFound(run_id)
    return found[run_id]


def runs(
    graph: Graph,
    *,
    job: Name | None = None,
    state: RunState | None = None,
    open_only: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> tuple[Run, ...]:
    """Runs newest first. `open_only`: those that wait or run. `after`: the id of the last run of the page before."""
    subject = job and job_id(job)
    if open_only:
        rows = graph.rows("runs.list_open_runs", job=subject, state=state, after=after, limit=limit)
    elif subject:
        rows = graph.rows("runs.list_runs_of_jobs", jobs=[subject], state=state, after=after, limit=limit)
    else:
        rows = graph.rows("runs.list_runs", state=state, after=after, limit=limit)
    ids = [row["id"] for row in rows]
    found = runs_by_id(graph, ids)
    return tuple(found[key] for key in ids if key in found)


def runs_of_jobs(
    graph: Graph, jobs: Sequence[str], *, first: int = 50, after: str | None = None
) -> Mapping[str, Page[Run]]:
    """By job id (or the id of a dataset, for its validations), one page of runs, newest first."""
    ids: dict[str, list[str]] = {job: [] for job in jobs}
    for row in graph.rows("runs.list_runs_of_jobs", jobs=list(jobs), state=None, after=after, limit=first + 1):
        ids[row["job"]].append(row["id"])
    found = runs_by_id(graph, [key for listed in ids.values() for key in listed])
    return {job: cut([found[key] for key in listed if key in found], first) for job, listed in ids.items()}


def count_runs(graph: Graph, *, job: Name | None = None, state: RunState | None = None, open_only: bool = False) -> int:
    subject = job and job_id(job)
    return graph.rows("runs.get_run_count", job=subject, state=state, open_only=open_only)[0]["total"]


def runs_by_id(graph: Graph, ids: Sequence[str]) -> Mapping[str, Run]:
    """Those of `ids` that exist."""
    return {row["id"]: _run(row) for row in graph.rows("runs.get_runs", ids=list(ids))} if ids else {}


def succeeded(graph: Graph, job_partitions: Sequence[str]) -> Mapping[str, Ended]:
    """By job partition (id) its newest successful run, of those that have one."""
    rows = graph.rows("runs.succeeded_among", job_partitions=list(job_partitions))
    return {row["job_partition"]: Ended(row["run"], row["ended_at"]) for row in rows}


def _run(row: Row) -> Run:
    return Run(
        id=row["id"],
        kind=RunKind(row["kind"]),
        subject=Name(row["namespace"] or "", row["name"] or ""),
        partition=row["key"],
        state=RunState(row["state"]),
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        fence=row["fence"] or 0,
        attempts=tuple(Attempt(**_known(attempt)) for attempt in sorted(row["attempts"], key=lambda a: a["number"])),
        inputs=tuple(sorted(row["inputs"])),
        outputs=tuple(sorted(row["outputs"])),
        reason=row["reason"] or "",
        metrics=json.loads(row["metrics"] or "{}"),
        not_before=row["not_before"],
        order=row["order"],
        parameters=json.loads(row["parameters"] or "{}"),
        chosen=tuple(row["chosen"] or ()),
        archived=row["archived"] or "",
        nominal=row["nominal"],
        missing=tuple(sorted(row["missing"])),
    )


def _known(attempt: Row) -> Row:
    """Without what is null, so that the entity's own defaults stand in for it."""
    return {key: value for key, value in attempt.items() if value is not None}
