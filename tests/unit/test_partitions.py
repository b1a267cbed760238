"""Partition keys and mappings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.errors import InvalidMapping, InvalidPartition
from graph_model.partitions.rules import Mapping, PartitionScheme, parse_mapping

DAILY = PartitionScheme("day", "2013-01-01")


def test_a_window_of_previous_days_leaves_out_its_own_day() -> None:
    assert parse_mapping("previous 3 days").needed("2013-01-10", upstream=DAILY, job=DAILY) == (
        "2013-01-07",
        "2013-01-08",
        "2013-01-09",
    )


def test_a_window_of_last_days_ends_with_its_own_day() -> None:
    assert parse_mapping("last 2 days").needed("2013-01-10", upstream=DAILY, job=DAILY) == ("2013-01-09", "2013-01-10")


def test_partitions_before_the_first_one_are_not_needed() -> None:
    assert parse_mapping("previous 3 days").needed("2013-01-02", upstream=DAILY, job=DAILY) == ("2013-01-01",)
    assert parse_mapping("previous 3 days").needed("2013-01-01", upstream=DAILY, job=DAILY) == ()


def test_a_month_end_is_stepped_over_by_the_calendar() -> None:
    monthly = PartitionScheme("month")

    assert monthly.shift("2012-12", 3) == "2013-03"
    assert PartitionScheme("day").shift("2012-02-28", 1) == "2012-02-29"


def test_an_input_without_partitions_is_needed_whole() -> None:
    assert parse_mapping("whole").needed("2013-01-10", upstream=PartitionScheme(), job=DAILY) == ("",)
    assert parse_mapping("whole").needing("", upstream=PartitionScheme(), job=DAILY) == ()


@pytest.mark.parametrize("text", ["", "previous", "previous 0 days", "next 0 days", "previous -1 days", "last x days"])
def test_a_bad_mapping_is_refused_by_its_text(text: str) -> None:
    with pytest.raises(InvalidMapping, match="previous N days"):
        parse_mapping(text)


@pytest.mark.parametrize("key", ["2013-1-5", "2013-02-30", "20130105", "", "2013-01-05T00"])
def test_a_bad_day_is_refused_with_an_example(key: str) -> None:
    with pytest.raises(InvalidPartition, match="2013-01-05"):
        PartitionScheme("day").check(key)


def test_a_day_before_the_first_one_is_refused() -> None:
    with pytest.raises(InvalidPartition, match="2013-01-01 or later"):
        DAILY.check("2012-12-31")


@given(st.integers(1, 20), st.sampled_from(["previous", "last"]), st.integers(-400, 400))
def test_needed_and_needing_agree(count: int, kind: str, offset: int) -> None:
    mapping = parse_mapping(f"{kind} {count} days")
    job = PartitionScheme("day", "2012-06-01")
    upstream = PartitionScheme("day", "2012-01-01")
    key = PartitionScheme("day").shift("2013-01-01", offset)

    for own in mapping.needing(key, upstream=upstream, job=job):
        assert key in mapping.needed(own, upstream=upstream, job=job)
    if job.holds(key):
        for needed in mapping.needed(key, upstream=upstream, job=job):
            assert key in mapping.needing(needed, upstream=upstream, job=job)


@given(st.sampled_from(["same", "whole", "previous 2", "last 5", "previous 1", "last 2"]))
def test_a_mapping_is_read_back_from_its_text(text: str) -> None:
    assert parse_mapping(str(parse_mapping(text))) == parse_mapping(text)


@given(st.integers(0, 4000), st.integers(-200, 200), st.sampled_from(["day", "hour", "month"]))
def test_shifting_there_and_back_is_the_same_key(start: int, by: int, every: str) -> None:
    scheme = PartitionScheme(every)  # type: ignore[arg-type]
    first = {"day": "2000-01-01", "hour": "2000-01-01T00", "month": "2000-01"}[every]
    key = scheme.shift(first, start)

    assert scheme.shift(scheme.shift(key, by), -by) == key
    assert scheme.shift(key, 1) > key
    assert scheme.check(key) == key


def test_mapping_defaults_to_the_same_partition() -> None:
    assert Mapping() == parse_mapping("same")
