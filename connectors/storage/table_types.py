"""Types of database columns: to canonical ones, to Arrow, and back from Arrow.

Values are taken from the driver as they are and made to fit here: SQLite keeps dates as texts, other drivers hand out
Python values, and both must come out the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DOMAIN

from connectors.storage.duckdb_columns import DuckDBType, read_whole


def canonical(kind: Any) -> str:
    """The canonical type of a reflected column type."""
    kind = without_domain(kind)
    if isinstance(kind, DuckDBType):
        return kind.word
    if isinstance(kind, sa.Time) and kind.timezone:
        return "string"  # Arrow and DuckDB have no times of day with a zone
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return "decimal" if kind.precision else "number"
    return next((name for known, name in _CANONICAL if isinstance(kind, known)), "unknown")


def without_domain(kind: Any) -> Any:
    """What a domain of PostgreSQL holds; any other type as it is."""
    while isinstance(kind, DOMAIN):
        kind = kind.data_type
    return kind


def selected(column: sa.Column[Any], dialect: str) -> sa.Label[Any]:
    """The expression that reads a column: its values as the driver gives them, without SQLAlchemy's own conversions,
    which stop at SQLite's freer values. What Python has no value for that keeps all of it comes as PostgreSQL's own
    text, lists as JSON; so does what only DuckDB knows."""
    kind, raw = without_domain(column.type), sa.type_coerce(column, sa.types.NullType())
    if isinstance(kind, DuckDBType):
        raw = read_whole(column.name, kind, raw)
    elif dialect == "postgresql" and isinstance(kind, sa.ARRAY):
        raw = sa.cast(sa.func.to_json(raw), sa.Text())
    elif dialect == "postgresql" and not _comes_whole(kind):
        raw = sa.cast(raw, sa.Text())
    return raw.label(column.name)


def _comes_whole(kind: Any) -> bool:
    if isinstance(kind, sa.Time):
        return not kind.timezone
    return canonical(kind) not in ("unknown", "object")


_CANONICAL: tuple[tuple[Any, str], ...] = (
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Float, "number"),
    (sa.DateTime, "timestamp"),
    (sa.Date, "date"),
    (sa.Time, "time"),
    (sa.JSON, "object"),
    (sa.ARRAY, "array"),
    ((sa.LargeBinary, sa.types.BINARY, sa.types.VARBINARY), "binary"),
    ((sa.String, sa.Uuid, sa.Enum), "string"),
)


def arrow_type(kind: Any) -> pa.DataType:
    """The Arrow type that holds the values of a reflected column type."""
    kind, name = without_domain(kind), canonical(kind)
    if isinstance(kind, DuckDBType):
        return _of_duckdb(kind)
    if name == "decimal":
        return pa.decimal128(38, min(kind.scale or 0, 38))
    if name == "timestamp":
        return pa.timestamp("us", tz="UTC" if getattr(kind, "timezone", False) else None)
    return _ARROW.get(name, pa.string())


def _of_duckdb(kind: DuckDBType) -> pa.DataType:
    if kind.word == "decimal":
        (_, precision), (_, scale) = kind.kind.children
        return pa.decimal128(precision, scale)
    return kind.arrow or (pa.timestamp("us") if kind.word == "timestamp" else _ARROW.get(kind.word, pa.string()))


_ARROW = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "binary": pa.binary(),
}


def fitted(kind: Any) -> Callable[[Any], Any]:
    """What turns a driver's value into one that Arrow takes for this column. Raises ValueError or TypeError for a value
    that is not of the column's type, as SQLite allows."""
    own = kind.fit if isinstance(kind, DuckDBType) else None
    return own or _FITTED.get(canonical(kind), _as_text)


def _as_boolean(value: Any) -> bool:
    if value not in (0, 1):
        raise ValueError
    return bool(value)


def _as_integer(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError
    return value


def _as_number(value: Any) -> float:
    if not isinstance(value, (int, float, Decimal)):
        raise TypeError
    return float(value)


def _as_decimal(value: Any) -> Decimal:
    return Decimal(str(_as_number(value))) if not isinstance(value, Decimal) else value


def _as_date(value: Any) -> date:
    if isinstance(value, datetime):
        raise TypeError
    return value if isinstance(value, date) else date.fromisoformat(value)


def _as_timestamp(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found.astimezone(UTC) if found.tzinfo else found


def _as_time(value: Any) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)


def _as_binary(value: Any) -> bytes:
    if isinstance(value, str):
        raise TypeError
    return bytes(value)


def _as_text(value: Any) -> str:
    if isinstance(value, (str, UUID)):
        return str(value)
    if isinstance(value, bytes):
        raise TypeError
    import json

    return json.dumps(value, default=str, sort_keys=True)


_FITTED: Mapping[str, Callable[[Any], Any]] = {
    "boolean": _as_boolean,
    "integer": _as_integer,
    "number": _as_number,
    "decimal": _as_decimal,
    "date": _as_date,
    "timestamp": _as_timestamp,
    "time": _as_time,
    "binary": _as_binary,
}


def column_type(kind: pa.DataType) -> Any:
    """The type of the database column that keeps values of an Arrow type."""
    types = pa.types
    if types.is_decimal(kind):
        # SQLite has no decimals; a float is what its NUMERIC would make of them anyway.
        return sa.Numeric(kind.precision, kind.scale).with_variant(sa.Double(), "sqlite")
    if types.is_timestamp(kind):
        return sa.DateTime(timezone=kind.tz is not None)
    if types.is_nested(kind):
        return sa.JSON()
    return next((made() for fits, made in _COLUMN_TYPES if fits(kind)), sa.Text())


_COLUMN_TYPES: tuple[tuple[Callable[[pa.DataType], bool], Callable[[], Any]], ...] = (
    (pa.types.is_boolean, sa.Boolean),
    (pa.types.is_integer, sa.BigInteger),
    (pa.types.is_floating, sa.Double),
    (pa.types.is_date, sa.Date),
    (pa.types.is_time, sa.Time),
    (lambda kind: pa.types.is_binary(kind) or pa.types.is_large_binary(kind), sa.LargeBinary),
)
