"""The walk of a verdict finds what steps of lineage find, on both engines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, LiteralString

import neo4j
import pytest

from graph_model.impact.walking import Walk, walk_downstream
from graph_model.lineage import hops, repository
from graph_model.lineage.entities import LineageNode
from graph_model.lineage.hops import Hop
from graph_model.lineage.walk import DEPTH_LIMIT, NODE_LIMIT, TIMEOUT, Ceilings
from graph_model.store.graph import Graph, Row
from graph_model.store.transaction import Asked, Transaction
from tests.support.flow_graphs import (
    LONG_AGO,
    a_consumer,
    a_job,
    called,
    consumer,
    dataset,
    job,
    open_edge,
    put,
)

AT = datetime(2024, 5, 1, tzinfo=UTC)
EVERYTHING = Ceilings(100, 10_000)
DATASETS, JOBS, CONSUMERS = 14, 12, 4


@pytest.fixture(params=range(4))
def seeded(request: pytest.FixtureRequest) -> Random:
    return Random(request.param)


@pytest.fixture
def estate(graph: Graph, side_driver: neo4j.Driver, seeded: Random) -> Graph:
    """Ways that part, meet and come back, with all that an edge or a node may say; two pairs of datasets are one."""
    places = range(DATASETS)
    jobs = [
        a_job(
            f"j{number}",
            [f"d{place}" for place in seeded.sample(places, 2)],
            [f"d{seeded.choice(places)}"],
            optional=[f"d{seeded.choice(places)}"] if seeded.random() < 0.3 else [],
        )
        for number in range(JOBS)
    ]
    consumers = [
        a_consumer(f"c{number}", {f"d{seeded.choice(places)}": ["a"] if seeded.random() < 0.5 else []})
        for number in range(CONSUMERS)
    ]
    put(graph, *jobs, *consumers)
    for number in range(40):
        _observe(graph, seeded, number)
    for provenance, source in (("observed", "job:a|b"), ("parsed", "job:c"), ("inferred", "")):
        said_by = "MATCH ()-[e:CONSUMED_BY|PRODUCES]->() WHERE e.provenance = $provenance SET e.source = $source"
        side_driver.execute_query(said_by, provenance=provenance, source=source)
    for one, other in (("d1", "d2"), ("d7", "d6")):
        is_one = "MATCH (d:Dataset) WHERE d.id IN $ids SET d.entity = $ids[0]"
        side_driver.execute_query(is_one, ids=[dataset(one), dataset(other)])
    said_of_nodes: list[tuple[LiteralString, str]] = [
        ("MATCH (j:Job {id: $id}) SET j.coverage = 'PARTIAL', j.columns_known = true", job("j1")),
        ("MATCH (j:Job {id: $id}) SET j.paired = true, j.columns_known = true", job("j2")),
        ("MATCH (d:Dataset {id: $id}) SET d.technical = true, d.dropped_at = datetime.realtime()", dataset("d3")),
    ]
    for statement, id_ in said_of_nodes:
        side_driver.execute_query(statement, id=id_)
    return graph


def _observe(graph: Graph, seeded: Random, number: int) -> None:
    """One more edge, of the present or not, that may say the same as another one."""
    source, target = dataset(f"d{seeded.randrange(DATASETS)}"), job(f"j{seeded.randrange(JOBS)}")
    said: dict[str, Any] = {
        "provenance": seeded.choice(["observed", "parsed", "inferred", "declared"]),
        "stale": seeded.random() < 0.2,
        "last_seen": AT + timedelta(milliseconds=seeded.randrange(10**6)),
    }
    if seeded.random() < 0.2:
        said["valid_to"] = AT - timedelta(days=seeded.choice([1, -1]))
    if seeded.random() < 0.1:
        said["retracted_at"] = AT
    now = LONG_AGO + timedelta(seconds=number)
    if seeded.random() < 0.5:
        named = {"made_from": [f"name {seeded.randrange(3)}"]} if seeded.random() < 0.5 else {}
        open_edge(graph, "PRODUCES", target, source, now=now, **said, **named)
    elif seeded.random() < 0.2:
        open_edge(graph, "CONSUMED_BY", source, consumer(f"c{number % CONSUMERS}"), now=now, **said, columns=["b"])
    else:
        more = {"named": f"name {number % 3}", "required": number % 5 > 0}
        open_edge(graph, "CONSUMED_BY", source, target, now=now, **said, **more)


def by_steps_of_lineage(
    graph: Graph, start: Sequence[LineageNode], depth: int
) -> tuple[dict[str, int], set[Hop], bool]:
    """Distances, edges among what is within, and whether there is more behind."""
    within = {node.id: 0 for node in start}
    frontier, found, more = list(start), list[Hop](), False
    for distance in range(1, depth + 2):
        step = hops.step(graph, frontier, direction="DOWN", at=AT)
        frontier = []
        for hop in step:
            if hop.node.id not in within and distance <= depth:
                within[hop.node.id] = distance
                frontier.append(hop.node)
            more |= hop.node.id not in within
        found += step
    return within, {hop for hop in found if hop.node.id in within}, more


def _told(found: Iterable[Hop]) -> list[Hop]:
    """In one order, and without where in a walk the nodes were met."""
    plain = [replace(hop, node=replace(hop.node, hops=0, direction="BOTH")) for hop in found]
    return sorted(plain, key=lambda hop: (hop.edge.source, hop.edge.target))


@pytest.mark.parametrize("depth", [0, 1, 3, 100])
def test_a_walk_finds_what_steps_of_lineage_find(estate: Graph, depth: int) -> None:
    roots = repository.dataset_roots(estate, [called("d0"), called("d2")], as_of=AT)
    start = [root.node for root in roots.values()]
    within, expected, more = by_steps_of_lineage(estate, start, depth)

    walked = estate.read(lambda tx: walk_downstream(tx, start, at=AT, ceilings=Ceilings(depth, 10_000)))

    assert {id_: node.hops for id_, node in walked.nodes.items()} == within
    assert _told(walked.hops.values()) == _told(expected)
    assert list(walked.reasons) == ([DEPTH_LIMIT] if more else [])


def test_the_estate_of_these_tests_says_all_that_an_edge_may_say(estate: Graph) -> None:
    root = repository.dataset_roots(estate, [called("d0")], as_of=AT)[called("d0")]
    _, found, _ = by_steps_of_lineage(estate, [root.node], 100)

    assert any(len(hop.edge.said_by) > 1 for hop in found)
    assert any(hop.edge.stale for hop in found)
    assert any(hop.node.members for hop in found)


def test_edges_come_nearest_first_and_in_the_same_order_each_time(estate: Graph) -> None:
    root = repository.dataset_roots(estate, [called("d0")], as_of=AT)[called("d0")]

    first, second = (
        estate.read(lambda tx: list(walk_downstream(tx, [root.node], at=AT, ceilings=EVERYTHING).hops))
        for _ in range(2)
    )

    assert first == second
    reached = {root.node.id}
    for source, target, *_ in first:
        assert source in reached
        reached.add(target)


def test_a_walk_ends_at_its_limit_and_at_its_time_and_says_so(estate: Graph) -> None:
    start = [repository.dataset_roots(estate, [called("d0")], as_of=AT)[called("d0")].node]

    few = estate.read(lambda tx: walk_downstream(tx, start, at=AT, ceilings=Ceilings(100, 5)))
    none = estate.read(lambda tx: walk_downstream(tx, start, at=AT, ceilings=Ceilings(100, 10_000, 0)))

    assert (len(few.nodes), list(few.reasons)) == (5, [NODE_LIMIT])
    assert all(source in few.nodes and target in few.nodes for source, target, *_ in few.hops)
    assert (list(none.nodes), list(none.reasons)) == ([start[0].id], [TIMEOUT])


def test_the_next_step_is_on_its_way_before_edges_are_given(graph: Graph) -> None:
    put(graph, a_job("first", ["raw"], ["tidy"]), a_job("second", ["tidy"], ["all"]))
    start = [repository.dataset_roots(graph, [called("raw")], as_of=AT)[called("raw")].node]
    happened: list[str] = []

    class Watched:
        """A transaction that notes what it is asked."""

        def __init__(self, tx: Transaction) -> None:
            self.rows, self._ask = tx.rows, tx.ask

        def ask(self, name: str, **parameters: Any) -> Asked:
            happened.append("asked")
            return self._ask(name, **parameters)

    def work(tx: Transaction) -> None:
        for found in Walk(Watched(tx), start, at=AT, ceilings=EVERYTHING).steps():
            happened.extend(str(hop.node.name.name) for hop in found)

    graph.read(work)

    assert happened == ["asked", "asked", "first", "asked", "tidy", "asked", "second", "asked", "all"]


def test_what_is_asked_for_first_may_be_read_last(graph: Graph) -> None:
    put(graph, a_job("first", ["raw"], ["tidy"]))

    def work(tx: Transaction) -> list[list[Row]]:
        asked = [tx.ask("impact.named", ids=ids) for ids in (["nothing"], [])]
        own = tx.rows("impact.jobs", ids=[job("first")])
        return [own, *(rows() for rows in reversed(asked))]

    own, *others = graph.read(work)

    assert [row["id"] for row in own] == [job("first")]
    assert others == [[], []]
