"""What the graph touches to answer: the figure that a busy machine does not bend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString, cast
from unittest.mock import patch

import neo4j

from graph_model.store.queries import load_queries
from graph_model.store.sending import text_with_lists_together

_run = neo4j.Transaction.run


@contextmanager
def hits_counted() -> Iterator[Counter[str]]:
    """By the name of a query, how often anything was touched in the graph for it meanwhile (`dbHits` of a profile)."""
    found: Counter[str] = Counter()
    queries = load_queries("neo4j").items()
    names = {text: name for name, query in queries for text in (query.text, text_with_lists_together(query))}

    def run(bolt: neo4j.Transaction, text: str, parameters: dict[str, Any]) -> list[neo4j.Record]:
        result = _run(bolt, cast(LiteralString, f"PROFILE {text}"), parameters)
        records = list(result)
        found[names.get(text, "others")] += _hits(result.consume().profile or {})
        return records

    with patch.object(neo4j.Transaction, "run", run):
        yield found


def _hits(step: dict[str, Any]) -> int:
    return step.get("dbHits", 0) + sum(map(_hits, step.get("children", ())))
