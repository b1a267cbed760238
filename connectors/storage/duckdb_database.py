"""Databases of DuckDB as places of tables: bounded, and shut to all files but their own.

A file is read by many processes, or written by one. So whoever only reads opens it for reading alone, and whoever finds
it taken waits.
"""

from __future__ import annotations

import os
import time
from itertools import chain
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from connectors.storage.limits import memory_mb

LOCK_WAIT_SECONDS = 30.0
_PAUSE_SECONDS = 0.1
_LEAST_MEMORY_MB = 64
_NAME = uuid4().hex
_ROWS = "headwater_rows"
_TAKEN = "Could not set lock"
_OPEN_OTHERWISE = "different configuration"


def duckdb_engine(url: URL, *, writes: bool = False) -> sa.Engine:
    """`writes`: for whoever changes something; the file is made where it is missing."""
    in_memory = url.database in (None, "", ":memory:")
    if writes and not in_memory:
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    given = {"read_only": not writes and not in_memory, "config": _config()}
    engine = sa.create_engine(url, poolclass=NullPool, connect_args=given)
    event.listen(engine, "do_connect", _patiently)
    event.listen(engine, "connect", _in_utc)
    return engine


def _config() -> dict[str, Any]:
    """A view, or the SQL of a check, could name any file or address. Rows only pass through, so a part of the memory
    will do; the rest is for the questions that are asked of them."""
    return {
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": f"{max(memory_mb() // 4, _LEAST_MEMORY_MB)}MB",
        "temp_directory": _spill_folder(),
        "threads": 2,
    }


def _spill_folder() -> str:
    """The same for all that a process opens, as all connections to one file must be; DuckDB makes and removes it."""
    return f"{gettempdir()}/headwater-{_NAME}-{os.getpid()}"


def _patiently(dialect: Any, _: Any, arguments: Any, options: dict[str, Any]) -> Any:
    """Waits for a file that another process has taken. One that this process writes is read as the writer opened it."""
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    read_only = options["read_only"]
    while True:
        # The driver adds to what it is given.
        given = options | {"read_only": read_only, "config": dict(options["config"])}
        try:
            return dialect.connect(*arguments, **given)
        except duckdb.Error as error:
            if not _is_taken(error) or time.monotonic() > deadline:
                raise
            if _OPEN_OTHERWISE in str(error) and options["read_only"]:
                read_only = not read_only
        time.sleep(_PAUSE_SECONDS)


def _is_taken(error: duckdb.Error) -> bool:
    return any(words in str(error) for words in (_TAKEN, _OPEN_OTHERWISE))


def _in_utc(connection: Any, _: Any) -> None:
    """What a moment is written as must not depend on the zone of this machine."""
    connection.execute("SET TimeZone = 'UTC'")


def write_to_duckdb(connection: sa.Connection, table: sa.TableClause, reader: pa.RecordBatchReader) -> None:
    """Makes a table anew, from batches as they come: DuckDB takes Arrow's rows and types as they are."""
    quoted = connection.dialect.identifier_preparer.format_table(table)
    own: Any = connection.connection.dbapi_connection
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {quoted}")
    rows = (pa.Table.from_batches([batch]) for batch in reader)
    for position, batch in enumerate(chain([reader.schema.empty_table()], rows)):
        own.register(_ROWS, batch)
        own.execute(f"INSERT INTO {quoted} FROM {_ROWS}" if position else f"CREATE TABLE {quoted} AS FROM {_ROWS}")
        own.unregister(_ROWS)


def tells_of_the_content(error: duckdb.Error) -> bool:
    """A file that is no database, or a damaged one, says something of the content; one that is taken does not."""
    if isinstance(error, duckdb.IOException):
        return any(words in str(error) for words in _DAMAGED)
    if isinstance(error, duckdb.OutOfMemoryException):
        return not any(words in str(error) for words in _DISK_IS_FULL)
    return not isinstance(error, _TROUBLE)


_DAMAGED = ("not a valid DuckDB database", "Could not read enough bytes")
_DISK_IS_FULL = ("offload", "No space")
_TROUBLE = (
    duckdb.ConnectionException,
    duckdb.TransactionException,
    duckdb.InterruptException,
)
