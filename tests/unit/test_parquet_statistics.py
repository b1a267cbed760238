"""What the footers of Parquet files settle, and what they are never believed about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.checks.run import run_checks
from connectors.checks.settled import holds_already
from connectors.storage import inspect
from connectors.storage.formats import format_named
from connectors.storage.scan import Scan
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError
from graph_model.versions.entities import Content

NOON = datetime(2013, 1, 1, 12, tzinfo=UTC)
ROWS = pa.table(
    {
        "id": pa.array([1, 5, 9], pa.int32()),
        "big": pa.array([1, 2, 2**64 - 1], pa.uint64()),
        "price": pa.array([Decimal("-1.50"), None, Decimal("2.25")], pa.decimal128(10, 2)),
        "day": [date(2013, 1, 1), None, date(2013, 2, 1)],
        "at": pa.array([NOON.replace(tzinfo=None)] * 3, pa.timestamp("us")),
        "zoned": pa.array([NOON] * 3, pa.timestamp("ms", tz="Asia/Tokyo")),
        "nanos": pa.array([NOON.replace(tzinfo=None)] * 3, pa.timestamp("ns")),
        "ratio": [0.5, float("nan"), None],
        "name": ["a", "b", None],
        "tags": [[1], None, [None]],
        "gate": [{"no": 1}, None, {"no": None}],
        "gate, no": [1, 2, 3],
        "none": pa.array([None] * 3, pa.int64()),
    }
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "flights.parquet"
    pq.write_table(ROWS, path, row_group_size=2)
    return path


@pytest.fixture
def trusted(path: Path) -> Iterator[Scan]:
    with format_named("parquet").scan(Content("parquet", str(path), {"statistics": "trusted"})) as scan:
        yield scan


def test_trusted_footers_say_what_reading_everything_says(path: Path) -> None:
    trusted = inspect(Content("parquet", str(path), {"statistics": "trusted"}))

    read = inspect(Content("parquet", str(path)))
    assert trusted == replace(read, metrics={"nulls": read.metrics["nulls"]})
    assert trusted.metrics["nulls"]["tags"] == 1
    assert trusted.metrics["nulls"]["gate"] == 1
    assert trusted.metrics["nulls"]["gate, no"] == 0


@pytest.mark.parametrize(
    ("column", "bounds", "settled"),
    [
        ("id", {"min": 1, "max": 9}, True),
        ("id", {"above": 0, "below": 10}, True),
        ("id", {"above": 1}, False),
        ("id", {"below": 9}, False),
        ("id", {"min": "1"}, False),  # compared as texts
        ("big", {"max": 2.0**64}, True),
        ("price", {"min": -1.5, "max": 2.25}, True),
        ("price", {"min": -1}, False),
        ("day", {"min": "2013-01-01", "max": "2013-02-01"}, True),
        ("day", {"below": "2013-02-01"}, False),
        ("at", {"min": "2013-01-01T12:00:00"}, True),
        ("at", {"above": "2013-01-01T12:00:00"}, False),
        ("at", {"min": "2013-01-01T12:00:00+02:00"}, False),
        ("at", {"min": "noon"}, False),
        ("zoned", {"max": "2013-01-01T12:00:00"}, True),
        # Not believed: what a footer leaves out, cuts off, or counts finer than we compare.
        ("nanos", {"min": "2000-01-01"}, False),
        ("ratio", {"max": 1}, False),
        ("name", {"min": "a"}, False),
        ("gate.no", {"min": 0}, False),
        ("none", {"min": 0}, False),
    ],
)
def test_a_range_is_settled_by_bounds_that_leave_no_value_out(
    trusted: Scan, column: str, bounds: dict[str, Any], settled: bool
) -> None:
    assert holds_already(trusted, Check("c", "range", {"column": column, **bounds})) == settled


@pytest.mark.parametrize(
    ("params", "settled"),
    [
        ({"columns": ["id", "big"]}, True),
        ({"column": "at"}, True),
        ({"columns": ["id", "day"]}, False),
        ({"columns": ["id"], "missing": ["1"]}, False),
        ({"columns": ["gate.no"]}, False),
        ({"columns": ["absent"]}, False),
        ({}, False),
    ],
)
def test_what_has_no_nulls_needs_no_second_look(trusted: Scan, params: dict[str, Any], settled: bool) -> None:
    assert holds_already(trusted, Check("c", "not_null", params)) == settled


def test_a_check_that_the_footers_do_not_settle_is_answered_by_the_rows(trusted: Scan) -> None:
    checks = [
        Check("good", "range", {"column": "id", "min": 1}),
        Check("bad", "range", {"column": "id", "max": 4}),
        Check("nan", "range", {"column": "ratio", "max": 1}),
        Check("odd", "range", {"column": "nothing", "max": 1}),
    ]

    good, bad, nan, odd = run_checks(trusted, checks)

    assert (good.passed, good.message) == (True, "range (id): holds for all 3 rows")
    assert (bad.failed_rows, nan.failed_rows) == (2, 1)
    assert "there is no column nothing" in odd.message


def test_footers_without_statistics_settle_nothing(tmp_path: Path) -> None:
    path = tmp_path / "silent.parquet"
    pq.write_table(ROWS, path, write_statistics=False)
    content = Content("parquet", str(path), {"statistics": "trusted"})

    with format_named("parquet").scan(content) as scan:
        assert not holds_already(scan, Check("c", "range", {"column": "id", "min": 1}))
        assert scan.inspection.metrics["nulls"]["day"] == 1


def test_untrusted_footers_settle_no_range_and_every_value_is_read(path: Path) -> None:
    with format_named("parquet").scan(Content("parquet", str(path))) as scan:
        assert not holds_already(scan, Check("c", "range", {"column": "id", "min": 1}))
        assert holds_already(scan, Check("c", "not_null", {"column": "id"}))

    damaged = bytearray(path.read_bytes())
    damaged[4:60] = bytes(56)
    path.write_bytes(damaged)
    with pytest.raises(ContentError):
        inspect(Content("parquet", str(path)))


def test_statistics_can_only_be_trusted_or_left_out(path: Path) -> None:
    with pytest.raises(ContentError, match="can only be trusted"):
        inspect(Content("parquet", str(path), {"statistics": "yes"}))


@settings(max_examples=50)
@given(
    values=st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20),
    least=st.integers(-(2**63), 2**63 - 1),
    groups=st.integers(1, 5),
)
def test_a_settled_range_holds_for_every_row(
    values: list[int | None], least: int, groups: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("x") / "x.parquet"
    pq.write_table(pa.table({"x": pa.array(values, pa.int64())}), path, row_group_size=groups)
    check = Check("c", "range", {"column": "x", "min": least})

    with format_named("parquet").scan(Content("parquet", str(path))) as scan:
        (truth,) = run_checks(scan, [check])
    with format_named("parquet").scan(Content("parquet", str(path), {"statistics": "trusted"})) as scan:
        (found,) = run_checks(scan, [check])

    assert (found.passed, found.failed_rows) == (truth.passed, truth.failed_rows)
