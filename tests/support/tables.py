"""What holds of a table in whatever database: rows for it, and how it is written, read and known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from connectors.storage import discard, inspect, read, write
from graph_model.errors import ContentError
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

KnownType = tuple[str, str, str, Any]
"""Declaration, SQL of a value, canonical type, what is read."""


def check_rows_come_and_go(content: Content, table: str) -> None:
    """Written twice, read whole and by column, dropped twice; `table` is how a message names it."""
    write(content, ROWS.to_reader())
    write(content, ROWS.to_reader())

    assert read(content).read_all().to_pylist() == ROWS.to_pylist()
    assert read(content, ["name", "day"]).read_all().to_pylist() == ROWS.select(["name", "day"]).to_pylist()
    discard(content)
    discard(content)
    with pytest.raises(ContentError, match=rf"there is no table {table}"):
        inspect(content)


def check_a_broken_write_leaves_the_old_rows(content: Content) -> None:
    write(content, ROWS.to_reader())

    def broken() -> Iterator[pa.RecordBatch]:
        yield ROWS.to_batches()[0]
        raise RuntimeError("the source is gone")

    with pytest.raises(RuntimeError):
        write(content, pa.RecordBatchReader.from_batches(ROWS.schema, broken()))

    assert inspect(content).row_count == 2


def statements_of(known: Sequence[KnownType]) -> tuple[str, str]:
    """Makes the table `every` with a column of each type, and its row of values."""
    columns = ", ".join(f"c{number} {declared}" for number, (declared, *_) in enumerate(known))
    values = ", ".join(value for _, value, *_ in known)
    return f"CREATE TABLE every ({columns})", f"INSERT INTO every VALUES ({values})"


def check_every_type(content: Content, known: Sequence[KnownType]) -> None:
    """Each is known, and its value read whole: one row of values, one of nulls."""
    found, rows = inspect(content), read(content).read_all()

    declared = [kind for kind, *_ in known]
    types = [column.type for column in found.columns]
    assert dict(zip(declared, types, strict=True)) == {kind: canonical for kind, _, canonical, _ in known}
    first, second = rows.to_pylist()
    assert dict(zip(declared, first.values(), strict=True)) == {kind: value for kind, *_, value in known}
    assert set(second.values()) == {None}
    assert set(found.metrics["nulls"].values()) == {1}
