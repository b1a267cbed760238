"""Lineage in Marquez' form: all that is connected, or what is really up- or downstream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Annotated, Literal

from fastapi import Query, Request, Response

from app.rest.marquez.node_texts import NodeTexts
from app.rest.marquez.routes import Raw, answer_with_reasons, router
from graph_model.errors import InvalidInput
from graph_model.lineage.around import JobAround, around
from graph_model.lineage.ask import find_root, walk_from
from graph_model.lineage.entities import Direction, Filter, LineageNode
from graph_model.lineage.repository import Rows, moments
from graph_model.lineage.steps import Asked, Start
from graph_model.lineage.walk import Ceilings
from graph_model.listing.found import find_node, node_called
from graph_model.names import Name
from graph_model.store.graph import Graph

lineage_router = router("lineage")
MOST_DEPTH = 1000
MOST_NODES = 50_000
ALL = Filter(technical=True)
WAYS: Mapping[str, Direction] = {"UPSTREAM": "UP", "DOWNSTREAM": "DOWN", "BOTH": "BOTH"}

NodeId = Annotated[str | None, Query(alias="nodeId", description="dataset:NAMESPACE:NAME, job:NAMESPACE:NAME")]
Depth = Annotated[int, Query(ge=0, le=MOST_DEPTH, description="so many jobs far")]


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

    def ask(graph: Graph) -> tuple[Raw, Iterable[str]]:
        return graph.read(partial(answer_from, graph))

    def answer_from(graph: Graph, tx: Rows) -> tuple[Raw, Iterable[str]]:
        root = named(tx, node_id, namespace, name, job=kind == "job")
        if root.kind == "COLUMN":
            raise InvalidInput("nodeId", "is a column; /column-lineage answers for those")
        # A try that the graph cuts short takes its nodes with it.
        with NodeTexts(graph) as texts:
            if direction is None:
                reasons = _around(tx, root, depth, texts)
            else:
                reasons = _one_way(tx, root, WAYS[direction], depth, texts)
            return Raw(texts.graph()), reasons

    return await answer_with_reasons(request, ask)


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


def _around(graph: Rows, root: LineageNode, depth: int, texts: NodeTexts) -> Iterable[str]:
    at, _ = moments(graph, as_of=None, known_at=None)
    texts.ask({}, _dataset(root))
    return around(graph, root, at=at, depth=depth, met=texts.ask).reasons


def _one_way(graph: Rows, root: LineageNode, direction: Direction, depth: int, texts: NodeTexts) -> Iterable[str]:
    """A job is two edges far from the next one; with the last job come the datasets behind it."""
    start = find_root(graph, Asked(root.id), as_of=None, known_at=None)
    hops = 2 * depth + (1 if root.kind == "JOB" else 2)
    ceilings = Ceilings(hops, MOST_NODES)
    walked = walk_from(
        graph, Start(start, "DATASET", (start.node,)), direction=direction, ceilings=ceilings, wanted=ALL
    )
    jobs = {id_: JobAround() for id_, node in walked.nodes.items() if node.kind == "JOB"}
    for edge in walked.edges:
        if edge.kind == "PRODUCES" and edge.source in jobs:
            _add(jobs[edge.source].outputs, jobs[edge.source].stale_outputs, edge.target, stale=edge.stale)
        elif edge.target in jobs:
            _add(jobs[edge.target].inputs, jobs[edge.target].stale_inputs, edge.source, stale=edge.stale)
    texts.ask(jobs, _dataset(root))
    return walked.reasons


def _dataset(root: LineageNode) -> str | None:
    return root.id if root.kind == "DATASET" else None


def _add(ends: list[str], stale_ends: set[str], dataset: str, *, stale: bool) -> None:
    ends.append(dataset)
    if stale:
        stale_ends.add(dataset)
