"""Which partitions a row count is compared with, against a search over the whole calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.checks.surroundings import comparable_keys
from graph_model.contracts.entities import Check
from graph_model.partitions.calendars import Calendar
from graph_model.partitions.scheme import PartitionScheme

FIRST = date(2024, 1, 1)


def looking_back(versions: int, *, same_weekday: bool = False) -> Check:
    params: dict[str, Any] = {"versions": versions, "same_weekday": same_weekday}
    return Check("usual size", "row_count_history", params)


@given(st.integers(0, 400), st.integers(1, 30), st.booleans())
def test_days_before_are_compared_nearest_first(age: int, versions: int, same_weekday: bool) -> None:
    scheme, day = PartitionScheme("day", FIRST.isoformat()), FIRST + timedelta(days=age)
    before = [FIRST + timedelta(days=step) for step in reversed(range(age))]
    wanted = [near for near in before if not same_weekday or near.weekday() == day.weekday()]

    found = comparable_keys(scheme, day.isoformat(), looking_back(versions, same_weekday=same_weekday))

    assert found == [near.isoformat() for near in wanted][: 3 * versions]


def test_hours_are_compared_with_the_same_hour_of_the_weekday_by_the_clocks() -> None:
    scheme = PartitionScheme("hour", "2024-03-01T00", timezone="Europe/Berlin")

    found = comparable_keys(scheme, "2024-04-07T05", looking_back(2, same_weekday=True))

    clocks = [datetime.fromisoformat(f"{key}:00").replace(tzinfo=ZoneInfo("Europe/Berlin")) for key in found]
    assert found == [f"2024-03-{day}T05" for day in ("31", "24", "17", "10", "03")]
    assert {(moment.weekday(), moment.hour) for moment in clocks} == {(6, 5)}


def test_only_what_exists_counts() -> None:
    holidays = Calendar("own", ("2024-01-03",))
    scheme = PartitionScheme("day", "2024-01-02", calendar=holidays)

    assert "2024-01-03" not in comparable_keys(scheme, "2024-01-05", looking_back(5))


@pytest.mark.parametrize("key", ["2023-12-31", "2024-01", "monday", "2024-01-01"])
def test_a_key_that_the_estate_no_longer_has_is_compared_with_nothing(key: str) -> None:
    for same_weekday in (False, True):
        check = looking_back(3, same_weekday=same_weekday)
        assert comparable_keys(PartitionScheme("day", "2024-01-01"), key, check) == []
