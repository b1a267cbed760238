"""What the day is played on: a graph behind a line that can be spoiled, and the stack of `headwater up` upon it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import neo4j

from app.demo.story import Say, settings
from app.local.graph import start_embedded_graph
from app.local.stack import LocalStack
from graph_model.settings import GraphSettings, StorageSettings
from graph_model.store.graph import Graph
from tests.kill.stack import HURRIED
from tests.support.line import Line, a_line_to
from tests.support.neo4j import JarNeo4j
from tests.support.servers import driver_for

WORKERS, SLOTS = 2, 2


@dataclass(frozen=True, slots=True)
class Stage:
    """`graph` reaches the graph directly; API and workers go through `line`. `project`: where the estate will lie.

    `direct` are the variables of a command line beside all that: its graph is reached directly too.
    """

    stack: LocalStack
    graph: Graph
    line: Line
    root: Path
    project: Path
    direct: dict[str, str]
    driver: neo4j.Driver

    def rows(self, statement: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of a query of the test's own, beside everything that is tested."""
        found = self.driver.execute_query(statement, parameters, database_=self.direct["HEADWATER_GRAPH_DATABASE"])
        return [dict(record) for record in found.records]


@contextmanager
def a_stage(home: Path, *, engine: str, say: Say) -> Iterator[Stage]:
    """A running stack with short leases below the empty folder `home`, on an `engine`: arcadedb or neo4j."""
    with _graph_at(home, engine) as address, a_line_to(address["HEADWATER_GRAPH_URI"]) as line:
        through = {**HURRIED, **address, "HEADWATER_GRAPH_URI": line.uri}
        with _environment(through), LocalStack(home, workers=WORKERS, slots=SLOTS, say=say) as stack:
            direct = {**stack.environment, **address}
            reached = settings(GraphSettings, direct)
            with Graph(reached) as graph, driver_for(reached) as driver:
                root = settings(StorageSettings, direct).root
                yield Stage(stack, graph, line, root, home / "estate", direct, driver)


@contextmanager
def _graph_at(home: Path, engine: str) -> Iterator[dict[str, str]]:
    """The variables that lead to a graph of this engine while the block lasts."""
    if engine == "arcadedb":
        graph = start_embedded_graph(home)
        try:
            yield graph.environment
        finally:
            graph.stop()
        return
    server = JarNeo4j(home)
    server.start()
    try:
        found = server.settings
        yield {
            "HEADWATER_GRAPH_URI": found.uri,
            "HEADWATER_GRAPH_USER": found.user,
            "HEADWATER_GRAPH_PASSWORD": found.password.get_secret_value(),
            "HEADWATER_GRAPH_DATABASE": found.database,
        }
    finally:
        server.stop()


@contextmanager
def _environment(ours: dict[str, str]) -> Iterator[None]:
    """The variables that a local stack takes over, and no others of Headwater: nobody's own graph must be met."""
    before = {name: value for name, value in os.environ.items() if name.startswith("HEADWATER_")}
    for name in before:
        del os.environ[name]
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
        os.environ.update(before)
