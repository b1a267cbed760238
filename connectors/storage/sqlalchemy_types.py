"""Types of database columns, as SQLAlchemy has them: to canonical types and back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from graph_model.schemas.mapped import Mapped, losing
from graph_model.schemas.types import (
    ARRAY,
    BINARY,
    BOOLEAN,
    DATE,
    DECIMAL,
    INTEGER,
    NUMBER,
    OBJECT,
    STRING,
    TIME,
    TIMESTAMP,
    UNKNOWN,
    DataType,
    Decimal,
    Float,
    Integer,
    ListOf,
    Plain,
    Time,
    Timestamp,
    kind,
)


def from_sqlalchemy(type: Any) -> Mapped[DataType]:
    """The canonical type of a column. For SQLite use the plain types of `table_types`: its columns hold anything."""
    if isinstance(type, (postgresql.DOMAIN, sa.ARRAY)):
        return _wrapped(type)
    if isinstance(type, sa.Time) and type.timezone:
        return losing(STRING, "that it is a time of day")
    if isinstance(type, sa.Numeric) and not isinstance(type, sa.Float):
        found = Decimal(type.precision, type.scale or 0) if type.precision else DECIMAL
        return Mapped(found)
    if isinstance(type, sa.DateTime) and type.timezone:
        return Mapped(Timestamp("us", "UTC"))
    known = next((found for fits, found in _FROM if isinstance(type, fits)), None)
    if known is None:
        return losing(UNKNOWN, f"everything: {type!r} is no type that is known here")
    return losing(known, *_lost(type))


def _wrapped(type: Any) -> Mapped[DataType]:
    if isinstance(type, postgresql.DOMAIN):
        return from_sqlalchemy(type.data_type).but(f"what the domain {type.name} allows")
    item = from_sqlalchemy(type.item_type)
    return item.then(ListOf, *(("how many dimensions it has",) if type.dimensions is None else ()))


# Types of PostgreSQL whose values are read as it writes them.
_TEXTS: tuple[Any, ...] = (
    sa.Interval,
    postgresql.INTERVAL,
    postgresql.MONEY,
    postgresql.INET,
    postgresql.CIDR,
    postgresql.MACADDR,
    postgresql.MACADDR8,
    postgresql.BIT,
    postgresql.TSVECTOR,
    postgresql.ranges.AbstractRange,
)
_FROM: tuple[tuple[Any, DataType], ...] = (
    (sa.Boolean, BOOLEAN),
    (sa.BigInteger, Integer(64)),
    (sa.SmallInteger, Integer(16)),
    (sa.Integer, Integer(32)),
    (sa.REAL, Float(32)),
    (sa.Double, Float(64)),
    (sa.Float, NUMBER),
    (sa.DateTime, Timestamp("us")),
    (sa.Date, DATE),
    (sa.Time, Time("us")),
    (sa.JSON, OBJECT),
    ((sa.LargeBinary, sa.types.BINARY, sa.types.VARBINARY), BINARY),
    ((sa.String, sa.Uuid, sa.Enum), STRING),
    (_TEXTS, STRING),
)


def _lost(type: Any) -> tuple[str, ...]:
    words = (
        (isinstance(type, sa.Enum), "which values it may have"),
        (isinstance(type, sa.Uuid), "that it is a UUID"),
        (isinstance(type, sa.JSON), "that it may be any JSON value"),
        (isinstance(type, _TEXTS), f"that it is of type {type!s}"),
        (type.__class__ is sa.Float, "whether it has 32 or 64 bits: databases differ"),
        (
            isinstance(type, sa.String) and not isinstance(type, sa.Enum) and type.length,
            f"that a text has at most {getattr(type, 'length', '')} characters",
        ),
    )
    return tuple(text for holds, text in words if holds)


def of_column(type: Any, dialect: str) -> DataType:
    """What a reflected column holds. SQLite declares types, and keeps any value in them: only the kind counts."""
    from connectors.storage.duckdb_columns import DuckDBType
    from connectors.storage.table_types import canonical

    if isinstance(type, DuckDBType):
        return type.canonical
    return Plain(canonical(type)) if dialect == "sqlite" else from_sqlalchemy(type).value


def to_sqlalchemy(type: DataType) -> Mapped[Any]:
    """The type of the column that holds the values of a canonical type."""
    if type in _TO:
        return Mapped(_TO[type])
    if type in _LOSING:
        return losing(*_LOSING[type])
    if isinstance(type, Decimal):
        return _decimal(type)
    if isinstance(type, Time):
        return losing(sa.Time(), f"its unit, {type.unit}")
    return _timestamp(type) if isinstance(type, Timestamp) else losing(sa.JSON(), f"what is inside: {kind(type)}")


def _decimal(type: Decimal) -> Mapped[Any]:
    if 0 <= type.scale <= type.precision:
        return Mapped(sa.Numeric(type.precision, type.scale))
    digits = max(type.precision, type.precision - type.scale, type.scale)
    return losing(sa.Numeric(digits, max(type.scale, 0)), f"its precision and scale, {type}")


def _timestamp(type: Timestamp) -> Mapped[Any]:
    lost = [f"its unit, {type.unit}"] if type.unit != "us" else []
    lost += [f"the zone {type.zone} it is shown in"] if type.zone not in (None, "UTC") else []
    return losing(sa.DateTime(timezone=type.zone is not None), *lost)


_TO: dict[DataType, Any] = {
    BOOLEAN: sa.Boolean(),
    Integer(16): sa.SmallInteger(),
    Integer(32): sa.Integer(),
    Integer(64): sa.BigInteger(),
    Float(32): sa.REAL(),
    Float(64): sa.Double(),
    STRING: sa.Text(),
    BINARY: sa.LargeBinary(),
    DATE: sa.Date(),
    Time("us"): sa.Time(),
    DECIMAL: sa.Numeric(),
}
_LOSING: dict[DataType, tuple[Any, str]] = {
    Integer(8): (sa.SmallInteger(), "that it has 8 bits"),
    Integer(8, signed=False): (sa.SmallInteger(), "that no value is negative"),
    Integer(16, signed=False): (sa.Integer(), "that no value is negative"),
    Integer(32, signed=False): (sa.BigInteger(), "that no value is negative"),
    Integer(64, signed=False): (sa.Numeric(20, 0), "that it is an integer of 64 bits"),
    INTEGER: (sa.BigInteger(), "that its width is not known"),
    Float(16): (sa.REAL(), "that it has 16 bits"),
    NUMBER: (sa.Double(), "that it may be any number"),
    TIME: (sa.Time(), "that its unit is not known"),
    TIMESTAMP: (sa.DateTime(), "that its unit and zone are not known"),
    ARRAY: (sa.JSON(), "that it is an array"),
    OBJECT: (sa.JSON(), "that it is an object"),
    UNKNOWN: (sa.Text(), "that its type is not known"),
}
