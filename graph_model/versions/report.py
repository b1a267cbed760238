"""Reporting that a version exists. What follows (validation, publishing, runs) is decided from here on by the graph."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph_model.audit.record import Transition, record
from graph_model.datasets.repository import known_datasets
from graph_model.errors import (
    ContentError,
    DatasetNotFound,
    DomainError,
    InvalidInput,
    InvalidPartition,
    LocationMissing,
)
from graph_model.names import Name, dataset_name_id, partition_id, run_id, validation_job_partition_id, version_id
from graph_model.partitions.rules import PartitionScheme
from graph_model.partitions.stored import scheme_of
from graph_model.readiness.rules import JobPartition, input_set
from graph_model.readiness.wiring import lock
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.texts import NOT_STORABLE, is_storable
from graph_model.versions.entities import Receipt, Report, VersionState
from graph_model.versions.places import fixed_place
from graph_model.versions.roots import Roots
from graph_model.versions.told import NOWHERE, metrics_of

# A reported version is what others wait for, so its validation goes before ordinary jobs.
VALIDATION_PRIORITY = 10
# No path is longer, and an index finds who shares a place.
LONGEST_LOCATION = 4_000
_TEXTS = ("partition", "location", "key", "reported_by")


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

    report: Report
    version: str
    partition: str
    key: str
    target: Target
    location: str

    @property
    def own(self) -> JobPartition:
        """The job partition of the run that validates the version."""
        return JobPartition(validation_job_partition_id(self.version), self.target.id, self.key)


def report_version(graph: Graph, report: Report) -> Receipt:
    """Durable when it returns: the version and the run that validates it.

    Raises DatasetNotFound (with the nearest name), InvalidPartition, LocationMissing, InvalidInput.
    """
    (outcome,) = report_versions(graph, [report])
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def report_versions(
    graph: Graph, reports: Sequence[Report], roots: Roots | None = None
) -> tuple[Receipt | DomainError, ...]:
    """What each of `reports` led to, in their order; those that can be taken are durable together.

    An error stands for a report that cannot be taken, and says why; the others are not touched by it.
    With `roots`, so is a location that lies outside of them by its words; the worker that opens it looks closer.
    """
    targets = find_targets(graph, {report.dataset for report in reports})
    outcomes = [_claim(graph, report, targets.get(report.dataset), roots) for report in reports]
    claims = {outcome.version: outcome for outcome in outcomes if isinstance(outcome, Claim)}
    receipts = graph.write(lambda tx: _report(tx, claims), step="report") if claims else {}
    return tuple(
        receipts.pop(outcome.version, None) or _known_by_now(outcome) if isinstance(outcome, Claim) else outcome
        for outcome in outcomes
    )


def find_target(graph: Graph, name: Name) -> Target:
    """The dataset known as `name`. Raises DatasetNotFound."""
    found = find_targets(graph, [name]).get(name)
    if found is None:
        raise DatasetNotFound(name, known_datasets(graph, name.namespace))
    return found


def find_targets(graph: Graph, names: Iterable[Name]) -> dict[Name, Target]:
    """The datasets behind those of `names` that are known."""
    ids = {dataset_name_id(name): name for name in names}
    return {ids[row["name_id"]]: _target(row) for row in graph.rows("versions.find_datasets", name_ids=sorted(ids))}


def _target(row: Row) -> Target:
    return Target(
        id=row["id"],
        name=Name(row["namespace"], row["name"]),
        format=row["format"],
        location=row["location"],
        options=json.loads(row["options"] or "{}"),
        partitions=scheme_of(row),
    )


def _claim(graph: Graph, report: Report, target: Target | None, roots: Roots | None) -> Claim | DomainError:
    unstorable = _unstorable(report)
    if unstorable:
        return unstorable
    if target is None:
        return DatasetNotFound(report.dataset, known_datasets(graph, report.dataset.namespace))
    try:
        key = target.partitions.check(report.partition)
    except InvalidPartition as error:
        return error
    location = report.location or fixed_place(target.location, target.options, key)
    if location is None:
        if report.told is None:
            return LocationMissing(report.dataset)
        location = NOWHERE
    refused = _refusal(target.format, location, roots) if location else None
    if refused:
        return refused
    partition = partition_id(target.id, key)
    return Claim(report, version_id(partition, report.key or uuid.uuid4().hex), partition, key, target, location)


def _refusal(format: str, location: str, roots: Roots | None) -> ContentError | None:
    """Addresses of tables are left to the worker, which knows what their variables hold."""
    if roots is None or format == "table":
        return None
    try:
        roots.place(location)
    except ContentError as error:
        return error
    return None


def _unstorable(report: Report) -> InvalidInput | None:
    """Why the graph cannot take what the report says, if it cannot."""
    wrong = next((field for field in _TEXTS if not is_storable(getattr(report, field) or "")), None)
    if wrong:
        return InvalidInput(wrong, NOT_STORABLE)
    if report.location and len(report.location.encode()) > LONGEST_LOCATION:
        return InvalidInput("location", f"is longer than {LONGEST_LOCATION} bytes")
    return None


def _known_by_now(claim: Claim) -> Receipt:
    """For a report that stands twice in one group."""
    return Receipt(claim.version, VersionState.VALIDATING, created=False)


def _report(tx: Transaction, claims: Mapping[str, Claim]) -> dict[str, Receipt]:
    lock(tx, [claim.own for claim in claims.values()])
    rows = sorted(map(_version_row, claims.values()), key=lambda row: (row["partition"], row["id"]))
    found = {row["id"]: row for row in tx.rows("versions.report", versions=rows, token=tx.token)}
    fresh = [claims[version] for version, row in found.items() if row["created"]]
    runs = {claim.version: _validation_row(claim) for claim in fresh}
    if runs:
        tx.rows("runs.create_validations", runs=list(runs.values()))
    record(tx, [transition for claim in fresh for transition in _transitions(claim, runs[claim.version]["id"])])
    return {version: _receipt(version, row, runs.get(version)) for version, row in found.items()}


def _receipt(version: str, row: Row, run: Row | None) -> Receipt:
    if run is None:
        return Receipt(version, VersionState(row["state"]), created=False)
    return Receipt(version, VersionState.VALIDATING, created=True, runs=(run["id"],))


def _version_row(claim: Claim) -> Row:
    return {
        "id": claim.version,
        "partition": claim.partition,
        "dataset": claim.target.id,
        "key": claim.key,
        "format": claim.target.format,
        "location": claim.location,
        "metrics": metrics_of(claim.report.told) if claim.location == NOWHERE else None,
        "report_key": claim.report.key or "",
        "reported_by": claim.report.reported_by,
        "source_time": claim.report.source_time,
    }


def _validation_row(claim: Claim) -> Row:
    return {
        "id": run_id(claim.own.id, input_set([claim.version]), "", 0),
        "job_partition": claim.own.id,
        "dataset": claim.target.id,
        "key": claim.key,
        "version": claim.version,
        "priority": VALIDATION_PRIORITY,
    }


def _transitions(claim: Claim, run: str) -> tuple[Transition, Transition]:
    actor = claim.report.reported_by
    reported = Transition(claim.version, VersionState.REPORTED, actor, {"location": claim.location})
    return reported, Transition(run, RunState.READY, actor)
