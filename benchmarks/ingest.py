"""Posts a seeded stream of OpenLineage events to any server: `python -m benchmarks.ingest [--url U] [--jobs N]`.

The stream is a layered graph of jobs, each with inputs from the layer before, one output and a schema of ten fields: a
START and a COMPLETE for every run, about 1.4 kB each. Without `--url`, a Neo4j and an API of its own are started and
ended. Prints a Markdown table: one client, sixteen, and one that sends batches of a hundred where the server takes
them. Exit 1 when an event was not taken.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from app.local.children import LOOPBACK, Child, free_port
from benchmarks.fleet import JVM
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.neo4j import JarNeo4j

FIELDS = 10
LAYER = 20
PRODUCER = "https://example.org/benchmarks/ingest"
FACETS = "https://openlineage.io/spec/facets"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def stream(seed: int, jobs: int, prefix: str) -> list[dict[str, Any]]:
    """Two events for each job, in the order in which a scheduler would send them."""
    chance = random.Random(seed)
    layers = [[f"{prefix}.source_{number}" for number in range(LAYER)]]
    events: list[dict[str, Any]] = []
    clock = datetime(2013, 1, 5, tzinfo=UTC)
    for number in range(jobs):
        if number % LAYER == 0:
            layers.append([])
        inputs = chance.sample(layers[-2], 2)
        output = f"{prefix}.table_{number}"
        layers[-1].append(output)
        clock += timedelta(seconds=30)
        events += _run(f"{prefix}.job_{number}", inputs, output, clock, chance)
    return events


def _run(job: str, inputs: Sequence[str], output: str, at: datetime, chance: random.Random) -> Iterator[dict[str, Any]]:
    run = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    for kind, moment in (("START", at), ("COMPLETE", at + timedelta(seconds=20))):
        yield {
            "eventType": kind,
            "eventTime": moment.isoformat(),
            "producer": PRODUCER,
            "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
            "run": {"runId": run, "facets": {}},
            "job": {"namespace": "benchmark", "name": job, "facets": {}},
            "inputs": [{"namespace": "warehouse", "name": name, "facets": {}} for name in inputs],
            "outputs": [{"namespace": "warehouse", "name": output, "facets": {"schema": _schema(output)}}],
        }


def _schema(name: str) -> dict[str, Any]:
    fields = [{"name": f"column_{number}_of_{name[-12:]}", "type": "VARCHAR(200)"} for number in range(FIELDS)]
    return {"_producer": PRODUCER, "_schemaURL": f"{FACETS}/1-2-0/SchemaDatasetFacet.json", "fields": fields}


@dataclass(frozen=True, slots=True)
class Outcome:
    events: int
    seconds: float
    waits: list[float]
    refused: int

    def row(self, how: str) -> str:
        cuts = statistics.quantiles(self.waits, n=20)
        return (
            f"| {how} | {self.events} | {self.events / self.seconds:.0f} | {1000 * statistics.median(self.waits):.1f} "
            f"| {1000 * cuts[18]:.1f} | {self.refused} |"
        )


class Sender:
    """Keeps one connection per thread, as clients do."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._own = threading.local()

    def send(self, path: str, body: bytes) -> tuple[int, float]:
        """Status, and seconds until the answer was whole. A connection that the server closed is opened again."""
        began = time.perf_counter()
        try:
            status = self._post(path, body)
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            self._own.connection.close()
            status = self._post(path, body)
        return status, time.perf_counter() - began

    def _post(self, path: str, body: bytes) -> int:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._address.hostname or "", self._address.port, timeout=120)
            self._own.connection = connection
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        return response.status


def measure(sender: Sender, path: str, bodies: Sequence[bytes], *, events: int, clients: int) -> Outcome:
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda body: sender.send(path, body), bodies[:clients]))
        rest = bodies[clients:]
        began = time.perf_counter()
        answers = list(pool.map(lambda body: sender.send(path, body), rest))
        seconds = time.perf_counter() - began
    refused = sum(status >= 300 for status, _ in answers)
    return Outcome(events * len(rest) // len(bodies), seconds, [wait for _, wait in answers], refused)


@contextmanager
def own_server() -> Iterator[str]:
    """A Neo4j with the memory of a small server, and an API process before it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        neo4j = JarNeo4j(folder, jvm=JVM)
        neo4j.start()
        try:
            with Graph(neo4j.settings) as graph:
                migrate(graph)
            with own_api(neo4j.settings, folder) as url:
                yield url
        finally:
            neo4j.stop()


@contextmanager
def own_api(settings: GraphSettings, folder: Path) -> Iterator[str]:
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
        yield url
    finally:
        api.stop()


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310  an address of our own
            return answer.status == 200
    except OSError:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="the server, like http://127.0.0.1:5000; without it, one of our own")
    parser.add_argument("--jobs", type=int, default=500, help="runs for each line of the table")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.url:
        return _table(options.url, options.seed, options.jobs)
    with own_server() as url:
        return _table(url, options.seed, options.jobs)


def _table(url: str, seed: int, jobs: int) -> int:
    sender = Sender(url)
    path = urlsplit(url).path.rstrip("/") + "/api/v1/lineage"
    say("| how | events | events/s | p50, ms | p95, ms | refused |\n|---|---|---|---|---|---|")
    refused = 0
    for how, clients, batch in (("one client", 1, 1), ("sixteen clients", 16, 1), ("batches of 100", 1, 100)):
        events = stream(seed, jobs, f"{how.replace(' ', '_')}_{seed}")
        if batch == 1:
            bodies = [json.dumps(event).encode() for event in events]
        else:
            bodies = [json.dumps(events[start : start + batch]).encode() for start in range(0, len(events), batch)]
        target = path if batch == 1 else f"{path}/batch"
        if batch > 1 and sender.send(target, b"[]")[0] >= 300:
            say(f"| {how} | 0 | the server takes no batches | | | |")
            continue
        outcome = measure(sender, target, bodies, events=len(events), clients=clients)
        refused += outcome.refused
        say(outcome.row(how))
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
