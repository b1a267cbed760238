"""Repeated keys are found by bits where they lie close together: the same ones as by comparing all with all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.checks import keys, validate
from graph_model.contracts.entities import Check
from graph_model.versions.entities import Content

ONCE = Check("once", "unique", {"columns": ["id"]})
KINDS: dict[str, tuple[pa.DataType, int, int]] = {
    "tiny": (pa.int8(), -128, 127),
    "negative": (pa.int32(), -20_000, -10_000),
    "at the end": (pa.int64(), 2**63 - 5000, 2**63 - 1),
    "at the start": (pa.int64(), -(2**63), -(2**63) + 5000),
    "far apart": (pa.int64(), -(2**63), 2**63 - 1),
    "unsigned": (pa.uint64(), 2**63, 2**64 - 1),
}


def checked(values: list[int | None], kind: pa.DataType, folder: Path) -> tuple[int, list[int]]:
    """How many rows repeat a key, and the first of them."""
    path = folder / "rows.parquet"
    pq.write_table(pa.table({"id": pa.array(values, kind)}), path, row_group_size=7)
    (result,) = validate(Content("parquet", str(path)), [ONCE]).results
    assert result.passed == (result.failed_rows == 0)
    return result.failed_rows, [row["row"] for row in result.sample]


def expected(values: list[int | None]) -> tuple[int, list[int]]:
    seen: set[int] = set()
    repeats: list[int] = []
    for row, value in enumerate(values, start=1):
        if value is not None and value in seen:
            repeats.append(row)
        seen |= {value} if value is not None else set()
    return len(repeats), repeats[:5]


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_same_rows_as_by_comparing_all_with_all(name: str, data: st.DataObject, tmp_path: Path) -> None:
    kind, least, most = KINDS[name]
    near = st.integers(least, min(most, least + 40))
    values = data.draw(st.lists(st.one_of(st.none(), near, st.integers(least, most)), max_size=60))

    assert checked(values, kind, tmp_path) == expected(values)


@pytest.mark.parametrize("repeats", [0, 1, 3000])
def test_many_buckets_with_and_without_repeats(repeats: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows on both sides of every border between buckets; beyond so many suspects the bits are given up."""
    monkeypatch.setattr(keys, "BUCKET", 8)
    values: list[int | None] = [*range(20_000), *(number * 6 for number in range(repeats))]
    asked = asked_for(monkeypatch)

    assert checked(values, pa.int64(), tmp_path) == expected(values)
    assert asked == [{0: "false", 1: "some", 3000: "true"}[repeats]]


def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which way was taken: no row can repeat, only some can, or any."""
    from connectors.checks import run

    ways: list[str] = []
    true: Callable[..., str] = keys.suspicious

    def watched(*arguments: Any) -> str:
        condition = true(*arguments)
        ways.append(condition if condition in {"true", "false"} else "some")
        return condition

    monkeypatch.setattr(run, "suspicious", watched)
    return ways
