"""Which partition a run of others wrote: what its facets say of it, and that nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from graph_model.observed.placing import Placed, Said, Sliced, Unplaced, moment_of, place, place_subset
from graph_model.observed.trust import Trust
from graph_model.partitions.calendars import Calendar
from graph_model.partitions.scheme import PartitionScheme

COMPLETE = datetime(2013, 1, 7, 1, 5, tzinfo=UTC)
DAILY = PartitionScheme("day", "2013-01-01")
HOURLY = PartitionScheme("hour")
REGIONS = PartitionScheme("list", keys=("emea", "us"))


def written(*partitions: dict[str, Any]) -> dict[str, Any]:
    return {"outputCondition": {"type": "partition", "partitions": [{"dimensions": one} for one in partitions]}}


def condition(**said: Any) -> dict[str, Any]:
    return {"outputCondition": said}


def equal(field: str, value: str) -> dict[str, Any]:
    sides = {"left": {"type": "field", "field": field}, "right": {"type": "literal", "value": value}}
    return {"type": "compare", "comparison": "EQUAL", **sides}


def both(left: dict[str, Any], operator: str, right: dict[str, Any]) -> dict[str, Any]:
    return {"type": "binary", "left": left, "operator": operator, "right": right}


def keys(found: Placed | Unplaced | None) -> tuple[str, ...]:
    assert isinstance(found, Placed), found
    return found.keys


def reason(found: Placed | Unplaced | None) -> str:
    assert isinstance(found, Unplaced), found
    return found.reason


@pytest.mark.parametrize(
    ("scheme", "dimensions", "key"),
    [
        (DAILY, {"dt": "2013-01-05"}, "2013-01-05"),
        (DAILY, {"dt": "20130105"}, "2013-01-05"),
        (DAILY, {"dt": 20130105}, "2013-01-05"),
        (DAILY, {"dt": "2013-01-05T06:00:00Z"}, "2013-01-05"),
        (DAILY, {"year": 2013, "month": 1, "day": "05"}, "2013-01-05"),
        (HOURLY, {"year": "2013", "month": "01", "day": "05", "hour": "7"}, "2013-01-05T07"),
        (PartitionScheme("month"), {"dt": "2013-01-05"}, "2013-01"),
        (PartitionScheme("quarter"), {"month": "2013-02"}, "2013-Q1"),
        (PartitionScheme("day", timezone="Asia/Tokyo"), {"dt": "2013-01-05T23:30:00Z"}, "2013-01-06"),
        (PartitionScheme("day", timezone="Asia/Tokyo"), {"dt": "2013-01-05T23:30:00"}, "2013-01-05"),
        (REGIONS, {"region": "us"}, "us"),
        (PartitionScheme("year"), {"year": 2013}, "2013"),
    ],
)
def test_a_partition_of_a_subset_is_a_key(scheme: PartitionScheme, dimensions: dict[str, Any], key: str) -> None:
    assert keys(place(Sliced(scheme), Trust(), Said(COMPLETE, written(dimensions)))) == (key,)


@pytest.mark.parametrize(
    ("scheme", "dimensions", "why"),
    [
        (DAILY, {"year": 2013, "month": 1}, "names a month, which holds several"),
        (HOURLY, {"dt": "2013-01-05"}, "names a day, which holds several"),
        (DAILY, {"country": "DE", "dt": "2013-01-05"}, "has several dimensions, country, dt"),
        (DAILY, {"dt": "2012-12-31"}, "names 2012-12-31, which is none"),
        (DAILY, {"dt": "yesterday"}, "names 'yesterday', which is no day like"),
        (DAILY, {"year": 2013, "month": 13, "day": 1}, "which are no time"),
        (DAILY, {"year": 2013, "day": 1}, "which are no day"),
        (DAILY, {}, "has several dimensions, none at all"),
        (REGIONS, {"region": "mars"}, "names 'mars', which is none"),
        (DAILY, {"dt": True}, "not of its form"),
    ],
)
def test_what_does_not_say_one_partition_is_no_answer(
    scheme: PartitionScheme, dimensions: dict[str, Any], why: str
) -> None:
    assert why in reason(place(Sliced(scheme), Trust(), Said(COMPLETE, written(dimensions))))


def test_the_estate_says_which_dimension_is_the_partition() -> None:
    said = Said(COMPLETE, written({"country": "DE", "dt": "2013-01-05"}, {"country": "PL", "dt": "2013-01-06"}))

    assert keys(place(Sliced(DAILY), Trust(dimension="dt"), said)) == ("2013-01-05", "2013-01-06")
    assert "no dimension day, but country, dt" in reason(place(Sliced(DAILY), Trust(dimension="day"), said))


def test_an_identifier_that_is_a_key_is_the_partition() -> None:
    said = {"type": "partition", "partitions": [{"identifier": "2013-01-05", "dimensions": {"a": "1", "b": "2"}}]}

    assert keys(place(Sliced(DAILY), Trust(), Said(COMPLETE, condition(**said)))) == ("2013-01-05",)


@pytest.mark.parametrize(
    ("template", "location"),
    [
        ("raw/{date}.csv", "s3://bucket/raw/2013-01-05.csv"),
        ("s3://bucket/raw/dt={date}/", "s3://bucket/raw/dt=2013-01-05/part-0.parquet"),
        ("raw/{date}/{date}.csv", "/data/raw/2013-01-05/2013-01-05.csv"),
    ],
)
def test_a_place_says_the_partition_where_the_estate_has_its_placeholder(template: str, location: str) -> None:
    said = Said(COMPLETE, condition(type="location", locations=[location]))

    assert keys(place(Sliced(DAILY, template), Trust(), said)) == ("2013-01-05",)


@pytest.mark.parametrize("template", [None, "raw/all.csv", "clean/{date}.csv"])
def test_a_place_that_the_estate_does_not_know_says_nothing(template: str | None) -> None:
    said = Said(COMPLETE, condition(type="location", locations=["s3://bucket/raw/2013-01-05.csv"]))

    assert "names" in reason(place(Sliced(DAILY, template), Trust(), said))


def test_comparisons_name_partitions() -> None:
    fifth, sixth, german = equal("dt", "2013-01-05"), equal("dt", "2013-01-06"), equal("country", "DE")
    parts = both(both(equal("year", "2013"), "AND", equal("month", "1")), "AND", equal("day", "5"))

    def found(said: dict[str, Any], dimension: str | None = None) -> Placed | Unplaced | None:
        return place(Sliced(DAILY), Trust(dimension=dimension), Said(COMPLETE, condition(**said)))

    assert keys(found(both(fifth, "OR", sixth))) == ("2013-01-05", "2013-01-06")
    assert keys(found(parts)) == ("2013-01-05",)
    assert keys(found(both(german, "AND", both(fifth, "OR", sixth)), "dt")) == ("2013-01-05", "2013-01-06")
    assert "names no slice" in reason(found(both(fifth, "AND", sixth)))
    assert "only EQUAL" in reason(found({**fifth, "comparison": "GREATER_THAN"}))
    assert "combines by XOR" in reason(found(both(fifth, "XOR", sixth)))


@pytest.mark.parametrize(
    "facet",
    [
        {},
        {"outputCondition": "all"},
        {"outputCondition": {"type": "partition"}},
        {"outputCondition": {"type": ["partition"]}},
        {"outputCondition": {"type": "partition", "partitions": [None]}},
        {"outputCondition": {"type": "location", "locations": 5}},
        {"outputCondition": {"type": "compare", "comparison": "EQUAL", "left": 1, "right": 2}},
        {"outputCondition": {"type": "binary", "operator": "AND", "left": {}, "right": {}}},
    ],
)
def test_a_subset_that_is_not_of_its_form_is_no_answer_and_no_other_source_is_asked(facet: dict[str, Any]) -> None:
    said = Said(COMPLETE, facet, {"nominalStartTime": "2013-01-05T00:00:00Z"})

    assert reason(place(Sliced(DAILY), Trust(), said)).startswith("its subset ")


def test_a_subset_that_was_deleted_is_none() -> None:
    assert place_subset(Sliced(DAILY), {"_deleted": True}) is None


def nominal(start: str, end: str | None = None) -> Said:
    return Said(COMPLETE, None, {"nominalStartTime": start, **({"nominalEndTime": end} if end else {})})


def test_without_a_subset_the_start_of_the_nominal_time_decides() -> None:
    new_york = PartitionScheme("day", timezone="America/New_York")
    six = nominal("2013-01-05T06:00:00Z", "2013-01-06T06:00:00Z")

    assert keys(place(Sliced(DAILY), Trust(), nominal("2013-01-05T00:00:00Z", "2013-01-06T00:00:00Z"))) == (
        "2013-01-05",
    )
    assert keys(place(Sliced(DAILY), Trust(), six)) == ("2013-01-05",)
    assert keys(place(Sliced(new_york), Trust(), nominal("2013-01-05T03:00:00+00:00"))) == ("2013-01-04",)
    assert keys(place(Sliced(PartitionScheme("month")), Trust(), six)) == ("2013-01",)


def test_a_nominal_time_over_several_partitions_is_no_answer() -> None:
    week = nominal("2013-01-05T00:00:00Z", "2013-01-12T00:00:00Z")

    assert "spans several partitions" in reason(place(Sliced(DAILY), Trust(), week))


def test_a_nominal_time_outside_of_the_partitions_is_no_answer() -> None:
    weekdays = PartitionScheme("day", "2013-01-01", calendar=Calendar("ours", ()))

    assert "2013-01-01 or later" in reason(place(Sliced(DAILY), Trust(), nominal("2012-12-31T00:00:00Z")))
    assert "business day of ours" in reason(place(Sliced(weekdays), Trust(), nominal("2013-01-05T00:00:00Z")))
    assert "which is no time" in reason(place(Sliced(DAILY), Trust(), nominal("soon")))


def test_rules_place_by_the_time_of_completion() -> None:
    assert keys(place(Sliced(DAILY), Trust(("completed_in",)), Said(COMPLETE))) == ("2013-01-07",)
    assert keys(place(Sliced(DAILY), Trust(("completed_after",)), Said(COMPLETE))) == ("2013-01-06",)
    weekdays = PartitionScheme("day", "2013-01-01", calendar=Calendar("ours", ()))
    assert keys(place(Sliced(weekdays), Trust(("completed_after",)), Said(COMPLETE))) == ("2013-01-04",)


def test_a_run_that_says_nothing_is_not_placed() -> None:
    assert "nothing about its partition by subset or nominal_time" in reason(
        place(Sliced(DAILY), Trust(), Said(COMPLETE))
    )


def test_a_dataset_without_partitions_has_the_one() -> None:
    said = Said(COMPLETE, written({"dt": "2013-01-05"}), {"nominalStartTime": "2013-01-05T00:00:00Z"})

    assert keys(place(Sliced(PartitionScheme()), Trust(), said)) == ("",)


def test_times_without_a_zone_are_utc() -> None:
    assert moment_of("2013-01-05T06:00:00") == datetime(2013, 1, 5, 6, tzinfo=UTC)
    assert moment_of("0001-01-01T00:00:00+05:00") is None
    assert moment_of(5) is None
