"""How something is sliced: which partition keys exist, in which order, and which time each stands for.

Keys of a rhythm sort like their time; keys of a list are in the order in which they are declared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Literal, NamedTuple

from graph_model.errors import InvalidPartition, nearest
from graph_model.partitions.calendars import Calendar
from graph_model.partitions.units import UNITS, Unit
from graph_model.partitions.zones import first_instant, is_plain, local_time, zone

Every = Literal["hour", "day", "week", "month", "quarter", "year", "list"]

LIST = "list"
WHOLE = ""
"""The key of the only partition of a dataset without partitions."""

_SHOWN_KEYS = 5


class Interval(NamedTuple):
    """From `start` up to, and without, `end`; both in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PartitionScheme:
    """How a dataset or job is sliced. `every=None`: not at all. `every="list"`: by `keys`.

    `start` is the first key that exists, or None for no limit. Keys of hours and longer are slices of local time in
    `timezone`; with a `calendar` only its business days exist. `due_after` says how many seconds after the end of its
    time a partition is expected; two schemes that differ only in it slice alike.
    """

    every: Every | None = None
    start: str | None = None
    timezone: str = "UTC"
    calendar: Calendar | None = None
    keys: tuple[str, ...] = ()
    due_after: float = field(default=0.0, compare=False, repr=False)

    @property
    def unit(self) -> Unit | None:
        """What time is sliced by; None for a list, and where nothing is sliced."""
        return UNITS.get(self.every or "")

    def check(self, key: str) -> str:
        """`key`, if it is one of this scheme; else raises InvalidPartition, which says what would be."""
        unit = self.unit
        if unit is None:
            return self._check_listed(key)
        index = unit.index(key)
        if not self._exists(unit, index):
            raise InvalidPartition(key, self._instead(unit, index))
        if not self.has_begun(key):
            raise InvalidPartition(key, f"{self.start} or later")
        return key

    def holds(self, key: str) -> bool:
        """Whether `key` is a partition of this scheme."""
        try:
            self.check(key)
        except InvalidPartition:
            return False
        return True

    def has_begun(self, key: str) -> bool:
        """Whether a key of this rhythm is the first one or a later one."""
        return self.start is None or key >= self.start

    def shift(self, key: str, by: int) -> str:
        """The key `by` steps later (earlier when negative), whether or not it lies before the first one.

        Steps go over what exists: business days, hours that the clocks show. Raises InvalidPartition beyond the ends.
        """
        if self.every is None:
            return WHOLE
        if self.unit:
            self.unit.index(key)
        steps = self.later(key) if by > 0 else self.earlier(key)
        found = key if by == 0 else next(islice(steps, abs(by) - 1, None), None)
        if found is None:
            raise InvalidPartition(key, f"one that has another {abs(by)} steps {'after' if by > 0 else 'before'} it")
        return found

    def later(self, key: str) -> Iterator[str]:
        """The keys after `key`, nearest first, without end for a rhythm; `key` itself need not exist.

        None for a key of another kind.
        """
        return self._beyond(key, 1)

    def earlier(self, key: str) -> Iterator[str]:
        """As `later`, before `key`: also those before the first one."""
        return self._beyond(key, -1)

    def interval(self, key: str) -> Interval | None:
        """The time that `key` stands for; None for keys that stand for no time. Raises InvalidPartition.

        An hour that the clocks show twice is one key of two hours; one that they skip is no key.
        """
        self.check(key)
        unit = self.unit
        return _interval(unit, unit.index(key), self.timezone) if unit else None

    def due(self, key: str) -> datetime | None:
        """When the partition is expected to be there; None when it is expected at any time."""
        found = self.interval(key)
        return found.end + timedelta(seconds=self.due_after) if found else None

    def due_by(self, now: datetime, *, before: str | None = None) -> Iterator[str]:
        """The keys that are due at `now` and less than `before`, newest first; of a list all, the last first.

        Ends at the first key if the scheme has one, else only where years end.
        """
        unit = self.unit
        if unit is None:
            yield from reversed(self.keys if self.every == LIST else (WHOLE,))
            return
        latest = now.astimezone(UTC) - timedelta(seconds=self.due_after)
        begun = unit.key(unit.at(local_time(latest, zone(self.timezone))) + 1)
        is_due = False
        for key in self.earlier(min(begun, before) if before is not None else begun):
            if not self.has_begun(key):
                return
            is_due = is_due or _interval(unit, unit.index(key), self.timezone).end <= latest
            if is_due:  # and so is whatever comes before it
                yield key

    def within(self, begin: datetime, end: datetime) -> tuple[str, ...]:
        """The keys that begin at or after local time `begin`, and before `end`, in order."""
        unit = self.unit
        if unit is None:
            return ()
        keys = (unit.key(index) for index in range(unit.at(begin), unit.at(end)) if self._exists(unit, index))
        return tuple(key for key in keys if self.has_begun(key))

    def _beyond(self, key: str, direction: Literal[1, -1]) -> Iterator[str]:
        unit = self.unit
        if unit is None:
            yield from _beyond_in_list(self.keys, key, direction)
            return
        if not unit.spells(key):
            return
        index = unit.index(key) + direction
        while unit.reaches(index):
            if self._exists(unit, index):
                yield unit.key(index)
            index += direction

    def _exists(self, unit: Unit, index: int) -> bool:
        if self._is_closed(unit, index):
            return False
        if self.timezone == "UTC" or unit.name not in ("hour", "day"):
            return True
        if is_plain(unit.begin(index), unit.begin(index + 1), zone(self.timezone)):
            return True
        start, end = _interval(unit, index, self.timezone)
        return start < end

    def _is_closed(self, unit: Unit, index: int) -> bool:
        return self.calendar is not None and not self.calendar.is_open(unit.begin(index).date())

    def _check_listed(self, key: str) -> str:
        if self.every == LIST:
            if key not in self.keys:
                raise InvalidPartition(key, nearest(key, self.keys) or f"one of {shortened(self.keys)}")
        elif key != WHOLE:
            raise InvalidPartition(key, "no partition (the dataset has none)")
        return key

    def _instead(self, unit: Unit, index: int) -> str:
        following = next(self.later(unit.key(index)), "an earlier one")
        if self.calendar is not None and self._is_closed(unit, index):
            return f"a business day of {self.calendar.name}; the next one is {following}"
        return f"{following}, because the clocks of {self.timezone} skip this {unit.name}"


def shortened(keys: Sequence[str]) -> str:
    """The first few of a list of keys, for messages."""
    return ", ".join(keys[:_SHOWN_KEYS]) + (", …" if len(keys) > _SHOWN_KEYS else "")


def _interval(unit: Unit, index: int, timezone: str) -> Interval:
    begin, end = unit.begin(index), unit.begin(index + 1)
    if timezone == "UTC":
        return Interval(begin.replace(tzinfo=UTC), end.replace(tzinfo=UTC))
    clocks = zone(timezone)
    return Interval(first_instant(begin, clocks), first_instant(end, clocks))


def _beyond_in_list(keys: tuple[str, ...], key: str, direction: Literal[1, -1]) -> Iterator[str]:
    if key not in keys:
        return
    place = keys.index(key)
    yield from keys[place + 1 :] if direction > 0 else reversed(keys[:place])
