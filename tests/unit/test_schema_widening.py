"""Whether one type takes another in, against the values themselves: the rule must say what trying them all shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph_model.schemas.types import (
    ARRAY,
    DATE,
    NUMBER,
    UNKNOWN,
    DataType,
    Decimal,
    Float,
    Integer,
    ListOf,
    MapOf,
    Plain,
    Time,
    Timestamp,
    parse,
)
from graph_model.schemas.widening import Effect, effects, takes_in
from tests.support import types as drawn

Number = Fraction | str  # a text stands for what is no finite number
MANTISSA, LOWEST, HIGHEST = {16: 11, 32: 24, 64: 53}, {16: -24, 32: -149, 64: -1074}, {16: 15, 32: 127, 64: 1023}
TICKS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
DAY = 86_400 * 10**9
YEARS = range(-719_162, 2_932_897)  # the days from year 1 to year 9999

small_decimals = st.builds(Decimal, st.integers(1, 24), st.integers(-6, 24))
numbers: st.SearchStrategy[DataType] = st.one_of(
    st.sampled_from(("boolean", "integer", "decimal", "number")).map(Plain),
    drawn.integers,
    drawn.floats,
    small_decimals,
)
clocks: st.SearchStrategy[DataType] = st.one_of(
    st.sampled_from(("date", "time", "timestamp")).map(Plain),
    drawn.units.map(Time),
    st.builds(Timestamp, drawn.units, drawn.zones),
)


def is_number_of(type: DataType, value: Number) -> bool:
    """Whether a column of this type can hold the value, by the definition of the type."""
    if isinstance(value, str):
        return type == NUMBER or isinstance(type, Float)
    if isinstance(type, Float):
        return is_float(type.bits, value)
    if isinstance(type, Integer):
        lowest, count = (-(1 << (type.bits - 1)) if type.signed else 0), 1 << type.bits
        return value.denominator == 1 and lowest <= value < lowest + count
    if isinstance(type, Decimal):
        scaled = value * Fraction(10) ** type.scale
        return scaled.denominator == 1 and abs(scaled) < 10**type.precision
    return PLAIN[str(type)](value)


def is_float(bits: int, value: Fraction) -> bool:
    if value.denominator & (value.denominator - 1):
        return False
    step = max(LOWEST[bits], magnitude(value) - MANTISSA[bits] + 1)
    return value == 0 or ((value / Fraction(2) ** step).denominator == 1 and magnitude(value) <= HIGHEST[bits])


def magnitude(value: Fraction) -> int:
    """The exponent of the highest bit of a number whose denominator is a power of two."""
    return abs(value.numerator).bit_length() - value.denominator.bit_length()


def is_decimal(value: Fraction) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


PLAIN: dict[str, Callable[[Fraction], bool]] = {
    "boolean": lambda value: value in (0, 1),
    "integer": lambda value: value.denominator == 1,
    "decimal": is_decimal,
    "number": lambda _: True,
}


def telling_numbers(type: DataType) -> Iterator[Number]:
    """Those of its values that lie at its edges, where another type would miss them."""
    yield from (Fraction(n) for n in (0, 1, -1))
    yield from (Fraction(sign * ((1 << bit) - less)) for bit in range(66) for less in (0, 1) for sign in (1, -1))
    if type in (NUMBER, Plain("decimal"), Plain("integer")):
        yield from (Fraction(10**200 + 1), Fraction(1, 10**200), Fraction(1, 10), "nan")
    if isinstance(type, Float):
        yield from ("nan", Fraction(2) ** LOWEST[type.bits], Fraction(2) ** HIGHEST[type.bits])
        yield Fraction((1 << MANTISSA[type.bits]) - 1)
    if isinstance(type, Decimal):
        step = Fraction(10) ** -type.scale
        yield from (step, (10**type.precision - 1) * step, -step)
        yield from ((10**count - 1) * step for count in range(type.precision))


@given(numbers, numbers)
@example(Float(64), Integer(32))
@example(Float(32), Decimal(8, -1))
def test_a_numeric_type_takes_another_in_if_it_can_hold_all_its_values(wide: DataType, narrow: DataType):
    values = [value for value in telling_numbers(narrow) if is_number_of(narrow, value)]

    assert takes_in(wide, narrow) == all(is_number_of(wide, value) for value in values)


SIZED = (*(Integer(b, s) for b in (8, 16, 32, 64) for s in (True, False)), *map(Float, (16, 32, 64)))
SOME = (*SIZED, *map(Plain, PLAIN), Decimal(2, 0), Decimal(19, 0), Decimal(20, 0), Decimal(9, 2), Decimal(5, -1))


@pytest.mark.parametrize("wide", SOME, ids=str)
def test_all_pairs_of_numeric_types(wide: DataType):
    for narrow in SOME:
        values = [value for value in telling_numbers(narrow) if is_number_of(narrow, value)]

        assert takes_in(wide, narrow) == all(is_number_of(wide, value) for value in values), narrow


Moment = tuple[str, float]


def is_moment_of(type: DataType, value: Moment) -> bool:
    what, tick = value
    if isinstance(type, Time):
        return what == "time" and tick % TICKS[type.unit] == 0
    if isinstance(type, Timestamp):
        fits = type.unit != "ns" or abs(tick) < 1 << 63
        return what == ("instant" if type.zone else "local") and fits and tick % TICKS[type.unit] == 0
    if type == DATE:
        return what == "local" and tick % DAY == 0
    return (what == "time") == (type == Plain("time"))


def telling_moments() -> Iterator[Moment]:
    for tick in (0, 0.5, 1, 10**3, 10**6, 10**9):
        yield from (("time", tick), ("local", tick), ("instant", tick))
    for day in (YEARS[0], YEARS[-1], 0, 1):
        yield from (("local", day * DAY), ("instant", day * DAY))


@given(clocks, clocks)
def test_a_type_of_time_takes_another_in_if_it_can_hold_all_its_moments(wide: DataType, narrow: DataType):
    values = [value for value in telling_moments() if is_moment_of(narrow, value)]

    assert takes_in(wide, narrow) == all(is_moment_of(wide, value) for value in values)


@given(drawn.types, drawn.types, drawn.types)
def test_taking_in_is_an_order(one: DataType, two: DataType, three: DataType):
    assert takes_in(one, one)
    if takes_in(one, two) and takes_in(two, three):
        assert takes_in(one, three)


@given(drawn.types, drawn.types)
def test_a_change_and_its_opposite_do_opposite_things(before: DataType, after: DataType):
    opposite = {Effect.WIDER: Effect.NARROWER, Effect.MEMBER_ADDED: Effect.MEMBER_DROPPED}
    opposite |= {value: key for key, value in opposite.items()}

    forth, back = effects(before, after), effects(after, before)

    assert {opposite.get(effect, effect) for effect in forth} == back
    assert (not forth) == (before == after)
    assert effects(ListOf(before), ListOf(after)) == forth
    assert effects(MapOf(before, DATE), MapOf(after, DATE)) == forth


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("int32", "int64", {Effect.WIDER}),
        ("integer", "string", {Effect.OTHER}),
        ("unknown", "int64", {Effect.UNSURE}),
        ("timestamp(us,UTC)", "timestamp(us,Europe/Berlin)", {Effect.ALIKE}),
        ("timestamp(us)", "timestamp(us,UTC)", {Effect.OTHER}),
        ("struct<a:int8,b:int8>", "struct<b:int8,a:int8>", {Effect.ALIKE}),
        ("struct<a:int8,b:int8>", "struct<a:int16,c:int8>", {Effect.WIDER, Effect.MEMBER_ADDED, Effect.MEMBER_DROPPED}),
        ("list<struct<a:int8>>", "list<struct<a:int8,b:date>>", {Effect.MEMBER_ADDED}),
        ("list<int8>", "map<int8,int8>", {Effect.OTHER}),
        ("list<int8>", "array", {Effect.WIDER}),
        ("object", "struct<a:int8>", {Effect.NARROWER}),
    ],
)
def test_what_a_change_of_type_does(before: str, after: str, expected: set[Effect]):
    assert effects(parse(before), parse(after)) == expected


def test_only_the_unknown_takes_in_the_unknown():
    assert takes_in(UNKNOWN, ARRAY)
    assert not takes_in(ARRAY, UNKNOWN)
