"""Finds circles in what depends on what."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
MOST_CYCLES = 20


def find_cycles(downstream: Mapping[N, Iterable[N]]) -> tuple[tuple[N, ...], ...]:
    """Circles, each in the direction of flow and starting and ending with the same node; at most MOST_CYCLES.

    Each found circle is opened before the next is looked for, so that circles that share nothing are all found at once.
    """
    upstream = _turned_round(downstream)
    found: list[tuple[N, ...]] = []
    while len(found) < MOST_CYCLES:
        cycle = _one_cycle(upstream)
        if cycle is None:
            break
        found.append(cycle)
        del upstream[cycle[1]][cycle[0]]
    return tuple(found)


def _turned_round(downstream: Mapping[N, Iterable[N]]) -> dict[N, dict[N, None]]:
    """Each node with what it depends on, in the order of declaration."""
    upstream: dict[N, dict[N, None]] = {node: {} for node in downstream}
    for node, targets in downstream.items():
        for target in targets:
            upstream.setdefault(target, {})[node] = None
    return upstream


def _one_cycle(upstream: Mapping[N, Iterable[N]]) -> tuple[N, ...] | None:
    try:
        TopologicalSorter(upstream).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return None
