"""Partition arithmetic held against what calendars and clocks say when they are asked moment by moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph_model.errors import InvalidPartition, UnknownTimeZone
from graph_model.partitions.rules import Every, PartitionScheme, parse_mapping
from graph_model.partitions.stored import details_of, stored_scheme
from graph_model.partitions.units import UNITS
from tests.support.slices import BERLIN, BY, FEASTS, REGIONS, ZONES, fewer, slices


@given(slices(), BY)
def test_a_shift_is_undone_by_its_opposite(slice_: tuple[PartitionScheme, str], by: int) -> None:
    scheme, key = slice_

    assert scheme.check(scheme.shift(key, by))
    assert scheme.shift(scheme.shift(key, by), -by) == key


@given(slices(), st.integers(0, 40), st.integers(0, 40))
def test_two_shifts_are_one(slice_: tuple[PartitionScheme, str], one: int, other: int) -> None:
    scheme, key = slice_

    assert scheme.shift(scheme.shift(key, one), other) == scheme.shift(key, one + other)


@fewer
@given(slices())
@example((PartitionScheme("week"), "2020-W53"))
@example((PartitionScheme("day"), "2012-02-28"))
@example((PartitionScheme("hour", timezone=BERLIN), "2026-03-29T01"))
@example((PartitionScheme("hour", timezone=BERLIN), "2026-10-25T02"))
@example((PartitionScheme("day", timezone="Pacific/Apia"), "2011-12-29"))
def test_keys_sort_like_their_time_and_their_intervals_tile_it(slice_: tuple[PartitionScheme, str]) -> None:
    scheme, first = slice_
    keys = [first, *islice(scheme.later(first), 30)]

    assert keys == sorted(set(keys))
    for one, following in pairwise(scheme.interval(key) for key in keys):
        assert one
        assert following
        assert one.start < one.end <= following.start
        assert one.end == following.start or scheme.calendar is not None


@fewer
@given(st.sampled_from(ZONES), st.datetimes(datetime(1987, 1, 1), datetime(2037, 1, 1)))  # noqa: DTZ001
@example(BERLIN, datetime(2026, 3, 29))  # noqa: DTZ001
@example(BERLIN, datetime(2026, 10, 25))  # noqa: DTZ001
@example("Australia/Lord_Howe", datetime(2026, 10, 3, 15))  # noqa: DTZ001
@example("Australia/Lord_Howe", datetime(2026, 4, 4, 14))  # noqa: DTZ001
@example("Pacific/Apia", datetime(2011, 12, 30, 8))  # noqa: DTZ001
@example("America/Havana", datetime(2026, 3, 8, 4))  # noqa: DTZ001
@example("America/St_Johns", datetime(2005, 10, 30, 1))  # noqa: DTZ001
def test_hours_are_what_a_local_clock_shows_minute_by_minute(timezone: str, begin: datetime) -> None:
    """A key exists if the clock ever shows its hour, and begins when it does so first."""
    scheme, clocks = PartitionScheme("hour", timezone=timezone), ZoneInfo(timezone)
    start = begin.replace(second=0, microsecond=0, tzinfo=UTC)
    shown: dict[str, datetime] = {}
    for minute in range(8 * 60):
        instant = start + timedelta(minutes=minute)
        shown.setdefault(instant.astimezone(clocks).strftime("%Y-%m-%dT%H"), instant)
    keys = sorted(shown)[1:-2]  # of the first we do not see the beginning, and the last may be shown again

    assert [key for key in keys if not scheme.holds(key)] == []
    for key in keys:
        found = scheme.interval(key)
        assert found
        assert found.start == shown[key]
    for key, following in pairwise(keys):
        assert scheme.shift(key, 1) == following


def test_the_hour_that_summer_time_skips_is_no_key() -> None:
    scheme = PartitionScheme("hour", timezone=BERLIN)

    with pytest.raises(InvalidPartition, match="expected 2026-03-29T03, because the clocks of Europe/Berlin skip"):
        scheme.check("2026-03-29T02")
    assert scheme.shift("2026-03-29T01", 1) == "2026-03-29T03"


def test_the_hour_that_is_shown_twice_is_one_key_of_two_hours() -> None:
    found = PartitionScheme("hour", timezone=BERLIN).interval("2026-10-25T02")

    assert found == (datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC))


@pytest.mark.parametrize(("key", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_is_as_long_as_its_place_says(key: str, hours: int) -> None:
    found = PartitionScheme("day", timezone=BERLIN).interval(key)

    assert found
    assert found.end - found.start == timedelta(hours=hours)


def test_a_day_that_a_place_left_out_is_no_key() -> None:
    with pytest.raises(InvalidPartition, match="2011-12-31"):
        PartitionScheme("day", timezone="Pacific/Apia").check("2011-12-30")


def test_a_week_belongs_to_the_year_of_its_thursday() -> None:
    weekly = PartitionScheme("week")

    assert [weekly.shift("2020-W52", by) for by in (1, 2)] == ["2020-W53", "2021-W01"]
    assert weekly.interval("2021-W01") == (datetime(2021, 1, 4, tzinfo=UTC), datetime(2021, 1, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    ("every", "key"),
    [
        ("hour", "2013-01-05T24"),
        ("hour", "2013-01-05T7"),
        ("week", "2021-W53"),
        ("week", "2021-W1"),
        ("week", "2021-W00"),
        ("month", "2013-13"),
        ("quarter", "2013-Q5"),
        ("quarter", "2013-Q0"),
        ("quarter", "2013-Q-1"),
        ("year", "13"),
        ("year", "0013"),
        ("year", "٢٠١٣"),
        ("day", "9999-12-31"),
        ("day", "\uff12\uff1013-01-05"),
    ],
)
def test_what_is_no_key_is_refused_with_an_example(every: Every, key: str) -> None:
    with pytest.raises(InvalidPartition, match=UNITS[every].example):
        PartitionScheme(every).check(key)


def test_a_day_without_business_is_no_key_and_steps_go_over_it() -> None:
    business = PartitionScheme("day", calendar=FEASTS)

    with pytest.raises(InvalidPartition, match="business day of FEASTS; the next one is 2013-01-02"):
        business.check("2013-01-01")
    assert business.shift("2012-12-31", 1) == "2013-01-02"
    assert business.shift("2013-01-07", -1) == "2013-01-04"
    assert parse_mapping("previous 3 business days").needed("2013-01-03", upstream=business, job=business) == (
        "2012-12-28",
        "2012-12-31",
        "2013-01-02",
    )


def test_the_ends_of_time_are_refused_not_crashed_into() -> None:
    with pytest.raises(InvalidPartition, match="steps before it"):
        PartitionScheme("year").shift("1005", -20)
    yearly = PartitionScheme("year")
    assert parse_mapping("previous 9").needed("1001", upstream=yearly, job=yearly) == ("1000",)


def test_an_unknown_time_zone_is_told_with_the_nearest_one() -> None:
    with pytest.raises(UnknownTimeZone, match="did you mean Europe/Berlin"):
        PartitionScheme("day", timezone="Europe/Berlln").check("2013-01-05")


def test_the_keys_of_a_list_are_in_the_order_in_which_they_are_declared() -> None:
    assert REGIONS.shift("us", 2) == "apac"
    assert list(REGIONS.earlier("apac")) == ["emea", "us"]
    assert REGIONS.interval("us") is None
    assert list(REGIONS.due_by(datetime.now(UTC))) == ["apac", "emea", "us"]


def test_a_key_that_is_not_listed_is_told_with_the_nearest_one() -> None:
    with pytest.raises(InvalidPartition, match="expected emea"):
        REGIONS.check("emae")
    with pytest.raises(InvalidPartition, match="expected one of us, emea, apac"):
        REGIONS.check("x")


@given(slices(), st.booleans(), st.floats(0, 1e6))
def test_a_scheme_is_read_back_from_what_the_graph_keeps(
    slice_: tuple[PartitionScheme, str], starts: bool, due_after: float
) -> None:
    rhythm, key = slice_
    scheme = replace(rhythm, start=key if starts else None, due_after=due_after)

    found = stored_scheme(scheme.every, scheme.start, details_of(scheme))

    assert (found, found.due_after) == (scheme, due_after)
    assert stored_scheme("list", None, details_of(REGIONS)) == REGIONS


@given(slices(), st.integers(0, 3 * 86_400), st.integers(1, 5))
def test_what_is_due_is_what_ended_long_enough_ago(
    slice_: tuple[PartitionScheme, str], seconds: int, count: int
) -> None:
    rhythm, key = slice_
    start = rhythm.shift(key, -count)
    scheme = PartitionScheme(
        rhythm.every, start, timezone=rhythm.timezone, calendar=rhythm.calendar, due_after=float(seconds)
    )
    due = scheme.due(key)
    assert due

    expected = [rhythm.shift(key, -back) for back in range(count + 1)]

    assert list(scheme.due_by(due)) == expected
    assert list(scheme.due_by(due - timedelta(seconds=1))) == expected[1:]
