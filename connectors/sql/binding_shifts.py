"""What becomes of a value when the type of a column in it changes, operation by operation.

A shift is a change of type under which each value stays the value that it was. SAME: the result is the same, and its
type too. CARRIES: the result is the same value, its type may be another. TURNS: it may be another value.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import lru_cache

from sqlglot import exp

from connectors.sql.binding_happenings import Happening
from graph_model.schemas.types import (
    DATE,
    DECIMAL,
    INTEGER,
    NUMBER,
    TIMESTAMP,
    DataType,
    Decimal,
    Float,
    Integer,
    Timestamp,
)


class Fate(Enum):
    SAME = auto()
    CARRIES = auto()
    TURNS = auto()


class Shift(Enum):
    INTEGER_WIDER = auto()
    INTEGER_NARROWER = auto()
    INTEGER_TO_FLOAT = auto()  # exactly
    INTEGER_TO_DECIMAL = auto()
    DECIMAL_WIDER = auto()
    DECIMAL_FINER = auto()
    DECIMAL_NARROWER = auto()
    DATE_TO_TIMESTAMP = auto()
    OTHER = auto()


class Use(Enum):
    COMPARE = auto()
    ORDER = auto()
    GROUP = auto()
    PICK = auto()
    ADD = auto()
    MULTIPLY = auto()
    DIVIDE = auto()
    DIVIDE_WHOLE = auto()
    REMAINDER = auto()
    SUM = auto()
    AVERAGE = auto()
    COUNT = auto()
    NULL_TEST = auto()
    SHOW = auto()
    CAST_TO_NUMBER = auto()
    CAST_TO_DATE = auto()
    PART_OF_DATE = auto()
    OTHER = auto()


_WIDEST_EXACT = {64: 32, 32: 16}
"""The bits of an integer that a float of so many bits holds exactly."""
_S, _C = Fate.SAME, Fate.CARRIES
_ALWAYS = {Use.COUNT: _S, Use.NULL_TEST: _S}
_NUMBERS = {
    **_ALWAYS,
    Use.COMPARE: _S,
    Use.ORDER: _C,
    Use.GROUP: _S,
    Use.PICK: _C,
    Use.SUM: _C,
    Use.AVERAGE: _S,
    Use.DIVIDE: _S,
    Use.CAST_TO_NUMBER: _S,
}
_FATES: dict[Shift, dict[Use, Fate]] = {
    Shift.INTEGER_WIDER: {
        **_NUMBERS,
        Use.ADD: _C,
        Use.MULTIPLY: _C,
        Use.DIVIDE_WHOLE: _C,
        Use.REMAINDER: _C,
        Use.SHOW: _S,
    },
    Shift.INTEGER_NARROWER: {**_NUMBERS, Use.DIVIDE_WHOLE: _C, Use.REMAINDER: _C, Use.SHOW: _S},
    Shift.INTEGER_TO_FLOAT: {**_NUMBERS, Use.ADD: _C},
    Shift.INTEGER_TO_DECIMAL: {**_NUMBERS, Use.ADD: _C, Use.MULTIPLY: _C},
    Shift.DECIMAL_WIDER: {**_NUMBERS, Use.ADD: _C, Use.MULTIPLY: _C, Use.REMAINDER: _C, Use.SHOW: _S},
    Shift.DECIMAL_FINER: {**_NUMBERS, Use.ADD: _C, Use.MULTIPLY: _C},
    Shift.DECIMAL_NARROWER: _NUMBERS,
    Shift.DATE_TO_TIMESTAMP: {**_ALWAYS, Use.ORDER: _C, Use.CAST_TO_DATE: _S, Use.PART_OF_DATE: _S},
    Shift.OTHER: _ALWAYS,
}
# Whatever else is among the values that one is picked from, these never change what comes out.
_MIX = (Shift.INTEGER_WIDER, Shift.INTEGER_NARROWER, Shift.DECIMAL_WIDER)
_PASSING = (exp.Alias, exp.Paren, exp.Subquery)
_USES: tuple[tuple[Use, tuple[type[exp.Expr], ...]], ...] = (
    (Use.COUNT, (exp.Count,)),
    (Use.NULL_TEST, (exp.Is,)),
    (
        Use.COMPARE,
        (
            exp.EQ,
            exp.NEQ,
            exp.GT,
            exp.GTE,
            exp.LT,
            exp.LTE,
            exp.Between,
            exp.In,
            exp.NullSafeEQ,
            exp.NullSafeNEQ,
        ),
    ),
    (Use.ORDER, (exp.Max, exp.Min, exp.Ordered)),
    (
        Use.PICK,
        (
            exp.Coalesce,
            exp.Case,
            exp.If,
            exp.Lag,
            exp.Lead,
            exp.FirstValue,
            exp.LastValue,
            exp.NthValue,
            exp.First,
            exp.Last,
            exp.AnyValue,
            exp.Greatest,
            exp.Least,
            exp.SetOperation,
        ),
    ),
    (Use.ADD, (exp.Add, exp.Sub, exp.Neg, exp.Abs, exp.Round, exp.Ceil, exp.Floor)),
    (Use.MULTIPLY, (exp.Mul,)),
    (Use.DIVIDE_WHOLE, (exp.IntDiv,)),
    (Use.DIVIDE, (exp.Div,)),
    (Use.REMAINDER, (exp.Mod,)),
    (Use.SUM, (exp.Sum,)),
    (Use.AVERAGE, (exp.Avg,)),
    (Use.SHOW, (exp.DPipe, exp.Concat, exp.ConcatWs)),
    (Use.PART_OF_DATE, (exp.Extract, exp.Year, exp.Month, exp.Day, exp.Quarter, exp.Week, exp.DayOfWeek)),
)
_NUMBER_TYPES = (
    exp.DataType.Type.TINYINT,
    exp.DataType.Type.SMALLINT,
    exp.DataType.Type.INT,
    exp.DataType.Type.BIGINT,
    exp.DataType.Type.FLOAT,
    exp.DataType.Type.DOUBLE,
    exp.DataType.Type.DECIMAL,
)


def use_of(node: exp.Expr, key: str = "") -> Use:
    """What an operation does with a value that goes into it, as its argument `key`."""
    if isinstance(node, exp.Cast):
        return _cast(node)
    if isinstance(node, exp.Case | exp.If) and key == "this":  # CASE x WHEN …; the condition of IF
        return Use.COMPARE if isinstance(node, exp.Case) else Use.OTHER
    if isinstance(node, exp.Distinct):
        return Use.GROUP
    return next((use for use, classes in _USES if isinstance(node, classes)), Use.OTHER)


def fate(happening: Happening, use: Use, dialect: str, *, mixed: bool = False) -> Fate:
    """`mixed`: other values than literals and those of the same shift are picked from as well."""
    shift = shift_of(happening.old, happening.new, fits=happening.fits)
    if use is Use.DIVIDE and dialect != "duckdb":  # elsewhere 7 / 2 is 3 as long as both are whole
        return Fate.CARRIES if shift is Shift.INTEGER_WIDER else Fate.TURNS
    if use is Use.PICK and mixed and shift not in _MIX:
        return Fate.TURNS
    return _FATES[shift].get(use, Fate.TURNS)


def passes_on(node: exp.Expr) -> bool:
    return isinstance(node, _PASSING)


@lru_cache(maxsize=1024)
def shift_of(old: DataType, new: DataType, *, fits: bool = False) -> Shift:
    """`fits`: all values that are there are of the new type, whatever else the old one may hold."""
    shift = _shift_of(old, new)
    return _fitting(old, new) if fits and shift is Shift.OTHER else shift


def _fitting(old: DataType, new: DataType) -> Shift:
    if isinstance(old, Decimal) and isinstance(new, Decimal):
        return Shift.DECIMAL_NARROWER
    if not isinstance(old, Integer):
        return Shift.OTHER
    if isinstance(new, Float) or new == NUMBER:
        return Shift.INTEGER_TO_FLOAT
    return Shift.INTEGER_TO_DECIMAL if isinstance(new, Decimal) or new == DECIMAL else Shift.OTHER


def _shift_of(old: DataType, new: DataType) -> Shift:
    bits = _bits(old)
    if bits is not None:
        return _from_integer(old, bits, new)
    if isinstance(old, Decimal) and isinstance(new, Decimal):
        whole = new.precision - new.scale >= old.precision - old.scale
        if whole and new.scale >= old.scale:
            return Shift.DECIMAL_WIDER if new.scale == old.scale else Shift.DECIMAL_FINER
    if old == DATE and (new == TIMESTAMP or (isinstance(new, Timestamp) and not new.zone)):
        return Shift.DATE_TO_TIMESTAMP
    return Shift.OTHER


def _from_integer(old: DataType, bits: int, new: DataType) -> Shift:
    other = _bits(new)
    if other is not None:
        return Shift.INTEGER_WIDER if _holds(old, bits, new, other) else Shift.INTEGER_NARROWER
    if new == NUMBER or isinstance(new, Float):
        most = _WIDEST_EXACT.get(new.bits if isinstance(new, Float) else 64, 0)
        return Shift.INTEGER_TO_FLOAT if bits <= most else Shift.OTHER
    if new == DECIMAL or isinstance(new, Decimal):
        digits = new.precision - new.scale if isinstance(new, Decimal) else 28
        return Shift.INTEGER_TO_DECIMAL if digits >= len(str(2**bits)) else Shift.OTHER
    return Shift.OTHER


def _bits(type: DataType) -> int | None:
    if isinstance(type, Integer):
        return type.bits
    return 64 if type == INTEGER else None


def _holds(old: DataType, bits: int, new: DataType, other: int) -> bool:
    signed, still = (not isinstance(one, Integer) or one.signed for one in (old, new))
    if signed == still:
        return other >= bits
    return still and other > bits


def _cast(node: exp.Cast) -> Use:
    to = node.to.this
    if to in _NUMBER_TYPES:
        return Use.CAST_TO_NUMBER
    if to == exp.DataType.Type.DATE:
        return Use.CAST_TO_DATE
    return Use.SHOW if to in exp.DataType.TEXT_TYPES else Use.OTHER
