# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""The rows of a folder of Parquet files: all files as one table, the keys of the folders as columns after their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.storage.file_format import Part, known_columns
from connectors.storage.files import hash_of_files
from connectors.storage.parquet_ends import examine, open_file
from connectors.storage.parquet_folders import Folder, folder_at
from connectors.storage.parquet_statistics import counts
from connectors.storage.parquet_types import exact
from connectors.storage.scan import ROW, Field, Member, Relation, Scan, typed_fields
from connectors.storage.session import Session, identifier, literal, session
from graph_model.errors import ContentError
from graph_model.versions.entities import Inspection

if TYPE_CHECKING:
    import pyarrow as pa

# What a key is called in the type system of schemas, and in DuckDB.
_EXACT = {"integer": "int64", "date": "date", "string": "string"}
_SQL = {"integer": "BIGINT", "date": "DATE", "string": "VARCHAR"}
# Columns that DuckDB has in store for every Parquet file, unless one of the file's own is called so.
_FILE, _NUMBER = "file_index", "file_row_number"


@contextmanager
def scan_folder(path: Path, options: Mapping[str, Any]) -> Iterator[Scan]:
    """All files of a folder, inspected as one content. One that changed meanwhile, or came or went, is refused."""
    folder = folder_at(path, options)
    with session([found.path for found in folder.files]) as opened:
        marks = [(found.name, examine(found.path)) for found in folder.files]
        relation, parts = rows_of_folder(opened, folder)
        seen = counts(opened, relation, [part.path for part in parts], options)
        size, digest = (
            sum(mark.size_bytes for _, mark in marks),
            hash_of_files((name, mark.sha256) for name, mark in marks),
        )
        inspection = Inspection(relation.columns, seen.rows, size, digest, {**seen.metrics, "files": len(parts)})
        members = (Member(found.name, part.rows_before) for found, part in zip(folder.files, parts, strict=True))
        yield Scan(opened.connection, relation, inspection, tuple(members), seen.statistics)
    if folder_at(path, options) != folder:
        raise ContentError(f"the folder {path.name} was changed while it was being read")


def rows_of_folder(opened: Session, folder: Folder) -> tuple[Relation, tuple[Part, ...]]:
    """All rows, with the columns of the files and the keys. Raises ContentError when files disagree."""
    paths = [opened.path(found.path) for found in folder.files]
    fields = exact(opened, typed_fields(opened.connection, _select(paths[:1])), paths[0])
    _check_names(folder, fields)
    _check_columns(opened, folder, paths, fields)
    before = list(accumulate(_row_counts(opened, paths), initial=0))[:-1]
    # All files are one table for DuckDB, which tells where a row is from: a statement for each takes a second for 100.
    position = f"CAST({_FILE} AS BIGINT) + 1"
    number = f"{_NUMBER} + 1 + list_extract(CAST({before} AS BIGINT[]), {position}) AS {ROW}"
    keys = (_key(folder, name, position) for name in folder.keys)
    keyed = {name: Field(type, identifier(name), identifier(name), _EXACT[type]) for name, type in folder.keys.items()}
    parts = (Part(found.path, rows) for found, rows in zip(folder.files, before, strict=True))
    return Relation(_select(paths, *keys, number), {**fields, **keyed}), tuple(parts)


def _select(paths: Sequence[str], *more: str) -> str:
    return f"SELECT {', '.join(('*', *more))} FROM read_parquet([{', '.join(paths)}], hive_partitioning=false)"


def _key(folder: Folder, name: str, position: str) -> str:
    values = ("NULL" if value is None else literal(str(value)) for value in folder.values(name))
    listed = f"CAST([{', '.join(values)}] AS {_SQL[folder.keys[name]]}[])"
    return f"list_extract({listed}, {position}) AS {identifier(name)}"


def _check_names(folder: Folder, fields: Mapping[str, Field]) -> None:
    own = {path.lower() for path in fields}
    twice = sorted(name for name in folder.keys if name.lower() in own)
    if twice:
        raise ContentError(f"the column {twice[0]} is in the files of {folder.path.name}, and a key of its folders")
    taken = (own | {name.lower() for name in folder.keys}) & {_FILE, _NUMBER}
    if taken:
        raise ContentError(f"a column of a folder of Parquet files cannot be called {min(taken)}")


def _row_counts(opened: Session, paths: Sequence[str]) -> list[int]:
    asked = f"SELECT file_name, num_rows FROM parquet_file_metadata([{', '.join(paths)}])"
    counts = {literal(name): rows for name, rows in opened.connection.execute(asked).fetchall()}
    return [int(counts[path]) for path in paths]


def _check_columns(opened: Session, folder: Folder, paths: Sequence[str], fields: Mapping[str, Field]) -> None:
    """Files whose footers say the same have the same columns; of each other kind of footer one file is looked at."""
    node = "name, type, type_length, num_children, converted_type, scale, precision, logical_type"
    footers = (
        f"SELECT file_name, hash(list(({node}) ORDER BY column_id)) AS said"
        f" FROM parquet_schema([{', '.join(paths)}]) GROUP BY file_name"
    )
    kinds = opened.connection.execute(f"SELECT min(file_name) FROM ({footers}) GROUP BY said").fetchall()
    for path in sorted(literal(name) for (name,) in kinds):
        if exact(opened, typed_fields(opened.connection, _select([path])), path) != fields:
            odd = folder.files[paths.index(path)]
            raise ContentError(f"{odd.name} has other columns than {folder.files[0].name}")


def read_folder(path: Path, options: Mapping[str, Any], columns: Sequence[str] | None) -> pa.RecordBatchReader:
    """File after file, in the exact types that the first one was written with, the keys after its own columns."""
    import pyarrow as pa

    folder = folder_at(path, options)
    first = open_file(folder.files[0].path).schema_arrow
    with session([found.path for found in folder.files]) as opened:
        relation, _ = rows_of_folder(opened, folder)
    known_columns(relation.columns, columns)
    types = {"integer": pa.int64(), "date": pa.date32(), "string": pa.string()}
    keys = [pa.field(name, types[type]) for name, type in folder.keys.items()]
    # Another file may leave out what the first one never does.
    whole = pa.schema([*(field.with_nullable(True) for field in first), *keys])
    schema = whole if columns is None else pa.schema([whole.field(name) for name in columns])
    return pa.RecordBatchReader.from_batches(schema, _batches(folder, schema))


def _batches(folder: Folder, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    own = [name for name in schema.names if name not in folder.keys]
    values = {name: folder.values(name) for name in schema.names if name in folder.keys}
    for number, found in enumerate(folder.files):
        keys = {name: pa.scalar(listed[number], schema.field(name).type) for name, listed in values.items()}
        for batch in open_file(found.path).iter_batches(columns=own):
            arrays = [
                pa.repeat(keys[field.name], batch.num_rows)
                if field.name in keys
                else batch[field.name].cast(field.type)
                for field in schema
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
