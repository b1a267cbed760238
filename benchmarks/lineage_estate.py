"""A seeded estate of any size for questions about lineage, and the same estate in memory, from which the truth comes.

Datasets lie in layers. A job reads about three datasets of the layers before, most of them not far away (so that ways
part and meet again: diamonds), some of them one of a few hubs, and makes one dataset. Every column of a dataset is made
by that job from a column of what it reads. One edge in twenty is no longer true today.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, LiteralString

import neo4j
import networkx as nx

from graph_model import names
from graph_model.names import Name
from graph_model.store.graph import Graph

NAMESPACE = "benchmark"
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
ENDED = BEGAN + timedelta(days=200)
THEN = BEGAN + timedelta(days=100)
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
LAYERS, COLUMNS, BATCH = 12, 4, 5_000
EDGES_PER_DATASET = 8.4

Edge = tuple[str, str, str, bool]
"""Source id, target id, kind, and whether it is still true."""


@dataclass(slots=True)
class Estate:
    """What is in the graph, as plain lists. `columns` are the fields of each dataset, in their order; `makers` the jobs
    that make fields."""

    datasets: list[Name] = field(default_factory=list)
    jobs: list[Name] = field(default_factory=list)
    consumers: list[Name] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    makers: dict[str, str] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def ways(self, *, down: bool, column: bool, as_of: datetime | None = None) -> nx.DiGraph[str]:
        """Where each node leads, as it is now or was at a moment. Columns lead to columns."""
        found: nx.DiGraph[str] = nx.DiGraph()
        for source, target, kind, alive in self.edges:
            if (kind == "FEEDS") is column and (alive or (as_of and as_of < ENDED)):
                found.add_edge(*((source, target) if down else (target, source)))
        return found


def draw(edges: int, seed: int = 1) -> Estate:
    """An estate of about so many flow edges; the same one for the same seed."""
    random_ = random.Random(seed)
    count = max(int(edges / EDGES_PER_DATASET), LAYERS * 4)
    width = count // LAYERS
    estate = Estate()
    layers: list[list[str]] = []
    for layer in range(LAYERS):
        layers.append([])
        for place in range(width):
            _add_dataset(estate, layers, layer, place, random_)
    for number in range(count // 20):
        consumer = Name(NAMESPACE, f"consumer_{number}")
        estate.consumers.append(consumer)
        for source in random_.sample(layers[-1], min(2, width)):
            estate.edges.append((source, names.consumer_id(consumer), "CONSUMED_BY", True))
    return estate


def _add_dataset(estate: Estate, layers: list[list[str]], layer: int, place: int, random_: random.Random) -> None:
    name = Name(NAMESPACE, f"table_{layer}_{place}")
    dataset = names.dataset_id(name)
    estate.datasets.append(name)
    estate.columns[dataset] = [names.field_id(dataset, f"c{number}") for number in range(COLUMNS)]
    layers[layer].append(dataset)
    if layer == 0:
        return
    job_name = Name(NAMESPACE, f"make_{layer}_{place}")
    job = names.job_id(job_name)
    estate.jobs.append(job_name)
    sources = list(dict.fromkeys(_source(layers, layer, place, random_) for _ in range(3)))
    for source in sources:
        estate.edges.append((source, job, "CONSUMED_BY", random_.random() > 0.05))
    estate.edges.append((job, dataset, "PRODUCES", True))
    for number, target in enumerate(estate.columns[dataset]):
        estate.makers[target] = job
        source = estate.columns[random_.choice(sources)][number]
        estate.edges.append((source, target, "FEEDS", random_.random() > 0.05))


def _source(layers: Sequence[Sequence[str]], layer: int, place: int, random_: random.Random) -> str:
    """Most often a neighbour in the layer before; now and then one of the few that many read."""
    dice = random_.random()
    before = layers[layer - 1] if dice < 0.8 else random_.choice(layers[:layer])
    if dice > 0.98:
        return layers[0][int(len(layers[0]) * random_.random() ** 4)]
    return before[(place + random_.randint(-40, 40)) % len(before)]


def reached(ways: nx.Graph[str], starts: Sequence[str], depth: int) -> dict[str, int]:
    """Every node within so many hops with its distance: NetworkX' breadth first search in memory, the truth."""
    layers = nx.bfs_layers(ways, [start for start in starts if start in ways])
    within = enumerate(islice(layers, depth + 1))
    return dict.fromkeys(starts, 0) | {node: hops for hops, layer in within for node in layer}


_COMMON: LiteralString = """provenance: 'observed', source: 'benchmark', stale: false, last_seen: $began,
  recorded_at: $began, valid_from: $began, retracted_at: $forever, valid_to: $until"""
"""What all edges say, written into the statement: to set it from a map takes twice as long."""

