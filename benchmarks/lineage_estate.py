"""A seeded estate of any size for questions about lineage, and the same estate in memory, from which the truth comes.

Datasets lie in layers. A job reads about three datasets of the layers before, most of them not far away (so that ways
part and meet again: diamonds), some of them one of a few hubs, and makes one dataset. Every column of a dataset is made
by that job from a column of what it reads. One edge in twenty is no longer true today.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, LiteralString

import neo4j
import networkx as nx

from graph_model import names
from graph_model.names import Name

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


_NODES: dict[str, LiteralString] = {
    "Dataset": """UNWIND $rows AS row CREATE (d:Dataset {id: row.id, namespace: row.namespace, name: row.name})
        CREATE (:DatasetName {id: row.name_id, namespace: row.namespace, name: row.name})-[:NAMES]->(d)""",
    "Job": """UNWIND $rows AS row CREATE (:Job {id: row.id, namespace: row.namespace, name: row.name,
        columns_known: true, unresolved: []})""",
    "Consumer": "UNWIND $rows AS row CREATE (:Consumer {id: row.id, namespace: row.namespace, name: row.name})",
    "SchemaVersion": """UNWIND $rows AS row MATCH (d:Dataset {id: row.dataset})
        CREATE (d)-[h:HAS_SCHEMA]->(s:SchemaVersion {id: row.id, dataset: row.dataset})
        SET h = $common, h.id = row.edge, h.valid_to = $forever
        WITH s, row UNWIND row.fields AS field
        CREATE (s)-[:HAS_FIELD {type: 'string', position: field.position}]->
          (:Field {id: field.id, dataset: row.dataset, path: field.path})""",
}
_EDGES: dict[tuple[str, str, str], LiteralString] = {
    ("CONSUMED_BY", "ds", "jb"): """UNWIND $rows AS row MATCH (a:Dataset {id: row.source})
        MATCH (b:Job {id: row.target}) CREATE (a)-[e:CONSUMED_BY]->(b) SET e = $common, e += row.own""",
    ("CONSUMED_BY", "ds", "cn"): """UNWIND $rows AS row MATCH (a:Dataset {id: row.source})
        MATCH (b:Consumer {id: row.target}) CREATE (a)-[e:CONSUMED_BY]->(b) SET e = $common, e += row.own""",
    ("PRODUCES", "jb", "ds"): """UNWIND $rows AS row MATCH (a:Job {id: row.source})
        MATCH (b:Dataset {id: row.target}) CREATE (a)-[e:PRODUCES]->(b) SET e = $common, e += row.own""",
    ("FEEDS", "fd", "fd"): """UNWIND $rows AS row MATCH (a:Field {id: row.source})
        MATCH (b:Field {id: row.target}) CREATE (a)-[e:FEEDS]->(b) SET e = $common, e += row.own""",
}


_COMMON = {
    "provenance": "observed",
    "source": "benchmark",
    "stale": False,
    "last_seen": BEGAN,
    "recorded_at": BEGAN,
    "valid_from": BEGAN,
    "retracted_at": FOREVER,
}
"""What all edges say. It is sent once with each batch: to send it with each edge takes longer than to write it."""


def load(driver: neo4j.Driver, database: str, estate: Estate) -> None:
    """Writes the estate into an empty, migrated graph, some thousands at a time."""

    def run(statement: LiteralString, rows: Iterator[dict[str, Any]], **more: Any) -> None:
        while batch := list(islice(rows, BATCH)):
            parameters = {"rows": batch, "common": _COMMON, "forever": FOREVER, **more}
            driver.execute_query(statement, parameters, database_=database)

    for label, rows in _nodes(estate).items():
        run(_NODES[label], rows)
    for (kind, source, target), statement in _EDGES.items():
        for alive in (True, False):
            end = {"valid_to": FOREVER if alive else ENDED}
            run(statement, _edges(estate, (kind, source, target), alive=alive), common=_COMMON | end)


def _nodes(estate: Estate) -> dict[str, Iterator[dict[str, Any]]]:
    return {
        "Dataset": (
            {"id": names.dataset_id(one), "name_id": names.dataset_name_id(one), **_spelled(one)}
            for one in estate.datasets
        ),
        "Job": ({"id": names.job_id(one), **_spelled(one)} for one in estate.jobs),
        "Consumer": ({"id": names.consumer_id(one), **_spelled(one)} for one in estate.consumers),
        "SchemaVersion": (
            {
                "id": f"schema of {dataset}",
                "dataset": dataset,
                "edge": f"{dataset}>>HAS_SCHEMA",
                "fields": [{"id": id_, "path": f"c{place}", "position": place} for place, id_ in enumerate(fields)],
            }
            for dataset, fields in estate.columns.items()
        ),
    }


def _edges(estate: Estate, form: tuple[str, str, str], *, alive: bool) -> Iterator[dict[str, Any]]:
    kind, source, target = form
    for edge in estate.edges:
        if edge[2:] == (kind, alive) and edge[0].startswith(source) and edge[1].startswith(target):
            yield {"source": edge[0], "target": edge[1], "own": _own(estate, edge)}


def _own(estate: Estate, edge: Edge) -> dict[str, Any]:
    """What only this edge says."""
    source, target, kind, _ = edge
    more: dict[str, Any] = {"kind": "DIRECT", "job": estate.makers[target]} if kind == "FEEDS" else {}
    if target.startswith("cn"):
        more["columns"] = ["c0"]
    return {"id": f"{source}>{target}>{kind}", **more}


def _spelled(name: Name) -> dict[str, str]:
    return {"namespace": name.namespace, "name": name.name}
