"""What facets tell beside flows, as the graph keeps it: on each engine, in any order, any number of times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import neo4j

from connectors.openlineage.events import read_event
from graph_model.names import Name, dataset_id, job_id
from graph_model.observed.record import record_observations
from graph_model.store.graph import Graph
from tests.integration.observing import any_order_makes_one_graph, observations
from tests.support.events import SECOND, WAREHOUSE, run_event
from tests.support.length import short_or_long
from tests.support.told import DAG_RUN, DELETED, about, after, gaps, owners, told_events

ORDERS, SUM, DAG = Name(WAREHOUSE, "shop.orders"), Name("scheduler", "nightly.sum"), Name("scheduler", "nightly")


def told(graph: Graph, *events: Any) -> None:
    record_observations(graph, observations(events))


def rows(driver: neo4j.Driver, query: Any, **parameters: Any) -> list[Any]:
    return [tuple(record.values()) for record in driver.execute_query(query, parameters).records]


def test_any_order_tells_the_same(graph: Graph, side_driver: neo4j.Driver) -> None:
    found = observations(told_events())
    any_order_makes_one_graph(graph, side_driver, found, range(short_or_long(2, 8)))


def owners_of(driver: neo4j.Driver, thing: str) -> Sequence[str]:
    return sorted(
        name for (name,) in rows(driver, "MATCH (n {id: $id})-[:OWNED_BY]->(o:Owner) RETURN o.name AS name", id=thing)
    )


def test_the_latest_word_says_who_owns_a_thing(graph: Graph, side_driver: neo4j.Driver) -> None:
    told(graph, *told_events()[:5])
    assert owners_of(side_driver, dataset_id(ORDERS)) == ["ann@example.org", "team:sales"]
    told(graph, about("03:00:00", ownership=owners("team:sales")))
    assert owners_of(side_driver, dataset_id(ORDERS)) == ["team:sales"]
    told(graph, about("03:10:00", ownership=DELETED))
    assert owners_of(side_driver, dataset_id(ORDERS)) == []
    assert owners_of(side_driver, job_id(SUM)) == ["bob@example.org"]


def test_a_run_is_part_of_one_that_only_its_children_tell_of(graph: Graph, side_driver: neo4j.Driver) -> None:
    told(graph, *told_events()[:5])
    parts = rows(
        side_driver,
        "MATCH (a:ObservedRun)-[:PART_OF]->(b:ObservedRun) "
        "RETURN a.run AS a, b.run AS b, b.state AS state, b.job AS job",
    )
    assert sorted(parts) == [
        ("0194e5b0-0000-7000-8000-000000000001", DAG_RUN, None, job_id(DAG)),
        (SECOND, DAG_RUN, None, job_id(DAG)),
        ("third", DAG_RUN, None, job_id(DAG)),
    ]
    jobs = rows(side_driver, "MATCH (a:Job)-[:PART_OF]->(b:Job) RETURN a.name AS a, b.name AS b")
    assert sorted(jobs) == [("nightly.export", "nightly"), ("nightly.sum", "nightly")]


def order(driver: neo4j.Driver) -> list[Any]:
    return sorted(rows(driver, "MATCH (a:Job)-[e:PRECEDES]->(b:Job) RETURN a.name AS a, b.name AS b, e.stale AS stale"))


def test_what_a_later_word_about_the_order_lacks_is_stale(graph: Graph, side_driver: neo4j.Driver) -> None:
    told(graph, *told_events())
    assert order(side_driver) == [
        ("nightly.extract", "nightly.sum", False),
        ("nightly.wait", "nightly.sum", True),
    ]
    told(graph, run_event("START", "05:00:00", run="r5", job="nightly.sum", run_facets={"jobDependencies": after()}))
    assert [stale for *_, stale in order(side_driver)] == [True, True]


def coverage(driver: neo4j.Driver) -> Any:
    return rows(driver, "MATCH (j:Job {name: 'nightly.sum'}) RETURN j.coverage AS coverage, j.gap AS gap")[0]


def test_coverage_is_partial_until_a_complete_run_without_a_gap(graph: Graph, side_driver: neo4j.Driver) -> None:
    told(graph, *told_events()[:3])
    assert coverage(side_driver) == ("PARTIAL", "its client could not read 1 of 3 tasks: cannot parse MERGE")
    told(graph, told_events()[3])
    assert coverage(side_driver) == (None, None)
    late = run_event("RUNNING", "02:04:00", run=SECOND, job="nightly.sum", run_facets={"extractionError": gaps(2)})
    told(graph, late)
    assert coverage(side_driver)[0] == "PARTIAL"


def test_results_hang_on_the_dataset_and_block_nothing(graph: Graph, side_driver: neo4j.Driver) -> None:
    told(graph, *told_events())
    found = rows(
        side_driver,
        "MATCH (:Dataset {id: $id})-[:CHECKED_BY]->(c:CheckResult) "
        "RETURN c.check AS check, c.passed AS passed, c.severity AS severity, c.value AS value",
        id=dataset_id(ORDERS),
    )
    assert sorted(found) == [
        ("openlineage/id_is_known", True, "warning", None),
        ("openlineage/id_is_there", True, "warning", None),
        ("openlineage/id_is_unique", False, "warning", None),
        ("openlineage/nullCount (id)", True, "warning", 0.0),
        ("openlineage/rowCount", True, "warning", 7.0),
    ]
    assert rows(side_driver, "MATCH (n:Outbox) RETURN n.id AS id") == []


def test_secrets_in_addresses_are_not_told(graph: Graph, side_driver: neo4j.Driver) -> None:
    told(graph, *told_events())
    (terms,) = rows(side_driver, "MATCH (d:Dataset {id: $id}) RETURN d.terms AS terms", id=dataset_id(ORDERS))[0]
    assert "warehouse:5432" in terms
    assert "secret" not in terms


def test_a_facet_that_is_not_of_its_form_says_nothing() -> None:
    event = read_event(about("03:40:00", documentation={"description": 7}, ownership={"owners": [{"nam": "x"}]}))
    assert event.datasets[0].terms == {}
    assert len(event.warnings) == 2
