"""Answers, inside the child process, what becomes of a query when its tables change."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from connectors.sql import binding_duckdb, binding_plain, binding_sqlite
from connectors.sql.binding_mentions import mentions
from connectors.sql.binding_reading import REMEMBERED, Frozen, frozen
from connectors.sql.binding_turns import Asked, judged
from connectors.sql.binding_wire import dumps, unpack_beside, unpack_tables
from connectors.sql.parse import check_dialect
from connectors.sql.reads import UnreadableSqlError
from graph_model.impact.binding import Bound, Refused

_ENGINES = {"duckdb": binding_duckdb.bind, "sqlite": binding_sqlite.bind}


def answer(request: dict[str, Any]) -> str:
    """Raises UnreadableSqlError where nobody can say."""
    before, after = unpack_tables(request["before"]), unpack_tables(request["after"])
    asked = Asked(request["text"], request["dialect"], before, after, unpack_beside(request["beside"]))
    check_dialect(asked.dialect)
    for name in (name for tables in (before, after) for name, columns in tables.items() if not columns):
        if mentions(asked.text, name):
            raise UnreadableSqlError(f"the columns of {name} are not known")
    old, new = (_bound(asked.text, asked.dialect, frozen(tables)) for tables in (before, after))
    if isinstance(old, Refused) and asked.dialect not in _ENGINES:
        raise UnreadableSqlError(old.reason)  # it is our reading that fails
    return dumps(judged(asked, old, new))


@lru_cache(maxsize=REMEMBERED)
def _bound(text: str, dialect: str, tables: Frozen) -> Bound | Refused:
    bind = _ENGINES.get(dialect)
    return bind(text, dict(tables)) if bind else binding_plain.bind(text, dialect, dict(tables))
