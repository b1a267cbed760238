"""The steps of the protocol, as a transaction shows them by the queries that it asks."""

from __future__ import annotations

from collections.abc import Sequence

# The first of these that a transaction asked names its step; more telling queries come first.
_TELLING = (
    ("versions.report", "report"),
    ("runs.claim", "claim"),
    ("versions.record_outputs", "finish"),
    ("runs.finish", "judge"),
    ("runs.held", "fail"),
    ("runs.still_orphaned", "expire"),
    ("runs.still_owned", "release"),
    ("readiness.unmark", "unmark"),
    ("readiness.lock", "evaluate"),
    ("runs.register_worker", "register"),
    ("runs.renew_lease", "heartbeat"),
    ("runs.end_worker", "retire"),
    ("runs.take_lease", "lead"),
    ("notify.mark_sent", "notify"),
    ("audit.seal", "seal"),
    ("store.ask_operation", "ask"),
)
STEPS = tuple(dict.fromkeys(step for _, step in _TELLING))


def step_of(asked: Sequence[str]) -> str | None:
    """None for a read, and for housekeeping that no fault can harm."""
    return next((step for query, step in _TELLING if query in asked), None)
