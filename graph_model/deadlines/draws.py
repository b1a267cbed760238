"""How long each step takes in each history: the quantiles of what was measured, in an order that its id decides."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from graph_model.deadlines.spread import Spread
from graph_model.deadlines.waves import Floats, Places

if TYPE_CHECKING:
    from graph_model.deadlines.network import Step

HISTORIES = 199
"""So that 5, 50 and 95 % are the 10th, 100th and 190th of them."""

_ORDERS = 509
_LOT = 256


def at_once(count: int) -> Iterator[slice]:
    """Rows in lots that stay in the cache of a processor while they are worked on: that takes a quarter of the time."""
    return (slice(first, first + _LOT) for first in range(0, count, _LOT))


def draw(steps: Sequence[Step]) -> Floats:
    """The durations of each step in each history."""
    total = np.zeros((len(steps), HISTORIES))
    parts: dict[tuple[int, int], list[int]] = {}
    for at, step in enumerate(steps):
        for part, spread in enumerate(step.takes):
            parts.setdefault((part, len(spread.points)), []).append(at)
    for part, size in sorted(parts):
        alike = parts[part, size]
        for few in at_once(len(alike)):
            some = alike[few]
            values = _quantiles_of(_points([steps[at].takes[part] for at in some], size), size)
            orders = _orders([f"{steps[at].id}/{part}" for at in some])
            total[some] += np.take_along_axis(values, orders, axis=1)
    return total


def _points(spreads: Sequence[Spread], size: int) -> Floats:
    """A row for each spread; all have `size` points."""
    packed = [one.points if isinstance(one.points, array) else array("d", one.points) for one in spreads]
    return np.frombuffer(b"".join(packed)).reshape(len(spreads), size)


def _quantiles_of(points: Floats, size: int) -> Floats:
    """What `Spread.quantile` says, for many at once."""
    shares = np.arange(1, HISTORIES + 1) / (HISTORIES + 1)
    where = np.clip(shares * (size + 1), 1.0, float(size))
    below = np.minimum(where.astype(np.intp), max(size - 1, 1))
    part = where - below
    low, high = points.take(below - 1, axis=1), points.take(np.minimum(below, size - 1), axis=1)
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
    return _few_orders()[marks % _ORDERS, marks // _ORDERS % HISTORIES]


@cache
def _few_orders() -> Places:
    """By order and turn. The turns of one order lie in one row, written twice."""
    random = np.random.default_rng(20130105)
    orders = np.stack([random.permutation(HISTORIES) for _ in range(_ORDERS)])
    return sliding_window_view(np.concatenate((orders, orders), axis=1), HISTORIES, axis=1)
