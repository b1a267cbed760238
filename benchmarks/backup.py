"""How long writers wait for a backup, and how fast it is taken and restored: `python -m benchmarks.backup`.

Starts each engine in a folder that is thrown away, seeds it with a history of runs, takes a backup, empties the graph
and restores it. The last column says whether the restored graph has the content hash of the first.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from graph_model.backup.restore import restore
from graph_model.backup.take import take_backup
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.arcadedb import start_arcadedb
from tests.support.neo4j import start_neo4j
from tests.support.servers import Server

STARTS = {"arcadedb": start_arcadedb, "neo4j": start_neo4j}
# A run of the history is a partition, a version, a job partition, a run, an attempt and two records of the audit.
NODES_A_RUN, EDGES_A_RUN = 7, 6
AT_ONCE = 500


def seed(graph: Graph, nodes: int) -> None:
    """A history of `nodes` nodes, made the way a restore makes them."""
    runs = nodes // NODES_A_RUN
    for start in range(0, runs, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, runs))
        graph.write(lambda tx, numbers=numbers: tx.rows("backup.create_nodes", nodes=_nodes(numbers)))
        graph.write(lambda tx, numbers=numbers: tx.rows("backup.create_edges", edges=_edges(numbers)))


def _nodes(numbers: range) -> dict[str, list[dict[str, Any]]]:
    when = "2013-01-05T07:00:00Z"
    state = {"state": "SUCCEEDED", "reason": "", "created_at": when, "started_at": when, "ended_at": when}
    record = {"at": when, "subject": "r", "transition": "SUCCEEDED", "actor": "w", "detail": '{"reason": ""}'}
    return {
        "Partition": [{"id": f"p{n}", "dataset": f"d{n % 500}", "key": "2013-01-05"} for n in numbers],
        "DatasetVersion": [{"id": f"v{n}", "partition": f"p{n}", "row_count": n, **state} for n in numbers],
        "JobPartition": [{"id": f"j{n}", "job": f"job{n % 500}", "key": "2013-01-05"} for n in numbers],
        "Run": [{"id": f"r{n}", "job": f"job{n % 500}", "fence": 1, "metrics": "{}", **state} for n in numbers],
        "Attempt": [{"id": f"r{n}/1", "number": 1, "worker": "w", **state} for n in numbers],
        "AuditRecord": [
            {"id": f"a{n}-{k}", "seq": 2 * n + k, "hash": "0" * 64, **record} for n in numbers for k in (0, 1)
        ],
    }


def _edges(numbers: range) -> dict[str, list[dict[str, Any]]]:
    ends = {
        "Partition_HAS_VERSION_DatasetVersion": ("p", "v", ""),
        "Partition_CURRENT_DatasetVersion": ("p", "v", ""),
        "Partition_NEEDED_BY_JobPartition": ("p", "j", ""),
        "JobPartition_HAS_RUN_Run": ("j", "r", ""),
        "Run_WROTE_DatasetVersion": ("r", "v", ""),
        "Run_HAS_ATTEMPT_Attempt": ("r", "r", "/1"),
    }
    return {
        kind: [{"source": f"{a}{n}", "target": f"{b}{n}{tail}", "properties": {}} for n in numbers]
        for kind, (a, b, tail) in ends.items()
    }


def measure(engine: str, nodes: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.backup"
        with Running(engine) as graph:
            seed(graph, nodes)
            backup = take_backup(graph, path)
        with Running(engine) as graph:
            began = time.monotonic()
            restored = restore(graph, path)
            took = time.monotonic() - began
    size = backup.nodes + backup.edges
    return (
        f"{engine:<9} {backup.nodes:>8} {backup.edges:>8} {backup.size_bytes / 1e6:>7.1f} MB  "
        f"pause {backup.pause_seconds:6.1f} s ({size / backup.pause_seconds:8.0f}/s)  "
        f"restore {took:6.1f} s ({size / took:8.0f}/s)  "
        f"same hash: {'yes' if restored.content_hash == backup.content_hash else 'NO'}"
    )


class Running:
    """A fresh engine with a migrated, empty graph."""

    def __init__(self, engine: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._server: Server = STARTS[engine](Path(self._folder.name))
        self._graph = Graph(self._server.settings)

    def __enter__(self) -> Graph:
        migrate(self._graph)
        return self._graph

    def __exit__(self, *_: object) -> None:
        self._graph.close()
        self._server.stop()
        self._folder.cleanup()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--nodes", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the graph")
    arguments.add_argument("--engine", choices=sorted(STARTS), nargs="+", default=sorted(STARTS))
    given = arguments.parse_args()
    for engine in given.engine:
        for nodes in given.nodes:
            print(measure(engine, nodes), flush=True)  # noqa: T201  this is what it is for


if __name__ == "__main__":
    main()
