"""What a set of changes leaves of the columns of a dataset, whatever the order in the set."""

from __future__ import annotations

import itertools

import pytest

from graph_model.contracts.entities import Column
from graph_model.impact.changes import (
    ColumnHarm,
    Likeness,
    before_the_set,
    beside_of,
    derived,
    likeness,
    outcomes,
)
from graph_model.impact.entities import (
    AddColumn,
    ChangeAllowedValues,
    ChangeDefault,
    ChangeKey,
    ChangeMeaning,
    ChangeNullability,
    ColumnChange,
    DropColumn,
    RenameColumn,
    ReorderColumns,
    RetypeColumn,
)
from graph_model.impact.layout import between, laid_out, top
from graph_model.names import Name

ORDERS = Name("shop", "orders")
COLUMNS = (Column("id", "int64"), Column("price", "number"), Column("day", "date"))
TYPES = {column.path: column.type for column in COLUMNS}


def harms(*changes: ColumnChange, types: dict[str, str] = TYPES) -> dict[str, str]:
    return {path: outcome.harm.name for path, outcome in outcomes(types, changes).items()}


def test_added_columns_come_where_they_say_and_the_others_last() -> None:
    changes = [AddColumn(ORDERS, "z"), AddColumn(ORDERS, "first", position=0), AddColumn(ORDERS, "y")]

    for order in itertools.permutations(changes):
        layout = laid_out(COLUMNS, order)
        assert top(layout.after) == ("first", "id", "price", "day", "y", "z")
        assert layout.added == ("first", "y", "z")
        assert layout.shifted == ("id", "price", "day")


def test_a_column_behind_the_last_one_moves_nothing() -> None:
    assert laid_out(COLUMNS, [AddColumn(ORDERS, "note")]).shifted == ()


@pytest.mark.parametrize("ring", [["flag", "day"], ["a", "b", "c"]])
def test_columns_that_give_their_names_to_each_other_had_them_before_also_without_a_schema(ring: list[str]) -> None:
    given = [RenameColumn(ORDERS, name, to) for name, to in zip(ring, ring[1:] + ring[:1], strict=True)]

    assert [before_the_set(name, given, ()) for name in ring] == ring


def test_a_name_that_only_a_rename_makes_means_what_was_renamed() -> None:
    chain = [RenameColumn(ORDERS, "a", "b"), RenameColumn(ORDERS, "b", "c")]

    assert before_the_set("b", chain, ("a",)) == "a"
    assert before_the_set("b", chain, ("a", "b")) == "b"
    assert before_the_set("other", chain, ()) == "other"


def test_another_name_is_the_same_place() -> None:
    layout = laid_out(COLUMNS, [RenameColumn(ORDERS, "id", "number")])

    assert (layout.shifted, layout.added, layout.gone) == ((), (), ())
    assert layout.came_from["number"] == "id"
    assert not layout.stays


def test_a_dropped_column_moves_those_behind_it_only() -> None:
    layout = laid_out(COLUMNS, [DropColumn(ORDERS, "price")])

    assert (layout.gone, layout.shifted) == (("price",), ("price", "day"))


def test_a_new_order_is_told_by_old_names() -> None:
    layout = laid_out(COLUMNS, [ReorderColumns(ORDERS, ("day", "id", "price")), RenameColumn(ORDERS, "day", "date")])

    assert top(layout.after) == ("date", "id", "price")


def test_a_nested_column_goes_with_its_outer_name_and_leaves_it_less_exact() -> None:
    columns = (
        Column("user", "struct<id:int64,name:string>"),
        Column("user.id", "int64"),
        Column("user.name", "string"),
    )

    dropped = laid_out(columns, [DropColumn(ORDERS, "user.id")])
    renamed = laid_out(columns, [RenameColumn(ORDERS, "user", "person")])

    assert [(one.path, one.type) for one in dropped.after] == [("user", "object"), ("user.name", "string")]
    assert [one.path for one in renamed.after] == ["person", "person.id", "person.name"]


def test_what_a_query_comes_to_is_compared_by_name() -> None:
    layout = between(COLUMNS, (Column("ID", "int64"), Column("total", "number")))

    assert (layout.added, layout.gone) == (("total",), ("price", "day"))


