"""The benchmark of validation compares like with like: all three ways give the same ten answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.validating import arrow_scan, duckdb_sql
from benchmarks.validating.rows import checks, write
from connectors.checks import validate
from graph_model.versions.entities import Content

ROWS = 120_000


@pytest.mark.parametrize(("format", "options"), [("parquet", {}), ("csv", {"nulls": [""]})])
def test_ours_duckdb_and_pyarrow_find_the_same_mistakes(format: str, options: dict[str, object], tmp_path: Path):
    path = tmp_path / f"rows.{format}"
    write(ROWS, format, str(path))

    ours = [result.failed_rows for result in validate(Content(format, str(path), options), checks()).results]

    assert ours == [0, 0, 0, 22, 2, 13, 14, 19, 16, 27]
    assert duckdb_sql.answers(format, str(path)) == ours
    assert arrow_scan.answers(format, str(path)) == ours
