"""The outbox in the graph: notices are written with what they tell of, and leave it once they were delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph_model.store.graph import Graph

LONGEST_WAIT_MS = 600_000


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that owners must be told. `id` is the key by which a receiver knows that it had this one before."""

    id: str
    kind: str
    subject: str
    recipients: tuple[str, ...]
    title: str
    body: str
    created_at: datetime
    attempts: int = 0


def unsent(graph: Graph, *, limit: int = 100) -> tuple[Notice, ...]:
    """Notices that are due, oldest first."""
    rows = graph.rows("notify.unsent", most=limit)
    return tuple(Notice(**{**row, "recipients": tuple(sorted(row["recipients"] or ()))}) for row in rows)


def mark_sent(graph: Graph, notices: Sequence[Notice]) -> None:
    if notices:
        graph.rows("notify.mark_sent", notices=[notice.id for notice in notices])


def postpone(graph: Graph, notice: Notice) -> None:
    """It is tried again after 2, 4, 8 … seconds, at most ten minutes apart, for as long as it takes."""
    wait = min(LONGEST_WAIT_MS, 2_000 * 2 ** min(notice.attempts, 16))
    graph.rows("notify.postpone", notice=notice.id, wait_ms=wait)
