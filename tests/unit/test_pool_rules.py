"""What fits into pools, and which attempts took more than there was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from graph_model.policies.room import fitting
from graph_model.policies.verify import overfull_among

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_those_go_that_fit_beside_those_before_them():
    wanted = [("a", ["db", "db"]), ("b", ["db", "db"]), ("c", ["db", "gpu"]), ("d", []), ("e", ["db"])]

    assert fitting(wanted, {"db": 3, "gpu": 1}) == ("a", "c", "d")


def test_a_pool_that_nobody_declares_any_more_limits_nothing():
    assert fitting([("a", ["gone"]), ("b", ["gone"])], {}) == ("a", "b")


def an_attempt(id: str, begin: int, end: int | None, *, most: int, slots: int = 1) -> dict[str, Any]:
    ended = None if end is None else START + timedelta(seconds=end)
    started = START + timedelta(seconds=begin)
    return {"id": id, "started_at": started, "ended_at": ended, "took": ["db"] * slots, "most": [most] * slots}


def test_attempts_that_follow_each_other_share_a_slot():
    attempts = [an_attempt("a", 0, 5, most=1), an_attempt("b", 5, 9, most=1), an_attempt("c", 10, None, most=1)]

    assert list(overfull_among(attempts)) == []


def test_an_attempt_that_took_what_was_not_there_is_found():
    attempts = [
        an_attempt("a", 0, 9, most=3, slots=2),
        an_attempt("b", 5, None, most=2),
        an_attempt("c", 9, 12, most=2),
    ]

    assert [subject for subject, _ in overfull_among(attempts)] == ["b"]
