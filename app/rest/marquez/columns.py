"""Lineage by column, and of runs, in Marquez' form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request, Response

from app.rest.marquez.forms import STATES, Form, id_of, job_version_of, moment, name_form, run_id, uuid_of
from app.rest.marquez.jobs import job_version_called
from app.rest.marquez.lineage import MOST_NODES, Depth, NodeId, lineage_router
from app.rest.marquez.routes import answer, answer_with_reasons, missing
from app.rest.marquez.runs import found as run_found
from graph_model.errors import InvalidInput
from graph_model.lineage.ask import find_root, walk_from
from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.lineage.repository import Root, Rows
from graph_model.lineage.steps import Asked, Start, find_start
from graph_model.lineage.walk import Ceilings, Walked
from graph_model.listing.datasets import dataset_facts, version_facts
from graph_model.listing.entities import RunEnd, RunFacts
from graph_model.listing.found import Found, find_node, node_called
from graph_model.listing.jobs import job_edges
from graph_model.listing.runs import run_facts, upstream
from graph_model.moments import moment_at
from graph_model.names import Name, dataset_id


@lineage_router.get("/column-lineage")
async def get_column_lineage(
    request: Request,
    *,
    node_id: NodeId = None,
    namespace: str | None = None,
    name: str | None = None,
    field: str | None = None,
    depth: Depth = 20,
    with_downstream: Annotated[bool, Query(alias="withDownstream")] = False,
) -> Response:
    """Columns that those of a dataset, a job's outputs, or one column are made from, so many columns far."""

    def work(graph: Rows) -> tuple[Form, Iterable[str]]:
        found = _named(graph, node_id, namespace, name, field)
        if found.version is not None and with_downstream:
            raise InvalidInput("withDownstream", "cannot be asked of a version: what comes of it was not known then")
        start = _start(graph, found)
        ceilings = Ceilings(depth, MOST_NODES)
        walked = walk_from(graph, start, direction="BOTH" if with_downstream else "UP", ceilings=ceilings)
        return _graph(graph, walked, found), walked.reasons

    return await answer_with_reasons(request, lambda graph: graph.read(work))


def _named(graph: Rows, node_id: str | None, namespace: str | None, name: str | None, field: str | None) -> Found:
    if node_id is not None:
        return find_node(graph, node_id)
    if not namespace or not name:
        raise InvalidInput("nodeId", "is missing: say nodeId, or namespace and name, and perhaps field")
    return Found(node_called(graph, Name(namespace, name), column=field))


def _start(graph: Rows, found: Found) -> Start:
    """All columns of a dataset or of what a job makes, or one column; as they were when a version was made."""
    at = _moment_of(graph, found) if found.version is not None else None
    node = found.node
    datasets = [linked.id for linked in job_edges(graph, [node.id]).get(node.id, ((), ()))[1]]
    roots = [_root(graph, id_, at) for id_ in (datasets if node.kind == "JOB" else [node.id])]
    starts = [find_start(graph, Asked(root.node.id), root, level="COLUMN", most=MOST_NODES) for root in roots]
    nodes = tuple(one for start in starts for one in start.nodes if one.kind == "COLUMN")
    return Start(roots[0] if roots else _root(graph, node.id, at), "COLUMN", nodes)


def _root(graph: Rows, id_: str, at: datetime | None) -> Root:
    return find_root(graph, Asked(id_), as_of=at, known_at=None)


def _moment_of(graph: Rows, found: Found) -> datetime:
    """When a version was made. Raises Refusal where there is none of this id."""
    node, version = found.node, found.version or ""
    if node.kind == "JOB":
        return moment_at(job_version_called(graph, node.name, version).since)
    id_ = id_of(version)
    facts = version_facts(graph, dataset_id(node.name) if node.kind == "COLUMN" else node.id, [id_])
    if id_ not in facts:
        raise missing("Dataset version", version)
    return moment_at(facts[id_].at)


