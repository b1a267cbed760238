"""Plays one history from its seed and judges it."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.simulation.checker import check
from tests.simulation.faults import Cell
from tests.simulation.seams import all_random_from, bent
from tests.simulation.world import World

COLLECT_EVERY = 20


@dataclass
class Outcome:
    """How one history went. `digest` tells whether two were the same, step by step."""

    seed: int
    digest: int
    violations: list[str]
    hits: Counter[Cell] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)


def simulate(seed: int) -> Outcome:
    """One history. Call it inside `seams.bent()`."""
    world = World(seed)
    with all_random_from(world.chance):
        world.play()
        violations = [*world.witness.violations, *check(world)]
        world.close()
    return Outcome(seed, world.scheduler.digest, violations, world.faults.hits, world.faults.others)


def simulate_many(seeds: Iterable[int]) -> Iterator[Outcome]:
    """Histories one after the other, with the garbage collector held off while one is played."""
    with bent():
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            for number, seed in enumerate(seeds, 1):
                yield simulate(seed)
                if number % COLLECT_EVERY == 0:
                    gc.collect()
        finally:
            gc.enable()
            gc.unfreeze()
