"""Canonical types as DuckDB calls them: what a column of an input is, once the executor has made a view of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph_model.contracts.entities import Column, lies_in
from graph_model.schemas.types import (
    DataType,
    Decimal,
    Float,
    Integer,
    ListOf,
    MapOf,
    Plain,
    StructOf,
    Timestamp,
    kind,
    read,
)

_PLAIN = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "decimal": "DECIMAL(38,10)",
    "string": "VARCHAR",
    "binary": "BLOB",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
}
_INTEGERS = {8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT"}
_MOST_DIGITS = 38


def duckdb_type(type: DataType) -> str | None:
    """None: nobody can say what DuckDB makes of it."""
    if isinstance(type, Integer):
        return ("" if type.signed else "U") + _INTEGERS[type.bits]
    if isinstance(type, Float):
        return "DOUBLE" if type.bits > 32 else "FLOAT"
    if isinstance(type, Decimal):
        fits = type.precision <= _MOST_DIGITS and 0 <= type.scale <= type.precision
        return f"DECIMAL({type.precision},{type.scale})" if fits else "DOUBLE"
    if isinstance(type, Timestamp):
        return _timestamp(type)
    if isinstance(type, ListOf | MapOf | StructOf):
        return _nested(type)
    return _PLAIN.get(kind(type))


def top_level(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns as a table has them: what is nested lies in the type of its outermost column."""
    paths = [column.path for column in columns]
    return tuple(_whole(column, columns) for column in columns if not _lies_in_another(column.path, paths))


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _timestamp(type: Timestamp) -> str:
    if type.unit == "ns":
        return "TIMESTAMPTZ_NS" if type.zone else "TIMESTAMP_NS"
    return "TIMESTAMP WITH TIME ZONE" if type.zone else "TIMESTAMP"


def _nested(type: ListOf | MapOf | StructOf) -> str | None:
    if isinstance(type, ListOf):
        item = duckdb_type(type.item)
        return item and f"{item}[]"
    if isinstance(type, MapOf):
        key, value = duckdb_type(type.key), duckdb_type(type.value)
        return f"MAP({key}, {value})" if key and value else None
    members = [(member.name, duckdb_type(member.type)) for member in type.members]
    if not members or not all(inner for _, inner in members):
        return None
    return f"STRUCT({', '.join(f'{identifier(name)} {inner}' for name, inner in members)})"


def _lies_in_another(path: str, paths: Iterable[str]) -> bool:
    return any(path != outer and lies_in(path, outer) for outer in paths)


def _whole(column: Column, columns: Sequence[Column]) -> Column:
    """The column with what its contract says of its fields in its type, where that only says `object`."""
    if read(column.type) != Plain("object"):
        return column
    prefix = f"{column.path}."
    inner = [one for one in columns if one.path.startswith(prefix) and "." not in one.path.removeprefix(prefix)]
    members = ",".join(
        f"{_quoted(one.path.removeprefix(prefix))}:{_whole(one, columns).type}" for one in inner if one.type
    )
    return Column(column.path, f"struct<{members}>", column.nullable) if members else column


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
