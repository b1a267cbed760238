"""Service levels of a contract (`slaProperties`), read into terms that can be compared and computed with.

They are shown, compared and told when they change. Nothing of them is enforced: a property that is not known here, or a
value that cannot be read, is kept and shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from graph_model.contracts.document import Document
from graph_model.partitions.scheme import PartitionScheme
from graph_model.partitions.zones import first_instant, zone

_UNITS = {
    "second": ("s", "sec", "secs", "second", "seconds"),
    "minute": ("min", "mins", "minute", "minutes"),
    "hour": ("h", "hr", "hrs", "hour", "hours"),
    "day": ("d", "day", "days"),
    "week": ("w", "week", "weeks"),
    "month": ("mo", "month", "months"),
    "year": ("y", "yr", "yrs", "year", "years"),
}
_UNIT_OF = {spelled: unit for unit, spellings in _UNITS.items() for spelled in spellings}
# A month and a year have no length; these are only good for saying which of two is longer, and how long to keep.
SECONDS_OF = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_629_800,
    "year": 31_557_600,
}
_OF_CALENDARS = ("month", "year")
_ISO = re.compile(r"^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")
_ISO_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_CLOCK = re.compile(r"^(\d{2}):(\d{2})(?::\d{2})?(Z|[-+]\d{2}:\d{2})?$")
_LONGEST_DAYS = 366_000


class Better(StrEnum):
    """Which of two values promises more."""

    LESS = "less"
    MORE = "more"


# The periodic table of the standard, as far as its terms can be ordered; by lower-case name without separators.
_DURATIONS = {
    "latency": Better.LESS,
    "freshness": Better.LESS,
    "frequency": Better.LESS,
    "timetodetect": Better.LESS,
    "timetonotify": Better.LESS,
    "timetorepair": Better.LESS,
    "retention": Better.MORE,
}
_MOMENTS = {"generalavailability": Better.LESS, "endofsupport": Better.MORE, "endoflife": Better.MORE}
_NUMBERS = {"availability": Better.MORE, "throughput": Better.MORE, "errorrate": Better.LESS}
_CLOCKS = {"timeofavailability": Better.LESS}
_KNOWN = {**_DURATIONS, **_MOMENTS, **_NUMBERS, **_CLOCKS}
# How long after the end of a partition its content is there.
_AFTER_THE_END = ("latency", "freshness")


@dataclass(frozen=True, slots=True)
class Duration:
    """`amount` of `unit` (a singular: `hour`). `seconds` only says which of two is longer, for months and years."""

    amount: float
    unit: str

    @property
    def seconds(self) -> float:
        return self.amount * SECONDS_OF[self.unit]

    @property
    def exactly(self) -> timedelta | None:
        """None for months and years, which have no length of their own."""
        if self.unit in _OF_CALENDARS or not 0 <= self.seconds <= _LONGEST_DAYS * 86_400:
            return None
        return timedelta(seconds=self.seconds)

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}{'' if self.amount == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `zone` None: that of the dataset's partitions."""

    at: time
    zone: tzinfo | None = None

    def __str__(self) -> str:
        return f"{self.at:%H:%M}" + (f" {self.zone}" if self.zone else "")


Term = Duration | Clock | datetime | float


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """One promise about the service; `name` is its property in the standard. `term` None: it is not of a kind that is
    understood, or cannot be read. `said` is the value as it was written, with its unit."""

    name: str
    said: str
    term: Term | None = None
    element: str = ""
    driver: str = ""
    description: str = ""

    @property
    def is_known(self) -> bool:
        """Whether it is of a kind that is understood where its value can be read."""
        return _plain(self.name) in _KNOWN

    @property
    def better(self) -> Better | None:
        """None where nobody here knows which of two values promises more."""
        return _KNOWN.get(_plain(self.name)) if self.term is not None else None

    @property
    def text(self) -> str:
        return self.said if self.term is None or isinstance(self.term, (datetime, float)) else str(self.term)


