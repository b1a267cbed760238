"""Reads what an estate file says of the files or rows of a dataset that arrive from outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from graph_model.arrivals.watch import EVERY_SECONDS, KEYS, STABLE_SECONDS, TableWatch, Watch
from graph_model.estate.sections import Section
from graph_model.estate.vocabulary import ARRIVAL_KEYS
from graph_model.partitions.rules import PartitionScheme

KEY = "arrival"
TABLE = "table"
TABLE_KEYS = ("column", "changed")
_PLACEHOLDER = re.compile(r"\{\w*\}")


def read_arrival(section: Section, scheme: PartitionScheme | None, location: str | None) -> Watch | None:
    """`arrival: {watch: PATH, stable_for: 30s, done_marker: PATH, every: 10s}`; PATH is the location where it is left
    out. None: nobody looks. `scheme` None: how it is sliced is a mistake of its own.
    """
    inner = section.section(KEY, ARRIVAL_KEYS)
    if inner is None:
        return None
    for word in TABLE_KEYS:
        if word in inner:
            inner.wrong(inner.line(word), f"{word} is of a table, and the dataset is files", f"leave {word} out")
    said, marker = inner.text("watch"), inner.text("done_marker")
    path = said.value if said else location
    line = said.line if said else inner.start
    stable_for = inner.seconds("stable_for") or STABLE_SECONDS
    every = inner.seconds("every") or EVERY_SECONDS
    if path is None:
        inner.wrong(line, "says no path, and the dataset has no location", "write watch: incoming/{date}.csv")
        return None
    if marker and "stable_for" in inner:
        inner.wrong(marker.line, "done_marker says when a file is whole, and so does stable_for", "keep one of them")
    _check(inner, path, line, scheme)
    if marker:
        _check(inner, marker.value, marker.line, scheme)
        if "*" in marker.value:
            inner.wrong(marker.line, "done_marker is the path of one file, without *")
    return Watch(path, stable_for, marker.value if marker else None, every)


def read_table_arrival(
    section: Section, scheme: PartitionScheme | None, options: Mapping[str, Any]
) -> TableWatch | None:
    """`arrival: {watch: table, column: NAME, changed: NAME, stable_for: 30s, every: 10s}`; the column is the option
    `partition_column` where it is left out. None: nobody looks.
    """
    inner = section.section(KEY, ARRIVAL_KEYS)
    if inner is None:
        return None
    said, column, changed = inner.text("watch"), inner.text("column"), inner.text("changed")
    if said is None or said.value != TABLE:
        inner.wrong(said.line if said else inner.start, "the dataset is a table", "write watch: table")
    if "done_marker" in inner:
        inner.wrong(inner.line("done_marker"), "done_marker is a file, and the dataset is a table", "write stable_for")
    if any(key in str(options.get("table", "")) for key in KEYS):
        inner.wrong(inner.start, "one table is watched, and each partition has its own", "leave arrival out")
    by = column.value if column else options.get("partition_column")
    line = column.line if column else inner.start
    if scheme is not None and scheme.every is None and column:
        inner.wrong(line, "column tells partitions apart, but the dataset has none", "add partition: {every: day}")
    if scheme is not None and scheme.every is not None and not by:
        inner.wrong(line, "does not say which partition a row is", "write column: NAME of a column")
    stable_for, every = (inner.seconds("stable_for") or STABLE_SECONDS), (inner.seconds("every") or EVERY_SECONDS)
    is_sliced = scheme is None or scheme.every is not None
    return TableWatch(str(by) if by and is_sliced else None, changed.value if changed else None, stable_for, every)


def _check(inner: Section, path: str, line: int, scheme: PartitionScheme | None) -> None:
    for word in _PLACEHOLDER.findall(path):
        if word not in KEYS:
            inner.mistakes.unknown(
                line,
                f"{inner.what}: unknown placeholder {word}",
                word,
                KEYS,
                otherwise="known are {date} and {partition}",
            )
    if scheme is None:
        return
    has_key = any(key in path for key in KEYS)
    if has_key and scheme.every is None:
        inner.wrong(line, f"{path} names a partition, but the dataset has none", "add partition: {every: day}")
    if not has_key and scheme.every is not None:
        inner.wrong(line, f"{path} does not say which partition a file is", "put {date} into it")
