"""`headwater hold`, `skip`, `release`, `holds`: what is kept from being executed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import actor, broker_url, open_graph, require_migrated
from app.cli.options import AsJson, By, Reason, moment, seconds
from app.cli.output import print_fields, print_json, print_table, say
from app.cli.targets import find_target

if TYPE_CHECKING:
    from graph_model.holds.entities import HoldEffect

HoldArgument = Annotated[
    str,
    typer.Argument(
        metavar="DATASET|JOB[@PARTITION]", help="What to hold, and behind the last @ the only partition that is meant."
    ),
]
AsJob = Annotated[bool, typer.Option("--job", help="The job is meant, where a dataset is called so too.")]
AsDataset = Annotated[bool, typer.Option("--dataset", help="The dataset is meant, where a job is called so too.")]

Until = Annotated[
    datetime | None,
    typer.Option("--until", parser=moment, metavar="TIME", help="When it ends by itself (ISO 8601, UTC)."),
]
For = Annotated[
    float | None,
    typer.Option(
        "--for", parser=seconds, metavar="DURATION", help="How long it lasts: 30m, 2h; without end, if left out."
    ),
]


def hold(
    target: HoldArgument,
    *,
    reason: Reason,
    until: Until = None,
    lasting: For = None,
    by: By = None,
    job: AsJob = False,
    dataset: AsDataset = False,
    as_json: AsJson = False,
) -> None:
    """Keep the runs of a job, or those that read a dataset, from being started. Runs that started before go on."""
    from graph_model.holds.entities import HoldEffect

    end = _end(until, lasting)
    _place(target, HoldEffect.WAIT, end, by=by, reason=reason, job=job, dataset=dataset, as_json=as_json)


def skip(
    target: HoldArgument,
    *,
    reason: Reason,
    until: Until = None,
    lasting: For = None,
    by: By = None,
    job: AsJob = False,
    dataset: AsDataset = False,
    as_json: AsJson = False,
) -> None:
    """Count the runs of a job as done without executing them; or let readers go without a partition of a dataset."""
    from graph_model.holds.entities import HoldEffect

    end = _end(until, lasting)
    _place(target, HoldEffect.SKIP, end, by=by, reason=reason, job=job, dataset=dataset, as_json=as_json)


def _end(until: datetime | None, lasting: float | None) -> datetime | None:
    if until and lasting:
        raise typer.BadParameter("say one of --until and --for", param_hint="--until, --for")
    end = datetime.now(UTC) + timedelta(seconds=lasting) if lasting else until
    if end is not None and end <= datetime.now(UTC):
        raise typer.BadParameter(f"{end:%Y-%m-%d %H:%M} UTC is over already", param_hint="--until")
    return end


def _place(
    target: str,
    effect: HoldEffect,
    until: datetime | None,
    *,
    by: str | None,
    reason: str,
    job: bool,
    dataset: bool,
    as_json: bool,
) -> None:
    from graph_model.holds.hold import hold as place

    with open_graph() as graph:
        require_migrated(graph)
        found = find_target(graph, target, job=job, dataset=dataset)
        held = place(graph, found, by=by or actor(), reason=reason, effect=effect, until=until)
    if as_json:
        print_json(hold=held.hold, placed=held.placed, running=held.running)
        return
    print_fields(
        **{"held" if held.hold.effect == "WAIT" else "skipped": held.hold.target},
        by=held.hold.by,
        reason=held.hold.reason,
        since=held.hold.placed_at,
        until=held.hold.until,
        running=held.running,
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
        (
            each.target.kind,
            each.target.name,
            each.target.partition,
            each.effect,
            each.by,
            each.placed_at,
            each.until,
            each.reason,
        )
        for each in found
    ]
    print_table(
        ("KIND", "NAME", "PARTITION", "EFFECT", "BY", "SINCE", "UNTIL", "REASON"), rows, empty="nothing is held"
    )
