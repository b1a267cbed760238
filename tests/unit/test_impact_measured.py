"""What the data that are there say of a change: a promise that they keep already changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph_model.impact.entities import ChangeMeaning, ChangeNullability, ColumnChange
from graph_model.impact.measured import Measured, measured, settled
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
