"""A directed answer of some 25 nodes, as a person or a check asks for it all day: by GraphQL, in Marquez' form, and by
the loop over bare Cypher that anybody would write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import neo4j

from benchmarks.client import Client
from benchmarks.lineage_estate import reached
from benchmarks.lineage_servers import EVERYWHERE, Sent, node_id, upstream
from benchmarks.lineage_times import row, spread, timed
from graph_model import names
from graph_model.names import Name
from graph_model.settings import GraphSettings
from tests.support.servers import driver_for

SMALL = range(22, 29)
ROOTS, TURNS, WARMING = 20, 7, 3
QUESTION = """query($namespace: String!, $name: String!) {
  lineage(root: {namespace: $namespace, name: $name}, direction: UP, depth: 40) { ... on Lineage {
    isComplete incompleteReasons nodes { id kind name { namespace name } hops }
    edges { source target kind provenance stale lastSeen saidBy } } } }"""

Bare = Callable[[neo4j.Driver, str, list[str]], set[str]]
"""Walks upstream over bare Cypher in a database, from ids."""


def ask_small(url: str, behind: GraphSettings, sent: Sent, bare: Bare) -> Iterator[tuple[str, list[str]]]:
    """A line of the table for each way to ask an API, and the Neo4j behind it, with what was answered wrongly."""
    ways = upstream(sent.estate)
    true = ((one.name, reached(ways, [f"dataset:{one.name}"], EVERYWHERE)) for one in sent.estate.datasets)
    roots = {
        name: {node_id(node, sent.namespace) for node in nodes}
        for name, nodes in islice((pair for pair in true if len(pair[1]) in SMALL), ROOTS)
    }
    with Client(url, timeout=60) as client, driver_for(behind) as driver:

        def by_graphql(root: str) -> set[str]:
            asked = {"query": QUESTION, "variables": {"namespace": sent.namespace, "name": root}}
            found = json.loads(client.post("/graphql", asked))["data"]["lineage"]
            assert found["isComplete"], found["incompleteReasons"]
            return {_as_marquez(node) for node in found["nodes"]}

        def by_marquez(root: str) -> set[str]:
            asked = {"nodeId": f"dataset:{sent.namespace}:{root}", "direction": "UPSTREAM"}
            found = json.loads(client.get("/api/v1/lineage", asked))["graph"]
            return {node["id"] for node in found}

        def by_cypher(root: str) -> set[str]:
            start = names.dataset_id(Name(sent.namespace, root))
            found = bare(driver, behind.database, [start])
            return roots[root] if len(found) == len(roots[root]) else found

        for title, ask in (("GraphQL", by_graphql), ("Marquez' API", by_marquez), ("bare Cypher", by_cypher)):
            yield _line(f"25 nodes upstream, {title}", len(sent.estate.jobs), roots, ask)


def _line(title: str, jobs: int, roots: dict[str, set[str]], ask: Callable[[str], set[str]]) -> tuple[str, list[str]]:
    found: dict[str, set[str]] = {}
    for _ in range(WARMING):
        found = {root: ask(root) for root in roots}
    wrong = [
        f"{title} of {root}: not the {len(true)} nodes that are upstream"
        for root, true in roots.items()
        if found[root] != true
    ]
    took = [min(timed(lambda root=root: ask(root))[1] for _ in range(TURNS)) for root in roots]
    sizes = sorted(map(len, roots.values()))
    return row(str(jobs), title, "20", f"{sizes[len(sizes) // 2]}", spread(took), ""), wrong


def _as_marquez(node: dict[str, Any]) -> str:
    name = node["name"]
    return f"{node['kind'].lower()}:{name['namespace']}:{name['name']}"
