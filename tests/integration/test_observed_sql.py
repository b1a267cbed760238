"""SQL that clients report is read after the event is recorded, and read again when more is known."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

import neo4j
import pytest

from connectors.openlineage.sql import read_sql
from graph_model.impact.assess import assess
from graph_model.impact.entities import DropColumn
from graph_model.names import Name, job_id
from graph_model.observed.record import record_observations
from graph_model.observed.sql import ReportedSql, read_reported_sql
from graph_model.settings import NotifySettings
from graph_model.store.graph import Graph
from graph_model.versions.roots import as_roots
from tests.conftest import wipe
from tests.integration.observing import observations, state_of
from tests.support.events import SECOND, WAREHOUSE, dataset, facet, made_from, run_event
from tests.support.length import short_or_long
from workers.steward import Sweeps

X = dataset("shop.public.x", "a int8", "b int8", "c int8")
A = dataset("shop.public.a", "v int8")
JOB = Name("scheduler", "nightly.orders")
QUERY = "INSERT INTO a (v) SELECT sum(b) FROM x WHERE c > 1"


def sql(query: str, **more: Any) -> dict[str, Any]:
    return {"sql": facet(query=query, **more)}


def run(
    at: str = "01:00:00", query: str | None = QUERY, *, run: str = "r1", type: str = "COMPLETE", **more: Any
) -> Any:
    told = {"inputs": [X], "outputs": [A], **more}
    return run_event(type, at, run=run, job_facets=sql(query) if query else None, **told)


def tell(graph: Graph, *events: Any) -> None:
    record_observations(graph, observations(events))


def sweep(graph: Graph) -> int:
    """Lets the steward look until nothing is marked; how often something was written."""
    written = 0
    for _ in range(10):
        written += len(read_reported_sql(graph, read_sql))
        if not graph.rows("observed.unread_sql", after="", most=10):
            return written
    raise AssertionError("marks stay")


def columns(driver: neo4j.Driver, provenance: str = "parsed") -> set[tuple[str, str]]:
    """What is made from what, of what is not taken back."""
    rows = driver.execute_query(
        "MATCH (a:Field)-[e:FEEDS|SHAPES]->(b) "
        "WHERE e.provenance = $provenance AND e.retracted_at > datetime('2200-01-01') "
        "RETURN a.path AS a, coalesce(b.path, b.name) AS b",
        provenance=provenance,
    ).records
    return {(row["a"], row["b"]) for row in rows}


def job(driver: neo4j.Driver) -> tuple[bool, list[str]]:
    row = driver.execute_query(
        "MATCH (j:Job {id: $id}) RETURN j.columns_known AS k, j.unresolved AS u", id=job_id(JOB)
    ).records[0]
    return bool(row["k"]), list(row["u"] or [])


def test_sql_without_columns_is_read_by_column(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, run())
    assert columns(side_driver) == set()

    assert sweep(graph) == 1

    assert columns(side_driver) == {("b", "v"), ("c", "shop.public.a")}
    assert job(side_driver) == (True, [])
    edge = side_driver.execute_query(
        "MATCH (:Field {path: 'b'})-[e:FEEDS]->() RETURN e.source AS s, e.transformation AS t, e.valid_from AS f, "
        "e.last_seen AS l"
    ).records[0]
    assert (edge["s"], edge["t"]) == ("openlineage:sql", "AGGREGATION")
    assert str(edge["f"]).startswith("2013-01-05T01:00:00")
    assert edge["l"] == edge["f"]
    report = assess(graph, [DropColumn(Name(WAREHOUSE, "shop.public.x"), "a")])
    assert [(one.node.name.name, one.verdict) for one in report.affected] == [("nightly.orders", "SAFE")]


def test_each_text_is_read_once(graph: Graph) -> None:
    tell(graph, run())
    assert sweep(graph) == 1
    tell(graph, run("02:00:00", run=SECOND))
    asked: list[str] = []

    def reading(reported: ReportedSql) -> Any:
        asked.append(reported.job)
        return read_sql(reported)

    while graph.rows("observed.unread_sql", after="", most=1):
        read_reported_sql(graph, reading)
    assert asked == []


def test_a_later_run_is_the_last_that_saw_it(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, run())
    sweep(graph)
    tell(graph, run("02:00:00", run=SECOND))
    sweep(graph)
    seen = side_driver.execute_query("MATCH (:Field)-[e:FEEDS]->() RETURN e.last_seen AS seen").records[0]["seen"]
    assert str(seen).startswith("2013-01-05T02:00:00")


def test_what_the_client_tells_beats_what_is_read(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, run())
    sweep(graph)
    told = dataset("shop.public.a", "v int8", columnLineage=made_from(v=[("shop.public.x", "a", "DIRECT")]))

    tell(graph, run("02:00:00", None, run=SECOND, outputs=[told]))
    sweep(graph)

    assert columns(side_driver) == set()
    assert columns(side_driver, "observed") == {("a", "v")}
    assert job(side_driver) == (True, [])


def test_where_the_client_tells_values_only_the_rows_are_read(graph: Graph, side_driver: neo4j.Driver) -> None:
    inputs = [{"namespace": WAREHOUSE, "name": "shop.public.x", "field": "b", "transformations": []}]
    told = dataset("shop.public.a", "v int8", columnLineage=facet(fields={"v": {"inputFields": inputs}}))
    tell(graph, run(outputs=[told]))
    assert job(side_driver) == (False, [])

    sweep(graph)

    assert columns(side_driver) == {("c", "shop.public.a")}
    assert columns(side_driver, "observed") == {("b", "v")}
    assert job(side_driver) == (True, [])


def test_a_schema_that_becomes_known_is_read_with(graph: Graph, side_driver: neo4j.Driver) -> None:
    bare = dataset("shop.public.x")
    tell(graph, run(query="INSERT INTO a SELECT * FROM x", inputs=[bare]))
    sweep(graph)
    known, unresolved = job(side_driver)
    assert not known
    assert any("shop.public.x" in text and text.startswith("SQL: ") for text in unresolved), unresolved
    verdict = assess(graph, [DropColumn(Name(WAREHOUSE, "shop.public.x"), "a")]).affected[0]
    assert (verdict.verdict, "SQL: " in verdict.reason) == ("UNKNOWN", True)

    one_column = dataset("shop.public.x", "a int8")
    tell(graph, run_event("COMPLETE", "03:00:00", job="other", inputs=[one_column]))
    sweep(graph)

    assert columns(side_driver) == {("a", "v")}
    assert job(side_driver) == (True, [])


def test_columns_without_types_may_not_be_all(graph: Graph, side_driver: neo4j.Driver) -> None:
    """dbt lists only the columns that somebody described."""
    described = facet(fields=[{"name": "a", "description": "the first one"}])
    tell(graph, run(query="INSERT INTO a SELECT * FROM x", inputs=[dataset("shop.public.x", schema=described)]))
    sweep(graph)
    assert job(side_driver)[0] is False


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("INSERT INTO a SELECT b FROM elsewhere.z", "reads shop.elsewhere.z, which no event names"),
        ("INSERT INTO other SELECT b FROM x", "does not say what goes into shop.public.a"),
        ("SELEC b FRM x", ""),
        ("SELECT " + "(" * 20_000 + "1" + ")" * 20_000, ""),
        ("x" * 200_000, "more than the 100000"),
    ],
    ids=["unknown table", "unknown target", "no SQL", "deep", "huge"],
)
def test_what_cannot_be_resolved_is_named(graph: Graph, side_driver: neo4j.Driver, query: str, missing: str) -> None:
    tell(graph, run(query=query))
    sweep(graph)
    known, unresolved = job(side_driver)
    assert not known
    assert any(missing in text for text in unresolved), unresolved


def test_the_newest_text_counts(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, run())
    sweep(graph)
    tell(graph, run("02:00:00", "INSERT INTO a (v) SELECT a FROM x", run=SECOND))
    sweep(graph)
    assert columns(side_driver) == {("a", "v")}

    tell(graph, run("03:00:00", run="r3"))
    sweep(graph)
    assert columns(side_driver) == {("b", "v"), ("c", "shop.public.a")}


def test_a_reading_that_is_overtaken_is_not_written(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, run())

    def overtaken(reported: ReportedSql) -> Any:
        tell(graph, run("02:00:00", "INSERT INTO a (v) SELECT a FROM x", run=SECOND))
        return read_sql(reported)

    assert read_reported_sql(graph, overtaken) == ()
    assert columns(side_driver) == set()
    sweep(graph)
    assert columns(side_driver) == {("a", "v")}


def settled(driver: neo4j.Driver) -> list[str]:
    """The state, but for what was taken back: that tells what was thought in between."""
    taken_back = driver.execute_query(
        "MATCH (:Field)-[e]->() WHERE e.retracted_at < datetime('2200-01-01') RETURN e.id AS id"
    ).records
    gone = [row["id"] for row in taken_back]
    return [line for line in state_of(driver) if not any(id_ in line for id_ in gone)]


def test_any_order_reads_the_same(graph: Graph, side_driver: neo4j.Driver) -> None:
    told = dataset("shop.public.a", "v int8", columnLineage=made_from(v=[("shop.public.x", "a", "DIRECT")]))
    found = observations(
        [
            run("01:00:00", type="START", outputs=[]),
            run("01:05:00", "INSERT INTO a SELECT * FROM x", inputs=[dataset("shop.public.x")]),
            run("02:00:00", run=SECOND),
            run("03:00:00", None, run="r3", outputs=[told], job="told"),
            run("03:01:00", None, run="r3", type="START", job="told"),
            run_event("COMPLETE", "00:30:00", job="other", inputs=[dataset("shop.public.x", "a int8")]),
        ]
    )
    record_observations(graph, found)
    sweep(graph)
    expected = settled(side_driver)
    for seed in range(short_or_long(2, 4)):
        chance = random.Random(seed)
        shuffled = found + chance.sample(found, 2)
        chance.shuffle(shuffled)
        wipe(side_driver, graph.settings.database)
        for observation in shuffled:
            record_observations(graph, [observation])
            if chance.random() < 0.5:
                read_reported_sql(graph, read_sql)
        sweep(graph)
        assert settled(side_driver) == expected, f"seed {seed}"


def test_the_steward_reads_it_aside(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> None:
    tell(graph, run())
    roots = as_roots(tmp_path)
    sweeps = Sweeps(graph, broker_url=None, notify=NotifySettings(), roots=roots, staging_grace=60, lost_after=60)
    every = sweeps.all()
    sweep_of_sql = next(one for one in every if one.name == "read reported SQL")
    deadline = time.monotonic() + 60

    while job(side_driver) != (True, []) and time.monotonic() < deadline:
        sweep_of_sql.run()
        time.sleep(0.05)

    assert job(side_driver) == (True, [])
    for thread in threading.enumerate():
        if thread.name == sweep_of_sql.name:
            thread.join(60)


@pytest.mark.parametrize("swept_before", [True, False])
def test_what_was_read_ends_with_a_dataset_that_is_dropped(
    graph: Graph, side_driver: neo4j.Driver, swept_before: bool
) -> None:
    tell(graph, run())
    if swept_before:
        sweep(graph)
    gone = dataset("shop.public.x", lifecycleStateChange=facet(lifecycleStateChange="DROP"))
    tell(graph, {"eventTime": "2013-01-05T05:00:00Z", "producer": "https://example.org", "dataset": gone})
    sweep(graph)

    ends = side_driver.execute_query("MATCH (:Field)-[e:FEEDS|SHAPES]->() RETURN e.valid_to AS end").records
    assert [str(row["end"])[:13] for row in ends] == ["2013-01-05T05"] * 2
