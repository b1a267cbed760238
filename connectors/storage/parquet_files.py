# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""Parquet. No options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.storage.file_format import FileFormat, Part, known_columns, numbered
from connectors.storage.files import Fingerprint, fingerprint, reading, regular_file, replacing
from connectors.storage.scan import ROW, Field, Relation, typed_fields
from connectors.storage.session import Session
from graph_model.contracts.entities import Column
from graph_model.errors import ContentError
from graph_model.versions.entities import Content

if TYPE_CHECKING:
    import pyarrow as pa

_MAGIC = b"PAR1"
_TAIL = 8
# A column that DuckDB has in store for every Parquet file, unless one of the file's own is called so.
_OWN_NUMBER = "file_row_number"


class ParquetFiles(FileFormat):
    suffix = ".parquet"

    def examine(self, path: Path, options: Mapping[str, Any]) -> Fingerprint:
        _check_ends(path)
        return fingerprint(path)

    def relation(self, opened: Session, parts: Sequence[Part], options: Mapping[str, Any]) -> Relation:
        for part in parts:
            _check_ends(part.path)
        found = rows_of(opened, parts, [part.path for part in parts])
        return replace(found, fields=_exact(opened, found.fields, parts[0].path))

    def read(self, content: Content, columns: Sequence[str] | None) -> pa.RecordBatchReader:
        """Straight from pyarrow, which keeps the exact types that the file was written with."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = regular_file(Path(content.location))
        _check_ends(path)
        try:
            file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise ContentError(f"{path.name} is damaged: {error}") from error
        known_columns([Column(name) for name in file.schema_arrow.names], columns)
        schema = (
            pa.schema([file.schema_arrow.field(name) for name in columns]) if columns is not None else file.schema_arrow
        )
        batches = (batch.select(schema.names) for batch in file.iter_batches(columns=schema.names))
        return pa.RecordBatchReader.from_batches(schema, batches)

    def write_file(self, path: Path, reader: pa.RecordBatchReader, options: Mapping[str, Any]) -> None:
        import pyarrow.parquet as pq

        with replacing(path) as temporary, pq.ParquetWriter(temporary, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)


def rows_of(opened: Session, parts: Sequence[Part], files: Sequence[Path]) -> Relation:
    """All rows of all parts, each read from the Parquet file at its place in `files`. Raises ContentError when the
    parts do not have the same columns.
    """
    readers = [f"read_parquet({opened.path(file)}, hive_partitioning=false)" for file in files]
    fields = typed_fields(opened.connection, f"SELECT * FROM {readers[0]}")
    for part, reader in zip(parts[1:], readers[1:], strict=True):
        if typed_fields(opened.connection, f"SELECT * FROM {reader}") != fields:
            raise ContentError(f"{part.path.name} has other columns than {parts[0].path.name}")
    knows_rows = _OWN_NUMBER not in {path.lower() for path in fields}
    number = _numbered if knows_rows else _counted_through
    sql = " UNION ALL ".join(number(reader, part) for part, reader in zip(parts, readers, strict=True))
    return Relation(sql, fields, knows_rows=knows_rows)


def _numbered(reader: str, part: Part) -> str:
    """By the reader, which knows the number of each row: several threads may read then, where counting takes one."""
    return f"SELECT *, {_OWN_NUMBER} + {part.rows_before + 1} AS {ROW} FROM {reader}"


def _counted_through(reader: str, part: Part) -> str:
    return numbered(f"SELECT * FROM {reader}", part)


def _exact(opened: Session, fields: Mapping[str, Field], path: Path) -> dict[str, Field]:
    """With the units and widths that DuckDB does not tell of: it reads milliseconds as microseconds, and 16 bits as 32.

    Its own view of the footer says them. Importing pyarrow for it would give a template that is copied a second thread.
    """
    asked = f"SELECT name, coalesce(num_children, 0), logical_type FROM parquet_schema({opened.path(path)})"
    nodes = iter(opened.connection.execute(asked).fetchall()[1:])  # the first one is the root
    finer = {name: _finer(fields[name], logical) for name, logical in _top_level(nodes) if name in fields}
    return {**fields, **finer}


def _top_level(nodes: Iterator[tuple[str, int, str | None]]) -> Iterator[tuple[str, str]]:
    """Name and logical type of the columns that hold no others."""
    for name, children, logical in nodes:
        inside = children
        while inside:
            inside += next(nodes)[1] - 1
        if not children and logical:
            yield name, logical


def _finer(field: Field, logical: str) -> Field:
    if logical.startswith("Float16Type"):
        return replace(field, exact="float16")
    millis = "MILLIS=MilliSeconds" in logical and field.exact.startswith(("time(us", "timestamp(us"))
    return replace(field, exact=field.exact.replace("(us", "(ms", 1)) if millis else field


def _check_ends(path: Path) -> None:
    """Both ends of a Parquet file carry a mark, and the last one is written when everything else is."""
    with reading(path), path.open("rb") as file:
        head = file.read(len(_MAGIC))
        size = file.seek(0, 2)
        file.seek(max(size - _TAIL, 0))
        tail = file.read(_TAIL)
    if head == b"PARE" or tail.endswith(b"PARE"):
        raise ContentError(f"{path.name} is an encrypted Parquet file")
    if head != _MAGIC:
        raise ContentError(f"{path.name} is not a Parquet file: it does not begin with {_MAGIC.decode()}")
    if size < len(_MAGIC) + _TAIL or not tail.endswith(_MAGIC):
        raise ContentError(f"{path.name} is cut short: the footer of a Parquet file is missing")
    if int.from_bytes(tail[:4], "little") + len(_MAGIC) + _TAIL > size:
        raise ContentError(f"{path.name} is cut short: its footer is longer than the file")
