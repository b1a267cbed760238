"""The small estate as a fixture: planted once for tests that only read, and anew for tests that change it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NoReturn

import neo4j
import pytest

from graph_model.store.graph import Graph
from tests.conftest import wipe
from tests.integration.small_estate import plant
from tests.support.postgresql import NoPostgreSQL, PostgreSQL, start_postgresql
from tests.support.s3 import S3, NoS3, start_s3

# Stands beside the estate while nobody has changed it. Whoever wipes the graph takes it away.
UNTOUCHED = "Untouched"


@pytest.fixture
def small_estate(migrated_graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """For tests that only read."""
    database = migrated_graph.settings.database
    if not side_driver.execute_query(f"MATCH (n:{UNTOUCHED}) RETURN n", database_=database).records:
        wipe(side_driver, database)
        plant(side_driver, database)
        side_driver.execute_query(f"CREATE (:{UNTOUCHED})", database_=database)
    return migrated_graph


@pytest.fixture
def own_estate(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """For tests that change something."""
    plant(side_driver, graph.settings.database)
    return graph


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """One server for all tests of the group `postgresql`; each takes a schema or names of its own."""
    try:
        server = start_postgresql()
    except NoPostgreSQL as error:
        missing(f"no PostgreSQL: {error}")
    yield server
    server.remove()


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """One server for all tests of the group `s3`; each takes keys of its own."""
    try:
        server = start_s3(tmp_path_factory.mktemp("s3"))
    except NoS3 as error:
        missing(f"no S3 server: {error}")
    yield server
    server.stop()


def missing(what: str) -> NoReturn:
    """CI refuses to go without a server that tests start."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; it must not be missing here", pytrace=False)
    pytest.skip(what)
