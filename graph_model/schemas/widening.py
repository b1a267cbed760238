"""What a change of type does to the values, seen from both sides: pure.

A type takes another in when each of its values has a counterpart of its own there, so that nothing is lost: `int32` in
`int64` and `float64`, `date` in `timestamp(us)`, anything in the plain type of its kind.
"""

from __future__ import annotations

from enum import StrEnum

from graph_model.schemas.types import (
    ARRAY,
    BOOLEAN,
    DATE,
    DECIMAL,
    INTEGER,
    NUMBER,
    OBJECT,
    TIME,
    TIMESTAMP,
    UNITS,
    UNKNOWN,
    DataType,
    Decimal,
    Float,
    Integer,
    ListOf,
    MapOf,
    StructOf,
    Time,
    Timestamp,
    kind,
)


class Effect(StrEnum):
    """One thing that a change of type does."""

    ALIKE = "alike"  # the same values, shown otherwise
    NARROWER = "narrower"
    WIDER = "wider"
    OTHER = "other"
    MEMBER_ADDED = "member added"
    MEMBER_DROPPED = "member dropped"
    UNSURE = "unsure"  # one side is not known


def effects(before: DataType, after: DataType) -> frozenset[Effect]:
    """All that the change does, inside lists, maps and structs too; empty when the type stays."""
    if before == after:
        return frozenset()
    if UNKNOWN in (before, after):
        return frozenset({Effect.UNSURE})
    if isinstance(before, ListOf) and isinstance(after, ListOf):
        return effects(before.item, after.item)
    if isinstance(before, MapOf) and isinstance(after, MapOf):
        return effects(before.key, after.key) | effects(before.value, after.value)
    if isinstance(before, StructOf) and isinstance(after, StructOf):
        return _of_structs(before, after)
    return frozenset({_of_leaves(takes_in(after, before), takes_in(before, after))})


def _of_leaves(forth: bool, back: bool) -> Effect:
    if forth and back:
        return Effect.ALIKE
    if forth:
        return Effect.WIDER
    return Effect.NARROWER if back else Effect.OTHER


def _of_structs(before: StructOf, after: StructOf) -> frozenset[Effect]:
    old, new = ({member.name: member.type for member in struct.members} for struct in (before, after))
    found: frozenset[Effect] = frozenset()
    if old.keys() - new.keys():
        found |= {Effect.MEMBER_DROPPED}
    if new.keys() - old.keys():
        found |= {Effect.MEMBER_ADDED}
    for name in old.keys() & new.keys():
        found |= effects(old[name], new[name])
    return found or frozenset({Effect.ALIKE})  # only the order of members differs


def takes_in(wide: DataType, narrow: DataType) -> bool:
    """Whether each value of `narrow` has a counterpart of its own in `wide`. What is not known is taken in by nothing
    but `unknown` itself, which takes in all."""
    if wide in (narrow, UNKNOWN):
        return True
    if wide in _PLAIN:
        return kind(narrow) in _PLAIN[wide] or (wide == INTEGER and _is_whole(narrow))
    if isinstance(wide, (Time, Timestamp)):
        return _fits_clock(wide, narrow)
    return _fits_number(wide, narrow)


_PLAIN: dict[DataType, frozenset[str]] = {
    INTEGER: frozenset({"integer", "boolean"}),
    DECIMAL: frozenset({"decimal", "integer", "boolean"}),
    NUMBER: frozenset({"number", "decimal", "integer", "boolean"}),
    TIME: frozenset({"time"}),
    TIMESTAMP: frozenset({"timestamp", "date"}),
    OBJECT: frozenset({"object"}),
    ARRAY: frozenset({"array"}),
}
_MANTISSA = {16: 11, 32: 24, 64: 53}
_LARGEST = {16: 65504, 32: (1 << 128) - (1 << 104), 64: (1 << 1024) - (1 << 971)}
_DIGITS = {8: 3, 16: 5, 32: 10, 64: 19}


def _fits_number(wide: DataType, narrow: DataType) -> bool:
    if isinstance(wide, Integer):
        return _fits_integer(wide, narrow)
    if isinstance(wide, Float):
        return _fits_float(wide, narrow)
    return isinstance(wide, Decimal) and _fits_decimal(wide, narrow)


def _is_whole(type: DataType) -> bool:
    return isinstance(type, Decimal) and type.scale <= 0


def _largest(type: Decimal) -> int:
    """The largest value of a whole decimal; of one with a fraction, its digits without the point."""
    return (10**type.precision - 1) * 10 ** max(-type.scale, 0)


def _fits_integer(wide: Integer, narrow: DataType) -> bool:
    if narrow == BOOLEAN:
        return True
    if isinstance(narrow, Decimal):
        return _is_whole(narrow) and wide.signed and _largest(narrow) < 1 << (wide.bits - 1)
    if not isinstance(narrow, Integer):
        return False
    return narrow.bits < wide.bits and (wide.signed or not narrow.signed)


def _fits_float(wide: Float, narrow: DataType) -> bool:
    if isinstance(narrow, Integer):
        return narrow.bits - narrow.signed <= _MANTISSA[wide.bits]
    if isinstance(narrow, Decimal):
        # All digits must fit: what stands behind them is a power of two and a power of five.
        digits = _largest(narrow) >> max(-narrow.scale, 0)
        return _is_whole(narrow) and digits < 1 << _MANTISSA[wide.bits] and _largest(narrow) <= _LARGEST[wide.bits]
    return narrow == BOOLEAN or (isinstance(narrow, Float) and narrow.bits <= wide.bits)


def _fits_decimal(wide: Decimal, narrow: DataType) -> bool:
    whole = wide.precision - wide.scale
    if isinstance(narrow, Decimal):
        return narrow.scale <= wide.scale and narrow.precision - narrow.scale <= whole
    if narrow == BOOLEAN:
        return wide.scale >= 0 and whole >= 1
    if isinstance(narrow, Integer):
        digits = _DIGITS[narrow.bits] + (narrow == Integer(64, signed=False))
        return wide.scale >= 0 and digits <= whole
    return False


def _fits_clock(wide: Time | Timestamp, narrow: DataType) -> bool:
    if isinstance(wide, Timestamp):
        return _fits_timestamp(wide, narrow)
    return isinstance(narrow, Time) and UNITS.index(narrow.unit) <= UNITS.index(wide.unit)


def _fits_timestamp(wide: Timestamp, narrow: DataType) -> bool:
    """Nanoseconds in 64 bits end in 2262, so that days and coarser units do not all fit in there."""
    reaches_all = wide.unit != "ns"
    if narrow == DATE:
        return wide.zone is None and reaches_all
    if not isinstance(narrow, Timestamp) or (narrow.zone is None) != (wide.zone is None):
        return False
    if narrow.unit == wide.unit:
        return True
    return reaches_all and UNITS.index(narrow.unit) < UNITS.index(wide.unit)
