"""What a long backfill costs: `python -m benchmarks.orchestration_backfill [--jobs N] [--engine E]`.

Starts a graph of its own with a network of daily jobs whose raw data lies there, and plans, starts and carries on
backfills of it, of a tenth of five years and of all five. Told are the seconds of each, how much longer ten times as
many steps take (a ratio: 10 is a straight line), and what one look of the steward costs beside it (a ratio of 1: it
does not grow with the line). Then everything is written as if it had run, and planned again: what of it is good
already has to be found out. The plan of five years must be there in ten seconds; else the exit code is 1.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, LiteralString

from benchmarks.lineage import start
from benchmarks.lineage_times import row, say, table, timed
from graph_model.names import dataset_id, job_id, job_partition_id, partition_id
from graph_model.orders.control import cancel
from graph_model.orders.entities import Origin, Request, Terms
from graph_model.orders.plan import plan_order
from graph_model.orders.selectors import Keys
from graph_model.orders.start import order
from graph_model.replays.carry_on import carry_on
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.protocol import a_job, declare, name
from tests.support.servers import driver_for

FIRST = date(2013, 1, 1)
LONG, SHORT = 1826, 183
MOST_SECONDS = 10.0
LOOKS = 5
BATCH = 2000

_THERE: LiteralString = """
UNWIND $rows AS x
MERGE (p:Partition {id: x.partition}) ON CREATE SET p.dataset = x.dataset, p.key = x.key
CREATE (v:DatasetVersion {id: x.version, dataset: x.dataset, partition: x.partition, key: x.key, state: 'PUBLISHED',
  content_hash: x.version, format: 'csv', location: x.version, metrics: '{}'})
CREATE (p)-[:HAS_VERSION]->(v)
CREATE (p)-[:CURRENT]->(v)
"""
_MADE: LiteralString = """
UNWIND $rows AS x
MATCH (v:DatasetVersion {id: x.version})
MATCH (j:Job {id: x.job})
MERGE (jp:JobPartition {id: x.job_partition}) ON CREATE SET jp.job = x.job, jp.key = x.key
CREATE (r:Run {id: 'run-' + x.version, kind: 'job', job: x.job, job_partition: x.job_partition, key: x.key,
  state: 'SUCCEEDED', definition_hash: j.definition_hash, input_set: x.version, created_at: datetime(), priority: 0})
