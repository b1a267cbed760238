"""What was measured, as a distribution: a few ordered points, told apart by how many measurements they rest on.

The quantiles are those of Weibull's plotting positions (type 6 of Hyndman and Fan, "Sample Quantiles in Statistical
Packages", The American Statistician 50, 1996): the k-th of n ordered values is expected to have k / (n + 1) of all
values below it, whatever their distribution, so that 5 % of what comes lies beyond the 95 % point. That point is inside
of what was seen from 19 values on. With fewer, what lies beyond the largest is taken to fall off exponentially, as fast
as the larger half of the values does.
"""

from __future__ import annotations

import math
import sys
from array import array
from base64 import b64encode
from binascii import a2b_base64
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from struct import pack

MOST_POINTS = 40


@dataclass(frozen=True, slots=True)
class Spread:
    """`points` in order, at least one, at most 40: the k-th of n has k / (n + 1) of all values below it. `count` is how
    many values were measured. Durations and offsets are in seconds."""

    points: Sequence[float]
    count: int

    def quantile(self, probability: float) -> float:
        place = probability * (len(self.points) + 1)
        if place <= 1:
            return self.points[0]
        below = int(place)
        if below >= len(self.points):
            return self.points[-1] + self.tail * math.log(1 / ((len(self.points) + 1) * (1 - probability)))
        low, high = self.points[below - 1], self.points[below]
        return low + (place - below) * (high - low)

    @property
    def tail(self) -> float:
        """How far, on average, the values above the middle lie beyond it; 0 where all are equal."""
        middle = self.points[len(self.points) // 2] if len(self.points) % 2 else _half_way(self.points)
        beyond = [point - middle for point in self.points if point > middle]
        return fmean(beyond) if beyond else 0.0

    def below(self, value: float) -> float:
        """Which part of all values is at most `value`."""
        size = len(self.points)
        if value < self.points[0]:
            return 0.0
        if value >= self.points[-1]:
            tail = self.tail
            return 1 - math.exp(-(value - self.points[-1]) / tail) / (size + 1) if tail else 1.0
        at = bisect_right(self.points, value)
        low, high = self.points[at - 1], self.points[at]
        return (at + (value - low) / (high - low)) / (size + 1)

    def left(self, elapsed: float) -> Spread:
        """How much is left of what is known to be more than `elapsed`. Nothing is, where it is beyond all that is
        possible."""
        if elapsed < self.points[0]:
            return Spread(tuple(point - elapsed for point in self.points), self.count)
        gone = self.below(elapsed)
        if gone >= 1.0:
            return Spread((0.0,), self.count)
        size = len(self.points)
        shares = (gone + (1 - gone) * place / (size + 1) for place in range(1, size + 1))
        # In order but for what is rounded.
        return Spread(tuple(sorted(max(self.quantile(share) - elapsed, 0.0) for share in shares)), self.count)


def spread_of(values: Iterable[float]) -> Spread | None:
    """None of no values."""
    ordered = sorted(values)
    if not ordered:
        return None
    if len(ordered) <= MOST_POINTS:
        return Spread(tuple(ordered), len(ordered))
    places = (place / (MOST_POINTS + 1) * (len(ordered) + 1) for place in range(1, MOST_POINTS + 1))
    return Spread(tuple(_between(ordered, place) for place in places), len(ordered))


def written(spread: Spread) -> str:
    """As the graph keeps it: one text, which is read twenty times as fast as a list of numbers."""
    return b64encode(pack(f"<{len(spread.points) + 1}d", float(spread.count), *spread.points)).decode()


def read(text: str) -> Spread:
    """What `written` wrote. Its points stay as they were packed: a forecast reads them by the million."""
    numbers = array("d", a2b_base64(text))
    if sys.byteorder == "big":
        numbers.byteswap()
    return Spread(numbers[1:], int(numbers[0]))


def differs(some: Sequence[float], others: Sequence[float]) -> bool:
    """Whether `some` are smaller or larger than `others` by more than chance: the rank-sum test of Mann and Whitney,
    with ties, at about 1 in 100."""
    if not some or not others:
        return False
    ranks, ties = _ranks([*some, *others])
    total = len(some) + len(others)
    expected = len(some) * (total + 1) / 2
    variance = len(some) * len(others) / 12 * ((total + 1) - ties / (total * (total - 1)))
    return variance > 0 and abs(sum(ranks[: len(some)]) - expected) / math.sqrt(variance) > 2.58


def _ranks(values: Sequence[float]) -> tuple[list[float], float]:
    """The rank of each, equal ones sharing theirs, and what the variance loses by that."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, ties, first = [0.0] * len(values), 0.0, 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for place in order[first : last + 1]:
            ranks[place] = (first + last) / 2 + 1
        ties += (size := last - first + 1) ** 3 - size
        first = last + 1
    return ranks, ties


def _between(ordered: Sequence[float], place: float) -> float:
    """The value at a place that counts from 1 and may lie between two."""
    below = min(max(int(place), 1), len(ordered) - 1)
    return ordered[below - 1] + (place - below) * (ordered[below] - ordered[below - 1])


def _half_way(points: Sequence[float]) -> float:
    half = len(points) // 2
    return (points[half - 1] + points[half]) / 2
