"""What a client of OpenLineage leaves in a run of ours: told of the job and the datasets that are meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.openlineage.of_run import observations_of
from graph_model.names import Name
from graph_model.observed.entities import Observation, RunEventType
from tests.support.tasks import a_run, an_input, an_output

OUT = "/data/totals/2013-01-05/rn_0123456789abc-1/data.parquet"
RUN = a_run(
    "spark",
    {},
    inputs=(
        an_input("orders", "/data/orders/5.csv"),
        an_input("daily", "s3://lake/daily/4.parquet", kind="parquet", partition="2013-01-04"),
        an_input("daily", "s3://lake/daily/5.parquet", kind="parquet"),
        an_input("prices", "postgresql+psycopg://db.example.org/shop#prices", kind="table"),
    ),
    outputs=(an_output("totals", OUT, kind="parquet"),),
)


def file(name: str) -> dict[str, Any]:
    return {"namespace": "file", "name": name}


ORDERS, TOTALS = file("/data/orders/5.csv"), file(OUT)


def an_event(kind: str = "COMPLETE", run: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "eventType": kind,
        "eventTime": "2013-01-06T00:00:00Z",
        "run": {"runId": f"0194e5b0-0000-7000-8000-00000000000{run}"},
        "job": {"namespace": "spark", "name": "app.execute_insert"},
        "inputs": [ORDERS],
        "outputs": [TOTALS],
        **more,
    }


def told(folder: Path, *events: dict[str, Any] | str) -> tuple[tuple[Observation, ...], int]:
    lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
    (folder / "events.ndjson").write_text("\n".join(lines))
    return observations_of(RUN, folder / "events.ndjson")


def named(observation: Observation) -> set[str]:
    return {str(dataset.name) for dataset in observation.datasets}


def test_the_places_of_a_run_are_told_as_its_datasets_and_its_job_as_the_declared_one(tmp_path: Path):
    places = [
        ORDERS,
        {"namespace": "s3://lake", "name": "daily/4.parquet"},
        {"namespace": "s3://lake", "name": "daily/5.parquet/part-0.parquet"},
        {"namespace": "postgres://db.example.org:5432", "name": "shop.public.prices"},
        file("/reference/codes"),
    ]
    (found,), wrong = told(tmp_path, an_event(inputs=places))

    assert (found.job, found.event_type, wrong) == (Name("test", "job"), RunEventType.COMPLETE, 0)
    assert named(found) == {"test/orders", "test/daily", "test/prices", "test/totals", "file//reference/codes"}


def test_columns_flow_between_the_datasets_that_are_meant(tmp_path: Path):
    field = {"namespace": "file", "name": ORDERS["name"], "field": "amount"}
    facet = {"fields": {"total": {"inputFields": [field]}}}
    output = {**TOTALS, "facets": {"columnLineage": facet, "symlinks": {"identifiers": [{**file("/x"), "type": "T"}]}}}
    (found,), _ = told(tmp_path, an_event(outputs=[output]))

    (flow,) = found.flows
    assert (flow.source, flow.source_column) == (Name("test", "orders"), "amount")
    assert (flow.target, flow.target_column) == (Name("test", "totals"), "total")
    assert "symlinks" not in found.body


def test_a_folder_above_an_input_is_read_by_nobody(tmp_path: Path):
    (found,), _ = told(tmp_path, an_event(inputs=[file("/data/orders"), file("/data/"), ORDERS]))

    assert named(found) == {"test/orders", "test/totals"}


@pytest.mark.parametrize(
    "events",
    [
        [an_event("FAIL"), an_event("COMPLETE")],
        [an_event("COMPLETE"), an_event("FAIL")],
        [an_event("START")],
        [an_event("START"), an_event("ABORT")],
        [an_event(outputs=[])],
    ],
    ids=["failed before", "failed after", "no end", "aborted", "wrote nothing"],
)
def test_what_did_not_end_well_or_wrote_nothing_tells_nothing_of_the_job(tmp_path: Path, events: list[dict[str, Any]]):
    found, wrong = told(tmp_path, *events, an_event(run="2"))

    assert ({one.run for one in found}, wrong) == ({"0194e5b0-0000-7000-8000-000000000002"}, 0)


def test_settings_and_plans_stay_where_they_are(tmp_path: Path):
    facets = {"spark_properties": {"spark.password": "s3cret"}, "parent": {"run": {}}, "errorMessage": {"message": "m"}}
    (found,), _ = told(tmp_path, an_event() | {"run": {"runId": "r", "facets": facets}})

    assert found.run_facets.keys() == {"errorMessage"}
    assert "s3cret" not in found.body


def test_lines_that_are_no_events_are_counted_and_keep_no_others_back(tmp_path: Path):
    found, wrong = told(tmp_path, "{", "[]", an_event(), an_event(eventTime="soon", run="2"))

    assert (len(found), wrong) == (1, 3)
