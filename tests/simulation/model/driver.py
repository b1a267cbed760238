"""The model as a driver: sessions, transactions and records, as far as the gate uses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, Protocol, Self

from graph_model.store.queries import CYPHER_ROOT, load_queries
from tests.simulation.model.engines import Engine
from tests.simulation.model.queries import QUERIES
from tests.simulation.model.view import View


class Line(Protocol):
    """What lies between a process and the graph, and may break."""

    def begin(self, transaction: ModelTransaction) -> None: ...

    def query(self, transaction: ModelTransaction, name: str) -> None: ...

    def commit(self, transaction: ModelTransaction, commit: Callable[[], None]) -> None: ...

    def close(self, transaction: ModelTransaction) -> None: ...


class StraightLine:
    """Nothing between them."""

    def begin(self, transaction: ModelTransaction) -> None:
        pass

    def query(self, transaction: ModelTransaction, name: str) -> None:
        pass

    def commit(self, transaction: ModelTransaction, commit: Callable[[], None]) -> None:
        commit()

    def close(self, transaction: ModelTransaction) -> None:
        pass


class ModelDriver:
    def __init__(self, engine: Engine, line: Line | None = None) -> None:
        self.engine, self.line = engine, line or StraightLine()
        self.names = _names(engine.name)

    def get_server_info(self) -> SimpleNamespace:
        return SimpleNamespace(agent=self.engine.agent, protocol_version=(0, 0))

    def session(self, **_: object) -> ModelSession:
        return ModelSession(self)

    def close(self) -> None:
        pass


class ModelSession:
    def __init__(self, driver: ModelDriver) -> None:
        self._driver = driver

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def begin_transaction(self, timeout: float) -> ModelTransaction:
        transaction = ModelTransaction(self._driver, timeout)
        self._driver.line.begin(transaction)
        return transaction


class ModelTransaction:
    """`asked` are the names of the queries so far."""

    def __init__(self, driver: ModelDriver, timeout: float) -> None:
        self._driver = driver
        self.view: View = driver.engine.begin(timeout)
        self.asked: list[str] = []

    def run(self, text: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        name = self._driver.names[text]
        if name not in QUERIES:
            raise NotImplementedError(f"the model does not know the query {name}: write it in model/queries")
        self.asked.append(name)
        self._driver.line.query(self, name)
        return QUERIES[name](self.view, **parameters)

    def commit(self) -> None:
        self._driver.line.commit(self, lambda: self._driver.engine.commit(self.view))
        self._driver.line.close(self)

    def close(self) -> None:
        if not self.view.ended:
            self._driver.engine.abort(self.view)
        self._driver.line.close(self)


@cache
def _names(engine: str) -> dict[str, str]:
    """Text to name; a query with a file of its own for this engine has a model of its own, `name.engine`."""
    own = {f"{path.parent.name}.{path.name}" for path in CYPHER_ROOT.glob(f"*/*.{engine}.cypher")}
    return {
        query.text: f"{query.name}.{engine}" if f"{query.name}.{engine}.cypher" in own else query.name
        for query in load_queries(engine).values()
    }
