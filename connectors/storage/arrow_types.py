"""Types of Arrow and, as Arrow writes them, of Parquet: to canonical types and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from graph_model.schemas.mapped import Mapped, losing, together
from graph_model.schemas.types import (
    ARRAY,
    BINARY,
    BOOLEAN,
    DATE,
    DECIMAL,
    INTEGER,
    MOST_NESTED,
    NUMBER,
    OBJECT,
    STRING,
    TIME,
    TIMESTAMP,
    UNKNOWN,
    ZONE,
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

MOST_DIGITS = 76
_PLAIN: tuple[tuple[DataType, pa.DataType], ...] = (
    (BOOLEAN, pa.bool_()),
    *((Integer(bits), getattr(pa, f"int{bits}")()) for bits in (8, 16, 32, 64)),
    *((Integer(bits, signed=False), getattr(pa, f"uint{bits}")()) for bits in (8, 16, 32, 64)),
    *((Float(bits), getattr(pa, f"float{bits}")()) for bits in (16, 32, 64)),
    (STRING, pa.string()),
    (BINARY, pa.binary()),
    (DATE, pa.date32()),
    (Time("s"), pa.time32("s")),
    (Time("ms"), pa.time32("ms")),
    (Time("us"), pa.time64("us")),
    (Time("ns"), pa.time64("ns")),
)
_TO = dict(_PLAIN)
_FROM: dict[pa.DataType, DataType] = {
    **{arrow: type for type, arrow in _PLAIN},
    **dict.fromkeys((pa.large_string(), pa.string_view()), STRING),
    **dict.fromkeys((pa.large_binary(), pa.binary_view()), BINARY),
    pa.date64(): DATE,
    pa.null(): UNKNOWN,
}
_LOSING: dict[DataType, tuple[pa.DataType, str]] = {
    INTEGER: (pa.int64(), "that its width is not known"),
    NUMBER: (pa.float64(), "that it may be any number"),
    DECIMAL: (pa.decimal128(38, 10), "that its precision is not known"),
    TIME: (pa.time64("us"), "that its unit is not known"),
    TIMESTAMP: (pa.timestamp("us"), "that its unit and zone are not known"),
    ARRAY: (pa.list_(pa.string()), "that its items are not known"),
    OBJECT: (pa.string(), "that it is an object"),
    UNKNOWN: (pa.string(), "that its type is not known"),
}


def from_arrow(type: pa.DataType, depth: int = 1) -> Mapped[DataType]:
    """The canonical type of an Arrow type. What is not known comes back as `unknown`."""
    if depth > MOST_NESTED:
        return losing(UNKNOWN, f"what lies deeper than {MOST_NESTED} levels")
    if type in _FROM:
        return Mapped(_FROM[type])
    known = next((read for fits, read in _READERS if fits(type)), None)
    return known(type, depth) if known else losing(UNKNOWN, f"everything: {type} is no type that is known here")


def _timestamp(type: Any, _: int) -> Mapped[DataType]:
    if type.tz is None or ZONE.fullmatch(type.tz):
        return Mapped(Timestamp(type.unit, type.tz))
    return losing(Timestamp(type.unit, "UTC"), f"the zone {type.tz} it is shown in")


def _inside(type: Any, depth: int) -> Mapped[DataType]:
    """What wraps another type for a reason of layout."""
    return from_arrow(type.value_type, depth + 1)


def _list(type: Any, depth: int) -> Mapped[DataType]:
    length = (f"that a list has {type.list_size} items",) if pa.types.is_fixed_size_list(type) else ()
    return _field(type.value_field, depth).then(ListOf, *length)


def _map(type: Any, depth: int) -> Mapped[DataType]:
    both = together([from_arrow(type.key_type, depth + 1), _field(type.item_field, depth)])
    return both.then(lambda parts: MapOf(parts[0], parts[1]))


def _struct(type: Any, depth: int) -> Mapped[DataType]:
    inner = together([_field(type.field(position), depth) for position in range(type.num_fields)])
    names = [type.field(position).name for position in range(type.num_fields)]
    return inner.then(lambda types: StructOf(tuple(map(Member, names, types))))


def _field(field: pa.Field, depth: int) -> Mapped[DataType]:
    found = from_arrow(field.type, depth + 1)
    return found if field.nullable else found.but("that values inside are never null")


def _fixed_bytes(type: Any, _: int) -> Mapped[DataType]:
    return losing(BINARY, f"that a value has {type.byte_width} bytes")


def _duration(type: Any, _: int) -> Mapped[DataType]:
    return losing(Integer(64), f"that it is a duration in {type.unit}")


def _extension(type: Any, depth: int) -> Mapped[DataType]:
    return from_arrow(type.storage_type, depth + 1).but(f"that it is {type.extension_name}")


def _is_extension(type: Any) -> bool:
    return isinstance(type, pa.BaseExtensionType)


_READERS: Sequence[tuple[Callable[[Any], bool], Callable[[Any, int], Mapped[DataType]]]] = (
    (_is_extension, _extension),
    (pa.types.is_timestamp, _timestamp),
    (pa.types.is_decimal, lambda found, _: Mapped(Decimal(found.precision, found.scale))),
    (pa.types.is_fixed_size_binary, _fixed_bytes),
    (pa.types.is_duration, _duration),
    (pa.types.is_map, _map),
    (pa.types.is_struct, _struct),
    (pa.types.is_list, _list),
    (pa.types.is_large_list, _list),
    (pa.types.is_list_view, _list),
    (pa.types.is_large_list_view, _list),
    (pa.types.is_fixed_size_list, _list),
    (pa.types.is_dictionary, _inside),
    (pa.types.is_run_end_encoded, _inside),
)


def to_arrow(type: DataType) -> Mapped[pa.DataType]:
    """The Arrow type that holds the values of a canonical one."""
    if type in _TO:
        return Mapped(_TO[type])
    if type in _LOSING:
        return losing(*_LOSING[type])
    if isinstance(type, Timestamp):
        return Mapped(pa.timestamp(type.unit, tz=type.zone))
    return _decimal(type) if isinstance(type, Decimal) else _nested(type)


def _decimal(type: Decimal) -> Mapped[pa.DataType]:
    if type.precision > MOST_DIGITS or abs(type.scale) > MOST_DIGITS:
        return losing(pa.decimal256(MOST_DIGITS, min(max(type.scale, 0), MOST_DIGITS)), f"its precision, {type}")
    made = pa.decimal128 if type.precision <= 38 else pa.decimal256
    return Mapped(made(type.precision, type.scale))


def _nested(type: DataType) -> Mapped[pa.DataType]:
    if isinstance(type, ListOf):
        return to_arrow(type.item).then(pa.list_)
    if isinstance(type, MapOf):
        both = together([to_arrow(type.key), to_arrow(type.value)])
        return both.then(lambda parts: pa.map_(parts[0], parts[1]))
    assert isinstance(type, StructOf), type
    inner = together([to_arrow(member.type) for member in type.members])
    names = [member.name for member in type.members]
    return inner.then(lambda parts: pa.struct([pa.field(*pair) for pair in zip(names, parts, strict=True)]))


def to_parquet(type: DataType) -> Mapped[DataType]:
    """The canonical type that a Parquet file shows to readers other than Arrow, which keeps a note of its own there."""
    if isinstance(type, ListOf):
        return to_parquet(type.item).then(ListOf)
    if isinstance(type, MapOf):
        return together([to_parquet(type.key), to_parquet(type.value)]).then(lambda parts: MapOf(parts[0], parts[1]))
    if isinstance(type, StructOf):
        inner = together([to_parquet(member.type) for member in type.members])
        names = [member.name for member in type.members]
        return inner.then(lambda types: StructOf(tuple(map(Member, names, types))))
    return _parquet_leaf(type)


def _parquet_leaf(type: DataType) -> Mapped[DataType]:
    if isinstance(type, Time) and type.unit == "s":
        return losing(Time("ms"), "its unit, s")
    if isinstance(type, Timestamp):
        lost = ["its unit, s"] if type.unit == "s" else []
        lost += [f"the zone {type.zone} it is shown in"] if type.zone not in (None, "UTC") else []
        return losing(Timestamp("ms" if type.unit == "s" else type.unit, "UTC" if type.zone else None), *lost)
    arrow = to_arrow(type)
    return from_arrow(arrow.value).but(*arrow.lost)
