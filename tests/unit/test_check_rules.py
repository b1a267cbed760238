"""The arithmetic of checks that compare, against definitions that are slower and plainer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph_model.checks.rules import age_in_words, agree, band

counts = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)


def middle_of(values: list[Fraction]) -> Fraction:
    """The median by its definition: as many values below as above."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@given(counts, st.integers(0, 10), st.integers(0, 50), st.integers(0, 10**9))
@example([24] * 9, 5, 0, 25)
@example([100, 100, 100, 100, 10**9], 3, 0, 101)
def test_a_band_is_the_median_give_or_take_deviations(
    history: list[int], deviations: int, slack: int, rows: int
) -> None:
    exact = [Fraction(value) for value in history]
    middle = middle_of(exact)
    distance = middle_of([abs(value - middle) for value in exact])
    half = max(deviations * distance, middle * slack / 100)

    usual = band(history, deviations=deviations, slack_percent=slack)

    assert usual.middle == middle
    assert (usual.low, usual.high) == (pytest.approx(float(middle - half)), pytest.approx(float(middle + half)))
    assert usual.holds(float(middle))
    if slack == 0:  # no rounding: halves are exact
        assert usual.holds(rows) == (middle - half <= rows <= middle + half)


@given(counts)
def test_a_few_wild_values_do_not_widen_a_band(history: list[int]) -> None:
    steady = [1000 + value % 10 for value in history] * 3
    wild = [10**12] * (len(steady) // 3)

    usual = band([*steady, *wild], deviations=5)

    assert usual.high < 2000


numbers = st.integers(-(10**20), 10**20) | st.decimals(-(10**12), 10**12, places=4)


@given(numbers, numbers, st.integers(0, 10**6))
def test_exact_numbers_agree_within_an_absolute_tolerance_to_the_last_digit(
    own: int | Decimal, other: int | Decimal, tolerance: int
) -> None:
    assert agree(own, other, absolute=tolerance) == (abs(Fraction(own) - Fraction(other)) <= tolerance)


@given(numbers, numbers, st.integers(0, 200))
def test_a_share_is_one_of_the_other_number(own: int | Decimal, other: int | Decimal, percent: int) -> None:
    allowed = abs(Fraction(other)) * percent / 100

    assert agree(own, other, percent=percent) == (abs(Fraction(own) - Fraction(other)) <= allowed)


@pytest.mark.parametrize(
    ("own", "other", "tolerance", "expected"),
    [
        (0.1 + 0.2, 0.3, {}, True),
        (0.1 + 0.2, Decimal("0.3"), {}, True),
        (1234567.89, 1234567.88, {}, False),
        (0.3, 0.2, {"absolute": 0.1}, True),
        (-90, -100, {"percent": 10.0}, True),
        (-89, -100, {"percent": 10.0}, False),
        (0, 0, {"percent": 0.0}, True),
        (1, 0, {"percent": 50.0}, False),
        (float("nan"), float("nan"), {}, False),
        (float("inf"), float("inf"), {}, True),
        (float("inf"), 1.0, {"absolute": 5}, False),
    ],
)
def test_numbers_agree_as_people_would_say(
    own: float, other: float, tolerance: dict[str, float], *, expected: bool
) -> None:
    assert agree(own, other, **tolerance) is expected


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(), "0 s"),
        (timedelta(seconds=-75), "1 min 15 s"),
        (timedelta(days=1, hours=1, minutes=30), "1 day 1 h"),
        (timedelta(days=40), "40 days"),
    ],
)
def test_an_age_is_said_in_its_two_largest_units(age: timedelta, said: str) -> None:
    assert age_in_words(age) == said
