"""Each named query of the protocol as one function over a view: clause by clause, as Cypher evaluates it.

Every `MATCH … WHERE` is answered for all rows before anything is written for the first of them; that order is part of
what is tested. Values that are null travel as None.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Rows = list[dict[str, Any]]
QUERIES: dict[str, Callable[..., Rows]] = {}


def query(name: str) -> Callable[[Callable[..., Rows]], Callable[..., Rows]]:
    """Registers the model of the query `name`."""

    def register(function: Callable[..., Rows]) -> Callable[..., Rows]:
        QUERIES[name] = function
        return function

    return register


from tests.simulation.model.queries import (  # noqa: E402  they register themselves
    arrivals,  # noqa: F401
    deadlines,  # noqa: F401
    holds,  # noqa: F401
    observed,  # noqa: F401
    policies,  # noqa: F401
    readiness,  # noqa: F401
    replays,  # noqa: F401
    rest,  # noqa: F401
    retention,  # noqa: F401
    runs,  # noqa: F401
    schedules,  # noqa: F401
    versions,  # noqa: F401
)
