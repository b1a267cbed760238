"""Our own reading of a query over tables: what it comes to, which names mean what, what it joins by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlglot import exp

from connectors.sql.binding_happenings import Happening
from connectors.sql.binding_types import top_level
from connectors.sql.binding_values import Rows
from connectors.sql.binding_walk import Walk
from connectors.sql.folding import Folding
from connectors.sql.parse import qualified, readable, statements_of
from connectors.sql.reads import UnreadableSqlError
from connectors.sql.tables import Catalog, name_tables
from graph_model.contracts.entities import Column
from graph_model.impact.binding import Tables

Frozen = tuple[tuple[str, tuple[Column, ...]], ...]
REMEMBERED = 128
_PLACE = "headwater_place"
_BY_NAME = "headwater_by_name"


@dataclass(frozen=True, slots=True)
class Reading:
    """`resolved`: what each name without a table means, by its place in the text; `aggregated`: the places below an
    aggregate. `joined_by`: what each NATURAL JOIN and USING comes to. `by_position`: it takes columns of a `*` by their
    place. `inserts`: into columns of another name."""

    rows: Rows
    resolved: Mapping[int, str]
    joined_by: tuple[str, ...]
    by_position: bool
    aggregated: frozenset[int] = frozenset()
    inserts: bool = False


def frozen(tables: Tables) -> Frozen:
    return tuple((name, tuple(columns)) for name, columns in tables.items())


@lru_cache(maxsize=REMEMBERED)
def read_again(text: str, dialect: str, tables: Frozen) -> Reading:
    """What `read_bound` makes of tables to which nothing happens: many changes are held against the same ones."""
    return read_bound(text, dialect, dict(tables), ())


def read_bound(text: str, dialect: str, tables: Tables, told: Sequence[Happening]) -> Reading:
    """Raises UnreadableSqlError where it cannot be followed to the end."""
    statements = statements_of(text, dialect=dialect)
    query = _query_of(statements)
    inserts = isinstance(statements[0], exp.Insert)
    known = {name.lower(): top_level(columns) for name, columns in tables.items() if columns}
    folding = Folding(dialect, statements, {name: [one.path for one in columns] for name, columns in known.items()})
    folding.fold(query)
    name_tables(query, Catalog(set(known), strict=True))
    columns = {name: _by_key(folding, listed) for name, listed in known.items()}
    listed = {name: list(by_key) for name, by_key in columns.items()}
    by_position = inserts or _by_position(query)
    aggregated: set[int] = set()
    for place, column in enumerate(query.find_all(exp.Column)):
        if not column.table:
            column.meta[_PLACE] = place
            aggregated |= {place} if isinstance(column.find_ancestor(exp.AggFunc, exp.Query), exp.AggFunc) else set()
    for join in query.find_all(exp.Join):
        join.meta[_BY_NAME] = bool(join.args.get("using")) or join.args.get("method") == "NATURAL"
    with readable():
        query = qualified(query, folding, listed)
        rows = Walk(query, columns, _folded(told), dialect).rows()
    return Reading(rows, _resolved(query), _joined_by(query), by_position, frozenset(aggregated), inserts)


def _query_of(statements: Sequence[exp.Expr]) -> exp.Query:
    """The one query in a text, also of what it creates or inserts."""
    only = statements[0] if len(statements) == 1 else None
    if isinstance(only, exp.Create | exp.Insert) and not only.args.get("with_") and not only.args.get("by_name"):
        only = only.expression
    if not isinstance(only, exp.Query):
        raise UnreadableSqlError("the SQL is not one query")
    return only


def _by_key(folding: Folding, columns: Sequence[Column]) -> dict[str, Column]:
    return {folding.key(column.path, quoted=True): column for column in columns}


def _folded(told: Sequence[Happening]) -> list[Happening]:
    return [replace(one, table=one.table.lower()) for one in told]


def _resolved(query: exp.Query) -> dict[int, str]:
    return {
        place: column.table for column in query.find_all(exp.Column) if (place := column.meta.get(_PLACE)) is not None
    }


def _joined_by(query: exp.Query) -> tuple[str, ...]:
    joins = (join for join in query.find_all(exp.Join) if join.meta.get(_BY_NAME))
    return tuple(join.args["on"].sql() if join.args.get("on") else "" for join in joins)


def _by_position(query: exp.Query) -> bool:
    """Whether the columns of a `*` meet those of another query, or are numbered by ORDER BY or GROUP BY."""
    if query.find(exp.Star) is None:
        return False
    numbered = any(
        isinstance(key, exp.Literal) for group in query.find_all(exp.Group, exp.Order) for key in group.expressions
    ) or any(isinstance(ordered.this, exp.Literal) for ordered in query.find_all(exp.Ordered))
    return numbered or any(not union.args.get("by_name") for union in query.find_all(exp.SetOperation))
