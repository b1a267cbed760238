"""Time through a network, against a simulator of events: exact where durations are constant, calibrated where not."""

from __future__ import annotations

import heapq
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_model.deadlines.network import LIKELY, Step, latest_ends, quantiles, run_through
from graph_model.deadlines.spread import Spread, spread_of


def constant(seconds: float) -> tuple[Spread, ...]:
    return (Spread((seconds,), 20),)


@st.composite
def networks(draw: st.DrawFn) -> list[Step]:
    """Any acyclic network of constants."""
    steps: list[Step] = []
    for at in range(draw(st.integers(1, 12))):
        after = draw(st.lists(st.integers(0, at - 1), unique=True, max_size=3)) if at else []
        release = draw(st.integers(0, 50))
        steps.append(Step(f"s{at}", tuple(after), constant(draw(st.integers(0, 40))), release))
    return steps


def simulate(steps: list[Step], durations: list[float]) -> list[float]:
    """A discrete-event simulation: whatever has all it waits for begins, and ends after its duration."""
    waits = [len(step.after) for step in steps]
    events = [(step.release, 0, at) for at, step in enumerate(steps) if not step.after]
    heapq.heapify(events)
    ends: list[float] = [float("inf")] * len(steps)
    while events:
        now, is_end, at = heapq.heappop(events)
        if not is_end:
            heapq.heappush(events, (now + durations[at], 1, at))
            continue
        ends[at] = now
        for later, step in enumerate(steps):
            if at in step.after:
                waits[later] -= 1
                if waits[later] == 0:
                    heapq.heappush(events, (max(now, step.release), 0, later))
    return ends


def durations_of(steps: list[Step]) -> list[float]:
    return [step.takes[0].points[0] if step.takes else 0.0 for step in steps]


@given(networks())
def test_with_constants_every_history_is_that_of_the_simulator(steps: list[Step]) -> None:
    ends = run_through(steps).ends

    expected = np.array(simulate(steps, durations_of(steps)))
    assert (ends == expected[:, None]).all()


@given(networks())
def test_the_way_there_is_as_long_as_the_time_to_its_end(steps: list[Step]) -> None:
    times = run_through(steps)
    last = len(steps) - 1

    path = times.path_to([last])

    assert path[-1] == last
    first = steps[path[0]]
    begin = float(times.ends[path[0], LIKELY]) - durations_of(steps)[path[0]]
    assert begin == max(first.release, 0.0)
    assert begin + sum(durations_of([steps[at] for at in path])) == times.ends[last, LIKELY]


@given(networks(), st.integers(0, 300))
def test_what_takes_longer_by_its_slack_is_just_in_time(steps: list[Step], spare: int) -> None:
    times = run_through(steps)
    last = len(steps) - 1
    limit = float(times.ends[last, LIKELY]) + spare

    slack = latest_ends(times, [(last, limit)])[:, LIKELY] - times.ends[:, LIKELY]

    for at, left in enumerate(map(float, slack)):
        if np.isinf(left):
            assert last not in reached_from(steps, at)
            continue
        for more, is_in_time in ((left, True), (left + 1, False)):
            longer = durations_of(steps)
            longer[at] += more
            assert (simulate(steps, longer)[last] <= limit) is is_in_time


def reached_from(steps: list[Step], at: int) -> set[int]:
    found = {at}
    for later, step in enumerate(steps):
        if found & set(step.after):
            found.add(later)
    return found


@given(networks(), st.data())
@settings(max_examples=50)
def test_later_inputs_never_make_anything_earlier(steps: list[Step], data: st.DataObject) -> None:
    slow = [Step(s.id, s.after, (Spread((5.0, 9.0, 30.0), 3),), s.release) for s in steps]
    at = data.draw(st.integers(0, len(steps) - 1))
    delayed = list(slow)
    delayed[at] = Step(slow[at].id, slow[at].after, slow[at].takes, slow[at].release + 60)

    assert (run_through(delayed).ends >= run_through(slow).ends).all()


def test_the_95_percent_point_of_a_path_is_not_the_sum_of_those_of_its_steps() -> None:
    chance = random.Random(5)
    spreads = [spread_of([chance.expovariate(1 / 100) for _ in range(200)]) for _ in range(20)]
    steps = [Step(f"s{at}", (at - 1,) if at else (), (spread,)) for at, spread in enumerate(spreads) if spread]

    _, likely, late = quantiles(run_through(steps).ends)[-1]

    # The sum of twenty exponential durations: mean 2000, standard deviation 447.
    assert likely == pytest.approx(1970, rel=0.1)
    assert late == pytest.approx(2790, rel=0.1)
    assert sum(spread.quantile(0.95) for spread in spreads if spread) > 5_000


def test_the_first_of_several_is_enough_where_one_is() -> None:
    steps = [
        Step("a", takes=constant(10)),
        Step("b", takes=constant(50)),
        Step("c", (0, 1), constant(1), enough=1),
    ]

    times = run_through(steps)

    assert times.ends[2, 0] == 11
    assert times.path_to([2]) == (0, 2)


def test_what_is_blocked_is_never_over_nor_is_what_waits_for_it_or_for_itself() -> None:
    steps = [Step("a", blocked=True), Step("b", (0,), constant(1)), Step("c", (3,)), Step("d", (2,))]

    assert np.isinf(run_through(steps).ends).all()


def test_the_quantiles_of_one_step_are_those_of_its_spread() -> None:
    spread = spread_of([random.Random(3).lognormvariate(3, 1) for _ in range(300)])
    assert spread is not None

    soonest, likely, late = quantiles(run_through([Step("a", takes=(spread,))]).ends)[0]

    assert (soonest, likely, late) == pytest.approx([spread.quantile(p) for p in (0.05, 0.5, 0.95)])
    few = Spread((3.0, 5.0), 2)
    assert quantiles(run_through([Step("a", takes=(few,))]).ends)[0, 2] == pytest.approx(few.quantile(0.95))


@pytest.mark.parametrize("jobs", [30])
def test_as_many_simulated_days_as_should_end_after_the_forecast(jobs: int) -> None:
    """Learned from 60 days, held against 60 others, for a random network whose jobs have distributions of their own."""
    chance = random.Random(42)
    after = [tuple(sorted(chance.sample(range(at), min(at, chance.randint(0, 3))))) for at in range(jobs)]
    shapes = [(chance.uniform(3, 6), chance.uniform(0.1, 0.8)) for _ in range(jobs)]

    def a_day() -> list[float]:
        return [chance.lognormvariate(*shape) for shape in shapes]

    past = [a_day() for _ in range(60)]
    spreads = [spread_of(day[at] for day in past) for at in range(jobs)]
    steps = [Step(f"job-{at}", after[at], (spread,)) for at, spread in enumerate(spreads) if spread]
    points = quantiles(run_through(steps).ends)

    actual = np.array([simulate(steps, a_day()) for _ in range(400)])
    beyond_late, beyond_likely = (actual > points[:, 2]).mean(), (actual > points[:, 1]).mean()
    assert 0.02 < beyond_late < 0.09
    assert 0.4 < beyond_likely < 0.6
