"""On which local days a rule falls, and where a calendar moves it: pure calendar arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from graph_model.partitions.calendars import Calendar
from graph_model.schedules.entities import LeftOut, Rule

DAY = timedelta(days=1)
# No calendar closes for longer: what is not open within so many days is left out.
FARTHEST = 31
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONDAY_TO_FRIDAY = Calendar("Monday to Friday")
LAST_DAY, LAST_BUSINESS_DAY = "last day", "last business day"
_DAY_OF_MONTH = re.compile(r"^day ([1-9]|[12]\d|3[01])$")
_BUSINESS_DAY = re.compile(r"^business day ([1-9]|1\d|2[0-3])$")


def is_day_word(word: str) -> bool:
    """Whether `word` says on which days."""
    known = word in (*WEEKDAYS, LAST_DAY, LAST_BUSINESS_DAY)
    return known or bool(_DAY_OF_MONTH.match(word) or _BUSINESS_DAY.match(word))


def days_of(rule: Rule, first: date, last: date) -> Iterator[tuple[date, date | None]]:
    """The local days from `first` to `last` on which a rule with times of day falls, in order; with each the day that
    it was moved from, or None.
    """
    margin = FARTHEST * DAY if rule.calendar and rule.holiday != "skip" else timedelta()
    found: dict[date, date | None] = {}
    for day in _each_day(first - margin, last + margin):
        placed = place(rule, day) if _falls_on(rule, day) else None
        if placed is not None and first <= placed <= last and (placed == day or placed not in found):
            found[placed] = day if placed != day else None
    yield from sorted(found.items())


def left_out_of(rule: Rule, first: date, last: date) -> Iterator[LeftOut]:
    """The days from `first` to `last` that a calendar takes away from a rule with times of day."""
    if rule.calendar is None:
        return
    for day in _each_day(first, last):
        if _falls_on(rule, day) and place(rule, day) is None:
            yield LeftOut(day, why_closed(rule.calendar, day))


def place(rule: Rule, day: date) -> date | None:
    """Where a time of `day` goes: to the same day, to the next or previous one that is open, or None: nowhere."""
    calendar = rule.calendar
    if calendar is None or calendar.is_open(day):
        return day
    if rule.holiday == "skip":
        return None
    step = DAY if rule.holiday == "next" else -DAY
    return next((near for count in range(1, FARTHEST + 1) if calendar.is_open(near := day + step * count)), None)


def why_closed(calendar: Calendar, day: date) -> str:
    return f"{day:%a} {day} is no business day of {calendar.name}"


def _falls_on(rule: Rule, day: date) -> bool:
    return not rule.on or any(_fits(word, day, rule.calendar or MONDAY_TO_FRIDAY) for word in rule.on)


def _fits(word: str, day: date, calendar: Calendar) -> bool:
    if word in WEEKDAYS:
        return WEEKDAYS[day.weekday()] == word
    if word == LAST_DAY:
        return (day + DAY).month != day.month
    if found := _DAY_OF_MONTH.match(word):
        return day.day == int(found[1])
    opened = _business_days(calendar, day.year, day.month)
    if word == LAST_BUSINESS_DAY:
        return bool(opened) and opened[-1] == day
    found = _BUSINESS_DAY.match(word)
    number = int(found[1]) if found else 0
    return 0 < number <= len(opened) and opened[number - 1] == day


@lru_cache(maxsize=4096)
def _business_days(calendar: Calendar, year: int, month: int) -> tuple[date, ...]:
    begin = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return tuple(day for day in _each_day(begin, following - DAY) if calendar.is_open(day))


def _each_day(first: date, last: date) -> Iterator[date]:
    return (first + count * DAY for count in range((last - first).days + 1))
