"""How a reader reads decides what a change is to it: each rule with a case that looks like it and is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph_model.contracts.entities import Column
from graph_model.impact.changes import ColumnHarm, Likeness
from graph_model.impact.declared import DatasetFacts
from graph_model.impact.entities import (
    AddColumn,
    ChangeFormat,
    ChangeKey,
    ChangeTerm,
    ColumnChange,
    DropColumn,
    FlowChange,
    MoveDataset,
    RenameColumn,
    RenameDataset,
    ReorderColumns,
    Repartition,
    RetypeColumn,
)
from graph_model.impact.held import Held
from graph_model.impact.layout import laid_out
from graph_model.impact.rules import DatasetHarm, HarmedColumn, HarmedDataset, Reading, Use
from graph_model.lineage.entities import LineageEdge
from graph_model.names import Name
from tests.support.judging import judge

ORDERS = Name("shop", "orders")
READ = LineageEdge("orders", "feed", "CONSUMED_BY")
USED = LineageEdge("orders.price", "feed", "USED_BY")
COLUMNS = (Column("id"), Column("price"), Column("day"))


def a_reading(*changes: FlowChange, uses: tuple[HarmedColumn, ...] = (), **facts: Any) -> Reading:
    usual = Reading(Name("shop", "feed"), False, ORDERS, READ, True, True, kind="consumer", used=("id", "price"))
    found = replace(usual, changes=changes, harmed_columns=uses, uses=tuple(Use(one, USED) for one in uses))
    columns = [change for change in changes if isinstance(change, ColumnChange)]
    return replace(found, layout=laid_out(COLUMNS, columns) if columns else None, **facts)


def a_column(harm: ColumnHarm, **facts: Any) -> HarmedColumn:
    return HarmedColumn("price", harm, "changes", **facts)


def verdict(reading: Reading) -> str:
    found = judge([reading])
    return f"{found.verdict} {found.rule}"


GONE = a_column(ColumnHarm.GONE, to="amount", values=False)
IN_FRONT = AddColumn(ORDERS, "new", position=0)
BEHIND = AddColumn(ORDERS, "new")


@pytest.mark.parametrize(
    ("by", "change", "expected"),
    [
        ("name", IN_FRONT, "SAFE uses_other_columns"),
        ("name", ReorderColumns(ORDERS, ("day", "id", "price")), "SAFE inputs_stay"),
        ("position", IN_FRONT, "BREAKS places_shift"),
        ("position", BEHIND, "SAFE uses_other_columns"),
        ("position", ReorderColumns(ORDERS, ("day", "id", "price")), "BREAKS places_shift"),
        ("position", ReorderColumns(ORDERS, ("id", "price", "day")), "SAFE inputs_stay"),
        ("position", DropColumn(ORDERS, "day"), "SAFE inputs_stay"),
        ("exact", BEHIND, "BREAKS exact_reader_refuses"),
        ("exact", ReorderColumns(ORDERS, ("day", "id", "price")), "RISKY order_is_another"),
        ("exact", ReorderColumns(ORDERS, ("id", "price", "day")), "SAFE inputs_stay"),
    ],
)
def test_a_place_is_nothing_to_a_name_and_a_name_nothing_to_a_place(
    by: str, change: ColumnChange, expected: str
) -> None:
    assert verdict(a_reading(change, by=by)) == expected


def test_another_name_breaks_who_reads_by_it_and_is_nothing_to_a_place() -> None:
    rename = RenameColumn(ORDERS, "price", "amount")

    assert verdict(a_reading(rename, uses=(GONE,))) == "BREAKS column_is_gone"
    assert verdict(a_reading(rename, uses=(GONE,), by="exact")) == "BREAKS column_is_gone"
    assert verdict(a_reading(rename, uses=(GONE,), by="position")) == "SAFE uses_other_columns"
    assert "all that it takes is where it was" in judge([a_reading(rename, uses=(GONE,), by="position")]).reason


def test_columns_that_take_each_others_names_are_in_another_order_to_who_wants_them_exactly() -> None:
    swap = (RenameColumn(ORDERS, "id", "price"), RenameColumn(ORDERS, "price", "id"))

    assert verdict(a_reading(*swap, by="exact")) == "RISKY order_is_another"


def test_a_column_that_is_found_under_its_new_name_may_have_other_values_all_the_same() -> None:
    renamed = a_column(ColumnHarm.GONE, to="cost", values=False)
    touched_too = a_column(ColumnHarm.GONE, to="cost", values=True)

    rename = RenameColumn(ORDERS, "price", "cost")
    assert verdict(a_reading(rename, uses=(touched_too,), by="position")) == "RISKY column_is_touched"
    assert verdict(a_reading(rename, uses=(renamed,), by="position")).startswith("SAFE")
    assert verdict(a_reading(rename, uses=(touched_too,), by="name")) == "BREAKS column_is_gone"


def test_sql_does_not_tell_upper_from_lower_case_and_others_do() -> None:
    upper = (a_column(ColumnHarm.GONE, to="PRICE", values=False),)

    assert verdict(a_reading(uses=upper, kind="sql", is_job=True)) == "SAFE uses_other_columns"
    assert verdict(a_reading(uses=upper, kind="job", is_job=True)) == "BREAKS column_is_gone"


def test_what_stands_behind_a_column_that_goes_is_not_known_where_no_columns_are() -> None:
    drop = DropColumn(ORDERS, "day")
    reading = replace(a_reading(drop, RenameColumn(ORDERS, "note", "day"), by="position"), layout=None)

    assert verdict(reading) == "UNKNOWN places_shift"
    assert verdict(replace(reading, by="name")) == "SAFE inputs_stay"
    assert verdict(a_reading(drop, by="position")) == "SAFE inputs_stay"  # it was the last


def test_a_reader_by_position_whose_columns_are_not_known_is_not_known_to_be_hit() -> None:
    assert verdict(a_reading(IN_FRONT, by="position", used=())) == "UNKNOWN places_shift"


def test_columns_count_by_place_to_code_of_which_nobody_knows_what_it_reads() -> None:
    """A consumer goes by places in a delimited file only; a job may pass on all columns as they stand, to one who
    does."""
    moved = ReorderColumns(ORDERS, ("day", "id", "price"))
    unknown: dict[str, Any] = {"columns_known": False, "used": (), "kind": "job", "is_job": True}
    consumer = unknown | {"kind": "consumer", "is_job": False}

    assert verdict(a_reading(moved, is_delimited=True, **unknown)) == "UNKNOWN places_shift"
    assert verdict(a_reading(moved, is_delimited=False, **unknown)) == "UNKNOWN places_shift"
    assert verdict(a_reading(moved, is_delimited=True, **consumer)) == "UNKNOWN places_shift"
    assert verdict(a_reading(moved, is_delimited=False, **consumer)) == "SAFE inputs_stay"
    assert verdict(a_reading(moved, is_delimited=True, **{**unknown, "columns_known": True})) == "SAFE inputs_stay"
    assert verdict(a_reading(moved, is_delimited=True, **{**unknown, "kind": "sql"})) == "SAFE inputs_stay"
    no_columns = replace(a_reading(moved, is_delimited=True, **unknown), layout=None)
    assert verdict(no_columns) == "UNKNOWN places_shift"


@pytest.mark.parametrize(
    ("format_", "options", "is_text", "is_delimited"),
    [
        ("csv", {}, True, True),
        ("jsonl", {}, True, False),
        ("parquet", {}, False, False),
        ("manifest", {}, True, True),  # nobody says that its files are no text
        ("manifest", {"files": "jsonl"}, True, False),
        ("manifest", {"files": "parquet"}, False, False),
    ],
)
def test_a_package_is_text_unless_its_files_are_said_to_be_none(
    format_: str, options: dict[str, str], is_text: bool, is_delimited: bool
) -> None:
    facts = DatasetFacts("orders", format_, options)

    assert (facts.is_text, facts.is_delimited) == (is_text, is_delimited)


def test_code_that_is_changed_along_finds_the_new_name() -> None:
    rename = RenameDataset(ORDERS, Name("shop", "sales"))

    assert verdict(a_reading(rename)) == "BREAKS dataset_is_renamed"
    assert verdict(a_reading(rename, mended=True)) == "SAFE inputs_stay"
    assert verdict(a_reading(uses=(GONE,), mended=True)) == "SAFE uses_other_columns"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"likeness": Likeness.FAMILY}, "SAFE wider_type_fits"),
        ({"likeness": Likeness.OTHER}, "RISKY column_is_widened"),
        ({"likeness": Likeness.FAMILY, "values": True}, "RISKY column_is_widened"),
    ],
)
def test_more_room_for_the_same_values_is_nothing_to_who_shows_them(facts: dict[str, Any], expected: str) -> None:
    column = a_column(ColumnHarm.WIDENED, **{"values": False, **facts})

    assert verdict(a_reading(uses=(column,))) == expected


def test_more_room_is_a_risk_in_a_text_to_python_and_to_who_wants_exactly_what_it_knows() -> None:
    column = (a_column(ColumnHarm.WIDENED, values=False, likeness=Likeness.FAMILY),)

    assert verdict(a_reading(uses=column, is_text=True)) == "RISKY column_is_widened"
    assert verdict(a_reading(uses=column, by="exact")) == "RISKY column_is_widened"
    assert verdict(a_reading(uses=column, kind="job", is_job=True)) == "RISKY column_is_widened"


def test_numbers_that_stay_numbers_are_narrowed_at_the_cost_of_the_data() -> None:
    assert verdict(a_reading(uses=(a_column(ColumnHarm.NARROWED),))) == "BREAKS column_is_narrowed"
    alike = a_column(ColumnHarm.NARROWED, likeness=Likeness.KIND)
    assert verdict(a_reading(uses=(alike,))) == "RISKY column_is_narrowed"


@pytest.mark.parametrize(
    ("before", "is_text", "expected"),
    [
        ("string", True, "RISKY column_is_narrowed"),  # what fits is spelled as before
        ("string", False, "BREAKS column_is_narrowed"),
        ("timestamp(us)", True, "BREAKS column_is_narrowed"),  # a date is spelled otherwise
    ],
)
def test_a_file_of_text_spells_what_fits_as_before(before: str, is_text: bool, expected: str) -> None:
    layout = laid_out((Column("price", before),), [RetypeColumn(ORDERS, "price", "date")])
    reading = a_reading(uses=(a_column(ColumnHarm.NARROWED),), is_text=is_text)

    assert verdict(replace(reading, layout=layout)) == expected


def test_a_namesake_is_not_known_to_be_harmless_unless_the_column_is_not_used() -> None:
    twin = a_column(ColumnHarm.AMBIGUOUS, values=False)

    assert verdict(a_reading(uses=(twin,))) == "UNKNOWN column_is_ambiguous"
    assert verdict(a_reading(harmed_columns=(twin,))) == "SAFE uses_other_columns"


@pytest.mark.parametrize("harm", [ColumnHarm.MEANS_OTHER, ColumnHarm.OTHER_VALUES, ColumnHarm.MAY_BE_MISSING])
def test_other_values_are_a_risk_to_who_uses_them_and_nothing_to_the_rest(harm: ColumnHarm) -> None:
    assert judge([a_reading(uses=(a_column(harm),))]).verdict == "RISKY"
    assert judge([a_reading(harmed_columns=(a_column(harm),))]).verdict == "SAFE"


CSV = ChangeFormat(ORDERS, "csv")
DELIMITER = ChangeFormat(ORDERS, None, (("delimiter", ",", ";"),))


@pytest.mark.parametrize(
    ("change", "kind", "expected"),
    [
        (CSV, "consumer", "BREAKS format_changes"),
        (CSV, "job", "BREAKS format_changes"),
        (CSV, "sql", "RISKY format_changes"),
        (DELIMITER, "consumer", "BREAKS format_changes"),
        (DELIMITER, "job", "RISKY format_changes"),
        (DELIMITER, "sql", "SAFE inputs_stay"),
        (ChangeFormat(ORDERS, None, (("encoding", "utf-8", "utf-16"),)), "job", "BREAKS format_changes"),
        (ChangeFormat(ORDERS, None, (("encoding", "utf-8", "latin-1"),)), "consumer", "RISKY format_changes"),
        (ChangeFormat(ORDERS, None, (("delimiter", ",", ","),)), "consumer", "SAFE inputs_stay"),
    ],
)
def test_who_opens_files_itself_takes_them_for_what_they_were(change: FlowChange, kind: str, expected: str) -> None:
    assert verdict(a_reading(change, kind=kind, is_job=kind != "consumer")) == expected


@pytest.mark.parametrize(
    ("kind", "location", "expected"),
    [
        ("consumer", "/old", "BREAKS place_changes"),
        ("other", "/old", "BREAKS place_changes"),
        ("job", "/old", "SAFE inputs_stay"),
        ("consumer", None, "SAFE inputs_stay"),
    ],
)
def test_only_who_looks_at_a_fixed_place_minds_another_one(kind: str, location: str | None, expected: str) -> None:
    assert verdict(a_reading(MoveDataset(ORDERS, "/new"), kind=kind, location=location)) == expected


def test_other_partitions_are_not_those_that_are_asked_for() -> None:
    assert verdict(a_reading(Repartition(ORDERS, "day", "hour"))) == "BREAKS partitions_change"
    assert verdict(a_reading(Repartition(ORDERS, "day", "day"))) == "SAFE inputs_stay"


@pytest.mark.parametrize(
    ("term", "facts", "expected"),
    [
        ("freshness", {"deadline": True}, "RISKY term_is_weakened"),
        ("freshness", {"deadline": False}, "SAFE inputs_stay"),
        ("retention", {"is_job": True, "kind": "job", "several": True}, "RISKY term_is_weakened"),
        ("retention", {"is_job": True, "kind": "job"}, "SAFE inputs_stay"),
        ("availability", {}, "RISKY term_is_weakened"),
    ],
)
def test_a_weaker_term_is_a_risk_to_who_leans_on_it(term: str, facts: dict[str, Any], expected: str) -> None:
    weaker = ChangeTerm(ORDERS, term, "1 h", "2 h", weaker=True)

    assert verdict(a_reading(weaker, **facts)) == expected
    assert verdict(a_reading(replace(weaker, weaker=False), **facts)) == "SAFE inputs_stay"


def test_a_key_of_fewer_columns_promises_more() -> None:
    key = ("id", "day")

    assert verdict(a_reading(ChangeKey(ORDERS, ()), key=key)) == "RISKY key_is_lost"
    assert verdict(a_reading(ChangeKey(ORDERS, ("id", "price")), key=key)) == "RISKY key_is_lost"
    assert verdict(a_reading(ChangeKey(ORDERS, ("id",)), key=key)) == "SAFE inputs_stay"


SQL: dict[str, Any] = {"kind": "sql", "is_job": True}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT id, price FROM orders", "SAFE uses_other_columns"),
        ("SELECT id * 2, count(*) FROM orders", "SAFE uses_other_columns"),
        ("SELECT * FROM orders", "UNKNOWN query_is_not_held"),
        ("SELECT o.* FROM orders o", "UNKNOWN query_is_not_held"),
        ("SELECT id FROM orders NATURAL JOIN days", "UNKNOWN query_is_not_held"),
        ("SELECT id FROM orders JOIN days ON days.new = orders.id", "UNKNOWN query_is_not_held"),
        ("SELECT id, 'new' AS kind FROM orders", "SAFE uses_other_columns"),
    ],
)
def test_a_query_that_nobody_held_may_catch_a_new_column_where_it_does_not_name_all(text: str, expected: str) -> None:
    assert verdict(a_reading(BEHIND, text=text, **SQL)) == expected


def test_a_query_that_was_held_says_itself_what_it_needs() -> None:
    gone = (a_column(ColumnHarm.GONE, values=False),)

    assert verdict(a_reading(uses=gone, held=Held(), **SQL)) == "SAFE uses_other_columns"
    assert verdict(a_reading(harmed_columns=gone, columns_known=False, held=Held(), **SQL)) == "SAFE uses_other_columns"
    touched = (a_column(ColumnHarm.TOUCHED),)
    unknown = a_reading(harmed_columns=touched, columns_known=False, held=Held(), **SQL)
    assert verdict(unknown) == "UNKNOWN columns_are_unknown"


def test_a_window_shows_old_and_new_columns_also_to_code_that_was_changed_along() -> None:
    mended: dict[str, Any] = {"mended": True, "held": Held(), **SQL}

    assert verdict(a_reading(uses=(GONE,), several=True, **mended)) == "RISKY window_mixes_schemas"
    assert verdict(a_reading(uses=(GONE,), several=False, **mended)) == "SAFE uses_other_columns"
    assert verdict(a_reading(BEHIND, several=True, **mended)) == "SAFE uses_other_columns"


def test_what_may_fail_is_a_risk_to_all_that_need_it() -> None:
    late = HarmedDataset(DatasetHarm.MAY_STALL, "shop/tidy may fail on what it reads", (USED,))

    assert verdict(a_reading(harm=late)) == "RISKY input_may_stall"
    assert judge([a_reading(harm=late)]).may_fail
    assert not judge([a_reading(harm=late, required=False)]).may_fail


@pytest.mark.parametrize(
    ("column", "kind", "may_fail"),
    [
        (a_column(ColumnHarm.RETYPED), "job", True),
        (a_column(ColumnHarm.RETYPED, likeness=Likeness.KIND), "job", False),
        (a_column(ColumnHarm.WIDENED), "sql", False),
        (a_column(ColumnHarm.WIDENED), "job", True),
        (a_column(ColumnHarm.MEANS_OTHER), "job", False),
        (a_column(ColumnHarm.TOUCHED), "job", False),
        (a_column(ColumnHarm.TOUCHED, retypes=True), "job", True),
    ],
)
def test_code_may_fail_on_another_type_and_not_on_other_values(column: HarmedColumn, kind: str, may_fail: bool) -> None:
    assert judge([a_reading(uses=(column,), kind=kind, is_job=True)]).may_fail is may_fail


@pytest.mark.parametrize(
    ("likeness", "is_text", "expected"),
    [(Likeness.KIND, False, False), (Likeness.KIND, True, True), (Likeness.OTHER, False, True)],
)
def test_code_does_not_stumble_over_a_column_of_the_same_kind(
    likeness: Likeness, is_text: bool, expected: bool
) -> None:
    column = a_column(ColumnHarm.REPLACED, likeness=likeness)

    assert judge([a_reading(uses=(column,), is_text=is_text, kind="job", is_job=True)]).may_fail is expected


@pytest.mark.parametrize(
    ("by", "used", "stalls"),
    [
        ("position", ("id", "price"), False),  # `day` comes where `price` was
        ("position", ("price", "day"), True),  # there is no third column any more
        ("position", (), True),
        ("name", ("id", "price"), True),
    ],
)
def test_who_reads_by_position_goes_on_while_there_is_something(by: str, used: tuple[str, ...], stalls: bool) -> None:
    gone = a_column(ColumnHarm.GONE, values=False)
    found = judge([a_reading(DropColumn(ORDERS, "price"), uses=(gone,), by=by, used=used)])

    assert (str(found.verdict), found.stalls) == ("BREAKS", stalls)


@pytest.mark.parametrize(("harm", "fails"), [(ColumnHarm.MAY_BE_MISSING, True), (ColumnHarm.MEANS_OTHER, False)])
def test_a_job_may_fail_for_a_value_that_is_missing(harm: ColumnHarm, fails: bool) -> None:
    assert judge([a_reading(uses=(a_column(harm),), kind="job", is_job=True)]).may_fail is fails
    assert not judge([a_reading(uses=(a_column(harm),))]).may_fail  # a consumer makes nothing that is checked


def test_who_wants_exactly_what_it_knows_minds_an_order_of_which_nobody_knows_what_it_was() -> None:
    reordered = a_reading(ReorderColumns(ORDERS, ("day", "id", "price")), by="exact")

    assert verdict(replace(reordered, layout=None)) == "RISKY order_is_another"
    assert verdict(replace(reordered, layout=None, by="name")) == "SAFE inputs_stay"