def levels_of(document: Document, dataset: str | None = None) -> tuple[ServiceLevel, ...]:
    """In the order of the document; with `dataset`, without those whose element lies in another object of it."""
    default = document.content.get("slaDefaultElement") or ""
    found = [level_of(one, default) for one in document.content.get("slaProperties") or []]
    names = {found.get("name") for found in document.content.get("schema") or []} - {dataset}
    return tuple(level for level in found if dataset is None or level.element.partition(".")[0] not in names)


def deadline_of(levels: tuple[ServiceLevel, ...], scheme: PartitionScheme, key: str) -> datetime | None:
    """The earliest moment by which the contract promises partition `key`; None where it promises none.

    `latency` and `freshness` count from the end of the partition's time; `timeOfAvailability` is the first such time of
    day after that end. Raises InvalidPartition.
    """
    interval = scheme.interval(key)
    if interval is None:
        return None
    found = [moment for level in levels if (moment := _deadline(level, interval.end, scheme.timezone)) is not None]
    return min(found, default=None)


def _deadline(level: ServiceLevel, end: datetime, timezone: str) -> datetime | None:
    try:
        if isinstance(level.term, Clock):
            return _next(level.term, end, timezone)
        if isinstance(level.term, Duration) and _plain(level.name) in _AFTER_THE_END:
            length = level.term.exactly
            return end + length if length is not None else None
    except OverflowError:  # beyond the year 9999
        return None
    return None


def _next(clock: Clock, end: datetime, timezone: str) -> datetime:
    day = end.astimezone(clock.zone or zone(timezone)).date()
    today, tomorrow = (_instant(clock, day + timedelta(days=days), timezone) for days in (0, 1))
    return today if today >= end else tomorrow


def _instant(clock: Clock, day: date, timezone: str) -> datetime:
    wall = datetime.combine(day, clock.at)
    return wall.replace(tzinfo=clock.zone).astimezone(UTC) if clock.zone else first_instant(wall, zone(timezone))


def level_of(one: Mapping[str, Any], default: str = "") -> ServiceLevel:
    """One of `slaProperties`. `default` is the element that it is about where it names none."""
    name, value, unit = one.get("property") or "", one.get("value"), one.get("unit")
    return ServiceLevel(
        name=name,
        said=" ".join(str(part) for part in (_written(value), unit) if part not in (None, "")),
        term=_term(name, value, unit),
        element=one.get("element") or default,
        driver=one.get("driver") or "",
        description=one.get("description") or "",
    )


def _written(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _term(name: str, value: Any, unit: str | None) -> Term | None:
    kind = _plain(name)
    if kind in _DURATIONS:
        return _duration(value, unit)
    if kind in _MOMENTS:
        return _moment(value)
    if kind in _CLOCKS:
        return _clock(value)
    return _number(value) if kind in _NUMBERS else None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _duration(value: Any, unit: str | None) -> Duration | None:
    if isinstance(value, str) and unit is None and (found := _ISO.match(value)):
        parts = [(int(amount), name) for amount, name in zip(found.groups(), _ISO_UNITS, strict=True) if amount]
        return Duration(*parts[0]) if len(parts) == 1 else _sum(parts)
    amount, of = _number(value), _UNIT_OF.get((unit or "").strip().lower())
    return Duration(amount, of) if amount is not None and amount >= 0 and of else None


def _sum(parts: list[tuple[int, str]]) -> Duration | None:
    """`P1DT12H` as hours; None where a month or a year is among them."""
    if any(name in _OF_CALENDARS for _, name in parts):
        return None
    return Duration(sum(amount * SECONDS_OF[name] for amount, name in parts) / 3600, "hour")


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found and (found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _clock(value: Any) -> Clock | None:
    found = _CLOCK.match(value) if isinstance(value, str) else None
    if not found:
        return None
    try:
        parsed = time.fromisoformat(value)
    except ValueError:
        return None
    return Clock(parsed.replace(tzinfo=None), parsed.tzinfo)


def _number(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    except OverflowError:
        return None
