"""SQL text to one qualified query: every column names its source, every `*` that can be spelled out is.

A text is read only up to a size: parsing time grows faster than the text, and nobody waits for a lineage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

LONGEST_SQL = 100_000
WRITTEN = "headwater_written"
"""Marks a column that the author wrote, as opposed to one that a `*` stands for."""


class UnreadableSqlError(Exception):
    """The text is not one query that can be followed. The message says why, for people."""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """`spelling` gives back how the author wrote an identifier, which is compared in lower case everywhere else."""

    query: exp.Query
    spelling: Mapping[str, str]
    aliases: frozenset[str] = field(default_factory=frozenset)


def parse_query(text: str, *, dialect: str, tables: Mapping[str, Sequence[str]]) -> ParsedQuery:
    """The one query in `text`. `tables` holds the columns of each readable table in lower case; none: not known.

    Raises UnreadableSqlError.
    """
    if len(text) > LONGEST_SQL:
        raise UnreadableSqlError(f"the SQL has {len(text)} characters, more than the {LONGEST_SQL} that are read")
    try:
        return _parsed(text, dialect, tables)
    except (SqlglotError, RecursionError) as error:
        raise UnreadableSqlError(f"the SQL could not be read: {_first_line(error)}") from error
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        # The parser is not ours, and on odd input it fails in ways it does not promise.
        raise UnreadableSqlError(f"the SQL could not be read: {type(error).__name__} in the parser") from error


def _parsed(text: str, dialect: str, tables: Mapping[str, Sequence[str]]) -> ParsedQuery:
    statements = [statement for statement in sqlglot.parse(text, dialect=dialect) if statement is not None]
    if len(statements) != 1:
        raise UnreadableSqlError(f"the SQL holds {len(statements)} statements, not one SELECT")
    query = statements[0]
    if not isinstance(query, exp.Query):
        raise UnreadableSqlError(f"the SQL is a {query.key.upper()}, not a SELECT")
    for column in query.find_all(exp.Column):
        column.meta[WRITTEN] = True
    spelling, aliases = _spelling(query)
    _join_dotted_names(query, tables)
    schema: dict[str, object] = {
        table: dict.fromkeys(columns, "unknown") for table, columns in tables.items() if columns
    }
    qualified = qualify(
        query,
        dialect=dialect,
        schema=schema,
        validate_qualify_columns=False,
        quote_identifiers=False,
        identify=False,
    )
    return ParsedQuery(qualified, spelling, aliases)


def _spelling(query: exp.Query) -> tuple[dict[str, str], frozenset[str]]:
    """How identifiers are written, aliases before anything else; and the aliases, in lower case."""
    aliases = [alias.alias for alias in query.find_all(exp.Alias)]
    aliases += [column.name for table in query.find_all(exp.TableAlias) for column in table.columns]
    written = aliases + [identifier.name for identifier in query.find_all(exp.Identifier)]
    return {name.lower(): name for name in reversed(written)}, frozenset(name.lower() for name in aliases)


def _join_dotted_names(query: exp.Query, tables: Mapping[str, Sequence[str]]) -> None:
    """`FROM a.b.c` reads the input whose name is `a.b.c`: makes one identifier of it, as its view has."""
    for table in query.find_all(exp.Table):
        parts = [part.name for part in table.parts]
        if len(parts) < 2 or ".".join(parts).lower() not in tables:
            continue
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(parts[-1])))
        table.set("this", exp.to_identifier(".".join(parts).lower(), quoted=True))
        table.set("db", None)
        table.set("catalog", None)


def _first_line(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(error).__name__
