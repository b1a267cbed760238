"""Nodes of lineage as text, made while the walk to the next ones goes on.

Thousands of nodes are thousands of small objects that a collector of garbage would look at again and again, and making
them into JSON is half of an answer's work in this process. So each becomes text at once, as soon as what is known of it
comes, while the graph is busy with the next hop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

from pydantic_core import to_json

from app.rest.marquez.forms import Form, dataset_data, job_data, name_form
from graph_model.estate.batches import in_batches
from graph_model.lineage.around import JobAround
from graph_model.listing.datasets import dataset_facts
from graph_model.listing.entities import JobFacts
from graph_model.listing.jobs import job_facts
from graph_model.store.graph import Graph

PART = 400
"""So many nodes are asked about at once: the graph looks up the next ones while these become text."""


@dataclass(slots=True)
class DatasetText:
    """A dataset: its id in Marquez' form and its data as JSON, its name as others say it, and its edges so far."""

    called: bytes
    data: bytes
    name: Form
    into: list[bytes] = field(default_factory=list)
    out: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class JobText:
    """A whole node of a job, and its edges by the dataset at the other end of each."""

    node: bytes
    reads: Mapping[str, bytes]
    makes: Mapping[str, bytes]


class NodeTexts:
    """The nodes that a walk meets. `ask` is told of them hop by hop; what is known of them is asked and made into text
    in threads of its own, so that the graph walks on meanwhile. All jobs that are asked about are in the answer."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._beside = ThreadPoolExecutor(2)
        self._jobs: set[str] = set()
        self._datasets: dict[str, None] = {}
        self._dataset_texts: dict[str, DatasetText] = {}
        self._found_datasets: list[Future[None]] = []
        self._found_jobs: list[Future[list[JobText]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._beside.shutdown(cancel_futures=True)

    def ask(self, jobs: Mapping[str, JobAround], root: str | None = None) -> None:
        """Of those that were not asked about yet, with the datasets that they touch, and the dataset `root`."""
        new = {id_: job for id_, job in jobs.items() if id_ not in self._jobs}
        ends = (id_ for job in new.values() for id_ in (*job.inputs, *job.outputs))
        datasets = [id_ for id_ in dict.fromkeys((root, *ends)) if id_ and id_ not in self._datasets]
        self._jobs.update(new)
        self._datasets |= dict.fromkeys(datasets)
        for part in in_batches(datasets, PART):
            self._found_datasets.append(self._beside.submit(self._make_datasets, part))
        before = tuple(self._found_datasets)
        for part in in_batches(list(new), PART):
            # A job's text has the names of its datasets, all of which were asked about before it.
            self._found_jobs.append(self._beside.submit(self._make_jobs, {id_: new[id_] for id_ in part}, before))

    def graph(self) -> bytes:
        """All nodes as the list `graph`; each edge stands with both of its ends."""
        _wait_for(self._found_datasets)
        datasets = {id_: self._dataset_texts[id_] for id_ in self._datasets if id_ in self._dataset_texts}
        nodes: list[bytes] = []
        for job in (one for part in self._found_jobs for one in part.result()):
            nodes.append(job.node)
            for id_, edge in job.reads.items():
                datasets[id_].out.append(edge)
            for id_, edge in job.makes.items():
                datasets[id_].into.append(edge)
        nodes += [_node(one.called, b"DATASET", one.data, one.into, one.out) for one in datasets.values()]
        return b'{"graph":[%b]}' % b",".join(nodes)

    def _make_datasets(self, ids: Sequence[str]) -> None:
        facts = self._graph.read(lambda tx: dataset_facts(tx, ids))
        for id_, one in facts.items():
            self._dataset_texts[id_] = DatasetText(
                to_json(f"dataset:{one.name.namespace}:{one.name.name}"),
                to_json(dataset_data(one)),
                name_form(one.name),
            )

    def _make_jobs(self, jobs: Mapping[str, JobAround], asked: Iterable[Future[None]]) -> list[JobText]:
        facts = self._graph.read(lambda tx: job_facts(tx, list(jobs), runs=1, edges=False))
        _wait_for(asked)
        return [self._job_text(one, jobs[id_]) for id_, one in facts.items()]

    def _job_text(self, job: JobFacts, ends: JobAround) -> JobText:
        called, datasets = to_json(f"job:{job.name.namespace}:{job.name.name}"), self._dataset_texts
        reads = {end: _edge(datasets[end].called, called, stale=end in ends.stale_inputs) for end in ends.inputs}
        makes = {end: _edge(called, datasets[end].called, stale=end in ends.stale_outputs) for end in ends.outputs}
        inputs = [datasets[end].name for end in ends.inputs if end not in ends.stale_inputs]
        outputs = [datasets[end].name for end in ends.outputs if end not in ends.stale_outputs]
        data = to_json(job_data(job, inputs, outputs))
        return JobText(_node(called, b"JOB", data, reads.values(), makes.values()), reads, makes)


def _wait_for(parts: Iterable[Future[None]]) -> None:
    for part in parts:
        part.result()


def _edge(origin: bytes, destination: bytes, *, stale: bool) -> bytes:
    return b'{"origin":%b,"destination":%b%b}' % (origin, destination, b',"stale":true' if stale else b"")


def _node(id_: bytes, kind: bytes, data: bytes, into: Iterable[bytes], out: Iterable[bytes]) -> bytes:
    parts = (id_, kind, data, b",".join(into), b",".join(out))
    return b'{"id":%b,"type":"%b","data":%b,"inEdges":[%b],"outEdges":[%b]}' % parts
