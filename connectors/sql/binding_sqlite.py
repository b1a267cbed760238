"""Binds a query in SQLite, over empty tables: it is run on no rows.

SQLite forgives much: a name in double quotes that nobody knows is a text, and no value is of a wrong type. So only
names are refused, and types are told where a column is passed on.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing

from connectors.sql.binding_types import identifier, top_level
from connectors.sql.reads import UnreadableSqlError
from graph_model.contracts.entities import Column
from graph_model.impact.binding import Bound, Refused, Tables
from graph_model.schemas.types import kind, read

_AFFINITIES = {
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
    "number": "REAL",
    "decimal": "NUMERIC",
    "string": "TEXT",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    "binary": "BLOB",
}
_SAYINGS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"^no such column: (.+)", "there is no column {0}"),
        (r"^no such table: (.+)", "there is no table {0}"),
        (r"^ambiguous column name: (.+)", "{0} may mean columns of several tables"),
    )
)
_COMMENTS = r"^\s*(?:(?:--[^\n]*\n|/\*.*?\*/)\s*)*"
_READS = re.compile(_COMMENTS + r"(?:SELECT|WITH|VALUES)\b", re.IGNORECASE | re.DOTALL)
_WRITES = re.compile(_COMMENTS + r"(?:CREATE|INSERT|REPLACE|UPDATE|DELETE|DROP|ALTER)\b", re.IGNORECASE | re.DOTALL)


def bind(text: str, tables: Tables) -> Bound | Refused:
    """Raises UnreadableSqlError where nobody can say."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        for name, columns in tables.items():
            _create(connection, name, top_level(columns))
        try:
            return Bound(_columns(connection, text))
        except sqlite3.OperationalError as error:
            if "syntax error" in str(error) or "incomplete input" in str(error) or "no such function" in str(error):
                raise UnreadableSqlError(str(error)) from error
            return Refused(_sentence(str(error)))
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise UnreadableSqlError(str(error)) from error


def _create(connection: sqlite3.Connection, name: str, columns: Sequence[Column]) -> None:
    listed = ", ".join(
        f"{identifier(column.path)} {_AFFINITIES.get(kind(read(column.type)), '')}" for column in columns
    )
    if listed:
        connection.execute(f"CREATE TABLE {identifier(name)} ({listed})")


def _columns(connection: sqlite3.Connection, text: str) -> tuple[Column, ...]:
    """What the last query of the text comes to; it and what stands before it are carried out, on no rows."""
    found: tuple[Column, ...] = ()
    for statement in _statements(text):
        if not _READS.match(statement) and not _WRITES.match(statement):
            raise UnreadableSqlError(f"the statement {statement.split()[0]} is not followed")
        told = connection.execute(statement, _Nothing()).description
        if told:
            found = tuple(Column(name) for name, *_ in told)
    return found


class _Nothing(dict[str, str]):
    """A value for every parameter."""

    def __missing__(self, key: str) -> str:
        return ""


def _statements(text: str) -> list[str]:
    """The statements, each up to its semicolon."""
    found, start = [], 0
    for position, character in enumerate(text):
        if character == ";" and sqlite3.complete_statement(text[start : position + 1]):
            found.append(text[start : position + 1])
            start = position + 1
    rest = text[start:]
    return [one for one in [*found, rest] if one.strip().strip(";").strip()]


def _sentence(said: str) -> str:
    for pattern, words in _SAYINGS:
        if found := pattern.match(said):
            return words.format(*found.groups())
    return said
