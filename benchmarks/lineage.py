"""What questions about lineage cost: `python -m benchmarks.lineage [--edges N …] [--engine neo4j|arcadedb] [--url U]`.

Starts a graph of its own, loads a seeded estate into it, and asks for many roots what lies down and up, now and in the
past, by dataset and by column, at several depths. Beside each answer stands what the bare driver takes for the same
edges, and what NetworkX takes for a walk in memory; of each, the best of three counts. The walk in memory is the
truth: an answer that differs from it is printed, and the exit code is 1. With `--url`, the estate is sent as
OpenLineage events to a server that is there already, and its `/api/v1/lineage` is asked instead; with `--api`, to one
that is started for it. Such a server is asked as soon as it has the estate, and again once asking on (`--warm`) makes
it no faster.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import neo4j

from app.main import create_app
from benchmarks.lineage_estate import THEN, Estate, draw, forget_search, load, reached
from benchmarks.lineage_http import ask_over_http
from benchmarks.lineage_times import UNIT, Taken, row, say, spread, table, timed
from benchmarks.servers import own_server
from graph_model import names
from graph_model.lineage.ask import lineage
from graph_model.lineage.entities import Direction, Level, Lineage
from graph_model.names import Name
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.arcadedb import start_arcadedb
from tests.support.neo4j import JarNeo4j
from tests.support.servers import Server, driver_for

EVERYTHING = 1_000_000
DEPTHS = (2, 5, 10, 20)

BARE = """
UNWIND $ids AS id
MATCH (a:Dataset|Job {id: id})-[e:CONSUMED_BY|PRODUCES]->(b)
WHERE e.valid_from <= $at AND $at < e.valid_to AND e.retracted_at > $at
RETURN id, b.id AS node, labels(b)[0] AS label, b.namespace AS namespace, b.name AS name, type(e) AS kind,
       e.provenance AS provenance, e.stale AS stale, e.last_seen AS last_seen, e.source AS source
"""
BARE_UP = BARE.replace("]->", "]-").replace("-[e:", "<-[e:")
BARE_COLUMNS = (
    BARE.replace("Dataset|Job", "Field").replace("CONSUMED_BY|PRODUCES", "FEEDS").replace("b.name AS", "b.path AS")
)
QUESTION = """query($namespace: String!, $name: String!, $depth: Int!) {
  lineage(root: {namespace: $namespace, name: $name}, depth: $depth, first: 2000) { ... on Lineage {
    isComplete incompleteReasons nodes { id kind name { namespace name } hops }
    edges { source target kind provenance stale lastSeen saidBy } } } }"""


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of question, and the bare statement that gives one hop of the same answer."""

    title: str
    bare: str
    direction: Direction = "DOWN"
    level: Level = "DATASET"
    as_of: datetime | None = None


QUESTIONS = (
    Question("down", BARE),
    Question("up", BARE_UP, direction="UP"),
    Question("down, as of a past moment", BARE, as_of=THEN),
    Question("down, all columns", BARE_COLUMNS, level="COLUMN"),
)


def walk_bare(
    driver: neo4j.Driver, database: str, bare: str, starts: Sequence[str], depth: int, *, at: datetime | None = None
) -> set[str]:
    """The loop that anybody would write, over rows of the driver."""
    at, met, frontier = at or datetime.now(UTC), set(starts), list(starts)
    with driver.session(database=database) as session, session.begin_transaction() as tx:
        for _ in range(depth):
            if not frontier:
                break
            found = [record.values() for record in tx.run(bare, ids=frontier, at=at)]  # pyright: ignore[reportArgumentType]
            frontier = [node for node in dict.fromkeys(values[1] for values in found) if node not in met]
            met.update(frontier)
    return met


def walk_up_bare(driver: neo4j.Driver, database: str, starts: Sequence[str]) -> set[str]:
    return walk_bare(driver, database, BARE_UP, starts, 40)


