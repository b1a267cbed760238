"""The small estate as a fixture: planted once for tests that only read, and anew for tests that change it."""

from __future__ import annotations

import neo4j
import pytest

from graph_model.store.graph import Graph
from tests.conftest import wipe
from tests.integration.small_estate import plant

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
