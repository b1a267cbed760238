"""Replaying: a person has something run again that had its run, in a generation of its own."""

from __future__ import annotations

from dataclasses import dataclass

from graph_model.audit.record import Trail, Transition, record
from graph_model.errors import CannotRevalidate, JobNotFound, NotReady, VersionNotFound
from graph_model.jobs.repository import known_jobs
from graph_model.names import Name, job_id, job_partition_id, run_id, validation_job_partition_id
from graph_model.readiness.evaluate import create_run_again
from graph_model.readiness.explain import readiness
from graph_model.readiness.rules import JobNeeds, JobPartition, input_set, needs_of_row
from graph_model.readiness.wiring import lock
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.entities import VersionState
from graph_model.versions.report import VALIDATION_PRIORITY


@dataclass(frozen=True, slots=True)
class Replayed:
    """The run that was made, ready and wanting a ring."""

    run: str


def replay(graph: Graph, job: Name, partition: str = "", *, by: str, reason: str) -> Replayed:
    """A new run of a job partition on its current inputs, whatever became of the runs that they had.

    Older runs of it that have not started are superseded; one that is running ends first. Raises NotReady (with what
    it waits for), JobNotFound, InvalidPartition.
    """
    needs, target = replay_target(graph, job, partition)
    run = graph.write(lambda tx: replay_locked(tx, needs, target, by=by, reason=reason))
    if run is None:
        raise not_ready(graph, job, target.key)
    return Replayed(run)


def replay_target(graph: Graph, job: Name, partition: str) -> tuple[JobNeeds, JobPartition]:
    rows = graph.rows("readiness.of_job", job=job_id(job))
    if not rows:
        raise JobNotFound(job, known_jobs(graph, job.namespace))
    needs = needs_of_row(rows[0])
    key = needs.scheme.check(partition)
    return needs, JobPartition(job_partition_id(needs.job, key), needs.job, key)


def replay_locked(tx: Transaction, needs: JobNeeds, target: JobPartition, *, by: str, reason: str) -> str | None:
    """The id of the new run, or None when the job partition is not ready. Locks `target` first."""
    trail = Trail()
    run = create_run_again(tx, target, needs, trail)
    if run is None:
        return None
    trail.add(Transition(target.id, "REPLAYED", by, {"reason": reason, "run": run.id}))
    trail.add(Transition(run.id, RunState.READY, by, {"reason": reason}))
    trail.write(tx)
    return run.id


def not_ready(graph: Graph, job: Name, partition: str) -> NotReady:
    return NotReady(job.at(partition), readiness(graph, job, partition).reason)


def revalidate(graph: Graph, version: str, *, by: str, reason: str) -> Replayed:
    """Validates a version again that was not found good, after its content or its contract was mended.

    Raises VersionNotFound, and CannotRevalidate for any other version.
    """
    rows = graph.rows("versions.get_fate", version=version)
    if not rows:
        raise VersionNotFound(version)
    return graph.write(lambda tx: _revalidate(tx, rows[0], by=by, reason=reason))


def _revalidate(tx: Transaction, seen: Row, *, by: str, reason: str) -> Replayed:
    version = seen["id"]
    own = JobPartition(validation_job_partition_id(version), seen["dataset"], seen["key"])
    lock(tx, [own])
    obstacle = why_not_again(tx.rows("versions.get_fate", version=version)[0])
    if obstacle:
        raise CannotRevalidate(version, obstacle)
    generation = tx.rows("readiness.raise_generation", job_partition=own.id)[0]["generation"]
    run = {
        "id": run_id(own.id, input_set([version]), "", generation),
        "job_partition": own.id,
        "dataset": seen["dataset"],
        "key": seen["key"],
        "version": version,
        "priority": VALIDATION_PRIORITY,
    }
    tx.rows("versions.forget_results", version=version)
    tx.rows("runs.create_validations", runs=[run])
    record(
        tx,
        [
            Transition(version, "REPLAYED", by, {"reason": reason, "run": run["id"], "was": seen["reason"]}),
            Transition(run["id"], RunState.READY, by, {"reason": reason}),
        ],
    )
    return Replayed(run["id"])


def why_not_again(fate: Row) -> str:
    """Why a version cannot be validated again; empty when it can."""
    if fate["state"] != VersionState.QUARANTINED:
        return f"it is {fate['state']}"
    if fate["quarantined_by"]:
        return f"it passed its checks and was set aside by {fate['quarantined_by']}; release it instead"
    if fate["run"]:
        return f"it was written by run {fate['run']}; replay the job instead"
    return ""
