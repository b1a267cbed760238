"""Finishing a run: its outputs are published together, or set aside together, if the fence still holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from graph_model.audit.record import Transition, record
from graph_model.errors import FenceLost
from graph_model.names import job_id, job_partition_id, partition_id, validation_job_partition_id, version_id
from graph_model.readiness.evaluate import PublishedPartition
from graph_model.readiness.rules import JobPartition
from graph_model.runs.entities import ClaimedRun, Finished, OutputVersion, RunKind, RunOutput, RunState
from graph_model.store.graph import Graph, Transaction
from graph_model.versions.entities import Validated
from graph_model.versions.publish import Candidacy, Finish, publish, quarantine, why_not_good


def finish_run(
    graph: Graph, run: ClaimedRun, outputs: Sequence[OutputVersion], *, metrics: Mapping[str, Any] | None = None
) -> Finished:
    """Ends a job's run. All outputs good: they are published in this transaction. One bad: all are quarantined, the
    run is FAILED.

    Raises FenceLost when the run has a newer owner or has ended; then nothing has happened.
    """
    candidacies = [_candidacy(output_version(run, o.output), o.output, o.validated) for o in outputs]
    bad = "; ".join(f"{o.output.dataset.name}: {reason}" for o in outputs if (reason := why_not_good(o.validated)))

    def end(tx: Transaction) -> None:
        state = RunState.FAILED if bad else RunState.SUCCEEDED
        _end(tx, run, state, reason=f"output quarantined: {bad}" if bad else "", metrics=metrics or {})

    def prepare(tx: Transaction) -> None:
        rows = [_output_row(run, output, candidacy) for output, candidacy in zip(outputs, candidacies, strict=True)]
        tx.rows("versions.record_output", run=run.id, outputs=sorted(rows, key=lambda row: row["partition"]))

    finish = Finish(own_job_partition(run), actor=run.id, end=end, prepare=prepare)
    return quarantine(graph, candidacies, finish) if bad else publish(graph, candidacies, finish)


def finish_validation(graph: Graph, run: ClaimedRun, validated: Validated) -> Finished:
    """Ends the validation of a reported version, which is published or quarantined. Raises FenceLost."""
    candidacy = _candidacy(run.inputs[0].version, run.outputs[0], validated)
    finish = Finish(own_job_partition(run), actor=run.id, end=lambda tx: _end(tx, run, RunState.SUCCEEDED))
    return publish(graph, [candidacy], finish) if validated.good else quarantine(graph, [candidacy], finish)


def output_version(run: ClaimedRun, output: RunOutput) -> str:
    """The id of the version that a run publishes or sets aside for one of its outputs: a new one for each fence."""
    return version_id(partition_id(output.dataset_id, output.partition), _attempt_id(run))


def _attempt_id(run: ClaimedRun) -> str:
    """The attempt that holds the run; it keys what the run reports, and is the actor of its end."""
    return f"{run.id}/{run.fence}"


def own_job_partition(run: ClaimedRun) -> JobPartition:
    """The job partition that a run belongs to: what must be locked before anything about the run changes."""
    if run.kind == RunKind.VALIDATION:
        return JobPartition(
            validation_job_partition_id(run.inputs[0].version), run.outputs[0].dataset_id, run.partition
        )
    job = job_id(run.subject)
    return JobPartition(job_partition_id(job, run.partition), job, run.partition)


def _end(
    tx: Transaction, run: ClaimedRun, state: RunState, *, reason: str = "", metrics: Mapping[str, Any] | None = None
) -> None:
    ended = tx.rows(
        "runs.finish",
        run=run.id,
        fence=run.fence,
        state=state,
        reason=reason,
        metrics=json.dumps(metrics or {}, default=str),
    )
    if not ended:
        raise FenceLost(run.id, run.fence)
    record(tx, [Transition(run.id, state, _attempt_id(run), {"reason": reason} if reason else {})])


def _candidacy(version: str, output: RunOutput, validated: Validated) -> Candidacy:
    dataset, key = output.dataset_id, output.partition
    return Candidacy(version, PublishedPartition(partition_id(dataset, key), dataset, key), validated)


def _output_row(run: ClaimedRun, output: OutputVersion, candidacy: Candidacy) -> dict[str, Any]:
    content = output.output.content
    return {
        "id": candidacy.version,
        "partition": candidacy.partition.id,
        "dataset": candidacy.partition.dataset,
        "key": candidacy.partition.key,
        "format": content.format,
        "location": content.location,
        "report_key": _attempt_id(run),
        "reported_by": str(run.subject),
    }
