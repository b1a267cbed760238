"""Databases through SQLAlchemy: engines, transactions, tables, and what their errors mean."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    NoSuchModuleError,
    NoSuchTableError,
    OperationalError,
    SAWarning,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from connectors.storage.duckdb_columns import typed_by_duckdb
from connectors.storage.duckdb_database import duckdb_engine, tells_of_the_content
from connectors.storage.files import regular_file
from connectors.storage.locations import DATABASE_FILES, address_of, split_table, to_read
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.versions.entities import Content

LOCK_WAIT_SECONDS = 30
CONNECT_SECONDS = 10


@contextmanager
def database(content: Content, *, existing: bool = True, writes: bool = False) -> Iterator[tuple[sa.Engine, str]]:
    """The engine of a content's database, and the name of its table; everything is closed at the end.

    `existing`: a file that is not there is refused; connecting to it would create it. `writes`: something is to be
    changed, which DuckDB must know when it opens a file.
    """
    address, table = split_table(content.location)
    url = address_of(address)
    if url.get_backend_name() in DATABASE_FILES and url.database not in (None, "", ":memory:"):
        path = to_read(replace(content, location=url.database))
        if existing:
            regular_file(path)
    with _our_errors(url, table):
        engine = engine_of(url, writes=writes)
        try:
            yield engine, table
        finally:
            engine.dispose()


def engine_of(url: URL, *, writes: bool) -> sa.Engine:
    """An engine that waits for others, sees values alike whatever a server's settings, and keeps no connection."""
    if url.get_backend_name() == "duckdb":
        return duckdb_engine(url, writes=writes)
    if url.get_backend_name() == "postgresql":
        return _postgresql(url)
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, poolclass=NullPool)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"timeout": LOCK_WAIT_SECONDS})
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin)
    return engine


def _postgresql(url: URL) -> sa.Engine:
    """What a value is written as must depend neither on the server's settings nor on ours."""
    patience = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
    engine = sa.create_engine(url, poolclass=NullPool, connect_args=patience)
    event.listen(engine, "connect", _write_alike)
    return engine


def _write_alike(connection: Any, _: Any) -> None:
    with connection.cursor() as cursor:
        for name, value in _ALIKE.items():
            cursor.execute(f"SET SESSION {name} = '{value}'")
    connection.commit()


_ALIKE = {"TimeZone": "UTC", "DateStyle": "ISO, YMD", "IntervalStyle": "iso_8601", "bytea_output": "hex"}


def _leave_transactions_to_us(connection: Any, _: Any) -> None:
    """Python's sqlite3 begins transactions late and not before DDL; with None it keeps its hands off."""
    connection.isolation_level = None


def _begin(connection: sa.Connection) -> None:
    """Writers take their place at once: two that both begin as readers would run into each other."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that writes."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def _our_errors(url: URL, table: str) -> Iterator[None]:
    """Trouble with the database itself says nothing about the content; the rest does. No password leaves here."""
    where = url.render_as_string(hide_password=True)
    try:
        yield
    except NoSuchTableError:
        raise ContentError(f"there is no table {table} in {where}") from None
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StorageUnavailable(f"no driver for {url.drivername} is installed here ({error})") from error
    except DBAPIError as error:
        said = first_line(error)
        if is_about_the_content(error):
            raise ContentError(f"{table} in {where} cannot be read: {said}") from error
        raise StorageUnavailable(f"the database {where} does not answer: {said}") from error
    except SQLAlchemyError as error:
        raise ContentError(f"{table} in {where} cannot be read: {first_line(error)}") from error


def first_line(error: SQLAlchemyError) -> str:
    """What the driver said, without the statement and the advice that SQLAlchemy adds to it."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def is_of_the_system(schema: str) -> bool:
    """Whether a database keeps a schema for itself."""
    return schema in _OF_THE_SYSTEM or schema.startswith("pg_")


_OF_THE_SYSTEM = ("information_schema", "performance_schema", "mysql", "sys")


def is_about_the_content(error: DBAPIError) -> bool:
    """A file that is no database, a damaged one, a value or a name that does not fit."""
    if isinstance(error.orig, duckdb.Error):
        return tells_of_the_content(error.orig)
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF not in _SQLITE_TROUBLE
    return not isinstance(error, (OperationalError, InterfaceError, InternalError))


_SQLITE_TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
}


def named(table: str) -> tuple[str | None, str]:
    """Schema and name of `table` or `schema.table`."""
    schema, _, name = table.rpartition(".")
    return schema or None, name


def reflected(connection: sa.Connection, table: str) -> sa.Table:
    """The table or view as the database knows it. Raises NoSuchTableError."""
    schema, name = named(table)
    if connection.dialect.name == "duckdb":
        return _reflected_by_duckdb(connection, name, schema)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # a type that SQLAlchemy does not know is one that we read as text
        return sa.Table(name, sa.MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)


def _reflected_by_duckdb(connection: sa.Connection, name: str, schema: str | None) -> sa.Table:
    found = sa.inspect(connection).get_columns(name, schema=schema)
    columns = typed_by_duckdb(connection, sa.table(name, schema=schema), found)
    made = (sa.Column(column["name"], column["type"], nullable=column["nullable"]) for column in columns)
    return sa.Table(name, sa.MetaData(), *made, schema=schema)


def make_alike(connection: sa.Connection, source: sa.Table, table: str, more: Sequence[sa.Column[Any]]) -> None:
    """An empty table with the columns of `source` and `more` after them. PostgreSQL makes it itself, in types that only
    it knows."""
    schema, name = named(table)
    if connection.dialect.name != "postgresql":
        columns = [sa.Column(column.name, column.type, nullable=column.nullable) for column in source.columns]
        sa.Table(name, sa.MetaData(), *columns, *more, schema=schema).create(connection)
        return
    quoted = connection.dialect.identifier_preparer.format_table
    place = sa.table(name, schema=schema)
    connection.exec_driver_sql(f"CREATE TABLE {quoted(place)} (LIKE {quoted(source)})")
    for column in more:
        spelled = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {quoted(place)} ADD COLUMN {spelled}")


def exists(connection: sa.Connection, table: str) -> bool:
    schema, name = named(table)
    return sa.inspect(connection).has_table(name, schema=schema)
