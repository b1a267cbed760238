"""Quantiles of what was measured: known by hand, right on average, and honest about what is left."""

from __future__ import annotations

import random
from statistics import NormalDist

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph_model.deadlines.spread import MOST_POINTS, Spread, differs, spread_of

values = st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=120)


def test_of_nothing_nothing_is_said() -> None:
    assert spread_of([]) is None


def test_quantiles_lie_between_the_values() -> None:
    spread = Spread((10.0, 20.0, 30.0, 40.0), 4)

    assert [spread.quantile(p) for p in (0.2, 0.4, 0.5, 0.8)] == pytest.approx([10, 20, 25, 40])
    assert spread.quantile(0.01) == 10


def test_beyond_the_largest_value_lies_what_was_not_seen_yet() -> None:
    spread = Spread((10.0, 20.0, 30.0, 40.0), 4)

    assert spread.tail == 10, "30 and 40 lie 5 and 15 above the middle"
    assert spread.quantile(0.95) == pytest.approx(40 + 10 * 1.3863, rel=1e-4)
    assert Spread((7.0, 7.0, 7.0), 3).quantile(0.999) == 7, "constants have no tail"


@given(values)
def test_many_values_are_told_by_few_points_in_order(values: list[float]) -> None:
    spread = spread_of(values)

    assert spread is not None
    assert len(spread.points) <= MOST_POINTS
    assert spread.count == len(values)
    assert list(spread.points) == sorted(spread.points)
    assert min(values) <= spread.points[0] <= spread.points[-1] <= max(values)


@given(values, st.floats(0, 1e6), st.floats(0.01, 0.99))
@example([0.0] * 6 + [1.0] * 2, 0.0, 0.5)  # rounded, the smaller of two was the larger one
def test_what_is_left_is_never_less_than_nothing_and_never_more_than_it_could_be(
    values: list[float], elapsed: float, share: float
) -> None:
    spread = spread_of(values)
    assert spread is not None

    left = spread.left(elapsed)

    assert left.quantile(share) >= 0
    assert list(left.points) == sorted(left.points)


def test_what_has_lasted_long_is_told_from_what_lasted_longer() -> None:
    spread = spread_of([float(value) for value in range(1, 101)])
    assert spread is not None

    assert spread.left(0.0).quantile(0.5) == pytest.approx(50.5)
    assert spread.left(80.0).quantile(0.5) == pytest.approx(10.5, abs=1.0)
    assert Spread((60.0, 60.0), 2).left(90.0).points == (0.0,), "a constant that is over"


@pytest.mark.parametrize("count", [8, 19, 60, 400])
def test_five_in_a_hundred_lie_beyond_the_95_percent_point_however_few_were_measured(count: int) -> None:
    chance = random.Random(count)
    beyond, rounds = 0, 2_000
    for _ in range(rounds):
        spread = spread_of([chance.lognormvariate(4, 0.4) for _ in range(count)])
        assert spread is not None
        beyond += chance.lognormvariate(4, 0.4) > spread.quantile(0.95)

    assert 0.03 < beyond / rounds < 0.085


def test_kinds_of_days_differ_by_more_than_chance_only() -> None:
    chance = random.Random(7)
    mondays = [chance.gauss(60, 5) for _ in range(10)]
    others = [chance.gauss(60, 5) for _ in range(60)]

    assert not differs(mondays, others)
    assert differs([value + 10 for value in mondays], others)
    assert not differs([3.0] * 9, [3.0] * 40), "all alike"
    assert not differs([], others)


def test_chance_alone_rarely_looks_like_a_difference() -> None:
    draws = NormalDist(60, 5).samples(40 * 500, seed=11)
    rounds = [draws[start : start + 40] for start in range(0, len(draws), 40)]

    assert sum(differs(drawn[:10], drawn[10:]) for drawn in rounds) / len(rounds) < 0.03
