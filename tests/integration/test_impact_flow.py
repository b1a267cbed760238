"""Columns flow through queries that are held against their tables, on both engines, from the graph to the verdict."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from connectors.sql.binding import rebind
from graph_model.contracts.entities import Check
from graph_model.errors import InvalidInput
from graph_model.impact.assess import assess
from graph_model.impact.entities import (
    AddColumn,
    Affected,
    Change,
    ChangeJob,
    ChangeMeaning,
    DropColumn,
    RenameColumn,
    ReorderColumns,
    RetypeColumn,
)
from graph_model.store.graph import Graph
from tests.support.flow_graphs import a_consumer, a_dataset, a_job, called, put

ORDERS = a_dataset("orders", {"id": "int32", "price": "number", "day": "date", "note": "string"})
COPY_DATA = a_dataset("copy", {"id": "int32", "price": "number", "day": "date", "note": "string"})
SUMS_DATA = a_dataset("sums", {"day": "date", "total": "number"})
COPY = a_job("make_copy", ["orders"], ["copy"], sql="SELECT * FROM orders")
SUMS = a_job("add_up", ["copy"], ["sums"], sql="SELECT day, sum(price) AS total FROM copy GROUP BY day")
BOARD = a_consumer("board", {"sums": ["total"]})
IDS = a_consumer("ids", {"copy": ["id"]})


@pytest.fixture
def shop(graph: Graph) -> Graph:
    put(graph, ORDERS, COPY_DATA, SUMS_DATA, COPY, SUMS, BOARD, IDS)
    return graph


def found(graph: Graph, *changes: Change) -> dict[str, Affected]:
    return {one.node.name.name: one for one in assess(graph, changes, rebind=rebind).affected}


def verdicts(graph: Graph, *changes: Change) -> dict[str, str]:
    return {name: f"{one.verdict} {one.rule}" for name, one in found(graph, *changes).items()}


def test_a_star_passes_on_that_a_column_goes_and_the_one_who_uses_it_breaks(shop: Graph) -> None:
    found_ = found(shop, DropColumn(called("orders"), "price"))

    assert {name: f"{one.verdict} {one.rule}" for name, one in found_.items()} == {
        "make_copy": "RISKY output_changes",
        "add_up": "BREAKS query_is_refused",
        "board": "BREAKS input_stalls",
        "ids": "SAFE uses_other_columns",
    }
    assert "price" in found_["add_up"].reason
    assert found_["add_up"].hit == ("shop/copy.price",)


def test_a_new_column_goes_on_through_a_star_and_is_nothing_to_who_reads_by_name(shop: Graph) -> None:
    assert set(verdicts(shop, AddColumn(called("orders"), "tax", "number")).values()) <= {
        "SAFE query_fits",
        "SAFE uses_other_columns",
        "SAFE inputs_stay",
    }


def test_another_order_is_nothing_to_who_reads_by_name(shop: Graph) -> None:
    order = ReorderColumns(called("orders"), ("note", "day", "price", "id"))

    assert {one.verdict for one in found(shop, order).values()} == {"SAFE"}


def test_more_room_goes_as_far_as_it_is_told_apart(shop: Graph) -> None:
    assert verdicts(shop, RetypeColumn(called("orders"), "id", "int64")) == {
        "make_copy": "SAFE query_fits",
        "ids": "SAFE wider_type_fits",
        "add_up": "SAFE query_fits",
        "board": "SAFE inputs_stay",
    }


def test_a_type_that_the_query_cannot_take_breaks_where_it_arrives(shop: Graph) -> None:
    found_ = verdicts(shop, RetypeColumn(called("orders"), "price", "string"))

    assert found_["add_up"] == "BREAKS query_is_refused"
    assert found_["make_copy"].startswith("RISKY")
    assert found_["board"] == "BREAKS input_stalls"


def test_a_rename_is_nothing_once_the_code_of_its_only_reader_follows(shop: Graph) -> None:
    rename = RenameColumn(called("copy"), "price", "amount")
    follow = ChangeJob(called("add_up"), "SELECT day, sum(amount) AS total FROM copy GROUP BY day")

    assert verdicts(shop, rename)["add_up"] == "BREAKS query_is_refused"
    for order in ([rename, follow], [follow, rename]):
        assert verdicts(shop, *order) == {
            "add_up": "SAFE code_is_mended",
            "board": "SAFE inputs_stay",
            "ids": "SAFE uses_other_columns",
        }


def test_new_code_that_its_engine_cannot_read_follows_no_names(graph: Graph) -> None:
    """`at` is a word of DuckDB's own, which has to be quoted."""
    visits = a_dataset("visits", {"id": "integer", "at": "timestamp", "price": "number"})
    put(
        graph,
        visits,
        a_dataset("seen", {"id": "integer"}),
        a_job("see", ["visits"], ["seen"], sql="SELECT id FROM visits"),
    )
    changes = [
        RenameColumn(called("visits"), "price", "cost"),
        ChangeJob(called("see"), "SELECT id FROM (SELECT id, at, cost AS price FROM visits) AS visits"),
    ]

    assert verdicts(graph, *changes) == {"see": "UNKNOWN new_code_is_not_held"}


