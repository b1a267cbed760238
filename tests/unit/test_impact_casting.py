"""New SQL that casts a column back to the type it had comes to what the old SQL came to."""

from __future__ import annotations

import pytest

from graph_model.impact.casting import casting_view, coming_back, raises, survives
from graph_model.impact.entities import ChangeMeaning, RetypeColumn
from graph_model.names import Name

ORDERS = Name("shop", "orders")
OLD = "SELECT id, sum(price) AS total FROM orders GROUP BY id"
VIEW = "SELECT id, TRY_CAST(price AS DECIMAL(10,2)) AS price FROM orders"
WORDS = "select id , try_cast ( price as decimal ( 10 , 2 ) ) as price from orders"


@pytest.mark.parametrize(
    ("old", "new", "comes_back"),
    [
        ("int32", "string", True),
        ("float64", "string", True),
        ("date", "string", True),
        ("timestamp(us)", "string", False),  # who writes it may spell it in many ways
        ("int32", "int64", True),
        ("int32", "int16", False),
        ("int32", "uint64", False),
        ("int32", "float64", True),
        ("int64", "float64", False),
        ("int32", "decimal(12,2)", True),
        ("int64", "decimal(12,2)", False),
        ("decimal(10,2)", "decimal(14,2)", True),
        ("decimal(10,2)", "decimal(10,4)", False),
        ("float64", "float32", False),
        ("string", "int64", False),
    ],
)
def test_values_come_back_from_a_type_that_has_room_for_them(old: str, new: str, comes_back: bool) -> None:
    assert survives(old, new) == comes_back


def test_only_the_type_may_change() -> None:
    retype, types = RetypeColumn(ORDERS, "price", "string"), {"price": "float64"}

    assert coming_back(types, [retype]) == {"price"}
    assert coming_back(types, [retype, ChangeMeaning(ORDERS, "price", "with tax")]) == frozenset()
    assert coming_back({"price": "string"}, [RetypeColumn(ORDERS, "price", "int64")]) == frozenset()


@pytest.mark.parametrize(
    ("after", "view"),
    [
        (f"SELECT id, sum(price) AS total FROM ({VIEW}) AS orders GROUP BY id", WORDS),
        (f"SELECT id, max(price) AS total FROM ({VIEW}) AS orders GROUP BY id", ""),
        ("SELECT id, sum(price) AS total FROM (SELECT id, price FROM orders) AS orders GROUP BY id", ""),
        ("SELECT id, sum(price) AS total FROM (SELECT CAST(price AS DOUBLE) AS price FROM orders) GROUP BY id", ""),
        (f"SELECT id, sum(price) AS total FROM ({VIEW} WHERE id > 1) AS orders GROUP BY id", ""),
        (f"SELECT id, sum(price) AS total FROM ({VIEW}) AS orders JOIN orders GROUP BY id", ""),
        (OLD, ""),
    ],
)
def test_the_new_text_is_the_old_one_over_a_subquery_that_casts(after: str, view: str) -> None:
    assert casting_view(OLD, after, "orders", ["id", "price"], ["price"]) == view


@pytest.mark.parametrize(
    ("view", "fails"), [("cast ( price as double )", True), ("try_cast ( price as double )", False)]
)
def test_a_cast_fails_on_what_does_not_come_back_unless_it_leaves_that_out(view: str, *, fails: bool) -> None:
    assert raises(f"select id , {view} as price from orders", ["price"]) is fails
    assert not raises(f"select id , {view} as price from orders", ["id"])
