"""Looks into a few files of a dataset: its columns, what could be its key, and whether the others agree."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TextIO

from connectors import storage
from connectors.crawl.entities import Guess
from graph_model.contracts.entities import Column, lies_in
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.versions.entities import Content

if TYPE_CHECKING:
    import pyarrow as pa

# So much of a file of texts is looked at; a whole one could be anything long.
HEAD = 4 * 1024 * 1024
SAMPLED_ROWS = 50_000
FEWEST_ROWS = 10
COMPARED = 3
_WIDEST = 8
_LINES = 100
TEXTS = ("csv", "jsonl")
_KEY_KINDS = ("integer", "string", "int", "uint", "date", "uuid")


@contextmanager
def head(path: Path, format: str) -> Iterator[Path]:
    """The file, or its first whole lines where it is a long text."""
    if format not in TEXTS or path.stat().st_size <= HEAD:
        yield path
        return
    with TemporaryDirectory(prefix="headwater-") as folder:
        short = Path(folder) / path.name
        with path.open("rb") as file:
            start = file.read(HEAD)
        short.write_bytes(start[: start.rfind(b"\n") + 1])
        yield short


def look(path: Path, format: str, options: Mapping[str, Any]) -> tuple[tuple[Column, ...], tuple[Guess, ...]]:
    """Columns, and what could be a key. Raises ContentError or StorageUnavailable."""
    if format in _STORED:
        columns = _stored_columns(path, format)
        return columns, _keys(Content(format, str(path), options), columns)
    with head(path, format) as short:
        content = Content(format, str(short), options)
        columns = storage.inspect(content).columns
        return columns, _keys(content, columns)


def disagreements(
    columns: Sequence[Column], others: Sequence[Path], format: str, options: Mapping[str, Any]
) -> tuple[str, ...]:
    """What the first, the middle and the last of the other files have otherwise, in a sentence each."""
    return tuple(told for path in _spread(others) if (told := _disagreement(columns, path, format, options)))


def _spread(files: Sequence[Path]) -> list[Path]:
    if len(files) <= COMPARED:
        return list(files)
    return [files[0], files[len(files) // 2], files[-1]]


def _disagreement(columns: Sequence[Column], path: Path, format: str, options: Mapping[str, Any]) -> str | None:
    """Only names are compared, and only those at the top: reading them costs a line or a footer."""
    try:
        seen = _names_in(path, format, options)
    except (ContentError, StorageUnavailable) as error:
        return f"{path.name} cannot be read: {error}"
    known = {column.path for column in columns if not _lies_inside(column.path, columns)}
    parts = [f"lacks {', '.join(sorted(known - seen))}"] if known - seen and format != "jsonl" else []
    parts += [f"has {', '.join(sorted(seen - known))} besides"] if seen - known else []
    return f"{path.name} {' and '.join(parts)}" if parts else None


def _lies_inside(path: str, columns: Sequence[Column]) -> bool:
    return any(lies_in(path, column.path) for column in columns if column.path != path)


def _names_in(path: Path, format: str, options: Mapping[str, Any]) -> set[str]:
    if format in _STORED:
        return {column.path for column in _stored_columns(path, format, top_only=True)}
    if format not in TEXTS:
        found = storage.inspect(Content(format, str(path), options)).columns
        return {column.path for column in found if not _lies_inside(column.path, found)}
    try:
        with path.open(encoding=str(options.get("encoding", "utf-8-sig")), newline="") as file:
            if format == "csv":
                return set(_csv_names(file, options))
            return {str(key) for line in islice(file, _LINES) if line.strip() for key in json.loads(line)}
    except (UnicodeError, csv.Error, ValueError, TypeError, OSError) as error:
        raise ContentError(f"its first lines are not {format}: {error}") from error


def _csv_names(file: TextIO, options: Mapping[str, Any]) -> list[str]:
    delimiter, quote = str(options.get("delimiter", ",")), str(options.get("quote", '"'))
    first = next(csv.reader(file, delimiter=delimiter, quotechar=quote), [])
    return first if options.get("header", True) else [f"column{position}" for position in range(len(first))]


_STORED = ("parquet", "arrow")


def _stored_columns(path: Path, format: str, *, top_only: bool = False) -> tuple[Column, ...]:
    """From the footer alone; these files say their types themselves."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import ipc

    try:
        if format == "parquet":
            return tuple(_flat(pq.read_schema(path), deep=not top_only))
        with pa.memory_map(str(path)) as source:
            return tuple(_flat(ipc.open_file(source).schema, deep=not top_only))
    except (pa.ArrowException, OSError) as error:
        raise ContentError(f"{path.name} cannot be read as {format}: {str(error).partition(chr(10))[0]}") from error


def _flat(fields: Any, prefix: str = "", *, deep: bool = True) -> Iterator[Column]:
    """Top-level columns first, then what lies inside of objects, by dotted paths."""
    import pyarrow as pa

    from connectors.storage.arrow_types import from_arrow

    own = list(fields)
    for field in own:
        is_object = pa.types.is_struct(field.type)
        yield Column(f"{prefix}{field.name}", "object" if is_object else str(from_arrow(field.type).value))
    for field in own:
        if deep and pa.types.is_struct(field.type):
            yield from _flat([field.type.field(i) for i in range(field.type.num_fields)], f"{prefix}{field.name}.")


def _keys(content: Content, columns: Sequence[Column]) -> tuple[Guess, ...]:
    """The first column, or else the first pair, that tells all rows of a sample apart."""
    names = [column.path for column in columns if "." not in column.path and column.type.startswith(_KEY_KINDS)]
    try:
        table = _first_rows(storage.read(content, names[:_WIDEST])) if names else None
    except (ContentError, StorageUnavailable):
        return ()
    return unique_in(table.to_pydict(), table.num_rows) if table is not None else ()


def _first_rows(reader: pa.RecordBatchReader) -> pa.Table:
    import pyarrow as pa

    batches, count = [], 0
    with reader:
        for batch in reader:
            batches.append(batch.slice(0, SAMPLED_ROWS - count))
            count += batches[-1].num_rows
            if count >= SAMPLED_ROWS:
                break
    return pa.Table.from_batches(batches, reader.schema)


def unique_in(values: Mapping[str, Sequence[Any]], rows: int) -> tuple[Guess, ...]:
    """Columns, or else pairs of them, without nulls whose values differ in every row."""
    if rows < FEWEST_ROWS:
        return ()
    whole = [name for name, column in values.items() if None not in column]
    singles = [name for name in whole if len(set(values[name])) == rows]
    if singles:
        return tuple(Guess(name, f"unique in {rows:,} rows") for name in singles[:2])
    for pair in combinations(whole, 2):
        if len(set(zip(*(values[name] for name in pair), strict=True))) == rows:
            return (Guess(", ".join(pair), f"unique together in {rows:,} rows"),)
    return ()
