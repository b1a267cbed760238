"""The graph that tests meet: each engine started once, lazily, and wiped before each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import neo4j
import pytest
from hypothesis import settings
from neo4j.exceptions import Neo4jError

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.arcadedb import start_arcadedb
from tests.support.length import only_long
from tests.support.neo4j import NoNeo4j, start_neo4j
from tests.support.servers import Server, driver_for

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")
# Its asserts shall say what they compared, as those of tests do.
pytest.register_assert_rewrite("tests.support.tables")
ENGINES = ("arcadedb", "neo4j")
SKIPPED = "no Neo4j"


def on_each_engine() -> list[Any]:
    """Parameters that keep all tests of one engine in one process (`pytest -n 2 --dist loadgroup`)."""
    return [pytest.param(engine, marks=pytest.mark.xdist_group(engine)) for engine in ENGINES]


def on_one_engine() -> pytest.MarkDecorator:
    """For tests of what does not depend on the engine at all."""
    return pytest.mark.parametrize("engine", on_each_engine()[:1], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where one engine will do, the second has its turn in `make test-long`."""
    for item in items:
        if item.get_closest_marker("one_engine_will_do") is None or not hasattr(item, "callspec"):
            continue
        if item.callspec.params.get("engine") in ENGINES[1:]:  # pyright: ignore[reportAttributeAccessIssue]
            item.add_marker(only_long)


@pytest.fixture(scope="session", params=on_each_engine())
def engine(request: pytest.FixtureRequest) -> str:
    """The engine under test: everything that uses it runs once on each."""
    return request.param


@pytest.fixture(scope="session")
def arcadedb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_arcadedb(tmp_path_factory.mktemp("arcadedb"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    try:
        server = start_neo4j(tmp_path_factory.mktemp("neo4j"))
    except NoNeo4j as error:
        if os.environ.get("CI") == "true" or os.environ.get("HEADWATER_REQUIRE_NEO4J") == "1":
            pytest.fail(f"{SKIPPED}, and it must not be missing here: {error}", pytrace=False)
        pytest.skip(f"{SKIPPED}: {error}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def graph_settings(engine: str, request: pytest.FixtureRequest) -> GraphSettings:
    """How to reach the engine under test; for tests that bring a client or a process of their own."""
    server: Server = request.getfixturevalue(f"{engine}_server")
    return server.settings


@pytest.fixture(scope="session")
def side_driver(graph_settings: GraphSettings) -> Iterator[neo4j.Driver]:
    """A plain driver on the engine under test, beside the gate: to arrange and to look, never what is tested."""
    with driver_for(graph_settings) as driver:
        yield driver


@pytest.fixture(scope="session")
def migrated_graph(graph_settings: GraphSettings) -> Iterator[Graph]:
    with Graph(graph_settings) as graph:
        migrate(graph)
        yield graph


@pytest.fixture
def graph(migrated_graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """A migrated graph without any node but its migrations."""
    wipe(side_driver, migrated_graph.settings.database)
    return migrated_graph


def wipe(driver: neo4j.Driver, database: str, *, batch: int = 2000) -> None:
    """Deletes everything but migrations. Tried again where something that just ended still wrote (a worker, say)."""
    statement = "MATCH (n) WHERE NOT n:Migration WITH n LIMIT $batch DETACH DELETE n RETURN count(*) AS gone"
    for attempts_left in reversed(range(20)):
        try:
            while driver.execute_query(statement, batch=batch, database_=database).records[0]["gone"] == batch:
                pass
        except Neo4jError:
            if not attempts_left:
                raise
        else:
            return


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One loud line, so that a green run without Neo4j is not mistaken for a whole one."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if SKIPPED in str(report.longrepr)]
    if skipped:
        what = f"SKIPPED {len(skipped)} tests on Neo4j"
        line = f"{what}, so the engine of production is NOT tested: {skipped[0].longrepr[-1]}"
        terminalreporter.write_line(line, red=True, bold=True)
