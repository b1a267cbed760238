"""`headwater backfill`: a range of partitions, in dependency order, below today's work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import actor, open_graph, require_migrated
from app.cli.errors import finish
from app.cli.options import AsJson, By, needed
from app.cli.order import give
from app.cli.order_options import (
    AtOnce,
    DryRun,
    Exclude,
    Force,
    Key,
    PlanHash,
    Pool,
    ReasonOfOrder,
    is_background,
    priority_of,
)
from app.cli.output import print_fields, print_json, print_table

if TYPE_CHECKING:
    from graph_model.orders.entities import Order
    from graph_model.orders.progress import Forecast, OrderStep
    from graph_model.store.graph import Graph

ACTIONS = ("list", "status", "pause", "resume", "cancel")

What = Annotated[
    str,
    typer.Argument(
        metavar="SELECTOR|list|status|pause|resume|cancel",
        help="The jobs, as in `run`, without a partition: +JOB, JOB+2, tag:NAME … Or what to do with an order.",
    ),
]
OrderId = Annotated[str | None, typer.Argument(metavar="ORDER", help="The id of the order, behind such a word.")]
First = Annotated[str | None, typer.Option("--from", metavar="PARTITION", help="The first; left out: of each job.")]
Last = Annotated[
    str | None, typer.Option("--to", metavar="PARTITION", help="The last; left out: the last that is due by now.")
]
LowPriority = Annotated[
    str, typer.Option("--priority", metavar="low|normal|high|N", help="Of its runs; today's work goes before low.")
]
Stop = Annotated[bool, typer.Option("--stop-on-failure", help="Pause at the first step that fails.")]


def backfill(
    what: What,
    id: OrderId = None,
    *,
    first: First = None,
    last: Last = None,
    exclude: Exclude = None,
    force: Force = False,
    pool: Pool = None,
    at_once: AtOnce = None,
    priority: LowPriority = "low",
    stop_on_failure: Stop = False,
    dry_run: DryRun = False,
    key: Key = None,
    plan: PlanHash = None,
    reason: ReasonOfOrder = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Run a range of partitions in dependency order, only what changed; see how far it is, pause, resume or cancel it.

    A step that fails keeps those waiting that need it; the rest goes on.
    """
    from graph_model.orders.entities import AT_ONCE, Origin, Request, Terms
    from graph_model.orders.selectors import Keys

    with open_graph() as graph:
        require_migrated(graph)
        if what in ACTIONS:
            _act(graph, what, id, by=by or actor(), reason=reason, as_json=as_json)
            return
        if id is not None:
            raise typer.BadParameter(f"{id!r} is for {', '.join(ACTIONS[1:])}", param_hint="ORDER")
        terms = Terms(
            force=force,
            at_once=at_once or AT_ONCE,
            pool=pool,
            priority=priority_of(priority),
            background=is_background(priority),
            stop_on_failure=stop_on_failure,
        )
        request = Request(Origin.BACKFILL, (what,), tuple(exclude or ()), Keys(first, last), terms)
        give(graph, request, dry_run=dry_run, key=key, plan=plan, reason=reason, by=by or actor(), as_json=as_json)


def _act(graph: Graph, action: str, id: str | None, *, by: str, reason: str | None, as_json: bool) -> None:
    from graph_model.orders import control

    if action == "list":
        _list(graph, as_json=as_json)
        return
    if id is None:
        raise typer.BadParameter("say which order", param_hint="ORDER")
    if action == "status":
        _show_status(graph, id, as_json=as_json)
        return
    act = {"pause": control.pause, "resume": control.resume, "cancel": control.cancel}[action]
    done = act(graph, id, by=by, reason=needed(reason))
    if as_json:
        print_json(done=done)
    elif action == "cancel":
        print_fields(order=done.order, state=done.state, steps_cancelled=done.steps, runs_that_go_on=done.runs)
    else:
        print_fields(order=done.order, was=done.was, state=done.state)


def _list(graph: Graph, *, as_json: bool) -> None:
    from graph_model.orders.progress import orders

    found = orders(graph)
    if as_json:
        print_json(orders=found)
        return
    rows = [(x.id, x.origin, x.state, x.selection, over(x), x.failed, x.by, x.created_at) for x in found]
    columns = ("ORDER", "ORIGIN", "STATE", "SELECTION", "OVER", "FAILED", "BY", "SINCE")
    print_table(columns, rows, empty="nothing was ordered yet")


def _show_status(graph: Graph, id: str, *, as_json: bool) -> None:
    from graph_model.orders.progress import forecast, order, steps
    from graph_model.replays.entities import StepState

    found = order(graph, id)
    expected = forecast(graph, found)
    open_ones = steps(graph, id, (StepState.RUNNING, StepState.FAILED), limit=30)
    if as_json:
        print_json(order=found, forecast=expected, steps=open_ones)
    else:
        _print_status(found, expected, open_ones)
    finish(findings=found.failed > 0)


def _print_status(found: Order, expected: Forecast, open_ones: tuple[OrderStep, ...]) -> None:
    counts = {str(state).lower(): count for state, count in sorted(found.counts.items())}
    per_hour = None if expected.per_hour is None else f"{expected.per_hour:,.0f}"
    print_fields(
        order=found.id, origin=found.origin, state=found.state, note=found.note, selection=found.selection,
        over=over(found), **counts, in_line=found.in_line, steps_per_hour=per_hour,
        expected_end=expected.expected_end, by_what=expected.basis, by=found.by, reason=found.reason,
        since=found.created_at, ended=found.ended_at,
    )  # fmt: skip
    if open_ones:
        rows = [(step.place, step.job, step.partition, step.state, step.why) for step in open_ones]
        print_table(("PLACE", "JOB", "PARTITION", "STATE", "WHY"), rows, empty="")


def over(found: Order) -> str:
    return f"{found.total - found.left:,} of {found.total:,}"
