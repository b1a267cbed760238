"""Doubts that the data settle which are there: what was seen in the current versions, from the graph to the verdict."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.sql.binding import rebind
from graph_model.impact.assess import assess
from graph_model.impact.entities import (
    Affected,
    Change,
    ChangeFormat,
    ChangeMeaning,
    ChangeNullability,
    RetypeColumn,
)
from graph_model.names import partition_id
from graph_model.store.graph import Graph, Transaction
from tests.support.flow_graphs import a_consumer, a_dataset, a_job, called, dataset, put

ORDERS = a_dataset("orders", {"id": "int32", "price": "number", "day": "date", "note": "string"})
SUMS_DATA = a_dataset("sums", {"day": "date", "total": "number"})
SUMS = a_job("add_up", ["orders"], ["sums"], sql="SELECT day, sum(price) AS total FROM orders GROUP BY day")
BOARD = a_consumer("board", {"sums": ["total"]})
NOTES = a_consumer("notes", {"orders": ["note"]})


@pytest.fixture
def shop(graph: Graph) -> Graph:
    put(graph, ORDERS, SUMS_DATA, SUMS, BOARD, NOTES)
    return graph


def found(graph: Graph, *changes: Change) -> dict[str, Affected]:
    return {one.node.name.name: one for one in assess(graph, changes, rebind=rebind).affected}


def verdicts(graph: Graph, *changes: Change) -> dict[str, str]:
    return {name: f"{one.verdict} {one.rule}" for name, one in found(graph, *changes).items()}


def hold(
    graph: Graph, name: str, key: str, *, nulls: dict[str, int], rows: int, narrowest: dict[str, str] | None = None
) -> None:
    """A current version of a partition, in which so many rows and gaps were counted, and such values seen."""
    partition = partition_id(dataset(name), key)
    metrics = json.dumps({"nulls": nulls, "narrowest": narrowest or {}})
    version = {
        "id": f"{partition}@1",
        "partition": partition,
        "dataset": dataset(name),
        "key": key,
        "format": "parquet",
    }
    version |= {"location": key, "report_key": key, "reported_by": "test", "source_time": None, "metrics": metrics}
    facts = {"version": version["id"], "row_count": rows, "size_bytes": 1, "content_hash": key, "metrics": metrics}

    def work(tx: Transaction) -> None:
        tx.rows("versions.report", versions=[version], token=key)
        tx.rows("versions.record_facts", facts=[facts])
        tx.rows("versions.flip", versions=[version["id"]])

    graph.write(work)


def test_a_column_that_must_have_a_value_is_nothing_new_where_no_row_lacks_one(shop: Graph) -> None:
    no_gaps = ChangeNullability(called("orders"), "price", nullable=False)
    assert verdicts(shop, no_gaps)["board"] == "RISKY column_is_touched"  # nothing is there that could show it

    hold(shop, "orders", "2024-06-01", nulls={"price": 0, "note": 1}, rows=5)
    hold(shop, "orders", "2024-06-02", nulls={"price": 0, "note": 0}, rows=7)

    of = found(shop, no_gaps)
    assert {one.verdict for one in of.values()} == {"SAFE"}
    many = [one.verdict for one in found(shop, replace(no_gaps, column="note")).values()]
    assert "RISKY" in many
    past = assess(shop, [no_gaps], rebind=rebind, as_of=datetime.now(UTC))  # of a past nobody knows the data
    assert "RISKY" in {one.verdict for one in past.affected}


def test_a_partition_that_was_never_looked_at_leaves_the_doubt(shop: Graph) -> None:
    hold(shop, "orders", "2024-06-01", nulls={"price": 0}, rows=5)
    hold(shop, "orders", "2024-06-02", nulls={}, rows=7)

    no_gaps = ChangeNullability(called("orders"), "price", nullable=False)
    assert verdicts(shop, no_gaps)["board"] == "RISKY column_is_touched"


@pytest.fixture
def sold(graph: Graph) -> Graph:
    """Sales, which SQL adds up, SQL passes on, Python reads, and a board shows."""
    put(
        graph,
        a_dataset("sold", {"qty": "int64", "item": "string"}),
        a_dataset("totals", {"total": "float64"}),
        a_dataset("copied", {"qty": "int64"}),
        a_dataset("made", {"qty": "int64"}),
        a_job("add", ["sold"], ["totals"], sql="SELECT CAST(sum(qty) AS DOUBLE) AS total FROM sold"),
        a_job("multiply", ["sold"], ["copied"], sql="SELECT qty * 1000 AS qty FROM sold"),
        replace(a_job("code", ["sold"], ["made"]), columns={"qty": ("sold.qty",)}),
        a_consumer("board", {"sold": ["qty"]}),
        a_consumer("of_totals", {"totals": ["total"]}),
    )
    return graph


@pytest.mark.parametrize(
    ("narrowest", "to", "expected"),
    [
        ({}, "int32", {"add": "RISKY", "multiply": "RISKY", "code": "RISKY", "board": "RISKY", "of_totals": "RISKY"}),
        (
            {"qty": "int16"},
            "int32",  # what code makes of it has room
            {"add": "SAFE", "multiply": "RISKY", "code": "SAFE", "board": "SAFE", "of_totals": "SAFE"},
        ),
        (
            {"qty": "int16"},
            "int16",
            {"add": "SAFE", "multiply": "RISKY", "code": "RISKY", "board": "SAFE", "of_totals": "SAFE"},
        ),
        (
            {"qty": "int32"},
            "int16",
            {"add": "RISKY", "multiply": "RISKY", "code": "RISKY", "board": "RISKY", "of_totals": "RISKY"},
        ),
    ],
)
def test_a_narrower_type_is_nothing_where_it_holds_all_that_is_there(
    sold: Graph, narrowest: dict[str, str], to: str, expected: dict[str, str]
) -> None:
    hold(sold, "sold", "", nulls={"qty": 0}, rows=7, narrowest=narrowest)

    of = found(sold, RetypeColumn(called("sold"), "qty", to))

    assert {name: of[name].verdict for name in expected} == expected


def test_a_type_that_fits_says_nothing_of_values_that_the_set_changes(sold: Graph) -> None:
    hold(sold, "sold", "", nulls={"qty": 0}, rows=7, narrowest={"qty": "int8"})
    retype = RetypeColumn(called("sold"), "qty", "int32")

    of = found(sold, retype, ChangeMeaning(called("sold"), "qty", "in dozens"))

    assert of["board"].verdict == "RISKY"


@pytest.mark.parametrize(
    ("narrowest", "add", "of_totals"),
    [
        ({"qty": "int16", "item": "string"}, "SAFE", "SAFE"),
        ({"qty": "int16"}, "SAFE", "SAFE"),  # an item may be read as a number, and is not read
        ({"item": "string"}, "RISKY", "RISKY"),
    ],
)
def test_a_query_over_what_becomes_text_gets_the_types_that_the_values_show(
    sold: Graph, narrowest: dict[str, str], add: str, of_totals: str
) -> None:
    hold(sold, "sold", "", nulls={"qty": 0}, rows=7, narrowest=narrowest)

    of = found(sold, ChangeFormat(called("sold"), "csv"))

    assert (of["add"].verdict, of["of_totals"].verdict) == (add, of_totals)
    assert of["board"].verdict == "BREAKS"  # it opens the files itself
