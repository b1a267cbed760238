"""Our own reading of a query over tables: what it comes to, which names mean what, what it joins by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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

_PLACE = "headwater_place"
_BY_NAME = "headwater_by_name"


@dataclass(frozen=True, slots=True)
class Reading:
    """`resolved`: what each name without a table means, by its place in the text. `joined_by`: what each
    NATURAL JOIN and USING comes to. `by_position`: it takes columns of a `*` by their place."""

    rows: Rows
    resolved: Mapping[int, str]
    joined_by: tuple[str, ...]
    by_position: bool


def read_bound(text: str, dialect: str, tables: Tables, told: Sequence[Happening]) -> Reading:
    """Raises UnreadableSqlError where it cannot be followed to the end."""
    statements = statements_of(text, dialect=dialect)
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise UnreadableSqlError("the SQL is not one SELECT")
    query = statements[0]
    known = {name.lower(): top_level(columns) for name, columns in tables.items() if columns}
    folding = Folding(dialect, statements, {name: [one.path for one in columns] for name, columns in known.items()})
    folding.fold(query)
    name_tables(query, Catalog(set(known), strict=True))
    columns = {name: _by_key(folding, listed) for name, listed in known.items()}
    listed = {name: list(by_key) for name, by_key in columns.items()}
    by_position = _by_position(query)
    for place, column in enumerate(query.find_all(exp.Column)):
        if not column.table:
            column.meta[_PLACE] = place
    for join in query.find_all(exp.Join):
        join.meta[_BY_NAME] = bool(join.args.get("using")) or join.args.get("method") == "NATURAL"
    with readable():
        query = qualified(query, folding, listed)
        rows = Walk(query, columns, _folded(told), dialect).rows()
    return Reading(rows, _resolved(query), _joined_by(query), by_position)


def _by_key(folding: Folding, columns: Sequence[Column]) -> dict[str, Column]:
    return {folding.key(column.path, quoted=True): column for column in columns}


def _folded(told: Sequence[Happening]) -> list[Happening]:
    return [Happening(one.event, one.table.lower(), one.column, one.old, one.new, one.values) for one in told]


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
