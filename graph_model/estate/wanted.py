"""What an estate wants the graph to hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_model.contracts.document import Document
from graph_model.contracts.entities import Column
from graph_model.estate.edges import consumer_edges, dataset_edges, job_edges
from graph_model.estate.entities import Estate, JobSpec
from graph_model.estate.holdings import Edge, Holdings, Node
from graph_model.estate.nodes import consumer_node, dataset_node, job_node, pool_node
from graph_model.lineage.entities import ColumnFlows, ReadColumns
from graph_model.names import Name, contract_id, field_id, job_id, owner_id
from graph_model.schemas.recording import schema_id


def referenced(estate: Estate) -> tuple[Name, ...]:
    """Every dataset that the estate speaks of, declared in it or not; sorted."""
    names = {dataset.name for dataset in estate.datasets}
    names |= {item.dataset for job in estate.jobs for item in job.inputs} | {
        output for job in estate.jobs for output in job.outputs
    }
    return tuple(sorted(names | {read.dataset for consumer in estate.consumers for read in consumer.reads}))


@dataclass(frozen=True, slots=True)
class Wanted:
    """`fields` (dataset id and path), `schemas` (dataset id and columns) and `contracts` (dataset id, path of the file,
    document) by id: what some of the edges lead to."""

    holdings: Holdings
    fields: Mapping[str, tuple[str, str]]
    schemas: Mapping[str, tuple[str, tuple[Column, ...]]]
    contracts: Mapping[str, tuple[str, str, Document]]
    owners: Mapping[str, str]


def wanted(
    estate: Estate, ids: Mapping[Name, str], others: Mapping[Name, Sequence[Column]], *, read_columns: ReadColumns
) -> Wanted:
    """`ids` has every referenced dataset; `others` the columns of those that other scopes declare."""
    schemas = {**others, **{dataset.name: dataset.contract.columns for dataset in estate.datasets}}
    flows = {job.name: read_columns(job, _around(job, schemas)) for job in estate.jobs}
    owners = {
        owner_id(owner): owner for spec in (*estate.datasets, *estate.jobs, *estate.consumers) for owner in spec.owners
    }
    contracts = {
        contract_id(ids[d.name], d.document.digest): (ids[d.name], d.contract.file, d.document)
        for d in estate.datasets
        if d.document
    }
    labels_of_jobs = {
        job_id(job.name): job.name.name if job.name.namespace == estate.namespace else str(job.name)
        for job in estate.jobs
    }
    versions = {id: document.version for id, (_, _, document) in contracts.items()}
    labels = {id: name.name if name.namespace == estate.namespace else str(name) for name, id in ids.items()}
    return Wanted(
        holdings=Holdings(
            nodes={node.id: node for node in _nodes(estate, ids, flows)},
            edges={edge.id: edge for edge in _edges(estate, ids, flows)},
            labels=labels | owners | versions | labels_of_jobs,
        ),
        fields={field_id(dataset, path): (dataset, path) for dataset, path in _columns(estate, ids, flows)},
        schemas={
            schema_id(ids[d.name], d.contract.columns): (ids[d.name], d.contract.columns) for d in estate.datasets
        },
        contracts=contracts,
        owners=owners,
    )


def _around(job: JobSpec, schemas: Mapping[Name, Sequence[Column]]) -> dict[Name, Sequence[Column]]:
    return {name: schemas.get(name, ()) for name in (*(item.dataset for item in job.inputs), *job.outputs)}


def _nodes(estate: Estate, ids: Mapping[Name, str], flows: Mapping[Name, ColumnFlows]) -> Iterator[Node]:
    for dataset in estate.datasets:
        yield dataset_node(dataset, id=ids[dataset.name], scope=estate.scope)
    for job in estate.jobs:
        found = flows[job.name]
        yield job_node(job, scope=estate.scope, columns_known=found.known, unresolved=found.unresolved)
    for consumer in estate.consumers:
        yield consumer_node(consumer, scope=estate.scope)
    for pool in estate.pools:
        yield pool_node(pool, scope=estate.scope, ids=ids)


def _edges(estate: Estate, ids: Mapping[Name, str], flows: Mapping[Name, ColumnFlows]) -> Iterator[Edge]:
    for dataset in estate.datasets:
        yield from dataset_edges(dataset, id=ids[dataset.name])
    for job in estate.jobs:
        yield from job_edges(job, flows[job.name], ids)
    for consumer in estate.consumers:
        yield from consumer_edges(consumer, ids)


def _columns(estate: Estate, ids: Mapping[Name, str], flows: Mapping[Name, ColumnFlows]) -> Iterator[tuple[str, str]]:
    """Dataset id and path of every column that an edge leads from or to."""
    for found in flows.values():
        for flow in found.flows:
            yield ids[flow.source], flow.source_column
            yield ids[flow.target], flow.target_column
        for shape in found.shapes:
            yield ids[shape.source], shape.source_column
    for consumer in estate.consumers:
        yield from ((ids[read.dataset], column) for read in consumer.reads for column in read.columns)
