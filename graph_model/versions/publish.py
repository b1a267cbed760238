"""Publishing and quarantining: the one transaction in which a version becomes what readers get, and runs become ready.

The order inside is the protocol: lock the job partitions concerned (first statement), check the fences of the runs that
finish, flip `CURRENT`, wire and read readiness, create runs, write the audit. Nothing is read before the lock that the
decision rests on. Many runs may end in one transaction: what they do to the graph is the same as one after the other.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from graph_model.audit.record import Notice, Trail, Transition
from graph_model.errors import FenceLost
from graph_model.readiness.concern import Concern, PublishedPartition, find_concern
from graph_model.readiness.evaluate import create_ready_runs
from graph_model.readiness.rules import JobPartition
from graph_model.readiness.wiring import lock
from graph_model.runs.entities import Finished
from graph_model.schemas.recording import schema_row
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.trouble import all_seen
from graph_model.versions.entities import Inspection, Told, Validated, VersionState
from graph_model.versions.job_metrics import with_job_metrics
from graph_model.versions.rules import Candidate, Judgement, judge_partition
from graph_model.versions.states import pass_over, set_states
from graph_model.versions.told import content_hash_of, metrics_of


@dataclass(frozen=True, slots=True)
class Candidacy:
    """A version whose validation is over, with the partition it belongs to. `metrics`: what its job tells of it."""

    version: str
    partition: PublishedPartition
    validated: Validated
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How one run ends. `end` is a row of `runs.finish`, `outputs` are rows of `versions.record_outputs`: what must
    exist before the versions are judged. `good`: the versions are published together; else they are set aside together,
    each with its own reason, or because a sibling is bad.
    """

    own: JobPartition
    end: Row
    actor: str
    candidacies: tuple[Candidacy, ...]
    outputs: tuple[Row, ...] = ()
    good: bool = True

    @property
    def run(self) -> str:
        return self.end["run"]


def conclude(graph: Graph, conclusions: Sequence[Conclusion]) -> tuple[Finished | FenceLost, ...]:
    """Ends runs together, in their order. FenceLost stands for a run that has a newer owner or has ended: nothing of it
    happened, and the others are not touched by it.
    """
    published = [c.partition for conclusion in conclusions if conclusion.good for c in conclusion.candidacies]
    concern = find_concern(graph, published)
    return graph.write(lambda tx: _conclude(tx, conclusions, concern), step="publish")


def _conclude(tx: Transaction, conclusions: Sequence[Conclusion], concern: Concern) -> tuple[Finished | FenceLost, ...]:
    targets = concern.narrow
    wirings = lock(tx, sorted({*targets, *(conclusion.own for conclusion in conclusions)}))
    ended = {row["id"] for row in tx.rows("runs.finish", ends=[conclusion.end for conclusion in conclusions])}
    alive = [conclusion for conclusion in conclusions if conclusion.run in ended]
    trail = Trail()
    for conclusion in alive:
        trail.add(_ended(conclusion))
    _record_outputs(tx, alive)
    states = _set_aside(tx, alive, trail) | _flip(tx, alive, trail)
    ready = create_ready_runs(tx, targets, concern.jobs, wirings, trail)
    trail.write(tx)
    shares = concern.shares(ready, [[c.partition.id for c in conclusion.candidacies] for conclusion in alive])
    finished = {
        conclusion.run: Finished(share, {c.version: states[c.version] for c in conclusion.candidacies})
        for conclusion, share in zip(alive, shares, strict=True)
    }
    return tuple(finished.get(c.run) or FenceLost(c.run, c.end["fence"]) for c in conclusions)


def _ended(conclusion: Conclusion) -> Transition:
    reason = conclusion.end["reason"]
    attempt = f"{conclusion.run}/{conclusion.end['fence']}"
    return Transition(conclusion.run, conclusion.end["state"], attempt, {"reason": reason} if reason else {})


def _record_outputs(tx: Transaction, alive: Sequence[Conclusion]) -> None:
    outputs = [row for conclusion in alive for row in conclusion.outputs]
    if outputs:
        tx.rows("versions.record_outputs", outputs=sorted(outputs, key=lambda row: (row["partition"], row["id"])))
    _record_findings(tx, [c for conclusion in alive for c in conclusion.candidacies])


def _set_aside(tx: Transaction, alive: Sequence[Conclusion], trail: Trail) -> dict[str, str]:
    bad = [conclusion for conclusion in alive if not conclusion.good]
    if not bad:
        return {}
    changes: list[Row] = []
    for conclusion in bad:
        for change in _set_aside_rows(conclusion.candidacies):
            changes.append(change)
            trail.add(Transition(change["version"], change["state"], conclusion.actor, {"reason": change["reason"]}))
        trail.tell(_quarantine_notice(c) for c in conclusion.candidacies if why_not_good(c.validated))
    set_states(tx, changes)
    return {change["version"]: change["state"] for change in changes}


def _set_aside_rows(candidacies: Sequence[Candidacy]) -> list[Row]:
    reasons = {c.version: why_not_good(c.validated) for c in candidacies}
    spoiler = next(reason for reason in reasons.values() if reason)
    return [
        {
            "version": version,
            "state": VersionState.QUARANTINED,
            "reason": reason or f"held back with its run: {spoiler}",
        }
        for version, reason in reasons.items()
    ]


