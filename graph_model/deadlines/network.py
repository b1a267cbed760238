"""Runs time through a network of steps, many times at once: when each is over, and how much time it has to spare.

The 95 % point of a path is not the sum of the 95 % points of its steps: that all of them are slow at once hardly ever
happens. So each step gets 199 durations, its quantiles at equal distances in an order of its own, and 199 histories of
the whole network are computed side by side. The orders follow from the ids alone: two computations of one network
differ only where it differs, and a later input never makes anything earlier in any history.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_model.deadlines.spread import Spread

HISTORIES = 199
"""So that 5, 50 and 95 % are the 10th, 100th and 190th of them."""
EARLY, LIKELY, LATE = 9, 99, 189

_ORDERS = 509
Floats: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that begins when what it comes `after` (places in the network) is over, and not before `release`.

    `takes` are the durations that it adds up, one after the other. `first_of`: the first of `after` is enough.
    `blocked`: it does not come to its end by itself. All times are seconds from the moment of the forecast.
    """

    id: str
    after: tuple[int, ...] = ()
    takes: tuple[Spread, ...] = ()
    release: float = 0.0
    first_of: bool = False
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """`ends` and `durations`: a row for each step, a column for each history."""

    steps: Sequence[Step]
    order: Sequence[int]
    ends: Floats
    durations: Floats

    def end_of(self, places: Sequence[int]) -> Floats:
        """When the last of some steps is over, in each history."""
        return self.ends[list(places)].max(axis=0)

    def path_to(self, places: Sequence[int]) -> tuple[int, ...]:
        """The steps that decide when the last of `places` is over, in their order: backwards from the one that is last
        in most histories, each time what it waited for in most of them. It begins with what waits for no other."""
        found, among, first_of = list[int](), tuple(places), False
        while among:
            ends = self.ends[list(among)]
            deciding = ends.argmin(axis=0) if first_of else ends.argmax(axis=0)
            at = among[int(np.bincount(deciding, minlength=len(among)).argmax())]
            found.append(at)
            among, first_of = self._waited_for(at), self.steps[at].first_of
        return tuple(reversed(found))

    def _waited_for(self, at: int) -> tuple[int, ...]:
        """What a step comes after; nothing, where in most histories something else keeps it longer."""
        step = self.steps[at]
        if not step.after:
            return ()
        ends = self.ends[list(step.after)]
        begin = ends.min(axis=0) if step.first_of else ends.max(axis=0)
        return () if (begin < step.release).mean() > 0.5 else step.after


def run_through(steps: Sequence[Step]) -> Times:
    """When each step is over. They may be in any order; one that is part of a circle never is."""
    durations = _draw(steps)
    order = _order(steps)
    ends = np.full((len(steps), HISTORIES), np.inf)
    for at in order:
        step = steps[at]
        if step.blocked:
            continue
        row = ends[at]
        if len(step.after) == 1:
            np.maximum(ends[step.after[0]], step.release, out=row)
        elif step.after:
            several = ends[list(step.after)]
            (several.min(axis=0, out=row) if step.first_of else several.max(axis=0, out=row))
            np.maximum(row, step.release, out=row)
        else:
            row[:] = step.release
        row += durations[at]
    return Times(steps, order, ends, durations)


def latest_ends(times: Times, limits: Sequence[tuple[int, float]]) -> Floats:
    """When each step must be over at the latest, in each history, so that no step in `limits` is over after its limit;
    infinity where nothing depends on it."""
    latest = np.full(times.ends.shape, np.inf)
    for at, limit in limits:
        np.minimum(latest[at], limit, out=latest[at])
    for at in reversed(times.order):
        step = times.steps[at]
        if not step.after or step.first_of or not np.isfinite(latest[at, 0]):
            continue
        begin = latest[at] - times.durations[at]
        for before in step.after:
            np.minimum(latest[before], begin, out=latest[before])
    return latest


def quantiles(rows: Floats) -> Floats:
    """The 5, 50 and 95 % points of each row."""
    return np.partition(rows, (EARLY, LIKELY, LATE), axis=-1)[..., (EARLY, LIKELY, LATE)]


def _draw(steps: Sequence[Step]) -> Floats:
    """The durations of each step in each history."""
    total = np.zeros((len(steps), HISTORIES))
    deepest = max((len(step.takes) for step in steps), default=0)
    for part in range(deepest):
        places = np.array([at for at, step in enumerate(steps) if len(step.takes) > part], dtype=np.intp)
        values = _values([steps[at].takes[part] for at in places])
        orders = _orders([f"{steps[at].id}/{part}" for at in places])
        total[places] += np.take_along_axis(values, orders, axis=1)
    return total


def _values(spreads: Sequence[Spread]) -> Floats:
    """The quantiles of each spread, at equal distances."""
    values = np.empty((len(spreads), HISTORIES))
    by_size: dict[int, list[int]] = {}
    for place, spread in enumerate(spreads):
        by_size.setdefault(len(spread.points), []).append(place)
    for size, places in by_size.items():
        points = np.array([spreads[place].points for place in places])
        values[places] = _quantiles_of(points, size)
    return values


def _quantiles_of(points: Floats, size: int) -> Floats:
    """What `Spread.quantile` says, for many at once."""
    shares = np.arange(1, HISTORIES + 1) / (HISTORIES + 1)
    where = np.clip(shares * (size + 1), 1.0, float(size))
    below = np.minimum(where.astype(np.intp), max(size - 1, 1))
    part = where - below
    low, high = points[:, below - 1], points[:, np.minimum(below, size - 1)]
    found = low + part * (high - low)
    beyond = shares * (size + 1) > size
    if beyond.any():
        extra = np.log(1 / ((size + 1) * (1 - shares[beyond])))
        found[:, beyond] += _tails(points)[:, None] * extra
    return found


def _tails(points: Floats) -> Floats:
    over = points - np.median(points, axis=1)[:, None]
    above = np.where(over > 0, over, 0.0)
    return above.sum(axis=1) / np.maximum((over > 0).sum(axis=1), 1)


def _orders(ids: Sequence[str]) -> Places:
    """An order of the histories for each id: one of a few hundred, turned by one of as many steps as it has."""
    marks = np.array([zlib.crc32(id_.encode()) for id_ in ids], dtype=np.int64)
    turned = (np.arange(HISTORIES)[None, :] + (marks // _ORDERS % HISTORIES)[:, None]) % HISTORIES
    return _few_orders()[(marks % _ORDERS)[:, None], turned]


@cache
def _few_orders() -> Places:
    random = np.random.default_rng(20130105)
    return np.stack([random.permutation(HISTORIES) for _ in range(_ORDERS)])


def _order(steps: Sequence[Step]) -> list[int]:
    """Each step after all that it comes after; without those in a circle and what follows from it."""
    waits = [len(step.after) for step in steps]
    following: list[list[int]] = [[] for _ in steps]
    for at, step in enumerate(steps):
        for before in step.after:
            following[before].append(at)
    order = [at for at, count in enumerate(waits) if count == 0]
    for at in order:
        for later in following[at]:
            waits[later] -= 1
            if waits[later] == 0:
                order.append(later)
    return order
