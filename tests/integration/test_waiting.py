"""Who waits for a version is answered as soon as it is there, and many who wait ask the graph once; on each engine."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import neo4j
import pytest
from fastapi import FastAPI

from app.waiting import Waiting
from graph_model.names import parse_name, partition_id
from graph_model.store.graph import Graph, Row
from graph_model.versions.entities import Report
from graph_model.versions.report import find_target, report_version
from tests.integration.api import app_on, call
from tests.integration.small_estate import DAY_ONE, DAY_TWO, GOOD
from tests.support.protocol import Fleet, a_job, declare, name

CLEAN = "shop/clean_orders"


class Counting:
    """A graph that counts what it is asked."""

    def __init__(self, graph: Graph) -> None:
        self._graph, self.asked = graph, 0

    def rows(self, name: str, **parameters: Any) -> list[Row]:
        self.asked += 1
        return self._graph.rows(name, **parameters)


@pytest.fixture
def app(small_estate: Graph) -> FastAPI:
    return app_on(small_estate)


def wait(app: FastAPI, **asked: Any) -> Any:
    return call(app, "GET", "/api/v1/versions/wait", params={"dataset": CLEAN, "partition": DAY_ONE, **asked})


def test_a_version_that_is_there_is_the_answer(app: FastAPI) -> None:
    answer = wait(app)

    assert (answer.status_code, answer.json()["id"]) == (200, GOOD)


def test_when_the_time_is_over_nothing_is_the_answer(app: FastAPI) -> None:
    assert wait(app, partition=DAY_TWO, timeout=0.2).status_code == 204


def test_only_a_newer_version_is_the_answer_where_that_is_asked(own_estate: Graph, side_driver: neo4j.Driver) -> None:
    after = datetime(2024, 3, 2, 6, tzinfo=UTC)
    before, app = after - timedelta(seconds=1), app_on(own_estate)
    statement = "MATCH (v:DatasetVersion {id: $id}) SET v.published_at = $at"
    side_driver.execute_query(statement, id=GOOD, at=after, database_=own_estate.settings.database)

    assert wait(app, newer_than=before.isoformat()).status_code == 200
    assert wait(app, newer_than=after.isoformat(), timeout=0.2).status_code == 204


@pytest.mark.parametrize(
    "asked", [{"timeout": 0}, {"timeout": 601}, {"partition": "2024-3-1"}, {"newer_than": "2024-01-01"}]
)
def test_what_cannot_be_waited_for_is_refused(app: FastAPI, asked: dict[str, Any]) -> None:
    assert wait(app, **asked).status_code == 422


def test_many_who_wait_ask_the_graph_once(small_estate: Graph) -> None:
    graph = Counting(small_estate)
    target = find_target(small_estate, parse_name(CLEAN))
    partition = partition_id(target.id, DAY_ONE)
    waiting = Waiting(cast("Graph", graph), every_seconds=0.01)
    future = datetime(9000, 1, 1, tzinfo=UTC)

    async def all_of_them() -> list[str | None]:
        met = (waiting.until_there(partition, newer_than=None, seconds=60) for _ in range(200))
        never = (waiting.until_there(partition, newer_than=future, seconds=0.3) for _ in range(200))
        return await asyncio.gather(*met, *never)

    found = asyncio.run(all_of_them())

    assert found == [GOOD] * 200 + [None] * 200
    assert graph.asked < 100


def test_a_successful_run_is_waited_for_as_a_version_is(graph: Graph, side_driver: neo4j.Driver) -> None:
    job = a_job("tidy", {"raw": "same"}, "clean")
    declare(side_driver, graph.settings.database, datasets=("raw", "clean"), jobs=(job,))
    fleet, app = Fleet(graph), app_on(graph)
    asked = {"job": "test/tidy", "partition": "2013-01-01"}
    assert wait_for_run(app, **asked, timeout=0.2).status_code == 204

    report_version(graph, Report(name("raw"), "2013-01-01"))
    fleet.work()
    fleet.settle()

    answer = wait_for_run(app, **asked)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["job"], found["partition"], found["state"]) == ("test/tidy", "2013-01-01", "SUCCEEDED")
    assert (len(found["inputs"]), len(found["outputs"])) == (1, 1)
    later = {"timeout": 0.2, "ended_after": found["ended_at"]}
    assert wait_for_run(app, **asked, **later).status_code == 204
    assert wait_for_run(app, job="test/tdy", partition="2013-01-01").status_code == 404
    assert wait_for_run(app, job="test/tidy", partition="soon").status_code == 422


def wait_for_run(app: FastAPI, **asked: Any) -> Any:
    return call(app, "GET", "/api/v1/runs/wait", params=asked)
