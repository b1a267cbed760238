"""The arithmetic of checks that compare: bands, tolerances, ages. Pure functions of numbers and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median

Number = int | float | Decimal
LOST_BY_FLOATS = Decimal("1e-12")
"""The share of a sum of floats that rounding may have changed."""


@dataclass(frozen=True, slots=True)
class Band:
    """What is usual: from `low` to `high`, both included, around `middle`."""

    low: float
    middle: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def band(history: Sequence[float], *, deviations: float, slack_percent: float = 0.0) -> Band:
    """The median of a history, give or take so many times the median distance from it; at least the slack.

    Unlike mean and standard deviation, neither moves much for a few odd values among many. Raises StatisticsError for
    no history.
    """
    middle = float(median(history))
    distance = float(median(abs(value - middle) for value in history))
    half = max(deviations * distance, abs(middle) * slack_percent / 100)
    return Band(middle - half, middle, middle + half)


def agree(own: Number, other: Number, *, absolute: float | None = None, percent: float | None = None) -> bool:
    """Whether two numbers differ by no more than a tolerance; a share is one of `other`, without regard to its sign.

    Exact for integers and decimals; where one is a float, what its arithmetic may lose is no difference. A tolerance
    counts as it is written: 0.1 is a tenth.
    """
    one, two = exact(own), exact(other)
    if not (one.is_finite() and two.is_finite()):
        return not (one.is_nan() or two.is_nan()) and one == two
    allowed = exact(absolute or 0) if percent is None else abs(two) * exact(percent) / 100
    if isinstance(own, float) or isinstance(other, float):
        allowed += max(abs(one), abs(two)) * LOST_BY_FLOATS
    return abs(one - two) <= allowed


def exact(number: Number) -> Decimal:
    """A number as it is written in decimals."""
    if isinstance(number, Decimal):
        return number
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def age_in_words(age: timedelta) -> str:
    """`2 days 3 h`, `45 s`: the two largest units that are not zero."""
    seconds = round(abs(age).total_seconds())
    parts = []
    for name, size in (("days", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append("1 day" if (name, count) == ("days", 1) else f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"


def in_utc(moment: datetime) -> str:
    """To the second, for people."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
