"""OpenLineage events over HTTP, on each engine."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import neo4j
import pytest
from fastapi import FastAPI

from graph_model.store.graph import Graph
from tests.integration.api import app_on, call
from tests.support.events import run_event, two_runs

EVENT = "/api/v1/lineage"
BATCH = "/api/v1/lineage/batch"


@pytest.fixture
def app(graph: Graph) -> FastAPI:
    return app_on(graph)


def events_in(driver: neo4j.Driver) -> int:
    return driver.execute_query("MATCH (e:LineageEvent) RETURN count(e) AS n").records[0]["n"]


def test_an_event_is_taken_with_an_empty_answer(app: FastAPI, side_driver: neo4j.Driver) -> None:
    answers = [call(app, "POST", EVENT, json=two_runs()[0]) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(201, b"")] * 2
    assert events_in(side_driver) == 1


def test_the_route_is_documented_and_leaves_others_at_its_address_alone(app: FastAPI) -> None:
    documented = app.openapi()["paths"][EVENT]
    assert documented["post"]["responses"].keys() == {"201", "400", "422"}
    assert call(app, "PUT", EVENT).status_code == 405
    assert call(app, "GET", f"{EVENT}?nodeId=dataset:nobody:knows").status_code == 404, "Marquez' clients ask there"


def test_a_body_may_be_gzip_in_chunks_with_a_key(app: FastAPI, side_driver: neo4j.Driver) -> None:
    packed = gzip.compress(json.dumps(two_runs()[0]).encode())

    async def chunks() -> Any:
        for start in range(0, len(packed), 100):
            yield packed[start : start + 100]

    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json", "Authorization": "Bearer k"}
    assert call(app, "POST", EVENT, content=chunks(), headers=headers).status_code == 201
    assert events_in(side_driver) == 1


def wrong() -> Iterator[Any]:
    good = run_event("START", "01:00:00")
    yield pytest.param([], "", id="a list")
    yield pytest.param({"eventTime": "2013-01-05T00:00:00Z"}, "", id="about nothing")
    yield pytest.param({**good, "eventTime": "yesterday"}, "/eventTime", id="no time")
    yield pytest.param({**good, "eventTime": 1357344000}, "/eventTime", id="a number for a time")
    yield pytest.param({**good, "eventType": "BEGIN"}, "/eventType", id="an unknown type")
    yield pytest.param({**good, "run": {}}, "/run/runId", id="no run id")
    yield pytest.param({**good, "job": {"namespace": "n", "name": ""}}, "/job/name", id="an empty name")
    yield pytest.param({**good, "inputs": [{"namespace": "n"}]}, "/inputs/0/name", id="an input without a name")
    yield pytest.param({**good, "outputs": {}}, "/outputs", id="outputs that are no list")
    yield pytest.param({**good, "job": {"namespace": "n", "name": "x" * 3000}}, "/job/name", id="a name without end")
    yield pytest.param(
        {**good, "run": {"runId": "r", "facets": {"a/b": 1}}}, "/run/facets/a~1b", id="a facet that is none"
    )


@pytest.mark.parametrize(("event", "pointer"), list(wrong()))
def test_a_wrong_event_is_refused_with_a_pointer(
    app: FastAPI, side_driver: neo4j.Driver, event: Any, pointer: str
) -> None:
    answer = call(app, "POST", EVENT, json=event)
    assert (answer.status_code, answer.json()["code"], answer.json()["pointer"]) == (422, "INVALID_EVENT", pointer)
    assert events_in(side_driver) == 0


def test_half_of_a_character_is_refused_where_it_stands(app: FastAPI) -> None:
    text = json.dumps(run_event("START", "01:00:00", job="x")).replace('"x"', '"\\ud800"')
    answer = call(app, "POST", EVENT, content=text, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["pointer"]) == (422, "/job/name")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"{", {}, 400),
        (b'{"eventTime": NaN}', {}, 400),
        (b"[" * 100_000, {}, 400),
        (b"plain", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b"{}")[:-9], {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b" " * 40_000_000), {"Content-Encoding": "gzip"}, 413),
        (b"{}", {"Content-Encoding": "br"}, 415),
        (b" " * 40_000_000, {}, 413),
    ],
    ids=[
        "empty",
        "cut short",
        "no number",
        "a bomb",
        "no gzip",
        "gzip cut short",
        "a gzip bomb",
        "brotli",
        "too large",
    ],
)
def test_a_body_that_cannot_be_read_is_refused(app: FastAPI, body: bytes, headers: dict[str, str], status: int) -> None:
    assert call(app, "POST", EVENT, content=body, headers=headers).status_code == status


def test_a_batch_tells_which_events_were_not_taken(app: FastAPI, side_driver: neo4j.Driver) -> None:
    events = [*two_runs(), {"job": 1, "eventTime": "2013-01-05T00:00:00Z"}]
    answer = call(app, "POST", BATCH, json=events)
    assert answer.status_code == 200
    told = answer.json()
    assert told["status"] == "partial_success"
    assert told["summary"] == {"received": 9, "successful": 8, "failed": 1, "retriable": 0, "non_retriable": 1}
    assert [(failure["index"], failure["retriable"]) for failure in told["failed_events"]] == [(8, False)]
    assert told["failed_events"][0]["reason"].startswith("/8/job: ")
    assert events_in(side_driver) == 8


def test_a_batch_of_good_events_is_a_success(app: FastAPI, side_driver: neo4j.Driver) -> None:
    assert call(app, "POST", BATCH, json=two_runs()).json()["status"] == "success"
    assert call(app, "POST", BATCH, json=[]).json()["summary"]["received"] == 0
    assert call(app, "POST", BATCH, json={}).status_code == 422
    assert events_in(side_driver) == 8
