"""A seeded few of the kills of `make kill-matrix`: each victim once, and twice in `make test-long`, at another step."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.kill.cells import STEPS, VICTIMS, Cell, play
from tests.kill.checker import await_quiet, check
from tests.kill.load import Load
from tests.kill.matrix import seed_of
from tests.kill.stack import Stack
from tests.support.length import short_or_long

pytestmark = pytest.mark.xdist_group("kill")
SEED = 1


def a_few() -> list[tuple[Cell, int]]:
    """Half of the victims while reports arrive and half while jobs run, or each in both; no step comes twice."""
    steps = random.Random(SEED).sample(STEPS, 2 * len(VICTIMS))
    dozen = [(Cell(victim, step), number) for number in (0, 1) for victim in VICTIMS for step in [steps.pop()]]
    return short_or_long([dozen[place + len(VICTIMS) * (place % 2)] for place in range(len(VICTIMS))], dozen)


@pytest.mark.parametrize(("cell", "number"), a_few(), ids=str)
def test_a_kill_loses_nothing_and_doubles_nothing(stack: Stack, days: Iterator[int], cell: Cell, number: int) -> None:
    outcome = play(stack, cell, number=number, seed=seed_of(SEED, cell, number), day=next(days))

    assert outcome.reached
    assert outcome.findings.lost == []
    assert outcome.findings.doubled == []
    assert outcome.findings.broken == []


def test_the_checker_sees_a_lost_output_a_lost_report_and_a_version_that_was_published_twice(
    stack: Stack, load: Load
) -> None:
    load.send("a")
    load.send("b")
    assert await_quiet(load) == []
    assert check(load).clean
    (output,) = (stack.root / "totals" / load.day).glob("*/*")
    right = output.read_text()

    output.write_text(right + "7,7\n")
    load.acknowledged[f"b-{load.day}-1"] = "vs_of_nobody"
    published = load.acknowledged[f"a-{load.day}-1"]
    stack.rows("CREATE (:AuditRecord {id: 'twice', subject: $version, transition: 'PUBLISHED'})", version=published)

    findings = check(load)
    assert [f"b-{load.day}-1" in lost or "totals" in lost for lost in findings.lost] == [True, True]
    assert ["published 2 times" in doubled for doubled in findings.doubled] == [True]
    stack.rows("MATCH (a:AuditRecord {id: 'twice'}) DELETE a")
