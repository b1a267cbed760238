"""`headwater ready`, `runs`, `run`: may it run, what ran, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import open_graph, storage_root
from app.cli.errors import finish
from app.cli.lookup import find_job
from app.cli.observed_runs import STATES, find_observed, print_observed, print_one, words_of
from app.cli.options import AsJson, JobArgument
from app.cli.output import print_fields, print_json, print_table, say
from app.cli.stuck import show_stuck
from graph_model.partitions.rules import WHOLE

if TYPE_CHECKING:
    from graph_model.readiness.entities import InputReadiness, Readiness
    from graph_model.runs.entities import Run, RunState

_STATES = ("READY", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "SUPERSEDED", "LAPSED")


def ready(
    job: JobArgument,
    *,
    partition: Annotated[
        str, typer.Option("--partition", "-p", help="The job's partition; leave it out for a job without partitions.")
    ] = WHOLE,
    as_json: AsJson = False,
) -> None:
    """Say whether a job partition has all it needs, and for each input what is missing. Exit 1 when it is not ready."""
    from graph_model.readiness.explain import readiness

    with open_graph() as graph:
        answer = readiness(graph, find_job(graph, job), partition)
    if as_json:
        print_json(readiness=answer)
    else:
        _print_readiness(answer)
    finish(findings=not answer.ready)


def list_runs(
    *,
    job: Annotated[str | None, typer.Option("--job", metavar="JOB", help="Only runs of this job.")] = None,
    state: Annotated[
        str | None, typer.Option("--state", help=f"Only runs in this state: {', '.join(_STATES)}.")
    ] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only runs that wait or run now.")] = False,
    stuck: Annotated[
        bool, typer.Option("--stuck", help="Only what does not get on, and what each of it waits for.")
    ] = False,
    observed: Annotated[
        bool, typer.Option("--observed", help=f"Runs that others told of; their states: {', '.join(STATES)}.")
    ] = False,
    dataset: Annotated[
        str | None, typer.Option("--dataset", metavar="DATASET", help="With --observed: that read or made this.")
    ] = None,
    part_of: Annotated[
        str | None,
        typer.Option("--part-of", metavar="RUN", help="With --observed: that are part of this run."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List runs, newest first: our own, or those that others told of."""
    from graph_model.runs.repository import runs

    if stuck:
        if job or state or open_only or observed or dataset or part_of:
            raise typer.BadParameter("it looks at all runs: leave the other options out", param_hint="--stuck")
        show_stuck(limit=limit, as_json=as_json)
        return
    if observed:
        if open_only:
            raise typer.BadParameter("say --state: others tell of no queue", param_hint="--open")
        with open_graph() as graph:
            of_others = find_observed(graph, job=job, dataset=dataset, part_of=part_of, state=state, limit=limit)
        print_observed(of_others, as_json=as_json)
        return
    if dataset or part_of:
        raise typer.BadParameter("only of runs that others told of: add --observed", param_hint="--dataset, --part-of")
    wanted = _state(state)
    with open_graph() as graph:
        found = runs(graph, job=find_job(graph, job) if job else None, state=wanted, open_only=open_only, limit=limit)
    if as_json:
        print_json(runs=found)
        return
    columns = ("RUN", "KIND", "SUBJECT", "PARTITION", "STATE", "CREATED", "SECONDS", "ATTEMPTS", "REASON")
    print_table(columns, [_row(run) for run in found], empty="no runs")


def show_run(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Id of the run.")], *, as_json: AsJson = False
) -> None:
    """Show one run with its attempts, what it read and what it wrote; or one that others told of."""
    from graph_model.archive.runs import with_details
    from graph_model.observed.runs import observed_runs_by_id
    from graph_model.runs.repository import run

    with open_graph() as graph:
        of_others = observed_runs_by_id(graph, [run_id]).get(run_id)
        found = with_details(run(graph, run_id), storage_root()) if of_others is None else None
    if of_others is not None:
        print_json(observed_run=words_of(of_others)) if as_json else print_one(of_others)
    elif as_json:
        print_json(run=found)
    elif found is not None:
        _print_run(found)


def _state(text: str | None) -> RunState | None:
    from graph_model.runs.entities import RunState

    if text is None:
        return None
    if text.upper() not in _STATES:
        raise typer.BadParameter(f"{text!r} is no state: one of {', '.join(_STATES)}", param_hint="--state")
    return RunState(text.upper())


def _row(run: Run) -> tuple[object, ...]:
    return (
        run.id,
        run.kind,
        run.subject,
        run.partition,
        run.state,
        run.created_at,
        _duration(run),
        len(run.attempts),
        run.reason,
    )


def _duration(run: Run) -> str:
    """Seconds that the run took, or has taken until now."""
    if run.started_at is None:
        return ""
    return f"{((run.ended_at or datetime.now(UTC)) - run.started_at).total_seconds():.2f}"


def _print_readiness(answer: Readiness) -> None:
    state = "ready" if answer.ready else "not ready"
    run = f"{answer.run.id} ({answer.run.state})" if answer.run else None
    print_fields(
        job=answer.job,
        partition=answer.partition,
        state=state,
        runnable=answer.runnable,
        held=answer.held or None,
        reason=answer.reason,
        run=run,
    )
    print_table(
        ("INPUT", "PARTITION", "NEEDED", "STATE", "VERSION", "WHY"),
        [
            (
                each.dataset,
                each.partition,
                "required" if each.required else each.group or "optional",
                each.state,
                each.version,
                _why(each),
            )
            for each in answer.inputs
        ],
        empty="it has no inputs",
    )


def _why(answer: InputReadiness) -> str:
    """Who holds it, the reason, and of each failed check how many rows fail and one of them."""
    parts = [part for part in (answer.held, answer.reason) if part]
    for result in answer.results:
        if result.passed:
            continue
        row = f", e.g. {dict(result.sample[0])}" if result.sample else ""
        parts.append(f"check {result.check}: {result.message or f'{result.failed_rows} rows fail'}{row}")
    return "; ".join(parts)


def _print_run(run: Run) -> None:
    print_fields(
        run=run.id,
        kind=run.kind,
        subject=run.subject,
        partition=run.partition,
        state=run.state,
        reason=run.reason,
        created=run.created_at,
        started=run.started_at,
        ended=run.ended_at,
        seconds=_duration(run),
        fence=run.fence,
        inputs=run.inputs,
        without=run.missing or None,
        outputs=run.outputs,
        archived=run.archived or None,
        metrics=", ".join(f"{name}={value}" for name, value in run.metrics.items()),
    )
    if not run.attempts:
        say("no attempt yet")
        return
    columns = ("ATTEMPT", "WORKER", "STARTED", "ENDED", "OUTCOME", "EXIT CODE", "REASON")
    rows = [
        (each.number, each.worker, each.started_at, each.ended_at, each.outcome, each.exit_code, each.reason)
        for each in run.attempts
    ]
    print_table(columns, rows, empty="")
