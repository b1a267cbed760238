"""Contents as pyarrow datasets. Importing this needs pyarrow."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import csv

from headwater.errors import Missing, Unreadable

if TYPE_CHECKING:
    from headwater.resolved import Resolved

_PLAIN = {"parquet": "parquet", "arrow": "ipc", "jsonl": "json"}
# A text shows a kind of value and no width. The others are found out by looking.
_TYPES = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
_TYPES |= {"date": pa.date32()}
_ENVIRONMENT = "env:"


def dataset_of(version: Resolved) -> ds.Dataset:
    """Raises Unreadable, Missing."""
    if version.format == "table":
        return ds.dataset(_table(version))
    location = Path(version.location.removeprefix("file://"))
    try:
        if version.format == "manifest":
            paths, format = _listed(location)
            return _files([str(path) for path in paths], format, version)
        return _files(str(location), version.format, version)
    except FileNotFoundError as error:
        raise Unreadable(f"there is no file {error.filename or location}: is the storage root mounted here?") from error
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"{location} cannot be read as {version.format}: {error}") from error


def _files(paths: str | list[str], format: str, version: Resolved) -> ds.Dataset:
    if format == "csv":
        return ds.dataset(paths, format=_csv(version))
    if format not in _PLAIN:
        raise Unreadable(f"{version.location} is of format {format}, which this package cannot read")
    return ds.dataset(paths, format=_PLAIN[format])


def _csv(version: Resolved) -> ds.CsvFileFormat:
    """The dialect that the estate declares, and the types that validation found."""
    options = version.options
    nulls = options.get("nulls", ["", "NA"])
    names = [column.path for column in version.columns]
    known = {column.path: _TYPES[column.type] for column in version.columns if column.type in _TYPES}
    return ds.CsvFileFormat(
        parse_options=csv.ParseOptions(
            delimiter=options.get("delimiter", ","), quote_char=options.get("quote", '"'), newlines_in_values=True
        ),
        read_options=csv.ReadOptions(
            encoding=options.get("encoding", "utf8"),
            column_names=None if options.get("header", True) else names,
        ),
        convert_options=csv.ConvertOptions(
            null_values=[nulls] if isinstance(nulls, str) else list(nulls), strings_can_be_null=True, column_types=known
        ),
    )


def _listed(manifest: Path) -> tuple[list[Path], str]:
    try:
        files: list[dict[str, Any]] = json.loads(manifest.read_text())["files"]
        return [manifest.parent / listed["path"] for listed in files], str(files[0]["format"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Unreadable(f"{manifest} is no manifest: {error}") from error


def _table(version: Resolved) -> pa.Table:
    """The rows of a table, read whole through SQLAlchemy."""
    try:
        import sqlalchemy as sa
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError:
        raise Missing("sqlalchemy") from None
    address, _, table = version.location.rpartition("#")
    schema, _, name = table.rpartition(".")
    try:
        engine = sa.create_engine(_address(address), poolclass=sa.NullPool)
        with engine.connect() as connection:
            source = sa.Table(name, sa.MetaData(), schema=schema or None, autoload_with=connection, resolve_fks=False)
            rows = connection.execute(sa.select(source)).all()
    except (SQLAlchemyError, ImportError) as error:
        raise Unreadable(f"the table {table} cannot be read: {str(error).partition(chr(10))[0]}") from error
    names = [column.name for column in source.columns]
    columns = list(zip(*rows, strict=True)) or [() for _ in names]
    return pa.table(dict(zip(names, map(list, columns), strict=True)))


def _address(address: str) -> str:
    """An address that stands in the environment is looked up here, where the reader has it."""
    if not address.startswith(_ENVIRONMENT):
        return address
    variable = address.removeprefix(_ENVIRONMENT)
    if not os.environ.get(variable):
        raise Unreadable(f"the address of the database is expected in the environment variable {variable}")
    return os.environ[variable]
