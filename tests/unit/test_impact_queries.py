"""What a query comes to after a change, and what follows for the job and for what it makes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph_model.contracts.entities import Column
from graph_model.impact.binding import Bound, Rebinding, Refused, Turn, TurnKind
from graph_model.impact.cadence import outdated, usual_distance
from graph_model.impact.changes import ColumnHarm
from graph_model.impact.entities import ChangeJob
from graph_model.impact.held import Held, broken_promise, held, keeps, side_by_side
from graph_model.impact.order import ranks
from graph_model.impact.renaming import differs_in_names_only, reads_under_old_names
from graph_model.impact.rules import Making
from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.lineage.hops import Hop
from graph_model.names import Name
from tests.support.judging import judge

TIDY = Name("shop", "tidy")
NOW = datetime(2024, 6, 1, tzinfo=UTC)


def bound(**types: str) -> Bound:
    return Bound(tuple(Column(path, type_) for path, type_ in types.items()))


def rule_of(making: Making) -> str:
    found = judge([], making)
    return f"{found.verdict} {found.rule}"


def a_making(answer: Rebinding, declared: tuple[Column, ...] = (), **more: Any) -> Making:
    return Making(TIDY, held=held(answer, declared, more.pop("promised", {}), **more))


SAME = Rebinding(bound(a="int64"), bound(a="int64"))


def test_a_query_that_still_fits_and_comes_to_the_same_is_safe() -> None:
    assert rule_of(a_making(SAME)) == "SAFE query_fits"


def test_a_query_that_is_refused_breaks_unless_it_was_refused_before() -> None:
    refused = Refused("there is no column price")

    assert rule_of(a_making(Rebinding(bound(a="int64"), refused))) == "BREAKS query_is_refused"
    assert held(Rebinding(refused, refused), (), {}) is None


def test_a_query_may_fit_the_new_columns_and_not_both_side_by_side() -> None:
    mixed = Rebinding(bound(a="int64"), Refused("no sum of texts"))

    assert rule_of(a_making(SAME, mixed=mixed)) == "BREAKS query_is_refused_for_a_while"
    assert rule_of(a_making(SAME, mixed=SAME)) == "SAFE query_fits"


@pytest.mark.parametrize(
    ("after", "promised", "expected"),
    [
        ({"b": "int64"}, {"a": "integer"}, "BREAKS output_breaks_its_promise"),
        ({"a": "string"}, {"a": "integer"}, "BREAKS output_breaks_its_promise"),
        ({"b": "int64"}, {"c": "integer"}, "RISKY output_changes"),  # that promise was broken before
        ({"b": "int64"}, {}, "RISKY output_changes"),
        ({"a": "decimal(20,0)"}, {"a": "number"}, "SAFE query_fits"),
        ({"a": "int64", "b": "string"}, {"a": "integer"}, "SAFE query_fits"),
    ],
)
def test_what_a_job_makes_must_keep_the_promises_it_kept(
    after: dict[str, str], promised: dict[str, str], expected: str
) -> None:
    assert rule_of(a_making(Rebinding(bound(a="int64"), bound(**after)), promised=promised)) == expected


def test_a_check_passes_what_it_passes_when_it_is_run() -> None:
    assert keeps("number", "int32")
    assert keeps("timestamp", "date")
    assert not keeps("integer", "float64")
    assert broken_promise((Column("A", "int64"),), (Column("a", "int64"),), {"a": "integer"}) == ""
    spelled = "a is spelled A from now on"  # SQL finds it all the same; the check of a schema does not
    assert broken_promise((Column("a", "int64"),), (Column("A", "int64"),), {"a": "integer"}) == spelled


def test_a_wider_output_is_something_else_where_it_is_written_as_text() -> None:
    wider = Rebinding(bound(a="int32"), bound(a="float64"))

    assert rule_of(a_making(wider)) == "SAFE query_fits"
    assert rule_of(a_making(wider, is_text=True)) == "RISKY output_changes"


def test_a_new_column_is_something_else_where_columns_are_known_by_their_places() -> None:
    more = Rebinding(bound(a="int64"), bound(new="string", a="int64"))

    assert rule_of(a_making(more)) == "SAFE query_fits"
    assert rule_of(a_making(more, has_names=False)) == "RISKY output_changes"


def test_a_type_that_stays_keeps_what_is_declared() -> None:
    answer = held(
        Rebinding(bound(a="int64", b="int64"), bound(a="int64", b="string")),
        (
            Column("A", "integer"),
            Column("b", "integer"),
        ),
        {},
    )

    assert answer is not None
    assert {path: outcome.harm for path, outcome in answer.outcomes.items()} == {"b": ColumnHarm.RETYPED}
    assert answer.layout is not None
    assert [(one.path, one.type) for one in answer.layout.after] == [("A", "integer"), ("b", "string")]


def a_turn(kind: TurnKind, **more: Any) -> Turn:
    return Turn(kind, "it turns", "orders", "price", **more)


def test_a_star_that_only_catches_more_is_told_by_the_new_column() -> None:
    star = a_turn(TurnKind.STAR, columns=frozenset({"new"}))
    more = Rebinding(bound(a="int64"), bound(a="int64", new="string"), (star,))

    answer = held(more, (), {})

    assert answer is not None
    assert (answer.turns, answer.layout and answer.layout.added) == ((), ("new",))
    assert rule_of(Making(TIDY, held=answer)) == "SAFE query_fits"


@pytest.mark.parametrize(
    ("kind", "retyped", "may_fail"),
    [
        (TurnKind.COMPARISON, frozenset({"price"}), True),
        (TurnKind.COMPARISON, frozenset(), False),
        (TurnKind.JOIN_KEY, frozenset({"price"}), False),
    ],
)
def test_a_turn_is_a_risk_and_may_fail_where_another_kind_of_value_is_cast(
    kind: TurnKind, retyped: frozenset[str], may_fail: bool
) -> None:
    found = judge([], Making(TIDY, held=Held(turns=(a_turn(kind, rows=True),)), retyped=retyped))

    assert (found.rule, found.may_fail) == ("query_turns", may_fail)


def test_new_code_is_its_owners_business_once_it_is_known_to_run() -> None:
    new = ChangeJob(TIDY, "SELECT 1 AS a")

    assert rule_of(Making(TIDY, change=new, held=Held(rewritten=True))) == "SAFE query_fits"
    assert Making(TIDY, change=new, held=Held(rewritten=True)).is_rewritten
    assert rule_of(Making(TIDY, change=new)) == "UNKNOWN new_code_is_not_held"
    assert rule_of(Making(TIDY, change=new, mended=True)) == "SAFE code_is_mended"
    assert rule_of(Making(TIDY, change=ChangeJob(TIDY))) == "RISKY code_changes"


def test_old_and_new_partitions_are_read_as_one_table() -> None:
    both = side_by_side(
        (Column("a", "int32"), Column("b", "date"), Column("gone", "string", nullable=False)),
        (Column("a", "int64"), Column("b", "int64"), Column("new", "string", nullable=False)),
    )

    assert [(one.path, one.type, one.nullable) for one in both] == [
        ("a", "int64", True),
        ("b", "string", True),
        ("gone", "string", True),
        ("new", "string", True),
    ]


@pytest.mark.parametrize(
    ("before", "after", "renames", "same"),
    [
        ("SELECT price FROM orders", "select amount as price from orders", {"price": "amount"}, True),
        ("SELECT o.price FROM orders o", "SELECT o.amount AS price FROM orders o", {"price": "amount"}, True),
        ("SELECT price p FROM orders", 'SELECT "amount" p FROM sales;', {"price": "amount", "orders": "sales"}, True),
        ("SELECT price FROM orders -- old", "SELECT price FROM orders", {}, True),
        ("SELECT price FROM orders", "SELECT amount FROM orders WHERE id > 1", {"price": "amount"}, False),
        ("SELECT price, id FROM orders", "SELECT amount, price FROM orders", {"price": "amount"}, False),
        ("SELECT a, b FROM t", "SELECT c, c FROM t", {"a": "c", "b": "c"}, False),
        ("SELECT 'price' FROM t", "SELECT 'amount' FROM t", {"price": "amount"}, False),
    ],
)
def test_a_text_may_differ_in_names_only(before: str, after: str, renames: dict[str, str], same: bool) -> None:
    assert differs_in_names_only(before, after, renames) is same


def hop(source: str, target: str, kind: str = "CONSUMED_BY") -> Hop:
    return Hop(LineageEdge(source, target, kind), LineageNode(target, "JOB", Name("", target)))


def test_what_makes_an_input_comes_before_who_reads_it_by_any_way() -> None:
    reads = {"a": [hop("s", "a")], "b": [hop("t", "b")], "c": [hop("s", "c"), hop("u", "c")]}
    makes = {"a": [hop("a", "t", "PRODUCES")], "b": [hop("b", "u", "PRODUCES")]}

    assert list(ranks(reads, makes)) == [("a",), ("b",), ("c",)]


def test_a_cycle_is_cut_where_it_is_met_and_everybody_comes_once() -> None:
    reads = {"a": [hop("s", "a"), hop("u", "a")], "b": [hop("t", "b")]}
    makes = {"a": [hop("a", "t", "PRODUCES")], "b": [hop("b", "u", "PRODUCES")]}

    assert list(ranks(reads, makes, also=["x"])) == [("x",), ("a",), ("b",)]


@pytest.mark.parametrize(
    ("every", "seen", "old"),
    [
        (timedelta(days=1), timedelta(days=30), True),
        (timedelta(days=365), timedelta(days=330), False),
        (timedelta(days=1), timedelta(days=3), False),
        (timedelta(minutes=1), timedelta(hours=2), False),
    ],
)
def test_an_observation_ages_by_how_often_its_job_runs(every: timedelta, seen: timedelta, old: bool) -> None:
    edge = LineageEdge("orders", "job", "CONSUMED_BY", "observed", last_seen=NOW - seen)
    moments = [int((NOW - seen - every * number).timestamp() * 1000) for number in range(4)]
    usual = usual_distance(moments)

    assert usual == every
    assert outdated(edge, usual, at=NOW) is old
    assert usual_distance(moments[:2]) is None  # two runs do not tell how often
    assert not outdated(edge, None, at=NOW)
    declared = LineageEdge("orders", "job", "CONSUMED_BY", "declared", last_seen=NOW - seen)
    assert not outdated(declared, usual, at=NOW)


OLD_NAMES = "(SELECT id, amount AS price, day FROM orders)"


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("SELECT price FROM orders", f"SELECT price FROM {OLD_NAMES} AS orders", True),
        ("SELECT a.* FROM orders AS a", f"SELECT a.* FROM {OLD_NAMES} a;", True),
        (
            "SELECT id FROM orders a JOIN orders b USING (day)",
            f"SELECT id FROM {OLD_NAMES} a JOIN {OLD_NAMES} b USING (day)",
            True,
        ),
        (
            "SELECT id FROM orders a JOIN orders b USING (day)",
            f"SELECT id FROM {OLD_NAMES} a JOIN orders b USING (day)",
            False,
        ),
        ("SELECT price FROM orders", "SELECT price FROM orders", False),
        ("SELECT price FROM orders", f"SELECT price + 1 FROM {OLD_NAMES} AS orders", False),
        ("SELECT price FROM orders", f"SELECT price FROM {OLD_NAMES[:-1]} WHERE id > 1) AS orders", False),
        ("SELECT * FROM orders", "SELECT * FROM (SELECT amount AS price, id, day FROM orders) AS orders", False),
        ("SELECT * FROM orders", "SELECT * FROM (SELECT id, amount AS price FROM orders) AS orders", False),
        (
            "WITH orders AS (SELECT 1 AS price) SELECT price FROM orders",
            f"WITH orders AS (SELECT 1 AS price) SELECT price FROM {OLD_NAMES} AS orders",
            False,
        ),
        (
            "SELECT price FROM orders WHERE note = 'orders'",
            f"SELECT price FROM {OLD_NAMES} AS orders WHERE note = 'orders'",
            True,
        ),
    ],
)
def test_a_query_over_the_old_names_of_its_tables_is_the_old_query(before: str, after: str, same: bool) -> None:
    columns = {"id": "id", "price": "amount", "day": "day"}

    assert reads_under_old_names(before, after, {"orders": columns}) is same


def test_a_name_that_is_only_spelled_otherwise_is_given_back_too() -> None:
    after = "SELECT day FROM (SELECT id, DAY AS day FROM orders) AS orders"

    assert reads_under_old_names("SELECT day FROM orders", after, {"orders": {"id": "id", "day": "DAY"}})


def test_columns_that_swap_names_must_be_told_apart_everywhere() -> None:
    swapped = {"orders": {"a": "b", "b": "a"}}
    view = "(SELECT b AS a, a AS b FROM orders)"

    assert reads_under_old_names("SELECT orders.a FROM orders", f"SELECT orders.a FROM {view} AS orders", swapped)
    before, half = "SELECT x.a, y.b FROM orders x, orders y", f"SELECT x.a, y.b FROM {view} x, orders y"
    assert not reads_under_old_names(before, half, swapped)
