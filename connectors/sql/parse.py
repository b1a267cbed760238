"""SQL text to statements, and queries to qualified queries: every column names its source, every `*` that can be is
spelled out.

A text is read only up to a size: parsing time grows faster than the text, and nobody waits for a lineage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

from connectors.sql.folding import Folding
from connectors.sql.origins import Relation
from connectors.sql.reads import LONGEST_SQL, UnreadableSqlError
from graph_model.errors import nearest

WRITTEN = "headwater_written"
"""Marks a column that the author wrote, as opposed to one that a `*` stands for."""


@contextmanager
def readable() -> Iterator[None]:
    """What goes wrong in here is said as UnreadableSqlError."""
    try:
        yield
    except (SqlglotError, RecursionError) as error:
        raise UnreadableSqlError(f"the SQL could not be read: {_first_line(error)}") from error
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        # The parser is not ours, and on odd input it fails in ways it does not promise.
        raise UnreadableSqlError(f"the SQL could not be read: {type(error).__name__} in the parser") from error


def check_dialect(dialect: str) -> None:
    """Raises UnreadableSqlError for a dialect that there is not, with the nearest one."""
    if Dialect.get(dialect) is None:
        near = nearest(dialect, Dialect.classes)
        raise UnreadableSqlError(f"there is no SQL dialect {dialect}" + (f"; did you mean {near}?" if near else ""))


def statements_of(text: str, *, dialect: str) -> list[exp.Expr]:
    """The statements of a text, in order. Raises UnreadableSqlError."""
    if len(text) > LONGEST_SQL:
        raise UnreadableSqlError(f"the SQL has {len(text)} characters, more than the {LONGEST_SQL} that are read")
    with readable():
        found = [statement for statement in sqlglot.parse(text, dialect=dialect) if statement is not None]
    for statement in found:
        _spell_stars(statement)
    return found


def _spell_stars(statement: exp.Expr) -> None:
    """`COLUMNS(*)` as a projection of its own is the star in it, with all that it leaves out or replaces. A pattern, or
    `COLUMNS` inside an expression, is not."""
    for select in list(statement.find_all(exp.Select)):
        for projection in select.expressions:
            if isinstance(projection, exp.Columns) and _is_star(projection.this):
                projection.replace(projection.this)


def _is_star(node: exp.Expr) -> bool:
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))


def qualified(query: exp.Query, folding: Folding, tables: Mapping[str, Sequence[str]]) -> exp.Query:
    """A query whose names are folded, with every column at its source.

    `tables` hold the columns as they compare; none: not known.
    """
    for column in query.find_all(exp.Column):
        column.meta[WRITTEN] = True
    schema: dict[str, object] = {
        table: dict.fromkeys(columns, "unknown") for table, columns in tables.items() if columns
    }
    with readable():
        return cast(
            "exp.Query",
            qualify(
                query,
                dialect=folding.qualifying_dialect,
                schema=schema,
                validate_qualify_columns=False,
                quote_identifiers=False,
                identify=False,
            ),
        )


def columns_made(made: Mapping[str, Relation]) -> dict[str, list[str]]:
    """The columns of what earlier statements made, by table."""
    return {name: [column for column, _ in relation.listed] for name, relation in made.items() if not relation.stars}


def _first_line(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(error).__name__
