"""Publishing and quarantining: the one transaction in which a version becomes what readers get, and runs become ready.

The order inside is the protocol: lock the job partitions concerned (first statement), check the fence of the run that
finishes, flip `CURRENT`, wire and read readiness, create runs, write the audit. Nothing is read before the lock that
the decision rests on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from graph_model.audit.record import Notice, Transition, notify, record
from graph_model.names import field_id, schema_version_id
from graph_model.readiness.evaluate import Concern, PublishedPartition, create_ready_runs, find_concern, lock
from graph_model.readiness.rules import JobPartition
from graph_model.runs.entities import Finished
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.entities import Inspection, Validated, VersionState
from graph_model.versions.rules import Candidate, reason_to_keep_current


@dataclass(frozen=True, slots=True)
class Candidacy:
    """A version whose validation is over, with the partition it belongs to."""

    version: str
    partition: PublishedPartition
    validated: Validated


@dataclass(frozen=True, slots=True)
class Finish:
    """The run whose end this transaction is: `own` is its job partition, `end` checks the fence and ends it or raises
    FenceLost, `prepare` then writes what must exist before the versions are judged.
    """

    own: JobPartition
    actor: str
    end: Callable[[Transaction], None]
    prepare: Callable[[Transaction], None] = field(default=lambda _: None)


def publish(graph: Graph, candidacies: Sequence[Candidacy], finish: Finish) -> Finished:
    """Publishes good versions together. Raises FenceLost, and then nothing at all has happened."""
    concern = find_concern(graph, [candidacy.partition for candidacy in candidacies])
    return graph.write(lambda tx: _publish(tx, candidacies, finish, concern), step="publish")


def quarantine(graph: Graph, candidacies: Sequence[Candidacy], finish: Finish) -> Finished:
    """Sets versions aside together: each with its own reason, or because a sibling of the same run is bad."""
    return graph.write(lambda tx: _quarantine(tx, candidacies, finish))


def _publish(tx: Transaction, candidacies: Sequence[Candidacy], finish: Finish, concern: Concern) -> Finished:
    targets = () if concern.is_wide else concern.targets
    wirings = _lock_with_own(tx, targets, finish)
    _record_findings(tx, candidacies)
    states = _flip(tx, candidacies, finish.actor)
    ready = create_ready_runs(tx, targets, concern.jobs, wirings) if targets else ()
    return Finished(ready, states)


def _quarantine(tx: Transaction, candidacies: Sequence[Candidacy], finish: Finish) -> Finished:
    _lock_with_own(tx, (), finish)
    _record_findings(tx, candidacies)
    reasons = {c.version: why_not_good(c.validated) for c in candidacies}
    spoiler = next(reason for reason in reasons.values() if reason)
    changes = [
        {
            "version": version,
            "state": VersionState.QUARANTINED,
            "reason": reason or f"held back with its run: {spoiler}",
        }
        for version, reason in reasons.items()
    ]
    tx.rows("versions.set_state", changes=changes)
    record(tx, [Transition(row["version"], row["state"], finish.actor, {"reason": row["reason"]}) for row in changes])
    notify(tx, [_quarantine_notice(c, reasons[c.version]) for c in candidacies if reasons[c.version]])
    return Finished((), dict.fromkeys(reasons, VersionState.QUARANTINED))


def why_not_good(validated: Validated) -> str:
    """Why a content may not be published, in one sentence; empty when it may."""
    if validated.inspection is None:
        return validated.reason or "the content could not be read"
    return "; ".join(f"{result.check}: {result.message}" for result in validated.results if result.blocks)


def _lock_with_own(tx: Transaction, targets: Sequence[JobPartition], finish: Finish) -> dict[str, str | None]:
    wirings = lock(tx, sorted({*targets, finish.own}))
    finish.end(tx)
    finish.prepare(tx)
    return wirings


def _flip(tx: Transaction, candidacies: Sequence[Candidacy], actor: str) -> dict[str, str]:
    rows = sorted(
        ({"partition": c.partition.id, "version": c.version} for c in candidacies), key=lambda row: row["partition"]
    )
    looks = tx.rows("versions.lock_partitions", candidates=rows, token=tx.token)
    kept = {row["version"]: reason_to_keep_current(_candidate(row)) for row in looks}
    published = [version for version, reason in kept.items() if reason is None]
    passed_over = [
        {"version": v, "state": VersionState.SUPERSEDED, "reason": reason} for v, reason in kept.items() if reason
    ]
    flipped = tx.rows("versions.flip", versions=published) if published else []
    if passed_over:
        tx.rows("versions.set_state", changes=passed_over)
    record(
        tx,
        [Transition(row["version"], VersionState.PUBLISHED, actor, {"replaced": row["replaced"]}) for row in flipped],
    )
    record(tx, [Transition(row["replaced"], VersionState.SUPERSEDED, actor) for row in flipped if row["replaced"]])
    record(tx, [Transition(row["version"], row["state"], actor, {"reason": row["reason"]}) for row in passed_over])
    states: dict[str, str] = dict.fromkeys(published, VersionState.PUBLISHED)
    return states | {row["version"]: row["state"] for row in passed_over}


def _candidate(row: Row) -> Candidate:
    return Candidate(row["version"], row["content_hash"], row["current"], row["current_hash"], newer=row["newer"])


def _record_findings(tx: Transaction, candidacies: Sequence[Candidacy]) -> None:
    inspected = [(c, c.validated.inspection) for c in candidacies if c.validated.inspection is not None]
    if inspected:
        tx.rows("versions.record_facts", facts=[_facts(c.version, inspection) for c, inspection in inspected])
        tx.rows("versions.record_schema", schemas=[_schema(c, inspection) for c, inspection in inspected])
    results = [row for c in candidacies for row in _results(c)]
    if results:
        tx.rows("versions.record_results", results=results)


def _facts(version: str, inspection: Inspection) -> dict[str, object]:
    return {
        "version": version,
        "row_count": inspection.row_count,
        "size_bytes": inspection.size_bytes,
        "content_hash": inspection.content_hash,
        "metrics": json.dumps(dict(inspection.metrics), default=str),
    }


def _schema(candidacy: Candidacy, inspection: Inspection) -> dict[str, object]:
    dataset = candidacy.partition.dataset
    fingerprint = json.dumps([[c.path, c.type, c.nullable] for c in inspection.columns])
    fields = [
        {
            "id": field_id(dataset, column.path),
            "path": column.path,
            "type": column.type,
            "position": position,
            "nullable": column.nullable,
        }
        for position, column in enumerate(inspection.columns)
    ]
    return {
        "id": schema_version_id(dataset, fingerprint),
        "version": candidacy.version,
        "dataset": dataset,
        "fields": fields,
    }


def _results(candidacy: Candidacy) -> list[dict[str, object]]:
    return [
        {
            "id": f"{candidacy.version}/{position}",
            "version": candidacy.version,
            "position": position,
            "check": result.check,
            "kind": result.kind,
            "passed": result.passed,
            "severity": result.severity,
            "failed_rows": result.failed_rows,
            "message": result.message,
            "sample": json.dumps(list(result.sample), default=str),
        }
        for position, result in enumerate(candidacy.validated.results)
    ]


def _quarantine_notice(candidacy: Candidacy, reason: str) -> Notice:
    where = candidacy.partition
    title = f"quarantined: partition {where.key or 'whole'}"
    return Notice(f"quarantined/{candidacy.version}", "quarantined", candidacy.version, where.dataset, title, reason)
