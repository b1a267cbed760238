"""Lineage and impact where one dataset has several names: whoever asks sees one dataset."""

from __future__ import annotations

import neo4j
import pytest

from graph_model import names
from graph_model.impact.assess import assess
from graph_model.impact.entities import DropColumn, DropDataset
from graph_model.lineage.ask import lineage
from graph_model.lineage.compare import compare
from graph_model.lineage.entities import Filter, Lineage
from graph_model.lineage.paths import paths
from graph_model.lineage.steps import Asked
from graph_model.names import Name
from graph_model.store.graph import Graph
from tests.integration.small_estate import BOARD, CLEAN, DAY_ONE, GOOD, RAW
from tests.integration.test_names import HIVE, by_path, by_table, reads, symlinks, tell, writes
from tests.support.events import WAREHOUSE, dataset, facet, run_event

LINK = symlinks((HIVE, "db.orders", "TABLE"))
TABLE, PATH = Name(HIVE, "db.orders"), Name("file", "/warehouse/orders")
SOURCE, SUMS = Name(WAREHOUSE, "source"), Name(WAREHOUSE, "sums")
NAMES = pytest.mark.parametrize("name", [TABLE, PATH], ids=["by its table", "by its path"])


def columns(source: Name, **made: str) -> dict[str, object]:
    """A `columnLineage` facet: each column, and the one of `source` that it is made from."""
    return facet(
        fields={
            column: {"inputFields": [{"namespace": source.namespace, "name": source.name, "field": field}]}
            for column, field in made.items()
        }
    )


@pytest.fixture
def two_names(graph: Graph) -> Graph:
    """`load` writes a path, `sum` reads a table, and somebody says that they are one."""
    loaded = by_path(columnLineage=columns(SOURCE, amount="euros"))
    made = dataset("sums", columnLineage=columns(TABLE, total="amount"))
    tell(graph, run_event("COMPLETE", "01:00:00", run="1", job="load", inputs=[dataset("source")], outputs=[loaded]))
    tell(graph, run_event("COMPLETE", "02:00:00", run="2", job="sum", inputs=[by_table()], outputs=[made]))
    tell(graph, reads(by_path(symlinks=LINK), at="03:00:00", job="look"))
    return graph


def told(found: Lineage) -> list[str]:
    """The nodes in the order they are met, and that every edge leads to and from one of them."""
    ids = {node.id for node in found.nodes}
    assert all({edge.source, edge.target} <= ids for edge in found.edges)
    return [node.name.name + (f".{node.column}" if node.column else "") for node in found.nodes]


def along_columns(found: Lineage) -> list[str]:
    return [f"{node.name.name}.{node.column}" for node in found.nodes if node.kind == "COLUMN"]


@NAMES
def test_lineage_goes_through_all_names(two_names: Graph, name: Name) -> None:
    assert told(lineage(two_names, SOURCE)) == ["source", "load", "db.orders", "look", "sum", "sums"]
    assert told(lineage(two_names, name, direction="UP")) == ["db.orders", "load", "source"]
    assert told(lineage(two_names, name)) == ["db.orders", "look", "sum", "sums"]
    assert told(lineage(two_names, SUMS, direction="UP")) == ["sums", "sum", "db.orders", "load", "source"]


@NAMES
def test_columns_of_all_names_are_the_same(two_names: Graph, name: Name) -> None:
    along = ["source.euros", "db.orders.amount", "sums.total"]
    assert along_columns(lineage(two_names, SOURCE, column="euros")) == along
    assert along_columns(lineage(two_names, SUMS, column="total", direction="UP")) == along[::-1]
    assert "sums.total" in told(lineage(two_names, name, column="amount"))
    assert "source.euros" in told(lineage(two_names, name, column="amount", direction="UP"))
    assert told(lineage(two_names, name, level="COLUMN", depth=0)) == ["db.orders", "db.orders.amount"]


def test_who_reads_another_name_as_a_whole_is_found_from_a_column(two_names: Graph) -> None:
    """`look` names the path and no columns, and the path is known to have the column only."""
    found = lineage(two_names, TABLE, column="amount")

    assert "look" in told(found)


@NAMES
def test_a_node_of_any_name_is_found_by_its_id(two_names: Graph, name: Name) -> None:
    identity = names.dataset_id(name)
    assert told(lineage(two_names, identity)) == ["db.orders", "look", "sum", "sums"]

    field = names.field_id(identity, "amount")
    assert "sums.total" in told(lineage(two_names, field))
    assert lineage(two_names, field).root == names.field_id(names.dataset_id(TABLE), "amount")


def test_ways_and_differences_go_over_one_node(two_names: Graph) -> None:
    found = paths(two_names, Asked(SOURCE), Asked(SUMS))
    assert [len(path) for path in found.paths] == [4]
    assert [len(path) for path in paths(two_names, Asked(PATH), Asked(SUMS)).paths] == [2]

    before = lineage(two_names, TABLE).as_of.replace(year=2001)
    came = compare(two_names, Asked(PATH), before=before).came
    assert {edge.target for edge in came} >= {names.dataset_id(TABLE)}
    assert names.dataset_id(PATH) not in {end for edge in came for end in (edge.source, edge.target)}