CREATE (jp)-[:HAS_RUN]->(r)
CREATE (r)-[:WROTE]->(v)
WITH r, x
UNWIND x.reads AS id
MATCH (i:DatasetVersion {id: id})
CREATE (i)-[:READ_BY]->(r)
"""


@dataclass(frozen=True, slots=True)
class Network:
    """`reads`: for each job the places of the jobs that it reads; the first one reads the raw data."""

    reads: tuple[tuple[int, ...], ...]

    def dataset(self, place: int) -> str:
        return f"d{place}"


def draw(jobs: int) -> Network:
    """Each reads the one before and one from halfway back, as pipelines do that join."""
    return Network(tuple(() if place == 0 else tuple(sorted({place - 1, place // 2})) for place in range(jobs)))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.orchestration_backfill")
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--engine", choices=("neo4j", "arcadedb"), default="neo4j")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        server, _ = start(asked.engine, Path(folder))
        try:
            with Graph(server.settings) as graph:
                migrate(graph)
                return measure(graph, draw(asked.jobs))
        finally:
            server.stop()


def measure(graph: Graph, network: Network) -> int:
    with driver_for(graph.settings) as driver:
        _declare(driver, graph, network)
        _write(driver, graph, [_version("raw", key) for key in _keys(LONG)])
        short, long = _backfill(graph, SHORT), _backfill(graph, LONG)
        _made(driver, graph, network)
        again = timed(lambda: plan_order(graph, _request(LONG)))
    _tell(short, long, again[1])
    left = len(again[0].tasks)
    if left or long["plan"] > MOST_SECONDS or again[1] > MOST_SECONDS:
        say(f"\nwrong: {left} steps of what is good already, planned in {long['plan']:.1f} and {again[1]:.1f} s")
        return 1
    return 0


def _backfill(graph: Graph, days: int) -> dict[str, float]:
    request = _request(days)
    plan, planned = timed(lambda: plan_order(graph, request))
    made, started = timed(lambda: order(graph, request, by="benchmark", reason="to be measured"))
    carry_on(graph)
    looks = [timed(lambda: carry_on(graph))[1] for _ in range(LOOKS)]
    ready = graph.rows("runs.get_run_count", job=None, state="READY", open_only=True)[0]["total"]
    cancel(graph, made.order or "", by="benchmark", reason="measured")
    _clear(graph)
    return {
        "steps": len(plan.tasks),
        "plan": planned,
        "start": started,
        "look": statistics.median(looks),
        "ready": ready,
    }


def _tell(short: dict[str, float], long: dict[str, float], again: float) -> None:
    table("Backfill", "", f"{short['steps']:,} steps", f"{long['steps']:,} steps", "ratio")
    for what, words in (("plan", "planned"), ("start", "planned and started"), ("look", "one look of the steward")):
        say(row(words, f"{short[what]:.2f} s", f"{long[what]:.2f} s", f"{long[what] / short[what]:.1f}"))
    say(row("READY at once", f"{short['ready']:.0f}", f"{long['ready']:.0f}", ""))
    say(row("planned where all is good already", "", f"{again:.2f} s", f"{again / long['plan']:.1f} of a new one"))


def _request(days: int) -> Request:
    keys = _keys(days)
    return Request(Origin.BACKFILL, ("namespace:test",), keys=Keys(keys[0], keys[-1]), terms=Terms())


def _keys(days: int) -> list[str]:
    return [(FIRST + timedelta(days=day)).isoformat() for day in range(days)]


def _declare(driver: Any, graph: Graph, network: Network) -> None:
    jobs = tuple(
        a_job(f"j{place}", {network.dataset(one): "same" for one in reads} or {"raw": "same"}, network.dataset(place))
        for place, reads in enumerate(network.reads)
    )
    datasets = ("raw", *(network.dataset(place) for place in range(len(jobs))))
    declare(driver, graph.settings.database, datasets=datasets, jobs=jobs)


def _version(dataset: str, key: str) -> dict[str, Any]:
    of = dataset_id(name(dataset))
    return {"dataset": of, "partition": partition_id(of, key), "key": key, "version": f"{dataset}@{key}"}


def _made(driver: Any, graph: Graph, network: Network) -> None:
    """Everything, as if it had run on what is there."""
    for place, reads in enumerate(network.reads):
        job, dataset = job_id(name(f"j{place}")), network.dataset(place)
        rows = [
            {
                **_version(dataset, key),
                "job": job,
                "job_partition": job_partition_id(job, key),
                "reads": [f"{network.dataset(one)}@{key}" for one in reads] or [f"raw@{key}"],
            }
            for key in _keys(LONG)
        ]
        _write(driver, graph, rows)
        for begin in range(0, len(rows), BATCH):
            driver.execute_query(_MADE, rows=rows[begin : begin + BATCH], database_=graph.settings.database)


def _write(driver: Any, graph: Graph, rows: Sequence[dict[str, Any]]) -> None:
    for begin in range(0, len(rows), BATCH):
        driver.execute_query(_THERE, rows=list(rows[begin : begin + BATCH]), database_=graph.settings.database)


def _clear(graph: Graph) -> None:
    """Without the runs that were made ready, so that they are not in the way of the next one."""
    from graph_model.runs.cancel import cancel as cancel_run

    for found in graph.rows("runs.list_open_runs", job=None, state=None, after=None, limit=1000):
        cancel_run(graph, found["id"], by="benchmark", reason="measured")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
