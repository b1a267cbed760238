"""Names of SQL types, as contracts, catalogues and engines spell them: `VARCHAR(20)`, `NUMERIC(10,2)`, `INT[]`."""

from __future__ import annotations

import re

from graph_model.schemas.mapped import Mapped, losing
from graph_model.schemas.types import (
    BINARY,
    BOOLEAN,
    DATE,
    DECIMAL,
    NUMBER,
    OBJECT,
    STRING,
    UNKNOWN,
    DataType,
    Float,
    Integer,
    ListOf,
    Time,
    Timestamp,
    Unit,
    decimal_of,
)

_SHAPE = re.compile(
    r"\s*(?P<name>[a-z][a-z0-9_ ]*?)\s*(\((?P<arguments>[^()]*)\))?\s*(?P<zone>with(out)? (local )?time zone)?\s*"
)
_EXACT: dict[str, DataType] = {
    **dict.fromkeys(("boolean", "bool"), BOOLEAN),
    "tinyint": Integer(8),
    **dict.fromkeys(("smallint", "int2", "int16"), Integer(16)),
    **dict.fromkeys(("int", "integer", "int4", "int32", "serial", "mediumint"), Integer(32)),
    **dict.fromkeys(("bigint", "int8", "int64", "bigserial", "long"), Integer(64)),
    "utinyint": Integer(8, signed=False),
    "usmallint": Integer(16, signed=False),
    "uinteger": Integer(32, signed=False),
    "ubigint": Integer(64, signed=False),
    **dict.fromkeys(("real", "float4"), Float(32)),
    **dict.fromkeys(("double", "double precision", "float8", "float64"), Float(64)),
    **dict.fromkeys(("text", "string", "clob", "tinytext", "mediumtext", "longtext", "varchar", "nvarchar"), STRING),
    "character varying": STRING,
    **dict.fromkeys(("bytea", "blob", "bytes", "binary", "varbinary", "longblob"), BINARY),
    "date": DATE,
}
_TEXTS = frozenset({"varchar", "nvarchar", "character varying", "varchar2", "nvarchar2", "string"})
_PADDED = frozenset({"char", "character", "nchar", "bpchar"})
_BYTES = frozenset({"binary", "varbinary", "bytes"})
_TIMES = frozenset({"time", "timetz"})
_LOCAL = frozenset({"timestamp", "datetime", "datetime2", "timestamp_ntz"})
_INSTANTS = frozenset({"timestamptz", "timestamp_tz", "timestamp_ltz", "datetimeoffset"})
_LOSING: dict[str, tuple[DataType, str]] = {
    "float": (NUMBER, "whether it has 32 or 64 bits: databases differ"),
    "uuid": (STRING, "that it is a UUID"),
    "uniqueidentifier": (STRING, "that it is a UUID"),
    "json": (OBJECT, "that it may be any JSON value"),
    "jsonb": (OBJECT, "that it may be any JSON value"),
    "xml": (STRING, "that it is XML"),
    "enum": (STRING, "which values it may have"),
}


def from_sql(text: str) -> Mapped[DataType]:
    """The type that a database means by this name, in any case. What is not known comes back as `unknown`."""
    plain = " ".join(text.lower().split())
    if plain.endswith("[]"):
        return from_sql(plain[:-2]).then(ListOf)
    shape = _SHAPE.fullmatch(plain)
    if not shape:
        return _stranger(text)
    name, arguments = shape["name"], [part.strip() for part in (shape["arguments"] or "").split(",") if part.strip()]
    if name in _TIMES | _LOCAL | _INSTANTS:
        return _of_time(name, arguments, shape["zone"])
    if shape["zone"]:
        return _stranger(text)
    return _of_value(name, arguments) or _stranger(text)


def _of_value(name: str, arguments: list[str]) -> Mapped[DataType] | None:
    if name in ("decimal", "numeric", "number"):
        found = decimal_of(arguments) if arguments else DECIMAL
        return Mapped(found) if found else None
    if name in _LOSING:
        return losing(*_LOSING[name])
    if name in _PADDED:
        return losing(STRING, f"that a text has {arguments[0] if arguments else 1} characters")
    found = _EXACT.get(name) or (STRING if name in _TEXTS else None)
    if found is None or not arguments:
        return Mapped(found) if found else None
    return losing(found, _limit(name, ", ".join(arguments)))


def _limit(name: str, most: str) -> str:
    if name in _TEXTS:
        return f"that a text has at most {most} characters"
    return f"that a value has at most {most} bytes" if name in _BYTES else f"the display width {most}"


def _of_time(name: str, arguments: list[str], zone: str | None) -> Mapped[DataType]:
    unit, lost = _unit(arguments)
    zoned = name in _INSTANTS or name == "timetz" or bool(zone and not zone.startswith("without"))
    if name in _TIMES:
        return losing(Time(unit), *lost, *(("its time zone",) if zoned else ()))
    return losing(Timestamp(unit, "UTC" if zoned else None), *lost)


def _unit(arguments: list[str]) -> tuple[Unit, tuple[str, ...]]:
    """Digits of a second, as a unit that holds them; databases keep microseconds where nothing is said."""
    digits = int(arguments[0]) if arguments and arguments[0].isdecimal() else 6
    units: dict[int, Unit] = {0: "s", 3: "ms", 6: "us", 9: "ns"}
    fits = min((known for known in units if known >= digits), default=9)
    return units[fits], () if fits == digits else (f"that a second has {digits} digits",)


def _stranger(text: str) -> Mapped[DataType]:
    return losing(UNKNOWN, f"everything: {text} is no type that is known here")
