"""What people do by GraphQL: every answer is data, what was refused too."""

from __future__ import annotations

from typing import Any

import neo4j
import pytest
from fastapi import FastAPI

from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.integration.api import app_on, data
from tests.support.protocol import Fleet, a_job, declare, name

DAY = "2013-01-01"
RAW = {"kind": "DATASET", "name": {"namespace": "test", "name": "raw"}, "partition": DAY}
CLEAN = {"namespace": "test", "name": "clean"}


@pytest.fixture
def fleet(graph: Graph, side_driver: neo4j.Driver) -> Fleet:
    """raw (and rates, about which is asked) -> clean."""
    clean = a_job("clean", {"raw": "same", "rates": "same"}, "clean", ask=("rates",), optional=("rates",))
    declare(side_driver, graph.settings.database, datasets=("raw", "rates", "clean"), jobs=(clean,))
    return Fleet(graph)


@pytest.fixture
def app(graph: Graph) -> FastAPI:
    return app_on(graph)


def report(fleet: Fleet, dataset: str, content: str) -> str:
    version = report_version(fleet.graph, Report(name(dataset), DAY, location=content)).version
    fleet.work()
    return version


def mutate(app: FastAPI, field: str, wanted: str, /, **values: Any) -> dict[str, Any]:
    """The answer of one mutation; of an error, its code."""
    kind = f"{field[0].upper()}{field[1:]}Input!"
    answer = f"__typename {wanted} ... on Error {{ code message }}"
    query = f"mutation($input: {kind}) {{ {field}(input: $input) {{ {answer} }} }}"
    return data(app, query, input=values)[field]


def test_hold_and_release(fleet: Fleet, app: FastAPI) -> None:
    held = mutate(app, "hold", "... on HoldPayload { placed hold { partition } }", target=RAW, reason="r", by="ops")
    assert (held["placed"], held["hold"]["partition"]) == (True, DAY)
    report(fleet, "raw", "a")

    asked = 'query($j: NameInput!) { holds { by kind } readiness(job: $j, partition: "2013-01-01") '
    asked += "{ ... on Readiness { runnable held inputs { held } } } }"
    found = data(app, asked, j=CLEAN)

    assert found["holds"] == [{"by": "ops", "kind": "DATASET"}]
    assert found["readiness"]["runnable"] is False
    assert "held by ops: r" in [each["held"] for each in found["readiness"]["inputs"]]
    released = mutate(app, "release", "... on ReleasePayload { runIds }", target=RAW)
    assert len(released["runIds"]) == 1
    assert mutate(app, "release", "", target=RAW)["code"] == "NOT_HELD"


def test_cancel_and_replay(fleet: Fleet, app: FastAPI) -> None:
    mutate(app, "hold", "", target=RAW, reason="r")
    report(fleet, "raw", "a")
    run = runs(fleet.graph, job=name("clean"))[0].id

    payload = "... on CancelRunPayload { was run { state } }"
    cancelled = mutate(app, "cancelRun", payload, run=run, reason="r")
    assert (cancelled["was"], cancelled["run"]["state"]) == ("READY", "CANCELLED")
    assert mutate(app, "cancelRun", payload, run="rn_nothing", reason="r")["code"] == "NOT_FOUND"
    made = mutate(app, "replay", "... on ReplayPayload { run { id } }", job=CLEAN, partition=DAY, reason="r")
    mutate(app, "release", "", target=RAW)
    fleet.work()
    assert mutate(app, "cancelRun", payload, run=made["run"]["id"], reason="r")["code"] == "RUN_ENDED"
    late = mutate(app, "replay", "", job=CLEAN, partition="2013-01-05", reason="r")
    assert (late["__typename"], late["code"]) == ("RefusedError", "NOT_READY")


def test_quarantine_and_release(fleet: Fleet, app: FastAPI) -> None:
    first, version = report(fleet, "raw", "a"), report(fleet, "raw", "b")
    payload = "... on QuarantinePayload { current version { state } tainted { isComplete versions { current } } }"

    done = mutate(app, "quarantine", payload, version=version, reason="r")

    assert (done["current"], done["version"]["state"]) == (first, "QUARANTINED")
    assert done["tainted"] == {"isComplete": True, "versions": [{"current": True}]}
    tainted = "query($v: ID!) { tainted(version: $v) { ... on Tainted { versions { datasetName { name } } } } }"
    assert data(app, tainted, v=version)["tainted"]["versions"] == [{"datasetName": {"name": "clean"}}]
    assert mutate(app, "revalidate", "", version=version, reason="r")["code"] == "CANNOT_REVALIDATE"
    back = "... on ReleaseVersionPayload { version { state } }"
    assert mutate(app, "releaseVersion", back, version=version, reason="r")["version"]["state"] == "PUBLISHED"
    assert mutate(app, "releaseVersion", back, version=version, reason="r")["code"] == "CANNOT_RELEASE"


def test_questions_and_answers(fleet: Fleet, app: FastAPI) -> None:
    for dataset, content in (("rates", "a"), ("raw", "a"), ("rates", "b")):
        report(fleet, dataset, content)
    (asked,) = data(app, "{ questions { id versionId answer } }")["questions"]
    payload = "... on AnswerPayload { runId question { answer } }"

    assert mutate(app, "answer", payload, question=asked["id"], answer="OVERTAKEN")["code"] == "INVALID_INPUT"
    answered = mutate(app, "answer", payload, question=asked["id"], answer="RERUN")

    assert (answered["question"]["answer"], answered["runId"] is not None) == ("RERUN", True)
    assert mutate(app, "answer", payload, question=asked["id"], answer="IGNORE")["code"] == "ALREADY_ANSWERED"
    assert data(app, "{ questions { id } }")["questions"] == []