_DATASETS: LiteralString = (
    """UNWIND $rows AS row
CREATE (d:Dataset {id: row[0], namespace: $namespace, name: row[1]})
CREATE (:DatasetName {id: row[2], namespace: $namespace, name: row[1]})-[:NAMES]->(d)
CREATE (s:SchemaVersion {id: 'schema of ' + row[0], dataset: row[0]})
CREATE (d)-[:HAS_SCHEMA {id: row[0] + '>>HAS_SCHEMA', """
    + _COMMON
    + """}]->(s)
WITH s, row UNWIND range(0, size(row[3]) - 1) AS position
CREATE (s)-[:HAS_FIELD {type: 'string', position: position}]->
  (:Field {id: row[3][position], dataset: row[0], path: 'c' + toString(position)})"""
)
_JOBS: LiteralString = """UNWIND $rows AS row
CREATE (:Job {id: row[0], namespace: $namespace, name: row[1], columns_known: true, unresolved: []})"""
_CONSUMERS: LiteralString = """UNWIND $rows AS row
CREATE (:Consumer {id: row[0], namespace: $namespace, name: row[1]})"""
_EDGES: dict[tuple[str, str, str], LiteralString] = {
    ("CONSUMED_BY", "ds", "jb"): """UNWIND $rows AS row MATCH (a:Dataset {id: row[0]}) MATCH (b:Job {id: row[1]})
CREATE (a)-[:CONSUMED_BY {id: row[0] + '>' + row[1] + '>CONSUMED_BY', """
    + _COMMON
    + "}]->(b)",
    ("CONSUMED_BY", "ds", "cn"): """UNWIND $rows AS row MATCH (a:Dataset {id: row[0]}) MATCH (b:Consumer {id: row[1]})
CREATE (a)-[:CONSUMED_BY {id: row[0] + '>' + row[1] + '>CONSUMED_BY', columns: ['c0'], """
    + _COMMON
    + "}]->(b)",
    ("PRODUCES", "jb", "ds"): """UNWIND $rows AS row MATCH (a:Job {id: row[0]}) MATCH (b:Dataset {id: row[1]})
CREATE (a)-[:PRODUCES {id: row[0] + '>' + row[1] + '>PRODUCES', """
    + _COMMON
    + "}]->(b)",
    ("FEEDS", "fd", "fd"): """UNWIND $rows AS row MATCH (a:Field {id: row[0]}) MATCH (b:Field {id: row[1]})
CREATE (a)-[:FEEDS {id: row[0] + '>' + row[1] + '>FEEDS', kind: 'DIRECT', job: row[2], """
    + _COMMON
    + "}]->(b)",
}


_SEARCH: tuple[LiteralString, ...] = ("search_things", "search_names", "search_columns")


def forget_search(graph: Graph, driver: neo4j.Driver) -> None:
    """Takes the indexes of words from a Neo4j; the other engine has none. None of these questions searches, and to fill
    them is most of the work of planting."""
    for index in _SEARCH if graph.engine == "neo4j" else ():
        driver.execute_query(f"DROP INDEX {index} IF EXISTS", database_=graph.settings.database)


def load(driver: neo4j.Driver, database: str, estate: Estate) -> None:
    """Writes the estate into an empty, migrated graph, some thousands at a time. The edges of columns, which touch no
    node of the others, are written beside them."""

    def run(statement: LiteralString, rows: Iterable[list[Any]], until: datetime = FOREVER) -> None:
        write(driver, database, statement, rows, namespace=NAMESPACE, until=until)

    def edges(*kinds: str) -> None:
        for form, statement in _EDGES.items():
            for alive in (True, False) if form[0] in kinds else ():
                run(statement, sorted_.get((form, alive), ()), FOREVER if alive else ENDED)

    run(_DATASETS, _dataset_rows(estate))
    run(_JOBS, ([names.job_id(one), one.name] for one in estate.jobs))
    run(_CONSUMERS, ([names.consumer_id(one), one.name] for one in estate.consumers))
    sorted_ = _edge_rows(estate)
    with ThreadPoolExecutor(1) as beside:
        columns = beside.submit(edges, "FEEDS")
        edges("CONSUMED_BY", "PRODUCES")
        columns.result()


def write(driver: neo4j.Driver, database: str, statement: LiteralString, rows: Iterable[Any], **more: Any) -> None:
    """Carries a statement out for `rows`, some thousands at a time. It may ask for $began and $forever, too."""
    common, left = {"began": BEGAN, "forever": FOREVER, **more}, iter(rows)
    while batch := list(islice(left, BATCH)):
        driver.execute_query(statement, {"rows": batch, **common}, database_=database)


def _dataset_rows(estate: Estate) -> Iterator[list[Any]]:
    for name in estate.datasets:
        id_ = names.dataset_id(name)
        yield [id_, name.name, names.dataset_name_id(name), estate.columns[id_]]


def _edge_rows(estate: Estate) -> dict[tuple[tuple[str, str, str], bool], list[list[str]]]:
    """By the form of the edge and whether it is still true: its ends, and of a column's the job that makes it."""
    found: dict[tuple[tuple[str, str, str], bool], list[list[str]]] = {}
    for source, target, kind, alive in estate.edges:
        more = [estate.makers[target]] if kind == "FEEDS" else []
        found.setdefault(((kind, source[:2], target[:2]), alive), []).append([source, target, *more])
    return found
