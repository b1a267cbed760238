"""Says in words what changes in what a job runs, and how."""

from __future__ import annotations

from collections.abc import Iterator

from graph_model.estate.entities import JobSpec
from graph_model.estate.holdings import Node
from graph_model.estate.shortened import short
from graph_model.jobs import definition as job_definition
from graph_model.policies.entities import Policies


def changed_definition(before: Node, after: Node) -> Iterator[str]:
    if before.kind != "job" or before.properties.get("definition") == after.properties.get("definition"):
        return
    old, new = (job_definition.loads(node.properties["definition"]) for node in (before, after))
    executors = [{key: value for key, value in job.executor.items() if key != "project"} for job in (old, new)]
    if executors[0] != executors[1]:
        yield "what it runs changed"
    elif old.executor != new.executor:
        yield "the project moved"
    if old.columns != new.columns:
        yield "declared columns changed"
    if old.never_retry != new.never_retry:
        yield "never_retry changed"
    yield from _changed_running(old, new)
    if old.policies.retries != new.policies.retries:
        yield "which failures are tried again, or how long they wait, changed"
    if old.policies.pool != new.policies.pool or old.policies.slots != new.policies.slots:
        yield f"pool: {_pool(old.policies)} → {_pool(new.policies)}"
    yield from _changed_parameters(old, new)
    said_elsewhere = _says_elsewhere(old) != _says_elsewhere(new)
    if old.definition_hash != new.definition_hash and executors[0] == executors[1] and not said_elsewhere:
        yield "its code changed"


def _says_elsewhere(job: JobSpec) -> tuple[object, ...]:
    """What decides results besides the code, each told in words of its own."""
    return job.inputs, job.outputs, job.partitions, job.parameters, job.environment


def _changed_parameters(old: JobSpec, new: JobSpec) -> Iterator[str]:
    before, after = ({each.name: each for each in job.parameters} for job in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"parameter {name} goes"
        elif name not in before:
            yield f"parameter {name} is new, {short(after[name].default)} by default"
        elif before[name].default != after[name].default:
            yield f"parameter {name}: {short(before[name].default)} → {short(after[name].default)} by default"
        elif before[name] != after[name]:
            yield f"parameter {name} changed"


def _changed_running(old: JobSpec, new: JobSpec) -> Iterator[str]:
    if old.limits != new.limits:
        yield f"limits: {old.limits} → {new.limits}"
    for name in sorted({*old.environment, *new.environment}):
        if old.environment.get(name) != new.environment.get(name):
            yield f"environment {name}: {short(old.environment.get(name))} → {short(new.environment.get(name))}"
    for name in sorted({*old.secrets, *new.secrets}):
        if old.secrets.get(name) != new.secrets.get(name):
            references = [job.secrets[name].reference if name in job.secrets else None for job in (old, new)]
            yield f"secret {name}: {short(references[0])} → {short(references[1])}"


def _pool(policies: Policies) -> str:
    slots = f" ({policies.slots} slots)" if policies.slots > 1 else ""
    return f"{policies.pool}{slots}" if policies.pool else "nothing"
