"""The simulation has teeth: each planted bug shows in some history."""

from __future__ import annotations

import pytest

from tests.simulation.planted import BUGS, catch
from tests.simulation.shows_at import SHOWS_AT
from tests.simulation.simulate import simulate_many

# Where a bug showed when it was last looked for, and a few more in case the protocol has moved since.
NEARBY = 8


@pytest.mark.parametrize("name", sorted(BUGS))
def test_a_planted_bug_is_noticed(name: str) -> None:
    found = catch(BUGS[name], first=SHOWS_AT.get(name), most=NEARBY)
    if found.histories is None:
        found = catch(BUGS[name])

    assert found.seed is not None
    (sound,) = simulate_many([found.seed])
    assert sound.violations == []


def test_there_are_thirty_bugs_and_more() -> None:
    assert len(BUGS) >= 30
