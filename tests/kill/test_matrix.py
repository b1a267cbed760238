"""A seeded dozen of the kills of `make kill-matrix`: each victim twice, each time at another step."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.kill.cells import STEPS, VICTIMS, Cell, play
from tests.kill.matrix import seed_of
from tests.kill.stack import Stack

pytestmark = pytest.mark.xdist_group("kill")
SEED = 1


def a_dozen() -> list[tuple[Cell, int]]:
    """Each victim twice, once while reports arrive and once while jobs run; no step comes twice."""
    steps = random.Random(SEED).sample(STEPS, 2 * len(VICTIMS))
    return [(Cell(victim, step), number) for number in (0, 1) for victim in VICTIMS for step in [steps.pop()]]


@pytest.mark.parametrize(("cell", "number"), a_dozen(), ids=str)
def test_a_kill_loses_nothing_and_doubles_nothing(stack: Stack, days: Iterator[int], cell: Cell, number: int) -> None:
    outcome = play(stack, cell, number=number, seed=seed_of(SEED, cell, number), day=next(days))

    assert outcome.reached
    assert outcome.findings.lost == []
    assert outcome.findings.doubled == []
    assert outcome.findings.broken == []
