"""Marquez' own Python client, unchanged, against the real application: each of its public methods, on each engine."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_model.store.graph import Graph
from tests.clients.environments import packages_of
from tests.integration.api import app_on, call
from tests.integration.conftest import missing
from tests.support.events import CUSTOMERS, ORDERS, TOTALS, WAREHOUSE, run_event
from tests.support.serving import served

# Half of what the client can do is marked as old by its authors; it is what we promise all the same.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def _module(name: str) -> Any:
    """A part of the client; None where it cannot be had. Its wheel brings a `tests` and an `examples` of its own, so it
    lies apart from our packages, behind them."""
    try:
        place = str(packages_of("marquez"))
    except (OSError, subprocess.SubprocessError):
        return None
    if place not in sys.path:
        sys.path.append(place)
    return importlib.import_module(f"marquez_client.{name}")


CLIENT, ERRORS, MODELS = _module("client"), _module("errors"), _module("models")
NAMESPACE, SOURCE = "postgres://ö:5432/a b", "a source / with ünicode"
RUN = "0194e5b0-0000-7000-8000-00000000000a"


@pytest.fixture
def client(graph: Graph) -> Iterator[Any]:
    if CLIENT is None:
        missing("no marquez-python")
    with served(app_on(graph)) as address:
        yield CLIENT.MarquezClient(address, timeout_ms=120_000)


def test_what_a_client_names_is_kept_and_listed(client: Any) -> None:
    made = client.create_namespace(NAMESPACE, "who owns it", "what it is")
    assert (made["name"], made["ownerName"], made["description"]) == (NAMESPACE, "who owns it", "what it is")
    assert client.get_namespace(NAMESPACE) == made
    assert client.list_namespaces()["namespaces"] == [made]
    assert client.create_namespace(NAMESPACE, "another")["ownerName"] == "another"
    assert client.get_namespace(NAMESPACE)["createdAt"] == made["createdAt"]

    source = client.create_source(SOURCE, "postgresql", "jdbc:postgresql://ö/x", "where it lies")
    assert (source["type"], source["connectionUrl"]) == ("POSTGRESQL", "jdbc:postgresql://ö/x")
    assert client.get_source(SOURCE) == source
    assert client.list_sources()["sources"] == [source]

    tag = client.create_tag("PII", "about people")
    assert tag == {"name": "PII", "description": "about people"}
    assert client.list_tags()["tags"] == [tag]


def test_a_dataset_comes_back_as_it_was_told(client: Any) -> None:
    made = client.create_dataset(
        NAMESPACE,
        "a/b:c #1",
        MODELS.DatasetType.DB_TABLE,
        "public.b",
        SOURCE,
        description="what it is",
        fields=[{"name": "id", "type": "int64"}, {"name": "mail", "type": "string", "tags": ["PII"]}],
        tags=["gold"],
    )
    assert made["id"] == {"namespace": NAMESPACE, "name": "a/b:c #1"}
    assert (made["type"], made["physicalName"], made["sourceName"]) == ("DB_TABLE", "public.b", SOURCE)
    assert (made["description"], made["tags"]) == ("what it is", ["gold"])
    assert [(one["name"], one["tags"]) for one in made["fields"]] == [("id", []), ("mail", ["PII"])]
    assert client.get_dataset(NAMESPACE, "a/b:c #1") == made
    assert client.list_datasets(NAMESPACE)["datasets"] == [made]

    stream = client.create_dataset(
        NAMESPACE, "clicks", MODELS.DatasetType.STREAM, "clicks", SOURCE, schema_location="http://registry/1"
    )
    assert stream["type"] == "STREAM"
    assert [one["name"] for one in client.list_datasets(NAMESPACE, limit=1, offset=1)["datasets"]] == ["clicks"]


def test_tags_are_put_on_datasets_and_columns(client: Any) -> None:
    client.create_dataset(
        NAMESPACE, "t", MODELS.DatasetType.DB_TABLE, "t", SOURCE, fields=[{"name": "a", "type": "int64"}]
    )
    client.tag_dataset(NAMESPACE, "t", "gold")
    client.tag_dataset(NAMESPACE, "t", "gold")
    client.tag_dataset_field(NAMESPACE, "t", "a", "PII")
    tagged = client.tag_dataset(NAMESPACE, "t", "new")
    assert (tagged["tags"], tagged["fields"][0]["tags"]) == (["gold", "new"], ["PII"])
    assert [tag["name"] for tag in client.list_tags()["tags"]] == ["PII", "gold", "new"]
    with pytest.raises(ERRORS.APIError):
        client.tag_dataset_field(NAMESPACE, "t", "no such column", "PII")


def test_a_job_runs_as_a_client_tells_it(client: Any) -> None:
    for name in ("in", "out"):
        client.create_dataset(NAMESPACE, name, MODELS.DatasetType.DB_TABLE, name, SOURCE)
    job = client.create_job(
        NAMESPACE,
        "nightly / job",
        MODELS.JobType.BATCH,
        "https://example.org/x",
        [MODELS.DatasetId(NAMESPACE, "in")],
        [MODELS.DatasetId(NAMESPACE, "out")],
        description="what it does",
        context={"sql": "SELECT 1"},
    )
    assert (job["type"], job["location"], job["description"]) == ("BATCH", "https://example.org/x", "what it does")
    assert job["inputs"] == [{"namespace": NAMESPACE, "name": "in"}]
    assert job["outputs"] == [{"namespace": NAMESPACE, "name": "out"}]
    assert job["context"] == {"sql": "SELECT 1"}
    assert job["latestRun"] is None

    new = client.create_job_run(
        NAMESPACE, "nightly / job", RUN, "2013-01-05T00:00:00Z", "2013-01-06T00:00:00Z", {"mail": "x"}
    )
    assert (new["id"], new["state"], new["args"]) == (RUN, "NEW", {"mail": "x"})
    assert new["nominalStartTime"] == "2013-01-05T00:00:00Z"
    assert client.mark_job_run_as_started(RUN, "2013-01-05T01:00:00Z")["state"] == "RUNNING"
    done = client.mark_job_run_as_completed(RUN, "2013-01-05T01:00:01.5Z")
    assert (done["state"], done["durationMs"]) == ("COMPLETED", 1500)
    assert (done["startedAt"], done["endedAt"]) == ("2013-01-05T01:00:00Z", "2013-01-05T01:00:01.500Z")
    written = done["outputDatasetVersions"][0]["datasetVersionId"]
    assert client.get_job_run(RUN) == done
    assert client.list_job_runs(NAMESPACE, "nightly / job")["runs"] == [done]
    assert client.get_job(NAMESPACE, "nightly / job")["latestRun"]["id"] == RUN
    assert [one["name"] for one in client.list_jobs(NAMESPACE)["jobs"]] == ["nightly / job"]

    versions = client.list_dataset_versions(NAMESPACE, "out")["versions"]
    assert [one["version"] for one in versions] == [written["version"]]
    assert versions[0]["createdByRun"]["id"] == RUN
    assert client.get_dataset_version(NAMESPACE, "out", written["version"]) == versions[0]
    assert client.get_dataset(NAMESPACE, "out")["currentVersion"] == written["version"]


@pytest.mark.parametrize(
    ("end", "state"), [("mark_job_run_as_failed", "FAILED"), ("mark_job_run_as_aborted", "ABORTED")]
)
def test_a_run_ends_as_a_client_tells_it(client: Any, end: str, state: str) -> None:
    client.create_job(NAMESPACE, "j", MODELS.JobType.SERVICE)
    run = client.create_job_run(NAMESPACE, "j", mark_as_running=True)
    assert (run["state"], client.get_job(NAMESPACE, "j")["type"]) == ("RUNNING", "SERVICE")
    assert getattr(client, end)(run["id"])["state"] == state
    assert client.get_job(NAMESPACE, "j")["latestRun"]["state"] == state


def test_a_run_may_write_what_is_told_with_it(client: Any) -> None:
    client.create_job(NAMESPACE, "j", MODELS.JobType.STREAM)
    client.create_job_run(NAMESPACE, "j", RUN, mark_as_running=True)
    client.create_dataset(NAMESPACE, "made", MODELS.DatasetType.DB_TABLE, "made", SOURCE, run_id=RUN)
    client.create_job(NAMESPACE, "j", MODELS.JobType.STREAM, run_id=RUN, inputs=[MODELS.DatasetId(NAMESPACE, "read")])
    client.mark_job_run_as_completed(RUN)
    job = client.get_job(NAMESPACE, "j")
    assert job["type"] == "STREAM"
    assert [job["inputs"][0]["name"], job["outputs"][0]["name"]] == ["read", "made"]
    assert client.get_dataset(NAMESPACE, "made")["currentVersion"]


def test_events_and_columns_are_asked_for(client: Any, graph: Graph) -> None:
    app = app_on(graph)
    sent = [
        run_event("START", "01:00:00", inputs=[ORDERS, CUSTOMERS]),
        run_event("COMPLETE", "01:05:00", inputs=[ORDERS, CUSTOMERS], outputs=[TOTALS]),
    ]
    for event in sent:
        assert call(app, "POST", "/api/v1/lineage", json=event).status_code == 201

    assert client.list_events()["events"] == sent[::-1]
    assert client.list_events("scheduler", limit=1, offset=1) == {"events": sent[:1], "totalCount": 2}
    assert client.list_events("nobody")["events"] == []

    table, columns = "shop.public.totals", {"customer", "total"}
    whole = client.get_column_lineage_by_dataset(WAREHOUSE, table)["graph"]
    assert {node["data"]["field"] for node in whole if node["data"]["dataset"] == table} == columns
    of_job = client.get_column_lineage_by_job("scheduler", "nightly.orders")["graph"]
    assert of_job == whole
    one = client.get_column_lineage_by_dataset_field(WAREHOUSE, "shop.public.orders", "amount", with_downstream=True)
    assert {node["data"]["field"] for node in one["graph"]} == {"amount", "total"}
    version = client.list_dataset_versions(WAREHOUSE, table)["versions"][0]["version"]
    then = client.get_column_lineage_by_dataset(WAREHOUSE, table, version=version)["graph"]
    assert [node["id"] for node in then] == [node["id"] for node in whole]
    assert {node["data"]["datasetVersion"] for node in then if node["data"]["dataset"] == table} == {version}


def test_what_is_not_there_is_an_error_of_the_client(client: Any) -> None:
    asked = {
        "get_namespace": ("x",),
        "get_source": ("x",),
        "get_dataset": ("x", "y"),
        "get_dataset_version": ("x", "y", str(uuid.uuid4())),
        "list_dataset_versions": ("x", "y"),
        "list_datasets": ("x",),
        "list_jobs": ("x",),
        "get_job": ("x", "y"),
        "create_job_run": ("x", "y"),
        "list_job_runs": ("x", "y"),
        "get_job_run": (str(uuid.uuid4()),),
        "mark_job_run_as_started": (str(uuid.uuid4()),),
        "tag_dataset": ("x", "y", "z"),
        "get_column_lineage_by_dataset": ("x", "y"),
    }
    for method, arguments in asked.items():
        with pytest.raises(ERRORS.APIError) as told:
            getattr(client, method)(*arguments)
        answer = told.value.__cause__.response  # pyright: ignore[reportAttributeAccessIssue, reportOptionalMemberAccess]
        assert (answer.status_code, answer.json()["code"]) == (404, 404), method
        assert answer.json()["message"], method


def test_no_method_of_the_client_was_left_out() -> None:
    if CLIENT is None:
        missing("no marquez-python")
    methods = {
        name for name, _ in inspect.getmembers(CLIENT.MarquezClient, inspect.isfunction) if not name.startswith("_")
    }

    asked = Path(__file__).read_text()
    assert len(methods) >= 29
    assert [name for name in methods if f".{name}(" not in asked and f'"{name}"' not in asked] == []
