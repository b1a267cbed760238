"""What the data that are there say of a change: a promise that they keep already changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph_model.impact.entities import ChangeDefault, ChangeMeaning, ChangeNullability, ColumnChange, RetypeColumn
from graph_model.impact.measured import Measured, fitting, guessed, measured, settled
from graph_model.names import Name

ORDERS = Name("shop", "orders")
NO_GAPS = ChangeNullability(ORDERS, "price", nullable=False)


class Found:
    """A graph in which these partitions have a current version: (dataset, nulls by column or None, rows)."""

    def __init__(self, *partitions: tuple[str, dict[str, int] | None, int | None]) -> None:
        self._partitions = partitions

    def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        assert name == "impact.measured"
        told = [
            (of, json.dumps({"nulls": nulls}) if nulls is not None else None, n) for of, nulls, n in self._partitions
        ]
        rows = [{"dataset": of, "metrics": metrics, "rows": count} for of, metrics, count in told]
        return [row for row in rows if row["dataset"] in parameters["ids"]]


@pytest.mark.parametrize(
    ("partitions", "expected"),
    [
        ([("a", {"price": 0}, 3), ("a", {"price": 0}, 4)], Measured(7, {"price": 0})),
        ([("a", {"price": 0}, 3), ("b", {"price": 2}, 4)], Measured(7, {"price": 2})),  # another name of the same
        ([("a", {"price": 0}, 3), ("a", {"id": 0}, 4)], Measured(7, {})),  # not counted in one of them
        ([("a", {"price": 0}, 3), ("a", None, None)], Measured()),  # only told, never looked at
        ([("other", {"price": 0}, 3)], Measured()),
        ([], Measured()),
    ],
)
def test_only_what_was_counted_everywhere_is_known(
    partitions: list[tuple[str, dict[str, int] | None, int | None]], expected: Measured
) -> None:
    assert measured(Found(*partitions), {"a": ("a", "b")}) == {"a": expected}


@pytest.mark.parametrize(
    ("change", "data", "is_settled"),
    [
        (NO_GAPS, Measured(7, {"price": 0}), True),
        (NO_GAPS, Measured(7, {"price": 1}), False),
        (NO_GAPS, Measured(7, {"id": 0}), False),
        (NO_GAPS, Measured(0, {"price": 0}), False),  # no rows show nothing
        (ChangeNullability(ORDERS, "price", nullable=True), Measured(7, {"price": 0}), False),
        (ChangeMeaning(ORDERS, "price", "with tax"), Measured(7, {"price": 0}), False),
    ],
)
def test_a_promise_that_the_data_keep_changes_nothing(change: ColumnChange, data: Measured, is_settled: bool) -> None:
    assert bool(settled(change, data)) == is_settled


def test_it_is_said_of_how_many_rows_that_is_known() -> None:
    told = "price has a value in each of the 12,000 rows that are there, as is promised from now on"
    assert settled(NO_GAPS, Measured(12_000, {"price": 0})) == told


TYPES = {"qty": "int64", "price": "decimal(10,2)", "score": "float64", "note": "string"}
DATA = Measured(7, {}, {"qty": "int16", "price": "decimal(5,2)", "score": "float64"})


def versions(*types: dict[str, str]) -> Measured:
    """What is known of a dataset whose current versions were seen to hold such values."""

    class Versions:
        def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
            assert (name, parameters) == ("impact.measured", {"ids": ["a"]})
            return [{"dataset": "a", "metrics": json.dumps({"narrowest": one}), "rows": 1} for one in types]

    return measured(Versions(), {"a": ()})["a"]


def test_a_type_holds_the_values_of_all_versions_or_nothing_is_known() -> None:
    assert versions({"qty": "int8"}, {"qty": "int16"}).narrowest == {"qty": "int16"}
    assert versions({"qty": "int8"}, {}).narrowest == {}  # in one of them it has no value, or nobody looked
    assert versions({"qty": "int64"}, {"qty": "uint64"}).narrowest == {}
    assert versions({"qty": "int8"}, {"qty": "uint64"}, {"qty": "int8"}).narrowest == {}


@pytest.mark.parametrize(
    ("column", "type_", "fits"),
    [
        ("qty", "int32", True),
        ("qty", "int16", True),
        ("qty", "int8", False),
        ("qty", "float64", True),
        ("qty", "decimal(12,2)", True),
        ("qty", "decimal(4,0)", False),
        ("qty", "string", False),
        ("price", "decimal(5,2)", True),
        ("price", "decimal(5,1)", False),
        ("price", "float64", False),  # as a float it is added and shown otherwise
        ("price", "int64", False),
        ("score", "float32", False),  # how many digits a fraction has is not known
        ("note", "int64", False),
    ],
)
def test_a_type_fits_where_it_holds_all_numbers_that_are_there(column: str, type_: str, *, fits: bool) -> None:
    assert bool(fitting(TYPES, [RetypeColumn(ORDERS, column, type_)], DATA)) is fits


def test_nothing_fits_of_which_the_set_changes_the_values_too() -> None:
    retype = RetypeColumn(ORDERS, "qty", "int16")

    assert fitting(TYPES, [retype, ChangeMeaning(ORDERS, "price", "with tax")], DATA) == {"qty": "int16"}
    assert fitting(TYPES, [retype, ChangeMeaning(ORDERS, "qty", "in dozens")], DATA) == {}
    assert fitting(TYPES, [retype, ChangeDefault(ORDERS, "qty", "70000")], DATA) == {}


def test_as_a_text_a_column_shows_the_type_that_its_values_have_for_sure() -> None:
    types = {**TYPES, "day": "date", "at": "timestamp(us)", "zoned": "timestamp(us,UTC)", "half": "float32"}
    seen = {**DATA.narrowest, "note": "string", "day": "date", "at": "timestamp(us)", "half": "float32"}

    assert guessed(types, Measured(7, {}, {**seen, "zoned": "timestamp(us,UTC)"})) == {
        "qty": "integer",
        "price": "number",
        "score": "number",
        "note": "string",
        "day": "date",
        "at": "timestamp",
        "zoned": "unknown",
        "half": "unknown",
    }
    assert set(guessed(types, Measured()).values()) == {"unknown"}
    assert guessed({"qty": "int64"}, DATA) == {}  # a line without a value would be none
    assert guessed({"qty": "int64", "QTY": "int64"}, DATA) == {}
