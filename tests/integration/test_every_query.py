"""Every statement below `cypher/` is understood by every engine, in the form meant for it."""

from __future__ import annotations

import neo4j
import pytest

from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate, pending
from graph_model.store.queries import CYPHER_ROOT, load_queries
from graph_model.store.sending import as_written, with_lists_together
from tests.conftest import ENGINES

QUERY_NAMES = sorted(set().union(*(load_queries(engine) for engine in ENGINES)))


@pytest.mark.parametrize("name", QUERY_NAMES)
def test_the_engine_plans_the_query_and_has_nothing_to_remark(
    name: str, migrated_graph: Graph, side_driver: neo4j.Driver
) -> None:
    query = migrated_graph.query(name)
    send = with_lists_together if migrated_graph.engine == "neo4j" else as_written
    text, parameters = send(query, dict.fromkeys(query.parameters))

    database, least = migrated_graph.settings.database, neo4j.NotificationMinimumSeverity.WARNING
    with side_driver.session(database=database, notifications_min_severity=least) as session:
        summary = session.run(f"EXPLAIN {text}", parameters).consume()

    assert [status.status_description for status in summary.gql_status_objects if _is_remark(status)] == []


def _is_remark(status: neo4j.GqlStatusObject) -> bool:
    """A label or property that no node has yet is no mistake: the graph of a test is small."""
    return (
        status.severity == neo4j.NotificationSeverity.WARNING
        and status.classification != neo4j.NotificationClassification.UNRECOGNIZED
    )


def test_migrating_twice_changes_nothing(graph: Graph) -> None:
    assert migrate(graph) == ()
    assert pending(graph) == ()


def test_every_folder_of_queries_holds_only_queries() -> None:
    strangers = [path.name for path in CYPHER_ROOT.rglob("*.*") if path.suffix not in {".cypher", ".py", ".pyc"}]

    assert strangers == []
