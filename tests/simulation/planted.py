"""Mistakes that a protocol like this one is known for, each as one small change to it. The simulation must notice all.

A bug replaces functions of the product, or the model of one query. `seed` is where it showed when it was last looked
for; it saves the test the search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tests.simulation.model.queries import QUERIES, Rows
from tests.simulation.simulate import simulate_many
from tests.simulation.world import POOLED_FROM

Patch = tuple[object, str, Any]
# So many histories without a violation: the bug has gone unnoticed.
MOST_HISTORIES = 1_500


@dataclass(frozen=True)
class Bug:
    """`first`: the seed from which on histories can show it."""

    name: str
    patches: Callable[[], Iterator[Patch]]
    first: int = 0

    @contextmanager
    def planted(self) -> Iterator[None]:
        with ExitStack() as stack:
            for target, name, replacement in self.patches():
                if target is QUERIES:
                    stack.enter_context(patch.dict(QUERIES, {name: replacement}))
                else:
                    stack.enter_context(patch.object(target, name, replacement))
            yield


BUGS: dict[str, Bug] = {}


def bug(name: str, *, pooled: bool = False) -> Callable[[Callable[[], Iterator[Patch]]], Callable[[], Iterator[Patch]]]:
    def register(patches: Callable[[], Iterator[Patch]]) -> Callable[[], Iterator[Patch]]:
        BUGS[name] = Bug(name, patches, POOLED_FROM if pooled else 0)
        return patches

    return register


def instead(name: str, model: Callable[..., Rows]) -> Patch:
    """Another model of a query."""
    return QUERIES, name, model


def around(name: str, change: Callable[..., Rows]) -> Patch:
    """A model that is given the true one first."""
    true = QUERIES[name]
    return QUERIES, name, lambda view, **parameters: change(true, view, **parameters)


@dataclass(frozen=True)
class Catch:
    """`histories` is how many it took, None: it went unnoticed; `told` is what was seen."""

    bug: str
    seed: int | None
    histories: int | None
    told: str


def catch(bug: Bug, *, first: int | None = None, most: int = MOST_HISTORIES) -> Catch:
    """Plays histories with the bug until one shows it."""
    first = bug.first if first is None else first
    with bug.planted():
        for number, outcome in enumerate(simulate_many(range(first, first + most)), 1):
            if outcome.violations:
                return Catch(bug.name, outcome.seed, number, outcome.violations[0])
    return Catch(bug.name, None, None, "")


from tests.simulation.bugs import deciding, keeping, owning, sharing  # noqa: E402, F401  they register themselves
