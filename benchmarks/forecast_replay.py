"""Days as they really went, and a simulator of events that plays them: what a forecast is held against."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Day = list[float]
"""How long each step took on one day, in seconds."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A network (`after`: the places of what each step waits for) and the days that it had.

    `together`: its jobs are slow on the same days. A forecast takes each for itself, so it is shown how far that goes
    wrong, and not held against it.
    """

    title: str
    after: Sequence[tuple[int, ...]]
    a_day: Callable[[random.Random], Day]
    together: bool = False


def simulated(after: Sequence[tuple[int, ...]], day: Day) -> list[float]:
    """When each step ends: whatever has all it waits for begins."""
    waits = [len(before) for before in after]
    following: list[list[int]] = [[] for _ in after]
    for at, before in enumerate(after):
        for one in before:
            following[one].append(at)
    events = [(day[at], at) for at, count in enumerate(waits) if count == 0]
    heapq.heapify(events)
    ends = [0.0] * len(after)
    while events:
        now, at = heapq.heappop(events)
        ends[at] = now
        for later in following[at]:
            waits[later] -= 1
            if waits[later] == 0:
                heapq.heappush(events, (now + day[later], later))
    return ends


def recorded_days() -> Iterator[Recorded]:
    shape = random.Random(1)
    wide = [tuple(shape.sample(range(at), min(at, shape.randint(0, 3)))) for at in range(60)]
    chain = [(at - 1,) if at else () for at in range(25)]
    yield Recorded("60 jobs, log-normal", wide, _log_normal(60))
    yield Recorded("a chain of 25, log-normal", chain, _log_normal(25))
    yield Recorded("60 jobs, one in 20 runs fails once and is tried again", wide, _with_retries(60))
    yield Recorded("60 jobs, two ways to go: quick or slow", wide, _two_ways(60))
    yield Recorded("60 jobs, all of them twice as slow on one day in ten", wide, _slow_days(60), together=True)


def _log_normal(jobs: int) -> Callable[[random.Random], Day]:
    shape = random.Random(2)
    shapes = [(shape.uniform(3, 6), shape.uniform(0.1, 0.8)) for _ in range(jobs)]
    return lambda chance: [chance.lognormvariate(*each) for each in shapes]


def _with_retries(jobs: int) -> Callable[[random.Random], Day]:
    plain = _log_normal(jobs)
    return lambda chance: [
        seconds * (1.6 if chance.random() < 0.05 else 1.0) + (30.0 if chance.random() < 0.05 else 0.0)
        for seconds in plain(chance)
    ]


def _two_ways(jobs: int) -> Callable[[random.Random], Day]:
    return lambda chance: [chance.gauss(600, 40) if chance.random() < 0.3 else chance.gauss(60, 5) for _ in range(jobs)]


def _slow_days(jobs: int) -> Callable[[random.Random], Day]:
    plain = _log_normal(jobs)

    def a_day(chance: random.Random) -> Day:
        factor = 2.0 if chance.random() < 0.1 else 1.0
        return [factor * seconds for seconds in plain(chance)]

    return a_day
