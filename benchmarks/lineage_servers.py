"""The same estate in any server with Marquez' API: sent as OpenLineage events, then asked what is around.

Such a server answers with all that is connected, whichever way the edges point, and counts jobs for its depth.
"""

from __future__ import annotations

import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import httpx
import networkx as nx

from benchmarks.lineage_estate import EDGES_PER_DATASET, Estate, draw, reached
from graph_model import names

DEPTHS, ROOTS, TURNS = (2, 20), 5, 3
EVERYWHERE = 1000


def ask_server(url: str, jobs: int) -> Iterator[tuple[str, list[str]]]:
    """A line of the table for each depth, with what was answered wrongly."""
    estate = draw(int(jobs * EDGES_PER_DATASET))
    namespace = f"benchmark-{len(estate.jobs)}-{uuid.uuid4().hex[:6]}"
    with httpx.Client(base_url=url.rstrip("/"), timeout=600) as client:
        for event in _events(estate, namespace):
            client.post("/api/v1/lineage", json=event).raise_for_status()
        around = _around(estate)
        roots = estate.datasets[len(estate.datasets) // 2 :][:ROOTS]
        for depth in DEPTHS:
            took, sizes, wrong = [], [], []
            for root in [*roots] * TURNS:
                began = time.perf_counter()
                answer = client.get(
                    "/api/v1/lineage", params={"nodeId": f"dataset:{namespace}:{root.name}", "depth": depth}
                ).raise_for_status()
                found = {node["id"] for node in answer.json()["graph"]}
                took.append((time.perf_counter() - began) * 1000)
                sizes.append(len(found))
                wrong += _problems(found, around, root.name, namespace, depth)
            ordered = sorted(took)
            middle = f"{statistics.median(ordered):.0f} / {ordered[int(len(ordered) * 0.95)]:.0f}"
            yield f"| {len(estate.jobs)} | {depth} | {statistics.median(sizes):.0f} | {middle} |", wrong


def _problems(found: set[str], around: nx.Graph[str], root: str, namespace: str, depth: int) -> list[str]:
    """Depths are counted differently, so a short answer is only held to lie within the true neighbourhood; a deep one
    must be all that is connected.
    """
    true = {_node_id(node, namespace) for node in reached(around, [f"dataset:{root}"], EVERYWHERE)}
    if found - true or (depth >= max(DEPTHS) and found != true):
        return [f"depth {depth} around {root}: {len(found)} nodes, of which {len(found & true)} of {len(true)} true"]
    return []


def _node_id(node: str, namespace: str) -> str:
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


def _around(estate: Estate) -> nx.Graph[str]:
    found: nx.Graph[str] = nx.Graph()
    for job, (reads, makes) in _flows(estate).items():
        found.add_edges_from((f"dataset:{dataset}", f"job:{job}") for dataset in (*reads, *makes))
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
