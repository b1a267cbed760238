"""Checks that a contract writes in SQL of DuckDB: one number about the rows of the content."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import duckdb

from connectors.checks.rules import CheckError, first_line, holds, must_in_words
from connectors.storage.scan import Scan, selection
from connectors.storage.session import identifier
from graph_model.contracts.entities import Check, CheckResult

TABLE = "content"
Number = int | float | Decimal
# The standard writes {object} and {property} today; ${table} and ${column} are from its first versions.
_OBJECT = re.compile(r"\$?\{(?:object|table|schema)\}")
_PROPERTY = re.compile(r"\$?\{(?:property|column)\}")
# These say nothing about the query: the memory that a check may take, and the place where the content lies.
_NOT_THE_QUERY = (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.InterruptException)


def sql(scan: Scan, check: Check) -> CheckResult:
    """The number that a SELECT gives, held against the check's `must`.

    The SELECT sees the content as one table of typed values, and nothing else: the session is locked to its files. The
    table is called `content`, and stands where the query says {object}. No number (no row, or null) fails the check.
    Raises CheckError for anything but one SELECT of one value.
    """
    query = _one_select(scan.connection, filled_in(check, TABLE, identifier))
    scan.connection.execute(f"CREATE OR REPLACE TEMP VIEW {TABLE} AS {selection(scan.relation, None)}")
    return judged(check, _number(scan, query))


def judged(check: Check, number: Number | None) -> CheckResult:
    """What a check says about the number that its query gave."""
    passed = number is not None and holds(check, number)
    found = "no number" if number is None else f"{number:g}" if isinstance(number, float) else str(number)
    message = f"{check.kind}: {found}, expected {must_in_words(check)}"
    value = None if number is None else float(number)
    return CheckResult(check.name, check.kind, passed, check.severity, 0, message, value=value)


def filled_in(check: Check, table: str, quoted: Callable[[str], str]) -> str:
    """The check's query, with the name of the table and that of its column where it leaves room for them."""
    query = _OBJECT.sub(lambda _: table, str(check.params.get("query") or ""))
    if not _PROPERTY.search(query):
        return query
    if "column" not in check.params:
        raise CheckError("its query asks for {property}, and it is about no column")
    column = quoted(str(check.params["column"]))
    return _PROPERTY.sub(lambda _: column, query)


def _one_select(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    try:
        statements = connection.extract_statements(query)
    except duckdb.Error as error:
        raise CheckError(f"its query is not SQL: {first_line(error)}") from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise CheckError("its query must be one SELECT")
    return query


def _number(scan: Scan, query: str) -> Number | None:
    try:
        rows = scan.connection.execute(query).fetchmany(2)
    except _NOT_THE_QUERY:
        raise
    except duckdb.Error as error:
        raise CheckError(f"its query cannot be answered: {first_line(error)}") from None
    return only_number(rows)


def only_number(rows: Sequence[Sequence[Any]]) -> Number | None:
    """The number in the one row of a query; None for no row, or null. Raises CheckError for anything else."""
    if not rows:
        return None
    if len(rows) > 1 or len(rows[0]) != 1:
        raise CheckError("its query must give one row of one value")
    value = rows[0][0]
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float, Decimal))):
        raise CheckError(f"its query must give a number, not {value!r}")
    return value
