"""The nominal times of a year, with the partitions that they stand for, and what comes and goes between two lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph_model.partitions.scheme import PartitionScheme
from graph_model.partitions.zones import first_instant, zone
from graph_model.schedules.entities import LeftOut, Nominal, Schedule
from graph_model.schedules.rules import between, left_out, next_after, partitions_of

NO_PARTITION = "no partition yet, so nothing runs"


@dataclass(frozen=True, slots=True)
class Date:
    """One nominal time. `local` is what the clocks of its rule show; `note` explains what is not by the rule alone."""

    at: datetime
    local: datetime
    timezone: str
    partitions: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    dates: tuple[Date, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Times that only one of two lists has, and those that stand for other partitions: (before, after)."""

    gone: tuple[Date, ...] = ()
    new: tuple[Date, ...] = ()
    moved: tuple[tuple[Date, Date], ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.gone or self.new or self.moved)


def year_of(schedule: Schedule, scheme: PartitionScheme, year: int) -> Listing:
    """All nominal times of a year by the local time of the first rule, in order."""
    clocks = zone(schedule.rules[0].timezone)
    begin, end = (first_instant(datetime(each, 1, 1), clocks) for each in (year, year + 1))  # noqa: DTZ001  local
    dates = tuple(_date(schedule, scheme, one) for one in between(schedule, begin, end))
    return Listing(dates, left_out(schedule, begin, end))


def next_dates(schedule: Schedule, scheme: PartitionScheme, since: datetime, first: int) -> tuple[Date, ...]:
    """The `first` nominal times after `since`; fewer where the schedule ends."""
    found: list[Date] = []
    following = next_after(schedule, since)
    while following is not None and len(found) < first:
        found.append(_date(schedule, scheme, following))
        following = next_after(schedule, following.at)
    return tuple(found)


def changes(before: Sequence[Date], after: Sequence[Date]) -> Changes:
    """What lies between two lists of the same time."""
    old, new = _by_time(before), _by_time(after)
    return Changes(
        gone=tuple(old[at] for at in sorted(old.keys() - new.keys())),
        new=tuple(new[at] for at in sorted(new.keys() - old.keys())),
        moved=tuple(
            (old[at], new[at]) for at in sorted(old.keys() & new.keys()) if old[at].partitions != new[at].partitions
        ),
    )


def read_dates(document: Mapping[str, object]) -> tuple[Date, ...]:
    """The dates of a list that was printed as JSON. Raises ValueError, KeyError or TypeError for anything else."""
    rows = document["dates"]
    if not isinstance(rows, list):
        raise TypeError("dates")
    return tuple(
        Date(
            datetime.fromisoformat(row["at"]),
            datetime.fromisoformat(row["local"]),
            str(row["timezone"]),
            tuple(map(str, row["partitions"])),
            str(row["note"]),
        )
        for row in rows
    )


def _by_time(dates: Sequence[Date]) -> dict[datetime, Date]:
    return {date.at: date for date in dates}


def _date(schedule: Schedule, scheme: PartitionScheme, one: Nominal) -> Date:
    partitions = partitions_of(schedule, scheme, one.at)
    note = "; ".join(filter(None, (one.note, "" if partitions else NO_PARTITION)))
    return Date(one.at, one.local, one.timezone, partitions, note)
