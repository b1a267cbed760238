"""The worst that may happen, for queries that our own reading cannot follow: whatever is mentioned may matter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.sql.binding_happenings import STRUCTURAL, Event, Happening
from connectors.sql.binding_types import duckdb_type
from graph_model.impact.binding import Bound, Tables, Turn, TurnKind
from graph_model.schemas.types import read

_KINDS = {
    Event.ADDED: TurnKind.STAR,
    Event.DROPPED: TurnKind.STAR,
    Event.MOVED: TurnKind.STAR,
    Event.RETYPED: TurnKind.COMPARISON,
    Event.NULLABLE: TurnKind.NULLS,
    Event.NO_KEY: TurnKind.DUPLICATES,
    Event.VALUES: TurnKind.VALUES,
}
_TAKES_ALL = re.compile(r"\*|\bnatural\b|\bcolumns\s*\(|\bpivot\b|\bunpivot\b|^\s*from\b|\ball\b", re.IGNORECASE)


def coarse_turns(text: str, dialect: str, told: Sequence[Happening], before: Bound, after: Bound) -> tuple[Turn, ...]:
    """One turn for everything that happens to a table in the text, unless it cannot matter there."""
    del dialect
    return tuple(
        Turn(
            _KINDS[one.event],
            f"{one.text}, and how the query uses it cannot be followed",
            one.table,
            one.column,
            frozenset(column.path for column in (*before.columns, *after.columns)),
            rows=True,
        )
        for one in told
        if _may_matter(text, one)
    )


def speaks_of_unknown(text: str, tables: Tables) -> bool:
    """Whether the text mentions a column whose type is not known, or takes all columns of which one is."""
    unknown = [one.path for columns in tables.values() for one in columns if duckdb_type(read(one.type)) is None]
    return bool(unknown) and (bool(_TAKES_ALL.search(text)) or any(mentions(text, path) for path in unknown))


def mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _may_matter(text: str, happening: Happening) -> bool:
    if not mentions(text, happening.table) and not mentions(text, happening.table.rpartition(".")[2]):
        return False
    if mentions(text, happening.column):
        return True
    return bool(_TAKES_ALL.search(text)) and (happening.event in STRUCTURAL or happening.event is Event.RETYPED)
