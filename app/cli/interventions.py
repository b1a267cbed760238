"""`headwater cancel`, `retry`, `mark`, `revalidate`: what a person does about one run, or one version."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.connect import actor, broker_url, open_graph, require_migrated
from app.cli.options import AsJson, By, Reason, RunArgument, VersionArgument
from app.cli.output import print_fields, print_json, say

MarkedAs = Annotated[str, typer.Argument(metavar="succeeded|failed", help="What it counts as from now on.")]


def cancel(run: RunArgument, *, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """End a run that waits or runs: its processes are killed, and nothing of it is published."""
    from graph_model.runs.cancel import cancel as end

    with open_graph() as graph:
        require_migrated(graph)
        cancelled = end(graph, run, by=by or actor(), reason=reason)
    if as_json:
        print_json(run=cancelled.run, was=cancelled.was)
        return
    print_fields(run=cancelled.run, was=cancelled.was, state="CANCELLED")
    if cancelled.was == "CANCELLED":
        say("it was cancelled before: nothing changed")


def retry(run: RunArgument, *, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """Try a run again now, that waits for its next try, failed or was cancelled; on the inputs that are good now."""
    from graph_model.runs.mark import retry as try_again

    broker = broker_url()
    with open_graph() as graph:
        require_migrated(graph)
        retried = try_again(graph, run, by=by or actor(), reason=reason)
    rung = ring_for(broker, retried.run)
    if as_json:
        print_json(run=retried.run, was=retried.was, of=run, rung=rung)
    else:
        print_fields(run=retried.run, instead_of=run if retried.run != run else None, was=retried.was)


def mark(run: RunArgument, state: MarkedAs, *, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """Say how a run ended that waits, failed or was cancelled. Nothing is executed, and nothing published."""
    from graph_model.runs.mark import mark as mark_as

    if state not in ("succeeded", "failed"):
        raise typer.BadParameter(f"{state!r}: say succeeded or failed", param_hint="STATE")
    with open_graph() as graph:
        require_migrated(graph)
        marked = mark_as(graph, run, state, by=by or actor(), reason=reason)
    if as_json:
        print_json(run=marked.run, state=marked.state, was=marked.was)
    else:
        print_fields(run=marked.run, state=marked.state, was=marked.was)


def revalidate(version: VersionArgument, *, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """Validate a version again that was not found good, after its content or its contract was mended."""
    from graph_model.runs.replay import revalidate as check_again

    broker = broker_url()
    with open_graph() as graph:
        require_migrated(graph)
        made = check_again(graph, version, by=by or actor(), reason=reason)
    rung = ring_for(broker, made.run)
    if as_json:
        print_json(version=version, run=made.run, rung=rung)
    else:
        print_fields(run=made.run, version=version)


def ring_for(broker: str | None, *runs: str) -> bool:
    from connectors.bell import ring

    return ring(broker, runs)
