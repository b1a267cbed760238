"""The same estate in any server with Marquez' API: sent as OpenLineage events, then asked what is around.

Such a server answers with all that is connected, whichever way the edges point, and counts jobs for its depth. One that
also knows which way they point is asked for what is really upstream, too.
"""

from __future__ import annotations

import json
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import TypeAlias

import networkx as nx

from benchmarks.client import Client
from benchmarks.lineage_estate import EDGES_PER_DATASET, LAYERS, Estate, draw, reached
from benchmarks.lineage_times import row, spread
from graph_model import names

ROOTS, TURNS = 5, 5
EVERYWHERE = 1000
MARQUEZ_MS: Mapping[tuple[int, int], int] = {(300, 20): 930, (1000, 20): 7400, (3000, 20): 56000, (1000, 2): 129}
"""What Marquez 0.51.1 took on 2 cores for so many jobs, and so many jobs far (docs/performance.md)."""

Ways: TypeAlias = "nx.Graph[str]"


@dataclass(frozen=True, slots=True)
class Question:
    title: str
    depth: int
    more: Mapping[str, str]
    ways: Ways


@dataclass(frozen=True, slots=True)
class Sent:
    """An estate of about so many jobs that a server was sent, and under which namespace."""

    jobs: int
    estate: Estate
    namespace: str


def send_estate(client: Client, jobs: int) -> Sent:
    """Sends an estate of about so many jobs, one event for each."""
    estate = draw(int(jobs * LAYERS / (LAYERS - 1) * EDGES_PER_DATASET) + LAYERS)
    namespace = f"benchmark-{len(estate.jobs)}-{uuid.uuid4().hex[:6]}"
    for event in _events(estate, namespace):
        client.post("/api/v1/lineage", event)
    return Sent(jobs, estate, namespace)


def ask_server(client: Client, sent: Sent, *, directed: bool = False) -> Iterator[tuple[str, list[str]]]:
    """A line of the table for each question, with what was answered wrongly."""
    estate = sent.estate
    roots = [root.name for root in estate.datasets[len(estate.datasets) // 2 :][:ROOTS]]
    for question in _questions(estate, directed=directed):
        took, sizes, wrong = [], [], []
        for root in roots:
            tries, found = _ask(client, question, sent.namespace, root)
            took.append(min(tries))
            sizes.append(len(found))
            wrong += _problems(found, question, root, sent.namespace)
        theirs = MARQUEZ_MS.get((sent.jobs, question.depth)) if not question.more else None
        ratio = f"{theirs / median(took) / 1000:.0f} x" if theirs else ""
        cells = (
            f"{len(estate.jobs)}",
            question.title,
            f"{question.depth}",
            f"{median(sizes):.0f}",
            spread(took),
            ratio,
        )
        yield row(*cells), wrong


def _questions(estate: Estate, *, directed: bool) -> Iterator[Question]:
    around = _around(estate)
    for depth in (2, 20):
        yield Question("all around", depth, {}, around)
    if directed:
        yield Question("upstream", 20, {"direction": "UPSTREAM"}, upstream(estate))


def _ask(client: Client, question: Question, namespace: str, root: str) -> tuple[list[float], set[str]]:
    """What each of some tries took, in seconds, and the nodes of the answer."""
    asked = {"nodeId": f"dataset:{namespace}:{root}", "depth": question.depth, **question.more}
    took, found = [], set()
    for _ in range(TURNS):
        began = time.perf_counter()
        answer = client.get("/api/v1/lineage", asked)
        took.append(time.perf_counter() - began)
        found = {node["id"] for node in json.loads(answer)["graph"]}
    return took, found


def _problems(found: set[str], question: Question, root: str, namespace: str) -> list[str]:
    """Depths are counted differently, so a short answer is only held to lie within the true neighbourhood; a deep one
    must be all of it.
    """
    true = {node_id(node, namespace) for node in reached(question.ways, [f"dataset:{root}"], EVERYWHERE)}
    if found - true or (question.depth >= LAYERS and found != true):
        asked = f"{question.title} {root}, depth {question.depth}"
        return [f"{asked}: {len(found)} nodes, of which {len(found & true)} of {len(true)} true"]
    return []


def node_id(node: str, namespace: str) -> str:
    kind, _, name = node.partition(":")
    return f"{kind}:{namespace}:{name}"


def _flows(estate: Estate) -> dict[str, tuple[list[str], list[str]]]:
    """The datasets that each job reads and makes, by name."""
    called = {names.dataset_id(one): one.name for one in estate.datasets}
    called |= {names.job_id(one): one.name for one in estate.jobs}
    jobs: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for source, target, kind, _ in estate.edges:
        if kind == "PRODUCES":
            jobs[called[source]][1].append(called[target])
        elif kind == "CONSUMED_BY" and target in called:
            jobs[called[target]][0].append(called[source])
    return jobs


def _around(estate: Estate) -> Ways:
    found: Ways = nx.Graph()
    for job, (reads, makes) in _flows(estate).items():
        found.add_edges_from((f"dataset:{dataset}", f"job:{job}") for dataset in (*reads, *makes))
    return found


def upstream(estate: Estate) -> Ways:
    found: nx.DiGraph[str] = nx.DiGraph()
    for job, (reads, makes) in _flows(estate).items():
        found.add_edges_from((f"dataset:{dataset}", f"job:{job}") for dataset in makes)
        found.add_edges_from((f"job:{job}", f"dataset:{dataset}") for dataset in reads)
    return found


def _events(estate: Estate, namespace: str) -> Iterator[dict[str, object]]:
    def datasets(some: Sequence[str]) -> list[dict[str, str]]:
        return [{"namespace": namespace, "name": name} for name in some]

    for job, (reads, makes) in _flows(estate).items():
        yield {
            "eventType": "COMPLETE",
            "eventTime": datetime.now(UTC).isoformat(),
            "run": {"runId": str(uuid.uuid4())},
            "job": {"namespace": namespace, "name": job},
            "inputs": datasets(reads),
            "outputs": datasets(makes),
            "producer": "https://github.com/OpenLineage/OpenLineage",
            "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        }
