"""Spark types by their `simpleString`: `bigint`, `array<int>`, `struct<a:string>`; the names of `typeName` too."""

from __future__ import annotations

from graph_model.schemas.mapped import Mapped, losing, together
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
    TIMESTAMP,
    UNKNOWN,
    DataType,
    Decimal,
    Float,
    Integer,
    ListOf,
    MapOf,
    NotAType,
    Reader,
    StructOf,
    Timestamp,
    decimal_of,
    kind,
)

MOST_DIGITS = 38
_INSTANT, _LOCAL = Timestamp("us", "UTC"), Timestamp("us")
_NAMES: dict[str, DataType] = {
    "boolean": BOOLEAN,
    **dict.fromkeys(("tinyint", "byte"), Integer(8)),
    **dict.fromkeys(("smallint", "short"), Integer(16)),
    **dict.fromkeys(("int", "integer"), Integer(32)),
    **dict.fromkeys(("bigint", "long"), Integer(64)),
    "float": Float(32),
    "double": Float(64),
    "decimal": Decimal(10, 0),
    "string": STRING,
    "binary": BINARY,
    "date": DATE,
    "timestamp": _INSTANT,
    "timestamp_ntz": _LOCAL,
    **dict.fromkeys(("void", "null"), UNKNOWN),
}
_EXACT = {
    BOOLEAN: "boolean",
    Integer(8): "tinyint",
    Integer(16): "smallint",
    Integer(32): "int",
    Integer(64): "bigint",
    Float(32): "float",
    Float(64): "double",
    STRING: "string",
    BINARY: "binary",
    DATE: "date",
    _INSTANT: "timestamp",
    _LOCAL: "timestamp_ntz",
}
_LOSING: dict[DataType, tuple[str, str]] = {
    Integer(8, signed=False): ("smallint", "that no value is negative"),
    Integer(16, signed=False): ("int", "that no value is negative"),
    Integer(32, signed=False): ("bigint", "that no value is negative"),
    Integer(64, signed=False): ("decimal(20,0)", "that it is an integer of 64 bits"),
    INTEGER: ("bigint", "that its width is not known"),
    Float(16): ("float", "that it has 16 bits"),
    NUMBER: ("double", "that it may be any number"),
    DECIMAL: ("decimal(38,10)", "that its precision is not known"),
    TIMESTAMP: ("timestamp_ntz", "that its unit and zone are not known"),
    ARRAY: ("array<string>", "that its items are not known"),
    OBJECT: ("string", "that it is an object"),
    UNKNOWN: ("string", "that its type is not known"),
}


def from_spark(text: str) -> Mapped[DataType]:
    """What Spark means by this name. What is not known comes back as `unknown`."""
    lost: list[str] = []

    def leaf(name: str, arguments: list[str]) -> DataType | None:
        if name in ("char", "varchar") and len(arguments) == 1:
            lost.append(f"that a text has at most {arguments[0]} characters")
            return STRING
        if arguments:
            return decimal_of(arguments) if name == "decimal" else None
        return _NAMES.get(name)

    try:
        return Mapped(Reader(text, leaf, {"array": "list", "map": "map", "struct": "struct"}).whole(), tuple(lost))
    except NotAType:
        return losing(UNKNOWN, f"everything: {text} is no type of Spark")


def to_spark(type: DataType) -> Mapped[str]:
    """The `simpleString` of the Spark type that holds all values of this one."""
    if type in _EXACT:
        return Mapped(_EXACT[type])
    if type in _LOSING:
        return losing(*_LOSING[type])
    if isinstance(type, Decimal):
        return _decimal(type)
    return _timestamp(type) if isinstance(type, Timestamp) else _nested(type)


def _nested(type: DataType) -> Mapped[str]:
    if isinstance(type, ListOf):
        return to_spark(type.item).then(lambda item: f"array<{item}>")
    if isinstance(type, MapOf):
        both = together([to_spark(type.key), to_spark(type.value)])
        return both.then(lambda parts: f"map<{parts[0]},{parts[1]}>")
    if isinstance(type, StructOf):
        inner = together([to_spark(member.type) for member in type.members])
        names = [_quoted(member.name) for member in type.members]
        return inner.then(lambda parts: f"struct<{','.join(map(':'.join, zip(names, parts, strict=True)))}>")
    return losing("string", f"that it is a {kind(type)}")


def _decimal(type: Decimal) -> Mapped[str]:
    if type.precision <= MOST_DIGITS and 0 <= type.scale <= type.precision:
        return Mapped(str(type))
    return losing(f"decimal({MOST_DIGITS},{min(max(type.scale, 0), MOST_DIGITS)})", f"its precision and scale, {type}")


def _timestamp(type: Timestamp) -> Mapped[str]:
    lost = [f"its unit, {type.unit}"] if type.unit != "us" else []
    if type.zone is None:
        return losing("timestamp_ntz", *lost)
    return losing("timestamp", *lost, *([f"the zone {type.zone} it is shown in"] if type.zone != "UTC" else []))


def _quoted(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else f"`{name.replace('`', '``')}`"
