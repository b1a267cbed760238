"""`headwater replay`, `replays`: a person has run again what had its run, or everything that a bad version spoiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import actor, broker_url, open_graph, require_migrated
from app.cli.errors import finish
from app.cli.interventions import ring_for
from app.cli.lookup import find_job, find_version, is_version
from app.cli.options import AsJson, By, WrongColumns, needed, wrong_columns
from app.cli.output import print_fields, print_json, print_table, say
from graph_model.partitions.rules import WHOLE

if TYPE_CHECKING:
    from graph_model.replays.entities import Replay, ReplayPlan
    from graph_model.store.graph import Graph

What = Annotated[
    str | None,
    typer.Argument(
        metavar="JOB|VERSION|DATASET@PARTITION",
        help="A job, to run it again; or a bad version, to run again all that stands on it. Of a partition it is the "
        "version that a person set aside last, or else the current one.",
    ),
]
Partition = Annotated[
    str, typer.Option("--partition", "-p", help="The job's partition; leave it out for a job without partitions.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would run again, in its order, and order nothing.")]
Status = Annotated[str | None, typer.Option("--status", metavar="REPLAY", help="Show how far a replay has come.")]
Cancel = Annotated[str | None, typer.Option("--cancel", metavar="REPLAY", help="Begin nothing more of a replay.")]
ReasonOfReplay = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail; needed to change anything.")
]


def replay(
    what: What = None,
    *,
    partition: Partition = WHOLE,
    columns: WrongColumns = None,
    dry_run: DryRun = False,
    status: Status = None,
    cancel: Cancel = None,
    reason: ReasonOfReplay = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Run a job partition again on its current inputs, or all that a bad version spoiled, in order.

    What stands on a bad version gets its runs one after the other, as what they read becomes good; workers see to it.
    """
    with open_graph() as graph:
        require_migrated(graph)
        if status:
            _show_status(graph, status, as_json=as_json)
        elif cancel:
            _cancel(graph, cancel, reason=needed(reason), by=by or actor(), as_json=as_json)
        elif what is None:
            raise typer.BadParameter("say what is to run again", param_hint="JOB|VERSION|DATASET@PARTITION")
        elif "@" not in what.rpartition("/")[2] and not is_version(graph, what):
            _run_job(graph, what, partition, reason=needed(reason), by=by or actor(), as_json=as_json)
        elif dry_run:
            _show_plan(graph, find_version(graph, what), wrong_columns(columns), as_json=as_json)
        else:
            version, wrong = find_version(graph, what), wrong_columns(columns)
            _order(graph, version, wrong, reason=needed(reason), by=by or actor(), as_json=as_json)


def list_replays(
    *,
    all_of_them: Annotated[bool, typer.Option("--all", help="Those too that are over.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what was ordered to run again because a version was bad."""
    from graph_model.replays.repository import replays

    with open_graph() as graph:
        found = replays(graph, open_only=not all_of_them)
    if as_json:
        print_json(replays=found)
        return
    rows = [(x.id, x.state, x.version, _progress(x), x.by, x.reason, x.created_at) for x in found]
    print_table(("REPLAY", "STATE", "VERSION", "OVER", "BY", "REASON", "SINCE"), rows, empty="no replay is open")


def _run_job(graph: Graph, job: str, partition: str, *, reason: str, by: str, as_json: bool) -> None:
    from graph_model.runs.replay import replay as run_again

    broker = broker_url()
    name = find_job(graph, job)
    made = run_again(graph, name, partition, by=by, reason=reason)
    rung = ring_for(broker, made.run)
    if as_json:
        print_json(job=name, partition=partition, run=made.run, rung=rung)
    else:
        print_fields(run=made.run, job=name, partition=partition)


def _show_plan(graph: Graph, version: str, columns: tuple[str, ...], *, as_json: bool) -> None:
    from graph_model.replays.plan import plan_replay

    plan = plan_replay(graph, version, columns)
    if as_json:
        print_json(plan=plan_as_object(plan))
    else:
        print_plan(plan)


def _order(graph: Graph, version: str, columns: tuple[str, ...], *, reason: str, by: str, as_json: bool) -> None:
    from graph_model.replays.carry_on import carry_on
    from graph_model.replays.start import order_replay

    broker = broker_url()
    ordered = order_replay(graph, version, columns, by=by, reason=reason)
    runs = carry_on(graph) if ordered.replay else ()
    rung = ring_for(broker, *runs)
    if as_json:
        plan = plan_as_object(ordered.plan)
        print_json(replay=ordered.replay, created=ordered.created, steps=ordered.steps, runs=runs, rung=rung, plan=plan)
        return
    print_plan(ordered.plan)
    if ordered.replay:
        print_fields(replay=ordered.replay, new_steps=ordered.steps, runs_made_ready=len(runs))
        if not ordered.created:
            say("a replay of this version was open already; what it lacked was added")


def _show_status(graph: Graph, replay_id: str, *, as_json: bool) -> None:
    from graph_model.replays.repository import replay as get_replay

    found = get_replay(graph, replay_id)
    if as_json:
        print_json(replay=found, stuck=found.is_stuck)
    else:
        print_fields(
            replay=found.id, state=found.state, version=found.version, columns=found.columns, over=_progress(found),
            by=found.by, reason=found.reason, since=found.created_at, ended=found.ended_at,
        )  # fmt: skip
        rows = [(step.order, step.job, step.partition, step.state, step.why) for step in found.steps]
        print_table(("ORDER", "JOB", "PARTITION", "STATE", "WHY"), rows, empty="it has no steps")
    finish(findings=found.is_stuck)


def _cancel(graph: Graph, replay_id: str, *, reason: str, by: str, as_json: bool) -> None:
    from graph_model.replays.cancel import cancel_replay

    done = cancel_replay(graph, replay_id, by=by, reason=reason)
    if as_json:
        print_json(replay=done.replay, steps=done.steps, runs=done.runs)
    else:
        print_fields(replay=done.replay, state="CANCELLED", steps_cancelled=done.steps, runs_that_go_on=done.runs)


def _progress(found: Replay) -> str:
    from graph_model.replays.entities import OVER

    return f"{sum(step.state in OVER for step in found.steps)} of {len(found.steps)}"


def print_plan(plan: ReplayPlan) -> None:
    """What must run again in its order, and what need not, with the reasons."""
    say(plan.root)
    rows = [(step.order, step.job, step.partition, step.way, step.why) for step in plan.steps]
    print_table(("ORDER", "JOB", "PARTITION", "WAY", "WHY"), rows, empty="nothing has to run again")
    beside = [("anyway", one) for one in plan.anyway] + [("no", one) for one in plan.not_needed]
    if beside:
        spared = [(runs, one.dataset, one.partition, one.why) for runs, one in beside]
        print_table(("RUNS", "DATASET", "PARTITION", "WHY"), spared, empty="")
    if not plan.badness.is_complete:
        say("there is more than this")


def plan_as_object(plan: ReplayPlan) -> dict[str, Any]:
    """A plan without what is behind it."""
    return {
        "version": plan.badness.root.id,
        "root": plan.root,
        "ready": plan.ready,
        "is_complete": plan.badness.is_complete,
        "steps": plan.steps,
        "anyway": plan.anyway,
        "not_needed": plan.not_needed,
    }
