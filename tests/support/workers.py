"""Real worker processes for tests, with short leases, and jobs whose pace the test decides."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import neo4j
import psutil

from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.partitions.rules import Mapping
from graph_model.runs.entities import Run, RunState
from graph_model.runs.repository import runs
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Receipt, Report
from graph_model.versions.report import report_version
from tests.support.protocol import DAILY, declare, name

T = TypeVar("T")

DAY = "2013-01-05"
PATIENCE_SECONDS = 60.0
HURRIED = {
    "HEADWATER_WORKER_LEASE_SECONDS": "4",
    "HEADWATER_WORKER_HEARTBEAT_SECONDS": "0.5",
    "HEADWATER_WORKER_SWEEP_SECONDS": "0.3",
    "HEADWATER_WORKER_STOP_SECONDS": "0.5",
}
# A job that says where it is, waits until the test lets it go, and copies its input.
COPY = """
import json, os, pathlib, shutil, sys, time
project = pathlib.Path(__file__).parent
def build(inputs, outputs, partition):
    if (project / "hold").exists():
        (project / f"started-{os.getpid()}").touch()
    while (project / "hold").exists():
        time.sleep(0.02)
    (output,) = outputs.values()
    (only,) = inputs.values()
    shutil.copy(only.paths[0], output.path)
"""


def until(found: Callable[[], T], *, seconds: float = PATIENCE_SECONDS, what: str = "it") -> T:
    """What `found` gives once it is true; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    while True:
        result = found()
        if result:
            return result
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


@dataclass
class Place:
    """A storage root and a project folder on disk, and the graph that workers are pointed to."""

    graph: Graph
    driver: neo4j.Driver
    folder: Path
    workers: list[WorkerProcess] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "data"

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def prepare(self) -> None:
        for folder in (self.root / "raw", self.project):
            folder.mkdir(parents=True)
        (self.root / "raw" / f"{DAY}.csv").write_text("id,amount\n1,10\n2,20\n")
        (self.project / "jobs.py").write_text(COPY)

    def declare(self, *jobs: JobSpec) -> None:
        datasets = {"raw", *(output.name for job in jobs for output in job.outputs)}
        declare(self.driver, self.graph.settings.database, datasets=tuple(sorted(datasets)), jobs=jobs)

    def copying(self, job: str, source: str, target: str, *, retries: int = 0) -> JobSpec:
        """A job that copies one dataset into another."""
        executor = {"function": "jobs:build", "project": str(self.project)}
        return self._job(job, "python", executor, source, target, retries=retries)

    def calling(self, job: str, argv: list[str], *, timeout_seconds: float = 60.0, retries: int = 0) -> JobSpec:
        """A shell job from `raw` to `out`."""
        executor = {"argv": argv, "project": str(self.project)}
        return self._job(job, "shell", executor, "raw", "out", retries=retries, timeout_seconds=timeout_seconds)

    def report(self, day: str = DAY) -> Receipt:
        return report_version(self.graph, Report(name("raw"), day, reported_by="test"))

    def run_of(self, job: str) -> Run | None:
        found = runs(self.graph, job=name(job))
        return found[0] if found else None

    def ended(self, job: str) -> Run:
        """The newest run of a job, once it has ended."""
        over = (RunState.SUCCEEDED, RunState.FAILED)
        found = until(lambda: [run for run in [self.run_of(job)] if run and run.state in over], what=f"{job} to end")
        return found[0]

    def hold(self) -> None:
        (self.project / "hold").touch()

    def let_go(self) -> None:
        (self.project / "hold").unlink()

    def job_process(self, *, other_than: int = 0) -> psutil.Process:
        """The process of a held job, once it runs."""
        pids = until(lambda: [p for p in self._started() if p != other_than], what="a job to start")
        return psutil.Process(pids[0])

    def staging(self) -> list[Path]:
        """All folders that belong to attempts, of outputs and of scratch."""
        return [path for path in self.root.glob("*/*/*") if path.is_dir()] + list(self.root.glob(".runs/*"))

    def start_worker(self, *, broker_url: str | None = None, **settings: str) -> WorkerProcess:
        """`settings` are further environment variables."""
        extra = {**settings, **({"HEADWATER_BROKER_URL": broker_url} if broker_url else {})}
        worker = WorkerProcess(self, number=len(self.workers), settings=extra)
        self.workers.append(worker)
        return worker

    def _started(self) -> list[int]:
        return [int(path.name.partition("-")[2]) for path in self.project.glob("started-*")]

    def _job(self, job: str, kind: str, executor: dict, source: str, target: str, **more: object) -> JobSpec:  # type: ignore[type-arg]
        inputs = (InputSpec(name(source), Mapping()),)
        return JobSpec(name(job), kind, executor, inputs, (name(target),), DAILY, **more)  # type: ignore[arg-type]


class WorkerProcess:
    """One `python -m workers`, with its log in a file."""

    def __init__(self, place: Place, *, number: int, settings: dict[str, str]) -> None:
        self.log_file = place.folder / f"worker-{number}.log"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers"],
                env=environment(place.graph.settings, place.root) | settings,
                stderr=log,
                stdout=log,
                start_new_session=True,
            )

    @property
    def log(self) -> list[dict[str, object]]:
        """What it has said so far."""
        lines = self.log_file.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def says(self, event: str) -> bool:
        return self.count(event) > 0

    def count(self, event: str) -> int:
        """How often it has said that."""
        return sum(line["event"] == event for line in self.log)

    def ready(self) -> WorkerProcess:
        until(lambda: self.says("worker is ready"), what="the worker")
        return self

    def hearing(self) -> WorkerProcess:
        until(lambda: self.says("the bell is heard"), what="the bell")
        return self

    def stop(self) -> int:
        """Asks it to end; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def a_place(graph: Graph, driver: neo4j.Driver, folder: Path) -> Iterator[Place]:
    """A place whose workers are gone at the end, however the test went; their logs are printed, for a failure."""
    place = Place(graph, driver, folder)
    place.prepare()
    try:
        yield place
    finally:
        for worker in place.workers:
            if worker.process.poll() is None:
                worker.kill()
            sys.stdout.write(worker.log_file.read_text())


def environment(settings: GraphSettings, root: Path) -> dict[str, str]:
    own = {
        "HEADWATER_GRAPH_URI": settings.uri,
        "HEADWATER_GRAPH_USER": settings.user,
        "HEADWATER_GRAPH_PASSWORD": settings.password.get_secret_value(),
        "HEADWATER_GRAPH_DATABASE": settings.database,
        "HEADWATER_STORAGE_ROOT": str(root),
        "HEADWATER_HOME": str(root / "no-home"),
        **HURRIED,
    }
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HEADWATER_")}
    return inherited | own
