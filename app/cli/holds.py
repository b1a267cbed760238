"""`headwater hold`, `release`, `holds`: what is kept from being claimed."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.connect import actor, broker_url, open_graph, require_migrated
from app.cli.options import AsJson, By, Reason
from app.cli.output import print_fields, print_json, print_table, say
from app.cli.targets import find_target

HoldArgument = Annotated[
    str,
    typer.Argument(
        metavar="DATASET|JOB[@PARTITION]", help="What to hold, and behind the last @ the only partition that is meant."
    ),
]
AsJob = Annotated[bool, typer.Option("--job", help="The job is meant, where a dataset is called so too.")]
AsDataset = Annotated[bool, typer.Option("--dataset", help="The dataset is meant, where a job is called so too.")]


def hold(
    target: HoldArgument,
    *,
    reason: Reason,
    by: By = None,
    job: AsJob = False,
    dataset: AsDataset = False,
    as_json: AsJson = False,
) -> None:
    """Keep the runs of a job, or those that read a dataset, from being started. Runs that started before go on."""
    from graph_model.holds.hold import hold as place

    with open_graph() as graph:
        require_migrated(graph)
        held = place(graph, find_target(graph, target, job=job, dataset=dataset), by=by or actor(), reason=reason)
    if as_json:
        print_json(hold=held.hold, placed=held.placed, running=held.running)
        return
    print_fields(
        held=held.hold.target, by=held.hold.by, reason=held.hold.reason, since=held.hold.placed_at, running=held.running
    )
    if not held.placed:
        say("it was held already: that hold stays as it was")


def release(
    target: HoldArgument, *, by: By = None, job: AsJob = False, dataset: AsDataset = False, as_json: AsJson = False
) -> None:
    """End a hold. Runs that waited for it may start now."""
    from connectors.bell import ring
    from graph_model.holds.hold import release as let_go

    broker = broker_url()
    with open_graph() as graph:
        require_migrated(graph)
        released = let_go(graph, find_target(graph, target, job=job, dataset=dataset), by=by or actor())
    rung = ring(broker, released.runs)
    if as_json:
        print_json(hold=released.hold, runs=released.runs, rung=rung)
        return
    hold = released.hold
    print_fields(released=hold.target, was_held_by=hold.by, since=hold.placed_at, runs_that_waited=len(released.runs))


def list_holds(*, as_json: AsJson = False) -> None:
    """List what is held now, by whom and why."""
    from graph_model.holds.repository import holds

    with open_graph() as graph:
        found = holds(graph)
    if as_json:
        print_json(holds=found)
        return
    rows = [
        (each.target.kind, each.target.name, each.target.partition, each.by, each.placed_at, each.reason)
        for each in found
    ]
    print_table(("KIND", "NAME", "PARTITION", "BY", "SINCE", "REASON"), rows, empty="nothing is held")
