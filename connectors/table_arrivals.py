"""Looks at the rows of a table that is watched: one query, which only reads, and takes no longer than it may."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from connectors.databases.cancel import cancel_statement
from connectors.storage.database import database, reflected
from connectors.storage.locations import located
from connectors.storage.table_types import fitted, selected
from graph_model.arrivals.entities import RowsMark
from graph_model.arrivals.watch import TableWatch
from graph_model.errors import ContentError, StorageUnavailable, nearest
from graph_model.partitions.rules import WHOLE, PartitionScheme
from graph_model.partitions.units import Unit
from graph_model.partitions.zones import local_time, zone
from graph_model.versions.entities import Content
from graph_model.versions.roots import Roots

LOOK_SECONDS = 20.0
"""A look that takes longer is broken off: other datasets wait for it."""
MOST_VALUES = 20_000
_CANCEL_SECONDS = 0.2
NULL = "(null)"
_Group = tuple[Any, int, Any]


def rows_of(
    watch: TableWatch, content: Content, *, partitions: PartitionScheme, roots: Roots, seconds: float = LOOK_SECONDS
) -> dict[str, RowsMark]:
    """The marks of the rows of each partition, by its key; a value that is no key stands there as it is written.

    Rows before the first partition are nobody's. Raises ContentError, LocationRefused or StorageUnavailable where that
    cannot be found out, or where the column has more than MOST_VALUES values.
    """
    found: dict[str, list[tuple[int, Any]]] = {}
    for value, count, high in _groups(watch, located(content, roots), seconds):
        key = _key(value, partitions) if watch.column else WHOLE
        if count and _has_begun(key, partitions):
            found.setdefault(key, []).append((count, high))
    return {key: _together(marks) for key, marks in found.items()}


def _together(marks: list[tuple[int, Any]]) -> RowsMark:
    """Of all values that are one partition, as the days of a month are."""
    high = max((high for _, high in marks if high is not None), default="")
    return RowsMark(sum(count for count, _ in marks), str(high))


def _groups(watch: TableWatch, content: Content, seconds: float) -> list[_Group]:
    with database(content) as (engine, table), engine.connect() as connection, _no_longer_than(connection, seconds):
        _only_read(connection)
        source = reflected(connection, table)
        value, high = _column(source, watch.column), _column(source, watch.changed)
        if value is None:
            return [
                (WHOLE, row[0], row[1]) for row in connection.execute(sa.select(*_counted(high)).select_from(source))
            ]
        raw = selected(value, connection.dialect.name)
        asked = sa.select(*_counted(high), raw).select_from(source).group_by(value).limit(MOST_VALUES + 1)
        rows = connection.execute(asked).all()
        if len(rows) > MOST_VALUES:
            problem = f"{value.name} of {table} has more than {MOST_VALUES} values"
            raise ContentError(f"{problem}: watch a column that has one for each partition")
        return [(_fitted(value, row[2]), row[0], row[1]) for row in rows]


def _counted(high: sa.Column[Any] | None) -> list[Any]:
    """Values as the driver gives them: SQLAlchemy's own conversions stop at SQLite's freer ones."""
    highest = sa.null() if high is None else sa.type_coerce(sa.func.max(high), sa.types.NullType())
    return [sa.func.count(), highest]


def _column(source: sa.Table, name: str | None) -> sa.Column[Any] | None:
    if name is None:
        return None
    if name not in source.columns:
        close = nearest(name, list(source.columns.keys()))
        raise ContentError(f"{source.name} has no column {name}" + (f"; did you mean {close}?" if close else ""))
    return source.columns[name]


def _fitted(column: sa.Column[Any], value: Any) -> Any:
    """A date as a date, whatever the driver makes of it; what does not fit is told as it is."""
    if value is None:
        return None
    with suppress(ValueError, TypeError, ArithmeticError):
        return fitted(column.type)(value)
    return str(value)


def _key(value: Any, partitions: PartitionScheme) -> str:
    if value is None:
        return NULL
    if partitions.unit and isinstance(value, date):
        return _slice(partitions.unit, value, partitions.timezone)
    return str(value)


def _slice(unit: Unit, value: date, timezone: str) -> str:
    """The slice that a day, or a moment by the clocks of the partitions, lies in."""
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001  local
    index = unit.at(local_time(moment, zone(timezone)) if moment.tzinfo else moment)
    return unit.key(index) if unit.reaches(index) else str(value)


def _has_begun(key: str, partitions: PartitionScheme) -> bool:
    return partitions.unit is None or not partitions.unit.spells(key) or partitions.has_begun(key)


def _only_read(connection: sa.Connection) -> None:
    """A view may call functions that write; where the database can be told, they may not."""
    said = _ONLY_READ.get(connection.dialect.name)
    if said:
        connection.exec_driver_sql(said)


_ONLY_READ: Mapping[str, str] = {"postgresql": "SET TRANSACTION READ ONLY", "sqlite": "PRAGMA query_only = ON"}


@contextmanager
def _no_longer_than(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """Raises StorageUnavailable when the time is over first; whatever statement is under way is cancelled then."""
    is_done, is_over = threading.Event(), threading.Event()
    driver = connection.connection.dbapi_connection

    def watch() -> None:
        left = seconds
        while not is_done.wait(left):  # again and again: a cancel that comes between two statements ends neither
            is_over.set()
            with suppress(Exception):
                cancel_statement(driver)
            left = _CANCEL_SECONDS

    watcher = threading.Thread(target=watch, name="look", daemon=True)
    watcher.start()
    try:
        yield
    except SQLAlchemyError:
        if not is_over.is_set():
            raise
        told = f"a look at the table took longer than {seconds:g} s: an index on the watched columns helps"
        raise StorageUnavailable(told) from None
    finally:
        is_done.set()
        watcher.join()
