"""How long a search takes among many datasets: `python -m benchmarks.search --datasets 10000`.

Starts each engine in a folder that is thrown away and plants datasets with ten columns, owners, tags and descriptions,
and a job for every tenth. Each text is searched several times after a first one; the table has the median and the worst
in milliseconds, and says whether both engines gave the same things in the same order.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph_model.names import Name, dataset_id, dataset_name_id, field_id, job_id
from graph_model.search.find import search
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.arcadedb import start_arcadedb
from tests.support.neo4j import start_neo4j
from tests.support.servers import driver_for

STARTS = {"arcadedb": start_arcadedb, "neo4j": start_neo4j}
SUBJECTS = ("orders", "flights", "customers", "invoices", "weather", "payments", "sessions", "shipments")
STAGES = ("raw", "clean", "daily", "monthly", "joined")
COLUMNS = ("id", "created_at", "amount", "carrier", "country", "email", "status", "delay", "price", "quantity")
TEXTS = {
    "one exact name": "raw_orders_0",
    "a word of many names": "orders",
    "a column of all": "carrier",
    "two words in different fields": "flights email",
    "a description": "departure",
    "an owner": "team7",
    "a typo": "shipmets",
    "nothing": "zebra",
}
AT_ONCE = 1000
PLANT = """
UNWIND $rows AS row
CREATE (d:Dataset {id: row.id, namespace: 'bench', name: row.name, format: 'parquet', description: row.description,
  tags: [row.tag], scope: 'bench'})
CREATE (:DatasetName {id: row.name_id, namespace: 'bench', name: row.name})-[:NAMES]->(d)
MERGE (o:Owner {id: row.owner}) ON CREATE SET o.name = row.owner
CREATE (d)-[:OWNED_BY]->(o)
CREATE (d)-[:HAS_SCHEMA {valid_from: datetime('2024-01-01T00:00:00Z'), valid_to: datetime('9999-12-31T00:00:00Z'),
  recorded_at: datetime('2024-01-01T00:00:00Z'), retracted_at: datetime('9999-12-31T00:00:00Z')}]->
  (s:SchemaVersion {id: 'sv_' + row.name, dataset: d.id})
WITH row, s
UNWIND row.fields AS field
CREATE (s)-[:HAS_FIELD {type: 'string', position: 0}]->(:Field {id: field.id, dataset: row.id, path: field.path})
"""
JOBS = (
    "UNWIND $rows AS row CREATE (:Job {id: row.id, namespace: 'bench', name: row.name, description: '', kind: 'sql'})"
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--datasets", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--engine", choices=tuple(STARTS), action="append")
    chosen = options.parse_args()
    found = {engine: measure(engine, chosen.datasets, chosen.rounds) for engine in chosen.engine or STARTS}
    sys.stdout.write(f"{chosen.datasets} datasets, {len(COLUMNS)} columns each, {chosen.datasets // 10} jobs\n")
    sys.stdout.write("\n".join(_table(found)) + "\n")


def _table(found: dict[str, dict[str, tuple[list[float], list[str]]]]) -> Iterator[str]:
    yield "| search | " + " | ".join(f"{engine}: median, worst (ms)" for engine in found) + " | same |"
    yield "|---|" + "---|" * len(found) + "---|"
    for what in TEXTS:
        times = [f"{statistics.median(rows[what][0]):.0f}, {max(rows[what][0]):.0f}" for rows in found.values()]
        same = len({tuple(rows[what][1]) for rows in found.values()}) == 1
        yield f"| {what} | " + " | ".join(times) + f" | {'yes' if same else 'no'} |"


def measure(engine: str, datasets: int, rounds: int) -> dict[str, tuple[list[float], list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        server = STARTS[engine](Path(folder))
        try:
            with Graph(server.settings) as graph, driver_for(server.settings) as driver:
                migrate(graph)
                for rows in _batches(list(_rows(datasets))):
                    driver.execute_query(PLANT, rows=rows, database_=server.settings.database)
                driver.execute_query(JOBS, rows=list(_jobs(datasets // 10)), database_=server.settings.database)
                return {what: _timed(graph, text, rounds) for what, text in TEXTS.items()}
        finally:
            server.stop()


def _timed(graph: Graph, text: str, rounds: int) -> tuple[list[float], list[str]]:
    names = [str(hit.thing.name) for hit in search(graph, text).hits]
    times: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        search(graph, text)
        times.append((time.perf_counter() - start) * 1000)
    return times, names


def _rows(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        subject, stage = SUBJECTS[number % len(SUBJECTS)], STAGES[number // len(SUBJECTS) % len(STAGES)]
        name = Name("bench", f"{stage}_{subject}_{number}")
        yield {
            "id": dataset_id(name),
            "name_id": dataset_name_id(name),
            "name": name.name,
            "description": f"{stage} {subject}, by {'departure' if number % 50 == 0 else 'day'} of {number % 97}",
            "tag": f"tag{number % 20}",
            "owner": f"team{number % 30}@example.org",
            "fields": [{"id": field_id(dataset_id(name), path), "path": path} for path in COLUMNS],
        }


def _jobs(count: int) -> Iterator[dict[str, str]]:
    for number in range(count):
        name = Name("bench", f"make_{SUBJECTS[number % len(SUBJECTS)]}_{number}")
        yield {"id": job_id(name), "name": name.name}


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


if __name__ == "__main__":
    main()