@pytest.mark.parametrize(
    ("before", "after", "like"),
    [
        ("int32", "int64", Likeness.KIND),
        ("integer", "number", Likeness.FAMILY),
        ("decimal(10,2)", "float64", Likeness.FAMILY),
        ("timestamp(ms)", "timestamp(us)", Likeness.KIND),
        ("timestamp(us)", "timestamp(us,UTC)", Likeness.OTHER),
        ("date", "timestamp", Likeness.OTHER),
        ("boolean", "integer", Likeness.OTHER),
        ("string", "integer", Likeness.OTHER),
        ("unknown", "unknown", Likeness.OTHER),
    ],
)
def test_how_much_a_new_type_has_of_the_old_one(before: str, after: str, like: Likeness) -> None:
    assert likeness(before, after) is like


def test_a_column_that_is_dropped_and_added_anew_is_replaced_or_worse() -> None:
    drop = DropColumn(ORDERS, "day")

    assert harms(drop, AddColumn(ORDERS, "day", "date")) == {"day": "REPLACED"}
    assert harms(AddColumn(ORDERS, "day", "string"), drop) == {"day": "RETYPED"}


def test_a_namesake_that_differs_in_case_makes_the_column_ambiguous() -> None:
    assert harms(AddColumn(ORDERS, "Price")) == {"price": "AMBIGUOUS"}
    assert harms(RenameColumn(ORDERS, "price", "Price")) == {"price": "GONE"}


def test_values_change_without_a_change_of_the_type() -> None:
    assert harms(ChangeMeaning(ORDERS, "price", "net of tax")) == {"price": "MEANS_OTHER"}
    assert harms(ChangeDefault(ORDERS, "price", "0")) == {"price": "OTHER_VALUES"}
    assert harms(ChangeNullability(ORDERS, "id", nullable=True)) == {"id": "MAY_BE_MISSING"}
    assert harms(ChangeNullability(ORDERS, "id", nullable=False)) == {"id": "OTHER_VALUES"}


def test_the_same_values_said_again_change_nothing() -> None:
    assert harms(ChangeAllowedValues(ORDERS, "day", ("a", "b"), ("a", "b"))) == {}


def test_the_values_that_come_and_go_are_told() -> None:
    found = outcomes(TYPES, [ChangeAllowedValues(ORDERS, "day", ("a", "b"), ("b", "c"))])

    assert found["day"].text == "no longer holds a and may hold c"


def test_a_wider_type_leaves_values_as_they_are_unless_something_else_does_not() -> None:
    widen = RetypeColumn(ORDERS, "id", "number")

    assert not outcomes(TYPES, [widen])["id"].values
    assert outcomes(TYPES, [widen, ChangeMeaning(ORDERS, "id", "of the shop")])["id"].values


def test_what_a_query_no_longer_comes_to_is_gone_and_an_unknown_type_says_nothing() -> None:
    found = derived(COLUMNS, (Column("id", "number"), Column("price", "unknown"), Column("Day", "date")))

    assert {path: outcome.harm for path, outcome in found.items()} == {
        "id": ColumnHarm.WIDENED,
        "day": ColumnHarm.GONE,  # whoever tells upper from lower case no longer finds it
    }


def test_a_key_of_fewer_columns_promises_more() -> None:
    key = ("id", "day")

    assert beside_of([ChangeKey(ORDERS, ("id",))], key).lost_key == ()
    assert beside_of([ChangeKey(ORDERS, ())], key).lost_key == key


def test_a_column_that_takes_the_name_of_another_is_as_much_like_it_as_its_type() -> None:
    types = {"qty": "int32", "price": "int64", "day": "date"}

    def alike(column: str, *changes: ColumnChange) -> Likeness:
        return outcomes(types, changes)[column].likeness

    swap = RenameColumn(ORDERS, "qty", "price"), RenameColumn(ORDERS, "price", "qty")
    assert alike("qty", *swap) is Likeness.KIND
    assert alike("qty", *swap, RetypeColumn(ORDERS, "price", "string")) is Likeness.OTHER  # what takes its name is text
    assert alike("day", DropColumn(ORDERS, "day"), RenameColumn(ORDERS, "qty", "day")) is Likeness.OTHER


def test_a_wider_type_does_not_hide_that_another_kind_takes_the_name() -> None:
    swap = RenameColumn(ORDERS, "id", "day"), RenameColumn(ORDERS, "day", "id")

    found = outcomes({"id": "int32", "day": "date"}, [*swap, RetypeColumn(ORDERS, "id", "int64")])["id"]

    assert (found.harm.name, found.likeness) == ("WIDENED", Likeness.OTHER)