@dataclass(slots=True)
class Bench:
    graph: Graph
    driver: neo4j.Driver
    estate: Estate
    server: int | None = None
    """The process of the graph, where it can be looked at."""
    wrong: list[str] = field(default_factory=list)

    def processor(self) -> float:
        """Seconds of processor that this process and the graph have used so far."""
        if self.server is None:
            return time.process_time()
        user, system = Path(f"/proc/{self.server}/stat").read_text().rpartition(")")[2].split()[11:13]
        return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def ask(self, question: Question, roots: Sequence[Name], depth: int) -> str:
        """A line of the table: sizes of the answers, and milliseconds."""
        by_column = question.level == "COLUMN"
        ways = self.estate.ways(down=question.direction == "DOWN", column=by_column, as_of=question.as_of)
        sizes, memory = [], []
        took, bare = Taken(), Taken()
        for root in roots:
            starts = self._starts(question, root)
            true, seconds = timed(lambda starts=starts: reached(ways, starts, depth))
            memory.append(seconds)
            answer = took.best(self.processor, lambda root=root: self._lineage(question, root, depth))
            bare.best(self.processor, lambda starts=starts: self.walk_bare(question, starts, depth))
            sizes.append(len(true))
            edges = ways.subgraph(true).number_of_edges()
            self._compare(f"{question.title} of {root}, depth {depth}", answer, true, edges)
        columns = [question.title, str(depth), f"{statistics.median(sizes):.0f} / {max(sizes)}"]
        return row(*columns, str(took), str(bare), spread(memory))

    def warm_up(self, roots: Sequence[Name]) -> None:
        """The engine plans and compiles what it has not seen before."""
        for question in QUESTIONS * 3:
            for root in roots:
                self._lineage(question, root, 10)
                self.walk_bare(question, self._starts(question, root), 10)

    def _starts(self, question: Question, root: Name) -> list[str]:
        dataset = names.dataset_id(root)
        return self.estate.columns[dataset] if question.level == "COLUMN" else [dataset]

    def _lineage(self, question: Question, root: Name, depth: int) -> Lineage:
        return lineage(
            self.graph,
            root,
            direction=question.direction,
            depth=depth,
            level=question.level,
            as_of=question.as_of,
            limit=EVERYTHING,
        )

    def walk_bare(self, question: Question, starts: Sequence[str], depth: int) -> set[str]:
        database = self.graph.settings.database
        return walk_bare(self.driver, database, question.bare, starts, depth, at=question.as_of)

    def _compare(self, asked: str, answer: Lineage, true: dict[str, int], edges: int) -> None:
        """Nodes with their distances and edges, all of them. Beside columns stands the dataset that they are of."""
        hops = {node.id: node.hops for node in answer.nodes if node.id in true or node.hops}
        if hops != true or not set(answer.incomplete_reasons) <= {"DEPTH_LIMIT"}:
            why = ", ".join(answer.incomplete_reasons)
            self.wrong.append(f"{asked}: {len(hops)} nodes instead of {len(true)} {why}")
        if len(answer.edges) != edges:
            self.wrong.append(f"{asked}: {len(answer.edges)} edges instead of {edges}")

    def graphql(self, roots: Sequence[Name]) -> str:
        """The whole way of a GraphQL answer, from its text to JSON that was read, beside the bare driver's."""
        app = create_app(graph=self.graph, broker_url=None, storage_root=Path())
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://headwater")
        took, bare, sizes, edges = Taken(), Taken(), [], []
        with asyncio.Runner() as loop:
            for root in roots:
                asked = {"namespace": root.namespace, "name": root.name, "depth": 10}
                bare.best(self.processor, lambda root=root: self.walk_bare(QUESTIONS[0], [names.dataset_id(root)], 10))
                answer = took.best(self.processor, lambda asked=asked: loop.run(self._post(client, asked)))
                sizes.append(len(answer["nodes"]))
                edges.append(len(answer["edges"]))
        ratio = statistics.median(one / other for one, other in zip(took.shortest, bare.shortest, strict=True))
        size = f"{statistics.median(sizes):.0f} nodes, {statistics.median(edges):.0f} edges"
        return row(size, str(took), str(bare), f"{ratio:.2f}")

    @staticmethod
    async def _post(client: httpx.AsyncClient, variables: dict[str, Any]) -> dict[str, Any]:
        answer = await client.post("/graphql", json={"query": QUESTION, "variables": variables})
        return answer.json()["data"]["lineage"]

    def hub(self) -> str:
        """The dataset that most is read from: what a page of it costs, however much lies behind."""
        ways = self.estate.ways(down=True, column=False)
        root = max(self.estate.datasets, key=lambda name: len(ways.adj.get(names.dataset_id(name), ())))
        whole = len(reached(ways, [names.dataset_id(root)], 20))
        took = Taken()
        for _ in range(5):
            took.best(self.processor, lambda: lineage(self.graph, root, depth=20, limit=500))
        return row(f"{len(ways[names.dataset_id(root)])} readers, {whole} nodes behind", "500", str(took))


