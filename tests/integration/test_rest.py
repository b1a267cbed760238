"""The REST interface on each engine."""

from __future__ import annotations

import neo4j
import pytest
from fastapi import FastAPI

from graph_model.store.graph import Graph
from graph_model.versions.repository import version
from tests.integration.api import app_on, call
from tests.integration.small_estate import DAY_ONE, DAY_TWO, GOOD

REPORT = {"dataset": "shop/raw_orders", "partition": DAY_ONE, "location": "raw.parquet"}


@pytest.fixture
def app(small_estate: Graph) -> FastAPI:
    """Over an estate that is only read."""
    return app_on(small_estate)


@pytest.fixture
def own_app(own_estate: Graph) -> FastAPI:
    """Over an estate that the test may change."""
    return app_on(own_estate)


def test_a_report_is_created_once_and_known_after_that(own_app: FastAPI, own_estate: Graph) -> None:
    headers = {"Idempotency-Key": "k1"}

    first = call(own_app, "POST", "/api/v1/versions", json=REPORT, headers=headers)
    second = call(own_app, "POST", "/api/v1/versions", json=REPORT, headers=headers)
    third = call(own_app, "POST", "/api/v1/versions", json=REPORT | {"key": "k1"})

    assert [response.status_code for response in (first, second, third)] == [201, 200, 200]
    assert first.json()["version"] == second.json()["version"] == third.json()["version"]
    assert (first.json()["created"], first.json()["state"], len(first.json()["runs"])) == (True, "VALIDATING", 1)
    assert second.json()["runs"] == []
    assert version(own_estate, first.json()["version"]).partition == DAY_ONE


def test_a_name_may_be_given_in_its_parts(own_app: FastAPI) -> None:
    body = REPORT | {"dataset": {"namespace": "shop", "name": "raw_orders"}, "source_time": "2024-03-01T06:00:00+01:00"}

    assert call(own_app, "POST", "/api/v1/versions", json=body).status_code == 201


def test_a_report_about_an_unknown_dataset_is_not_found_with_the_nearest_name(app: FastAPI) -> None:
    response = call(app, "POST", "/api/v1/versions", json=REPORT | {"dataset": "shop/raw_order"})

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "code": "NOT_FOUND",
        "message": "no dataset shop/raw_order; did you mean shop/raw_orders?",
        "nearest": "shop/raw_orders",
    }


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        ({"partition": "monday"}, "INVALID_PARTITION", "2013-01-05"),
        ({"location": None}, "LOCATION_MISSING", "location"),
        ({"location": "/etc/passwd"}, "LOCATION_REFUSED", "HEADWATER_DATA_ROOTS"),
        ({"location": "../secret.csv"}, "LOCATION_REFUSED", "HEADWATER_DATA_ROOTS"),
        ({"dataset": "nameless"}, "INVALID_NAME", "NAMESPACE/NAME"),
        ({"datasets": "shop/x"}, "INVALID_INPUT", "datasets"),
        ({"source_time": "2024-03-01T06:00:00"}, "INVALID_INPUT", "offset"),
        ({"key": "other"}, "INVALID_INPUT", "Idempotency-Key"),
    ],
)
def test_a_report_that_cannot_be_used_says_what_to_mend(app: FastAPI, change: dict, code: str, word: str) -> None:
    response = call(app, "POST", "/api/v1/versions", json=REPORT | change, headers={"Idempotency-Key": "k1"})

    assert (response.status_code, response.json()["code"]) == (422, code)
    assert word in response.json()["message"]


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_a_body_that_is_no_report_is_refused(app: FastAPI, content: str) -> None:
    response = call(app, "POST", "/api/v1/versions", content=content, headers={"content-type": "application/json"})

    assert (response.status_code, response.json()["code"]) == (422, "INVALID_INPUT")


def test_the_last_good_version_is_resolved_to_where_it_lies(app: FastAPI) -> None:
    response = call(
        app, "GET", "/api/v1/versions/resolve", params={"dataset": "shop/clean_orders", "partition": DAY_ONE}
    )

    assert response.status_code == 200
    assert (response.json()["id"], response.json()["current"]) == (GOOD, True)
    assert response.json()["location"] == f"/srv/storage/clean/{DAY_ONE}/data.parquet"


def test_where_nothing_good_is_there_it_says_what_is(app: FastAPI) -> None:
    response = call(
        app, "GET", "/api/v1/versions/resolve", params={"dataset": "shop/clean_orders", "partition": DAY_TWO}
    )

    assert response.status_code == 404
    assert "quarantined" in response.json()["message"]


@pytest.mark.parametrize("path", ["/api/v1/versions", "/graphql"])
def test_a_body_beyond_a_mebibyte_is_refused(app: FastAPI, path: str) -> None:
    headers = {"content-type": "application/json"}

    response = call(app, "POST", path, content=b'{"query": "' + b" " * 1024 * 1024 + b'"}', headers=headers)

    assert response.status_code == 413


def test_an_unknown_place_is_a_problem_too(app: FastAPI) -> None:
    response = call(app, "GET", "/api/v1/nowhere")

    assert (response.status_code, response.json()["code"]) == (404, "HTTP_404")


def test_a_migrated_graph_is_ready(app: FastAPI) -> None:
    response = call(app, "GET", "/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ready", "broker": "none"})


def test_a_graph_without_its_migrations_is_not_ready(
    app: FastAPI, small_estate: Graph, side_driver: neo4j.Driver
) -> None:
    database = small_estate.settings.database
    missing = [
        record["id"]
        for record in side_driver.execute_query("MATCH (m:Migration) RETURN m.id AS id", database_=database).records
    ]
    side_driver.execute_query("MATCH (m:Migration) DETACH DELETE m", database_=database)
    try:
        response = call(app, "GET", "/readyz")
    finally:
        side_driver.execute_query(
            "UNWIND $ids AS id CREATE (:Migration {id: id})", {"ids": missing}, database_=database
        )

    assert response.status_code == 503
    assert "headwater migrate" in response.json()["reason"]
