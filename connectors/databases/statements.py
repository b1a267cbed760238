# ruff: noqa: S608  (names are quoted by the dialect, values are bound)
"""The statements that are made around what a job says. Names are quoted, values are bound, nothing is pasted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from connectors.storage.database import named
from graph_model.errors import ContentError

PARTITION = "partition"
PARTITION_COLUMN = "_partition"
# What a colon means nothing in: texts, quoted names, bodies between dollars, comments. Then the one placeholder,
# written :partition, or $partition as DuckDB has it.
_PARTS = re.compile(
    r"""[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$
      | --[^\n]* | /\*.*?\*/ | (?<![:\w])[:$](?P<name>partition)\b""",
    re.DOTALL | re.VERBOSE,
)
_COLON = re.compile(r":")
_PLACEHOLDER = re.compile(r"(?<!\\):(\w+)")

# Here a name within WITH means itself before it means a table.
_ALWAYS_RECURSIVE = ("sqlite", "duckdb")

Versions = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Statement:
    """A text with placeholders `:name`, and what is bound to them."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def without_values(self) -> Statement:
        """The same with nulls, for what may hold no placeholders."""
        return Statement(_PLACEHOLDER.sub("NULL", self.text))

    def on(self, connection: sa.Connection) -> sa.CursorResult[Any]:
        return connection.execute(sa.text(self.text), dict(self.values))


def as_table(dialect: sa.Dialect, table: str) -> str:
    """`table` or `schema.table` as the database wants it written in a statement of ours."""
    schema, name = named(table)
    return _plain(dialect.identifier_preparer.format_table(sa.table(name, schema=schema)))


def answer_of(
    dialect: sa.Dialect,
    query: str,
    *,
    inputs: Mapping[str, Versions],
    windows: Sequence[str],
    partition: str,
) -> Statement:
    """The query, which sees each input by its own name: `inputs` are the tables behind it.

    The query stands in brackets, where it can be nothing but one SELECT. A window has a column `_partition` too.
    """
    body, has_partition = _with_placeholders(_only_select(query))
    values = {PARTITION: partition} if has_partition else {}
    seen: list[str] = []
    for name, versions in inputs.items():
        if versions:
            sources = _window(dialect, versions, values) if name in windows else _union(dialect, versions)
            once = "NOT MATERIALIZED " if dialect.name == "postgresql" else ""
            seen.append(f"{_quoted(dialect, name)} AS {once}({sources})")
    around = f"WITH {', '.join(seen)}\n" if seen else ""
    return Statement(f"{around}SELECT * FROM (\n{body}\n) answer", values)


def creating(dialect: sa.Dialect, staged: str, answer: Statement) -> Statement:
    """A table of a query."""
    return Statement(f"CREATE TABLE {as_table(dialect, staged)} AS {answer.text}", answer.values)


def copying(dialect: sa.Dialect, source: str, staged: str, *, key: str | None, partition: str) -> Statement:
    """A table of its own with the rows of one table; with `key` those only where that column is the partition."""
    chosen = f" WHERE {_quoted(dialect, key)} = :{PARTITION}" if key else ""
    rows = Statement(f"SELECT * FROM {as_table(dialect, source)}{chosen}", {PARTITION: partition} if key else {})
    return creating(dialect, staged, rows)


def calling(dialect: sa.Dialect, procedure: str, arguments: Mapping[str, Any]) -> Statement:
    """The call of a procedure with its arguments by their names."""
    values = {f"argument_{position}": value for position, value in enumerate(arguments.values())}
    given = (f"{_quoted(dialect, name)} => :{bound}" for name, bound in zip(arguments, values, strict=True))
    return Statement(f"CALL {as_table(dialect, procedure)}({', '.join(given)})", values)


def _union(dialect: sa.Dialect, versions: Versions) -> str:
    return " UNION ALL ".join(f"SELECT * FROM {_source(dialect, one['table'])}" for one in versions)


def _window(dialect: sa.Dialect, versions: Versions, values: dict[str, Any]) -> str:
    """All versions, each row with the partition that it is of; what is to be bound is added to `values`."""
    parts: list[str] = []
    for one in versions:
        bound = f"seen_{len(values)}"
        values[bound] = one["partition"]
        own = f"CAST(:{bound} AS {_text(dialect)}) AS {_quoted(dialect, PARTITION_COLUMN)}"
        parts.append(f"SELECT one.*, {own} FROM {_source(dialect, one['table'])} one")
    return " UNION ALL ".join(parts)


def _source(dialect: sa.Dialect, table: str) -> str:
    """The table of an input, which may have the very name that the query knows it by."""
    is_bare = named(table)[0] is None
    return as_table(dialect, f"main.{table}" if is_bare and dialect.name in _ALWAYS_RECURSIVE else table)


def _text(dialect: sa.Dialect) -> str:
    return sa.Text().compile(dialect=dialect)


def _quoted(dialect: sa.Dialect, name: str) -> str:
    return _plain(dialect.identifier_preparer.quote(name))


def _plain(text: str) -> str:
    r"""Where no placeholder is meant: SQLAlchemy would take `:name` for one."""
    return _COLON.sub(r"\\:", text)


def _only_select(query: str) -> str:
    """A query that cannot leave the brackets it is put into. What else it may not be, the database knows.

    Raises ContentError.
    """
    text = query.strip().rstrip(";").rstrip()
    depth = 0
    for sign in _PARTS.sub("", text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth < 0 or sign == ";":
            break
    else:
        if depth == 0:
            return text
    raise ContentError("the SQL of a job is one SELECT, and nothing else")


def _with_placeholders(query: str) -> tuple[str, bool]:
    """The query with every colon kept but that of the placeholder, and whether there is one."""
    parts: list[str] = []
    at, found = 0, False
    for part in _PARTS.finditer(query):
        parts.append(_plain(query[at : part.start()]))
        parts.append(f":{PARTITION}" if part["name"] else _plain(part[0]))
        found = found or bool(part["name"])
        at = part.end()
    return "".join([*parts, _plain(query[at:])]), found
