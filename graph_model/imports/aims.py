"""What an import wants the graph to hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from graph_model.estate.edges import column_edges, consumer_edges, dataset_edges, edge
from graph_model.estate.holdings import Edge, Holdings, Node, NodeKind, without_empty
from graph_model.estate.nodes import consumer_node, dataset_node
from graph_model.estate.wanted import Wanted
from graph_model.imports.entities import Declarations, ImportedJob
from graph_model.names import Name, consumer_id, field_id, job_id, owner_id
from graph_model.schemas.recording import schema_id


def datasets_of(declarations: Declarations) -> tuple[Name, ...]:
    """Every dataset that is spoken of, described or not; sorted."""
    names = {dataset.name for dataset in declarations.datasets}
    names |= {name for job in declarations.jobs for name in (*job.inputs, *job.outputs)}
    return tuple(sorted(names | {read.dataset for consumer in declarations.consumers for read in consumer.reads}))


def nodes_of(declarations: Declarations, ids: Mapping[Name, str], *, scope: str) -> dict[str, Node]:
    """Everything that is spoken of, as the source describes it."""
    nodes = [dataset_node(dataset, id=ids[dataset.name], scope=scope) for dataset in declarations.datasets]
    nodes += [_job_node(job, scope=scope) for job in declarations.jobs]
    nodes += [consumer_node(consumer, scope=scope) for consumer in declarations.consumers]
    return {node.id: node for node in nodes}


def aims(
    declarations: Declarations, ids: Mapping[Name, str], nodes: Mapping[str, Node], *, kept: Collection[str]
) -> Wanted:
    """`kept` are nodes that somebody else declares: only what flows to and from them is said here."""
    edges = _edges(declarations, ids, kept)
    owners = {owner_id(owner): owner for owner in _owners(declarations)}
    schemas = {
        schema_id(ids[one.name], one.contract.columns): (ids[one.name], one.contract.columns)
        for one in declarations.datasets
        if one.contract.columns
    }
    return Wanted(
        holdings=Holdings(
            nodes={id: node for id, node in nodes.items() if id not in kept},
            edges={one.id: one for one in edges},
            labels={id: str(name) for name, id in ids.items()} | owners,
        ),
        fields={field_id(dataset, path): (dataset, path) for dataset, path in _columns(declarations, ids)},
        schemas=schemas,
        contracts={},
        owners=owners,
    )


def ids_by_kind(declarations: Declarations, ids: Mapping[Name, str]) -> Iterator[tuple[NodeKind, str]]:
    for id in ids.values():
        yield "dataset", id
    for job in declarations.jobs:
        yield "job", job_id(job.name)
    for consumer in declarations.consumers:
        yield "consumer", consumer_id(consumer.name)


def _job_node(job: ImportedJob, *, scope: str) -> Node:
    """Without a definition: it says what Headwater would run."""
    properties = {
        "namespace": job.name.namespace,
        "name": job.name.name,
        "kind": job.kind,
        "description": job.description,
        "scope": scope,
        "columns_known": job.flows.known,
        "unresolved": list(job.flows.unresolved),
    }
    return Node(job_id(job.name), "job", without_empty(properties))


def _edges(declarations: Declarations, ids: Mapping[Name, str], kept: Collection[str]) -> Iterator[Edge]:
    for dataset in declarations.datasets:
        if ids[dataset.name] not in kept:
            yield from dataset_edges(dataset, id=ids[dataset.name])
    for job in declarations.jobs:
        yield from _job_edges(job, ids, kept)
    for consumer in declarations.consumers:
        found = consumer_edges(consumer, ids)
        yield from (one for one in found if one.kind != "OWNED_BY" or consumer_id(consumer.name) not in kept)


def _job_edges(job: ImportedJob, ids: Mapping[Name, str], kept: Collection[str]) -> Iterator[Edge]:
    id = job_id(job.name)
    for name in job.inputs:
        yield edge("CONSUMED_BY", ids[name], id, about=id)
    for name in job.outputs:
        yield edge("PRODUCES", id, ids[name], about=id)
    if id not in kept:
        yield from (edge("OWNED_BY", id, owner_id(owner), about=id) for owner in job.owners)
    yield from column_edges(id, job.flows, ids)


def _owners(declarations: Declarations) -> Iterator[str]:
    for spec in (*declarations.datasets, *declarations.jobs, *declarations.consumers):
        yield from spec.owners


def _columns(declarations: Declarations, ids: Mapping[Name, str]) -> Iterator[tuple[str, str]]:
    """Dataset id and path of every column that an edge leads from or to."""
    for job in declarations.jobs:
        for flow in job.flows.flows:
            yield ids[flow.source], flow.source_column
            yield ids[flow.target], flow.target_column
        yield from ((ids[shape.source], shape.source_column) for shape in job.flows.shapes)
    for consumer in declarations.consumers:
        yield from ((ids[read.dataset], column) for read in consumer.reads for column in read.columns)
