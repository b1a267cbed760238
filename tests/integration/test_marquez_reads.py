"""Marquez' API: the form of each answer, names of every kind, pages, and what is not there; on each engine."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from graph_model.names import Name
from graph_model.store.graph import Graph, Transaction
from tests.integration.api import app_on, call
from tests.integration.marquez_api import JOB, NODE, RUN, TABLE, get, send
from tests.integration.small_estate import CLEAN, CLEAN_JOB
from tests.support.events import WAREHOUSE, dataset, run_event, two_runs
from tests.support.marquez import OPENAPI, problems

ODD = Name("a:b/c:5432//x", "d:1:e/f#2 %41 ünïcode:🦆")


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
