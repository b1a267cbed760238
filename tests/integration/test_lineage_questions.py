"""Both directions, filters, pages, limits and ways, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import neo4j
import pytest

from graph_model.errors import ColumnNotFound, DatasetNotFound, InvalidInput, NodeNotFound
from graph_model.lineage.ask import lineage
from graph_model.lineage.entities import Filter, Lineage, Paths
from graph_model.lineage.paths import paths
from graph_model.lineage.steps import Asked
from graph_model.store.graph import Graph
from tests.support.flow_graphs import a_consumer, a_dataset, a_job, called, column, dataset, job, open_edge, put


def found(answer: Lineage | Paths) -> list[str]:
    """The names of an answer in its order; a column is `dataset.column`."""
    return [f"{node.name.name}.{node.column}" if node.column else node.name.name for node in answer.nodes]


def ends(answer: Lineage) -> set[tuple[str, str]]:
    names = dict(zip((node.id for node in answer.nodes), found(answer), strict=True))
    return {(names[edge.source], names[edge.target]) for edge in answer.edges}


def ways(answer: Paths) -> list[list[str]]:
    names = dict(zip((node.id for node in answer.nodes), found(answer), strict=True))
    return [[names[path[0].source], *(names[edge.target] for edge in path)] for path in answer.paths]


CHAIN = [
    a_job("clean", ["raw", "codes"], ["tidy"]),
    a_job("sum", ["tidy"], ["sums"]),
    a_job("other", ["raw"], ["rest"]),
]


def test_both_is_what_lies_up_and_what_lies_down_and_not_all_that_is_connected(graph: Graph) -> None:
    put(graph, *CHAIN, a_consumer("board", {"sums": []}))

    answer = lineage(graph, called("tidy"), direction="BOTH")

    sides = {node.name.name: node.direction for node in answer.nodes}
    up, down = dict.fromkeys(("clean", "raw", "codes"), "UP"), dict.fromkeys(("sum", "sums", "board"), "DOWN")
    assert sides == {"tidy": "BOTH", **up, **down}
    assert ("raw", "clean") in ends(answer)
    assert ("raw", "other") not in ends(answer)


def test_what_lies_on_a_cycle_with_the_root_is_both_up_and_down(graph: Graph) -> None:
    put(graph, a_job("grow", ["total"], ["total"]), a_job("feed", ["seed"], ["total"]))

    answer = lineage(graph, called("total"), direction="BOTH")

    assert {node.name.name: node.direction for node in answer.nodes} == {
        "total": "BOTH",
        "grow": "BOTH",
        "feed": "UP",
        "seed": "UP",
    }
    assert {("total", "grow"), ("grow", "total")} <= ends(answer)


def test_pages_together_are_the_whole_and_no_node_or_edge_comes_twice(graph: Graph) -> None:
    jobs = [
        a_job(f"j{n}_{m}", [f"d{n}_{m}", f"d{n}_{(m + 1) % 4}"], [f"d{n + 1}_{m}"]) for n in range(4) for m in range(4)
    ]
    put(graph, *jobs, a_job("back", ["d4_0"], ["d0_0"]))
    whole = lineage(graph, called("d0_0"), depth=20)

    pages = [lineage(graph, called("d0_0"), depth=20, limit=7, after=after) for after in range(0, len(whole.nodes), 7)]

    assert [node.id for page in pages for node in page.nodes] == [node.id for node in whole.nodes]
    edges = [edge for page in pages for edge in page.edges]
    assert len(edges) == len(set(edges)) == len(whole.edges)
    assert set(edges) == set(whole.edges)
    assert [page.has_more for page in pages] == [True] * (len(pages) - 1) + [False]
    assert pages[-1].is_complete


def test_what_a_limit_keeps_out_is_counted_where_it_is_missing(graph: Graph) -> None:
    put(graph, *[a_job(f"j{n}", ["raw"], [f"out{n}"]) for n in range(6)])

    cut_by_nodes = lineage(graph, called("raw"), limit=4)
    cut_by_depth = lineage(graph, called("raw"), depth=1)

    assert {node.name.name: node.hidden for node in cut_by_nodes.nodes} == {"raw": 3, "j0": 1, "j1": 1, "j2": 1}
    assert {node.name.name: node.hidden for node in cut_by_depth.nodes} == {"raw": 0, **{f"j{n}": 1 for n in range(6)}}


def test_edges_between_nodes_of_a_full_answer_are_in_it(graph: Graph) -> None:
    put(graph, a_job("a", ["raw"], ["raw"]), a_job("b", ["raw"], ["out"]))

    answer = lineage(graph, called("raw"), limit=2)

    assert ends(answer) == {("raw", "a"), ("a", "raw")}


def test_a_hub_of_ten_thousand_readers_is_cut_and_counted(graph: Graph, side_driver: neo4j.Driver) -> None:
    put(graph, a_dataset("hub"))
    side_driver.execute_query(
        "MATCH (d:Dataset {id: $hub}) UNWIND range(1, 10000) AS n "
        "CREATE (d)-[:CONSUMED_BY {valid_from: $then, valid_to: $never, recorded_at: $then, retracted_at: $never}]->"
        "(:Consumer {id: 'reader_' + n, namespace: 'shop', name: 'reader_' + n})",
        hub=dataset("hub"),
        then=datetime(2020, 1, 1, tzinfo=UTC),
        never=datetime(9999, 12, 31, tzinfo=UTC),
        database_=graph.settings.database,
    )

    cut, whole = lineage(graph, called("hub"), limit=100), lineage(graph, called("hub"), limit=20_000)

    assert (len(cut.nodes), cut.nodes[0].hidden, cut.incomplete_reasons) == (100, 9_901, ("NODE_LIMIT",))
    assert (len(whole.nodes), whole.is_complete) == (10_001, True)


def test_what_a_filter_keeps_out_is_bridged_and_named(graph: Graph) -> None:
    put(graph, *CHAIN)

    answer = lineage(graph, called("raw"), wanted=Filter(kinds=frozenset({"DATASET"})))

    assert set(found(answer)) == {"raw", "tidy", "sums", "rest"}
    assert ends(answer) == {("raw", "tidy"), ("tidy", "sums"), ("raw", "rest")}
    assert {(edge.kind, edge.via) for edge in answer.edges if edge.target == dataset("tidy")} == {
        ("VIA", (job("clean"),))
    }


def test_a_bridge_is_as_good_as_the_weakest_of_what_it_stands_for(graph: Graph) -> None:
    put(graph, a_job("guess", [], ["tidy"]), a_dataset("raw"))
    open_edge(graph, "CONSUMED_BY", dataset("raw"), job("guess"), provenance="inferred", stale=True)

    answer = lineage(graph, called("raw"), wanted=Filter(kinds=frozenset({"DATASET"})))

    assert [(edge.provenance, edge.stale) for edge in answer.edges] == [("inferred", True)]


def mark(driver: neo4j.Driver, graph: Graph, name: str, **properties: Any) -> None:
    driver.execute_query(
        "MATCH (d:Dataset {id: $id}) SET d += $properties",
        id=dataset(name),
        properties=properties,
        database_=graph.settings.database,
    )


def test_technical_nodes_are_bridged_unless_they_are_asked_for(graph: Graph, side_driver: neo4j.Driver) -> None:
    put(graph, *CHAIN)
    mark(side_driver, graph, "tidy", technical=True)

    without, with_ = lineage(graph, called("raw")), lineage(graph, called("raw"), wanted=Filter(technical=True))

    assert "tidy" not in found(without)
    assert ("clean", "sum") in ends(without)
    assert ("tidy", "sum") in ends(with_)


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(tags=frozenset({"pii", "money"})),
        Filter(domains=frozenset({"sales"})),
        Filter(tiers=frozenset({"gold"})),
        Filter(owners=frozenset({"ops@example.org"})),
        Filter(tags=frozenset({"pii"}), tiers=frozenset({"gold"})),
    ],
)
def test_a_filter_asks_what_is_said_of_a_node(graph: Graph, side_driver: neo4j.Driver, wanted: Filter) -> None:
    last = a_job("sum", ["tidy"], ["sums"])
    put(graph, a_job("clean", ["raw"], ["tidy"]), last)
    mark(side_driver, graph, "sums", tags=["pii"], domain="sales", tier="gold")
    mark(side_driver, graph, "tidy", tags=["dull"], domain="other", tier="bronze")
    side_driver.execute_query(
        "MATCH (d:Dataset {id: $id}) CREATE (d)-[:OWNED_BY]->(:Owner {id: 'ow', name: 'ops@example.org'})",
        id=dataset("sums"),
        database_=graph.settings.database,
    )

    answer = lineage(graph, called("raw"), wanted=wanted)

    assert found(answer) == ["raw", "sums"]
    assert [edge.via for edge in answer.edges] == [(job("clean"), dataset("tidy"), job("sum"))]


def test_a_column_has_tags_of_its_own_and_those_of_its_dataset(graph: Graph, side_driver: neo4j.Driver) -> None:
    sql = "SELECT id, price FROM orders"
    put(graph, a_dataset("orders", ["id", "price"]), a_job("tidy_up", ["orders"], ["tidy"], sql=sql))
    side_driver.execute_query(
        "MATCH (f:Field {id: $id}) SET f.tags = ['pii']", id=column("tidy.id"), database_=graph.settings.database
    )

    own = lineage(graph, called("orders"), level="COLUMN", wanted=Filter(tags=frozenset({"pii"})))
    mark(side_driver, graph, "tidy", tags=["pii"])
    whole = lineage(graph, called("orders"), level="COLUMN", wanted=Filter(tags=frozenset({"pii"})))

    assert set(found(own)) - {"orders", "orders.id", "orders.price"} == {"tidy.id"}
    assert set(found(whole)) - {"orders", "orders.id", "orders.price"} == {"tidy.id", "tidy.price"}


def test_a_namespace_that_nothing_is_in_leaves_the_root_alone(graph: Graph) -> None:
    put(graph, *CHAIN)

    answer = lineage(graph, called("raw"), wanted=Filter(namespaces=frozenset({"nowhere"})))

    assert (found(answer), answer.edges, answer.is_complete) == (["raw"], (), True)


def test_all_ways_come_the_shortest_first_and_pass_nothing_twice(graph: Graph) -> None:
    put(
        graph,
        a_job("short", ["a"], ["z"]),
        a_job("first", ["a"], ["b"]),
        a_job("second", ["b"], ["z", "a"]),
        a_job("aside", ["a"], ["elsewhere"]),
    )

    answer = paths(graph, Asked(called("a")), Asked(called("z")))

    assert ways(answer) == [["a", "short", "z"], ["a", "first", "b", "second", "z"]]
    assert answer.is_complete
    assert ways(paths(graph, Asked(called("a")), Asked(called("z")), first=1)) == [["a", "short", "z"]]
    assert paths(graph, Asked(called("a")), Asked(called("z")), first=1).incomplete_reasons == ("PATH_LIMIT",)
    assert paths(graph, Asked(called("a")), Asked(called("z")), depth=2).paths == answer.paths[:1]


def test_against_the_stream_there_is_no_way(graph: Graph) -> None:
    put(graph, *CHAIN)

    answer = paths(graph, Asked(called("sums")), Asked(called("raw")))

    assert (answer.paths, answer.is_complete) == ((), True)


def test_ways_go_along_columns_where_an_end_is_one(graph: Graph) -> None:
    orders, tidy = a_dataset("orders", ["id", "price", "day"]), a_dataset("tidy", ["id", "total"])
    sql = "SELECT id, price * 2 AS total FROM orders WHERE day > '2020'"
    put(graph, orders, tidy, a_job("tidy_up", ["orders"], ["tidy"], sql=sql), a_consumer("board", {"tidy": ["total"]}))

    answer = paths(graph, Asked(called("orders"), column="price"), Asked(called("board"), kind="CONSUMER"))

    assert ways(answer) == [["orders.price", "tidy.total", "board"]]
    assert [edge.flow for edge in answer.paths[0]] == ["DIRECT", None]
    with pytest.raises(ColumnNotFound):
        paths(graph, Asked(called("orders"), column="pric"), Asked(called("board")))


def test_a_thing_can_be_asked_about_by_its_id(graph: Graph) -> None:
    put(graph, a_dataset("orders", ["id"]), a_job("tidy_up", ["orders"], ["tidy"]))

    assert found(lineage(graph, dataset("orders"))) == ["orders", "tidy_up", "tidy"]
    assert lineage(graph, column("orders.id")).root == column("orders.id")
    with pytest.raises(NodeNotFound):
        lineage(graph, "ds_nothing")
    with pytest.raises(InvalidInput, match="no lineage of level VERSION"):
        lineage(graph, job("tidy_up"), level="VERSION")


def test_an_unknown_end_of_a_way_is_told_with_the_nearest_name(graph: Graph) -> None:
    put(graph, *CHAIN)

    with pytest.raises(DatasetNotFound) as error:
        paths(graph, Asked(called("raw")), Asked(called("summs")))

    assert error.value.nearest == "shop/sums"
