"""Declared edges: what reads and makes what, by which columns, with which schema and contract, owned by whom.

The id of an edge says its ends and its kind. When its properties change it is closed and opened again, so that the
graph knows how things were at any moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graph_model.estate.entities import ConsumerSpec, DatasetSpec, JobSpec, ReadsBy
from graph_model.estate.holdings import Edge, EdgeKind, without_empty
from graph_model.lineage.entities import ColumnFlows
from graph_model.names import Name, consumer_id, contract_id, field_id, job_id, owner_id
from graph_model.readiness import terms
from graph_model.schemas.recording import schema_id

DatasetIds = Mapping[Name, str]


def job_edges(spec: JobSpec, flows: ColumnFlows, ids: DatasetIds) -> Iterator[Edge]:
    job = job_id(spec.name)
    for item in spec.inputs:
        details = {"mapping": item.mapping.text, "required": item.required, "correction": item.correction}
        said = {"by": _said(item.by), "terms": terms.dumps(item.terms)}
        yield edge("CONSUMED_BY", ids[item.dataset], job, about=job, **said, **details)
    for follows in spec.after:
        control = {"mapping": follows.mapping.text, "state": follows.state}
        yield edge("FOLLOWED_BY", job_id(follows.job), job, about=job, **control)
    for output in spec.outputs:
        yield edge("PRODUCES", job, ids[output], about=job)
    for owner in spec.owners:
        yield edge("OWNED_BY", job, owner_id(owner), about=job)
    yield from column_edges(job, flows, ids)


def consumer_edges(spec: ConsumerSpec, ids: DatasetIds) -> Iterator[Edge]:
    consumer = consumer_id(spec.name)
    for read in spec.reads:
        dataset = ids[read.dataset]
        details = {"columns": list(read.columns), "on_violation": spec.on_violation}
        yield edge("CONSUMED_BY", dataset, consumer, about=consumer, by=_said(read.by), **details)
        for column in read.columns:
            yield edge("USED_BY", field_id(dataset, column), consumer, about=consumer)
    for owner in spec.owners:
        yield edge("OWNED_BY", consumer, owner_id(owner), about=consumer)


def _said(by: ReadsBy) -> str | None:
    """None for what is meant when nothing is said."""
    return by if by != "name" else None


def dataset_edges(spec: DatasetSpec, *, id: str) -> Iterator[Edge]:
    for owner in spec.owners:
        yield edge("OWNED_BY", id, owner_id(owner), about=id)
    if spec.contract.columns:
        yield edge("HAS_SCHEMA", id, schema_id(id, spec.contract.columns), about=id)
    if spec.document:
        yield edge("HAS_CONTRACT", id, contract_id(id, spec.document.digest), about=id)


def column_edges(job: str, flows: ColumnFlows, ids: DatasetIds) -> Iterator[Edge]:
    """What a job (an id) makes of which columns, and that it uses them."""
    used: dict[str, None] = {}
    for flow in flows.flows:
        source = field_id(ids[flow.source], flow.source_column)
        target = field_id(ids[flow.target], flow.target_column)
        used[source] = None
        details = {"provenance": flows.provenance, "job": job, "kind": flow.kind}
        if flow.transformation:
            details["transformation"] = flow.transformation
        yield Edge(f"{source}>{target}>FEEDS:{flow.kind}>{job}", "FEEDS", source, target, job, details)
    for shape in flows.shapes:
        source, target = field_id(ids[shape.source], shape.source_column), ids[shape.target]
        used[source] = None
        details = {"provenance": flows.provenance, "job": job}
        yield Edge(f"{source}>{target}>SHAPES>{job}", "SHAPES", source, target, job, details)
    for source in used:
        yield edge("USED_BY", source, job, about=job, provenance=flows.provenance)


def edge(
    kind: EdgeKind, source: str, target: str, *, about: str, provenance: str = "declared", **properties: Any
) -> Edge:
    """An edge between two ids, with the id that its ends and its kind give it."""
    return Edge(
        f"{source}>{target}>{kind}",
        kind,
        source,
        target,
        about,
        without_empty({"provenance": provenance, **properties}),
    )
