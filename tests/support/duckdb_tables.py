"""A DuckDB file of a test, its tables as contents, and rows for them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from graph_model.versions.entities import Content

ROWS = pa.table(
    {
        "day": pa.array([date(2013, 1, 5)] * 2, pa.date32()),
        "flight": pa.array([1, None], pa.int32()),
        "delay": [1.5, None],
        "price": pa.array([Decimal("1.25"), None], pa.decimal128(10, 2)),
        "at": pa.array([datetime(2013, 1, 5, 7, tzinfo=UTC), None], pa.timestamp("us", tz="UTC")),
        "raw": [b"\0", None],
        "name": ["d\u00e9j\u00e0", None],
    }
)


def at(folder: Path, table: str, **options: Any) -> Content:
    return Content("table", f"duckdb:///{folder}/warehouse.duckdb#{table}", options)


def run(folder: Path, *statements: str) -> None:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)
