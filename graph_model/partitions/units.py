"""The rhythms that time is sliced by. A unit counts its slices: slice `index` comes right before `index + 1`.

A key names a slice of local time; what a time zone makes of it is the scheme's affair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from graph_model.errors import InvalidPartition

UnitName = Literal["hour", "day", "week", "month", "quarter", "year"]

FIRST_YEAR, LAST_YEAR = 1000, 9998
"""Keys have years of four digits, so that they sort like their time; the slice after the last one must exist too."""

_HOURS, _MONTHS, _QUARTERS = 24, 12, 4
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Unit:
    """`at(moment)` is the index of the slice that holds a naive local time, `begin(index)` the time it begins."""

    name: UnitName
    example: str
    _parse: Callable[[str], datetime]
    _spell: Callable[[datetime], str]
    at: Callable[[datetime], int]
    begin: Callable[[int], datetime]

    def index(self, key: str) -> int:
        """Raises InvalidPartition for what is no key of this unit."""
        try:
            index = self.at(self._parse(key))
        except ValueError:
            index = None
        if index is None or not self.reaches(index) or self.key(index) != key:
            raise InvalidPartition(key, f"{'an' if self.name == 'hour' else 'a'} {self.name} like {self.example}")
        return index

    def spells(self, key: str) -> bool:
        """Whether `key` is one of this unit."""
        try:
            self.index(key)
        except InvalidPartition:
            return False
        return True

    def key(self, index: int) -> str:
        return self._spell(self.begin(index))

    def reaches(self, index: int) -> bool:
        """Whether a slice lies in the years that keys can name."""
        first, last = _ENDS[self.name]
        return first <= index <= last


_EARLIEST, _LATEST = datetime(FIRST_YEAR, 1, 4), datetime(LAST_YEAR, 12, 28, 23)  # noqa: DTZ001  local times, no zone


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  local time, of no zone


def _first_of(year: int, month: int) -> datetime:
    return datetime(year, month, 1)  # noqa: DTZ001  local time, of no zone


def _day_index(moment: datetime) -> int:
    return moment.toordinal()


def _day_begin(index: int) -> datetime:
    return _midnight(date.fromordinal(index))


def _hour_index(moment: datetime) -> int:
    return moment.toordinal() * _HOURS + moment.hour


def _hour_begin(index: int) -> datetime:
    return _day_begin(index // _HOURS) + timedelta(hours=index % _HOURS)


def _week_index(moment: datetime) -> int:
    return (moment.toordinal() - 1) // _WEEK  # 0001-01-01 was a Monday


def _week_begin(index: int) -> datetime:
    return _day_begin(index * _WEEK + 1)


def _parse_week(key: str) -> datetime:
    year, _, week = key.partition("-W")
    return _midnight(date.fromisocalendar(int(year), int(week), 1))


def _spell_week(begin: datetime) -> str:
    year, week, _ = begin.isocalendar()
    return f"{year:04}-W{week:02}"


def _month_index(moment: datetime) -> int:
    return moment.year * _MONTHS + moment.month - 1


def _month_begin(index: int) -> datetime:
    return _first_of(index // _MONTHS, index % _MONTHS + 1)


def _parse_month(key: str) -> datetime:
    year, _, month = key.partition("-")
    return _first_of(int(year), int(month))


def _quarter_index(moment: datetime) -> int:
    return moment.year * _QUARTERS + (moment.month - 1) // 3


def _quarter_begin(index: int) -> datetime:
    return _first_of(index // _QUARTERS, index % _QUARTERS * 3 + 1)


def _parse_quarter(key: str) -> datetime:
    year, _, quarter = key.partition("-Q")
    return _first_of(int(year), int(quarter) * 3 - 2)


def _spell_quarter(begin: datetime) -> str:
    return f"{begin.year:04}-Q{(begin.month + 2) // 3}"


def _parse_hour(key: str) -> datetime:
    day, _, hour = key.partition("T")
    return _midnight(date.fromisoformat(day)).replace(hour=int(hour))


_ALL = (
    Unit("hour", "2013-01-05T07", _parse_hour, lambda t: f"{t.date()}T{t.hour:02}", _hour_index, _hour_begin),
    Unit(
        "day",
        "2013-01-05",
        lambda key: _midnight(date.fromisoformat(key)),
        lambda t: t.date().isoformat(),
        _day_index,
        _day_begin,
    ),
    Unit("week", "2013-W01", _parse_week, _spell_week, _week_index, _week_begin),
    Unit("month", "2013-01", _parse_month, lambda t: f"{t.year:04}-{t.month:02}", _month_index, _month_begin),
    Unit("quarter", "2013-Q1", _parse_quarter, _spell_quarter, _quarter_index, _quarter_begin),
    Unit(
        "year",
        "2013",
        lambda key: _first_of(int(key), 1),
        lambda t: f"{t.year:04}",
        lambda t: t.year,
        lambda i: _first_of(i, 1),
    ),
)

UNITS: dict[str, Unit] = {unit.name: unit for unit in _ALL}
_ENDS: dict[str, tuple[int, int]] = {unit.name: (unit.at(_EARLIEST), unit.at(_LATEST)) for unit in _ALL}

_HOLDERS: dict[str, tuple[str, ...]] = {
    "hour": ("day", "week", "month", "quarter", "year"),
    "day": ("week", "month", "quarter", "year"),
    "month": ("quarter", "year"),
    "quarter": ("year",),
}


def fits_into(small: str, large: str) -> bool:
    """Whether each slice of `small` lies in exactly one of `large`. A week lies in no month, nor always in one year."""
    return large in _HOLDERS.get(small, ())
