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


def test_columns_of_a_star_do_as_the_star_does() -> None:
    moved = "amount decimal(10,2)!, id int32!, customer int32!, state string, day date"
    found = asked("SELECT COLUMNS(*) FROM orders WHERE state IS NOT NULL", orders=moved)

    assert found.turns == asked("SELECT * FROM orders WHERE state IS NOT NULL", orders=moved).turns
    assert not any(turn.rows for turn in found.turns)


TURNS: dict[str, tuple[str, dict[str, str], set[Told]]] = {
    "JOIN_KEY by NATURAL JOIN": (
        "SELECT id, state FROM orders NATURAL JOIN customers",
        {"customers": f"{CUSTOMERS}, state string"},
        {(TurnKind.JOIN_KEY, frozenset({"state"}), True)},
    ),
    "CAPTURED in a subquery": (
        "SELECT o.id, (SELECT count(*) FROM customers WHERE id = customer) AS n FROM orders AS o",
        {"customers": f"{CUSTOMERS}, customer int32"},
        {(TurnKind.CAPTURED, frozenset({"n"}), False)},
    ),
    "CAPTURED below an aggregate, which was the outer query's": (
        "SELECT (SELECT max(amount) FROM customers) AS most FROM orders",
        {"customers": f"{CUSTOMERS}, amount int32"},
        {(TurnKind.CAPTURED, frozenset({"most"}), True)},
    ),
    "CAPTURED from an alias": (
        "SELECT id + 1 AS total FROM orders WHERE total > 3",
        {"orders": f"{ORDERS}, total int32"},
        {(TurnKind.CAPTURED, frozenset(), True)},
    ),
    "STAR under DISTINCT": (
        "SELECT DISTINCT * FROM customers",
        {"customers": f"{CUSTOMERS}, zip string"},
        {(TurnKind.STAR, frozenset({"zip"}), True)},
    ),
    "NULLS in a join": (
        "SELECT o.id FROM orders AS o JOIN customers AS c ON o.customer = c.id",
        {"orders": ORDERS.replace("customer int32!", "customer int32")},
        {(TurnKind.NULLS, frozenset(), True)},
    ),
    "NULLS in a count, and in what is made of the column": (
        "SELECT count(amount) AS n, count(*) AS all_of_them FROM orders",
        {"orders": ORDERS.replace("amount decimal(10,2)!", "amount decimal(10,2)")},
        {(TurnKind.NULLS, frozenset({"n"}), False)},
    ),
    "NULLS that are caught": (
        "SELECT coalesce(amount, 0) AS amount FROM orders WHERE amount IS NULL OR id > 3",
        {"orders": ORDERS.replace("amount decimal(10,2)!", "amount decimal(10,2)")},
        set(),
    ),
    "ARITHMETIC by a float in place of a whole number": (
        "SELECT sum(id // 2) AS halves, avg(id) AS mean FROM orders",
        {"orders": ORDERS.replace("id int32!", "id float64!")},
        {(TurnKind.ARITHMETIC, frozenset({"halves"}), False)},
    ),
    "ARITHMETIC by a day that gets a time": (
        "SELECT day - DATE '2013-01-01' AS days, year(day) AS year FROM orders",
        {"orders": ORDERS.replace("day date", "day timestamp(us)")},
        {(TurnKind.ARITHMETIC, frozenset({"days"}), False)},
    ),
    "COMPARISON of numbers that become texts": (
        "SELECT id, state FROM orders ORDER BY customer",
        {"orders": ORDERS.replace("customer int32!", "customer string!")},
        {(TurnKind.COMPARISON, frozenset(), True)},
    ),
    "COMPARISON in a window": (
        "SELECT id, row_number() OVER (ORDER BY customer) AS place FROM orders",
        {"orders": ORDERS.replace("customer int32!", "customer string!")},
        {(TurnKind.COMPARISON, frozenset({"place"}), False)},
    ),
    "no turn by a wider number": (
        "SELECT customer, sum(amount * 2) AS total FROM orders WHERE amount > 5 GROUP BY customer ORDER BY total",
        {"orders": ORDERS.replace("(10,2)", "(12,2)").replace("customer int32!", "customer int64!")},
        set(),
    ),
    "no turn by a new column below a query that names its own": (
        "WITH o AS (SELECT * FROM orders) SELECT customer, count(*) AS n FROM o GROUP BY customer",
        {"orders": f"{ORDERS}, extra string"},
        set(),
    ),
    "the worst, where a query cannot be followed": (
        "WITH RECURSIVE r AS (SELECT id FROM orders UNION ALL SELECT id + 1 FROM r WHERE id < 9) SELECT id FROM r",
        {"orders": ORDERS.replace("id int32!", "id int64!")},
        {(TurnKind.COMPARISON, frozenset({"id"}), True)},
    ),
}


@pytest.mark.parametrize("name", TURNS)
def test_a_query_that_comes_to_something_else_is_told(name: str) -> None:
    text, changed, expected = TURNS[name]

    assert (
        told(asked(text, orders=changed.get("orders", ORDERS), customers=changed.get("customers", CUSTOMERS)))
        == expected
    )


def test_columns_taken_by_their_place_get_other_values() -> None:
    kept = {"kept": table("id int32, name string, zip string")}
    before = {"people": table("id int32, name string, zip string")}
    after = {"people": table("id int32, zip string, name string")}

    for text in ("INSERT INTO kept SELECT * FROM people", "SELECT * FROM kept UNION ALL SELECT * FROM people"):
        found = rebind(text, dialect="duckdb", before=kept | before, after=kept | after)

        assert found is not None
        assert {(turn.kind, turn.columns) for turn in found.turns} == {
            (TurnKind.POSITION, frozenset({"name", "zip"})),
        }


