"""Events whose facets tell of things, not of flows: small ones of our own, as unchanged clients would send them."""

from __future__ import annotations

from typing import Any

from tests.support.events import PRODUCER, SECOND, dataset, facet, run_event

DAG_RUN = "0194e5b0-0000-7000-8000-0000000000d1"
SUM = "nightly.sum"
DELETED = facet(_deleted=True)


def owners(*names: str) -> dict[str, Any]:
    return facet(owners=[{"name": name, "type": "MAINTAINER"} for name in names])


def tags(*keys: str, **of_fields: str) -> dict[str, Any]:
    """Tags of the thing itself, and `column=tag` of columns."""
    own = [{"key": key, "value": "true", "source": "USER"} for key in keys]
    return facet(tags=[*own, *({"key": tag, "value": tag, "field": column} for column, tag in of_fields.items())])


def assertions(**passed: bool) -> dict[str, Any]:
    return facet(
        assertions=[
            {"assertion": "not_null", "name": name, "success": success, "severity": "error", "column": "id"}
            for name, success in passed.items()
        ]
    )


def parent(job: str, run: str = DAG_RUN) -> dict[str, Any]:
    return facet(job={"namespace": "scheduler", "name": job}, run={"runId": run})


def after(*jobs: str) -> dict[str, Any]:
    return facet(upstream=[{"job": {"namespace": "scheduler", "name": name}} for name in jobs])


def gaps(failed: int = 1) -> dict[str, Any]:
    errors = [{"errorMessage": "cannot parse MERGE"}] * failed
    return facet(totalTasks=3, failedTasks=failed, errors=errors)


def described(name: str, **facets: Any) -> dict[str, Any]:
    schema = facet(
        fields=[{"name": "id", "type": "int8", "description": "who it is"}, {"name": "note", "type": "text"}]
    )
    return dataset(name, schema=schema, **facets)


def about(at: str, **facets: Any) -> dict[str, Any]:
    """A word about a dataset at rest, at a time of day on 2013-01-05."""
    return {"eventTime": f"2013-01-05T{at}Z", "producer": PRODUCER, "dataset": dataset("shop.orders", **facets)}


def told_events() -> list[dict[str, Any]]:
    """Two runs of a job that belongs to a DAG, with all that clients tell beside flows; the second tells otherwise."""
    first = {
        "parent": parent("nightly"),
        "nominalTime": facet(nominalStartTime="2013-01-04T00:00:00Z", nominalEndTime="2013-01-05T00:00:00Z"),
        "processing_engine": facet(name="Airflow", version="3.1.8"),
        "jobDependencies": after("nightly.extract", "nightly.wait"),
        "extractionError": gaps(),
        "tags": tags("manual"),
    }
    second = {"parent": parent("nightly"), "jobDependencies": after("nightly.extract")}
    orders = described(
        "shop.orders",
        ownership=owners("team:sales", "ann@example.org"),
        tags=tags("pii", id="key"),
        documentation=facet(description="What was ordered"),
        datasetType=facet(datasetType="TABLE", subType="EXTERNAL"),
        hierarchy=facet(hierarchy=[{"type": "DATABASE", "name": "shop"}, {"type": "SCHEMA", "name": "public"}]),
        catalog=facet(framework="iceberg", type="rest", name="lake", warehouseUri="s3://key:secret@lake"),
        storage=facet(storageLayer="iceberg", fileFormat="parquet"),
        dataSource=facet(name="warehouse", uri="postgres://reader:secret@warehouse:5432/shop"),
        dataQualityAssertions=assertions(id_is_there=True, id_is_unique=False),
        dataQualityMetrics=facet(rowCount=7, columnMetrics={"id": {"nullCount": 0}}),
    )
    # Another job tests the dataset too, by a check of its own, and its word is older.
    tested = dataset("shop.orders") | {"inputFacets": {"dataQualityAssertions": assertions(id_is_known=True)}}
    totals = dataset("shop.totals") | {"outputFacets": {"outputStatistics": facet(rowCount=3, size=120, fileCount=1)}}
    job = {
        "jobType": facet(processingType="BATCH", integration="AIRFLOW", jobType="TASK"),
        "ownership": owners("bob@example.org"),
        "documentation": facet(description="Sums up orders"),
        "tags": tags("nightly"),
        "sourceCodeLocation": facet(type="git", url="https://example.org/dags/sum.py", branch="main"),
    }
    failed = {"parent": parent("nightly"), "errorMessage": facet(message="disk full", programmingLanguage="python")}

    return [
        run_event("START", "01:00:00", inputs=[orders], run_facets=first, job_facets=job, job=SUM),
        run_event("COMPLETE", "01:05:00", inputs=[orders], outputs=[totals], run_facets=first, job=SUM),
        run_event("START", "02:00:00", run=SECOND, run_facets=second, job=SUM),
        run_event("COMPLETE", "02:05:00", run=SECOND, inputs=[described("shop.orders")], outputs=[totals], job=SUM),
        run_event(
            "FAIL", "02:30:00", run="third", job="nightly.export", inputs=[dataset("shop.totals")], run_facets=failed
        ),
        about("03:00:00", ownership=owners("team:sales"), tags=tags("pii", "gold")),
        about("03:30:00", documentation=DELETED, catalog=DELETED),
        about("03:40:00", documentation=facet(description=7)),
        run_event(None, "04:00:00", run=DAG_RUN, job="nightly", job_facets={"ownership": owners("dag@example.org")}),
        run_event("COMPLETE", "00:50:00", run="t", job="nightly.test", inputs=[tested]),
    ]
