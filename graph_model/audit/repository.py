"""What the graph knows about what happened."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model.pages import Page, cut
from graph_model.store.graph import Graph


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One transition of `subject` (an id). `seq` is its place in the chain; None: not sealed yet."""

    id: str
    at: datetime
    subject: str
    transition: str
    actor: str
    detail: dict[str, Any]
    seq: int | None


def trail(graph: Graph, subject: str, *, first: int, after: str | None = None) -> Page[AuditRecord]:
    """What happened to one thing, oldest first; empty for a subject that nothing happened to."""
    rows = graph.rows("audit.trail", subject=subject, after=after, limit=first + 1)
    return cut([AuditRecord(**{**row, "detail": json.loads(row["detail"])}) for row in rows], first)