def why_not_good(validated: Validated) -> str:
    """Why a content may not be published, in one sentence; empty when it may."""
    if validated.inspection is None and validated.told is None:
        return validated.reason or "the content could not be read"
    return "; ".join(f"{result.check}: {result.message}" for result in validated.results if result.blocks)


def _flip(tx: Transaction, alive: Sequence[Conclusion], trail: Trail) -> dict[str, str]:
    """Makes the good versions current, as far as they are the newest; the state of each."""
    actors = {c.version: conclusion.actor for conclusion in alive if conclusion.good for c in conclusion.candidacies}
    rows = [
        {"partition": c.partition.id, "version": c.version}
        for conclusion in alive
        if conclusion.good
        for c in conclusion.candidacies
    ]
    if not rows:
        return {}
    rows.sort(key=lambda row: (row["partition"], row["version"]))
    looks = all_seen(rows, tx.rows("versions.lock_partitions", candidates=rows, token=tx.token))
    judged = [
        judgement
        for _, group in groupby(looks, key=itemgetter("partition"))
        for judgement in judge_partition([_candidate(row) for row in group])
    ]
    flipped = _make_current(tx, [j.version for j in judged if not j.kept])
    _pass_over(tx, [j for j in judged if j.kept])
    for row in flipped:
        trail.add(
            Transition(row["version"], VersionState.PUBLISHED, actors[row["version"]], {"replaced": row["replaced"]})
        )
        if row["replaced"]:
            trail.add(Transition(row["replaced"], VersionState.SUPERSEDED, actors[row["version"]]))
    for j in judged:
        if j.kept:
            trail.add(Transition(j.version, VersionState.SUPERSEDED, actors[j.version], {"reason": j.kept}))
    return {j.version: VersionState.SUPERSEDED if j.kept else VersionState.PUBLISHED for j in judged}


def _make_current(tx: Transaction, versions: list[str]) -> list[Row]:
    return tx.rows("versions.flip", versions=versions) if versions else []


def _pass_over(tx: Transaction, kept: Sequence[Judgement]) -> None:
    if not kept:
        return
    pass_over(tx, [{"version": j.version, "reason": j.kept} for j in kept])
    confirmations = [{"current": j.confirms, "version": j.version} for j in kept if j.confirms]
    if confirmations:
        tx.rows("versions.confirm", confirmations=confirmations)


def _candidate(row: Row) -> Candidate:
    return Candidate(row["version"], row["content_hash"], row["current"], row["current_hash"], newer=row["newer"])


def _record_findings(tx: Transaction, candidacies: Sequence[Candidacy]) -> None:
    inspected = [(c, c.validated.inspection) for c in candidacies if c.validated.inspection is not None]
    told = [(c.version, c.validated.told) for c in candidacies if c.validated.told is not None]
    facts = [_facts(c, inspection) for c, inspection in inspected] + [_facts_told(*one) for one in told]
    if facts:
        all_seen(facts, tx.rows("versions.record_facts", facts=facts))
    if inspected:
        tx.rows("versions.record_schema", schemas=[_schema(c, inspection) for c, inspection in inspected])
    results = [row for c in candidacies for row in _results(c)]
    if results:
        tx.rows("versions.record_results", results=results)


def _facts(candidacy: Candidacy, inspection: Inspection) -> dict[str, object]:
    return {
        "version": candidacy.version,
        "row_count": inspection.row_count,
        "size_bytes": inspection.size_bytes,
        "content_hash": inspection.content_hash,
        "metrics": with_job_metrics(json.dumps(dict(inspection.metrics), default=str), candidacy.metrics),
    }


def _facts_told(version: str, told: Told) -> dict[str, object]:
    return {
        "version": version,
        "row_count": told.row_count,
        "size_bytes": told.size_bytes,
        "content_hash": content_hash_of(told, version),
        "metrics": metrics_of(told),
    }


def _schema(candidacy: Candidacy, inspection: Inspection) -> dict[str, object]:
    return {**schema_row(candidacy.partition.dataset, inspection.columns), "version": candidacy.version}


def _results(candidacy: Candidacy) -> list[dict[str, object]]:
    return [
        {
            "id": f"{candidacy.version}/{position}",
            "version": candidacy.version,
            "dataset": candidacy.partition.dataset,
            "key": candidacy.partition.key,
            "position": position,
            "check": result.check,
            "kind": result.kind,
            "passed": result.passed,
            "severity": result.severity,
            "failed_rows": result.failed_rows,
            "message": result.message,
            "sample": json.dumps(list(result.sample), default=str),
            "value": _measured(result.value),
            "compared_with": list(result.compared_with),
        }
        for position, result in enumerate(candidacy.validated.results)
    ]


def _measured(value: float | None) -> float | None:
    """One type for all numbers; those that JSON does not know are left to the message."""
    return float(value) if value is not None and math.isfinite(value) else None


def _quarantine_notice(candidacy: Candidacy) -> Notice:
    where, reason = candidacy.partition, why_not_good(candidacy.validated)
    title = f"quarantined: partition {where.key or 'whole'}"
    return Notice(f"quarantined/{candidacy.version}", "quarantined", candidacy.version, where.dataset, title, reason)
