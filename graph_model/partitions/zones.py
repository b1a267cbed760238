"""Local clocks: when a moment of local time begins, also on the days on which clocks are put forward or back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from graph_model.errors import UnknownTimeZone

_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Raises UnknownTimeZone, with the nearest name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownTimeZone(name, available_timezones()) from None


def first_instant(local: datetime, clocks: ZoneInfo) -> datetime:
    """The first instant at which `clocks` show `local` (a naive time) or later, in UTC.

    Of a time that is shown twice it is the first; for one that is skipped, the instant of the jump. So it never
    decreases as `local` grows: slices that begin at such instants neither overlap nor leave a gap.
    """
    instant = local.replace(tzinfo=clocks).astimezone(UTC)
    if local_time(instant, clocks) == local:
        return instant
    before, after = local.replace(tzinfo=clocks, fold=1).astimezone(UTC), instant
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        before, after = (before, middle) if local_time(middle, clocks) >= local else (middle, after)
    return after


def is_plain(begin: datetime, end: datetime, clocks: ZoneInfo) -> bool:
    """Whether no jump of `clocks` touches the time between two local times: quick to say, where instants are not."""
    moments = (begin.replace(tzinfo=clocks), begin.replace(tzinfo=clocks, fold=1), end.replace(tzinfo=clocks))
    return len({moment.utcoffset() for moment in moments}) == 1


def local_time(instant: datetime, clocks: ZoneInfo) -> datetime:
    """What `clocks` show at `instant`, as a naive time."""
    return instant.astimezone(clocks).replace(tzinfo=None, fold=0)
