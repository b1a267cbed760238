"""Which nominal times a schedule has, and which partitions each of them stands for: pure functions.

A local time that clocks skip is the moment of their jump; one that they show twice is the first of the two. Only what
counts time that passes goes on through both: intervals, and cron with a `*` for its hour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from cronsim import CronSim

from graph_model.partitions.scheme import LIST, WHOLE, PartitionScheme
from graph_model.partitions.zones import first_instant, local_time, zone
from graph_model.schedules.days import DAY, FARTHEST, days_of, left_out_of, place
from graph_model.schedules.entities import NEWEST, SAME, LeftOut, Nominal, NotBefore, Rule, Schedule

# What a rule falls on at all it falls on within so many days; a 29th of February may be eight years away.
FARTHEST_LOOK = timedelta(days=366 * 9)
_FIRST_LOOK = timedelta(days=1)
_TICK = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  local time, of no zone


def between(schedule: Schedule, begin: datetime, end: datetime) -> tuple[Nominal, ...]:
    """The nominal times from `begin` up to, and without, `end`, in order; one that several rules have is one."""
    found: dict[datetime, Nominal] = {}
    for rule in schedule.rules:
        for one in _of_rule(rule, begin, end):
            if one.at not in found or not one.note:
                found[one.at] = one
    return tuple(found[at] for at in sorted(found))


def next_after(schedule: Schedule, moment: datetime) -> Nominal | None:
    """The first nominal time after `moment`; None: there is none any more."""
    begin, size = moment + _TICK, _FIRST_LOOK
    while begin < moment + FARTHEST_LOOK:
        found = between(schedule, begin, begin + size)
        if found:
            return found[0]
        begin, size = begin + size, size * 8
    return None


def missed(schedule: Schedule, since: datetime, now: datetime) -> tuple[tuple[Nominal, ...], bool]:
    """The nominal times after `since` up to `now`, in order, as many as are looked at at once, the newest ones; and
    whether there are older ones.
    """
    end, size = now + _TICK, _FIRST_LOOK
    found: tuple[Nominal, ...] = ()
    while end > since + _TICK and len(found) <= schedule.most:
        begin = max(end - size, since + _TICK)
        found = (*between(schedule, begin, end), *found)
        end, size = begin, size * 2
    return found[-schedule.most :], len(found) > schedule.most


def to_catch_up(schedule: Schedule, since: datetime, now: datetime) -> tuple[tuple[Nominal, ...], bool]:
    """Those of the missed nominal times that are still to be carried out, in order; and whether any are left out."""
    found, cut = missed(schedule, since, now)
    if schedule.catch_up == "all":
        return found, cut
    if schedule.catch_up == "latest":
        return found[-1:], len(found) > 1
    fresh = tuple(one for one in found if now - one.at <= ON_TIME)
    return fresh, len(fresh) < len(found) or cut


ON_TIME = timedelta(seconds=60)
"""Without catching up, what nobody could tick within this time is missed for good."""


def left_out(schedule: Schedule, begin: datetime, end: datetime) -> tuple[LeftOut, ...]:
    """The days between two moments that calendars take away from rules with times of day."""
    found = {
        one
        for rule in schedule.rules
        if rule.at
        for one in left_out_of(rule, *_days(rule, begin, end - _TICK))
        if _is_in_force(rule, one.day.isoformat())
    }
    return tuple(sorted(found, key=lambda one: (one.day, one.why)))


def partitions_of(schedule: Schedule, scheme: PartitionScheme, moment: datetime) -> tuple[str, ...]:
    """The partitions of a job that nominal time `moment` stands for: the whole, all of a list, or the one slice of time
    that `partition` means. Empty: there is none, as before the first one.
    """
    unit = scheme.unit
    if unit is None:
        return scheme.keys if scheme.every == LIST else (WHOLE,)
    if schedule.partition == SAME:
        key = unit.key(unit.at(local_time(moment, zone(scheme.timezone))))
        return (key,) if scheme.holds(key) else ()
    steps = _steps(schedule.partition)
    over = replace(scheme, due_after=0.0).due_by(moment)
    found = next((key for count, key in enumerate(over) if count == steps), None)
    return (found,) if found is not None else ()


def _steps(partition: str) -> int:
    if partition == NEWEST:
        return 0
    _, _, count = partition.partition(" ")
    return int(count or 1)


def release(said: NotBefore, scheme: PartitionScheme, key: str) -> datetime | None:
    """Before when no run of partition `key` starts; None for one that stands for no time."""
    unit = scheme.unit
    if unit is None or not unit.spells(key):
        return None
    last = (unit.begin(unit.index(key) + 1) - _TICK).date()
    return first_instant(datetime.combine(last + said.days * DAY, time.fromisoformat(said.at)), zone(said.timezone))


def _of_rule(rule: Rule, begin: datetime, end: datetime) -> Iterator[Nominal]:
    if rule.cron is not None:
        found = _by_cron(rule, begin, end)
    elif rule.every is not None:
        found = _by_interval(rule, begin, end)
    else:
        found = _by_day(rule, begin, end)
    return (one for one in found if begin <= one.at < end and _is_in_force(rule, one.local.date().isoformat()))


def _is_in_force(rule: Rule, day: str) -> bool:
    return (rule.starting is None or rule.starting <= day) and (rule.until is None or day <= rule.until)


def _by_cron(rule: Rule, begin: datetime, end: datetime) -> Iterator[Nominal]:
    clocks = zone(rule.timezone)
    moves = rule.calendar is not None and rule.holiday != "skip"
    margin = FARTHEST * DAY if moves else timedelta()
    # From a day earlier on: what comes of a time that clocks show twice must not depend on where one begins to look.
    ahead = CronSim(rule.cron or "", (begin - margin - DAY).astimezone(clocks).replace(microsecond=0))
    found: dict[datetime, Nominal] = {}
    for local in ahead:
        at = local.astimezone(UTC)
        if at >= end + margin:
            break
        shown = local.replace(tzinfo=None, fold=0)
        there = place(rule, shown.date())
        if there == shown.date():
            found[at] = Nominal(at, shown, rule.timezone)
        elif there is not None:
            moved = _nominal(rule, datetime.combine(there, shown.time()), f"moved from {shown:%a} {shown.date()}")
            found.setdefault(moved.at, moved)
    return iter(found.values())


def _by_interval(rule: Rule, begin: datetime, end: datetime) -> Iterator[Nominal]:
    clocks = zone(rule.timezone)
    anchor = first_instant(datetime.fromisoformat(rule.anchor) if rule.anchor else EPOCH, clocks)
    every = timedelta(seconds=rule.every or 0.0)
    number = math.ceil((begin - anchor) / every)
    if rule.anchor:
        number = max(number, 0)
    at = anchor + number * every
    while at < end:
        local = local_time(at, clocks)
        if place(rule, local.date()) is not None:
            yield Nominal(at, local, rule.timezone)
        at += every


def _by_day(rule: Rule, begin: datetime, end: datetime) -> Iterator[Nominal]:
    first, last = _days(rule, begin, end)
    # A day more on both sides: a time on a day that clocks skip altogether is a moment of the next one.
    for day, moved_from in days_of(rule, first - DAY, last + DAY):
        for clock in rule.at:
            why = f"moved from {moved_from:%a} {moved_from}" if moved_from else ""
            yield _nominal(rule, datetime.combine(day, time.fromisoformat(clock)), why)


def _nominal(rule: Rule, wanted: datetime, why: str) -> Nominal:
    clocks = zone(rule.timezone)
    at = first_instant(wanted, clocks)
    local = local_time(at, clocks)
    notes = (
        f"{why}, no business day of {rule.calendar.name}" if why and rule.calendar else why,
        f"clocks skip {wanted:%H:%M}" if local != wanted else "",
        "clocks show it twice: the first time" if _is_shown_twice(wanted, rule.timezone) else "",
    )
    return Nominal(at, local, rule.timezone, "; ".join(filter(None, notes)))


def _is_shown_twice(local: datetime, timezone: str) -> bool:
    first, second = (local.replace(tzinfo=zone(timezone), fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def _days(rule: Rule, begin: datetime, end: datetime) -> tuple[date, date]:
    clocks = zone(rule.timezone)
    return local_time(begin, clocks).date(), local_time(end, clocks).date()
