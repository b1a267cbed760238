"""Finishing a run: its outputs are published together, or set aside together, if the fence still holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph_model.errors import FenceLost
from graph_model.names import job_id, job_partition_id, partition_id, validation_job_partition_id, version_id
from graph_model.readiness.concern import PublishedPartition
from graph_model.readiness.rules import JobPartition
from graph_model.runs.entities import ClaimedRun, Finished, OutputVersion, RunKind, RunOutput, RunState
from graph_model.store.graph import Graph
from graph_model.versions.entities import Validated
from graph_model.versions.publish import Candidacy, Conclusion, conclude, why_not_good


@dataclass(frozen=True, slots=True)
class Ending:
    """How a claimed run came to its end: its outputs, validated. For a validation run: the content that it judged."""

    run: ClaimedRun
    outputs: tuple[OutputVersion, ...]
    metrics: Mapping[str, Any] = field(default_factory=dict)


def finish_runs(graph: Graph, endings: Sequence[Ending]) -> tuple[Finished | FenceLost, ...]:
    """Ends runs in one transaction; what each led to, in their order.

    A job's run with good outputs publishes them; with one bad output all of them are quarantined and the run is FAILED.
    A validation run SUCCEEDED whatever it found; its version is published or quarantined. FenceLost: the run has a
    newer owner or has ended, and nothing of it happened.
    """
    return conclude(graph, [_conclusion(ending) for ending in endings])


def finish_run(
    graph: Graph, run: ClaimedRun, outputs: Sequence[OutputVersion], *, metrics: Mapping[str, Any] | None = None
) -> Finished:
    """Ends one run of a job. Raises FenceLost."""
    (outcome,) = finish_runs(graph, [Ending(run, tuple(outputs), metrics or {})])
    if isinstance(outcome, FenceLost):
        raise outcome
    return outcome


def _conclusion(ending: Ending) -> Conclusion:
    run, outputs = ending.run, ending.outputs
    bad = "; ".join(f"{o.output.dataset.name}: {reason}" for o in outputs if (reason := why_not_good(o.validated)))
    if run.kind == RunKind.VALIDATION:
        candidacy = _candidacy(run.inputs[0].version, outputs[0].output, outputs[0].validated)
        end = _end(ending, RunState.SUCCEEDED)
        return Conclusion(own_job_partition(run), end, run.id, (candidacy,), good=not bad)
    told = ending.metrics
    candidacies = tuple(_candidacy(output_version(run, o.output), o.output, o.validated, told) for o in outputs)
    rows = tuple(_output_row(run, output, candidacy) for output, candidacy in zip(outputs, candidacies, strict=True))
    end = _end(ending, RunState.FAILED, f"output quarantined: {bad}") if bad else _end(ending, RunState.SUCCEEDED)
    return Conclusion(own_job_partition(run), end, run.id, candidacies, rows, good=not bad)


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


def _end(ending: Ending, state: RunState, reason: str = "") -> dict[str, Any]:
    """A row of `runs.finish`."""
    return {
        "run": ending.run.id,
        "fence": ending.run.fence,
        "state": state,
        "reason": reason,
        "metrics": json.dumps(ending.metrics, default=str),
    }


def _candidacy(
    version: str, output: RunOutput, validated: Validated, metrics: Mapping[str, Any] | None = None
) -> Candidacy:
    dataset, key = output.dataset_id, output.partition
    return Candidacy(version, PublishedPartition(partition_id(dataset, key), dataset, key), validated, metrics or {})


def _output_row(run: ClaimedRun, output: OutputVersion, candidacy: Candidacy) -> dict[str, Any]:
    content = output.output.content
    return {
        "id": candidacy.version,
        "run": run.id,
        "partition": candidacy.partition.id,
        "dataset": candidacy.partition.dataset,
        "key": candidacy.partition.key,
        "format": content.format,
        "location": content.location,
        "report_key": _attempt_id(run),
        "reported_by": str(run.subject),
    }
