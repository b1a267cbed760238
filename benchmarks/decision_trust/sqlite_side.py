"""Queries on SQLite. It types values: each value is kept with its kind, each column with its declared type."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.storage.session import identifier

DECLARED = {"integer": "INTEGER", "number": "REAL", "string": "TEXT"}
TYPES = {"INTEGER": "integer", "INT": "integer", "REAL": "number", "TEXT": "string"}
_READ: dict[str, Any] = {"i": int, "r": float, "t": str}


def run_sqlite(text: str, tables: Mapping[str, pa.Table | None]) -> pa.Table:
    """What a query comes to. `CREATE TABLE … AS` keeps the affinity that SQLite gives each of its columns."""
    connection = sqlite3.connect(":memory:")
    try:
        for name, table in tables.items():
            assert table is not None
            _fill(connection, name, table)
        connection.execute(f"CREATE TABLE _made AS {text}")
        declared = [(row[1], row[2]) for row in connection.execute("PRAGMA table_info(_made)")]
        return sqlite_table(connection.execute("SELECT * FROM _made").fetchall(), declared)
    finally:
        connection.close()


def sqlite_table(rows: Sequence[Sequence[object]], columns: Sequence[tuple[str, str]]) -> pa.Table:
    """Rows under columns, each with its declared type."""
    fields = [pa.field(name, pa.string(), metadata={"declared": declared}) for name, declared in columns]
    arrays = [pa.array([_written(row[place]) for row in rows], pa.string()) for place in range(len(columns))]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def is_sqlite(table: pa.Table) -> bool:
    return any(b"declared" in (field.metadata or {}) for field in table.schema)


def declared_of(field: pa.Field) -> str:
    return (field.metadata or {}).get(b"declared", b"").decode()


def values_of(table: pa.Table, place: int) -> list[Any]:
    """The values of a column, also of a table of SQLite."""
    values = table.column(place).to_pylist()
    if b"declared" not in (table.schema.field(place).metadata or {}):
        return values
    return [None if value is None else _READ[value[0]](value[1:]) for value in values]


def _written(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool | int):
        return f"i{int(value)}"
    return f"r{value!r}" if isinstance(value, float) else f"t{value}"


def _fill(connection: sqlite3.Connection, name: str, table: pa.Table) -> None:
    declared = ", ".join(f"{identifier(field.name)} {declared_of(field)}" for field in table.schema)
    connection.execute(f"CREATE TABLE {identifier(name)} ({declared})")
    rows = zip(*(values_of(table, place) for place in range(table.num_columns)), strict=True)
    marks = ", ".join("?" * table.num_columns)
    connection.executemany(f"INSERT INTO {identifier(name)} VALUES ({marks})", rows)  # noqa: S608  quoted


def as_sqlite_file(path: Path, name: str, table: pa.Table) -> None:
    """Rows of any types as a table in a file of SQLite."""
    plain = [[_plain(value) for value in column.to_pylist()] for column in table.columns]
    with closing(sqlite3.connect(path)) as connection, connection:
        columns = ", ".join(identifier(one) for one in table.column_names)
        connection.execute(f"CREATE TABLE {identifier(name)} ({columns})")
        marks = ", ".join("?" * table.num_columns)
        connection.executemany(f"INSERT INTO {identifier(name)} VALUES ({marks})", zip(*plain, strict=True))  # noqa: S608


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
