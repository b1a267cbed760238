"""What we tell of our runs, told to ourselves: another graph learns the same lineage, and our own learns nothing."""

from __future__ import annotations

from typing import Any

import neo4j
import pytest

from graph_model.emitting.repository import subscribe
from graph_model.store.graph import Graph
from tests.conftest import wipe
from tests.integration.api import app_on, call
from tests.support.telling import all_events, played

_DATASETS = """
MATCH (n:DatasetName)-[:NAMES]->(d:Dataset)
RETURN 'dataset' AS kind, d.namespace AS a, d.name AS b, n.namespace AS c, n.name AS d
"""
_JOBS = "MATCH (j:Job) RETURN 'job' AS kind, j.namespace AS a, j.name AS b, null AS c, null AS d"
_READ = """
MATCH (d:Dataset)-[e:CONSUMED_BY]->(j:Job) WHERE NOT coalesce(e.stale, false)
RETURN 'read' AS kind, d.namespace AS a, d.name AS b, j.namespace AS c, j.name AS d
"""
_MADE = """
MATCH (j:Job)-[e:PRODUCES]->(d:Dataset) WHERE NOT coalesce(e.stale, false)
RETURN 'made' AS kind, j.namespace AS a, j.name AS b, d.namespace AS c, d.name AS d
"""
_FEEDS = """
MATCH (a:Field)-[e:FEEDS]->(b:Field) WHERE NOT coalesce(e.stale, false)
MATCH (from:Dataset {id: a.dataset}) MATCH (to:Dataset {id: b.dataset})
RETURN 'feeds ' + e.kind AS kind, from.name AS a, a.path AS b, to.name AS c, b.path AS d
"""
_SHAPES = """
MATCH (a:Field)-[e:SHAPES]->(to:Dataset) WHERE NOT coalesce(e.stale, false)
MATCH (from:Dataset {id: a.dataset})
RETURN 'shapes' AS kind, from.name AS a, a.path AS b, to.namespace AS c, to.name AS d
"""


def lineage_of(driver: neo4j.Driver) -> set[tuple[Any, ...]]:
    """Datasets, jobs, edges and columns by name, whoever says so."""
    return {
        tuple(row.values())
        for statement in (_DATASETS, _JOBS, _READ, _MADE, _FEEDS, _SHAPES)
        for row in driver.execute_query(statement).records
    }


def count(driver: neo4j.Driver, statement: str) -> int:
    return driver.execute_query(statement).records[0]["n"]  # type: ignore[arg-type]


def post(graph: Graph, events: list[dict[str, Any]], *, in_a_list: bool) -> None:
    app = app_on(graph)
    if in_a_list:
        answer = call(app, "POST", "/api/v1/lineage/batch", json=events)
        assert (answer.status_code, answer.json()["summary"]["failed"]) == (200, 0)
        return
    for event in events:
        assert call(app, "POST", "/api/v1/lineage", json=event).status_code == 201


@pytest.mark.parametrize("in_a_list", [False, True])
def test_another_graph_learns_the_same_lineage(graph: Graph, side_driver: neo4j.Driver, *, in_a_list: bool) -> None:
    played(graph)
    events = all_events(graph)
    expected = lineage_of(side_driver)
    wipe(side_driver, graph.settings.database)
    assert lineage_of(side_driver) == set()

    post(graph, events, in_a_list=in_a_list)

    assert {fact[0] for fact in expected} == {"dataset", "job", "read", "made", "feeds DIRECT", "shapes"}
    assert lineage_of(side_driver) == expected
    warnings = side_driver.execute_query("MATCH (e:LineageEvent) RETURN e.warnings AS w").records
    assert [row["w"] for row in warnings if row["w"]] == []


@pytest.mark.parametrize("in_a_list", [False, True])
def test_our_own_graph_learns_nothing(graph: Graph, side_driver: neo4j.Driver, *, in_a_list: bool) -> None:
    played(graph)
    events = all_events(graph)
    expected = lineage_of(side_driver)
    nodes = "MATCH (n) WHERE NOT n:Operation RETURN count(n) AS n"
    edges = "MATCH ()-[e]->() RETURN count(e) AS n"
    before = (count(side_driver, nodes), count(side_driver, edges))

    post(graph, events, in_a_list=in_a_list)

    assert lineage_of(side_driver) == expected
    assert (count(side_driver, nodes), count(side_driver, edges)) == before


def test_the_runs_of_another_graph_are_not_taken_for_our_own(graph: Graph, side_driver: neo4j.Driver) -> None:
    played(graph)
    events = all_events(graph)
    wipe(side_driver, graph.settings.database)
    subscribe(graph)

    post(graph, events, in_a_list=True)

    assert count(side_driver, "MATCH (r:ObservedRun) RETURN count(r) AS n") == len(events) / 2


def test_who_only_copies_our_facet_is_not_taken_for_one_of_ours(graph: Graph, side_driver: neo4j.Driver) -> None:
    played(graph)
    event = all_events(graph)[0]
    event["run"]["runId"] = "0194e5b0-0000-7000-8000-000000000001"

    post(graph, [event], in_a_list=False)

    assert count(side_driver, "MATCH (r:ObservedRun) RETURN count(r) AS n") == 1
