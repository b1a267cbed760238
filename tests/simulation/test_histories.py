"""Histories with fixed seeds: 200 with every change, 500 in `make test-long`. `make simulate` plays fresh ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.simulation.faults import Cell
from tests.simulation.simulate import simulate_many
from tests.simulation.world import POOLED_FROM
from tests.support.length import short_or_long

PER_TEST = 50
# Each showed a mistake of the protocol once.
TELLING = (193, 681, 934, 2267, 113919676556, 588137984314)
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("first", range(0, short_or_long(200, 500), PER_TEST))
def test_nothing_is_lost_and_nothing_done_twice(first: int) -> None:
    wrong = {outcome.seed: outcome.violations for outcome in simulate_many(range(first, first + PER_TEST))}

    assert {seed: violations for seed, violations in wrong.items() if violations} == {}


def test_jobs_that_share_a_pool_never_take_more_than_it_has() -> None:
    wrong = {outcome.seed: outcome.violations for outcome in simulate_many(range(POOLED_FROM, POOLED_FROM + PER_TEST))}

    assert {seed: violations for seed, violations in wrong.items() if violations} == {}


def test_histories_that_showed_a_mistake_show_none_any_more() -> None:
    assert [violation for outcome in simulate_many(TELLING) for violation in outcome.violations] == []


def test_histories_are_full_of_faults() -> None:
    hits: Counter[Cell] = Counter()
    for outcome in simulate_many(range(60)):
        hits.update(outcome.hits)

    assert hits.total() > 150
    assert {kind for _, _, kind in hits} == {"crash", "pause", "cut", "late", "outage", "skew"}


def test_a_seed_is_the_same_history_in_every_interpreter() -> None:
    seeds = range(40, 46)
    here = [outcome.digest for outcome in simulate_many(seeds)]

    assert [outcome.digest for outcome in simulate_many(seeds)] == here
    assert [_digests(seeds, hash_seed) for hash_seed in ("1", "2")] == [here, here]


def _digests(seeds: Iterable[int], hash_seed: str) -> list[int]:
    program = (
        "from tests.simulation.simulate import simulate_many\n"
        f"print(*[outcome.digest for outcome in simulate_many({list(seeds)})])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(digest) for digest in done.stdout.split()]
