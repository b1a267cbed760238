"""What blocking checks of a contract look at."""

from __future__ import annotations

from typing import Any

import pytest

from graph_model.contracts.entities import Check, Contract
from graph_model.impact.checked import checks_of


def looks_at(kind: str, params: dict[str, Any], column: str, severity: Any = "blocking") -> bool:
    found = checks_of(Contract(checks=(Check("a promise", kind, params, severity),)))
    return found is not None and found.looks_at(column)


@pytest.mark.parametrize(
    ("kind", "params", "column"),
    [
        ("range", {"column": "Price", "min": 0}, "price"),
        ("not_null", {"columns": ["id", "price"]}, "PRICE"),
        ("allowed_values", {"column": "address", "values": []}, "address.city"),
        ("unique", {"columns": ["address.city"]}, "address"),
        ("sql", {"query": "SELECT count(*) FROM {object} WHERE x < 0"}, "price"),
        ("python", {"function": "f"}, "price"),
    ],
)
def test_a_check_looks_at_the_columns_it_names_or_at_any(kind: str, params: dict[str, Any], column: str) -> None:
    assert looks_at(kind, params, column)


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("range", {"column": "prices", "min": 0}),
        ("schema", {"columns": {"price": "number"}}),
        ("row_count", {"min": 1}),
    ],
)
def test_a_check_that_looks_elsewhere_or_stops_nothing_is_no_danger(kind: str, params: dict[str, Any]) -> None:
    assert not looks_at(kind, params, "price")
    assert not looks_at(kind, {"column": "price"}, "price", severity="warning")
