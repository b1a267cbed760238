"""What becomes of a query when the tables it reads change: bound by its own engine, in a process of its own.

DuckDB and SQLite are asked themselves, over empty tables; for other dialects names are resolved by our own reading.
Nothing is run on data, nothing can be reached from there, and a text that takes too long costs that process its life.
"""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from functools import lru_cache

from connectors.sql.binding_wire import loads, pack_beside, pack_tables
from connectors.sql.reader import Reader
from connectors.sql.reads import LONGEST_SQL
from graph_model.impact.binding import Beside, Rebinding, Tables


def rebind(
    text: str, *, dialect: str, before: Tables, after: Tables, beside: Mapping[str, Beside] | None = None
) -> Rebinding | None:
    """See `graph_model.impact.binding.Rebind`."""
    if len(text) > LONGEST_SQL or not text.strip():
        return None
    request = {
        "text": text,
        "dialect": dialect or "duckdb",
        "before": pack_tables(before),
        "after": pack_tables(after),
        "beside": pack_beside(beside or {}),
    }
    return loads(_binder().ask(request))


def warm_up() -> None:
    """Starts the process that binds, so that the first query does not wait for that."""
    _binder().warm_up()


@lru_cache(maxsize=1)
def _binder() -> Reader:
    """A child beside the one that reads, so that neither waits for the other's engine."""
    found = Reader()
    atexit.register(found.close)
    return found
