"""No pool ever gave more than it had: held against all attempts there were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from graph_model.store.graph import Graph, Row


def overfull(graph: Graph) -> Iterator[tuple[str, str]]:
    """Attempts that took a slot which their pool did not have any more when they started, each with what is wrong."""
    return overfull_among(graph.rows("verify.attempts_with_slots"))


def overfull_among(attempts: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """`attempts`: rows of `verify.attempts_with_slots`."""
    taken: Counter[str] = Counter()
    going_on: list[tuple[datetime, int, list[str]]] = []
    number = count()
    for attempt in attempts:
        while going_on and going_on[0][0] <= attempt["started_at"]:
            taken.subtract(heappop(going_on)[2])
        taken.update(attempt["took"])
        for pool, most in sorted(set(zip(attempt["took"], attempt["most"], strict=True))):
            if taken[pool] > most:
                yield attempt["id"], f"it made {taken[pool]} slots of pool {pool} be taken, which had {most}"
        if attempt["ended_at"] is not None:
            heappush(going_on, (attempt["ended_at"], next(number), attempt["took"]))
