"""Whether the queue stays flat: `python -m benchmarks.orchestration [--past N …] [--waiting N]`.

Starts a Neo4j of its own, plants runs of the past and job partitions that wait for what is not there, and plays the
whole protocol on top, without processes: reports by the hundred, validations that are claimed and finished sixteen at a
time, so that publishing makes runs ready, and these runs claimed and finished the same way. Prints, for each number of
past runs, how many were reported, made ready, claimed and finished per second, and each as a ratio to the first line.
Then one publish that readies a thousand job partitions, beside a thousand that ready one each.

`--hits` counts what the graph touches for each run instead, and names the queries for which that grows: the times of a
busy machine do not tell.

The figures hold for the machine that printed them; the ratios travel better: 1.0 is flat.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import neo4j

from benchmarks.fleet import JVM
from benchmarks.hits import hits_counted
from benchmarks.lineage_times import say
from graph_model.errors import DomainError
from graph_model.names import Name, job_id, job_partition_id, partition_id
from graph_model.readiness.evaluate import MARK_GRACE_MS, evaluate_marks
from graph_model.runs.claim import claim
from graph_model.runs.entities import ClaimedRun
from graph_model.runs.finish import finish_runs
from graph_model.runs.lease import heartbeat
from graph_model.runs.repository import count_runs
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from graph_model.versions.entities import Report
from graph_model.versions.report import report_versions
from tests.support.neo4j import JarNeo4j
from tests.support.protocol import Fleet, a_job, declare, name
from tests.support.servers import driver_for

PAST = (1_000, 100_000, 1_000_000)
WAITING = 100_000
OLD_JOBS, PLAYED, TOGETHER, FAN = 1_000, 600, 16, 1_000
BATCH = 5_000
# Planting a million runs may take longer than a lease lasts.
LEASE_SECONDS = 86_400.0
# A statement that is profiled on a busy machine takes its time.
PATIENCE_SECONDS = 120.0
FIRST = date(2013, 1, 1)
OLDEST = date(1400, 1, 1)
COLUMNS = ("past runs", "waiting", "reported/s", "made ready/s", "claimed/s", "finished/s", "one claim, ms")
T = TypeVar("T")

_PAST: LiteralString = """
UNWIND $rows AS x
CREATE (jp:JobPartition {id: x.job_partition, job: x.job, key: x.key})
CREATE (r:Run {id: x.id, kind: 'job', job: x.job, job_partition: x.job_partition, key: x.key, state: 'SUCCEEDED',
  definition_hash: 'old', input_set: x.id, generation: 0, priority: 0, fence: 1, attempts: 1, failures: 0, losses: 0,
  reason: '', metrics: '{}', created_at: datetime(x.at), started_at: datetime(x.at), ended_at: datetime(x.at)})
CREATE (jp)-[:HAS_RUN]->(r)
CREATE (r)-[:HAS_ATTEMPT]->(:Attempt {id: x.id + '/1', number: 1, worker: 'w-old', outcome: 'SUCCEEDED',
  started_at: datetime(x.at), ended_at: datetime(x.at)})
