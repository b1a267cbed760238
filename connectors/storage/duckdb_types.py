"""Types of DuckDB, in which files are read: to canonical types."""

from __future__ import annotations

from typing import Any

from graph_model.schemas.types import (
    BINARY,
    BOOLEAN,
    DATE,
    INTEGER,
    MOST_NESTED,
    OBJECT,
    STRING,
    UNKNOWN,
    DataType,
    Decimal,
    Float,
    Integer,
    ListOf,
    MapOf,
    Member,
    StructOf,
    Time,
    Timestamp,
)

_LEAVES: dict[str, DataType] = {
    "BOOLEAN": BOOLEAN,
    "TINYINT": Integer(8),
    "SMALLINT": Integer(16),
    "INTEGER": Integer(32),
    "BIGINT": Integer(64),
    "UTINYINT": Integer(8, signed=False),
    "USMALLINT": Integer(16, signed=False),
    "UINTEGER": Integer(32, signed=False),
    "UBIGINT": Integer(64, signed=False),
    **dict.fromkeys(("HUGEINT", "UHUGEINT", "BIGNUM"), INTEGER),
    "FLOAT": Float(32),
    "DOUBLE": Float(64),
    **dict.fromkeys(("VARCHAR", "UUID"), STRING),
    **dict.fromkeys(("BLOB", "BIT"), BINARY),
    "DATE": DATE,
    **dict.fromkeys(("TIME", "TIME WITH TIME ZONE"), Time("us")),
    "TIME_NS": Time("ns"),
    "TIMESTAMP": Timestamp("us"),
    "TIMESTAMP_S": Timestamp("s"),
    "TIMESTAMP_MS": Timestamp("ms"),
    "TIMESTAMP_NS": Timestamp("ns"),
    "TIMESTAMP WITH TIME ZONE": Timestamp("us", "UTC"),
    "TIMESTAMPTZ_NS": Timestamp("ns", "UTC"),
}


def from_duckdb(kind: Any, depth: int = 1) -> DataType:
    """The canonical type of a type of DuckDB. Mixed JSON values and columns of nulls are `unknown`."""
    if depth > MOST_NESTED:
        return UNKNOWN
    if kind.id in ("list", "array"):
        return ListOf(from_duckdb(kind.children[0][1], depth + 1))
    if kind.id == "map":
        key, value = (from_duckdb(inner, depth + 1) for _, inner in kind.children)
        return MapOf(key, value)
    if kind.id == "struct":
        return StructOf(tuple(Member(name, from_duckdb(inner, depth + 1)) for name, inner in kind.children))
    return _leaf(kind)


def _leaf(kind: Any) -> DataType:
    if kind.id == "decimal":
        (_, precision), (_, scale) = kind.children
        return Decimal(precision, scale)
    if kind.id in ("enum", "union"):
        return STRING if kind.id == "enum" else OBJECT
    return _LEAVES.get(str(kind).upper(), UNKNOWN)
