"""`headwater run`, `restart`: a person has job partitions run, with what stands around them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import runs
from app.cli.connect import actor, broker_url, open_graph, require_migrated
from app.cli.interventions import ring_for
from app.cli.lookup import find_job, split_partition
from app.cli.options import AsJson, By, needed
from app.cli.order_options import (
    AtOnce,
    DryRun,
    Exclude,
    Force,
    Inputs,
    Key,
    Parameters,
    PlanHash,
    Pool,
    Priority,
    ReasonOfOrder,
    inputs_of,
    is_background,
    parameters_of,
    priority_of,
    show_ordered,
    show_plan,
)

if TYPE_CHECKING:
    from graph_model.names import Name
    from graph_model.orders.entities import Request
    from graph_model.orders.start import Ordered
    from graph_model.store.graph import Graph

_RUN = re.compile(r"^(rn|or)_[0-9a-f]{24}$")

What = Annotated[
    list[str],
    typer.Argument(
        metavar="SELECTOR|RUN",
        help="What is to run: JOB@PARTITION; +JOB with all upstream, JOB+2 with two hops downstream; @FIRST..LAST for "
        "a range; tag:, owner: or namespace: in place of a job; * for any letters. Or the id of a run, to show it.",
    ),
]
Failed = Annotated[str, typer.Argument(metavar="RUN|JOB@PARTITION", help="What failed, or is to be started again.")]


def run(
    select: What,
    *,
    exclude: Exclude = None,
    dry_run: DryRun = False,
    parameters: Parameters = None,
    inputs: Inputs = None,
    force: Force = False,
    pool: Pool = None,
    at_once: AtOnce = None,
    priority: Priority = None,
    key: Key = None,
    plan: PlanHash = None,
    reason: ReasonOfOrder = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Run jobs now, in the order in which they need each other; what is good already is left out. Or show one run.

    Workers see to the order; nobody has to stay.
    """
    if len(select) == 1 and _RUN.match(select[0]):
        runs.show_run(select[0], as_json=as_json)
        return
    from graph_model.orders.entities import AT_ONCE, Origin, Request, Terms

    with open_graph() as graph:
        require_migrated(graph)
        terms = Terms(
            force=force,
            at_once=at_once or AT_ONCE,
            pool=pool,
            priority=priority_of(priority),
            background=is_background(priority),
            parameters=parameters_of(parameters),
            chosen=inputs_of(graph, inputs),
        )
        request = Request(Origin.RUN, tuple(select), tuple(exclude or ()), terms=terms)
        give(graph, request, dry_run=dry_run, key=key, plan=plan, reason=reason, by=by or actor(), as_json=as_json)


def give(
    graph: Graph,
    request: Request,
    *,
    dry_run: bool,
    key: str | None,
    plan: str | None,
    reason: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Orders what is asked for and shows what came of it; a dry run shows the plan."""
    from graph_model.orders.plan import plan_order
    from graph_model.orders.start import order

    if dry_run:
        show_plan(plan_order(graph, request), as_json=as_json)
        return
    broker = broker_url()
    done = order(graph, request, by=by, reason=needed(reason), key=key, expected=plan)
    begin(graph, done, broker, as_json=as_json)


def restart(
    what: Failed,
    *,
    dry_run: DryRun = False,
    at_once: AtOnce = None,
    key: Key = None,
    plan: PlanHash = None,
    reason: ReasonOfOrder = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Start again from what failed: it, and all that waits for it; what is good already is read as it is."""
    from graph_model.orders.entities import AT_ONCE, Terms
    from graph_model.orders.restart import plan_restart
    from graph_model.orders.restart import restart as order_restart

    broker = broker_url()
    terms = Terms(at_once=at_once or AT_ONCE)
    with open_graph() as graph:
        require_migrated(graph)
        job, partition = _meant(graph, what)
        if dry_run:
            show_plan(plan_restart(graph, job, partition, terms), as_json=as_json)
            return
        why = needed(reason)
        done = order_restart(graph, job, partition, terms, by=by or actor(), reason=why, key=key, expected=plan)
        begin(graph, done, broker, as_json=as_json)


def begin(graph: Graph, done: Ordered, broker: str | None, *, as_json: bool) -> None:
    """Makes the first runs at once, where the steward would come a moment later."""
    from graph_model.replays.carry_on import carry_on

    made: tuple[str, ...] = ()
    if done.order and done.created:
        made = carry_on(graph) + carry_on(graph)
    rung = ring_for(broker, *made)
    show_ordered(done, made, rung=rung, as_json=as_json)


def _meant(graph: Graph, what: str) -> tuple[Name, str]:
    from graph_model.orders.restart import of_run

    if _RUN.match(what):
        return of_run(graph, what)
    job, partition = split_partition(what)
    return find_job(graph, job), partition
