"""Which of some runs fit into their pools: a pure decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Run = TypeVar("Run")


def fitting(wanted: Iterable[tuple[Run, Sequence[str]]], free: Mapping[str, int]) -> tuple[Run, ...]:
    """Those of `wanted`, in their order, for which there is room beside those before them. Each says which pools it
    takes from, once for each slot; pools that are not in `free` give as many as anybody wants.
    """
    left = dict(free)
    chosen: list[Run] = []
    for run, takes in wanted:
        needs = Counter(pool for pool in takes if pool in left)
        if any(slots > left[pool] for pool, slots in needs.items()):
            continue
        for pool, slots in needs.items():
            left[pool] -= slots
        chosen.append(run)
    return tuple(chosen)
