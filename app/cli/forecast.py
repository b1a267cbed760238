"""`headwater forecast`: when everything of a business date will be there, and which deadlines that keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.options import AsJson
from app.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from datetime import date

    from graph_model.deadlines.entities import DeadlineForecast, Forecast, StepForecast

_FINDINGS = ("MISSED", "LATE")
_DEADLINES = (
    "OUTLOOK",
    "CONSUMER",
    "DUE",
    "LIKELY",
    "AT 95 %",
    "TO SPARE",
    "AT 95 %",
    "OWNERS",
    "THE WAY THERE",
    "WHY",
)
_STEPS = ("STATE", "WHAT", "LIKELY", "AT 95 %", "TO SPARE", "AT 95 %", "RESTS ON", "WHY")


def day(text: str) -> date:
    """A business date."""
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date: write 2013-01-05") from None


def show_forecast(
    *,
    on: Annotated[
        Any,
        typer.Option(
            "--date", parser=day, metavar="DATE", help="The business date: that of the partitions. Without: yesterday."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say when what is not there yet of a business date will be there. Exit 1 when a deadline is missed by that.

    Times are UTC. Half of all histories are over by LIKELY, 95 in 100 by AT 95 %. TO SPARE is how much later something
    may be without a deadline being missed; with a minus it is missed by so much.
    """
    from datetime import timedelta

    from graph_model.deadlines.forecast import forecast
    from graph_model.deadlines.repository import now

    with open_graph() as graph:
        found = forecast(graph, on or now(graph).date() - timedelta(days=1))
    if as_json:
        print_json(forecast=found)
    else:
        print_deadlines(found.deadlines, found.steps)
        print_steps(found.steps)
        say_incomplete(found)
    finish(findings=any(each.outlook in _FINDINGS for each in found.deadlines))


def print_deadlines(deadlines: Sequence[DeadlineForecast], steps: Sequence[StepForecast]) -> None:
    print_table(_DEADLINES, [_deadline(each, steps) for each in deadlines], empty="no consumer has a deadline for it")


def print_steps(steps: Iterable[StepForecast]) -> None:
    """What is not there yet, the first first."""
    ordered = sorted(steps, key=lambda each: (each.ends.likely is None, each.ends.likely, each.name, each.partition))
    print_table(_STEPS, [_step(each) for each in ordered], empty="nothing is open: all of it is there")


def say_incomplete(found: Forecast) -> None:
    for reason in found.incomplete:
        say(f"incomplete: {reason}")
    for words in found.not_counted:
        say(f"not counted: {words}")


def _deadline(each: DeadlineForecast, steps: Sequence[StepForecast]) -> tuple[Any, ...]:
    return (
        each.outlook,
        each.consumer,
        each.due,
        _about(each.ends.likely, each.ends.unknown),
        _about(each.ends.late, each.ends.unknown),
        spare(each.over, sign=-1),
        spare(each.over_late, sign=-1),
        each.owners,
        way(each, steps),
        each.reason,
    )


def way(each: DeadlineForecast, steps: Sequence[StepForecast]) -> str:
    """The steps that decide when the data of a deadline is there."""
    return " → ".join(f"{steps[at].name.name}@{steps[at].partition or 'whole'}" for at in each.path)


def _step(each: StepForecast) -> tuple[Any, ...]:
    return (
        each.state,
        f"{'job' if each.is_job else 'dataset'} {each.name}@{each.partition or 'whole'}",
        _about(each.ends.likely, each.ends.unknown),
        _about(each.ends.late, each.ends.unknown),
        spare(each.slack),
        spare(each.slack_late),
        each.basis,
        each.why or each.ends.unknown,
    )


def _about(moment: Any, unknown: str) -> Any:
    """Where something is not known, the times are only the soonest."""
    return None if unknown else moment


def spare(seconds: float | None, *, sign: int = 1) -> str:
    """A time to spare: `1 h 20 min`, `-12 min`, nothing where there is no telling."""
    from graph_model.deadlines.telling import minutes

    if seconds is None:
        return ""
    left = sign * seconds
    return f"-{minutes(-left)}" if left < 0 else minutes(left)
