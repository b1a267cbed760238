"""Marquez' API: runs and lineage, of others and our own, on each engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import neo4j
import pytest
from fastapi import FastAPI

from app.rest.marquez.forms import uuid_of
from graph_model.names import Name, dataset_id, job_id, observed_run_id
from graph_model.store.graph import Graph
from tests.integration.api import app_on, call
from tests.integration.marquez_api import JOB, NODE, RUN, TABLE, get, send
from tests.integration.small_estate import CLEAN, CLEAN_JOB, FIRST_RUN, GOOD, SECOND_RUN, TOTALS_JOB
from tests.support.events import SECOND, WAREHOUSE, dataset, run_event, two_runs


@pytest.fixture
def app(graph: Graph) -> FastAPI:
    app = app_on(graph)
    send(app, *two_runs())
    return app


@pytest.fixture
def own(own_estate: Graph) -> FastAPI:
    return app_on(own_estate)


def test_a_node_id_that_means_two_things_is_refused_with_both(graph: Graph) -> None:
    app = app_on(graph)
    both = [dataset("b:c", namespace="a"), dataset("c", namespace="a:b")]
    send(app, run_event("COMPLETE", "01:00:00", outputs=both))
    told = get(app, "/lineage", 400, nodeId="dataset:a:b:c")
    assert "means several" in told["message"]
    assert len(get(app, "/lineage", namespace="a:b", name="c")["graph"]) == 3


def test_runs_say_what_they_read_and_wrote(app: FastAPI) -> None:
    runs = get(app, f"{JOB}/runs")
    assert ([run["id"] for run in runs["runs"]], runs["totalCount"]) == ([SECOND, RUN], 2)
    assert (runs["runs"][1]["startedAt"], runs["runs"][1]["durationMs"]) == ("2013-01-05T01:00:00Z", 300_000)
    odd = get(app, "/namespaces/scheduler/jobs/export/runs")["runs"][0]
    read = odd["inputDatasetVersions"][0]["datasetVersionId"]
    # It began before the table was there, as far as anybody said, or read the last one written before: that of SECOND.
    versions = get(app, f"{TABLE}/versions")["versions"]
    assert [version["createdByRun"]["id"] for version in versions] == [SECOND, RUN]
    assert read == {"namespace": WAREHOUSE, "name": "shop.public.totals", "version": versions[0]["version"]}
    # Its client's id is no UUID; ours is, and both find it.
    assert odd["id"] == uuid_of(observed_run_id(job_id(Name("scheduler", "export")), "not a uuid"))
    assert get(app, f"/jobs/runs/{odd['id']}") == get(app, "/jobs/runs/not%20a%20uuid") == odd


def test_lineage_of_runs_goes_up(app: FastAPI) -> None:
    export = get(app, "/namespaces/scheduler/jobs/export/runs")["runs"][0]["id"]
    runs = get(app, "/runlineage/upstream", runId=export)["runs"]
    assert [run["run"]["id"] for run in runs] == [export, SECOND]
    assert (runs[0]["run"]["status"], runs[0]["inputs"][0]["producedByRunId"]) == ("FAILED", SECOND)
    assert [one["name"] for one in runs[1]["inputs"]] == ["shop.public.orders"]
    assert len(get(app, "/runlineage/upstream", runId=export, depth=0)["runs"]) == 1


def test_undirected_lineage_is_all_that_is_connected_and_the_others_are_not(graph: Graph) -> None:
    app = app_on(graph)
    a, b, c, lonely = (dataset(name) for name in ("a", "b", "c", "lonely"))
    send(
        app,
        run_event("COMPLETE", "01:00:00", job="one", run="1", inputs=[a], outputs=[b]),
        run_event("COMPLETE", "01:00:00", job="two", run="2", inputs=[a], outputs=[c]),
        run_event("COMPLETE", "01:00:00", job="far", run="3", inputs=[lonely]),
    )

    def names(**asked: Any) -> list[str]:
        found = get(app, "/lineage", nodeId=f"dataset:{WAREHOUSE}:b", **asked)["graph"]
        for node in found:
            assert all(edge["destination"] == node["id"] for edge in node["inEdges"])
            assert all(edge["origin"] == node["id"] for edge in node["outEdges"])
        return sorted(node["data"]["name"] for node in found)

    assert names() == ["a", "b", "c", "one", "two"]
    assert names(depth=0) == ["a", "b", "one"]
    assert names(direction="UPSTREAM") == ["a", "b", "one"]
    assert names(direction="DOWNSTREAM") == ["b"]
    cut = call(app, "GET", "/api/v1/lineage", params={"nodeId": "job:scheduler:one", "depth": 0})
    assert cut.headers["Headwater-Incomplete"] == "DEPTH_LIMIT"
    assert "Headwater-Incomplete" not in call(app, "GET", "/api/v1/lineage?nodeId=job:scheduler:one").headers


def test_what_shared_a_dataset_once_is_not_around_any_more(graph: Graph, side_driver: neo4j.Driver) -> None:
    app = app_on(graph)
    a, b, c, d = (dataset(name) for name in "abcd")
    send(
        app,
        run_event("COMPLETE", "01:00:00", job="one", run="1", inputs=[a], outputs=[b]),
        run_event("COMPLETE", "01:00:00", job="two", run="2", inputs=[a, c], outputs=[d]),
    )
    ended = "MATCH (:Dataset {name: 'a'})-[e:CONSUMED_BY]->(:Job {name: 'two'}) SET e.valid_to = $then"
    side_driver.execute_query(ended, then=datetime(2014, 1, 1, tzinfo=UTC), database_=graph.settings.database)

    found = get(app, "/lineage", nodeId="job:scheduler:one")["graph"]
    assert sorted(node["data"]["name"] for node in found) == ["a", "b", "one"]


def test_an_answer_of_many_parts_is_the_same_as_in_one(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_on(graph)
    a, b, c, d, e = (dataset(name) for name in "abcde")
    send(
        app,
        run_event("COMPLETE", "01:00:00", job="one", run="1", inputs=[a], outputs=[b]),
        run_event("COMPLETE", "01:00:00", job="two", run="2", inputs=[b], outputs=[c]),
        run_event("COMPLETE", "01:00:00", job="three", run="3", inputs=[b], outputs=[d]),
        run_event("COMPLETE", "01:00:00", job="four", run="4", inputs=[c, d], outputs=[e]),
    )

    def nodes() -> dict[str, Any]:
        found = get(app, "/lineage", nodeId=f"dataset:{WAREHOUSE}:a")["graph"]
        assert len({node["id"] for node in found}) == len(found)
        return {node["id"]: node for node in found}

    whole = nodes()
    monkeypatch.setattr("graph_model.lineage.around.JOBS_PER_QUERY", 1)
    monkeypatch.setattr("app.rest.marquez.node_texts.PART", 1)
    assert (len(whole), nodes()) == (9, whole)


def test_a_stale_edge_says_so_and_is_no_input_any_more(app: FastAPI) -> None:
    job = get(app, JOB)
    assert [one["name"] for one in job["inputs"]] == ["shop.public.orders"]
    graph = {node["id"]: node for node in get(app, "/lineage", nodeId="job:scheduler:nightly.orders")["graph"]}
    node = graph["job:scheduler:nightly.orders"]
    stale = {edge["origin"]: edge.get("stale", False) for edge in node["inEdges"]}
    assert stale == {
        f"dataset:{WAREHOUSE}:shop.public.orders": False,
        f"dataset:{WAREHOUSE}:shop.public.customers": True,
    }
    assert node["data"]["inputs"] == job["inputs"]
    versions = get(app, f"{JOB}/versions")["versions"]
    assert [len(version["inputs"]) for version in versions] == [1, 2]
    assert versions[0]["version"] == job["currentVersion"] == versions[0]["latestRun"]["jobVersion"]["version"]


def test_column_lineage_has_its_edges_as_marquez_has_them(app: FastAPI) -> None:
    found = {node["id"]: node for node in get(app, "/column-lineage", nodeId=NODE)["graph"]}
    total = found[f"datasetField:{WAREHOUSE}:shop.public.totals:total"]
    kinds = {one["field"]: one["transformationType"] for one in total["data"]["inputFields"]}
    assert kinds == {"amount": "DIRECT", "id": "INDIRECT"}
    assert {edge["origin"] for edge in total["inEdges"]} == {total["id"]}
    amount = found[f"datasetField:{WAREHOUSE}:shop.public.orders:amount"]
    assert amount["outEdges"] == [{"origin": amount["id"], "destination": total["id"]}]
    assert amount["data"]["fieldType"] == "decimal(10, 2)" or amount["data"]["fieldType"].startswith("decimal")
    version = get(app, f"{TABLE}/versions")["versions"][0]["version"]
    get(app, "/column-lineage", 400, nodeId=f"{NODE}#{version}", withDownstream=True)
    get(app, "/column-lineage", 404, nodeId=f"{NODE}#{RUN}")
    get(app, "/lineage", 400, nodeId=total["id"])


def test_own_jobs_and_runs_are_there_too(own: FastAPI) -> None:
    runs = get(own, f"/namespaces/shop/jobs/{CLEAN_JOB.name}/runs")["runs"]
    assert [(run["id"], run["state"]) for run in runs] == [(FIRST_RUN, "COMPLETED")]
    assert runs[0]["outputDatasetVersions"][0]["datasetVersionId"]["version"] == GOOD
    job = get(own, f"/namespaces/shop/jobs/{TOTALS_JOB.name}")
    assert (job["latestRun"]["id"], job["latestRun"]["state"]) == (SECOND_RUN, "RUNNING")
    table = get(own, f"/namespaces/shop/datasets/{CLEAN.name}")
    assert ([one["name"] for one in table["fields"]], table["tags"]) == (["order_id", "amount"], ["orders"])
    up = get(own, "/runlineage/upstream", runId=SECOND_RUN)["runs"]
    assert [run["run"]["id"] for run in up] == [SECOND_RUN, FIRST_RUN]
    nodes = get(own, "/lineage", nodeId=f"dataset:shop:{CLEAN.name}")["graph"]
    assert {node["type"] for node in nodes} == {"JOB", "DATASET"}
    assert len(nodes) == 5
    refused = call(own, "POST", f"/api/v1/jobs/runs/{SECOND_RUN}/complete")
    assert (refused.status_code, refused.json()["code"]) == (409, 409)


def test_datasets_that_are_one_are_one_node(graph: Graph, side_driver: neo4j.Driver) -> None:
    app = app_on(graph)
    place, table, end = dataset("s3/t", "a int64"), dataset("t", namespace="hive"), dataset("end")
    send(
        app,
        run_event("COMPLETE", "01:00:00", job="make", run="1", outputs=[place]),
        run_event("COMPLETE", "02:00:00", job="use", run="2", inputs=[table], outputs=[end]),
    )
    names = {"one": dataset_id(Name("hive", "t")), "other": dataset_id(Name(WAREHOUSE, "s3/t"))}
    statement = "MATCH (d:Dataset) WHERE d.id IN [$one, $other] SET d.entity = $one"
    side_driver.execute_query(statement, names, database_=graph.settings.database)

    for asked in ("dataset:hive:t", f"dataset:{WAREHOUSE}:s3/t", "job:scheduler:make"):
        found = get(app, "/lineage", nodeId=asked)["graph"]
        ids = [node["id"] for node in found if node["type"] == "DATASET"]
        assert sorted(ids) == ["dataset:hive:t", f"dataset:{WAREHOUSE}:end"], asked
        assert sorted(node["data"]["name"] for node in found if node["type"] == "JOB") == ["make", "use"]
    assert get(app, "/namespaces/scheduler/jobs/make")["outputs"] == [{"namespace": "hive", "name": "t"}]
    one = get(app, "/namespaces/hive/datasets/t")
    assert ([column["name"] for column in one["fields"]], one["lastModifiedAt"]) == (["a"], "2013-01-05T01:00:00Z")
    run = get(app, "/namespaces/scheduler/jobs/use/runs")["runs"][0]
    made = get(app, "/namespaces/hive/datasets/t/versions")["versions"]
    assert [one["createdByRun"]["jobVersion"]["name"] for one in made] == ["make"]
    assert get(app, "/runlineage/upstream", runId=run["id"])["runs"][0]["inputs"][0]["version"] == made[0]["version"]
