"""A server of our own for a benchmark: a Neo4j and an API process before it, and what processor time they use."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

from app.local.children import LOOPBACK, Child, free_port
from benchmarks.fleet import JVM
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.neo4j import JarNeo4j

Busy = dict[str, float]
"""Seconds of processor time, by process: the client, the API, the graph."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server to measure. `processes`: those of it that are ours, by what they are; `graph`: the graph behind it."""

    url: str
    processes: dict[str, int]
    graph: GraphSettings | None = None

    def busy(self) -> Busy | None:
        if not self.processes:
            return None
        servers = {what: _used(psutil.Process(pid)) for what, pid in self.processes.items()}
        return {"client": time.process_time(), **servers}


def _used(process: psutil.Process) -> float:
    """With what it started: a server of our own is the child of one that ends with us."""
    return sum(sum(each.cpu_times()[:2]) for each in (process, *process.children(recursive=True)))


@contextmanager
def own_server() -> Iterator[Served]:
    """A Neo4j with the memory that `docker-compose.yml` gives it, and an API process before it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        neo4j = JarNeo4j(folder, jvm=JVM, pages_mb=512, search_seconds=1)
        neo4j.start()
        try:
            with Graph(neo4j.settings) as graph:
                migrate(graph)
            with own_api(neo4j.settings, folder) as api:
                url, pid = api
                yield Served(url, {"API": pid, "graph": neo4j.pid}, neo4j.settings)
        finally:
            neo4j.stop()


@contextmanager
def own_api(settings: GraphSettings, folder: Path) -> Iterator[tuple[str, int]]:
    """Its address and its process."""
    port = free_port()
    own = {
        "HEADWATER_GRAPH_URI": settings.uri,
        "HEADWATER_GRAPH_USER": settings.user,
        "HEADWATER_GRAPH_PASSWORD": settings.password.get_secret_value(),
        "HEADWATER_HOME": str(folder / "no-home"),
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")} | own
    command = [sys.executable, "-m", "app.cli.main", "api", "--port", str(port)]
    api = Child.start("api", command, log=folder / "api.log", environment=environment)
    try:
        url = f"http://{LOOPBACK}:{port}"
        deadline = time.monotonic() + 60
        while not _answers(url):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the API does not answer: {api.last_words(3)}")
            time.sleep(0.2)
        yield url, api.pid
    finally:
        api.stop()


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310  an address of our own
            return answer.status == 200
    except OSError:
        return False
