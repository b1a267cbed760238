"""Rows as the texts of a csv file, and back: as a producer writes them, with the types that a dataset declares."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from benchmarks.decision_trust.world import Content, Dataset


def to_text(table: pa.Table, options: Mapping[str, Any]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=options.get("delimiter", ","), lineterminator="\n")
    if options.get("header", True):
        writer.writerow(table.column_names)
    columns = [column.to_pylist() for column in table.columns]
    missing = list(options.get("nulls", [""]))[-1]
    writer.writerows(
        [missing if value is None else spelled(value) for value in row] for row in zip(*columns, strict=True)
    )
    return out.getvalue().encode(options.get("encoding", "utf-8"))


def spelled(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def text_rows(content: bytes, options: Mapping[str, Any]) -> list[list[str]]:
    """All lines, the header too where there is one."""
    text = content.decode(options.get("encoding", "utf-8"))
    lines = csv.reader(io.StringIO(text), delimiter=options.get("delimiter", ","))
    return [line or [""] for line in lines]  # an empty line is one column without a value


def typed(values: Sequence[str | None], type_: str) -> pa.Array:
    """Of the type that is declared, where all texts are of it; else texts."""
    read = _READ.get(type_)
    if read is None:
        return pa.array(values, pa.string())
    try:
        return pa.array([None if value is None else read(value) for value in values], _ARROW[type_])
    except (ValueError, InvalidOperation, KeyError):
        return pa.array(values, pa.string())


_READ = {
    "integer": int,
    "number": float,
    "decimal": Decimal,
    "date": dt.date.fromisoformat,
    "timestamp": dt.datetime.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
}
_ARROW = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "decimal": pa.decimal128(18, 2),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}


def as_table(content: Content, dataset: Dataset) -> pa.Table:
    """The rows of a content, whatever holds them; those of a file as the texts that stand there."""
    if content.table is not None:
        return content.table
    assert content.text is not None
    rows = text_rows(content.text, dataset.options)
    names = rows.pop(0) if dataset.options.get("header", True) else _by_place(dataset, len(rows[0]) if rows else 0)
    nulls = dataset.options.get("nulls", [""])
    texts = [[None if row[place] in nulls else row[place] for row in rows] for place in range(len(names))]
    return pa.Table.from_arrays([pa.array(one, pa.string()) for one in texts], names=names)


def _by_place(dataset: Dataset, width: int) -> list[str]:
    """Names for the columns of a file without a header, which may have become more or fewer."""
    known = [column.path for column in dataset.columns]
    return [known[place] if place < len(known) else f"column{place}" for place in range(width or len(known))]


def as_content(table: pa.Table, dataset: Dataset) -> Content:
    return Content(text=to_text(table, dataset.options)) if dataset.is_text else Content(table)
