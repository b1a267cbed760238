"""Every statement below `cypher/` is understood by every engine, in the form meant for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

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


@pytest.mark.parametrize("name", ["listing.job_facts", "listing.jobs_in_state"])
def test_the_newest_runs_of_a_job_come_by_the_index_of_jobs(
    name: str, migrated_graph: Graph, side_driver: neo4j.Driver
) -> None:
    """By that of moments, which suits as well to whoever knows nothing of the graph yet, each job would look at all
    runs of all jobs. A plan does not tell what happens inside of a CASE."""
    if migrated_graph.engine != "neo4j":
        pytest.skip("only Neo4j tells by which index")
    query = migrated_graph.query(name)

    with side_driver.session(database=migrated_graph.settings.database) as session:
        plan = session.run(f"EXPLAIN {query.text}", dict.fromkeys(query.parameters)).consume().plan

    by = {found for found in map(_index_of_runs, _operators(plan)) if found}
    assert "ObservedRun(job, first)" in by <= {"ObservedRun(job, first)", "Run(job, created_at)"}


def _operators(plan: Any) -> Iterator[Any]:
    yield plan
    for child in plan.get("children", ()):
        yield from _operators(child)


def _index_of_runs(operator: Any) -> str | None:
    found = re.search(r"INDEX \w+:((?:Observed)?Run\([\w, ]+\))", operator["args"].get("Details", ""))
    return found and found.group(1)


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
