"""Declared datasets, jobs and consumers as the properties that the graph keeps of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from graph_model.arrivals import watch
from graph_model.contracts import definition as contract_definition
from graph_model.estate.entities import ConsumerSpec, DatasetSpec, JobSpec
from graph_model.estate.holdings import Node, NodeKind, without_empty
from graph_model.identity.declare import spelled
from graph_model.identity.locations import name_of_location
from graph_model.jobs import definition as job_definition
from graph_model.names import Name, consumer_id, job_id, owner_id, pool_id
from graph_model.observed import trust
from graph_model.partitions.stored import details_of
from graph_model.policies.entities import PoolKind, PoolSpec
from graph_model.retention import entities as retention
from graph_model.schedules import entities as schedules
from graph_model.schemas import promises

# Every property that a declaration decides: one that is not set any more must be removed.
PROPERTIES: dict[NodeKind, tuple[str, ...]] = {
    "dataset": (
        "namespace",
        "name",
        "format",
        "location",
        "names",
        "partition_every",
        "partition_from",
        "partition_details",
        "expose",
        "compatibility",
        "retention",
        "observed",
        "arrival",
        "options",
        "contract",
        "description",
        "tags",
        "classification",
        "domain",
        "tier",
        "properties",
        "scope",
    ),
    "job": (
        "namespace",
        "name",
        "kind",
        "partition_every",
        "partition_from",
        "partition_details",
        "definition",
        "definition_hash",
        "retries",
        "timeout_seconds",
        "priority",
        "schedule",
        "not_before",
        "ready_for",
        "description",
        "scope",
        "columns_known",
        "unresolved",
        "most_failures",
        "pool_takes",
        "runs_on",
        "run_order",
    ),
    "consumer": ("namespace", "name", "kind", "deadline_by", "deadline_timezone", "description", "scope"),
    "pool": ("namespace", "name", "kind", "subject", "slots", "scope"),
}


def dataset_node(spec: DatasetSpec, *, id: str, scope: str) -> Node:
    properties = {
        "namespace": spec.name.namespace,
        "name": spec.name.name,
        "format": spec.format,
        "location": spec.location,
        "names": _names(spec),
        "partition_every": spec.partitions.every,
        "partition_from": spec.partitions.start,
        "partition_details": details_of(spec.partitions),
        "expose": spec.expose,
        "compatibility": promises.dumps(spec.compatibility) if spec.compatibility else None,
        "retention": retention.dumps(spec.retention) if spec.retention else None,
        "observed": trust.dumps(spec.observed) if spec.observed else None,
        "arrival": watch.dumps(spec.arrival) if spec.arrival else None,
        "options": _as_text(spec.options),
        "contract": contract_definition.dumps(spec.contract),
        "description": spec.description,
        "tags": list(spec.tags),
        "classification": spec.classification or None,
        "domain": spec.domain or None,
        "tier": spec.tier or None,
        "properties": _as_text(spec.properties) if spec.properties else None,
        "scope": scope,
    }
    return Node(id, "dataset", without_empty(properties))


def _names(spec: DatasetSpec) -> list[str]:
    """The names that are declared, and the one that its place has."""
    place = name_of_location(spec.location)
    return sorted({spelled(name) for name in (*spec.names, place) if name and name != spec.name})


def job_node(spec: JobSpec, *, scope: str, columns_known: bool, unresolved: Sequence[str]) -> Node:
    properties = {
        "namespace": spec.name.namespace,
        "name": spec.name.name,
        "kind": spec.kind,
        "partition_every": spec.partitions.every,
        "partition_from": spec.partitions.start,
        "partition_details": details_of(spec.partitions),
        "definition": job_definition.dumps(spec),
        "definition_hash": spec.definition_hash,
        "retries": spec.retries,
        "timeout_seconds": spec.timeout_seconds,
        "priority": spec.priority,
        "schedule": schedules.dumps(spec.schedule) if spec.schedule else None,
        "not_before": schedules.dumps_not_before(spec.not_before) if spec.not_before else None,
        "ready_for": spec.ready_for,
        "description": spec.description,
        "scope": scope,
        "columns_known": columns_known,
        "unresolved": list(unresolved),
        **_policies(spec),
    }
    return Node(job_id(spec.name), "job", without_empty(properties))


def _policies(spec: JobSpec) -> dict[str, Any]:
    """What a claim looks at. `pool_takes` names the pool once for each slot that a run takes."""
    policies = spec.policies
    more = policies.retries.most
    return {
        "most_failures": spec.retries + more if more else None,
        "pool_takes": [pool_id(PoolKind.POOL, policies.pool)] * policies.slots if policies.pool else [],
        "runs_on": list(policies.runs_on),
        "run_order": policies.order,
    }


def pool_node(spec: PoolSpec, *, scope: str, ids: Mapping[Name, str]) -> Node:
    """`ids` has the datasets of the estate."""
    properties = {
        "namespace": spec.name.namespace,
        "name": spec.name.name,
        "kind": str(spec.kind),
        "subject": _subject(spec, ids),
        "slots": spec.slots,
        "scope": scope,
    }
    return Node(pool_id(spec.kind, spec.name), "pool", without_empty(properties))


def _subject(spec: PoolSpec, ids: Mapping[Name, str]) -> str | None:
    """The job, owner or dataset whose runs share the slots."""
    if spec.kind is PoolKind.POOL:
        return None
    if spec.kind is PoolKind.JOB:
        return job_id(spec.about)
    return owner_id(spec.about.name) if spec.kind is PoolKind.OWNER else ids[spec.about]


def consumer_node(spec: ConsumerSpec, *, scope: str) -> Node:
    properties = {
        "namespace": spec.name.namespace,
        "name": spec.name.name,
        "kind": spec.kind,
        "deadline_by": spec.deadline.by if spec.deadline else None,
        "deadline_timezone": spec.deadline.timezone if spec.deadline else None,
        "description": spec.description,
        "scope": scope,
    }
    return Node(consumer_id(spec.name), "consumer", without_empty(properties))


def _as_text(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), sort_keys=True, ensure_ascii=False)


def stored(node: Node) -> dict[str, Any]:
    """What to write: null for what is declared no more, empty lists as empty lists."""
    lists: dict[str, Any] = {"tags": [], "unresolved": []}
    return {key: node.properties.get(key, lists.get(key)) for key in PROPERTIES[node.kind]}
