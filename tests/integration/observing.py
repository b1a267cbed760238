"""Observations recorded in every order, and the graph that they make, in a form that can be compared."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from typing import Any

import neo4j

from connectors.openlineage.events import read_event
from graph_model.observed.entities import Observation
from graph_model.observed.record import record_observations
from graph_model.store.graph import Graph
from tests.conftest import wipe

ARRIVAL = {"_lock", "recorded_at", "received_at"}


def observations(events: Sequence[Any]) -> list[Observation]:
    return [read_event(event) for event in events]


def state_of(driver: neo4j.Driver) -> list[str]:
    """Everything that observations made, without what only tells when it arrived."""
    nodes = driver.execute_query(
        # Who owned something once is nobody any more; who was told of something is no part of what is known.
        "MATCH (n) WHERE NOT n:Migration AND NOT n:Operation AND NOT n:Outbox "
        "AND (NOT n:Owner OR EXISTS { MATCH (n)<-[:OWNED_BY]-() }) RETURN labels(n)[0] AS l, n AS n"
    ).records
    edges = driver.execute_query("MATCH (a)-[e]->(b) RETURN type(e) AS t, a.id AS a, b.id AS b, e AS e").records
    found = [text(row["l"], row["n"]) for row in nodes]
    found += [f"{row['a']} {row['t']} {row['b']} " + text("", row["e"], named=row["t"] != "NAMES") for row in edges]
    return sorted(found)


def text(label: str, entity: Any, *, named: bool = True) -> str:
    kept = {key: str(value) for key, value in entity.items() if key not in ARRIVAL} if named else {}
    return f"{label} {json.dumps(kept, sort_keys=True)}"


def in_groups(graph: Graph, found: Sequence[Observation], chance: random.Random) -> None:
    rest = list(found)
    while rest:
        size = chance.randint(1, 4)
        record_observations(graph, rest[:size])
        rest = rest[size:]


def any_order_makes_one_graph(
    graph: Graph, driver: neo4j.Driver, found: Sequence[Observation], seeds: Iterable[float], *, again: int = 3
) -> None:
    """All at once first; then, for each seed, shuffled, `again` of them twice, in random groups."""
    record_observations(graph, found)
    expected = state_of(driver)
    for seed in seeds:
        chance = random.Random(seed)
        shuffled = [*found, *chance.sample(found, again)]
        chance.shuffle(shuffled)
        wipe(driver, graph.settings.database)
        in_groups(graph, shuffled, chance)
        assert state_of(driver) == expected, f"seed {seed}"
