"""What a person writes on the command line, found in the graph."""

from __future__ import annotations

import neo4j
import pytest

from app.cli.lookup import find_column, find_dataset, find_job, find_named_column, find_partition
from graph_model.errors import DatasetNotFound, InvalidInput, InvalidPartition, JobNotFound
from graph_model.names import Name, dataset_id, dataset_name_id, job_id
from graph_model.store.graph import Graph

DATASETS = ("shop/orders", "shop/db.orders", "shop/db.orders.lines", "shop/db", "a/clean", "b/clean", "a/old", "b/old")
JOBS = ("shop/load", "a/tidy", "b/tidy")


@pytest.fixture
def named_graph(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """Names and little else: `shop/orders` has days and `shop/sales` for a second name, `b/old` is retired."""
    datasets = [Name(*text.split("/")) for text in DATASETS]
    jobs = [Name(*text.split("/")) for text in JOBS]
    side_driver.execute_query(
        """UNWIND $rows AS row CREATE (d:Dataset {id: row.id, namespace: row.namespace, name: row.name})
        CREATE (:DatasetName {id: row.name_id, namespace: row.namespace, name: row.name})-[:NAMES]->(d)""",
        rows=[_row(name) | {"id": dataset_id(name), "name_id": dataset_name_id(name)} for name in datasets],
        database_=graph.settings.database,
    )
    side_driver.execute_query(
        "UNWIND $rows AS row CREATE (:Job {id: row.id, namespace: row.namespace, name: row.name})",
        rows=[_row(name) | {"id": job_id(name)} for name in jobs],
        database_=graph.settings.database,
    )
    side_driver.execute_query(
        """MATCH (d:Dataset {id: $orders}) SET d.partition_every = 'day', d.partition_from = '2024-01-01'
        CREATE (:DatasetName {id: $second, namespace: 'shop', name: 'sales'})-[:NAMES]->(d)""",
        orders=dataset_id(Name("shop", "orders")),
        second=dataset_name_id(Name("shop", "sales")),
        database_=graph.settings.database,
    )
    side_driver.execute_query(
        "MATCH (d:Dataset {id: $old}) SET d.retired_at = datetime.realtime()",
        old=dataset_id(Name("b", "old")),
        database_=graph.settings.database,
    )
    return graph


@pytest.mark.parametrize("text", ["shop/orders", "orders", "shop/sales", "sales"])
def test_a_dataset_is_found_by_each_of_its_names(named_graph: Graph, text: str) -> None:
    assert find_dataset(named_graph, text).name == Name("shop", "orders")


def test_a_bare_name_that_several_have_is_refused_with_all_of_them(named_graph: Graph) -> None:
    with pytest.raises(InvalidInput, match="a/clean, b/clean"):
        find_dataset(named_graph, "clean")


def test_a_bare_name_takes_the_namespace_of_the_settings(named_graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_NAMESPACE", "b")

    assert find_dataset(named_graph, "clean").name == Name("b", "clean")
    assert find_job(named_graph, "tidy") == Name("b", "tidy")


def test_a_retired_dataset_is_meant_only_where_nothing_else_has_the_name(named_graph: Graph) -> None:
    assert find_dataset(named_graph, "old").name == Name("a", "old")
    assert find_dataset(named_graph, "b/old").retired


@pytest.mark.parametrize(("wrong", "nearest"), [("shop/ordrs", "shop/orders"), ("ordrs", "orders")])
def test_an_unknown_dataset_is_answered_with_the_nearest(named_graph: Graph, wrong: str, nearest: str) -> None:
    with pytest.raises(DatasetNotFound, match=f"no dataset {wrong}; did you mean {nearest}"):
        find_dataset(named_graph, wrong)


def test_a_partition_is_one_that_the_dataset_can_have(named_graph: Graph) -> None:
    assert find_partition(named_graph, "orders@2024-02-03") == (Name("shop", "orders"), "2024-02-03")
    with pytest.raises(InvalidPartition, match="2024-01-01 or later"):
        find_partition(named_graph, "orders@2023-12-31")
    with pytest.raises(InvalidPartition, match="a day like"):
        find_partition(named_graph, "shop/orders")


@pytest.mark.parametrize(
    ("text", "dataset", "column"),
    [
        ("shop/db.orders.lines", "db.orders.lines", None),
        ("shop/db.orders.total", "db.orders", "total"),
        ("shop/db.orders.total.net", "db.orders", "total.net"),
        ("shop/db.name", "db", "name"),
        ("db.orders.total", "db.orders", "total"),
    ],
)
def test_of_a_name_with_dots_the_longest_dataset_that_exists_wins(
    named_graph: Graph, text: str, dataset: str, column: str | None
) -> None:
    assert find_column(named_graph, text) == (Name("shop", dataset), column)


def test_where_a_column_must_be_named_a_dataset_of_the_whole_name_is_not_meant(named_graph: Graph) -> None:
    assert find_named_column(named_graph, "shop/db.orders.lines") == (Name("shop", "db.orders"), "lines")
    with pytest.raises(InvalidInput, match="names no column"):
        find_named_column(named_graph, "shop/orders")
    with pytest.raises(DatasetNotFound):
        find_named_column(named_graph, "shop/nothing")


def test_a_bare_job_is_found_when_only_one_is_called_so(named_graph: Graph) -> None:
    assert find_job(named_graph, "load") == Name("shop", "load")
    with pytest.raises(InvalidInput, match="a/tidy, b/tidy"):
        find_job(named_graph, "tidy")
    with pytest.raises(JobNotFound, match="did you mean load"):
        find_job(named_graph, "laod")


def _row(name: Name) -> dict[str, str]:
    return {"namespace": name.namespace, "name": name.name}
