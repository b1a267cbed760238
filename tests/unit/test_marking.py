"""Every unit of work leaves its mark once, and hears last of all whether writes are paused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import neo4j

from graph_model.store.queries import NamedQuery, load_queries
from graph_model.store.transaction import Transaction, mark

MARKS_ITSELF = NamedQuery("tests.marks", "marks itself", frozenset({"operation"}), frozenset(), "paused", "write")


def queries(name: str) -> NamedQuery:
    return MARKS_ITSELF if name == MARKS_ITSELF.name else load_queries("neo4j")[name]


class Bolt:
    """Answers each statement with the rows that are kept for it, and remembers what it was asked."""

    def __init__(self, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        self._rows = {queries(name).text: (name, found) for name, found in rows.items()}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def run(self, text: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        name, rows = self._rows[text]
        self.asked.append((name, parameters))
        return rows


def transaction(bolt: Bolt) -> Transaction:
    tx = Transaction(cast(neo4j.Transaction, bolt), queries, writes=True)
    tx.operation = "ours"
    return tx


def test_a_mark_is_written_where_no_statement_left_it() -> None:
    bolt = Bolt({"store.mark_operation": [{"id": "ours", "paused": "a backup"}]})

    assert mark(transaction(bolt), while_paused=False) == "a backup"
    assert bolt.asked == [("store.mark_operation", {"id": "ours"})]


def test_a_last_statement_that_left_the_mark_is_asked_nothing_more() -> None:
    bolt = Bolt({MARKS_ITSELF.name: [{"paused": "a backup"}]})
    tx = transaction(bolt)

    tx.rows(MARKS_ITSELF.name, operation=tx.operation)

    assert mark(tx, while_paused=False) == "a backup"
    assert bolt.asked == [(MARKS_ITSELF.name, {"operation": "ours"})]


def test_a_pause_is_looked_for_again_where_more_followed_the_mark() -> None:
    paused = [{"holder": "somebody", "reason": "a backup", "until": None}]
    bolt = Bolt({MARKS_ITSELF.name: [{"paused": None}], "store.who_pauses": paused, "emitting.instance": []})
    tx = transaction(bolt)

    tx.rows(MARKS_ITSELF.name, operation=tx.operation)
    tx.rows("emitting.instance")

    assert mark(tx, while_paused=False) == "a backup"
    assert [name for name, _ in bolt.asked] == [MARKS_ITSELF.name, "emitting.instance", "store.who_pauses"]
