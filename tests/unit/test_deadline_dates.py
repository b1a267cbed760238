"""Which day a partition belongs to, and when a deadline falls: local clocks, month ends, business days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from graph_model.deadlines.dates import deadline_at, keys_on, kinds_of_day, last_day
from graph_model.estate.entities import Deadline
from graph_model.partitions.calendars import Calendar
from graph_model.partitions.scheme import PartitionScheme

DAY = PartitionScheme("day", "2013-01-01")


@pytest.mark.parametrize(
    ("every", "day", "keys"),
    [
        ("day", date(2013, 1, 5), ("2013-01-05",)),
        ("day", date(2012, 12, 31), ()),
        ("week", date(2013, 1, 6), ("2013-W01",)),
        ("week", date(2013, 1, 5), ()),
        ("month", date(2013, 1, 31), ("2013-01",)),
        ("month", date(2013, 1, 30), ()),
        ("quarter", date(2013, 3, 31), ("2013-Q1",)),
        ("year", date(2013, 12, 31), ("2013",)),
    ],
)
def test_a_slice_belongs_to_the_day_on_which_its_time_ends(every: str, day: date, keys: tuple[str, ...]) -> None:
    scheme = PartitionScheme(every)  # pyright: ignore[reportArgumentType]
    scheme = DAY if every == "day" else scheme

    assert keys_on(scheme, day) == keys
    assert all(last_day(scheme, key) == day for key in keys)


def test_the_hours_of_a_day_are_those_that_its_clocks_show() -> None:
    berlin = PartitionScheme("hour", timezone="Europe/Berlin")

    assert len(keys_on(berlin, date(2024, 3, 31))) == 23
    assert len(keys_on(berlin, date(2024, 10, 27))) == 24, "the hour that comes twice is one"


def test_what_stands_for_no_time_belongs_to_no_day() -> None:
    assert keys_on(PartitionScheme("list", keys=("a", "b")), date(2013, 1, 5)) == ()
    assert last_day(PartitionScheme(), "") is None


@pytest.mark.parametrize(
    ("by", "zone", "day", "due"),
    [
        ("06:00", "UTC", date(2013, 1, 5), datetime(2013, 1, 6, 6, tzinfo=UTC)),
        ("06:00", "America/New_York", date(2013, 1, 5), datetime(2013, 1, 6, 11, tzinfo=UTC)),
        ("06:00", "America/New_York", date(2013, 3, 9), datetime(2013, 3, 10, 10, tzinfo=UTC)),
        ("02:30", "America/New_York", date(2013, 3, 9), datetime(2013, 3, 10, 7, tzinfo=UTC)),
        ("01:30", "America/New_York", date(2013, 11, 2), datetime(2013, 11, 3, 5, 30, tzinfo=UTC)),
        ("06:00", "Pacific/Kiritimati", date(2013, 1, 31), datetime(2013, 1, 31, 16, tzinfo=UTC)),
    ],
    ids=["utc", "winter", "clocks put forward", "a time that is skipped", "a time that comes twice", "far east"],
)
def test_a_deadline_is_read_from_the_clocks_of_the_day_after(by: str, zone: str, day: date, due: datetime) -> None:
    assert deadline_at(Deadline(by, zone), day) == due


def test_month_ends_go_before_weekdays() -> None:
    assert kinds_of_day(DAY, "2013-01-31") == ("month_end", "thu")
    assert kinds_of_day(DAY, "2013-01-30") == ("wed",)
    assert kinds_of_day(PartitionScheme("month"), "2013-01") == ()


def test_the_last_business_day_is_the_month_end() -> None:
    business = PartitionScheme("day", calendar=Calendar("weekdays"))

    assert kinds_of_day(business, "2013-03-29") == ("month_end", "fri")
    assert kinds_of_day(business, "2013-03-28") == ("thu",)
