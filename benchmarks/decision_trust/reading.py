"""How consumers read: by names they know, by places they know, or only what looks exactly as they know it.

A consumer was written against the dataset as it was: format, delimiter, header and encoding are in its code.
"""

from __future__ import annotations

from typing import Any

from benchmarks.decision_trust.sqlite_side import values_of
from benchmarks.decision_trust.texts import text_rows
from benchmarks.decision_trust.world import Content, Dataset, Reader


class CannotReadError(Exception):
    """What is there is not what the reader was written for."""


def read_as(reader: Reader, content: Content, known: Dataset, found: Dataset) -> list[tuple[Any, ...]]:
    """The rows that the reader takes. `known`: the dataset it was written for; `found`: what is there now."""
    if found.format != known.format:
        raise CannotReadError(f"this is no {known.format}")
    names, columns = _columns(content, known)
    if reader.by == "exact" and tuple(names) != reader.expects:
        raise CannotReadError(f"has columns {names}, expected {list(reader.expects)}")
    if reader.by == "position":
        places = list(reader.positions)
        if places and max(places) >= len(columns):
            raise CannotReadError(f"has {len(columns)} columns only")
    else:
        places = [_place(name, names) for name in reader.columns or [column.path for column in known.columns]]
    return list(zip(*(columns[place] for place in places), strict=True))


def _columns(content: Content, known: Dataset) -> tuple[list[str], list[list[Any]]]:
    if content.table is not None:
        table = content.table
        return table.column_names, [values_of(table, place) for place in range(table.num_columns)]
    assert content.text is not None
    rows = text_rows(content.text, known.options)
    names = rows.pop(0) if known.options.get("header", True) else [column.path for column in known.columns]
    if any(len(row) != len(rows[0]) for row in rows):
        raise CannotReadError("lines are not equally long")
    width = len(rows[0]) if rows else len(names)
    if known.options.get("header", True) and width != len(names):
        raise CannotReadError("lines and header do not fit together")
    return names, [[row[place] for row in rows] for place in range(width)]


def _place(name: str, names: list[str]) -> int:
    if name not in names:
        raise CannotReadError(f"there is no column {name}")
    return names.index(name)
