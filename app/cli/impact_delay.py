"""`headwater impact delay`: whom it hits when data is late."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.forecast import say_incomplete, spare, way
from app.cli.impact import as_object, breaks, print_verdicts
from app.cli.lookup import find_dataset, split_partition
from app.cli.options import AsJson, DatasetPartition, moment
from app.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from datetime import datetime

    from graph_model.deadlines.delay import Delayed, DelayForecast
    from graph_model.partitions.scheme import PartitionScheme

_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
_COLUMNS = ("OUTLOOK", "CONSUMER", "DUE", "LATE BY", "AT 95 %", "WITHOUT IT", "OWNERS", "THE WAY THERE", "WHY")


def delay(
    dataset: DatasetPartition,
    *,
    until: Annotated[
        str,
        typer.Option(
            "--until",
            metavar="TIME",
            help="When it comes: a time of the day after the partition, such as 04:30, or a moment (ISO 8601).",
        ),
    ],
    timezone: Annotated[
        str | None,
        typer.Option(
            "--timezone", metavar="ZONE", help="Whose clocks 04:30 is read by; without: those of the dataset."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Which deadlines break when a partition of a dataset comes late, by how much, and who owns them.

    Without a partition it is the next one that is due. LATE BY is for half of all histories, AT 95 % for 95 in 100 of
    them; with a minus there is so much time to spare. A moment in the past is looked at as if it were still ahead.
    """
    from graph_model.deadlines.delay import forecast_delay
    from graph_model.impact.assess import assess
    from graph_model.impact.entities import Delay

    with open_graph() as graph:
        name, key = split_partition(dataset)
        found = find_dataset(graph, name)
        asked = Delay(found.name, key, _moment(until, key, found.partitions, timezone))
        report, told = assess(graph, [asked]), forecast_delay(graph, [asked])
    if as_json:
        print_json(impact=as_object(report), at=told.at, deadlines=told.deadlines, taken=told.taken)
    else:
        _print_deadlines(told)
        print_verdicts(report.affected)
        say_incomplete(told.forecast)
    finish(findings=breaks(report.affected))


def _moment(text: str, key: str, scheme: PartitionScheme, timezone: str | None) -> datetime:
    from graph_model.deadlines.dates import deadline_at, last_day
    from graph_model.estate.entities import Deadline

    if not _CLOCK.match(text):
        return moment(text)
    day = last_day(scheme, scheme.check(key)) if key else None
    if day is None:
        raise typer.BadParameter("a time of day needs a partition that stands for a day: write 2013-01-06T04:30:00Z")
    return deadline_at(Deadline(text, timezone or scheme.timezone), day)


def _print_deadlines(told: DelayForecast) -> None:
    rows = [_row(each, told) for each in told.deadlines]
    print_table(_COLUMNS, rows, empty="no deadline depends on it")
    for taken in told.taken:
        say(f"taken to be in time: {taken}")


def _row(each: Delayed, told: DelayForecast) -> tuple[Any, ...]:
    one = each.deadline
    return (
        one.outlook,
        one.consumer,
        one.due,
        spare(one.over),
        spare(one.over_late),
        each.without,
        one.owners,
        way(one, told.forecast.steps),
        one.reason,
    )
