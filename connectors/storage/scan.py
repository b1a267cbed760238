# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""An opened content: its inspection, and how to ask DuckDB about its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from connectors.storage.duckdb_types import from_duckdb
from connectors.storage.session import identifier, one_row
from graph_model.contracts.entities import Column
from graph_model.versions.entities import Inspection

if TYPE_CHECKING:
    import duckdb

ROW = "_headwater_row"
# So many columns are asked about in one pass: each question takes memory, too, beside the values.
COLUMNS_AT_ONCE = 500
Values = Literal["text", "json", "typed"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column in SQL. `raw` is the value as it is written where the format writes texts, else it is the same.

    `type` is the plain type, of which checks speak; `exact` the full one where the format has it, else empty.
    """

    type: str
    expression: str
    raw: str
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows that DuckDB can read: `sql` is a SELECT with all columns and their number in ROW, counted from 1.

    `values` tells what a value is before anybody casts it: a text, a JSON value, or already typed. `knows_rows`: the
    format tells the number of a row by itself; else asking for it means counting through, one row after the other.
    `seen`: row count, and nulls per column, where finding the types has shown them.
    """

    sql: str
    fields: Mapping[str, Field]
    values: Values = "typed"
    knows_rows: bool = False
    seen: tuple[int, Mapping[str, int]] | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """A text shows a kind of value and no more, whatever DuckDB reads it as."""
        typed = self.values == "typed"
        return tuple(Column(path, (typed and field.exact) or field.type) for path, field in self.fields.items())


@dataclass(frozen=True, slots=True)
class Member:
    """One of the files of a content. `rows_before`: how many rows the files before it hold."""

    name: str
    rows_before: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest value of a column: floats, or datetimes without zone in UTC."""

    least: Any
    most: Any


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of columns without a look at their rows."""

    rows: int
    nulls: Mapping[str, int]
    bounds: Mapping[str, Bounds]


@dataclass(frozen=True, slots=True)
class Scan:
    """`members` is empty where rows have no order, and has one entry for a single file. `statistics`: what may be
    believed about the rows unread, where that is declared."""

    connection: duckdb.DuckDBPyConnection
    relation: Relation
    inspection: Inspection
    members: tuple[Member, ...] = ()
    statistics: Statistics | None = None

    def place(self, row: int) -> dict[str, Any]:
        """Where a row stands, for people: its number, and its file when there are several."""
        if not self.members:
            return {}
        member = next(found for found in reversed(self.members) if found.rows_before < row)
        place = {"row": row - member.rows_before}
        return {"file": member.name, **place} if len(self.members) > 1 else place


def counted(connection: duckdb.DuckDBPyConnection, relation: Relation) -> tuple[int, dict[str, int]]:
    """Row count, and nulls per top-level column. Touches every value, so that a damaged one is found."""
    if relation.seen is not None:
        return relation.seen[0], dict(relation.seen[1])
    rows, nulls, _ = counted_with(connection, relation, lambda _name, _field: [])
    return rows, nulls


def counted_with(
    connection: duckdb.DuckDBPyConnection, relation: Relation, more: Callable[[str, Field], Sequence[str]]
) -> tuple[int, dict[str, int], list[Any]]:
    """As `counted`, and in the same pass the answers to what `more` asks of each top-level column: aggregates, in their
    order."""
    names, rows, filled, answers = top_level(relation), 0, [], []
    for start in range(0, len(names) or 1, COLUMNS_AT_ONCE):
        some = names[start : start + COLUMNS_AT_ONCE]
        asked = [one for name in some for one in more(identifier(name), relation.fields[name])]
        rows, *found = _counted(connection, relation, [identifier(name) for name in some], asked)
        filled += found[: len(some)]
        answers += found[len(some) :]
    return rows, {name: rows - found for name, found in zip(names, filled, strict=True)}, answers


def _counted(
    connection: duckdb.DuckDBPyConnection, relation: Relation, names: Sequence[str], more: Sequence[str]
) -> list[Any]:
    asked = ["count(*)", *(f"count({name})" for name in names), *more]
    if not names or relation.values != "typed":
        return list(one_row(connection, f"SELECT {', '.join(asked)} FROM ({relation.sql})"))
    asked.append(f"bit_xor(hash({', '.join(names)}))")  # Parquet answers the counts from its footer, unread
    return list(one_row(connection, f"SELECT {', '.join(asked)} FROM ({relation.sql})"))[:-1]


@dataclass(frozen=True, slots=True)
class Counts:
    """What a pass over all rows tells. `nulls` and `narrowest` (see there) are by top-level column; `statistics`: what
    a format knows of its rows without reading them."""

    rows: int
    nulls: Mapping[str, int]
    statistics: Statistics | None = None
    narrowest: Mapping[str, str] = field(default_factory=dict)

    @property
    def metrics(self) -> dict[str, Any]:
        return {"nulls": dict(self.nulls)} | ({"narrowest": dict(self.narrowest)} if self.narrowest else {})


def top_level(relation: Relation) -> list[str]:
    return [path for path, field in relation.fields.items() if field.raw == identifier(path)]


def typed_fields(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Field]:
    """The columns of a SELECT in canonical types, nested ones by dotted paths; ROW left out."""
    described = connection.sql(sql)
    pairs = [(name, kind) for name, kind in zip(described.columns, described.types, strict=True) if name != ROW]
    fields: dict[str, Field] = {}
    for path, expression, kind in _flat(pairs):
        # What a struct holds are columns of their own, and need not be said twice.
        exact = "object" if kind.id == "struct" else str(from_duckdb(kind))
        fields.setdefault(path, Field(canonical(kind), expression, expression, exact))
    return fields


def _flat(pairs: Iterable[tuple[str, Any]], path: str = "", expression: str = "") -> Iterator[tuple[str, str, Any]]:
    """Top-level columns first, so that a column `a.b` wins over a field `b` of `a`."""
    here = [(f"{path}{name}", f"{expression}{identifier(name)}", kind) for name, kind in pairs]
    yield from here
    for inner_path, inner, kind in here:
        if kind.id == "struct":
            yield from _flat(kind.children, f"{inner_path}.", f"{inner}.")


_CANONICAL = {
    "boolean": "boolean",
    "decimal": "decimal",
    "date": "date",
    "blob": "binary",
    "bit": "binary",
    "float": "number",
    "double": "number",
    "uuid": "string",
    "enum": "string",
    "varchar": "string",
    "struct": "object",
    "map": "object",
    "union": "object",
    "list": "array",
    "array": "array",
}


def canonical(kind: Any) -> str:
    """The canonical type of a type of DuckDB. Mixed JSON values and columns of nulls are `unknown`."""
    name = str(kind).upper()
    if name in ("JSON", '"NULL"', "NULL"):
        return "unknown"
    if "INT" in name and kind.id not in _CANONICAL:
        return "integer"
    if name.startswith(("TIMESTAMP", "TIME")):
        return "timestamp" if name.startswith("TIMESTAMP") else "time"
    return _CANONICAL.get(kind.id, "unknown")


def selection(relation: Relation, columns: Sequence[str] | None) -> str:
    """The SELECT that reads typed values of `columns` (all top-level ones by default), in the order of the rows."""
    wanted = list(columns) if columns is not None else top_level(relation)
    listed = ", ".join(f"{relation.fields[path].expression} AS {identifier(path)}" for path in wanted)
    return f"SELECT {listed or '1'} FROM ({relation.sql})"
