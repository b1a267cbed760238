"""How the benchmark of lineage takes times, and how it prints them."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

ROUNDS = 3
UNIT = "ms (p50 / p95 / processor)"
GAIN = 0.95
"""A round that takes more than this of the shortest one before it: asking on makes nothing faster."""


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def warmed(ask: Callable[[], object], *, seconds: float = 0, least: int = 2, most: int | None = None) -> list[float]:
    """Asks round by round until a round is hardly shorter than the best one before it, as a server was asked that has
    been up for a while: one that was just started plans and translates itself, and takes several times as long. Not
    before so many seconds and rounds, and not for more rounds than `most`. The seconds of each round."""
    took: list[float] = []
    while most is None or len(took) < most:
        took.append(timed(ask)[1])
        if len(took) >= max(least, 2) and sum(took) >= seconds and took[-1] > GAIN * min(took[:-1]):
            break
    return took


@dataclass(slots=True)
class Taken:
    """What answers took: of each the shortest time of three (what else a busy machine does is not what is measured),
    and its processor time, of which the median is told (a compiler at work in the graph is not what is measured).
    """

    shortest: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def best(self, processor: Callable[[], float], work: Callable[[], Any]) -> Any:
        before = processor()
        tries = [timed(work) for _ in range(ROUNDS)]
        self.processor.append((processor() - before) / ROUNDS)
        self.shortest.append(min(seconds for _, seconds in tries))
        return tries[-1][0]

    def __str__(self) -> str:
        return f"{spread(self.shortest)} / {statistics.median(self.processor) * 1000:.1f}"


def spread(seconds: Sequence[float]) -> str:
    """Milliseconds: the median and the 95th percentile."""
    ordered = sorted(seconds)
    return f"{statistics.median(ordered) * 1000:.1f} / {ordered[int(len(ordered) * 0.95)] * 1000:.1f}"


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(title: str, *columns: str) -> None:
    say(f"\n### {title}\n\n{row(*columns)}\n|{'---|' * len(columns)}")
