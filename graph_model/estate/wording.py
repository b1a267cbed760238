"""Says in words what changes in a declaration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graph_model.arrivals import watch
from graph_model.contracts import definition as contract_definition
from graph_model.contracts.entities import Check, Column, Contract
from graph_model.estate.entities import JobSpec
from graph_model.estate.holdings import Edge, Node
from graph_model.jobs import definition as job_definition
from graph_model.observed import trust
from graph_model.partitions.rules import LIST
from graph_model.partitions.stored import stored_scheme
from graph_model.policies.entities import Policies, PoolKind
from graph_model.readiness import terms
from graph_model.readiness.terms import lasting
from graph_model.retention import entities as retention
from graph_model.schedules import entities as schedules
from graph_model.schemas import promises

LONGEST_VALUE = 40
# Told through what they stand for: edges, the definition, or nothing that a reader would call a change.
_UNTOLD = frozenset(
    {
        "contract",
        "definition",
        "definition_hash",
        "columns_known",
        "unresolved",
        "options",
        "properties",
        "compatibility",
        "retention",
        "observed",
        "arrival",
        "names",
        "schedule",
        "not_before",
        "pool_takes",
    }
)
_EDGE_WORDS = {
    "CONSUMED_BY": "reads",
    "PRODUCES": "makes",
    "FOLLOWED_BY": "waits by control for",
    "OWNED_BY": "owner",
    "HAS_SCHEMA": "schema",
    "HAS_CONTRACT": "contract",
}
# Told by what is in them.
_TOLD_APART = ("HAS_SCHEMA", "HAS_CONTRACT")


def introduced(node: Node) -> str:
    """What a new thing is, in a word or two."""
    if node.kind == "pool":
        slots = node.properties["slots"]
        return f"{slots} {'slots' if node.properties['kind'] == PoolKind.POOL else 'at once'}"
    what = node.properties.get("format" if node.kind == "dataset" else "kind", "")
    every = node.properties.get("partition_every")
    if every == LIST:
        return f"{what} by its own keys"
    return f"{what} by {every}" if every else what


def changed_properties(before: Node, after: Node) -> Iterator[str]:
    keys = sorted({*before.properties, *after.properties})
    for key in keys:
        old, new = before.properties.get(key), after.properties.get(key)
        if old != new and key == "partition_details":
            yield from _changed_slicing(old, new)
        elif old != new and key not in _UNTOLD:
            yield f"{key}: {_as_written(key, old)} → {_as_written(key, new)}"
    yield from _changed_names(before, after)
    yield from _changed_options(before, after)
    yield from _changed_own_properties(before, after)
    yield from _changed_promise(before, after)
    yield from _changed_retention(before, after)
    yield from _changed_trust(before, after)
    yield from _changed_arrival(before, after)
    yield from _changed_times(before, after)
    yield from changed_contract(contract_of(before), contract_of(after))
    yield from _changed_definition(before, after)


def _as_written(key: str, value: Any) -> str:
    return lasting(value) if key == "ready_for" and value is not None else _short(value)


def _changed_names(before: Node, after: Node) -> Iterator[str]:
    old, new = (set(node.properties.get("names", ())) for node in (before, after))
    yield from (f"also called {name}" for name in sorted(new - old))
    yield from (f"no longer called {name}" for name in sorted(old - new))


def changed_contract(before: Contract, after: Contract) -> Iterator[str]:
    old, new = ({column.path: column for column in contract.columns} for contract in (before, after))
    renamed = renamed_columns(before, after)
    yield from (f"column {path} renamed to {to}" for path, to in renamed.items())
    yield from (f"column {path} dropped" for path in old if path not in new and path not in renamed)
    yield from (f"column {path} added" for path in new if path not in old and path not in renamed.values())
    for path in old:
        if path in new and old[path].type != new[path].type:
            yield f"column {path}: {old[path].type} → {new[path].type}"
        if path in new:
            yield from _changed_words(old[path], new[path])
    if _apart_from_place(before) != _apart_from_place(after):
        yield "checks changed"
    elif before.checks != after.checks:
        yield "the project moved"
    if before.file != after.file:
        yield f"contract: {before.file or 'nothing'} → {after.file or 'nothing'}"


def _apart_from_place(contract: Contract) -> list[Check]:
    """The checks without the folder that their code lies in."""
    return [
        replace(check, params={name: value for name, value in check.params.items() if name != "project"})
        for check in contract.checks
    ]


def _changed_words(before: Column, after: Column) -> Iterator[str]:
    """What a contract says about a column beyond its type."""
    if before.tags != after.tags:
        yield f"column {after.path}: tags {_short(list(before.tags) or None)} → {_short(list(after.tags) or None)}"
    if before.classification != after.classification:
        old, new = before.classification or None, after.classification or None
        yield f"column {after.path}: classification {_short(old)} → {_short(new)}"
    if before.description != after.description:
        yield f"column {after.path}: other description"
    if before.meaning != after.meaning:
        yield f"column {after.path}: means {_short(after.meaning or None)}, and meant {_short(before.meaning or None)}"
    if before.default != after.default:
        yield f"column {after.path}: default {_short(before.default)} → {_short(after.default)}"


def renamed_columns(before: Contract, after: Contract) -> dict[str, str]:
    """The new names of columns that have no longer the old one, as the new contract says."""
    old, new = ({column.path for column in contract.columns} for contract in (before, after))
    return {
        column.renamed_from: column.path
        for column in after.columns
        if column.renamed_from in old - new and column.path not in old
    }


def changed_edges(gone: Sequence[Edge], new: Sequence[Edge], labels: Mapping[str, str]) -> Iterator[str]:
    """Inputs, outputs and owners one by one; column flows, of which there may be hundreds, in one word."""
    gone_ids, new_ids = {edge.id for edge in gone}, {edge.id for edge in new}
    yield from (
        f"no longer {_told(edge, labels)}"
        for edge in gone
        if edge.kind in _EDGE_WORDS and edge.id not in new_ids and edge.kind not in _TOLD_APART
    )
    yield from (
        f"now {_told(edge, labels)}"
        for edge in new
        if edge.kind in _EDGE_WORDS and edge.id not in gone_ids and edge.kind not in _TOLD_APART
    )
    yield from _changed_document(gone, new, labels)
    before = {edge.id: edge for edge in gone}
    for edge in new:
        if edge.id in gone_ids and edge.kind in _EDGE_WORDS:
            yield f"{_told(edge, labels)}: {_differences(before[edge.id].properties, edge.properties)}"
    if any(edge.kind not in _EDGE_WORDS for edge in (*gone, *new)):
        yield "columns used"


def _changed_document(gone: Sequence[Edge], new: Sequence[Edge], labels: Mapping[str, str]) -> Iterator[str]:
    old, now = ({edge.target for edge in edges if edge.kind == "HAS_CONTRACT"} for edges in (gone, new))
    before, after = (" and ".join(sorted(labels.get(id) or "without version" for id in ids)) for ids in (old, now))
    if old and now:
        yield f"contract {before} → {after}" if before != after else f"contract {after} says something else"
    elif old or now:
        yield f"contract {before} dropped" if old else f"contract {after}"


def contract_of(node: Node) -> Contract:
    text = node.properties.get("contract")
    return contract_definition.loads(text) if text else Contract()


def _changed_options(before: Node, after: Node) -> Iterator[str]:
    old, new = (json.loads(node.properties.get("options") or "{}") for node in (before, after))
    yield from (f"option {key} changed" for key in sorted({*old, *new}) if old.get(key) != new.get(key))


def _changed_own_properties(before: Node, after: Node) -> Iterator[str]:
    old, new = (json.loads(node.properties.get("properties") or "{}") for node in (before, after))
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key) or type(old.get(key)) is not type(new.get(key)):
            yield f"property {key}: {_short(old.get(key))} → {_short(new.get(key))}"


def _changed_slicing(before: str | None, after: str | None) -> Iterator[str]:
    """A calendar may have hundreds of days: its name, and that it changed, is enough."""
    old, new = (stored_scheme(None, None, details) for details in (before, after))
    if old.timezone != new.timezone:
        yield f"timezone: {old.timezone} → {new.timezone}"
    if old.keys != new.keys:
        yield f"keys: {_short(list(old.keys) or None)} → {_short(list(new.keys) or None)}"
    if old.due_after != new.due_after:
        yield f"due_after: {old.due_after:g} s → {new.due_after:g} s"
    names = [calendar.name if calendar else "nothing" for calendar in (old.calendar, new.calendar)]
    if old.calendar != new.calendar:
        yield f"calendar: {names[0]} → {names[1]}" if names[0] != names[1] else f"calendar {names[0]}: other days"


def _changed_promise(before: Node, after: Node) -> Iterator[str]:
    old, new = (node.properties.get("compatibility") for node in (before, after))
    if old != new:
        words = [str(promises.loads(text)) if text else "none" for text in (old, new)]
        yield f"compatibility: {words[0]} → {words[1]}"


def _changed_retention(before: Node, after: Node) -> Iterator[str]:
    old, new = (retention.loads(node.properties.get("retention")) for node in (before, after))
    if old != new:
        yield f"retention: {old or 'for ever'} → {new or 'for ever'}"


def _changed_trust(before: Node, after: Node) -> Iterator[str]:
    old, new = (trust.loads(node.properties.get("observed")) for node in (before, after))
    if old != new:
        yield f"observed: {old or 'publishes nothing'} → {new or 'publishes nothing'}"


def _changed_arrival(before: Node, after: Node) -> Iterator[str]:
    old, new = (watch.loads(node.properties.get("arrival")) for node in (before, after))
    if old != new:
        yield f"arrival: {old or 'nobody looks'} → {new or 'nobody looks'}"


def _changed_times(before: Node, after: Node) -> Iterator[str]:
    old, new = (schedules.loads(node.properties.get("schedule")) for node in (before, after))
    if old != new:
        yield f"schedule: {old or 'none'} → {new or 'none'}"
    earliest = [schedules.loads_not_before(node.properties.get("not_before")) for node in (before, after)]
    if earliest[0] != earliest[1]:
        yield f"not_before: {earliest[0] or 'any time'} → {earliest[1] or 'any time'}"


def _changed_definition(before: Node, after: Node) -> Iterator[str]:
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
            yield f"parameter {name} is new, {_short(after[name].default)} by default"
        elif before[name].default != after[name].default:
            yield f"parameter {name}: {_short(before[name].default)} → {_short(after[name].default)} by default"
        elif before[name] != after[name]:
            yield f"parameter {name} changed"


def _changed_running(old: JobSpec, new: JobSpec) -> Iterator[str]:
    if old.limits != new.limits:
        yield f"limits: {old.limits} → {new.limits}"
    for name in sorted({*old.environment, *new.environment}):
        if old.environment.get(name) != new.environment.get(name):
            yield f"environment {name}: {_short(old.environment.get(name))} → {_short(new.environment.get(name))}"
    for name in sorted({*old.secrets, *new.secrets}):
        if old.secrets.get(name) != new.secrets.get(name):
            references = [job.secrets[name].reference if name in job.secrets else None for job in (old, new)]
            yield f"secret {name}: {_short(references[0])} → {_short(references[1])}"


def _pool(policies: Policies) -> str:
    slots = f" ({policies.slots} slots)" if policies.slots > 1 else ""
    return f"{policies.pool}{slots}" if policies.pool else "nothing"


def _told(edge: Edge, labels: Mapping[str, str]) -> str:
    other = edge.target if edge.about == edge.source else edge.source
    return f"{_EDGE_WORDS[edge.kind]} {labels.get(other, other)}"


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    keys = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
    old, new = ({"by": "name", **properties, "terms": _on_terms(properties)} for properties in (before, after))
    return ", ".join(f"{key} {_short(old.get(key))} → {_short(new.get(key))}" for key in keys)


def _on_terms(properties: Mapping[str, Any]) -> str:
    return str(terms.loads(properties.get("terms")))


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
