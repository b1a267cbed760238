"""Which day a partition belongs to, what kind of day that is, and when a deadline falls: pure calendar arithmetic."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from graph_model.estate.entities import Deadline
from graph_model.partitions.scheme import PartitionScheme
from graph_model.partitions.zones import first_instant, zone

DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTH_END = "month_end"
EVERY_DAY = "all"


@lru_cache(maxsize=65_536)
def last_day(scheme: PartitionScheme, key: str) -> date | None:
    """The local day on which the time of a partition ends: the business date that it belongs to. None: it stands for
    no time."""
    unit = scheme.unit
    if unit is None or not unit.spells(key):
        return None
    return (unit.begin(unit.index(key) + 1) - timedelta(microseconds=1)).date()


@lru_cache(maxsize=4096)
def keys_on(scheme: PartitionScheme, day: date) -> tuple[str, ...]:
    """The partitions that belong to a business date, in order: its hours, itself, or the longer slice that ends on
    it."""
    unit = scheme.unit
    if unit is None:
        return ()
    begin, end = datetime.combine(day, time()), datetime.combine(day + DAY, time())
    if unit.name in ("hour", "day"):
        return scheme.within(begin, end)
    index = unit.at(begin)
    key = unit.key(index)
    return (key,) if unit.begin(index + 1) == end and scheme.holds(key) else ()


@lru_cache(maxsize=65_536)
def kinds_of_day(scheme: PartitionScheme, key: str) -> tuple[str, ...]:
    """What kind of day a partition belongs to, the most particular first. Longer slices know none: each has its end."""
    day, unit = last_day(scheme, key), scheme.unit
    if day is None or unit is None or unit.name not in ("hour", "day"):
        return ()
    weekday = WEEKDAYS[day.weekday()]
    return (MONTH_END, weekday) if _is_last_of_month(scheme, key, day) else (weekday,)


def deadline_at(deadline: Deadline, day: date) -> datetime:
    """When what belongs to business date `day` must be there: by local time of the day after it, in UTC.

    A time that the clocks skip is the moment of their jump, one that they show twice is the first of the two.
    """
    clock = time.fromisoformat(deadline.by)
    return first_instant(datetime.combine(day + DAY, clock), zone(deadline.timezone))


def _is_last_of_month(scheme: PartitionScheme, key: str, day: date) -> bool:
    """Business days, where there is a calendar: the last one that is open."""
    if scheme.calendar is None:
        return (day + DAY).month != day.month
    following = next((later for later in scheme.later(key) if last_day(scheme, later) != day), None)
    then = last_day(scheme, following) if following else None
    return then is not None and (then.year, then.month) != (day.year, day.month)