def start(engine: str, folder: Path) -> tuple[Server, int | None]:
    """A graph of its own, and its process where it can be looked at."""
    if engine == "arcadedb":
        return start_arcadedb(folder), None
    server = JarNeo4j(folder, jvm=("-Xmx3g",), pages_mb=1024)
    server.start()
    return Server(server.settings, server.stop), server.pid


def measure(engine: str, edges: int, roots: int) -> list[str]:
    """Prints the tables of one size, and gives what was answered wrongly."""
    estate = draw(edges)
    with tempfile.TemporaryDirectory() as folder:
        server, process = start(engine, Path(folder))
        try:
            with Graph(server.settings) as graph, driver_for(server.settings) as driver:
                migrate(graph)
                forget_search(graph, driver)
                _, seconds = timed(lambda: load(driver, server.settings.database, estate))
                bench = Bench(graph, driver, estate, process)
                _tables(bench, engine, seconds, random.Random(1), roots)
        finally:
            server.stop()
    return bench.wrong


def _tables(bench: Bench, engine: str, seconds: float, seeded: random.Random, roots: int) -> None:
    estate = bench.estate
    chosen = seeded.sample(estate.datasets, min(roots, len(estate.datasets)))
    middle = [f"median / largest of {len(chosen)}", f"Headwater, {UNIT}", "bare driver", "NetworkX"]
    title = f"{len(estate.edges):,} edges, {len(estate.datasets):,} datasets, {engine} (loaded in {seconds:.0f} s)"
    table(title, "question", "depth", *middle)
    bench.warm_up(chosen)
    for question in QUESTIONS:
        for depth in DEPTHS:
            say(bench.ask(question, chosen, depth))
    table("A page of the largest hub", "hub", "nodes", UNIT)
    say(bench.hub())
    ways = estate.ways(down=True, column=False)
    large = (root for root in estate.datasets if 400 <= len(reached(ways, [names.dataset_id(root)], 10)) <= 600)
    sized = list(islice(large, 20))
    if sized:
        table("GraphQL, down to depth 10", "answer", f"GraphQL, {UNIT}", "bare driver", "ratio of the times (median)")
        say(bench.graphql(sized))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the estate")
    parser.add_argument("--engine", choices=["neo4j", "arcadedb"], default="neo4j")
    parser.add_argument("--roots", type=int, default=40, help="how many datasets to ask about")
    parser.add_argument("--url", help="a server with Marquez' API to send the estate to and to ask instead")
    parser.add_argument("--api", action="store_true", help="ask an API of our own that way, over HTTP")
    parser.add_argument("--jobs", type=int, nargs="+", default=[300, 1000, 3000], help="sizes for --url and --api")
    parser.add_argument(
        "--warm",
        type=float,
        default=60,
        help="seconds of asking on before --url or --api is measured again; 0: it is not",
    )
    given = parser.parse_args()
    wrong: list[str] = []
    if given.url:
        wrong += ask_over_http(given.url, given.jobs, bare=walk_up_bare, warm=given.warm)
    elif given.api:
        with own_server() as served:
            wrong += ask_over_http(served.url, given.jobs, bare=walk_up_bare, own=served, warm=given.warm)
    else:
        for edges in given.edges:
            wrong += measure(given.engine, edges, given.roots)
    if wrong:
        say("\nWRONG:\n" + "\n".join(wrong))
        sys.exit(1)


if __name__ == "__main__":
    main()