"""
_WAITING: LiteralString = """
UNWIND $rows AS x
CREATE (p:Partition {id: x.partition, dataset: x.dataset, key: x.key})
CREATE (jp:JobPartition {id: x.job_partition, job: x.job, key: x.key, wiring: 'planted'})
CREATE (p)-[:NEEDED_BY {dataset: x.dataset, required: true, triggers: true, asks: false}]->(jp)
"""


@dataclass(slots=True)
class Played:
    """What one round of the whole protocol took, in seconds by step, and each claim."""

    seconds: dict[str, float] = field(default_factory=dict)
    claims: list[float] = field(default_factory=list)

    def rate(self, step: str) -> float:
        return PLAYED / self.seconds[step]


class Bench:
    """A graph, and a worker without processes."""

    def __init__(self, graph: Graph, driver: neo4j.Driver) -> None:
        self.graph, self.driver = graph, driver
        self.fleet = Fleet(graph, "w-bench")
        heartbeat(graph, self.fleet.worker, lease_seconds=LEASE_SECONDS)
        self._planted = self._day = 0

    def plant_past(self, until: int) -> None:
        """Runs of the past, up to `until` of them: a thousand jobs, day by day."""
        for start in range(self._planted, until, BATCH):
            self._write(_PAST, [_past(number) for number in range(start, min(start + BATCH, until))])
        self._planted = until

    def plant_waiting(self, count: int) -> None:
        """Job partitions that wait for something that is not there."""
        for start in range(0, count, BATCH):
            self._write(_WAITING, [_waiting(number) for number in range(start, min(start + BATCH, count))])

    def play(self) -> Played:
        """Reports the next days of `raw`, whose validations make runs of `clean` ready, and plays all of it."""
        played = Played()
        keys = self._next(PLAYED)
        played.seconds["reported"] = _timed(lambda: self._report("raw", keys))
        validations, _ = self._claim_all()
        played.seconds["made ready"] = _timed(lambda: self._finish(validations))
        runs, played.seconds["claimed"] = self._claim_all(played.claims)
        assert len(runs) == PLAYED, f"{len(runs)} runs became ready, not {PLAYED}"
        played.seconds["finished"] = _timed(lambda: self._finish(runs))
        return played

    def fan_out(self) -> tuple[float, float]:
        """Seconds from the end of one validation until its thousand runs are ready: to publish, and until the last."""
        (key,) = self._next(1)
        self._report("hub", [key])
        (validation,) = claim(self.graph, self.fleet.worker, slots=1)
        began = time.perf_counter()
        finish_runs(self.graph, [self.fleet.ending(validation)])
        published = time.perf_counter() - began
        time.sleep(MARK_GRACE_MS / 1000)
        while count_runs(self.graph, open_only=True) < FAN:
            evaluate_marks(self.graph)
        ready = time.perf_counter() - began
        self._drain()
        return published, ready

    def _drain(self) -> None:
        while runs := claim(self.graph, self.fleet.worker, slots=TOGETHER):
            self._finish(runs)

    def _report(self, dataset: str, keys: Sequence[str]) -> None:
        for some in _in_batches(keys, 100):
            receipts = report_versions(self.graph, [Report(name(dataset), key, reported_by="bench") for key in some])
            assert not any(isinstance(receipt, DomainError) for receipt in receipts)

    def _claim_all(self, each: list[float] | None = None) -> tuple[list[ClaimedRun], float]:
        """All that can be claimed, in the manner of a worker that has sixteen slots free; and the seconds it took."""
        found: list[ClaimedRun] = []
        began = time.perf_counter()
        while len(found) < PLAYED:
            before = time.perf_counter()
            won = claim(self.graph, self.fleet.worker, slots=TOGETHER)
            if each is not None:
                each.append(time.perf_counter() - before)
            if not won:
                break
            found.extend(won)
        return found, time.perf_counter() - began

    def _finish(self, runs: Sequence[ClaimedRun]) -> None:
        for some in _in_batches(runs, TOGETHER):
            finish_runs(self.graph, [self.fleet.ending(run) for run in some])

    def _next(self, count: int) -> list[str]:
        self._day += count
        return [(FIRST + timedelta(self._day - count + number)).isoformat() for number in range(count)]

    def _write(self, statement: LiteralString, rows: list[dict[str, Any]]) -> None:
        self.driver.execute_query(statement, rows=rows, database_=self.graph.settings.database)


def main() -> None:
    parser = argparse.ArgumentParser(description="Whether the queue stays flat, on Neo4j.")
    parser.add_argument("--past", type=int, nargs="+", default=list(PAST), help="how many runs there were before")
    parser.add_argument("--waiting", type=int, default=WAITING, help="how many job partitions wait besides")
    parser.add_argument("--hits", action="store_true", help="count what is touched, instead of taking times")
    arguments = parser.parse_args()
    say(f"{os.cpu_count()} cores, Python {platform.python_version()}, Neo4j 5.26 with 1 GiB of heap\n")
    logging.getLogger("neo4j.notifications").setLevel(logging.ERROR)  # a new graph knows few of its labels
    with tempfile.TemporaryDirectory() as folder:
        server = JarNeo4j(Path(folder), jvm=JVM)
        server.start()
        try:
            with (
                Graph(server.settings.model_copy(update={"timeout": PATIENCE_SECONDS})) as graph,
                driver_for(server.settings) as driver,
            ):
                migrate(graph)
                how = count_hits if arguments.hits else measure
                how(a_bench(graph, driver, arguments.waiting), sorted(arguments.past), arguments.waiting)
        finally:
            server.stop()


def a_bench(graph: Graph, driver: neo4j.Driver, waiting: int) -> Bench:
    """With its estate declared, all that waits planted, and everything compiled."""
    bench = Bench(graph, driver)
    fan = tuple(a_job(f"fan_{number}", {"hub": "same"}, f"fanned_{number}") for number in range(FAN))
    made = tuple(f"fanned_{number}" for number in range(FAN))
    declare(
        bench.driver,
        bench.graph.settings.database,
        datasets=("raw", "clean", "hub", *made),
        jobs=(a_job("clean", {"raw": "same"}, "clean"), *fan),
    )
    bench.plant_waiting(waiting)
    bench.play()
    return bench


def count_hits(bench: Bench, past: Sequence[int], waiting: int) -> None:
    """By query and for each run, what is touched with so many past runs."""
    found: list[Counter[str]] = []
    for count in past:
        bench.plant_past(count)
        with hits_counted() as hits:
            bench.play()
        found.append(hits)
    counts = [f"{count:,} past" for count in past]
    say(f"| touched for each run, {waiting:,} waiting | {' | '.join(counts)} |\n|{'---|' * (len(past) + 1)}")
    for query, _ in found[-1].most_common():
        say(f"| {query} | {' | '.join(f'{hits[query] / PLAYED:.1f}' for hits in found)} |")
    say(f"| all | {' | '.join(f'{hits.total() / PLAYED:.1f}' for hits in found)} |")


def measure(bench: Bench, past: Sequence[int], waiting: int) -> None:
    say(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    first: Played | None = None
    for count in past:
        bench.plant_past(count)
        played = bench.play()
        first = first or played
        say(line(count, waiting, played, first))
    published, ready = bench.fan_out()
    alone = first.seconds["made ready"] / PLAYED if first else 0.0
    say(f"\nOne publish that readies {FAN:,} job partitions: published after {published * 1000:.0f} ms, the last is")
    say(f"ready after {ready:.1f} s: {FAN / ready:.0f}/s, {FAN / ready * alone:.1f} times what one by one does.")


def line(past: int, waiting: int, played: Played, first: Played) -> str:
    rates = [f"{played.rate(step):.0f} ({played.rate(step) / first.rate(step):.2f})" for step in played.seconds]
    claims = sorted(played.claims)
    return f"| {past:,} | {waiting:,} | {' | '.join(rates)} | {claims[len(claims) // 2] * 1000:.1f} |"


def _past(number: int) -> dict[str, Any]:
    job = job_id(Name("old", f"job_{number % OLD_JOBS}"))
    key = (OLDEST + timedelta(number // OLD_JOBS)).isoformat()
    own = job_partition_id(job, key)
    at = f"2012-01-01T{number % 24:02d}:{number % 60:02d}:00Z"
    return {"id": f"rn_old_{number}", "job": job, "job_partition": own, "key": key, "at": at}


def _waiting(number: int) -> dict[str, Any]:
    job = job_id(Name("waits", f"job_{number % OLD_JOBS}"))
    key = (FIRST + timedelta(number // OLD_JOBS)).isoformat()
    dataset = f"ds_waits_{number % OLD_JOBS}"
    own = job_partition_id(job, key)
    return {"job": job, "key": key, "job_partition": own, "dataset": dataset, "partition": partition_id(dataset, key)}


def _in_batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
