"""How names, partitions, columns, times and durations are read from the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import typer

from app.cli.lookup import column_splits, split_partition
from app.cli.options import moment, seconds


@pytest.mark.parametrize(
    ("text", "dataset", "partition"),
    [
        ("flights/raw@2013-01-05", "flights/raw", "2013-01-05"),
        ("raw@2013-01-05T07", "raw", "2013-01-05T07"),
        ("flights/airlines", "flights/airlines", ""),
        ("flights/airlines@", "flights/airlines", ""),
        ("flights/odd@name@2013-01", "flights/odd@name", "2013-01"),
        ("postgres://me@host:5432/db.schema.table", "postgres://me@host:5432/db.schema.table", ""),
        ("postgres://me@host:5432/db.schema.table@2013-01-05", "postgres://me@host:5432/db.schema.table", "2013-01-05"),
    ],
)
def test_a_partition_stands_behind_the_last_at_sign(text: str, dataset: str, partition: str) -> None:
    assert split_partition(text) == (dataset, partition)


def test_a_name_with_dots_may_be_split_at_each_of_them_longest_dataset_first() -> None:
    assert column_splits("db.schema.table") == (
        ("db.schema.table", None),
        ("db.schema", "table"),
        ("db", "schema.table"),
    )


def test_a_dot_at_an_end_parts_nothing() -> None:
    assert column_splits(".hidden.") == ((".hidden.", None),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2013-01-05", datetime(2013, 1, 5, tzinfo=UTC)),
        ("2013-01-05T07:00:00Z", datetime(2013, 1, 5, 7, tzinfo=UTC)),
        ("2013-01-05T07:00:00-05:00", datetime(2013, 1, 5, 12, tzinfo=UTC)),
    ],
)
def test_a_time_is_utc_unless_it_says_otherwise(text: str, expected: datetime) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("90", 90), ("90s", 90), ("1.5m", 90), ("2h", 7200)])
def test_a_duration_has_a_unit_or_is_in_seconds(text: str, expected: float) -> None:
    assert seconds(text) == expected


def test_what_is_no_time_or_duration_is_a_usage_error() -> None:
    with pytest.raises(typer.BadParameter, match="yesterday"):
        moment("yesterday")
    with pytest.raises(typer.BadParameter, match="soon"):
        seconds("soon")
