"""Posts a seeded stream of OpenLineage events to any server: `python -m benchmarks.ingest [--url U] [--again]`.

The stream is a layered graph of jobs, each with inputs from the layer before, one output and a schema of ten fields: a
START and a COMPLETE for every run, about 1.4 kB each. Every job and dataset is new; with `--again`, each line is
followed by one for the same jobs a day later. Without `--url`, a Neo4j and an API of its own are started and ended.
Prints a Markdown table: one client, sixteen, and one that sends batches of a hundred where the server takes them; of
our own server also what processor time an event costs, and as a yardstick what the same rows cost when they are
written by one bare statement (`--bare`). Before the first line, rounds of other jobs (`--warm`) are sent each way, and
once more, until a round takes no less than those before it: a Neo4j that was just started still translates itself, and
its compiler takes a core that events are measured on. Exit 1 when an event was not taken.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.client import Client
from benchmarks.ingest_bare import write_bare
from benchmarks.lineage_times import timed, warmed
from benchmarks.servers import Busy, Served, own_server
from graph_model.settings import GraphSettings

FIELDS = 10
MOST_ROUNDS = 10
# The first body of each client is not counted, and a 95th percentile is between two.
LEAST = 300
LAYER = 20
PRODUCER = "https://example.org/benchmarks/ingest"
FACETS = "https://openlineage.io/spec/facets"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def stream(seed: int, jobs: int, prefix: str, day: int = 0) -> list[dict[str, Any]]:
    """Two events for each job, in the order in which a scheduler would send them; another day, other runs."""
    chance, runs = random.Random(seed), random.Random(f"{seed}/{day}")
    layers = [[f"{prefix}.source_{number}" for number in range(LAYER)]]
    events: list[dict[str, Any]] = []
    clock = datetime(2013, 1, 5, tzinfo=UTC) + timedelta(days=day)
    for number in range(jobs):
        if number % LAYER == 0:
            layers.append([])
        inputs = chance.sample(layers[-2], 2)
        output = f"{prefix}.table_{number}"
        layers[-1].append(output)
        clock += timedelta(seconds=30)
        events += _run(f"{prefix}.job_{number}", inputs, output, clock, runs)
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
    busy: Busy | None = None

    def row(self, how: str) -> str:
        cuts = statistics.quantiles(self.waits, n=20)
        return (
            f"| {how} | {self.events} | {self.events / self.seconds:.0f} | {1000 * statistics.median(self.waits):.1f} "
            f"| {1000 * cuts[18]:.1f} | {self._cost()} | {self.refused} |"
        )

    def _cost(self) -> str:
        if self.busy is None:
            return ""
        return " / ".join(f"{1000 * used / self.events:.2f}" for used in self.busy.values())


class Sender:
    """Keeps one connection per thread, as clients do."""

    def __init__(self, url: str) -> None:
        self._url, self._own = url, threading.local()

    def send(self, path: str, body: bytes) -> tuple[int, float]:
        """Status, and seconds until the answer was whole."""
        client = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = Client(self._url, timeout=120)
        (status, _), seconds = timed(lambda: client.send("POST", path, body))
        return status, seconds


@dataclass(frozen=True, slots=True)
class Way:
    """How events are sent: so many at once by so many clients."""

    name: str
    clients: int
    batch: int

    def bodies(self, events: Sequence[dict[str, Any]]) -> list[bytes]:
        if self.batch == 1:
            return [json.dumps(event).encode() for event in events]
        return [json.dumps(events[at : at + self.batch]).encode() for at in range(0, len(events), self.batch)]


WAYS = (
    Way("one client", 1, 1),
    Way("sixteen clients", 16, 1),
    Way("batches of 100", 1, 100),
    Way("batches of 100, four clients", 4, 100),
)


def measure(served: Served, way: Way, events: Sequence[dict[str, Any]]) -> Outcome:
    """The first body of each client opens its connection, and is not counted."""
    sender, path = Sender(served.url), _path(way)
    bodies = way.bodies(events)
    first, rest = bodies[: way.clients], bodies[way.clients :]
    with ThreadPoolExecutor(way.clients) as pool:
        list(pool.map(lambda body: sender.send(path, body), first))
        busy, began = served.busy(), time.perf_counter()
        answers = list(pool.map(lambda body: sender.send(path, body), rest))
        seconds, after = time.perf_counter() - began, served.busy()
    used = {what: after[what] - before for what, before in busy.items()} if busy and after else None
    refused = sum(status >= 300 for status, _ in answers)
    return Outcome(len(events) - len(first) * way.batch, seconds, [wait for _, wait in answers], refused, used)


def measure_bare(served: Served, graph: GraphSettings, way: Way, day: int, options: argparse.Namespace) -> Outcome:
    """The same stream with other names. What sixteen clients send at once is written by one, sixteen events at a time,
    as our API does."""
    group = max(way.clients, way.batch)
    for prefix, jobs in (("bare_warm", 2 * group), ("bare", options.jobs)):
        events = stream(options.seed, jobs, f"{prefix}_{way.clients}_{way.batch}", day)
        busy = served.busy()
        seconds, waits = write_bare(graph, events, group=group)
        after = served.busy()
    used = {what: after[what] - before for what, before in busy.items()} if busy and after else None
    return Outcome(len(events), seconds, waits, 0, used)


def _path(way: Way) -> str:
    return "/api/v1/lineage" if way.batch == 1 else "/api/v1/lineage/batch"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="the server, like http://127.0.0.1:5000; without it, one of our own")
    parser.add_argument("--jobs", type=int, default=1500, help="runs for each line of the table")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--warm", type=int, default=1000, help="runs of a warming round, each way; 0: none")
    parser.add_argument("--again", action="store_true", help="also measure the same jobs running again")
    parser.add_argument("--bare", action="store_true", help="also write the same rows by one bare statement each")
    options = parser.parse_args()
    if options.jobs < LEAST:
        parser.error(f"--jobs {options.jobs}: four clients that send batches of a hundred need {LEAST} or more")
    if options.url:
        return _table(Served(options.url, {}), options)
    with own_server() as served:
        return _table(served, options)


def _table(served: Served, options: argparse.Namespace) -> int:
    ways = [way for way in WAYS if _takes(served, way)]
    if options.warm:
        rounds = itertools.count()
        took = warmed(lambda: _warm(served, ways, options, next(rounds)), least=3, most=MOST_ROUNDS)
        say(f"warm after {len(took)} rounds: {', '.join(f'{seconds:.1f} s' for seconds in took)}\n")
    say("| how | events | events/s | p50, ms | p95, ms | ms of processor per event (client / API / graph) | refused |")
    say("|---|---|---|---|---|---|---|")
    refused = 0
    for way in ways:
        for day, what in enumerate(("", ", the same jobs again")[: 1 + options.again]):
            events = stream(options.seed, options.jobs, f"{way.name.replace(' ', '_')}_{options.seed}", day)
            outcome = measure(served, way, events)
            refused += outcome.refused
            say(outcome.row(way.name + what))
            if options.bare and served.graph:
                say(measure_bare(served, served.graph, way, day, options).row(f"bare Cypher, {way.name}{what}"))
    return 1 if refused else 0


def _warm(served: Served, ways: Sequence[Way], options: argparse.Namespace, number: int) -> None:
    """One client alone sends a fourth: its events cost most."""
    for way in ways:
        jobs = options.warm if way.clients * way.batch > 1 else options.warm // 4
        for day in (0, 1):
            measure(served, way, stream(options.seed, jobs, f"warm_{number}_{way.batch}_{way.clients}", day))


def _takes(served: Served, way: Way) -> bool:
    return way.batch == 1 or Sender(served.url).send(_path(way), b"[]")[0] < 300


if __name__ == "__main__":
    sys.exit(main())
