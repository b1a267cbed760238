"""One stack of real processes for all tests of this folder, in one process of the test run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import count

import pytest

from tests.conftest import SKIPPED
from tests.kill.load import Load, day_of, declare_estate
from tests.kill.stack import Stack, a_stack
from tests.support.neo4j import NoNeo4j


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("kill")
    try:
        with a_stack(folder / "stack") as stack:
            declare_estate(stack)
            yield stack
            for log in sorted(stack.logs.glob("*.log")):
                sys.stdout.write(f"--- {log.name}\n{log.read_text(errors='replace')}")
    except NoNeo4j as error:
        if os.environ.get("CI") == "true" or os.environ.get("HEADWATER_REQUIRE_NEO4J") == "1":
            pytest.fail(f"{SKIPPED}, and it must not be missing here: {error}", pytrace=False)
        pytest.skip(f"{SKIPPED}: {error}")


@pytest.fixture(scope="session")
def days() -> Iterator[int]:
    """Days that no test has used."""
    return count()


@pytest.fixture
def load(stack: Stack, days: Iterator[int]) -> Iterator[Load]:
    """A load of a day of its own, on a stack that is whole; at its end nothing is held or sent any more."""
    stack.await_all()
    load = Load(stack, day_of(next(days)), seed=1)
    yield load
    load.stop()
