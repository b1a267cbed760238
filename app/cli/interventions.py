"""`headwater cancel`, `revalidate`: a person ends a run, or has a version validated again."""

from __future__ import annotations

from app.cli.connect import actor, broker_url, open_graph, require_migrated
from app.cli.options import AsJson, By, Reason, RunArgument, VersionArgument
from app.cli.output import print_fields, print_json, say


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
