"""The same calls on the model and on a real engine, side by side: what each query gave, and what is in the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any
from unittest.mock import patch

import neo4j

from graph_model.errors import DomainError
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph, Transaction
from tests.simulation.declared import records_of
from tests.simulation.estates import Estate
from tests.simulation.model.driver import ModelDriver
from tests.simulation.model.engines import Engine, Optimistic, Waiting
from tests.simulation.model.records import Committed
from tests.simulation.seams import all_random_from

# Declared by different means on the two sides.
DECLARED = {"Dataset", "DatasetName", "Job", "Owner", "Migration"}
# Columns and properties that are made from moments.
OF_MOMENTS = {"mark", "hash", "prev"}
_NODES = "MATCH (n) RETURN labels(n)[0] AS label, properties(n) AS props"
_EDGES = (
    "MATCH (a)-[e]->(b) RETURN labels(a)[0] AS start, a.id AS from_id, type(e) AS kind, labels(b)[0] AS end, "
    "b.id AS to_id, properties(e) AS props"
)


class Ticking:
    """Time that goes on a little with each look."""

    _now = 0.0

    @property
    def now(self) -> float:
        self._now += 0.001
        return self._now


class Twins:
    """One graph of each kind. `both` fails as soon as they differ."""

    def __init__(self, real: Graph, estate: Estate) -> None:
        self.real = real
        committed = Committed(records_of(estate, without_last_job=False))
        clock: Any = Ticking()
        self.engine: Engine = Optimistic(committed, clock) if real.engine == "arcadedb" else Waiting(committed, clock)
        driver: Any = ModelDriver(self.engine)
        self.model = Graph(GraphSettings(uri="bolt://model"), driver=driver)
        self._calls = 0

    def both(self, act: Callable[[Graph], Any]) -> Any:
        """What `act` gave, the same on both. Ids and tokens are drawn alike, so rows can be compared as they are."""
        self._calls += 1
        (expected, model_rows), (found, real_rows) = (self._play(graph, act) for graph in (self.model, self.real))
        assert model_rows == real_rows
        assert plainly(expected) == plainly(found)
        return expected

    def _play(self, graph: Graph, act: Callable[[Graph], Any]) -> tuple[Any, list[Any]]:
        told: list[Any] = []
        with all_random_from(Random(self._calls)), _overheard(told):
            try:
                return act(graph), told
            except DomainError as error:
                return error, told


@contextmanager
def _overheard(told: list[Any]) -> Iterator[None]:
    true = Transaction.rows

    def rows(self: Transaction, name: str, **parameters: Any) -> list[dict[str, Any]]:
        found = true(self, name, **parameters)
        told.append((name, plainly(found)))
        return found

    with patch.object(Transaction, "rows", rows):
        yield


def plainly(value: Any) -> Any:
    """Comparable: moments are only there or not, and no order is promised."""
    if isinstance(value, datetime | neo4j.time.DateTime):
        return "a moment"
    if isinstance(value, dict):
        if value.keys() == {"time"}:
            return "a moment"
        return {str(key): "a moment" if key in OF_MOMENTS else plainly(item) for key, item in sorted(value.items())}
    if isinstance(value, list | tuple | set):
        return sorted((plainly(item) for item in value), key=repr)
    if isinstance(value, DomainError):
        return repr(value)
    return value


def model_state(engine: Engine) -> list[Any]:
    records = engine.truth.records.values()
    nodes = [[r.key[0], plainly(r.props)] for r in records if r.key[0] not in DECLARED]
    edges = [
        [*r.key, kind, *end, plainly(props)]
        for r in records
        for kind, ends in r.out.items()
        for end, props in ends.items()
        if not {r.key[0], end[0]} <= DECLARED
    ]
    return [sorted(nodes, key=repr), sorted(edges, key=repr)]


def real_state(driver: neo4j.Driver, database: str) -> list[Any]:
    nodes = driver.execute_query(_NODES, database_=database).records
    edges = driver.execute_query(_EDGES, database_=database).records
    return [
        sorted(([n["label"], plainly(_known(n["props"]))] for n in nodes if n["label"] not in DECLARED), key=repr),
        sorted(
            (
                [e["start"], e["from_id"], e["kind"], e["end"], e["to_id"], plainly(_known(e["props"]))]
                for e in edges
                if not {e["start"], e["end"]} <= DECLARED
            ),
            key=repr,
        ),
    ]


def _known(props: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in props.items() if value is not None}
