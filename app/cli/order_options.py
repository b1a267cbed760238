"""Options that say what is ordered to run, and how; and how plans of that are shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.lookup import find_partition
from app.cli.output import print_fields, print_json, print_table, say

if TYPE_CHECKING:
    from graph_model.orders.entities import Chosen, OrderPlan
    from graph_model.orders.start import Ordered
    from graph_model.store.graph import Graph

SHOWN = 60
"""So many rows of a plan are shown; --json has them all."""

Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="SELECTOR", help="Not what this selects; may be repeated.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would run, in its order, and what not and why; order nothing.")
]
PlanHash = Annotated[
    str | None, typer.Option("--plan", metavar="HASH", help="Only if this is still the plan, as --dry-run told it.")
]
Key = Annotated[
    str | None, typer.Option("--key", metavar="K", help="The same request under the same key is one order.")
]
Force = Annotated[bool, typer.Option("--force", help="Also what is good already: same code, same inputs.")]
Pool = Annotated[str | None, typer.Option("--pool", metavar="POOL", help="Claim its runs from this pool.")]
AtOnce = Annotated[
    int | None, typer.Option("--at-once", metavar="N", min=1, help="So many of its runs wait or run at a time.")
]
Priority = Annotated[
    str | None,
    typer.Option("--priority", metavar="low|normal|high|N", help="Of its runs; left out: that of each job."),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--param", metavar="NAME=VALUE", help="A parameter of the job; may be repeated. Never a secret."),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        metavar="DATASET@PARTITION=VERSION",
        help="Read this version in place of the current one; may be repeated.",
    ),
]
ReasonOfOrder = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail; needed to order anything.")
]


def priority_of(text: str | None) -> int | None:
    """A word or a number; None: what each job says, or the background."""
    from graph_model.orders.entities import LOW, NORMAL, PRIORITIES

    if text is None or text in (LOW, NORMAL):
        return None
    if text in PRIORITIES:
        return PRIORITIES[text]
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no priority: write low, normal, high or a number", param_hint="--priority"
        ) from None


def is_background(text: str | None) -> bool:
    """Whether runs are claimed only when nothing else waits."""
    from graph_model.orders.entities import LOW

    return text == LOW


def parameters_of(written: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in written or ():
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{text!r}: write NAME=VALUE", param_hint="--param")
        found[name] = value
    return found


def inputs_of(graph: Graph, written: list[str] | None) -> tuple[Chosen, ...]:
    from graph_model.orders.chosen import choose_version

    found: list[Chosen] = []
    for text in written or ():
        place, equals, version = text.rpartition("=")
        if not equals or not place or not version:
            raise typer.BadParameter(f"{text!r}: write DATASET@PARTITION=VERSION", param_hint="--input")
        name, key = find_partition(graph, place)
        found.append(choose_version(graph, name, key, version))
    return tuple(found)


def show_plan(plan: OrderPlan, *, as_json: bool) -> None:
    """What would run in its order, and what not, with the reasons."""
    if as_json:
        print_json(plan=plan)
        return
    rows = [
        (task.place, task.job, task.partition, task.cause, f"{task.why}; {task.held}" if task.held else task.why)
        for task in plan.tasks[:SHOWN]
    ]
    print_table(("PLACE", "JOB", "PARTITION", "CAUSE", "WHY"), rows, empty="nothing has to run")
    if plan.left_out:
        out = [(one.job, one.partition, one.obstacle, one.why) for one in plan.left_out[:SHOWN]]
        print_table(("JOB", "PARTITION", "DOES NOT RUN", "WHY"), out, empty="")
    say(summary(plan))


def summary(plan: OrderPlan) -> str:
    """One line: how many of what, and the hash."""
    causes = Counter(task.cause for task in plan.tasks)
    obstacles = Counter(one.obstacle for one in plan.left_out)
    told = [f"{count:,} {what}" for what, count in (*causes.items(), *obstacles.items())]
    steps = f"{len(plan.tasks):,} step{'' if len(plan.tasks) == 1 else 's'}"
    more = f" ({', '.join(told)})" if told else ""
    return f"{steps}{more}; plan {plan.hash}"


def show_ordered(ordered: Ordered, runs: tuple[str, ...], *, rung: bool, as_json: bool) -> None:
    if as_json:
        print_json(**_as_object(ordered), runs=runs, rung=rung)
        return
    if ordered.plan is not None:
        show_plan(ordered.plan, as_json=False)
    if ordered.order is None:
        return
    print_fields(order=ordered.order, runs_made_ready=len(runs))
    if not ordered.created:
        say("the same request was there already under this key: nothing was ordered")


def _as_object(ordered: Ordered) -> dict[str, Any]:
    return {"order": ordered.order, "created": ordered.created, "plan": ordered.plan}
