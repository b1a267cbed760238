"""OpenLineage events for tests: small ones of our own, as unchanged clients would send them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

PRODUCER = "https://example.org/clients/1"
WAREHOUSE = "postgres://warehouse:5432"


def facet(**members: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": "https://example.org/facet.json", **members}


def dataset(name: str, *columns: str, namespace: str = WAREHOUSE, **facets: Any) -> dict[str, Any]:
    """`columns` as `name type`."""
    fields = [dict(zip(("name", "type"), column.split(), strict=True)) for column in columns]
    schema = {"schema": facet(fields=fields)} if columns else {}
    return {"namespace": namespace, "name": name, "facets": {**schema, **facets}}


def made_from(**columns: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """A `columnLineage` facet: for each column its sources, as (dataset, column, DIRECT or INDIRECT)."""
    return facet(
        fields={
            column: {
                "inputFields": [
                    {"namespace": WAREHOUSE, "name": name, "field": field, "transformations": [{"type": kind}]}
                    for name, field, kind in sources
                ]
            }
            for column, sources in columns.items()
        }
    )


def run_event(
    event_type: str | None,
    at: str,
    *,
    run: str = "0194e5b0-0000-7000-8000-000000000001",
    job: str = "nightly.orders",
    inputs: Sequence[Mapping[str, Any]] = (),
    outputs: Sequence[Mapping[str, Any]] = (),
    job_facets: Mapping[str, Any] | None = None,
    run_facets: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """`at` is a time of day on 2013-01-05."""
    event = {
        "eventTime": f"2013-01-05T{at}Z",
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run, "facets": dict(run_facets or {})},
        "job": {"namespace": "scheduler", "name": job, "facets": dict(job_facets or {})},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }
    return {**event, "eventType": event_type} if event_type else event


ORDERS = dataset("shop.public.orders", "id int8", "customer int8", "amount numeric(10,2)")
CUSTOMERS = dataset("shop.public.customers", "id int8", "name text")
TOTALS = dataset(
    "shop.public.totals",
    "customer int8",
    "total numeric(10,2)",
    columnLineage=made_from(
        customer=[("shop.public.orders", "customer", "DIRECT"), ("shop.public.orders", "id", "INDIRECT")],
        total=[("shop.public.orders", "amount", "DIRECT"), ("shop.public.orders", "id", "INDIRECT")],
    ),
)
SECOND = "0194e5b0-0000-7000-8000-000000000002"


def two_runs() -> list[dict[str, Any]]:
    """A job that runs twice. The first run reads customers too; while the second one runs, a client says `inputs: []`
    between two good events. Another job, without a START, fails after it said COMPLETE."""
    return [
        run_event("START", "01:00:00", inputs=[ORDERS, CUSTOMERS]),
        run_event("COMPLETE", "01:05:00", outputs=[TOTALS]),
        run_event("START", "02:00:00", run=SECOND, inputs=[ORDERS]),
        run_event("RUNNING", "02:01:00", run=SECOND, inputs=[], outputs=[]),
        run_event("COMPLETE", "02:05:00", run=SECOND, inputs=[ORDERS], outputs=[TOTALS]),
        run_event("COMPLETE", "03:05:00", run="not a uuid", job="export", inputs=[TOTALS]),
        run_event("FAIL", "03:04:00", run="not a uuid", job="export", inputs=[TOTALS]),
        {
            "eventTime": "2013-01-05T04:00:00Z",
            "producer": PRODUCER,
            "dataset": dataset("shop.public.totals", documentation=facet(description="What each customer spent")),
        },
    ]


def airflow_event(
    event_type: str,
    at: str,
    *,
    day: str,
    inputs: Sequence[Mapping[str, Any]] = (),
    outputs: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What the OpenLineage provider of Airflow sends for a task of a daily DAG: the nominal time is the interval of the
    data, and the run is a part of that of the DAG."""
    end = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    run_facets = {
        "nominalTime": facet(nominalStartTime=f"{day}T00:00:00+00:00", nominalEndTime=f"{end}T00:00:00+00:00"),
        "parent": facet(
            job={"namespace": "af_ns", "name": "shop_pg"}, run={"runId": "019b80ea-9400-7f4f-8d7c-b2e1bd2acb1b"}
        ),
        "processing_engine": facet(name="Airflow", version="3.1.8", openlineageAdapterVersion="2.20.3"),
        "airflow": facet(
            dagRun={"logical_date": f"{day}T00:00:00+00:00", "run_type": "scheduled"}, task={"task_id": "src"}
        ),
    }
    job_facets = {
        "jobType": facet(processingType="BATCH", integration="AIRFLOW", jobType="TASK"),
        "ownership": facet(owners=[{"name": "airflow"}]),
    }
    return _client_event(
        (event_type, at), ("af_ns", "shop_pg.src"), (run_facets, job_facets), inputs=inputs, outputs=outputs
    )


def dbt_event(event_type: str, at: str, *, outputs: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """What `dbt-ol run` sends for a model: no nominal time, and a run of its own for each model."""
    run_facets = {
        "parent": facet(
            job={"namespace": "dbt_ns", "name": "dbt-run-shop"}, run={"runId": "0194e5b0-0000-7000-8000-0000000000ff"}
        ),
        "processing_engine": facet(name="dbt", version="1.11.2"),
    }
    job_facets = {"jobType": facet(processingType="BATCH", integration="DBT", jobType="MODEL")}
    job = ("dbt_ns", "shop.main.shop.customers")
    return _client_event((event_type, at), job, (run_facets, job_facets), outputs=outputs)


def _client_event(
    said: tuple[str, str],
    job: tuple[str, str],
    facets: tuple[Mapping[str, Any], Mapping[str, Any]],
    *,
    inputs: Sequence[Mapping[str, Any]] = (),
    outputs: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    return {
        "eventType": said[0],
        "eventTime": said[1],
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": f"019b80ea-9400-7c04-9f0d-{len(job[1]):012}", "facets": dict(facets[0])},
        "job": {"namespace": job[0], "name": job[1], "facets": dict(facets[1])},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }
