"""Verdicts on both engines, from the graph to the report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graph_model.errors import ColumnNotFound, DatasetNotFound, JobNotFound
from graph_model.impact.assess import assess
from graph_model.impact.entities import (
    Affected,
    Change,
    DropColumn,
    DropDataset,
    ImpactReport,
    RenameColumn,
    RetireConsumer,
    RetireJob,
    RetypeColumn,
)
from graph_model.store.graph import Graph
from tests.support.flow_graphs import (
    a_consumer,
    a_dataset,
    a_job,
    called,
    close_edge,
    dataset,
    job,
    open_edge,
    put,
)

TYPES = {"id": "integer", "price": "number", "day": "date", "note": "string"}
ORDERS = a_dataset("orders", TYPES)
TIDY_DATA = a_dataset("tidy", {"id": "integer", "total": "number"})
TIDY = a_job(
    "tidy_up",
    ["orders"],
    ["tidy"],
    sql="SELECT id, price * 2 AS total FROM orders WHERE day > '2020'",
    owners=("ops@example.org",),
)
SUMS = a_job("add_up", ["tidy"], ["sums"], sql="SELECT sum(total) AS revenue FROM tidy")
BOARD = a_consumer("board", {"sums": ["revenue"]}, by="06:00", owners=("board@example.org", "a@example.org"))
IDS = a_consumer("ids", {"tidy": ["id"]})
NOTES = a_consumer("notes", {"orders": ["note"]})


def drop(column: str, of: str = "orders") -> DropColumn:
    return DropColumn(called(of), column)


def verdicts(graph: Graph, *changes: Change) -> dict[str, str]:
    """Verdict, effect and rule of each reader in one text."""
    return told(assess(graph, changes))


def told(report: ImpactReport) -> dict[str, str]:
    return {one.node.name.name: " ".join(filter(None, (one.verdict, one.effect, one.rule))) for one in report.affected}


def of(graph: Graph, name: str, *changes: Change) -> Affected:
    return next(one for one in assess(graph, changes).affected if one.node.name.name == name)


def path(report: ImpactReport, one: Affected) -> list[str]:
    names = {node.id: f"{node.name.name}.{node.column}" if node.column else node.name.name for node in report.nodes}
    ends = [names[one.path[0].source], *(names[edge.target] for edge in one.path)]
    assert all(before.target == after.source for before, after in zip(one.path, one.path[1:], strict=False))
    return ends


@pytest.fixture
def shop(graph: Graph) -> Graph:
    put(graph, ORDERS, TIDY_DATA, TIDY, SUMS, BOARD, IDS, NOTES)
    return graph


def test_dropping_a_column_breaks_who_uses_it_stalls_who_waits_and_spares_the_rest(shop: Graph) -> None:
    assert verdicts(shop, drop("price")) == {
        "tidy_up": "BREAKS HIT column_is_gone",
        "add_up": "BREAKS STALLED input_stalls",
        "board": "BREAKS STALLED input_stalls",
        "ids": "BREAKS STALLED input_stalls",
        "notes": "SAFE uses_other_columns",
    }


def test_a_column_that_only_filters_is_used_as_much(shop: Graph) -> None:
    assert verdicts(shop, drop("day"))["tidy_up"] == "BREAKS HIT column_is_gone"


def test_a_column_that_nobody_else_uses_hits_only_the_consumer_that_names_it(shop: Graph) -> None:
    assert verdicts(shop, drop("note")) == {
        "notes": "BREAKS HIT column_is_gone",
        "tidy_up": "SAFE uses_other_columns",
        "add_up": "SAFE inputs_stay",
        "board": "SAFE inputs_stay",
        "ids": "SAFE inputs_stay",
    }


def test_a_report_has_owners_deadline_remedy_and_a_path_from_the_change(shop: Graph) -> None:
    report = assess(shop, [RenameColumn(called("orders"), "price", "amount")])
    board = next(one for one in report.affected if one.node.name.name == "board")
    hit = report.affected[0]

    assert (board.owners, board.deadline) == (("a@example.org", "board@example.org"), "06:00 UTC")
    assert path(report, board) == ["orders.price", "tidy_up", "tidy", "add_up", "sums", "board"]
    assert (hit.node.name.name, hit.owners) == ("tidy_up", ("ops@example.org",))
    assert path(report, hit) == ["orders.price", "tidy_up"]
    assert hit.path[0].provenance == "parsed"
    assert "renamed to amount" in hit.reason
    assert "both names" in hit.remedy
    assert report.is_complete


def test_the_worst_comes_first(shop: Graph) -> None:
    order = [one.verdict for one in assess(shop, [drop("price")]).affected]

    assert order == ["BREAKS", "BREAKS", "BREAKS", "BREAKS", "SAFE"]
    assert assess(shop, [drop("price")]).affected[0].effect == "HIT"


def test_a_narrower_type_of_another_kind_breaks_the_direct_reader(shop: Graph) -> None:
    found = verdicts(shop, RetypeColumn(called("orders"), "note", "integer"))

    assert found["notes"] == "BREAKS HIT column_is_narrowed"


def test_whether_a_narrower_number_hurts_depends_on_the_data(shop: Graph) -> None:
    found = verdicts(shop, RetypeColumn(called("orders"), "price", "integer"))

    assert found["tidy_up"] == "RISKY HIT column_is_narrowed"
    assert found["ids"] == "RISKY input_may_stall"


def test_a_wider_type_is_a_risk_along_the_columns_made_from_it_only(shop: Graph) -> None:
    assert verdicts(shop, RetypeColumn(called("orders"), "id", "number")) == {
        "tidy_up": "RISKY HIT column_is_widened",
        "ids": "RISKY column_is_touched",
        "add_up": "SAFE uses_other_columns",
        "board": "SAFE inputs_stay",
        "notes": "SAFE uses_other_columns",
    }


def test_a_risk_goes_on_along_columns_over_several_jobs(shop: Graph) -> None:
    report = assess(shop, [RetypeColumn(called("orders"), "price", "string")])
    board = next(one for one in report.affected if one.node.name.name == "board")

    assert told(report)["board"] == "RISKY column_is_touched"
    assert path(report, board) == ["orders.price", "tidy.total", "sums.revenue", "board"]


def test_a_job_that_may_fail_on_a_new_type_is_a_risk_to_all_that_need_it(shop: Graph) -> None:
    report = assess(shop, [RetypeColumn(called("orders"), "price", "string")])

    assert told(report)["ids"] == "RISKY input_may_stall"
    assert path(report, report.affected[[one.node.name.name for one in report.affected].index("ids")]) == [
        "orders.price",
        "tidy_up",
        "tidy",
        "ids",
    ]


def test_a_retyped_filter_puts_all_readers_of_the_output_at_risk(shop: Graph) -> None:
    found = verdicts(shop, RetypeColumn(called("orders"), "day", "timestamp"))

    assert found["ids"] == "RISKY rows_may_change"
    assert found["board"] == "RISKY rows_may_change"
    assert found["notes"] == "SAFE uses_other_columns"


def test_dropping_a_dataset_breaks_its_readers_and_stalls_the_rest(shop: Graph) -> None:
    assert verdicts(shop, DropDataset(called("tidy"))) == {
        "add_up": "BREAKS HIT dataset_is_gone",
        "ids": "BREAKS HIT dataset_is_gone",
        "board": "BREAKS STALLED input_stalls",
    }


def test_unknown_columns_are_unknown_and_so_is_everything_behind_them(graph: Graph) -> None:
    put(graph, ORDERS, a_job("tidy_up", ["orders"], ["tidy"]), SUMS, BOARD, a_consumer("dump", {"orders": []}))

    found = assess(graph, [drop("price")])

    assert told(found) == {
        "tidy_up": "UNKNOWN columns_are_unknown",
        "dump": "UNKNOWN columns_are_unknown",
        "add_up": "UNKNOWN input_is_doubtful",
        "board": "UNKNOWN input_is_doubtful",
    }
    assert "declares no columns" in next(one.reason for one in found.affected if one.node.name.name == "tidy_up")


def test_an_unresolved_part_of_sql_leaves_its_other_columns_unknown(graph: Graph) -> None:
    job_of_parts = a_job("parts", ["orders"], ["tidy"], sql="SELECT id, COLUMNS('n.*') FROM orders")
    put(graph, ORDERS, job_of_parts)

    assert verdicts(graph, drop("id"))["parts"] == "BREAKS HIT column_is_gone"
    assert verdicts(graph, drop("note"))["parts"] == "UNKNOWN columns_are_unknown"


def test_an_optional_input_that_stalls_is_only_a_risk(graph: Graph) -> None:
    put(
        graph,
        ORDERS,
        TIDY_DATA,
        TIDY,
        a_job("enrich", ["base"], ["rich"], optional=["tidy"]),
        a_consumer("c", {"rich": []}),
    )

    found = verdicts(graph, drop("price"))

    assert (found["enrich"], found["c"]) == ("RISKY optional_input_stalls", "RISKY rows_may_change")


def test_the_worst_of_two_ways_counts_and_the_path_is_the_shortest_for_it(graph: Graph) -> None:
    copy = a_job("copy", ["orders"], ["second"], sql="SELECT price FROM orders")
    join = a_job(
        "join_up", ["orders", "second"], ["all"], sql="SELECT orders.id FROM orders, second WHERE second.price > 1"
    )
    put(graph, ORDERS, a_dataset("second", {"price": "number"}), copy, join, a_consumer("c", {"all": ["id"]}))

    report = assess(graph, [drop("price")])
    last = next(one for one in report.affected if one.node.name.name == "c")

    assert told(report)["join_up"] == "BREAKS STALLED input_stalls"
    assert path(report, last) == ["orders.price", "copy", "second", "join_up", "all", "c"]


def test_a_cycle_ends_and_its_job_is_judged_once(graph: Graph) -> None:
    grow = a_job("grow", ["orders", "total"], ["total"], sql="SELECT o.price + t.price AS price FROM orders o, total t")
    put(graph, ORDERS, a_dataset("total", {"price": "number"}), grow)

    assert verdicts(graph, drop("price")) == {"grow": "BREAKS HIT column_is_gone"}
    assert verdicts(graph, RetypeColumn(called("orders"), "price", "string")) == {"grow": "RISKY HIT column_is_retyped"}


def test_stale_evidence_gives_unknown_and_never_safe(graph: Graph) -> None:
    put(graph, ORDERS, a_dataset("tidy"), a_job("tidy_up", [], ["tidy"]), IDS)
    open_edge(graph, "CONSUMED_BY", dataset("orders"), job("tidy_up"), stale=True, provenance="observed")

    found = verdicts(graph, DropDataset(called("orders")))

    assert found == {"tidy_up": "UNKNOWN evidence_is_weak", "ids": "UNKNOWN input_is_doubtful"}


def test_a_cut_off_answer_calls_nobody_safe(shop: Graph) -> None:
    report = assess(shop, [drop("note")], depth=1)

    assert report.incomplete_reasons == ("DEPTH_LIMIT",)
    assert told(report) == {"notes": "BREAKS HIT column_is_gone", "tidy_up": "UNKNOWN answer_is_cut_off"}


def test_a_walk_out_of_time_calls_nobody_safe(shop: Graph) -> None:
    report = assess(shop, [drop("note")], budget_seconds=0.0)

    assert report.incomplete_reasons == ("TIMEOUT",)
    assert "SAFE" not in {one.verdict for one in report.affected}


def test_the_whole_set_is_applied_before_anyone_is_judged(shop: Graph) -> None:
    swap = [drop("note"), RenameColumn(called("orders"), "id", "note")]

    assert verdicts(shop, *swap)["notes"] == "RISKY HIT column_is_replaced"
    assert "notes" not in verdicts(shop, drop("note"), RetireConsumer(called("notes")))


def test_a_retired_reader_is_not_judged_and_what_it_makes_no_longer_arrives(shop: Graph) -> None:
    found = verdicts(shop, drop("price"), RetireJob(called("tidy_up")))

    assert "tidy_up" not in found
    assert found["add_up"] == "BREAKS STALLED input_stalls"


def test_as_of_judges_the_estate_of_that_day(graph: Graph) -> None:
    put(graph, ORDERS, a_job("clean", [], []))
    open_edge(graph, "CONSUMED_BY", dataset("orders"), job("clean"))
    close_edge(graph, "CONSUMED_BY", dataset("orders"), job("clean"), at=datetime(2021, 6, 1, tzinfo=UTC))
    change = DropDataset(called("orders"))

    assert told(assess(graph, [change], as_of=datetime(2021, 1, 1, tzinfo=UTC))) == {
        "clean": "BREAKS HIT dataset_is_gone"
    }
    assert told(assess(graph, [change])) == {}


def test_what_does_not_exist_is_told_with_the_nearest_name(shop: Graph) -> None:
    with pytest.raises(DatasetNotFound) as wrong_dataset:
        assess(shop, [DropDataset(called("order"))])
    with pytest.raises(ColumnNotFound) as wrong_column:
        assess(shop, [drop("pricee")])
    with pytest.raises(JobNotFound):
        assess(shop, [RetireJob(called("orders"))])

    assert wrong_dataset.value.nearest == "shop/orders"
    assert wrong_column.value.nearest == "shop/orders.price"


def test_a_dataset_without_a_known_schema_may_have_any_column(graph: Graph) -> None:
    put(graph, a_consumer("dump", {"loose": []}), a_consumer("named", {"loose": ["Price"]}))

    found = verdicts(graph, drop("price", "loose"), drop("other", "loose"))

    assert found == {"dump": "UNKNOWN columns_are_unknown", "named": "BREAKS HIT column_is_gone"}


def test_no_change_affects_nobody(shop: Graph) -> None:
    assert assess(shop, []).affected == ()
