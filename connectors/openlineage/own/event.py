"""One start or end of an attempt of ours, as an OpenLineage RunEvent (2-0-2).

Each attempt is a run of its own to others: what failed stays failed there, and the next attempt begins anew.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.openlineage.own.columns import job_lineage
from connectors.openlineage.own.datasets import documentation, input_of, output_of, owners
from connectors.openlineage.own.facets import (
    HEADWATER_VERSION,
    PRODUCER,
    SCHEMA_URL,
    Facet,
    facet,
    own_facet,
    there,
)
from graph_model.emitting.entities import OWN_FACET, Attempt, Event, ToldDataset
from graph_model.estate.entities import JobSpec

# LOST, RELEASED and CANCELLED attempts did not fail by themselves: they were ended.
_ENDS = {"SUCCEEDED": "COMPLETE", "FAILED": "FAIL"}


def event_of(attempt: Attempt, event: Event, *, namespace: str | None = None) -> dict[str, Any] | None:
    """The event; None for the end of what has not ended. `namespace` of all jobs; None: their own."""
    at = attempt.started_at if event is Event.START else attempt.ended_at
    if at is None:
        return None
    kind = "START" if event is Event.START else _ENDS.get(attempt.outcome or "", "ABORT")
    outputs = attempt.outputs if event is Event.END else tuple(_unmade(output) for output in attempt.outputs)
    return {
        "eventType": kind,
        "eventTime": moment(at),
        "producer": PRODUCER,
        "schemaURL": SCHEMA_URL,
        "run": {"runId": attempt.run_id, "facets": _run_facets(attempt, event, kind)},
        "job": {
            "namespace": namespace or attempt.job.name.namespace,
            "name": attempt.job.name.name,
            "facets": _job_facets(attempt, made=kind == "COMPLETE"),
        },
        "inputs": [input_of(read) for read in attempt.inputs],
        "outputs": [output_of(output, attempt, made=kind == "COMPLETE") for output in outputs],
    }


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _unmade(output: ToldDataset) -> ToldDataset:
    """As it was told at the start, whenever that is sent."""
    return ToldDataset(output.dataset, (), output.names, output.key)


def _run_facets(attempt: Attempt, event: Event, kind: str) -> dict[str, Facet]:
    failed = kind in ("FAIL", "ABORT") and attempt.reason
    return there(
        nominalTime=_nominal_time(attempt),
        processing_engine=facet("processing_engine", name="headwater", version=HEADWATER_VERSION),
        errorMessage=_error(attempt) if failed else None,
        **{OWN_FACET: _own(attempt, event)},
    )


def _own(attempt: Attempt, event: Event) -> Facet:
    """What the standard has no place for: which run of which graph it is, and exactly what it read and wrote."""
    return own_facet(
        graph=attempt.instance,
        run=attempt.run,
        attempt=attempt.fence,
        partition=attempt.key,
        reads=_versions(attempt.inputs),
        writes=_versions(attempt.outputs) if event is Event.END else [],
    )


def _versions(datasets: tuple[ToldDataset, ...]) -> list[dict[str, str]]:
    return [
        {
            "namespace": told.dataset.name.namespace,
            "name": told.dataset.name.name,
            "partition": one.version.partition,
            "version": one.version.id,
        }
        for told in datasets
        for one in told.versions
    ]


def _nominal_time(attempt: Attempt) -> Facet | None:
    interval = attempt.job.partitions.interval(attempt.key) if attempt.job.partitions.holds(attempt.key) else None
    if interval is None:
        return None
    return facet("nominalTime", nominalStartTime=moment(interval.start), nominalEndTime=moment(interval.end))


def _error(attempt: Attempt) -> Facet:
    return facet("errorMessage", message=attempt.reason, programmingLanguage=attempt.job.kind.upper())


def _job_facets(attempt: Attempt, *, made: bool) -> dict[str, Facet]:
    job = attempt.job
    kind = facet("jobType", processingType="BATCH", integration="HEADWATER", jobType=job.kind.upper())
    return there(
        jobType=kind,
        sql=_sql(job) if attempt.unchanged else None,
        ownership=owners("ownership of job", job.owners),
        documentation=documentation("documentation of job", job.description),
        lineage=job_lineage(attempt) if made else None,
    )


def _sql(job: JobSpec) -> Facet | None:
    text = job.executor.get("text")
    if job.kind != "sql" or not text:
        return None
    return facet("sql", query=text, dialect=str(job.executor.get("dialect") or job.executor.get("engine") or "duckdb"))