def test_what_is_no_key_any_more_doubles_rows_of_a_join() -> None:
    text = "SELECT o.id, c.name FROM orders AS o JOIN customers AS c ON o.customer = c.id"

    found = asked(text, beside={"customers": Beside(lost_key=("id",))})

    assert told(found) == {(TurnKind.DUPLICATES, frozenset(), True)}


@pytest.mark.parametrize(
    ("text", "to", "turns"),
    [
        ("SELECT sum(amount) AS total, max(amount) AS most FROM orders WHERE amount > 3", "decimal(4,2)", False),
        ("SELECT amount * amount AS square FROM orders", "decimal(4,2)", True),  # which may have no room for it
        ("SELECT id + 1 AS next FROM orders WHERE id > 3", "float64", False),
        ("SELECT id || 'x' AS shown FROM orders", "float64", True),
    ],
)
def test_a_type_that_holds_all_that_is_there_keeps_numbers_as_they_are(text: str, to: str, *, turns: bool) -> None:
    before = {"orders": [Column("id", "int64"), Column("amount", "decimal(10,2)")]}
    column = "amount" if "amount" in text else "id"
    after = {"orders": [Column(one.path, to if one.path == column else one.type) for one in before["orders"]]}

    unseen = rebind(text, dialect="duckdb", before=before, after=after)
    fits = {"orders": Beside(fitting=(column,))}
    found = rebind(text, dialect="duckdb", before=before, after=after, beside=fits)

    assert unseen is not None
    assert found is not None
    assert unseen.turns
    assert bool(found.turns) is turns


def test_a_literal_that_no_longer_occurs_is_told_and_others_are_not() -> None:
    values = Beside(values={"state": (("paid", "open", "lost"), ("paid", "open"))})
    text = "SELECT CASE WHEN state = '{}' THEN 1 ELSE 0 END AS flag FROM orders"

    gone = asked(text.format("lost"), beside={"orders": values})
    other = asked(text.format("paid"), beside={"orders": values})

    assert told(gone) == {(TurnKind.VALUES, frozenset({"flag"}), False)}
    assert not other.turns


def test_types_and_absence_go_through_the_query() -> None:
    text = (
        "SELECT o.amount AS spent, c.name, 7 / 2 AS half FROM orders AS o LEFT JOIN customers AS c ON o.customer = c.id"
    )

    found = asked(text, orders=ORDERS.replace("(10,2)", "(12,4)"), customers=CUSTOMERS.replace("string", "string!"))

    assert isinstance(found.after, Bound)
    assert columns(found.after) == [("spent", "decimal(12,4)"), ("name", "string"), ("half", "float64")]
    assert [column.nullable for column in found.after.columns] == [False, True, True]


def test_only_the_member_of_a_struct_that_changes_matters() -> None:
    def place(type: str) -> dict[str, list[Column]]:
        return {"flights": [Column("place", f"struct<city:string,height:{type}>")]}

    text = "SELECT place.city AS city FROM flights WHERE place.{} > '1'"
    before, after = place("string"), place("binary")

    other = rebind(text.format("city"), dialect="duckdb", before=before, after=after)
    same = rebind(text.format("height"), dialect="duckdb", before=before, after=after)

    assert other is not None
    assert same is not None
    assert not other.turns
    assert isinstance(same.after, Refused) or same.turns


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT * FROM read_csv('/etc/passwd')", "it reads what is no table"),
        ("SELECT id FRM orders", "it is no SQL"),
        ("ATTACH 'other.db'", "it is no query"),
        ("INSERT INTO elsewhere SELECT * FROM orders", "it writes what is not known"),
        ("SELECT date_trunc('day', wind) AS day FROM weather", "the type of what it takes is not known"),
        ("SELECT a FROM nothing_known", "the columns of what it reads are not known"),
        ("", "there is nothing"),
    ],
)
def test_nobody_can_say_of_a_query_when(text: str, why: str) -> None:
    tables = {"orders": table(ORDERS), "weather": [Column("wind", "unknown")], "nothing_known": []}

    assert rebind(text, dialect="duckdb", before=tables, after=tables) is None, why


def test_a_type_that_is_not_known_stays_so() -> None:
    before = {"weather": [Column("wind"), Column("station", "string")]}
    after = {"weather": [*before["weather"], Column("extra")]}

    found = rebind("SELECT wind + 1 AS wind, station FROM weather", dialect="duckdb", before=before, after=after)

    assert found is not None
    assert columns(found.after) == [("wind", "unknown"), ("station", "string")]


def test_a_text_that_takes_too_long_is_nobody_s_to_say_and_the_next_is_answered() -> None:
    deep = "SELECT " + "(" * 20_000 + "1" + ")" * 20_000
    tables = {"orders": table(ORDERS)}

    assert rebind(deep, dialect="duckdb", before=tables, after=tables) is None
    assert rebind("SELECT id FROM orders", dialect="duckdb", before=tables, after=tables) is not None


def test_a_name_that_sqlite_takes_for_a_text_is_told() -> None:
    """It forgives a name in double quotes that it does not know, and the query goes on with a text."""
    found = asked('SELECT "state" AS state FROM orders', orders=ORDERS.replace("state", "status"), dialect="sqlite")

    assert isinstance(found.after, Refused) or found.turns
