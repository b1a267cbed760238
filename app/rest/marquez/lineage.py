"""Lineage in Marquez' form: all that is connected, or what is really up- or downstream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal, Self

from fastapi import Query, Request, Response
from pydantic_core import to_json

from app.rest.marquez.forms import Form, dataset_data, job_data
from app.rest.marquez.routes import Raw, answer_with_reasons, router
from graph_model.errors import InvalidInput
from graph_model.lineage.around import JobAround, around
from graph_model.lineage.ask import find_root, walk_from
from graph_model.lineage.entities import Direction, Filter, LineageNode
from graph_model.lineage.repository import Rows, moments
from graph_model.lineage.steps import Asked, Start
from graph_model.lineage.walk import Ceilings
from graph_model.listing.datasets import dataset_facts
from graph_model.listing.entities import DatasetFacts, JobFacts
from graph_model.listing.found import find_node, node_called
from graph_model.listing.jobs import job_facts
from graph_model.names import Name
from graph_model.store.graph import Graph

lineage_router = router("lineage")
MOST_DEPTH = 1000
MOST_NODES = 50_000
ALL = Filter(technical=True)
WAYS: Mapping[str, Direction] = {"UPSTREAM": "UP", "DOWNSTREAM": "DOWN", "BOTH": "BOTH"}

NodeId = Annotated[str | None, Query(alias="nodeId", description="dataset:NAMESPACE:NAME, job:NAMESPACE:NAME")]
Depth = Annotated[int, Query(ge=0, le=MOST_DEPTH, description="so many jobs far")]


@dataclass(frozen=True, slots=True)
class Walked:
    """The jobs that a walk from `root` met, by id, and why it may not have met all."""

    root: LineageNode
    jobs: Mapping[str, JobAround]
    reasons: tuple[str, ...] = ()


class Known:
    """What is known of nodes. It is asked while the walk goes on, so that the graph does both at the same time."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._beside = ThreadPoolExecutor(2)
        self._jobs: dict[str, None] = {}
        self._datasets: dict[str, None] = {}
        self._found_jobs: list[Future[dict[str, JobFacts]]] = []
        self._found_datasets: list[Future[dict[str, DatasetFacts]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._beside.shutdown(cancel_futures=True)

    def ask(self, jobs: Mapping[str, JobAround], root: str | None = None) -> None:
        """Of those that were not asked about yet, with the datasets that they touch, and `root`."""
        new = [id_ for id_ in jobs if id_ not in self._jobs]
        ends = (id_ for job in new for id_ in (*jobs[job].inputs, *jobs[job].outputs))
        datasets = [id_ for id_ in dict.fromkeys((root, *ends)) if id_ and id_ not in self._datasets]
        self._jobs |= dict.fromkeys(new)
        self._datasets |= dict.fromkeys(datasets)
        if new:
            work = partial(job_facts, ids=new, runs=1, edges=False)
            self._found_jobs.append(self._beside.submit(self._graph.read, work))
        if datasets:
            self._found_datasets.append(self._beside.submit(self._graph.read, partial(dataset_facts, ids=datasets)))

    def of(self, walked: Walked) -> tuple[dict[str, DatasetFacts], dict[str, JobFacts]]:
        """Of all that the walk met; what else was asked about, in a try that was not the last, is left out."""
        self.ask(walked.jobs, walked.root.id if walked.root.kind == "DATASET" else None)
        touched = dict.fromkeys(id_ for one in walked.jobs.values() for id_ in (*one.inputs, *one.outputs))
        if walked.root.kind == "DATASET":
            touched = {walked.root.id: None, **touched}
        jobs = {id_: facts for part in self._found_jobs for id_, facts in part.result().items()}
        datasets = {id_: facts for part in self._found_datasets for id_, facts in part.result().items()}
        return (
            {id_: datasets[id_] for id_ in touched if id_ in datasets},
            {id_: jobs[id_] for id_ in walked.jobs if id_ in jobs},
        )


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

    def walk(graph: Rows, known: Known) -> Walked:
        root = named(graph, node_id, namespace, name, job=kind == "job")
        if root.kind == "COLUMN":
            raise InvalidInput("nodeId", "is a column; /column-lineage answers for those")
        if direction is None:
            return _around(graph, root, depth, known)
        return _one_way(graph, root, WAYS[direction], depth)

    def ask(graph: Graph) -> tuple[Raw, Iterable[str]]:
        with Known(graph) as known:
            walked = graph.read(lambda tx: walk(tx, known))
            return _graph(walked, known), walked.reasons

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


def _around(graph: Rows, root: LineageNode, depth: int, known: Known) -> Walked:
    at, _ = moments(graph, as_of=None, known_at=None)
    found = around(graph, root, at=at, depth=depth, met=known.ask)
    return Walked(root, found.jobs, tuple(found.reasons))


def _one_way(graph: Rows, root: LineageNode, direction: Direction, depth: int) -> Walked:
    """A job is two edges far from the next one; with the last job come the datasets behind it."""
    start = find_root(graph, Asked(root.id), as_of=None, known_at=None)
    hops = 2 * depth + (1 if root.kind == "JOB" else 2)
    ceilings = Ceilings(hops, MOST_NODES)
    walked = walk_from(
        graph, Start(start, "DATASET", (start.node,)), direction=direction, ceilings=ceilings, wanted=ALL
    )
    kinds = {node.id: node.kind for node in walked.nodes.values()}
    jobs = {id_: JobAround() for id_, kind in kinds.items() if kind == "JOB"}
    for edge in walked.edges:
        if edge.kind == "PRODUCES" and edge.source in jobs:
            _add(jobs[edge.source].outputs, jobs[edge.source].stale_outputs, edge.target, stale=edge.stale)
        elif edge.target in jobs:
            _add(jobs[edge.target].inputs, jobs[edge.target].stale_inputs, edge.source, stale=edge.stale)
    return Walked(root, jobs, tuple(walked.reasons))


def _add(ends: list[str], stale_ends: set[str], dataset: str, *, stale: bool) -> None:
    ends.append(dataset)
    if stale:
        stale_ends.add(dataset)


def _graph(walked: Walked, known: Known) -> Raw:
    """Nodes with what is known of them; each edge stands with both of its ends.

    Thousands of nodes are thousands of small objects that a collector of garbage would look at again and again, so each
    becomes text at once.
    """
    jobs = walked.jobs
    datasets, done = known.of(walked)
    ids = {id_: _text(f"dataset:{one.name.namespace}:{one.name.name}") for id_, one in datasets.items()}
    into: dict[str, list[bytes]] = {id_: [] for id_ in ids}
    out: dict[str, list[bytes]] = {id_: [] for id_ in ids}
    nodes: list[bytes] = []
    for id_, job in done.items():
        ends, called = jobs[id_], _text(f"job:{job.name.namespace}:{job.name.name}")
        reads = {one: _edge(ids[one], called, stale=one in ends.stale_inputs) for one in ends.inputs}
        makes = {one: _edge(called, ids[one], stale=one in ends.stale_outputs) for one in ends.outputs}
        for one, edge in reads.items():
            out[one].append(edge)
        for one, edge in makes.items():
            into[one].append(edge)
        inputs = [datasets[one].name for one in ends.inputs if one not in ends.stale_inputs]
        outputs = [datasets[one].name for one in ends.outputs if one not in ends.stale_outputs]
        nodes.append(_node(called, b"JOB", job_data(job, inputs, outputs), reads.values(), makes.values()))
    nodes += [_node(ids[id_], b"DATASET", dataset_data(one), into[id_], out[id_]) for id_, one in datasets.items()]
    return Raw(b'{"graph":[%b]}' % b",".join(nodes))


def _text(id_: str) -> bytes:
    return to_json(id_)


def _edge(origin: bytes, destination: bytes, *, stale: bool) -> bytes:
    return b'{"origin":%b,"destination":%b%b}' % (origin, destination, b',"stale":true' if stale else b"")


def _node(id_: bytes, kind: bytes, data: Form, into: Iterable[bytes], out: Iterable[bytes]) -> bytes:
    parts = (id_, kind, to_json(data), b",".join(into), b",".join(out))
    return b'{"id":%b,"type":"%b","data":%b,"inEdges":[%b],"outEdges":[%b]}' % parts
