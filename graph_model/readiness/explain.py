"""Why a job partition may run, or what exactly it waits for. Costs what its own inputs cost, whatever the estate's
size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from graph_model.arrivals.entities import Watched
from graph_model.arrivals.repository import watched_among
from graph_model.errors import JobNotFound
from graph_model.holds.repository import holds as holds_in_force
from graph_model.jobs.repository import jobs_by_id, known_jobs
from graph_model.names import Name, job_id, job_partition_id, partition_id
from graph_model.policies.obstacles import obstacle_of
from graph_model.readiness.clock import its_time
from graph_model.readiness.decide import LATEST, Look, Reason, Waits, Why, decide, groups, look_at
from graph_model.readiness.entities import GroupReadiness, InputReadiness, InputState, Readiness
from graph_model.readiness.look import there_now
from graph_model.readiness.rules import (
    JobNeeds,
    JobPartition,
    Need,
    ReadyInputs,
    needs_of,
    needs_of_row,
    stand_ins_of,
)
from graph_model.readiness.sentences import Names, sentence
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
    wanted = (*needs_of(needs, key), *_latest_needs(needs))
    stand_ins = stand_ins_of(needs, key)
    states = graph.rows("readiness.input_states", partitions=sorted({one.partition for one in (*wanted, *stand_ins)}))
    names = _names(graph, needs)
    there = there_now(graph.rows, needs, JobPartition(own, needs.job, key), states)
    looks = {need.dataset: look_at(need, needs, key, there) for need in needs.inputs}
    answer = decide(needs, key, there)
    around = _Around(graph, names, holds, states, _watched(graph, wanted, states))
    inputs = _inputs(around, wanted, looks, answer)
    newest = graph.rows("readiness.newest_run", job_partition=own)
    run = get_run(graph, newest[0]["id"]) if newest else None
    ready = isinstance(answer, ReadyInputs) or not (needs.inputs or needs.after)
    held = holds.get(needs.job) or holds.get(own, "")
    obstacle = _obstacle(graph, run, inputs, held, needs) if ready and run and run.state == RunState.READY else ""
    runnable = ready and run is not None and run.state == RunState.READY and not obstacle
    said = (
        _waits(answer, inputs, names) if isinstance(answer, Waits) and (needs.inputs or needs.after) else _stands(run)
    )
    clock = its_time(graph, needs, own, key)
    said = "; ".join(filter(None, (said if clock.is_called or not ready else "", clock.words)))
    told = _groups(tuple(looks.values()), names)
    return Readiness(
        job,
        key,
        ready,
        runnable,
        inputs,
        run,
        obstacle or said,
        held,
        told,
        look_again_at=answer.look_again_at,
        next_at=clock.next_at,
    )


def _obstacle(graph: Graph, run: Run, inputs: tuple[InputReadiness, ...], held: str, needs: JobNeeds) -> str:
    """What keeps a ready run from being claimed, in one sentence; empty: nothing does."""
    if held:
        return held
    for item in inputs:
        if item.held:
            return f"{item.dataset}@{item.partition or 'whole'} is {item.held}"
    set_aside = graph.rows("readiness.set_aside_inputs", run=run.id)
    if set_aside:
        return f"its run would read what was set aside since: {', '.join(row['version'] for row in set_aside)}"
    if not _is_due(run) and not run.reason:
        return f"not before {run.not_before:%Y-%m-%d %H:%M} UTC, as its job says"
    if not _is_due(run):
        return f"its next try is due at {run.not_before:%Y-%m-%d %H:%M:%S} UTC after: {run.reason}"
    return obstacle_of(graph, run.id, after=needs.before(run.partition))


def _is_due(run: Run) -> bool:
    return run.not_before is None or run.not_before <= datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Around:
    graph: Graph
    names: Names
    holds: Mapping[str, str]
    states: Sequence[Row]
    watched: Mapping[str, Watched]


def _latest_needs(needs: JobNeeds) -> Iterator[Need]:
    """One for each input of which the newest partition is taken, whichever it is."""
    for need in needs.inputs:
        if need.is_latest:
            yield Need(
                partition_id(need.dataset, LATEST), need.dataset, LATEST, need.required, need.triggers, need.asks
            )


def _names(graph: Graph, needs: JobNeeds) -> Names:
    rows = graph.rows("readiness.dataset_names", ids=sorted({need.dataset for need in needs.inputs}))
    before = jobs_by_id(graph, [control.job for control in needs.after])
    return {row["id"]: Name(row["namespace"], row["name"]) for row in rows} | {
        id: job.name for id, job in before.items()
    }


def _watched(graph: Graph, wanted: tuple[Need, ...], states: Sequence[Row]) -> Mapping[str, Watched]:
    """How those are watched of which a partition was never reported."""
    reported = {row["partition"] for row in states if row["newest"] is not None}
    return watched_among(graph, [need.dataset for need in wanted if need.partition not in reported])


def _nothing_there(watched: Watched | None) -> str:
    if watched is None:
        return "nothing was reported there yet"
    trouble = f"; it cannot be looked at: {watched.trouble}" if watched.trouble else ""
    return f"not there yet; watched at {watched.watch.where}{trouble}"


def _inputs(
    around: _Around, needs: tuple[Need, ...], looks: Mapping[str, Look], answer: ReadyInputs | Waits
) -> tuple[InputReadiness, ...]:
    states = {row["partition"]: row for row in around.states}
    waited = {one.input.dataset: one for one in answer.reasons if one.input} if isinstance(answer, Waits) else {}
    found = (
        _on_terms(
            replace(
                _input(around, need, states.get(need.partition)),
                held=around.holds.get(need.dataset) or around.holds.get(need.partition, ""),
            ),
            looks[need.dataset],
            waited.get(need.dataset),
            around.names,
        )
        for need in needs
    )
    return tuple(sorted(found, key=lambda item: (item.dataset, item.partition)))


def _on_terms(item: InputReadiness, look: Look, waited: Reason | None, names: Names) -> InputReadiness:
    """What the terms of the input say of it."""
    if look.input.is_latest and look.current:
        item = replace(item, state=InputState.PUBLISHED, version=look.current[0], partition=look.keys[0], reason="")
    group = look.input.terms.group
    if group:
        item = replace(item, group=group.name)
    if look.serving:
        item = replace(item, serving=look.serving, reason=f"{look.serving} serves for it: {item.reason}")
    if look.reason and look.reason.why in (Why.TOO_OLD, Why.NOT_NEWER):
        item = replace(item, counts=False, reason=sentence(look.reason, names))
    if waited and waited.until and not item.is_there:
        item = replace(item, waited_until=waited.until)
    return item


def _groups(looks: tuple[Look, ...], names: Names) -> tuple[GroupReadiness, ...]:
    return tuple(
        GroupReadiness(
            group.name,
            group.at_least,
            tuple(sorted(names[look.input.dataset] for look in members)),
            tuple(sorted(names[look.input.dataset] for look in members if look.counts)),
        )
        for group, members in groups(looks).items()
    )


def _input(around: _Around, need: Need, row: Row | None) -> InputReadiness:
    dataset = around.names[need.dataset]
    if row is not None and row["current"] is not None:
        return InputReadiness(dataset, need.key, need.required, InputState.PUBLISHED, row["current"])
    if row is not None and row["skipped"]:
        return InputReadiness(
            dataset, need.key, need.required, InputState.SKIPPED, row["newest"], reason=row["skipped"]
        )
    if row is None or row["newest"] is None:
        reason = _nothing_there(around.watched.get(need.dataset))
        return InputReadiness(dataset, need.key, need.required, InputState.MISSING, reason=reason)
    if row["state"] == InputState.QUARANTINED:
        failed = tuple(result for result in get_version(around.graph, row["newest"]).results if result.blocks)
        return InputReadiness(
            dataset, need.key, need.required, InputState.QUARANTINED, row["newest"], row["reason"], failed
        )
    if row["state"] in GONE:
        return InputReadiness(dataset, need.key, need.required, InputState.MISSING, row["newest"], "it has expired")
    return InputReadiness(
        dataset, need.key, need.required, InputState.VALIDATING, row["newest"], "its validation is not over"
    )


def _waits(answer: Waits, inputs: tuple[InputReadiness, ...], names: Names) -> str:
    """What is required and missing by its state, then whatever else it waits for."""
    missing = [
        f"{item.dataset}@{item.partition or 'whole'} ({item.state.lower()})"
        for item in inputs
        if not item.satisfied and item.counts
    ]
    told = [f"waits for {', '.join(missing)}"] if missing else []
    told += [
        sentence(reason, names) for reason in answer.reasons if reason.why != Why.MISSING or reason.until or not missing
    ]
    return "; ".join(told)


def _stands(run: Run | None) -> str:
    if run is None:
        return "ready; its run is about to be made"
    return {
        RunState.READY: "ready; its run waits for a free worker",
        RunState.RUNNING: "running now",
        RunState.SUCCEEDED: "has run on these inputs",
    }.get(run.state, f"its run is {run.state}: {run.reason}")
