"""What a change really did to a job or a reader: FAILS, CHANGES or SAME.

What a reader by name would notice counts as a change: a column that is gone, values of another kind, other values.
A column more, and a wider type of the same kind with the same values, are none: whoever minds them is judged itself.
Numbers are equal when they are equal as numbers, rows have no order, texts of files are compared as they are written.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import pyarrow as pa

from benchmarks.decision_trust.running import Results
from benchmarks.decision_trust.sqlite_side import values_of
from benchmarks.decision_trust.texts import text_rows
from benchmarks.decision_trust.world import Content, Dataset, Failed, World


class Truth(StrEnum):
    FAILS = "FAILS"
    CHANGES = "CHANGES"
    SAME = "SAME"


def of_job(world: World, name: str, before: Results, after: Results) -> tuple[Truth, str]:
    """The worst over all partitions, with what was seen."""
    job = next(one for one in world.jobs if one.name == name)
    dataset = world.datasets[job.output]
    seen = [
        _of_content(before.made[job.output, day], after.made[job.output, day], dataset)
        for day in world.days(job.output)
    ]
    return _worst(seen)


def of_reader(world: World, name: str, before: Results, after: Results) -> tuple[Truth, str]:
    read = [one.dataset for one in world.readers if one.name == name]
    keys = [(name, dataset, day) for dataset in read for day in world.days(dataset)]
    return _worst([_of_rows(before.read[key], after.read[key]) for key in keys])


def grew(world: World, name: str, before: Results, after: Results) -> bool:
    """Whether the output of a job has other columns or types than before, be it only more of them."""
    output = next(one.output for one in world.jobs if one.name == name)
    return any(_schema(before.made[output, day]) != _schema(after.made[output, day]) for day in world.days(output))


def _schema(content: Content | Failed) -> str:
    return str(content.table.schema) if isinstance(content, Content) and content.table is not None else ""


def _worst(seen: Sequence[tuple[Truth, str]]) -> tuple[Truth, str]:
    return min(seen, key=lambda one: list(Truth).index(one[0]))


def _of_content(before: Content | Failed, after: Content | Failed, dataset: Dataset) -> tuple[Truth, str]:
    if isinstance(before, Failed):
        return Truth.SAME, ""
    if isinstance(after, Failed):
        return Truth.FAILS, after.reason
    if before.digest == after.digest:
        return Truth.SAME, ""
    if before.text is not None and after.text is not None:
        return _of_texts(before.text, after.text, dataset)
    assert before.table is not None
    assert after.table is not None
    return _of_tables(before.table, after.table)


def _of_texts(before: bytes, after: bytes, dataset: Dataset) -> tuple[Truth, str]:
    old, new = text_rows(before, dataset.options), text_rows(after, dataset.options)
    if dataset.options.get("header", True):
        named = {name: place for place, name in reversed(list(enumerate(new[0])))}
        gone = [name for name in old[0] if name not in named]
        if gone:
            return Truth.CHANGES, f"has no column {gone[0]} any more"
        new = [[row[named[name]] for name in old[0]] for row in new]
    return (Truth.SAME, "") if Counter(map(tuple, old)) == Counter(map(tuple, new)) else (Truth.CHANGES, "other texts")


def _of_tables(before: pa.Table, after: pa.Table) -> tuple[Truth, str]:
    old, new = [], []
    for name in before.column_names:
        if after.column_names.count(name) != 1:
            return Truth.CHANGES, f"has no column {name} any more"
        one, other = before.column(name), after.column(name)
        if _kind(one.type) != _kind(other.type) and _holds_values(one, other):
            return Truth.CHANGES, f"{name} was {one.type} and is {other.type}"
        digits = _digits(one.type, other.type)
        old.append([comparable(value, digits) for value in values_of(before, before.column_names.index(name))])
        new.append([comparable(value, digits) for value in values_of(after, after.column_names.index(name))])
    same = before.num_rows == after.num_rows and Counter(zip(*old, strict=True)) == Counter(zip(*new, strict=True))
    return (Truth.SAME, "") if same else (Truth.CHANGES, _where(before, old, new))


def _holds_values(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    return one.null_count < len(one) or other.null_count < len(other)


def _where(before: pa.Table, old: list[list[Any]], new: list[list[Any]]) -> str:
    if old and len(old[0]) != len(new[0]):
        return f"{len(new[0])} rows, before {len(old[0])}"
    differing = [
        name for name, one, other in zip(before.column_names, old, new, strict=True) if Counter(one) != Counter(other)
    ]
    return f"other values of {', '.join(differing) or 'rows as a whole'}"


def _of_rows(before: Any, after: Any) -> tuple[Truth, str]:
    if isinstance(before, Failed):
        return Truth.SAME, ""
    if isinstance(after, Failed):
        return Truth.FAILS, after.reason
    columns = list(zip(*before, strict=True)), list(zip(*after, strict=True))
    if len(before) != len(after) or len(columns[0]) != len(columns[1]):
        return Truth.CHANGES, f"{len(after)} rows, before {len(before)}"
    old = [[comparable(value, _SURE) for value in column] for column in columns[0]]
    new = [[comparable(value, _SURE) for value in column] for column in columns[1]]
    same = Counter(zip(*old, strict=True)) == Counter(zip(*new, strict=True))
    return (Truth.SAME, "") if same else (Truth.CHANGES, "other values")


_SURE, _SINGLE = 12, 6


def _digits(*types: pa.DataType) -> int:
    return _SINGLE if any(pa.types.is_float32(one) for one in types) else _SURE


def _kind(type_: pa.DataType) -> str:
    if pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return "number"
    if pa.types.is_string(type_) or pa.types.is_large_string(type_):
        return "string"
    if pa.types.is_timestamp(type_):
        return "instant" if type_.tz else "timestamp"
    return str(type_)


def comparable(value: Any, digits: int) -> Any:
    """Numbers as numbers, whatever holds them, up to what adding them in another order does."""
    if value is None or isinstance(value, bool | str | bytes):
        return (type(value).__name__, value)
    if isinstance(value, int):
        return ("number", _short(float(value), digits)) if abs(value) < 1 << 53 else ("number", str(value))
    if isinstance(value, list | dict):
        return ("nested", repr(value))
    try:
        number = float(value)
    except (TypeError, ValueError):
        return (type(value).__name__, value)
    return ("number", "nan" if math.isnan(number) else _short(number, digits))


def _short(number: float, digits: int) -> str:
    short = f"{number:.{digits}g}"
    return "0" if short == "-0" else short
