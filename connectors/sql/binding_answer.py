"""Answers, inside the child process, what becomes of a query when its tables change."""

from __future__ import annotations

from typing import Any

from connectors.sql import binding_duckdb, binding_plain, binding_sqlite
from connectors.sql.binding_turns import Asked, judged
from connectors.sql.binding_wire import dumps, unpack_beside, unpack_tables
from connectors.sql.parse import check_dialect
from connectors.sql.reads import UnreadableSqlError
from graph_model.impact.binding import Bound, Refused, Tables

_ENGINES = {"duckdb": binding_duckdb.bind, "sqlite": binding_sqlite.bind}


def answer(request: dict[str, Any]) -> str:
    """Raises UnreadableSqlError where nobody can say."""
    before, after = unpack_tables(request["before"]), unpack_tables(request["after"])
    asked = Asked(request["text"], request["dialect"], before, after, unpack_beside(request["beside"]))
    check_dialect(asked.dialect)
    old, new = _bound(asked, before), _bound(asked, after)
    if isinstance(old, Refused) and asked.dialect not in _ENGINES:
        raise UnreadableSqlError(old.reason)  # it is our reading that fails
    return dumps(judged(asked, old, new))


def _bound(asked: Asked, tables: Tables) -> Bound | Refused:
    bind = _ENGINES.get(asked.dialect)
    return bind(asked.text, tables) if bind else binding_plain.bind(asked.text, asked.dialect, tables)
