"""Runs that others told of, on the command line: `headwater runs --observed`, and `headwater run` for one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from app.cli.lookup import find_dataset, find_job
from app.cli.output import print_fields, print_json, print_table, print_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graph_model.observed.runs import ObservedRun
    from graph_model.store.graph import Graph

STATES = ("START", "RUNNING", "OTHER", "COMPLETE", "ABORT", "FAIL", "LOST")
_COLUMNS = ("RUN", "JOB", "STATE", "FOR", "STARTED", "ENDED", "PARTS", "READ", "MADE", "ERROR")
_TESTS = ("TEST", "STATUS", "SEVERITY", "EXPECTED", "ACTUAL", "DESCRIPTION")


def find_observed(
    graph: Graph, *, job: str | None, dataset: str | None, part_of: str | None, state: str | None, limit: int
) -> tuple[ObservedRun, ...]:
    """The runs that are asked for by words. Raises typer.BadParameter, JobNotFound, DatasetNotFound and their like."""
    from graph_model.datasets.repository import dataset as read_dataset
    from graph_model.names import job_id
    from graph_model.observed.runs import observed_run, observed_runs

    if state is not None and state.upper() not in STATES:
        raise typer.BadParameter(f"{state!r} is no state of theirs: one of {', '.join(STATES)}", param_hint="--state")
    return observed_runs(
        graph,
        job=job_id(find_job(graph, job)) if job else None,
        dataset=read_dataset(graph, find_dataset(graph, dataset).name).id if dataset else None,
        parent=observed_run(graph, part_of).id if part_of else None,
        state=state.upper() if state else None,
        limit=limit,
    )


def print_observed(found: tuple[ObservedRun, ...], *, as_json: bool) -> None:
    if as_json:
        print_json(observed_runs=[words_of(run) for run in found])
        return
    print_table(_COLUMNS, [_row(run) for run in found], empty="nobody told of such runs")


def print_one(run: ObservedRun) -> None:
    told = run.told
    print_fields(
        run=run.id,
        job=run.job,
        called=run.run,
        state=run.state or "known only from its parts",
        nominal=run.nominal_start,
        nominal_until=run.nominal_end,
        started=run.started_at,
        ended=run.ended_at,
        error=run.error,
        lost_because=run.lost_because,
        not_read=run.gap,
        inputs=run.inputs,
        outputs=run.outputs,
        part_of=f"{told.parent.job} {told.parent.run}" if told.parent else None,
        part_of_in_the_end=f"{told.root.job} {told.root.run}" if told.root else None,
        parents=run.parent_ids,
        parts=run.parts or None,
        after=told.before,
        before=told.after,
        engine=pairs(told.engine),
        query=told.query,
        tags=told.tags,
        warnings=run.warnings,
    )
    if told.tests:
        print_text("")
        rows = [(t.name, t.status, t.severity, t.expected, t.actual, t.description) for t in told.tests]
        print_table(_TESTS, rows, empty="")


def words_of(run: ObservedRun) -> dict[str, Any]:
    """A run as JSON says it, its facets as they were sent."""
    from app.cli.output import jsonable
    from graph_model.observed.known import raw_facets

    return {**jsonable(run), "facets": raw_facets(run.facets)}


def pairs(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(values.items()))


def _row(run: ObservedRun) -> tuple[object, ...]:
    what = run.error.partition("\n")[0] or run.lost_because or run.gap
    times = (run.nominal_start, run.started_at, run.ended_at)
    return (run.id, run.job, run.state, *times, run.parts or None, run.inputs, run.outputs, what)
