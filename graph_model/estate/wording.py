"""Says in words what changes in a declaration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graph_model.arrivals import watch
from graph_model.estate.holdings import Edge, Node
from graph_model.estate.shortened import short
from graph_model.estate.wording_of_contracts import changed_contract, contract_of
from graph_model.estate.wording_of_jobs import changed_definition
from graph_model.observed import trust
from graph_model.partitions.rules import LIST
from graph_model.partitions.stored import stored_scheme
from graph_model.policies.entities import PoolKind
from graph_model.readiness import terms
from graph_model.readiness.terms import lasting
from graph_model.retention import entities as retention
from graph_model.schedules import entities as schedules
from graph_model.schemas import promises

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
    yield from changed_definition(before, after)


def _as_written(key: str, value: Any) -> str:
    return lasting(value) if key == "ready_for" and value is not None else short(value)


def _changed_names(before: Node, after: Node) -> Iterator[str]:
    old, new = (set(node.properties.get("names", ())) for node in (before, after))
    yield from (f"also called {name}" for name in sorted(new - old))
    yield from (f"no longer called {name}" for name in sorted(old - new))


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


def _changed_options(before: Node, after: Node) -> Iterator[str]:
    old, new = (json.loads(node.properties.get("options") or "{}") for node in (before, after))
    yield from (f"option {key} changed" for key in sorted({*old, *new}) if old.get(key) != new.get(key))


def _changed_own_properties(before: Node, after: Node) -> Iterator[str]:
    old, new = (json.loads(node.properties.get("properties") or "{}") for node in (before, after))
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key) or type(old.get(key)) is not type(new.get(key)):
            yield f"property {key}: {short(old.get(key))} → {short(new.get(key))}"


def _changed_slicing(before: str | None, after: str | None) -> Iterator[str]:
    """A calendar may have hundreds of days: its name, and that it changed, is enough."""
    old, new = (stored_scheme(None, None, details) for details in (before, after))
    if old.timezone != new.timezone:
        yield f"timezone: {old.timezone} → {new.timezone}"
    if old.keys != new.keys:
        yield f"keys: {short(list(old.keys) or None)} → {short(list(new.keys) or None)}"
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


def _told(edge: Edge, labels: Mapping[str, str]) -> str:
    other = edge.target if edge.about == edge.source else edge.source
    return f"{_EDGE_WORDS[edge.kind]} {labels.get(other, other)}"


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    keys = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
    old, new = ({"by": "name", **properties, "terms": _on_terms(properties)} for properties in (before, after))
    return ", ".join(f"{key} {short(old.get(key))} → {short(new.get(key))}" for key in keys)


def _on_terms(properties: Mapping[str, Any]) -> str:
    return str(terms.loads(properties.get("terms")))
