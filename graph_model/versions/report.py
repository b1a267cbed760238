"""Reporting that a version exists. What follows (validation, publishing, runs) is decided from here on by the graph."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from graph_model.audit.record import Transition, record
from graph_model.datasets.repository import known_datasets
from graph_model.errors import DatasetNotFound, LocationMissing
from graph_model.names import Name, dataset_name_id, partition_id, run_id, validation_job_partition_id, version_id
from graph_model.partitions.rules import PartitionScheme
from graph_model.readiness.evaluate import lock
from graph_model.readiness.rules import JobPartition, input_set
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.entities import Receipt, Report, VersionState
from graph_model.versions.places import fixed_place

# A reported version is what others wait for, so its validation goes before ordinary jobs.
VALIDATION_PRIORITY = 10


@dataclass(frozen=True, slots=True)
class Target:
    """The dataset that a report is about."""

    id: str
    name: Name
    format: str
    location: str | None
    options: dict[str, Any]
    partitions: PartitionScheme


@dataclass(frozen=True, slots=True)
class Claim:
    """What a report comes to: the version that it says exists, and where. `version` and `partition` are ids."""

    version: str
    partition: str
    key: str
    target: Target
    location: str


def report_version(graph: Graph, report: Report) -> Receipt:
    """Durable when it returns: the version and the run that validates it.

    Raises DatasetNotFound (with the nearest name), InvalidPartition, LocationMissing.
    """
    target = find_target(graph, report.dataset)
    key = target.partitions.check(report.partition)
    location = report.location or fixed_place(target.location, target.options, key)
    if location is None:
        raise LocationMissing(report.dataset)
    partition = partition_id(target.id, key)
    claim = Claim(version_id(partition, report.key or uuid.uuid4().hex), partition, key, target, location)
    return graph.write(lambda tx: _report(tx, report, claim), step="report")


def find_target(graph: Graph, name: Name) -> Target:
    """The dataset known as `name`. Raises DatasetNotFound."""
    rows = graph.rows("versions.find_dataset", name_id=dataset_name_id(name))
    if not rows:
        raise DatasetNotFound(name, known_datasets(graph, name.namespace))
    row = rows[0]
    return Target(
        id=row["id"],
        name=Name(row["namespace"], row["name"]),
        format=row["format"],
        location=row["location"],
        options=json.loads(row["options"] or "{}"),
        partitions=PartitionScheme(row["partition_every"], row["partition_from"]),
    )


def _report(tx: Transaction, report: Report, claim: Claim) -> Receipt:
    own = JobPartition(validation_job_partition_id(claim.version), claim.target.id, claim.key)
    lock(tx, [own])
    found = _create_version(tx, report, claim)
    if not found["created"]:
        return Receipt(claim.version, VersionState(found["state"]), created=False)
    run = _create_validation(tx, claim, own)
    reported = Transition(claim.version, VersionState.REPORTED, report.reported_by, {"location": claim.location})
    record(tx, [reported, Transition(run, RunState.READY, report.reported_by)])
    return Receipt(claim.version, VersionState.VALIDATING, created=True, runs=(run,))


def _create_version(tx: Transaction, report: Report, claim: Claim) -> Row:
    version = {
        "id": claim.version,
        "format": claim.target.format,
        "location": claim.location,
        "report_key": report.key or "",
        "reported_by": report.reported_by,
        "source_time": report.source_time,
    }
    place = {"partition": claim.partition, "dataset": claim.target.id, "key": claim.key}
    return tx.rows("versions.report", version=version, token=tx.token, **place)[0]


def _create_validation(tx: Transaction, claim: Claim, own: JobPartition) -> str:
    run = run_id(own.id, input_set([claim.version]), "", 0)
    what = {"dataset": claim.target.id, "key": claim.key, "version": claim.version}
    tx.rows("runs.create_validation", run=run, job_partition=own.id, priority=VALIDATION_PRIORITY, **what)
    return run
