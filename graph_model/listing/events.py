"""Events as they were sent, and how many there were; how much was known when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from graph_model.lineage.repository import Rows

Span = tuple[datetime, datetime]


def events(graph: Rows, namespace: str, span: Span, *, offset: int, limit: int, newest_first: bool = True) -> list[str]:
    """Events of runs within a span of time, from a place on, as the JSON that was sent. `namespace`: that of their
    jobs; empty: all."""
    query = "listing.events" if newest_first else "listing.events_first"
    return [row["body"] for row in graph.rows(query, **_asked(namespace, span), offset=offset, limit=limit)]


def count_events(graph: Rows, namespace: str, span: Span) -> int:
    """How many `events` would give in all."""
    return graph.rows("listing.count_events", **_asked(namespace, span))[0]["total"]


def _asked(namespace: str, span: Span) -> dict[str, object]:
    return {"namespace": f"{namespace}/" if namespace else "", "after": span[0], "before": span[1]}


def events_by_type(graph: Rows, bounds: Sequence[datetime]) -> list[dict[str, int]]:
    """For each span from one bound to the next, how many events of runs there were of which type."""
    counts: list[dict[str, int]] = [{} for _ in bounds[1:]]
    for row in graph.rows("listing.events_in_spans", bounds=list(bounds)):
        counts[row["span"]][row["type"]] = row["events"]
    return counts


def known_by(graph: Rows, moments: Sequence[datetime]) -> list[dict[str, int]]:
    """How many `datasets`, `jobs` and `namespaces` of datasets were known at each of some moments."""
    return graph.rows("listing.known_by", moments=list(moments))