def test_one_flow_under_two_names_is_one_edge(two_names: Graph) -> None:
    tell(two_names, writes(by_table(), at="04:00:00", job="load", run="9"))

    produced = [edge for edge in lineage(two_names, SOURCE).edges if edge.kind == "PRODUCES"]
    into_orders = [edge for edge in produced if edge.target == names.dataset_id(TABLE)]

    assert len(into_orders) == 1
    assert not into_orders[0].stale


def test_a_ladder_of_names_is_walked_like_one(graph: Graph) -> None:
    """Twenty steps, each through a dataset that is written by one name and read by another one of a chain of three."""
    for step in range(20):
        chain = [by_table(f"t{step}.{name}") for name in "abc"]
        chain[0]["facets"] = {"symlinks": symlinks((HIVE, f"t{step}.b", ""))}
        chain[2]["facets"] = {"symlinks": symlinks((HIVE, f"t{step}.b", ""))}
        after = by_table(f"t{step + 1}.a", symlinks=symlinks((HIVE, f"t{step + 1}.b", "")))
        tell(
            graph, run_event("COMPLETE", "01:00:00", run=str(step), job=f"j{step}", inputs=[chain[2]], outputs=[after])
        )
        tell(graph, writes(chain[0], job="first" if step == 0 else f"j{step - 1}", run=f"w{step}"))

    found = lineage(graph, Name(HIVE, "t0.b"), depth=50)

    assert [node.name.name for node in found.nodes if node.kind == "DATASET"] == [f"t{step}.a" for step in range(21)]
    assert len(found.edges) == 40
    assert found.is_complete


@pytest.fixture
def seen_elsewhere(own_estate: Graph, side_driver: neo4j.Driver) -> Graph:
    """A small estate, of which somebody else reads a dataset by another name."""
    side_driver.execute_query("MATCH (v:DatasetVersion {id: $id}) SET v.published_at = v.reported_at", id=GOOD)
    clean = dataset(CLEAN.name, namespace=CLEAN.namespace, symlinks=symlinks(("file", "/lake/clean", "LOCATION")))
    tell(own_estate, writes(clean, job="elsewhere", run="1"))
    lake = dataset("/lake/clean", namespace="file")
    made = dataset("copy", columnLineage=columns(Name("file", "/lake/clean"), sum="amount"))
    tell(own_estate, run_event("COMPLETE", "02:00:00", run="2", job="copier", inputs=[lake], outputs=[made]))
    return own_estate


def test_what_is_declared_stands_for_what_was_seen(seen_elsewhere: Graph) -> None:
    found = lineage(seen_elsewhere, Name("file", "/lake/clean"), depth=1)

    assert told(found)[0] == CLEAN.name
    assert {"copier", "sum_up"} <= set(told(found))


def test_impact_reaches_who_reads_another_name(seen_elsewhere: Graph) -> None:
    for change in (DropDataset(CLEAN), DropDataset(Name("file", "/lake/clean"))):
        report = assess(seen_elsewhere, [change])
        assert {"copier", "sum_up"} <= {affected.node.name.name for affected in report.affected}

    report = assess(seen_elsewhere, [DropColumn(CLEAN, "amount")])
    assert "copier" in {affected.node.name.name for affected in report.affected}


def test_filters_ask_what_is_said_of_the_one_that_stands_for_all(seen_elsewhere: Graph) -> None:
    copied = Name(WAREHOUSE, "copy")
    tagged = lineage(seen_elsewhere, copied, direction="UP", wanted=Filter(tags=frozenset({"orders"})))

    assert told(tagged)[:2] == ["copy", CLEAN.name]


def test_versions_are_found_by_any_name_and_say_the_declared_one(seen_elsewhere: Graph) -> None:
    found = lineage(seen_elsewhere, Name("file", "/lake/clean"), partition=DAY_ONE, level="VERSION", direction="BOTH")

    assert found.root == GOOD
    assert {node.name for node in found.nodes if node.kind == "VERSION"} >= {CLEAN}
    assert RAW in {node.name for node in lineage(seen_elsewhere, BOARD, direction="UP").nodes}


def test_a_consumer_of_another_name_could_read_a_version(seen_elsewhere: Graph, side_driver: neo4j.Driver) -> None:
    side_driver.execute_query(
        "MATCH (d:Dataset {id: $lake}) MATCH (:Dataset)-[o:CONSUMED_BY]->(:Consumer) "
        "WITH d, properties(o) AS said LIMIT 1 "
        "CREATE (c:Consumer {id: 'cn_lake', namespace: 'lake', name: 'reader'}) CREATE (d)-[e:CONSUMED_BY]->(c) "
        "SET e = said",
        lake=names.dataset_id(Name("file", "/lake/clean")),
    )

    assert "reader" in told(lineage(seen_elsewhere, GOOD, level="VERSION"))
    assert {"about": "cn_lake"} in seen_elsewhere.rows("versions.told_readers", version=GOOD)
