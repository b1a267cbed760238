"""Databases through SQLAlchemy: engines, transactions, tables, and what their errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

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
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from connectors.storage.files import regular_file
from connectors.storage.locations import address_of, split_table, to_read
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.versions.entities import Content

LOCK_WAIT_SECONDS = 30


@contextmanager
def database(content: Content, *, existing: bool = True) -> Iterator[tuple[sa.Engine, str]]:
    """The engine of a content's database, and the name of its table; everything is closed at the end.

    `existing`: an SQLite file that is not there is refused; connecting to it would create it.
    """
    address, table = split_table(content.location)
    url = address_of(address)
    if url.get_backend_name() == "sqlite" and url.database:
        path = to_read(replace(content, location=url.database))
        if existing:
            regular_file(path)
    with _our_errors(url, table):
        engine = _engine(url)
        try:
            yield engine, table
        finally:
            engine.dispose()


def _engine(url: URL) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, poolclass=NullPool)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"timeout": LOCK_WAIT_SECONDS})
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin)
    return engine


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
        said = str(error.orig).strip().partition("\n")[0]
        if _is_about_the_content(error):
            raise ContentError(f"{table} in {where} cannot be read: {said}") from error
        raise StorageUnavailable(f"the database {where} does not answer: {said}") from error
    except SQLAlchemyError as error:
        raise ContentError(f"{table} in {where} cannot be read: {str(error).partition(chr(10))[0]}") from error


def _is_about_the_content(error: DBAPIError) -> bool:
    """A file that is no database, a damaged one, a value or a name that does not fit."""
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
    return sa.Table(name, sa.MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)


def exists(connection: sa.Connection, table: str) -> bool:
    schema, name = named(table)
    return sa.inspect(connection).has_table(name, schema=schema)
