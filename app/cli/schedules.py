"""`headwater schedule` and `schedule-diff`: when a job runs by the clock, and what a change does to that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.lookup import find_job
from app.cli.options import AsJson, JobArgument
from app.cli.output import print_fields, print_json, print_table, print_text, say

if TYPE_CHECKING:
    from graph_model.estate.entities import Estate, JobSpec
    from graph_model.schedules.entities import Tick
    from graph_model.schedules.listing import Changes, Date, Listing

_DATES = ("UTC", "LOCAL", "ZONE", "PARTITION", "NOTE")
_TICKS = ("CAME", "PARTITION", "STATE", "RUN", "REASON")
_CHANGES = ("CHANGE", "UTC", "LOCAL", "ZONE", "PARTITION", "NOTE")
_SHOWN_KEYS = 3
Year = Annotated[
    int, typer.Option("--year", min=1971, max=9990, metavar="YEAR", help="By the local time of its rules.")
]
OldEstate = Annotated[Path, typer.Argument(metavar="OLD", help="An estate file.", exists=True, readable=True)]
NewEstate = Annotated[Path, typer.Argument(metavar="NEW", help="Another one.", exists=True, readable=True)]


def show_schedule(
    job: JobArgument,
    *,
    year: Annotated[
        int | None,
        typer.Option(
            "--year", min=1971, max=9990, metavar="YEAR", help="All of a year, by the local time of its rules."
        ),
    ] = None,
    first: Annotated[int, typer.Option("--next", min=1, max=1000, metavar="N", help="So many to come.")] = 10,
    diff: Annotated[
        Path | None,
        typer.Option("--diff", metavar="FILE", help="What changed since this list (of --year --json).", exists=True),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say when a job runs by the clock: what came of its last nominal times and which are next, or all of a year.

    With --diff, exit 1 when the list has changed.
    """
    from graph_model.errors import InvalidInput
    from graph_model.names import job_id
    from graph_model.schedules.listing import Listing, changes, next_dates, year_of
    from graph_model.schedules.repository import cursors, ticks, times_of

    with open_graph() as graph:
        name = find_job(graph, job)
        times = times_of(graph, name)
        cursor = cursors(graph, [job_id(name)]).get(job_id(name))
        came = ticks(graph, name, most=5)
    if diff is not None and year is None:
        raise InvalidInput("--diff", "compares a year: say --year YEAR")
    if times.schedule is None:
        listing = Listing(())
    elif year is not None:
        listing = year_of(times.schedule, times.scheme, year)
    else:
        since = cursor.now if cursor else None
        listing = Listing(next_dates(times.schedule, times.scheme, since, first) if since else ())
    if diff is not None:
        _tell_changes(changes(_read(diff), listing.dates), as_json=as_json)
        return
    said = {"job": name, "schedule": str(times.schedule or ""), "not_before": str(times.not_before or "")}
    if as_json:
        print_json(**said, dates=listing.dates, left_out=listing.left_out, ticks=came)
        return
    print_fields(**said)
    _print_listing(listing, came if year is None else ())


def show_difference(old: OldEstate, new: NewEstate, *, year: Year, as_json: AsJson = False) -> None:
    """Say which nominal times of which jobs come and go from one estate file to another. Exit 1 when any does."""
    from graph_model.schedules.listing import changes

    before, after = _jobs(old), _jobs(new)
    found: dict[str, Changes] = {}
    for name in sorted(before.keys() | after.keys()):
        between = changes(_year(before.get(name), year), _year(after.get(name), year))
        if not between.is_empty:
            found[name] = between
    if as_json:
        print_json(jobs=found)
    for name, between in () if as_json else found.items():
        print_text(f"job {name}")
        _print_changes(between)
    if not found and not as_json:
        say("no nominal time comes or goes")
    finish(findings=bool(found))


def _jobs(path: Path) -> dict[str, JobSpec]:
    from graph_model.estate.parse import load_estate
    from graph_model.estate.repository import known_datasets

    with open_graph() as graph:
        estate: Estate = load_estate(path, known=known_datasets(graph))
    return {str(job.name): job for job in estate.jobs}


def _year(job: JobSpec | None, year: int) -> tuple[Date, ...]:
    from graph_model.schedules.listing import year_of

    return year_of(job.schedule, job.partitions, year).dates if job and job.schedule else ()


def _read(path: Path) -> tuple[Date, ...]:
    from graph_model.errors import InvalidInput
    from graph_model.schedules.listing import read_dates

    try:
        return read_dates(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(str(path), "is no list of `headwater schedule JOB --year YEAR --json`") from None


def _tell_changes(found: Changes, *, as_json: bool) -> None:
    if as_json:
        print_json(changes=found)
    else:
        _print_changes(found)
    finish(findings=not found.is_empty)


def _print_changes(found: Changes) -> None:
    rows = [
        *(("gone", *_row(date)) for date in found.gone),
        *(("new", *_row(date)) for date in found.new),
        *((f"was for {_keys(old.partitions)}", *_row(date)) for old, date in found.moved),
    ]
    print_table(_CHANGES, sorted(rows, key=lambda row: (row[1], row[0])), empty="no nominal time comes or goes")


def _print_listing(listing: Listing, came: Sequence[Tick]) -> None:
    if came:
        print_text("")
        rows = [(one.nominal, one.partition or "whole", one.state, one.run, one.reason) for one in reversed(came)]
        print_table(_TICKS, rows, empty="")
    print_text("")
    print_table(_DATES, [_row(date) for date in listing.dates], empty="it does not run by the clock")
    for one in listing.left_out:
        say(f"left out: {one.why}")


def _row(date: Date) -> tuple[Any, ...]:
    return (
        f"{date.at:%Y-%m-%d %H:%M}",
        f"{date.local:%a %Y-%m-%d %H:%M}",
        date.timezone,
        _keys(date.partitions),
        date.note,
    )


def _keys(keys: tuple[str, ...]) -> str:
    shown = ", ".join(key or "whole" for key in keys[:_SHOWN_KEYS])
    return shown + (f" and {len(keys) - _SHOWN_KEYS} more" if len(keys) > _SHOWN_KEYS else "")
