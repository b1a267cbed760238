"""Lineage in Marquez' form: all that is connected, or what is really up- or downstream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from fastapi import Query, Request, Response

from app.rest.marquez.forms import Form, dataset_data, job_data
from app.rest.marquez.routes import answer_with_reasons, router
from graph_model.errors import InvalidInput
from graph_model.lineage.around import around
from graph_model.lineage.ask import find_root, walk_from
from graph_model.lineage.entities import Direction, Filter, LineageNode
from graph_model.lineage.repository import Rows, moments
from graph_model.lineage.steps import Asked, Start
from graph_model.lineage.walk import Ceilings
from graph_model.listing.datasets import dataset_facts
from graph_model.listing.found import find_node, node_called
from graph_model.listing.jobs import job_facts
from graph_model.names import Name

lineage_router = router("lineage")
MOST_DEPTH = 1000
MOST_NODES = 50_000
ALL = Filter(technical=True)
WAYS: Mapping[str, Direction] = {"UPSTREAM": "UP", "DOWNSTREAM": "DOWN", "BOTH": "BOTH"}

NodeId = Annotated[str | None, Query(alias="nodeId", description="dataset:NAMESPACE:NAME, job:NAMESPACE:NAME")]
Depth = Annotated[int, Query(ge=0, le=MOST_DEPTH, description="so many jobs far")]
Flow = tuple[str, str, bool]
"""An edge downstream: from, to (by id), and whether it is stale."""


@lineage_router.get("/lineage")
async def get_lineage(
    request: Request,
    *,
    node_id: NodeId = None,
    namespace: str | None = None,
    name: str | None = None,
    kind: Annotated[Literal["dataset", "job"], Query(alias="type")] = "dataset",
    depth: Depth = 20,
    direction: Literal["UPSTREAM", "DOWNSTREAM", "BOTH"] | None = None,
) -> Response:
    """Datasets and jobs around a node. Without `direction`, all that is connected, as in Marquez."""

    def work(graph: Rows) -> tuple[Form, Iterable[str]]:
        root = named(graph, node_id, namespace, name, job=kind == "job")
        if root.kind == "COLUMN":
            raise InvalidInput("nodeId", "is a column; /column-lineage answers for those")
        if direction is None:
            return _around(graph, root, depth)
        return _one_way(graph, root, WAYS[direction], depth)

    return await answer_with_reasons(request, work)


def named(
    graph: Rows, node_id: str | None, namespace: str | None, name: str | None, *, job: bool = False
) -> LineageNode:
    """The node of an id in Marquez' form, or of a namespace and a name. Raises NodeNotFound, InvalidInput."""
    if node_id is not None:
        found = find_node(graph, node_id)
        return found.node
    if not namespace or not name:
        raise InvalidInput("nodeId", "is missing: say nodeId, or namespace and name")
    return node_called(graph, Name(namespace, name), job=job)


def _around(graph: Rows, root: LineageNode, depth: int) -> tuple[Form, Iterable[str]]:
    at, _ = moments(graph, as_of=None, known_at=None)
    found = around(graph, root, at=at, depth=depth)
    flows: list[Flow] = []
    for job, one in found.jobs.items():
        flows += [(dataset, job, dataset in one.stale_inputs) for dataset in one.inputs]
        flows += [(job, dataset, dataset in one.stale_outputs) for dataset in one.outputs]
    return _graph(graph, root, list(found.jobs), flows), found.reasons


def _one_way(graph: Rows, root: LineageNode, direction: Direction, depth: int) -> tuple[Form, Iterable[str]]:
    """A job is two edges far from the next one; with the last job come the datasets behind it."""
    start = find_root(graph, Asked(root.id), as_of=None, known_at=None)
    hops = 2 * depth + (1 if root.kind == "JOB" else 2)
    ceilings = Ceilings(hops, MOST_NODES)
    walked = walk_from(
        graph, Start(start, "DATASET", (start.node,)), direction=direction, ceilings=ceilings, wanted=ALL
    )
    kinds = {node.id: node.kind for node in walked.nodes.values()}
    flows = [
        (edge.source, edge.target, edge.stale)
        for edge in walked.edges
        if "CONSUMER" not in (kinds.get(edge.source), kinds.get(edge.target))
    ]
    return _graph(graph, root, [id_ for id_, kind in kinds.items() if kind == "JOB"], flows), walked.reasons


def _graph(graph: Rows, root: LineageNode, jobs: list[str], flows: list[Flow]) -> Form:
    """Nodes with what is known of them; each edge stands with both of its ends."""
    doing = set(jobs)
    data = dict.fromkeys(id_ for source, target, _ in flows for id_ in (source, target) if id_ not in doing)
    if root.kind == "DATASET":
        data = {root.id: None, **data}
    datasets = dataset_facts(graph, list(data))
    done = job_facts(graph, jobs, runs=1, edges=False)
    ids = {id_: f"dataset:{one.name.namespace}:{one.name.name}" for id_, one in datasets.items()}
    ids |= {id_: f"job:{one.name.namespace}:{one.name.name}" for id_, one in done.items()}
    into: dict[str, list[Form]] = {id_: [] for id_ in ids}
    out: dict[str, list[Form]] = {id_: [] for id_ in ids}
    reads: dict[str, list[Name]] = {id_: [] for id_ in done}
    makes: dict[str, list[Name]] = {id_: [] for id_ in done}
    for source, target, stale in flows:
        edge: Form = {"origin": ids[source], "destination": ids[target]}
        if stale:
            edge["stale"] = True
        elif target in done:
            reads[target].append(datasets[source].name)
        else:
            makes[source].append(datasets[target].name)
        out[source].append(edge)
        into[target].append(edge)
    nodes = [
        _node(ids[id_], "JOB", job_data(one, reads[id_], makes[id_]), into[id_], out[id_]) for id_, one in done.items()
    ]
    nodes += [_node(ids[id_], "DATASET", dataset_data(one), into[id_], out[id_]) for id_, one in datasets.items()]
    return {"graph": nodes}


def _node(id_: str, kind: str, data: Form, into: list[Form], out: list[Form]) -> Form:
    return {"id": id_, "type": kind, "data": data, "inEdges": into, "outEdges": out}
