"""Checks that hold a content against history and time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors.checks.places import places_found
from connectors.checks.process import answer, request_of, validated_from
from connectors.storage import write
from graph_model.contracts.entities import Check, CheckResult
from graph_model.versions.entities import Content
from tests.support.checks import a_file, against, result_of

HISTORY = {"versions": 9, "at_least": 3, "deviations": 3.0, "slack": 0.0, "same_weekday": False}


def test_a_row_count_is_held_against_the_median_of_earlier_versions(tmp_path: Path) -> None:
    content = a_file(tmp_path)
    history = [[f"v{position}", f"2024-01-0{position}", rows] for position, rows in enumerate((6, 5, 6, 7), 1)]

    usual = result_of(content, "row_count_history", **{**HISTORY, "deviations": 4.0}, history=history)
    odd = result_of(content, "row_count_history", **HISTORY, history=history)

    said = "expected 4.5 to 7.5: the median of 4 versions, 2024-01-01 to 2024-01-04 is 6"
    assert (usual.passed, odd.passed) == (True, False)
    assert odd.message == f"row_count_history: 4 rows, {said}"
    assert (odd.value, odd.compared_with) == (4, ("v1", "v2", "v3", "v4"))


def test_too_little_history_passes_and_says_so(tmp_path: Path) -> None:
    found = result_of(a_file(tmp_path), "row_count_history", **HISTORY, history=[["v1", "", 900], ["v2", "", 900]])

    assert found.passed
    assert "2 earlier versions are too few to compare with, at least 3 are needed" in found.message
    assert found.compared_with == ("v1", "v2")


NOON = datetime(2024, 1, 3, 12, tzinfo=UTC)


def fresh(content: Content, column: str | None = "day", **params: Any) -> CheckResult:
    told = {"reference": NOON.isoformat(), "reference_is": "now", "timezone": "UTC", "max_age": 3600.0}
    about = {"column": column} if column else {"source_time": "2024-01-03T10:00:00+00:00"}
    return result_of(content, "freshness", **{**told, **about, **params})


@pytest.mark.parametrize(
    ("texts", "timezone", "hours"),
    [
        (["2024-01-01", "2024-01-02"], "UTC", 12),  # a date lasts until its end
        (["2024-01-02"], "America/New_York", 7),
        (["2024-01-03 11:00:00"], "UTC", 1),
        (["2024-01-03T11:00"], "Europe/Berlin", 2),
        (["2024-01-03T11:00:00+05:00", "2024-01-03T01:00:00Z"], "Europe/Berlin", 6),
        (["2024-01-03T11:00:00+0200"], "UTC", 3),
        (["2024-01-04"], "UTC", -36),
        (["no day", "2024-01-02"], "UTC", 12),
    ],
)
def test_the_age_of_the_newest_text_respects_time_zones(
    texts: list[str], timezone: str, hours: float, tmp_path: Path
) -> None:
    content = a_file(tmp_path, "\n".join(["day", *texts, ""]))

    found = fresh(content, timezone=timezone)

    assert found.value == hours * 3600
    assert found.passed == (hours <= 1)


@pytest.mark.parametrize(
    ("values", "hours"),
    [
        (pa.array([datetime(2024, 1, 3, 11), None]), 2.0),  # noqa: DTZ001  local to the zone that is told
        (pa.array([datetime(2024, 1, 3, 11, tzinfo=UTC)], pa.timestamp("us", "Asia/Tokyo")), 1.0),
        (pa.array([datetime(2024, 1, 2).date()]), 13.0),  # noqa: DTZ001
        (pa.array(["2024-01-03T11:00:00Z"]), 1.0),
    ],
)
@pytest.mark.parametrize("format", ["parquet", "jsonl"])
def test_typed_times_are_understood_as_what_they_are(
    values: pa.Array, hours: float, format: str, tmp_path: Path
) -> None:
    content = Content(format, str(tmp_path / f"days.{format}"))
    write(content, pa.table({"day": values}).to_reader())

    found = fresh(content, timezone="Europe/Berlin")

    assert found.value == hours * 3600


def test_freshness_says_what_it_measured_and_hides_what_is_secret(tmp_path: Path) -> None:
    content = a_file(tmp_path)

    shown, hidden = fresh(content), fresh(content, masked=["day"])
    source, none = fresh(content, None), fresh(a_file(tmp_path, "day\n\n", "empty.csv"))

    said = "12 h before now (2024-01-03 12:00:00 UTC); at most 1 h before is fresh"
    assert shown.message == f"freshness (day): the newest is 2024-01-03 00:00:00 UTC, {said}"
    assert hidden.message == f"freshness (day): the newest is •••, {said}"
    assert source.message.startswith("freshness: the newest is 2024-01-03 10:00:00 UTC, 2 h before now")
    assert (none.passed, none.message) == (False, "freshness (day): no row says a time")
    assert not fresh(content, "amount").passed


def test_freshness_needs_an_instant_and_a_column_that_can_say_a_time(tmp_path: Path) -> None:
    numbers = Content("parquet", str(tmp_path / "n.parquet"))
    write(numbers, pa.table({"day": [1]}).to_reader())

    assert "say `until: now`" in result_of(a_file(tmp_path), "freshness", max_age=1.0, column="day").message
    assert "it holds BIGINT, which is no time" in fresh(numbers).message
    assert "there is no column dya" in fresh(a_file(tmp_path), "dya").message


def test_other_kinds_keep_their_place_among_the_results(tmp_path: Path) -> None:
    checks = [
        Check("history", "row_count_history", {**HISTORY, "history": []}),
        Check("there", "not_null", {"columns": ["id"]}),
        Check("odd", "freshness", {"max_age": 1.0}),
        Check("rows", "row_count", {"min": 1}),
    ]

    (found,) = validated_from(answer(request_of([(a_file(tmp_path), checks)])))

    assert [result.check for result in found.results] == ["history", "there", "odd", "rows"]
    assert [result.value for result in found.results] == [4, None, None, 4]


def test_the_place_of_another_dataset_holds_on_this_machine_or_says_why_not(tmp_path: Path) -> None:
    inside = Check("k", "foreign_key", against(Content("csv", "customers/a.csv")))
    outside = Check("k", "foreign_key", against(Content("csv", "../a.csv")))
    plain = Check("r", "row_count", {"min": 1})

    one, two, three = places_found([inside, outside, plain], tmp_path)

    assert one.params["other"]["content"]["location"] == str(tmp_path / "customers/a.csv")
    assert (
        two.params["absent"]
        == "shop/others: ../a.csv lies outside the places that data may lie in: HEADWATER_DATA_ROOTS does not list it"
    )
    assert three is plain
