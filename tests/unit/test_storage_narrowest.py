"""The narrowest type of each column, as reading a Parquet file tells it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.storage import inspect
from graph_model.versions.entities import Content


def narrowest(folder: Path, values: list[Any], type_: pa.DataType) -> str:
    """Of a column with these values; empty: nothing is said."""
    path = folder / "rows.parquet"
    pq.write_table(pa.table({"a column": pa.array(values, type_)}), path)
    found = inspect(Content("parquet", str(path), {}))
    return found.metrics.get("narrowest", {}).get("a column", "")


@pytest.mark.parametrize(
    ("values", "type_", "expected"),
    [
        ([0, 255, None], pa.int64(), "int16"),
        ([-1, 127], pa.int64(), "int8"),
        ([-4, 255], pa.int32(), "int16"),
        ([5_000_000_000], pa.int64(), "int64"),
        ([2**63], pa.uint64(), "uint64"),
        ([-(2**63)], pa.int64(), "int64"),
        ([Decimal("-7.25"), Decimal("1.10")], pa.decimal128(10, 2), "decimal(3,2)"),
        ([Decimal("0.25")], pa.decimal128(10, 2), "decimal(2,2)"),
        ([Decimal("123.00")], pa.decimal128(10, 2), "decimal(5,2)"),
        ([1.0, 2.5], pa.float64(), "float64"),
        ([1.0, 2.0], pa.float64(), ""),  # a text may show whole numbers
        ([float("nan"), float("inf")], pa.float64(), ""),
        (["Ann", "7"], pa.string(), "string"),
        (["7", "ann"], pa.string(), "string"),
        (["7", "007"], pa.string(), ""),  # as a text they are numbers
        (["2024-01-01", "3"], pa.string(), ""),
        (["true", "false"], pa.string(), ""),
        (["nan", "inf"], pa.string(), ""),
        (["Ann", ""], pa.string(), ""),  # as a text one of them is missing
        (["Ann", "NA", "bob"], pa.string(), ""),
        ([True, None], pa.bool_(), "boolean"),
        ([date(2024, 1, 1)], pa.date32(), "date"),
        ([datetime.fromisoformat("2024-01-01T07:00")], pa.timestamp("us"), "timestamp(us)"),
        ([b"x"], pa.binary(), ""),
        ([[1]], pa.list_(pa.int64()), ""),
        ([None], pa.int64(), ""),
        ([None], pa.string(), ""),
        ([None], pa.date32(), ""),
        ([], pa.int64(), ""),
    ],
)
def test_the_narrowest_type_is_the_one_that_holds_what_is_there(
    tmp_path: Path, values: list[Any], type_: pa.DataType, expected: str
) -> None:
    assert narrowest(tmp_path, values, type_) == expected


def test_no_value_of_a_column_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"name": ["Ann"], "salary": [4711]}), path)

    said = str(inspect(Content("parquet", str(path), {})).metrics)

    assert "Ann" not in said
    assert "4711" not in said
