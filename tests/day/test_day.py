"""Ten seconds of a day of the flights estate, with two kills; `make day` plays the whole of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.day.story import Length, play

pytestmark = pytest.mark.xdist_group("day")


def test_a_piece_of_a_day_with_two_kills_leaves_nothing_wrong(tmp_path: Path) -> None:
    length = Length(days=2, seconds=10.0, faults=("worker", "leader"), minutes_before=0, hold_for="1s")

    played = play(tmp_path, length, seed=1)

    assert played.wrong == ()
    assert played.done == {"worker": 1, "leader": 1}
