# ruff: noqa: S608  (names are quoted by the dialect)
"""What SQLite forgets when it makes a table of a query: the types of its columns.

A column that is passed on untouched keeps the type that its table declares, as a view of the query tells it. One that
is computed gets the type that its values have.
"""

from __future__ import annotations

import sqlalchemy as sa

from connectors.databases.statements import Statement, as_table

_ANSWER = "headwater_answer"
_TYPES = {"integer": "BIGINT", "real": "DOUBLE PRECISION", "text": "TEXT", "blob": "BLOB"}
_NUMBERS = {"integer", "real"}


def make_typed(connection: sa.Connection, staged: str, answer: Statement) -> None:
    """Makes the table `staged` of a query. `answer` begins with the SELECT."""
    Statement(f"CREATE TEMP VIEW {_ANSWER} AS {answer.text}").without_values().on(connection)
    described = connection.exec_driver_sql(f"PRAGMA temp.table_info({_ANSWER})").all()
    connection.exec_driver_sql(f"DROP VIEW temp.{_ANSWER}")
    Statement(f"CREATE TEMP TABLE {_ANSWER} AS {answer.text}", answer.values).on(connection)
    quote = connection.dialect.identifier_preparer.quote
    columns = [f"{quote(name)} {declared or _found(connection, quote(name))}" for _, name, declared, *_ in described]
    place = as_table(connection.dialect, staged)
    Statement(f"CREATE TABLE {place} ({', '.join(columns)})").on(connection)
    Statement(f"INSERT INTO {place} SELECT * FROM temp.{_ANSWER}").on(connection)
    connection.exec_driver_sql(f"DROP TABLE temp.{_ANSWER}")


def _found(connection: sa.Connection, column: str) -> str:
    """The one type of all values; text where they differ, or where there is none."""
    asked = f"SELECT DISTINCT typeof({column}) FROM temp.{_ANSWER} WHERE {column} IS NOT NULL"
    found = set(connection.exec_driver_sql(asked).scalars())
    if len(found) == 1:
        return _TYPES[found.pop()]
    return _TYPES["real"] if found == _NUMBERS else _TYPES["text"]
