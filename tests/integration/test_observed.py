"""Observations in the graph: the same events in any order, any number of times, in any groups, make the same graph."""

from __future__ import annotations

import json

import neo4j
import pytest

from benchmarks.ingest import stream
from graph_model.errors import DatasetNotFound, GraphPaused
from graph_model.jobs.repository import job
from graph_model.names import Name, dataset_id, job_id
from graph_model.observed.record import record_observations
from graph_model.store.graph import Graph, Transaction
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.integration.api import app_on, data
from tests.integration.observing import any_order_makes_one_graph, observations
from tests.integration.small_estate import CLEAN_JOB, RAW
from tests.support.events import CUSTOMERS, ORDERS, SECOND, TOTALS, WAREHOUSE, dataset, run_event, two_runs
from tests.support.length import short_or_long
from tests.support.specification import SPECIFICATION

CAPTURED = SPECIFICATION.parent / "events"


def test_any_order_makes_the_same_graph(graph: Graph, side_driver: neo4j.Driver) -> None:
    found = observations(two_runs())
    any_order_makes_one_graph(graph, side_driver, found, range(short_or_long(3, 6)))


@pytest.mark.skipif(not CAPTURED.exists(), reason="the captured requests of real clients are not on this machine")
def test_captured_events_in_any_order_make_the_same_graph(graph: Graph, side_driver: neo4j.Driver) -> None:
    documents = [json.loads(file.read_text()) for file in sorted(CAPTURED.rglob("*.json"))]
    bodies = [document.get("body", document) for document in documents]
    found = observations([json.loads(body) if isinstance(body, str) else body for body in bodies])
    any_order_makes_one_graph(graph, side_driver, found, [7], again=20)


def edges(driver: neo4j.Driver, type: str) -> dict[tuple[str, str], bool]:
    """Source and target by name or path, and whether the edge is stale."""
    rows = driver.execute_query(
        "MATCH (a)-[e]->(b) WHERE type(e) = $type "
        "RETURN coalesce(a.name, a.path) AS a, coalesce(b.name, b.path) AS b, e.stale AS stale",
        type=type,
    ).records
    return {(row["a"], row["b"]): row["stale"] for row in rows}


