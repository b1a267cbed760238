"""Checks in SQL about a table, asked where the table lies."""

from __future__ import annotations

import re

import sqlalchemy as sa
import sqlglot
from sqlalchemy.exc import DBAPIError
from sqlglot import exp
from sqlglot.errors import SqlglotError

from connectors.checks.queries import filled_in, judged, only_number
from connectors.checks.rules import CheckError
from connectors.storage.database import database, first_line, is_about_the_content, named
from connectors.storage.scan import Scan
from graph_model.contracts.entities import Check, CheckResult
from graph_model.versions.entities import Content

# SQLAlchemy calls some dialects otherwise than sqlglot.
_DIALECTS = {"postgresql": "postgres", "mariadb": "mysql", "mssql": "tsql"}
# A colon before a word would be a parameter to SQLAlchemy; `::` is a cast.
_PARAMETER = re.compile(r"(?<![:\\]):(?=\w)")


def sql_in_database(_: Scan, content: Content, check: Check) -> CheckResult:
    """The number that a SELECT in the database's own SQL gives, held against the check's `must`.

    It sees whatever the address of the dataset may see, also other tables, and may change nothing. It is asked right
    after the rows were read, so a table that is written meanwhile may have moved on. Raises CheckError for anything
    but one SELECT of one value.
    """
    with database(content) as (engine, table):
        quote = engine.dialect.identifier_preparer
        schema, name = named(table)
        query = filled_in(check, quote.format_table(sa.table(name, schema=schema)), quote.quote_identifier)
        _one_select(query, engine.dialect.name)
        with engine.connect() as connection:
            _only_read(connection)
            try:
                rows = connection.execute(sa.text(_PARAMETER.sub(r"\\:", query))).fetchmany(2)
            except DBAPIError as error:
                if not is_about_the_content(error):
                    raise
                raise CheckError(f"its query cannot be answered: {first_line(error)}") from None
            finally:
                connection.rollback()
    return judged(check, only_number(rows))


def _one_select(query: str, dialect: str) -> None:
    """Refuses what is not one SELECT, before the database sees it."""
    known = _DIALECTS.get(dialect, dialect)
    try:
        statements = sqlglot.parse(query, read=known if known in sqlglot.Dialect.classes else None)
    except SqlglotError as error:
        raise CheckError(f"its query is not SQL: {str(error).partition(chr(10))[0]}") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise CheckError("its query must be one SELECT")
    if any(statements[0].find_all(exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into)):
        raise CheckError("its query must change nothing")


def _only_read(connection: sa.Connection) -> None:
    """Where a database can be told, it refuses writes itself; whatever it did is rolled back in any case."""
    words = _READ_ONLY.get(connection.dialect.name)
    if words:
        connection.exec_driver_sql(words)


_READ_ONLY = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}