def test_new_code_that_does_not_fit_breaks_and_new_code_that_fits_is_a_risk_to_its_readers(shop: Graph) -> None:
    wrong = ChangeJob(called("add_up"), "SELECT day, sum(cost) AS total FROM copy GROUP BY day")
    right = ChangeJob(called("add_up"), "SELECT day, max(price) AS total FROM copy GROUP BY day")

    assert verdicts(shop, wrong) == {"add_up": "BREAKS query_is_refused", "board": "BREAKS input_stalls"}
    assert verdicts(shop, right) == {"add_up": "SAFE query_fits", "board": "RISKY rows_may_change"}


def test_without_anybody_to_hold_a_query_a_star_is_not_known(shop: Graph) -> None:
    report = assess(shop, [AddColumn(called("orders"), "tax")])

    told = {one.node.name.name: one for one in report.affected}
    assert told["make_copy"].rule == "query_is_not_held"
    assert told["make_copy"].settle
    assert (report.coverage.readers, report.coverage.columns_known) == (4, 4)


def test_a_column_that_is_there_cannot_be_added(shop: Graph) -> None:
    with pytest.raises(InvalidInput, match="already has a column price"):
        assess(shop, [AddColumn(called("orders"), "price")])


@pytest.mark.parametrize(
    ("check", "other"),
    [
        (Check("a price", "range", {"column": "price", "max": 100}), "RISKY"),
        (Check("a price", "range", {"column": "price", "max": 100}, "warning"), "SAFE"),
        (Check("an id", "not_null", {"columns": ["id"]}), "SAFE"),
    ],
)
def test_other_values_may_fail_a_check_of_what_is_made_and_then_all_of_it_waits(
    graph: Graph, check: Check, other: str
) -> None:
    made = a_dataset("made", {"id": "integer", "price": "number"})
    made = replace(made, contract=replace(made.contract, checks=(check,)))
    declared = {"id": ["orders.id"], "price": ["orders.price"]}
    put(
        graph,
        ORDERS,
        made,
        a_job("make", ["orders"], ["made"], columns=declared),
        a_consumer("of_ids", {"made": ["id"]}),
    )

    of = found(graph, ChangeMeaning(called("orders"), "price", "with tax"))

    assert (of["make"].verdict, of["of_ids"].verdict) == ("RISKY", other)
    way = of["of_ids"].path
    assert all(before.target == after.source for before, after in pairwise(way))


@pytest.mark.parametrize(("format_", "other"), [("csv", "RISKY"), ("parquet", "SAFE")])
def test_other_values_of_a_text_may_be_of_another_type_than_what_is_made_promises(
    graph: Graph, format_: str, other: str
) -> None:
    read = replace(a_dataset("read", {"id": "integer", "price": "integer"}), format=format_)
    made = a_dataset("made", {"id": "integer", "price": "integer"})
    made = replace(
        made,
        contract=replace(made.contract, checks=(Check("its columns", "schema", {"columns": {"price": "integer"}}),)),
    )
    put(
        graph,
        read,
        made,
        a_job("make", ["read"], ["made"], sql="SELECT id, price FROM read"),
        a_consumer("of_ids", {"made": ["id"]}),
    )

    assert found(graph, ChangeMeaning(called("read"), "price", "with tax"))["of_ids"].verdict == other


@pytest.mark.parametrize(
    ("to", "cast", "expected"),
    [
        ("string", "CAST(price AS DOUBLE)", "SAFE code_is_mended"),
        ("string", "CAST(price AS INTEGER)", "RISKY output_changes"),  # another type than it was
        ("int64", "CAST(price AS DOUBLE)", "RISKY column_is_retyped"),  # what was cut off does not come back
    ],
)
def test_a_new_type_is_nothing_once_its_reader_casts_it_back(graph: Graph, to: str, cast: str, expected: str) -> None:
    sold = a_dataset("sold", {"id": "int32", "price": "float64"})
    add = a_job("add", ["sold"], ["made"], sql="SELECT max(price) AS most FROM sold")
    put(graph, sold, a_dataset("made", {"most": "float64"}), add, a_consumer("board", {"made": ["most"]}))
    view = f"(SELECT id, {cast} AS price FROM sold) AS sold"
    follow = ChangeJob(called("add"), f"SELECT max(price) AS most FROM {view}")

    of = verdicts(graph, RetypeColumn(called("sold"), "price", to), follow)

    assert of["add"] == expected
    assert (of["board"].partition(" ")[0] == "SAFE") == expected.startswith("SAFE")
