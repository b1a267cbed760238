"""What becomes of a query when its tables change: whether it fits them, and where it comes to something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from connectors.sql.binding import rebind
from graph_model.contracts.entities import Column
from graph_model.impact.binding import Beside, Bound, Rebinding, Refused, TurnKind

Told = tuple[TurnKind, frozenset[str], bool]
ORDERS = "id int32!, customer int32!, amount decimal(10,2)!, state string, day date"
CUSTOMERS = "id int32!, name string, since date"


def table(text: str) -> list[Column]:
    """`id int32!, name string`: a name, a type, and whether it is always there."""
    words = [part.strip().split(" ", 1) for part in text.replace("(10,", "(10;").replace("(12,", "(12;").split(",")]
    return [Column(name, type.rstrip("!").replace(";", ","), nullable=not type.endswith("!")) for name, type in words]


def asked(
    text: str,
    *,
    orders: str = ORDERS,
    customers: str = CUSTOMERS,
    dialect: str = "duckdb",
    beside: Mapping[str, Beside] | None = None,
) -> Rebinding:
    before = {"orders": table(ORDERS), "customers": table(CUSTOMERS)}
    after = {"orders": table(orders), "customers": table(customers)}
    found = rebind(text, dialect=dialect, before=before, after=after, beside=beside)
    assert found is not None
    return found


def told(found: Rebinding) -> set[Told]:
    return {(turn.kind, turn.columns, turn.rows) for turn in found.turns}


def columns(outcome: Bound | Refused) -> Sequence[tuple[str, str]]:
    assert isinstance(outcome, Bound), outcome
    return [(column.path, column.type) for column in outcome.columns]


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres"])
def test_a_query_that_uses_a_column_that_is_gone_is_refused(dialect: str) -> None:
    found = asked("SELECT id, amount FROM orders", orders=ORDERS.replace("amount", "total"), dialect=dialect)

    assert columns(found.before) == [("id", "int32"), ("amount", "decimal(10,2)")]
    assert found.after == Refused("there is no column amount")


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres"])
def test_a_query_that_uses_other_columns_goes_on_as_before(dialect: str) -> None:
    found = asked("SELECT id, amount FROM orders WHERE id > 3", orders=f"{ORDERS}, extra string", dialect=dialect)

    assert found.after == found.before
    assert not found.turns


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres"])
def test_a_star_takes_a_new_column_along(dialect: str) -> None:
    found = asked("SELECT * FROM orders", orders=f"extra string, {ORDERS}", dialect=dialect)

    assert columns(found.after)[0] == ("extra", "string")
    assert told(found) == {(TurnKind.STAR, frozenset({"extra"}), False)}