def test_an_event_is_two_statements_whether_its_names_are_new_or_known(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    true = Transaction.rows
    monkeypatch.setattr(
        Transaction, "rows", lambda self, name, **more: (asked.append(name), true(self, name, **more))[1]
    )

    for event in stream(seed=1, jobs=1, prefix="few"):
        record_observations(graph, observations([event]))

    assert asked == ["observed.lock", "observed.record"] * 2


def test_while_writes_are_paused_no_event_is_taken(graph: Graph, side_driver: neo4j.Driver) -> None:
    pause = {"holder": "a backup", "reason": "a backup is taken", "hold_ms": 60_000}
    graph.write(lambda tx: tx.rows("store.pause", token=tx.token, **pause), while_paused=True)

    hurried = graph.settings.model_copy(update={"pause_seconds": 0.1})
    with Graph(hurried) as impatient, pytest.raises(GraphPaused, match="a backup is taken"):
        record_observations(impatient, observations(two_runs()))

    assert edges(side_driver, "PRODUCES") == {}
    assert side_driver.execute_query("MATCH (n:LineageEvent|Job|Dataset) RETURN n").records == []


def test_an_input_that_later_complete_runs_lack_is_stale(graph: Graph, side_driver: neo4j.Driver) -> None:
    record_observations(graph, observations(two_runs()))
    assert edges(side_driver, "CONSUMED_BY") == {
        ("shop.public.orders", "nightly.orders"): False,
        ("shop.public.customers", "nightly.orders"): True,
        ("shop.public.totals", "export"): False,
    }
    assert edges(side_driver, "PRODUCES") == {("nightly.orders", "shop.public.totals"): False}


def test_edges_do_not_flicker_while_a_job_runs_again(graph: Graph, side_driver: neo4j.Driver) -> None:
    for event in two_runs()[:2]:
        record_observations(graph, observations([event]))
    expected = edges(side_driver, "CONSUMED_BY")
    for event in (
        run_event("START", "02:00:00", run=SECOND),
        run_event("RUNNING", "02:01:00", run=SECOND, inputs=[], outputs=[]),
    ):
        record_observations(graph, observations([event]))
        assert (
            edges(side_driver, "CONSUMED_BY")
            == expected
            == {
                ("shop.public.orders", "nightly.orders"): False,
                ("shop.public.customers", "nightly.orders"): False,
            }
        )


def test_a_column_that_acts_on_every_column_is_one_shape(graph: Graph, side_driver: neo4j.Driver) -> None:
    record_observations(graph, observations(two_runs()))
    assert edges(side_driver, "FEEDS") == {("customer", "customer"): False, ("amount", "total"): False}
    assert edges(side_driver, "SHAPES") == {("id", "shop.public.totals"): False}


def test_a_failure_is_never_taken_back(graph: Graph, side_driver: neo4j.Driver) -> None:
    record_observations(graph, observations(two_runs()))
    rows = side_driver.execute_query("MATCH (r:ObservedRun) RETURN r.run AS run, r.state AS state").records
    assert {row["run"]: row["state"] for row in rows}["not a uuid"] == "FAIL"


def test_a_start_that_comes_late_makes_no_input_stale(graph: Graph, side_driver: neo4j.Driver) -> None:
    start = run_event("START", "01:00:00", inputs=[ORDERS, CUSTOMERS])
    complete = run_event("COMPLETE", "01:05:00", inputs=[ORDERS], outputs=[TOTALS])
    record_observations(graph, observations([complete]))
    record_observations(graph, observations([start]))
    assert set(edges(side_driver, "CONSUMED_BY").values()) == {False}


def test_what_was_only_seen_decides_nothing(own_estate: Graph) -> None:
    """Observed edges of a declared dataset, and of a declared job, wait for nothing and start nothing."""
    raw = dataset(RAW.name, namespace=RAW.namespace)
    foreign = run_event("COMPLETE", "01:00:00", job="foreign", inputs=[raw], outputs=[dataset("elsewhere")])
    own = run_event("COMPLETE", "01:00:00", inputs=[dataset("extra")], outputs=[dataset("more")])
    own["job"] = {"namespace": CLEAN_JOB.namespace, "name": CLEAN_JOB.name}
    before = own_estate.rows("readiness.of_job", job=job_id(CLEAN_JOB))

    record_observations(own_estate, observations([foreign, own]))

    assert own_estate.rows("readiness.of_job", job=job_id(CLEAN_JOB)) == before
    waiting = own_estate.rows("readiness.consumers", datasets=[dataset_id(RAW)])
    assert [row["job"] for row in waiting] == [job_id(CLEAN_JOB)]
    found = job(own_estate, Name("scheduler", "foreign"))
    assert (found.kind, [item.dataset for item in found.inputs]) == ("observed", [RAW])
    assert [output.name for output in found.outputs] == ["elsewhere"]


def test_nothing_can_be_reported_of_what_was_only_seen(graph: Graph) -> None:
    record_observations(graph, observations(two_runs()))
    with pytest.raises(DatasetNotFound):
        report_version(graph, Report(Name(WAREHOUSE, "shop.public.totals"), location="a.csv"))


def test_a_dataset_that_nobody_declared_is_found_by_its_name(graph: Graph) -> None:
    record_observations(graph, observations(two_runs()))
    app = app_on(graph)
    query = """
      query($namespace: String!) {
        dataset(namespace: $namespace, name: "shop.public.totals") { ... on Dataset { name format } }
      }
    """
    assert data(app, query, namespace=WAREHOUSE) == {"dataset": {"name": "shop.public.totals", "format": "unknown"}}
