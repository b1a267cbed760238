"""What of an output is wrong by what is wrong in an input."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graph_model.versions.wrong_columns import Columns, Flow, Passed, both, passed_on, reads_wrong, touches

NOW = datetime(2024, 1, 1, tzinfo=UTC)
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


def feeds(column: str, to: str, target: str = "out") -> Flow:
    return Flow("FEEDS", column, target, to, NOW, FOREVER)


def shapes(column: str, target: str = "out") -> Flow:
    return Flow("SHAPES", column, target, "", NOW, FOREVER)


def uses(column: str) -> Flow:
    return Flow("USED_BY", column, "", "", NOW, FOREVER)


def wrong(*columns: str) -> Columns:
    return frozenset(columns)


def passed(
    columns: Columns, *flows: Flow, known: bool = True, source: str = "in", target: str = "out"
) -> Passed | None:
    return passed_on(columns, flows, source=source, target=target, known=known)


def test_a_wrong_column_makes_those_wrong_that_it_feeds():
    assert passed(wrong("amount"), feeds("amount", "Total"), feeds("id", "id")) == Passed(
        wrong("total"), "made from amount"
    )


def test_what_is_made_from_other_columns_only_is_spared():
    assert passed(wrong("amount"), feeds("id", "id"), shapes("state")) is None


def test_a_wrong_column_that_decides_the_rows_makes_all_of_them_wrong():
    assert passed(wrong("state"), feeds("id", "id"), shapes("state")) == Passed(
        None, "state decides which rows there are"
    )


def test_only_the_output_that_it_goes_into_is_wrong():
    flows = feeds("amount", "total", target="sums"), feeds("id", "id"), shapes("amount", target="sums")

    assert passed(wrong("amount"), *flows) is None


@pytest.mark.parametrize("known", [True, False])
def test_where_all_of_it_may_be_wrong_so_may_be_all_that_is_made_of_it(*, known: bool):
    assert passed(None, feeds("id", "id"), known=known) == Passed(None, "everything in what it read may be wrong")


def test_where_columns_are_not_known_all_of_it_may_be_wrong():
    assert passed(wrong("amount"), feeds("id", "id"), known=False) == Passed(
        None, "which columns the run used is not known"
    )


def test_a_column_that_is_used_for_something_unknown_may_make_all_wrong():
    assert passed(wrong("amount"), uses("amount"), feeds("id", "id")) == Passed(
        None, "amount is used, and it is not known for what"
    )
    assert passed(wrong("amount"), uses("amount"), feeds("amount", "x", target="other")) is None


def test_what_a_dataset_gives_to_itself_stays_wrong():
    assert passed(wrong("total"), source="same", target="same") == Passed(wrong("total"), "made from total")


@pytest.mark.parametrize(
    ("column", "of", "expected"),
    [
        ("amount", "amount", True),
        ("Amount", "amount", True),
        ("address.city", "address", True),
        ("address", "address.city", True),
        ("address.zip", "address.city", False),
        ("amount_net", "amount", False),
    ],
)
def test_parts_and_wholes_touch(column: str, of: str, *, expected: bool):
    assert touches(column, wrong(of)) is expected


def test_a_run_that_made_nothing_yet_reads_what_is_wrong_unless_it_is_known_not_to():
    assert reads_wrong(wrong("amount"), [feeds("amount", "x")], known=True)
    assert reads_wrong(wrong("amount"), [], known=False)
    assert reads_wrong(None, [], known=True)
    assert not reads_wrong(wrong("amount"), [feeds("id", "x")], known=True)


def test_two_inputs_together_are_as_wrong_as_each():
    assert both(wrong("a"), wrong("b")) == wrong("a", "b")
    assert both(wrong("a"), None) is None


def test_an_edge_counts_for_a_run_if_it_held_at_any_moment_of_it():
    day = timedelta(days=1)
    edge = Flow("FEEDS", "a", "out", "b", NOW, NOW + day)

    assert edge.held_during(NOW + day / 2, NOW + 2 * day)
    assert edge.held_during(NOW - day, NOW)
    assert not edge.held_during(NOW + day, None)
    assert not edge.held_during(NOW - 2 * day, NOW - day)
