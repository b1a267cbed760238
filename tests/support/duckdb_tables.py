"""A DuckDB file of a test, and its tables as contents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from graph_model.versions.entities import Content


def at(folder: Path, table: str, **options: Any) -> Content:
    return Content("table", f"duckdb:///{folder}/warehouse.duckdb#{table}", options)


def run(folder: Path, *statements: str) -> None:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)
