"""Slices of one rhythm that lie in, around, or beside slices of another: pure arithmetic."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from graph_model.partitions.scheme import Interval, PartitionScheme
from graph_model.partitions.steps import stepped, stepping
from graph_model.partitions.units import FIRST_YEAR, LAST_YEAR, Unit, fits_into
from graph_model.partitions.zones import local_time, zone

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
_CLIPPED = timedelta(days=4)
"""A date moved by months and back lies at most this far from where it was."""
_CLOCKS = timedelta(hours=25)
"""No clocks were ever put forward or back by more."""

Reach = tuple[int, int]
"""From so many steps away to so many, both included."""


class Place(NamedTuple):
    """The `nth` (from the end where negative) of a slice that lies `step` from the one around the own key."""

    step: int
    nth: int


def around(key: str, reach: Reach, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
    """The input's keys as many steps as `reach` says from the longer slice of its rhythm around the job's slice."""
    unit = upstream.unit
    index = _index_within(unit, key, job)
    return stepped(unit.key(index), *reach, upstream) if unit and index is not None else ()


def lying_around(key: str, reach: Reach, upstream: PartitionScheme, job: PartitionScheme) -> tuple[str, ...]:
    """The job's keys with input partition `key` among those around them."""
    unit = upstream.unit
    if unit is None or not _lies_in(job.unit, unit):
        return ()
    holders = stepping(key, *reach, upstream, PartitionScheme(upstream.every))
    return tuple(own for holder in holders for own in _slices(unit, unit.index(holder), unit.index(holder), job))


def inside(
    key: str, unit: Unit | None, reach: Reach, upstream: PartitionScheme, job: PartitionScheme
) -> tuple[str, ...]:
    """The input's keys inside of the slices of `unit` that lie as far as `reach` says from the one that holds `key`."""
    index = _index_within(unit, key, job)
    if unit is None or index is None or not _is_shorter(upstream.unit, unit):
        return ()
    return _slices(unit, index + reach[0], index + reach[1], upstream)


def taking_inside(
    key: str, unit: Unit | None, reach: Reach, upstream: PartitionScheme, job: PartitionScheme
) -> tuple[str, ...]:
    """The job's keys for which input partition `key` is `inside`."""
    index = _index_within(unit, key, upstream)
    if unit is None or index is None or not _is_shorter(upstream.unit, unit) or not _lies_in(job.unit, unit):
        return ()
    return _slices(unit, index - reach[1], index - reach[0], job)


def picked(
    key: str, unit: Unit | None, place: Place, upstream: PartitionScheme, job: PartitionScheme
) -> tuple[str, ...]:
    """The key of `upstream` at this place in slices of `unit`, for `key`."""
    index = _index_within(unit, key, job)
    found = _nth(unit, index + place.step, place.nth, upstream) if unit and index is not None else None
    return (found,) if found is not None else ()


def picking(
    key: str, unit: Unit | None, place: Place, upstream: PartitionScheme, job: PartitionScheme
) -> tuple[str, ...]:
    """The job's keys that have `key` as the one that is `picked`."""
    index = _index_within(unit, key, upstream)
    if unit is None or index is None or not _lies_in(job.unit, unit) or _nth(unit, index, place.nth, upstream) != key:
        return ()
    return _slices(unit, index - place.step, index - place.step, job)


def shifted(
    key: str, unit: Unit | None, count: int, upstream: PartitionScheme, job: PartitionScheme
) -> tuple[str, ...]:
    """The input's key `count` of `unit` earlier: of the 31st of March a month earlier, the last day of February. Where
    the input has no such key, the nearest one before it.
    """
    own = job.unit
    if own is None or unit is None or own is not upstream.unit or not job.holds(key):
        return ()
    moment = _moved(own.begin(own.index(key)), unit, -count)
    if moment is None or not own.reaches(own.at(moment)):
        return ()
    index = own.at(moment)
    near, whenever = own.key(index), replace(upstream, start=None)
    found = near if whenever.holds(near) else next(whenever.earlier(near), None)
    return (found,) if found is not None and upstream.has_begun(found) else ()


def shifting(
    key: str, unit: Unit | None, count: int, upstream: PartitionScheme, job: PartitionScheme
) -> tuple[str, ...]:
    """The job's keys for which `key` is the one that is `shifted`."""
    own = job.unit
    if own is None or unit is None or own is not upstream.unit or not upstream.holds(key):
        return ()
    following = next(upstream.later(key), key)
    start = _moved(own.begin(own.index(key)), unit, count)
    end = _moved(own.begin(own.index(following) + 1), unit, count)
    if start is None:
        return ()
    start, end = start - _CLIPPED, end + _CLIPPED if end else own.begin(own.index(following) + 1)
    return tuple(near for near in job.within(start, end) if key in shifted(near, unit, count, upstream, job))


def overlapping(key: str, one: PartitionScheme, other: PartitionScheme) -> tuple[str, ...]:
    """The keys of `other` whose time has a moment in common with that of `key` of `one`, in order."""
    span = one.interval(key) if one.unit and one.holds(key) else None
    unit = other.unit
    if span is None or unit is None:
        return ()
    clocks = zone(other.timezone)
    first, last = (unit.at(local_time(moment, clocks)) for moment in (span.start, span.end + _CLOCKS))
    near = (unit.key(index) for index in range(first - 1, last + 1) if unit.reaches(index))
    return tuple(found for found in near if other.holds(found) and _meet(other.interval(found), span))


def _meet(one: Interval | None, other: Interval) -> bool:
    return one is not None and one.start < other.end and other.start < one.end


def _is_shorter(small: Unit | None, large: Unit | None) -> bool:
    return small is not None and large is not None and fits_into(small.name, large.name)


def _lies_in(small: Unit | None, large: Unit | None) -> bool:
    return (small is not None and small is large) or _is_shorter(small, large)


def _index_within(unit: Unit | None, key: str, scheme: PartitionScheme) -> int | None:
    """Which slice of `unit` holds `key`; None where no single one does."""
    own = scheme.unit
    if unit is None or own is None or not _lies_in(own, unit) or not scheme.holds(key):
        return None
    return unit.at(own.begin(own.index(key)))


def _slices(unit: Unit, first: int, last: int, scheme: PartitionScheme) -> tuple[str, ...]:
    """The keys inside of the slices `first` to `last` of `unit`."""
    within = [index for index in (first, last) if unit.reaches(index)]
    if not within:
        return ()
    return scheme.within(unit.begin(within[0]), unit.begin(within[-1] + 1))


def _nth(unit: Unit, index: int, nth: int, scheme: PartitionScheme) -> str | None:
    """From all that the rhythm has, so that where data begins changes no count."""
    found = _slices(unit, index, index, replace(scheme, start=None))
    one = found[nth - 1 if nth > 0 else nth] if 0 < abs(nth) <= len(found) else None
    return one if one is not None and scheme.has_begun(one) else None


def _moved(moment: datetime, unit: Unit, by: int) -> datetime | None:
    """A local time so many units later; a day that the month does not have becomes its last one. None where years have
    no four digits.
    """
    months = moment.year * 12 + moment.month - 1 + by * _MONTHS.get(unit.name, 0)
    year, month = months // 12, months % 12 + 1
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if unit.name in _LENGTHS:
        return _later(moment, by * _LENGTHS[unit.name])
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def _later(moment: datetime, by: timedelta) -> datetime | None:
    try:
        found = moment + by
    except OverflowError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
