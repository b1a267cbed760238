"""Marquez' API: the form of each answer, names of every kind, pages, and what is not there; on each engine."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from app.rest.marquez.forms import uuid_of
from graph_model.names import Name, job_id, observed_run_id
from graph_model.store.graph import Graph
from tests.integration.api import app_on, call
from tests.integration.small_estate import CLEAN, CLEAN_JOB, FIRST_RUN, GOOD, SECOND_RUN, TOTALS_JOB
from tests.support.events import SECOND, WAREHOUSE, dataset, run_event, two_runs
from tests.support.marquez import OPENAPI, problems

RUN = "0194e5b0-0000-7000-8000-000000000001"
JOB = "/namespaces/scheduler/jobs/nightly.orders"
TABLE = f"/namespaces/{quote(WAREHOUSE, safe='')}/datasets/shop.public.totals"
NODE = f"dataset:{WAREHOUSE}:shop.public.totals"
ODD = Name("a:b/c:5432//x", "d:1:e/f#2 %41 ünïcode:🦆")


def get(app: FastAPI, path: str, status: int = 200, /, **asked: Any) -> Any:
    answer = call(app, "GET", f"/api/v1{path}", params=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


def send(app: FastAPI, *events: Any) -> None:
    answer = call(app, "POST", "/api/v1/lineage/batch", json=list(events))
    assert answer.json()["status"] == "success", answer.text


@pytest.fixture
def app(graph: Graph) -> FastAPI:
    app = app_on(graph)
    send(app, *two_runs())
    return app


@pytest.fixture
def own(own_estate: Graph) -> FastAPI:
    return app_on(own_estate)


def test_every_answer_is_of_the_form_that_marquez_describes(app: FastAPI) -> None:
    if not OPENAPI.exists():
        pytest.skip("no description of Marquez' API; HEADWATER_SPEC_FOLDER names a folder that has it")
    version = get(app, f"{TABLE}/versions")["versions"][0]["version"]
    job_version = get(app, f"{JOB}/versions")["versions"][0]["version"]
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "/namespaces": ("NamespaceList", {}),
        "/namespaces/scheduler": ("Namespace", {}),
        "/sources": ("SourceList", {}),
        f"/sources/{quote(WAREHOUSE, safe='')}": ("Source", {}),
        f"/namespaces/{quote(WAREHOUSE, safe='')}/datasets": ("DatasetList", {}),
        TABLE: ("Dataset", {}),
        f"{TABLE}/versions": ("DatasetVersionList", {}),
        f"{TABLE}/versions/{version}": ("DatasetVersion", {}),
        "/jobs": ("JobList", {}),
        "/namespaces/scheduler/jobs": ("JobList", {}),
        JOB: ("Job", {}),
        f"{JOB}/versions": ("JobVersionList", {}),
        f"{JOB}/versions/{job_version}": ("JobVersion", {}),
        f"{JOB}/runs": ("RunList", {}),
        f"/jobs/runs/{RUN}": ("Run", {}),
        f"/jobs/runs/{RUN}/facets": ("FacetsResult", {"type": "run"}),
        "/tags": ("TagList", {}),
        "/search": ("SearchResultList", {"q": "shop"}),
        "/events/lineage": ("LineageEventList", {}),
        "/lineage": ("LineageGraph", {"nodeId": NODE}),
        "/runlineage/upstream": ("UpstreamRunLineage", {"runId": RUN}),
    }
    for path, (name, parameters) in asked.items():
        answer = get(app, path, 200, **parameters)
        found = problems(name, answer)
        # Facets are told as clients sent them; the description wants addresses in all of them.
        assert [one for one in found if "facets" not in one] == [], path
        for node in answer.get("graph", ()):
            assert problems({"JOB": "Job", "DATASET": "Dataset"}[node["type"]], node["data"]) == []


def test_an_empty_graph_answers_with_empty_lists(graph: Graph) -> None:
    app = app_on(graph)
    for path, word in (("namespaces", "namespaces"), ("sources", "sources"), ("tags", "tags"), ("jobs", "jobs")):
        assert get(app, f"/{path}") == {word: [], "totalCount": 0}
    assert get(app, "/search", q="%") == {"totalCount": 0, "results": []}
    assert get(app, "/events/lineage") == {"events": [], "totalCount": 0}
    assert {one["count"] for one in get(app, "/stats/jobs", period="DAY")} == {0}
    assert get(app, "/lineage", 404, nodeId="dataset:a:b")["code"] == 404
    assert get(app, "/jobs", lastRunStates="FAILED") == {"jobs": [], "totalCount": 0}


def test_names_may_hold_anything(graph: Graph) -> None:
    app = app_on(graph)
    odd = dataset(ODD.name, "a:b int64", "c#d int64", namespace=ODD.namespace)
    send(app, {**run_event("COMPLETE", "01:00:00", outputs=[odd]), "job": {"namespace": "x:y/z", "name": ODD.name}})
    path = f"/namespaces/{quote(ODD.namespace, safe='')}/datasets/{quote(ODD.name, safe='')}"
    assert get(app, path)["id"] == {"namespace": ODD.namespace, "name": ODD.name}
    assert get(app, f"/namespaces/x%3Ay%2Fz/jobs/{quote(ODD.name, safe='')}")["name"] == ODD.name
    node = f"dataset:{ODD.namespace}:{ODD.name}"
    found = get(app, "/lineage", nodeId=node)["graph"]
    assert [one["id"] for one in found] == [f"job:x:y/z:{ODD.name}", node]
    assert get(app, "/lineage", namespace=ODD.namespace, name=ODD.name)["graph"] == found
    version = get(app, f"{path}/versions")["versions"][0]["version"]
    assert get(app, "/lineage", nodeId=f"{node}#{version}")["graph"] == found
    assert get(app, "/lineage", namespace="x:y/z", name=ODD.name, type="job")["graph"] == found
    for column in ("a:b", "c#d"):
        one = get(app, "/column-lineage", nodeId=f"datasetField:{ODD.namespace}:{ODD.name}:{column}")["graph"]
        assert [one["data"]["field"] for one in one] == [column]


def test_a_node_id_that_means_two_things_is_refused_with_both(graph: Graph) -> None:
    app = app_on(graph)
    both = [dataset("b:c", namespace="a"), dataset("c", namespace="a:b")]
    send(app, run_event("COMPLETE", "01:00:00", outputs=both))
    told = get(app, "/lineage", 400, nodeId="dataset:a:b:c")
    assert "means several" in told["message"]
    assert len(get(app, "/lineage", namespace="a:b", name="c")["graph"]) == 3


def test_pages_reach_every_place_and_count_all(graph: Graph) -> None:
    app = app_on(graph)
    send(
        app,
        *(
            run_event("COMPLETE", "01:00:00", job=f"j{n:02}", run=f"r{n}", outputs=[dataset(f"t{n:02}")])
            for n in range(23)
        ),
    )
    for path, word in (
        (f"/namespaces/{quote(WAREHOUSE, safe='')}/datasets", "datasets"),
        ("/jobs", "jobs"),
        ("/events/lineage", "events"),
    ):
        pages = [get(app, path, limit=5, offset=offset) for offset in range(0, 30, 5)]
        assert {page["totalCount"] for page in pages} == {23}
        assert [len(page[word]) for page in pages] == [5, 5, 5, 5, 3, 0]
        whole = [str(one) for page in pages for one in page[word]]
        assert whole == [str(one) for one in get(app, path)[word]]
        assert len(set(whole)) == 23


def test_jobs_are_listed_by_the_state_of_their_newest_run(app: FastAPI) -> None:
    assert [job["name"] for job in get(app, "/jobs")["jobs"]] == ["export", "nightly.orders"]
    failed = get(app, "/jobs", lastRunStates="FAILED,ABORTED")
    assert ([job["name"] for job in failed["jobs"]], failed["totalCount"]) == (["export"], 1)
    assert [job["name"] for job in get(app, "/jobs", lastRunStates=["COMPLETED"])["jobs"]] == ["nightly.orders"]
    assert "no state" in get(app, "/jobs", 400, lastRunStates="DONE")["message"]


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


def test_a_declared_tag_is_taken_away_where_it_is_written(own: FastAPI) -> None:
    path = f"/api/v1/namespaces/shop/datasets/{CLEAN.name}/tags"
    assert call(own, "DELETE", f"{path}/orders").status_code == 409
    assert call(own, "POST", f"{path}/gold").json()["tags"] == ["orders", "gold"]
    assert call(own, "DELETE", f"{path}/gold").json()["tags"] == ["orders"]
    job = f"/api/v1/namespaces/shop/jobs/{CLEAN_JOB.name}/tags/nightly"
    assert call(own, "POST", job).json()["tags"] == ["nightly"]
    assert call(own, "DELETE", job).json()["tags"] == []


def test_search_knows_patterns_kinds_and_days(app: FastAPI) -> None:
    def found(**asked: Any) -> list[str]:
        answer = get(app, "/search", **asked)
        assert answer["totalCount"] >= len(answer["results"])
        return [one["name"] for one in answer["results"]]

    assert found(q="ORDERS") == ["nightly.orders", "shop.public.orders"]
    assert found(q="orders", filter="job") == ["nightly.orders"]
    assert found(q="n%y.", filter="JOB") == ["nightly.orders"]
    assert found(q="public_t") == ["shop.public.totals"]
    assert found(q="(", namespace=WAREHOUSE) == []
    assert found(q="public", namespace=WAREHOUSE, limit=1) == ["shop.public.customers"]
    assert found(q="orders", sort="updated_at", filter="job", before="2013-01-05") == []
    assert found(q="orders", filter="job", after="2013-01-05") == ["nightly.orders"]


def test_events_are_asked_for_by_time(app: FastAPI) -> None:
    whole = get(app, "/events/lineage")
    assert whole["totalCount"] == len(whole["events"]) == 7
    asked = {"after": "2013-01-05T01:30:00Z", "before": "2013-01-05T02:05:00Z", "sortDirection": "asc"}
    some = get(app, "/events/lineage", 200, **asked)
    assert [one["eventType"] for one in some["events"]] == ["START", "RUNNING"]
    assert some["totalCount"] == 2
    assert whole["events"][0]["eventTime"] == "2013-01-05T03:05:00Z"


def test_counts_over_time_are_of_the_last_day_or_week(graph: Graph) -> None:
    app = app_on(graph)
    body = {"type": "BATCH", "inputs": [], "outputs": [{"namespace": "n", "name": "t"}]}
    assert call(app, "PUT", "/api/v1/namespaces/n/jobs/j", json=body).status_code == 200
    assert call(app, "POST", "/api/v1/namespaces/n/jobs/j/runs", json={"id": RUN}).status_code == 201
    assert call(app, "POST", f"/api/v1/jobs/runs/{RUN}/start").status_code == 200
    for period, spans in (("DAY", 24), ("WEEK", 7)):
        events = get(app, "/stats/lineage-events", period=period, timezone="Europe/Berlin")
        assert (len(events), sum(one["start"] for one in events)) == (spans, 1)
        assert sum(one["complete"] for one in events) == 0
        for asset in ("jobs", "datasets", "sources"):
            assert get(app, f"/stats/{asset}", period=period)[-1]["count"] == 1
    assert "no time zone" in get(app, "/stats/jobs", 400, period="DAY", timezone="Mars")["message"]


def test_what_is_asked_wrongly_is_told_in_marquez_form(app: FastAPI) -> None:
    for path, status in (
        ("/lineage", 400),
        ("/lineage?nodeId=table:a:b", 400),
        ("/lineage?nodeId=dataset:a", 404),
        (f"/lineage?nodeId={NODE}&depth=x", 400),
        ("/jobs?limit=-1", 400),
        ("/jobs?limit=1000000", 400),
        (f"/jobs/runs/{RUN}/facets", 400),
        ("/namespaces/no/datasets", 404),
        ("/namespaces/no/jobs", 404),
        (f"{TABLE}/versions/{RUN}", 404),
        (f"{JOB}/versions/{RUN}", 404),
    ):
        told = call(app, "GET", f"/api/v1{path}")
        assert (told.status_code, told.json()["code"]) == (status, status), path
        assert told.json()["message"], path
    assert call(app, "PUT", "/api/v1/namespaces/n", json={}).status_code == 422
    for path in ("/namespaces/n", TABLE, JOB):
        refused = call(app, "DELETE", f"/api/v1{path}")
        assert (refused.status_code, refused.json()["code"]) == (405, 405)


def test_the_cost_in_queries_does_not_grow_with_the_answer(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    from graph_model.store.graph import Transaction

    app, asked = app_on(graph), []
    rows = Transaction.rows
    monkeypatch.setattr(Transaction, "rows", lambda self, name, **more: asked.append(name) or rows(self, name, **more))

    def cost(path: str, **parameters: Any) -> int:
        asked.clear()
        get(app, path, 200, **parameters)
        return len(asked)

    questions: list[tuple[str, dict[str, Any]]] = [
        ("/jobs", {}),
        (f"/namespaces/{quote(WAREHOUSE, safe='')}/datasets", {}),
        ("/namespaces/scheduler/jobs/j0/runs", {}),
        ("/lineage", {"nodeId": f"dataset:{WAREHOUSE}:hub"}),
        ("/search", {"q": "%"}),
    ]
    costs = []
    for size in (2, 30):
        send(
            app,
            *(
                run_event(
                    "COMPLETE",
                    "01:00:00",
                    job=f"j{n}",
                    run=f"r{n}",
                    inputs=[dataset("hub", "a int64")],
                    outputs=[dataset(f"t{n}", "a int64")],
                )
                for n in range(size)
            ),
        )
        costs.append([cost(path, **parameters) for path, parameters in questions])
    assert costs[0] == costs[1]
