"""Binds a query in DuckDB as the executor of SQL jobs does, over empty tables: nothing is read and nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache

import duckdb

from connectors.sql.binding_mentions import speaks_of_unknown
from connectors.sql.binding_types import duckdb_type, identifier, top_level
from connectors.sql.reads import UnreadableSqlError
from connectors.storage.duckdb_types import from_duckdb
from graph_model.contracts.entities import Column
from graph_model.impact.binding import Bound, Refused, Tables
from graph_model.schemas.types import UNKNOWN, DataType, read

MEMORY_LIMIT = "256MB"
_NULLS = '"NULL"'
"""The type of a column of which nothing is known: it fits wherever any type does."""
_WRITES = (duckdb.StatementType.CREATE, duckdb.StatementType.INSERT)
_INSERTS = re.compile(r"\binsert\b", re.IGNORECASE)
_TARGET = re.compile(
    r"^\s*(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+)?(?:TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?|INSERT\s+(?:OR\s+\w+\s+)?INTO\s+)"
    r'((?:"(?:[^"]|"")+"|[\w.])+)',
    re.IGNORECASE,
)


def bind(text: str, tables: Tables) -> Bound | Refused:
    """Raises UnreadableSqlError where nobody can say: it reads what is no table, or types are not known."""
    whole = {name: top_level(columns) for name, columns in tables.items() if columns}
    with _over(whole, "TABLE" if _INSERTS.search(text) else "VIEW") as connection:
        try:
            return Bound(_columns(connection, text, whole))
        except duckdb.ParserException as error:
            raise UnreadableSqlError(sentence(str(error))) from error
        except (duckdb.BinderException, duckdb.CatalogException, duckdb.ConversionException) as error:
            return _refused(error, text, whole)
        except duckdb.Error as error:
            raise UnreadableSqlError(sentence(str(error))) from error


def sentence(message: str) -> str:
    """What DuckDB says of a query, in one sentence without a picture of it."""
    first = message.strip().splitlines()[0] if message.strip() else "the query does not fit"
    said = re.sub(r"^(?:\w+ )+Error: ", "", first)
    for word, plain in _PLAIN_WORDS.items():
        said = said.replace(word, plain)
    for pattern, words in _WORDS:
        if found := pattern.search(said):
            return words.format(*found.groups())
    said = re.split(r"(?: You might need to|\. In order to|\. Add an explicit|, please )", said)[0]
    return said.strip().rstrip("!. ")[:300]


_PLAIN_WORDS = {"STRING_LITERAL": "a text", "INTEGER_LITERAL": "a number", "'!~~(": "'NOT LIKE(", "'~~(": "'LIKE("}
_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r'^Referenced column "(.+?)" not found in FROM clause', "there is no column {0}"),
        (r'^Referenced table "(.+?)" not found', "there is no table {0} in its FROM"),
        (r'^Table "(.+?)" does not have a column named "(.+?)"', "{0} has no column {1}"),
        (r'^Values list "(.+?)" does not have a column named "(.+?)"', "{0} has no column {1}"),
        (r"^Table with name (.+?) does not exist", "there is no table {0}"),
        (r'^Ambiguous reference to column name "(.+?)" \(use: (.+)\)', "{0} may mean {1}"),
        (
            r'^Column "(.+?)" in (EXCLUDE|REPLACE|RENAME) list not found',
            "there is no column {0}, which it wants to {1}",
        ),
        (r"^Cannot compare values of type (\S+) and (?:type )?(\S+)", "{0} and {1} do not compare"),
        (
            r"^No function matches the given name and argument types '(.+)'\.",
            "there is no {0}",
        ),
    )
)


def _refused(error: duckdb.Error, text: str, tables: Tables) -> Refused:
    """A name that is missing is missing whatever the types are; all else may be for a type that is not known."""
    said = sentence(str(error))
    is_of_catalog = isinstance(error, duckdb.CatalogException)
    if is_of_catalog and not str(error).startswith("Catalog Error: Table with name"):
        raise UnreadableSqlError(said)
    missing = any(words in str(error) for words in ("not found", "does not have a column", "mbiguous"))
    if not (is_of_catalog or missing) and speaks_of_unknown(text, tables):
        raise UnreadableSqlError(said)
    return Refused(said)


@contextmanager
def _over(tables: Mapping[str, Sequence[Column]], kind: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that holds these tables, empty; whatever is done to it is taken back."""
    connection = _database()
    connection.execute("BEGIN")
    try:
        for name, columns in tables.items():
            _show(connection, name, columns, kind)
        yield connection
    finally:
        connection.execute("ROLLBACK")


@lru_cache(maxsize=1)
def _database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    connection.execute("SET threads = 1")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _show(connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[Column], kind: str) -> None:
    """A view as the executor makes it, or a table; of a name with a dot also one in a schema, as others write it."""
    listed = ", ".join(
        f"CAST(NULL AS {type}) AS {identifier(column.path)}" if type else f"NULL AS {identifier(column.path)}"
        for column in columns
        for type in (duckdb_type(read(column.type)),)
    )
    connection.execute(f"CREATE {kind} {identifier(name)} AS SELECT {listed} WHERE false")
    schema, _, table = name.rpartition(".")
    if schema and "." not in schema:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {identifier(schema)}")
        connection.execute(f"CREATE {kind} {identifier(schema)}.{identifier(table)} AS SELECT {listed} WHERE false")


def _columns(connection: duckdb.DuckDBPyConnection, text: str, tables: Tables) -> tuple[Column, ...]:
    """What the last of the statements comes to; those before it are carried out, on no rows."""
    found: tuple[Column, ...] = ()
    known = {name.lower() for name in tables}
    for statement in connection.extract_statements(text):
        if statement.type == duckdb.StatementType.SELECT:
            found = _described(connection, statement.query, statement.named_parameters)
        elif statement.type in _WRITES:
            target = _TARGET.match(statement.query)
            if target is None:
                raise UnreadableSqlError("what a statement writes is not known")
            name = target[1].replace('"', "").lower()
            if statement.type == duckdb.StatementType.INSERT and name not in known:
                raise UnreadableSqlError(f"the columns of {target[1]}, which it writes, are not known")
            known.add(name)
            connection.execute(statement)
            found = _described(connection, f"FROM {target[1]}", ())
        else:
            raise UnreadableSqlError(f"a statement {statement.type.name} is not followed")
    return found


def _described(connection: duckdb.DuckDBPyConnection, query: str, parameters: object) -> tuple[Column, ...]:
    wanted = dict.fromkeys(parameters, "") if isinstance(parameters, set | frozenset | list | tuple) else {}
    rows = connection.execute(f"DESCRIBE {query}", wanted or None).fetchall()
    return tuple(Column(row[0], str(canonical(row[1]))) for row in rows)


@lru_cache(maxsize=1024)
def canonical(text: str) -> DataType:
    if _NULLS in text:
        return UNKNOWN
    return from_duckdb(_database().dtype(text))
