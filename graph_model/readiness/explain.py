"""Why a job partition may run, or what exactly it waits for. Costs what its own inputs cost, whatever the estate's
size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from graph_model.errors import JobNotFound
from graph_model.holds.repository import holds as holds_in_force
from graph_model.jobs.repository import known_jobs
from graph_model.names import Name, job_id, job_partition_id
from graph_model.readiness.entities import InputReadiness, InputState, Readiness
from graph_model.readiness.rules import Need, needs_of, needs_of_row
from graph_model.runs.entities import Run, RunState
from graph_model.runs.repository import run as get_run
from graph_model.store.graph import Graph, Row
from graph_model.versions.entities import GONE
from graph_model.versions.repository import version as get_version


def readiness(graph: Graph, job: Name, partition: str = "") -> Readiness:
    """Raises JobNotFound (with the nearest name) and InvalidPartition."""
    rows = graph.rows("readiness.of_job", job=job_id(job))
    if not rows:
        raise JobNotFound(job, known_jobs(graph, job.namespace))
    needs = needs_of_row(rows[0])
    key = needs.scheme.check(partition)
    own = job_partition_id(needs.job, key)
    holds = {hold.subject: hold.words for hold in holds_in_force(graph) if hold.blocks}
    inputs = _inputs(graph, needs_of(needs, key), holds)
    newest = graph.rows("readiness.newest_run", job_partition=own)
    run = get_run(graph, newest[0]["id"]) if newest else None
    ready = all(found.satisfied for found in inputs) and any(found.state == InputState.PUBLISHED for found in inputs)
    held = holds.get(needs.job) or holds.get(own, "")
    obstacle = _obstacle(graph, run, inputs, held) if ready and run and run.state == RunState.READY else ""
    runnable = ready and run is not None and run.state == RunState.READY and not obstacle
    return Readiness(job, key, ready, runnable, inputs, run, obstacle or _sentence(inputs, run, ready=ready), held)


def _obstacle(graph: Graph, run: Run, inputs: tuple[InputReadiness, ...], held: str) -> str:
    """What keeps a ready run from being claimed, in one sentence; empty: nothing does."""
    if held:
        return held
    for item in inputs:
        if item.held:
            return f"{item.dataset}@{item.partition or 'whole'} is {item.held}"
    set_aside = graph.rows("readiness.set_aside_inputs", run=run.id)
    if set_aside:
        return f"its run would read what was set aside since: {', '.join(row['version'] for row in set_aside)}"
    if not _is_due(run):
        return f"its next try is due at {run.not_before:%Y-%m-%d %H:%M:%S} UTC after: {run.reason}"
    return ""


def _is_due(run: Run) -> bool:
    return run.not_before is None or run.not_before <= datetime.now(UTC)


def _inputs(graph: Graph, needs: tuple[Need, ...], holds: Mapping[str, str]) -> tuple[InputReadiness, ...]:
    states = {
        row["partition"]: row
        for row in graph.rows("readiness.input_states", partitions=[need.partition for need in needs])
    }
    names = {
        row["id"]: Name(row["namespace"], row["name"])
        for row in graph.rows("readiness.dataset_names", ids=sorted({need.dataset for need in needs}))
    }
    found = (
        replace(
            _input(graph, need, names[need.dataset], states.get(need.partition)),
            held=holds.get(need.dataset) or holds.get(need.partition, ""),
        )
        for need in needs
    )
    return tuple(sorted(found, key=lambda item: (item.dataset, item.partition)))


def _input(graph: Graph, need: Need, dataset: Name, row: Row | None) -> InputReadiness:
    if row is not None and row["current"] is not None:
        return InputReadiness(dataset, need.key, need.required, InputState.PUBLISHED, row["current"])
    if row is not None and row["skipped"]:
        return InputReadiness(
            dataset, need.key, need.required, InputState.SKIPPED, row["newest"], reason=row["skipped"]
        )
    if row is None or row["newest"] is None:
        return InputReadiness(
            dataset, need.key, need.required, InputState.MISSING, reason="nothing was reported there yet"
        )
    if row["state"] == InputState.QUARANTINED:
        failed = tuple(result for result in get_version(graph, row["newest"]).results if result.blocks)
        return InputReadiness(
            dataset, need.key, need.required, InputState.QUARANTINED, row["newest"], row["reason"], failed
        )
    if row["state"] in GONE:
        return InputReadiness(dataset, need.key, need.required, InputState.MISSING, row["newest"], "it has expired")
    return InputReadiness(
        dataset, need.key, need.required, InputState.VALIDATING, row["newest"], "its validation is not over"
    )


def _sentence(inputs: tuple[InputReadiness, ...], run: Run | None, *, ready: bool) -> str:
    if not ready:
        waits = [
            f"{item.dataset}@{item.partition or 'whole'} ({item.state.lower()})"
            for item in inputs
            if not item.satisfied
        ]
        return f"waits for {', '.join(waits)}" if waits else "none of its inputs is there yet"
    if run is None:
        return "ready; its run is about to be made"
    return {
        RunState.READY: "ready; its run waits for a free worker",
        RunState.RUNNING: "running now",
        RunState.SUCCEEDED: "has run on these inputs",
    }.get(run.state, f"its run is {run.state}: {run.reason}")