def _graph(graph: Rows, walked: Walked, found: Found) -> Form:
    """Every column with what it is made from. Both lists of edges begin at the node itself, as Marquez has it."""
    columns = {node.id: node for node in walked.nodes.values() if node.kind == "COLUMN"}
    edges = [edge for edge in walked.edges if edge.source in columns and edge.target in columns]
    types = _types(graph, columns.values())
    ids = {id_: f"datasetField:{node.name.namespace}:{node.name.name}:{node.column}" for id_, node in columns.items()}
    made: dict[str, list[LineageEdge]] = {id_: [] for id_ in columns}
    into: dict[str, dict[str, None]] = {id_: {} for id_ in columns}
    out: dict[str, dict[str, None]] = {id_: {} for id_ in columns}
    for edge in edges:
        made[edge.target].append(edge)
        into[edge.target][ids[edge.source]] = None
        out[edge.source][ids[edge.target]] = None
    nodes = [
        {
            "id": ids[id_],
            "type": "DATASET_FIELD",
            "data": _data(node, made[id_], columns, types, found),
            "inEdges": [{"origin": ids[id_], "destination": other} for other in into[id_]],
            "outEdges": [{"origin": ids[id_], "destination": other} for other in out[id_]],
        }
        for id_, node in columns.items()
    ]
    return {"graph": nodes}


def _data(
    node: LineageNode,
    made: list[LineageEdge],
    columns: dict[str, LineageNode],
    types: dict[tuple[Name, str], str],
    found: Found,
) -> Form:
    inputs = [_input(columns[edge.source], edge) for edge in made]
    kinds = sorted({one["transformationType"] for one in inputs if one["transformationType"]})
    of_version = found.version if found.node.kind != "JOB" and node.name == found.node.name else None
    return {
        "namespace": node.name.namespace,
        "dataset": node.name.name,
        "datasetVersion": of_version,
        "field": node.column,
        "fieldType": types.get((node.name, node.column or "")),
        "transformationDescription": None,
        "transformationType": kinds[0] if len(kinds) == 1 else None,
        "inputFields": inputs,
    }


def _input(node: LineageNode, edge: LineageEdge) -> Form:
    return {
        "namespace": node.name.namespace,
        "dataset": node.name.name,
        "datasetVersion": None,
        "field": node.column,
        "transformationDescription": None,
        "transformationType": "INDIRECT" if edge.kind == "SHAPES" else edge.flow,
    }


def _types(graph: Rows, columns: Iterable[LineageNode]) -> dict[tuple[Name, str], str]:
    facts = dataset_facts(graph, sorted({dataset_id(node.name) for node in columns}))
    return {(one.name, column.path): column.type for one in facts.values() for column in one.columns}


@lineage_router.get("/runlineage/upstream")
async def get_run_lineage(request: Request, run: Annotated[str, Query(alias="runId")], depth: Depth = 20) -> Response:
    """A run, and those that wrote what it read, and so on; the nearest first."""

    def work(graph: Rows) -> Form:
        runs, ends = upstream(graph, run_found(graph, run).id, depth=depth)
        by = (
            run_facts(graph, [end.by for some in ends.values() for end in some if end.by and end.by not in runs]) | runs
        )
        return {"runs": [_run(runs[id_], some, by) for id_, some in ends.items() if id_ in runs]}

    return await answer(request, work)


def _run(run: RunFacts, ends: tuple[RunEnd, ...], by: dict[str, RunFacts]) -> Form:
    inputs = sorted({end.dataset for end in ends if end.reads})
    outputs = sorted({end.dataset for end in ends if not end.reads})
    version = job_version_of(run.job, inputs, outputs, run.definition)
    return {
        "job": {**name_form(run.job_name), "version": version},
        "run": {
            "id": run_id(run),
            "start": moment(run.started),
            "end": moment(run.ended),
            "status": STATES.get(run.state, "NEW"),
        },
        "inputs": [
            {
                **name_form(end.name),
                "version": uuid_of(end.version) if end.version else None,
                "producedByRunId": run_id(by[end.by]) if end.by in by else None,
            }
            for end in ends
            if end.reads
        ],
    }
