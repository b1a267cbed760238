"""The walk over flows, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from graph_model.errors import ColumnNotFound, DatasetNotFound, JobNotFound
from graph_model.lineage.ask import lineage
from graph_model.lineage.entities import Direction, Lineage
from graph_model.store.graph import Graph
from tests.support.flow_graphs import (
    a_consumer,
    a_dataset,
    a_job,
    called,
    close_edge,
    column,
    consumer,
    dataset,
    job,
    open_edge,
    put,
)


def found(answer: Lineage) -> dict[str, int]:
    """The names of an answer with their hops; a column is `dataset.column`."""
    return {f"{n.name.name}.{n.column}" if n.column else n.name.name: n.hops for n in answer.nodes}


def ends(answer: Lineage) -> set[tuple[str, str, str]]:
    names = {n.id: f"{n.name.name}.{n.column}" if n.column else n.name.name for n in answer.nodes}
    return {(names[edge.source], names[edge.target], edge.kind) for edge in answer.edges}


def test_a_diamond_comes_once_with_the_shorter_hops(graph: Graph) -> None:
    put(
        graph,
        a_job("left", ["raw"], ["a"]),
        a_job("right", ["raw"], ["b"]),
        a_job("join", ["a", "b"], ["all"]),
        a_consumer("board", {"all": [], "raw": []}),
    )

    answer = lineage(graph, called("raw"))

    expected = {"raw": 0, "left": 1, "right": 1, "a": 2, "b": 2, "join": 3, "all": 4, "board": 1}
    assert found(answer) == expected
    assert len(answer.edges) == len(set(answer.edges)) == 9
    assert ("raw", "board", "CONSUMED_BY") in ends(answer)
    assert answer.root == dataset("raw")
    assert answer.is_complete


def test_upstream_walks_the_same_edges_against_their_direction(graph: Graph) -> None:
    put(graph, a_job("clean", ["raw", "codes"], ["tidy"]), a_consumer("board", {"tidy": []}))

    answer = lineage(graph, called("board"), direction="UP")

    assert found(answer) == {"board": 0, "tidy": 1, "clean": 2, "codes": 3, "raw": 3}
    assert ("raw", "clean", "CONSUMED_BY") in ends(answer)
    assert ("clean", "tidy", "PRODUCES") in ends(answer)


def test_a_job_that_reads_its_own_output_ends_the_walk(graph: Graph) -> None:
    put(graph, a_job("grow", ["seed", "total"], ["total"]))

    answer = lineage(graph, called("seed"))

    assert found(answer) == {"seed": 0, "grow": 1, "total": 2}
    assert ("total", "grow", "CONSUMED_BY") in ends(answer)
    assert answer.is_complete


def test_a_ladder_of_depth_twenty_is_whole_and_quick_enough_to_end(graph: Graph) -> None:
    jobs = [
        a_job(f"j{level}_{lane}", [f"d{level}_{other}" for other in range(4)], [f"d{level + 1}_{lane}"])
        for level in range(10)
        for lane in range(4)
    ]
    put(graph, *jobs)

    answer = lineage(graph, called("d0_0"), depth=20)

    assert len(answer.nodes) == 1 + 40 + 40
    assert max(node.hops for node in answer.nodes) == 20
    assert answer.is_complete


@pytest.mark.parametrize(("depth", "names"), [(0, {"d0"}), (1, {"d0", "j0"}), (2, {"d0", "j0", "d1"})])
def test_a_depth_limit_cuts_and_says_so(graph: Graph, depth: int, names: set[str]) -> None:
    put(graph, *[a_job(f"j{i}", [f"d{i}"], [f"d{i + 1}"]) for i in range(3)])

    answer = lineage(graph, called("d0"), depth=depth)

    assert set(found(answer)) == names
    assert answer.incomplete_reasons == ("DEPTH_LIMIT",)


def test_a_depth_that_just_suffices_is_complete(graph: Graph) -> None:
    put(graph, a_job("j0", ["d0"], ["d1"]))

    assert lineage(graph, called("d0"), depth=2).is_complete


def test_a_node_limit_cuts_and_says_so(graph: Graph) -> None:
    put(graph, *[a_job(f"j{i}", ["raw"], [f"out{i}"]) for i in range(6)])

    answer = lineage(graph, called("raw"), limit=4)

    assert found(answer) == {"raw": 0, "j0": 1, "j1": 1, "j2": 1}
    assert answer.incomplete_reasons == ("NODE_LIMIT",)


def test_a_walk_out_of_time_gives_what_it_has_and_says_so(graph: Graph) -> None:
    put(graph, a_job("clean", ["raw"], ["tidy"]))

    answer = lineage(graph, called("raw"), budget_seconds=0.0)

    assert found(answer) == {"raw": 0}
    assert answer.incomplete_reasons == ("TIMEOUT",)


def test_as_of_shows_the_edges_that_were_true_then(graph: Graph) -> None:
    spring, summer, autumn = (datetime(2021, month, 1, tzinfo=UTC) for month in (3, 6, 9))
    put(graph, a_job("old", [], ["tidy"]), a_job("new", [], ["tidy"]), a_dataset("raw"))
    open_edge(graph, "CONSUMED_BY", dataset("raw"), job("old"))
    close_edge(graph, "CONSUMED_BY", dataset("raw"), job("old"), at=summer)
    open_edge(graph, "CONSUMED_BY", dataset("raw"), job("new"), now=summer)

    assert set(found(lineage(graph, called("raw"), as_of=spring))) == {"raw", "old", "tidy"}
    assert set(found(lineage(graph, called("raw"), as_of=summer))) == {"raw", "new", "tidy"}
    assert set(found(lineage(graph, called("raw"), as_of=autumn))) == {"raw", "new", "tidy"}
    assert lineage(graph, called("raw"), as_of=spring).as_of == spring


def test_a_retracted_edge_is_not_walked(graph: Graph) -> None:
    put(graph, a_job("clean", [], ["tidy"]), a_dataset("raw"))
    then = datetime(2021, 1, 1, tzinfo=UTC)
    open_edge(graph, "CONSUMED_BY", dataset("raw"), job("clean"), retracted_at=then)

    assert set(found(lineage(graph, called("raw")))) == {"raw"}


def test_a_stale_edge_is_walked_and_said_to_be_stale(graph: Graph) -> None:
    put(graph, a_job("clean", [], ["tidy"]), a_dataset("raw"))
    open_edge(graph, "CONSUMED_BY", dataset("raw"), job("clean"), stale=True, provenance="observed")

    answer = lineage(graph, called("raw"))

    assert {edge.kind: (edge.stale, edge.provenance) for edge in answer.edges} == {
        "CONSUMED_BY": (True, "observed"),
        "PRODUCES": (False, "declared"),
    }


def test_a_name_of_several_kinds_means_the_dataset_unless_told(graph: Graph) -> None:
    put(graph, a_job("sales", ["orders"], ["sales"]), a_consumer("board", {"sales": []}))

    assert lineage(graph, called("sales")).root == dataset("sales")
    assert lineage(graph, called("sales"), kind="JOB").root == job("sales")
    assert lineage(graph, called("board")).root == consumer("board")


def test_an_unknown_name_is_told_with_the_nearest_one(graph: Graph) -> None:
    put(graph, a_job("clean_orders", ["orders"], ["tidy"]))

    with pytest.raises(DatasetNotFound) as dataset_error:
        lineage(graph, called("order"))
    with pytest.raises(JobNotFound) as job_error:
        lineage(graph, called("clean_order"))

    assert dataset_error.value.nearest == "shop/orders"
    assert job_error.value.nearest == "shop/clean_orders"


ORDERS = a_dataset("orders", ["id", "price", "day", "note"])
TIDY = a_job("tidy_up", ["orders"], ["tidy"], sql="SELECT id, price * 2 AS total FROM orders WHERE day > '2020'")
SUMS = a_job("add_up", ["tidy"], ["sums"], sql="SELECT sum(total) AS revenue FROM tidy")
TIDY_DATA = a_dataset("tidy", ["id", "total"])


def test_a_column_is_followed_along_what_is_made_of_it(graph: Graph) -> None:
    board = a_consumer("board", {"sums": ["revenue"]})
    put(graph, ORDERS, TIDY_DATA, TIDY, SUMS, board, a_consumer("ids", {"tidy": ["id"]}))

    answer = lineage(graph, called("orders"), column="price")

    expected = {
        "orders.price": 0, "tidy.total": 1, "tidy_up": 1, "sums.revenue": 2, "add_up": 2, "board": 3
    }  # fmt: skip
    assert found(answer) == expected
    assert ("tidy.total", "add_up", "USED_BY") in ends(answer)
    assert answer.is_complete


def test_a_column_that_only_filters_shapes_the_dataset_and_all_its_readers(graph: Graph) -> None:
    put(graph, ORDERS, TIDY_DATA, TIDY, SUMS, a_consumer("ids", {"tidy": ["id"]}))

    answer = lineage(graph, called("orders"), column="day")

    assert found(answer) == {"orders.day": 0, "tidy_up": 1, "tidy": 1, "add_up": 2, "ids": 2, "sums": 3}
    assert ("orders.day", "tidy", "SHAPES") in ends(answer)
    assert answer.is_complete


def test_where_columns_are_not_known_the_walk_goes_on_over_datasets(graph: Graph) -> None:
    put(graph, ORDERS, TIDY_DATA, a_job("tidy_up", ["orders"], ["tidy"]), SUMS, a_consumer("board", {"sums": []}))

    answer = lineage(graph, called("orders"), column="note")

    assert found(answer) == {"orders.note": 0, "tidy_up": 1, "tidy": 2, "add_up": 3, "sums": 4, "board": 5}
    assert ("orders.note", "tidy_up", "CONSUMED_BY") in ends(answer)
    assert answer.incomplete_reasons == ("UNRESOLVED_COLUMNS",)


def test_a_consumer_that_names_no_columns_may_read_any_of_them(graph: Graph) -> None:
    put(graph, ORDERS, a_consumer("dump", {"orders": []}), a_consumer("ids", {"orders": ["id"]}))

    answer = lineage(graph, called("orders"), column="price")

    assert found(answer) == {"orders.price": 0, "dump": 1}
    assert answer.incomplete_reasons == ("UNRESOLVED_COLUMNS",)


def test_upstream_of_a_column_is_what_it_is_made_from_and_what_decides_its_rows(graph: Graph) -> None:
    put(graph, ORDERS, TIDY_DATA, TIDY, SUMS)

    answer = lineage(graph, called("sums"), column="revenue", direction="UP")

    assert found(answer) == {"sums.revenue": 0, "tidy.total": 1, "orders.price": 2, "orders.day": 2}
    assert answer.is_complete


def test_upstream_of_a_consumer_by_column_starts_at_the_columns_it_names(graph: Graph) -> None:
    put(graph, ORDERS, TIDY_DATA, TIDY, a_consumer("board", {"tidy": ["id"]}))

    answer = lineage(graph, called("board"), level="COLUMN", direction="UP")

    assert found(answer) == {"board": 0, "tidy.id": 1, "orders.id": 2, "orders.day": 2}


def test_all_columns_of_a_dataset_can_be_followed_at_once(graph: Graph) -> None:
    put(graph, ORDERS, TIDY_DATA, TIDY)

    answer = lineage(graph, called("orders"), level="COLUMN")

    roots = {name for name, hops in found(answer).items() if hops == 0}
    assert roots == {"orders", "orders.id", "orders.price", "orders.day", "orders.note"}
    assert {"tidy.id", "tidy.total", "tidy_up", "tidy"} == set(found(answer)) - roots


def test_a_column_is_found_without_regard_to_case_and_a_wrong_one_is_told_with_the_nearest(graph: Graph) -> None:
    put(graph, ORDERS)

    assert lineage(graph, called("orders"), column="PRICE").root == column("orders.price")
    with pytest.raises(ColumnNotFound) as error:
        lineage(graph, called("orders"), column="pricee")
    assert error.value.nearest == "shop/orders.price"


def test_random_graphs_give_what_brute_force_gives(graph: Graph) -> None:
    for seed in range(3):
        random = Random(seed)
        datasets = [f"d{seed}_{i}" for i in range(10)]
        jobs = {
            f"j{seed}_{i}": (
                random.sample(datasets, random.randint(1, 3)),
                random.sample(datasets, random.randint(1, 2)),
            )
            for i in range(12)
        }
        put(graph, *[a_job(name, reads, makes) for name, (reads, makes) in jobs.items()])
        edges = {(one, name) for name, (reads, _) in jobs.items() for one in reads}
        edges |= {(name, one) for name, (_, makes) in jobs.items() for one in makes}

        ways: dict[Direction, set[tuple[str, str]]] = {"DOWN": edges, "UP": {(b, a) for a, b in edges}}
        for direction, followed in ways.items():
            answer = lineage(graph, called(jobs[f"j{seed}_0"][0][0]), direction=direction, depth=40)

            far = distances(followed, jobs[f"j{seed}_0"][0][0])
            assert found(answer) == far
            assert {(a, b) for a, b, _ in ends(answer)} == {(a, b) for a, b in edges if a in far and b in far}


def distances(edges: set[tuple[str, str]], start: str) -> dict[str, int]:
    """Hops from `start`, by relaxing every edge until nothing changes."""
    far, settled = {start: 0}, False
    while not settled:
        nearer = {b: far[a] + 1 for a, b in edges if a in far and far[a] + 1 < far.get(b, len(edges))}
        settled = not nearer
        far |= nearer
    return far
