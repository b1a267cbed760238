"""Business calendars: the weekdays on which there is no business, and the files that list them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_SATURDAY = 5
_ICS_DATE = re.compile(r"^(DTSTART|DTEND)(?:;[^:]*)?:(\d{8})(?:T\d{6}Z?)?$")
MOST_DAYS = 10_000
LONGEST_EVENT = 366


@dataclass(frozen=True, slots=True)
class Calendar:
    """Monday to Friday without `closed` (sorted weekdays in ISO spelling). It is complete by itself: what a graph keeps
    of it answers the same on every machine, whatever files and packages lie there.
    """

    name: str
    closed: tuple[str, ...] = ()

    def is_open(self, day: date) -> bool:
        if day.weekday() >= _SATURDAY:
            return False
        text = day.isoformat()
        place = bisect_left(self.closed, text)
        return place == len(self.closed) or self.closed[place] != text


def calendar_of(name: str, closed: Iterable[date]) -> Calendar:
    """The calendar with these closed days; weekends among them are closed anyway and are left out."""
    return Calendar(name, tuple(sorted({day.isoformat() for day in closed if day.weekday() < _SATURDAY})))


class BadCalendarFile(ValueError):
    """A file of dates that cannot be read; `line` is where."""

    def __init__(self, line: int, problem: str) -> None:
        self.line, self.problem = line, problem
        super().__init__(problem)


def read_dates(text: str) -> Iterator[date]:
    """One ISO date a line; a `#` starts a comment, and what follows a date is its name. Raises BadCalendarFile."""
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.partition("#")[0].split()
        if said:
            yield _iso(said[0], number)


def read_ics(text: str) -> Iterator[date]:
    """The days of the events of an iCalendar file; an event ends before its DTEND. Raises BadCalendarFile."""
    found: dict[str, date] = {}
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\n ", "").split("\n"), start=1):
        if line.startswith("RRULE"):
            raise BadCalendarFile(number, "an event repeats by a rule: write out each date")
        if line == "BEGIN:VEVENT":
            found = {}
        elif date_line := _ICS_DATE.match(line):
            found[date_line[1]] = _iso(f"{date_line[2][:4]}-{date_line[2][4:6]}-{date_line[2][6:]}", number)
        elif line == "END:VEVENT":
            yield from _days_of_event(found, number)


def _days_of_event(found: dict[str, date], line: int) -> Iterator[date]:
    if "DTSTART" not in found:
        raise BadCalendarFile(line, "an event has no DTSTART with a date")
    start = found["DTSTART"]
    days = max((found.get("DTEND", start) - start).days, 1)
    if days > LONGEST_EVENT:
        raise BadCalendarFile(line, f"an event lasts {days} days")
    yield from (start + timedelta(days=offset) for offset in range(days))


def _iso(text: str, line: int) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise BadCalendarFile(line, f"{text!r} is no date like 2013-01-05")
    return day
