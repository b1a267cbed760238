# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""Parquet: a file, or a folder of files. Options: `keys`, the keys of a folder, with or without their types
(integer, date, string) · `statistics: trusted`, to believe the footers instead of reading all values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.storage.at_hand import at_hand, remove, remove_all_below, to_be_written
from connectors.storage.file_format import FileFormat, Part, known_columns, numbered
from connectors.storage.files import Fingerprint, is_folder, regular_file, replacing
from connectors.storage.locations import to_write
from connectors.storage.parquet_ends import check_ends, examine, open_file
from connectors.storage.parquet_folder_rows import read_folder, scan_folder
from connectors.storage.parquet_folders import declared_keys, folder_at
from connectors.storage.parquet_placing import copy_folder, discard_folder, write_folder
from connectors.storage.parquet_statistics import counts
from connectors.storage.parquet_types import exact
from connectors.storage.scan import ROW, Counts, Relation, Scan, typed_fields
from connectors.storage.session import Session
from graph_model.contracts.entities import Column
from graph_model.errors import ContentError
from graph_model.versions.entities import Content
from graph_model.versions.roots import is_in_store

if TYPE_CHECKING:
    import pyarrow as pa

# A column that DuckDB has in store for every Parquet file, unless one of the file's own is called so.
_OWN_NUMBER = "file_row_number"


class ParquetFiles(FileFormat):
    suffix = ".parquet"
    takes_folders = True

    def examine(self, path: Path, options: Mapping[str, Any]) -> Fingerprint:
        return examine(path)

    def relation(self, opened: Session, parts: Sequence[Part], options: Mapping[str, Any]) -> Relation:
        for part in parts:
            check_ends(part.path)
        found = rows_of(opened, parts, [part.path for part in parts])
        return replace(found, fields=exact(opened, found.fields, opened.path(parts[0].path)))

    def count(self, opened: Session, relation: Relation, parts: Sequence[Part], options: Mapping[str, Any]) -> Counts:
        return counts(opened, relation, [part.path for part in parts], options)

    @contextmanager
    def scan(self, content: Content) -> Iterator[Scan]:
        with at_hand(content, folders=True) as path:
            here = replace(content, location=str(path), within=())  # looked at already, and it may be a copy
            with scan_folder(path, content.options) if is_folder(path) else super().scan(here) as found:
                yield found

    def read_file(self, path: Path, options: Mapping[str, Any], columns: Sequence[str] | None) -> pa.RecordBatchReader:
        """Straight from pyarrow, which keeps the exact types that the file was written with."""
        import pyarrow as pa

        if is_folder(path):
            return read_folder(path, options, columns)
        file = open_file(regular_file(path))
        known_columns([Column(name) for name in file.schema_arrow.names], columns)
        schema = (
            pa.schema([file.schema_arrow.field(name) for name in columns]) if columns is not None else file.schema_arrow
        )
        batches = (batch.select(schema.names) for batch in file.iter_batches(columns=schema.names))
        return pa.RecordBatchReader.from_batches(schema, batches)

    def write_file(self, path: Path, reader: pa.RecordBatchReader, options: Mapping[str, Any]) -> None:
        """With the option `keys` a folder of files, else one file."""
        import pyarrow.parquet as pq

        if declared_keys(options):
            write_folder(path, reader, options)
            return
        with replacing(path) as temporary, pq.ParquetWriter(temporary, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)

    def expose(self, content: Content, target: Content, partition: str) -> None:
        with at_hand(content, folders=True) as path:
            if not is_folder(path):
                super().expose(content, target, partition)
                return
            with to_be_written(target) as place:
                copy_folder(folder_at(path, content.options), place)

    def discard(self, content: Content) -> None:
        if is_in_store(content.location):
            remove_all_below(content)
            remove(content)
        elif is_folder(to_write(content)):
            discard_folder(to_write(content))
        else:
            super().discard(content)


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
