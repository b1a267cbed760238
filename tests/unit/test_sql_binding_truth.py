"""What is said of a query whose tables change holds when the tables are changed and it is run on both.

Each query runs over a few rows, the tables change, their rows with them, and it runs again.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

import duckdb
import pytest

from connectors.sql.binding_answer import answer
from connectors.sql.binding_duckdb import canonical
from connectors.sql.binding_types import duckdb_type
from connectors.sql.binding_wire import loads, pack_tables
from connectors.sql.reads import UnreadableSqlError
from graph_model.contracts.entities import Column
from graph_model.impact.binding import Bound, Rebinding, Refused
from graph_model.schemas.types import read
from tests.support.changing_queries import NUMBERS, Maker, Tables

QUERIES = int(os.environ.get("HEADWATER_TEST_SQL_TEXTS", "25"))
"""How many queries each test runs; they are the same ones every time."""
ROWS = 8
CHANGES = 6
Rows = Sequence[tuple[Any, ...]]
Values = Mapping[str, Mapping[str, list[Any]]]


class Engine(Protocol):
    error: type[Exception]

    def fill(self, before: Tables, after: Tables, values: Values) -> None:
        """The tables of `after`, with the rows of those before as far as they have them."""
        ...

    def run(self, text: str) -> tuple[list[tuple[str, str]], Rows]:
        """The columns with their types, empty where it has none, and the rows."""
        ...


class InDuckDB:
    error: type[Exception] = duckdb.Error

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("SET threads = 1")

    def fill(self, before: Tables, after: Tables, values: Values) -> None:
        for table, columns in after.items():
            old = {column.path: column.type for column in before[table]}
            listed = ", ".join(
                f"unnest($c{place}::{self._type(old.get(one.path, one.type))}[])::{self._type(one.type)} AS {one.path}"
                for place, one in enumerate(columns)
            )
            given = {f"c{place}": values[table][one.path] for place, one in enumerate(columns)}
            self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {listed}", given)

    def run(self, text: str) -> tuple[list[tuple[str, str]], Rows]:
        rows = self._connection.execute(f"DESCRIBE {text}").fetchall()
        columns = [(row[0], str(canonical(row[1]))) for row in rows]
        return columns, self._connection.execute(text).fetchall()

    def _type(self, text: str) -> str:
        return str(duckdb_type(read(text)))


class InSQLite:
    error: type[Exception] = sqlite3.Error

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:")

    def fill(self, before: Tables, after: Tables, values: Values) -> None:
        for table, columns in after.items():
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")
            self._connection.execute(f"CREATE TABLE {table} ({', '.join(map(self._column, columns))})")
            rows = list(zip(*(values[table][one.path] for one in columns), strict=True))
            marks = ", ".join("?" for _ in columns)
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def run(self, text: str) -> tuple[list[tuple[str, str]], Rows]:
        cursor = self._connection.execute(text)
        return [(column[0], "") for column in cursor.description], cursor.fetchall()

    def _column(self, column: Column) -> str:
        words = {"string": "TEXT", "float64": "REAL", "binary": "BLOB"}
        plain = "INTEGER" if column.type.startswith("int") else "NUMERIC"
        return f"{column.path} {words.get(column.type, plain)}"


ENGINES: dict[str, type[InDuckDB | InSQLite]] = {"duckdb": InDuckDB, "sqlite": InSQLite}


def some_values(random: Random, before: Tables, after: Tables) -> Values:
    return {
        table: {
            column.path: [some_value(random, column.type) for _ in range(ROWS)]
            for column in (*after[table], *before[table])
        }
        for table in after
    }


def some_value(random: Random, type: str) -> Any:
    if random.random() < 0.2:
        return None
    if type in NUMBERS:
        whole = random.choice([0, 1, 2, 3, -3, 7, 10, 12, 30_000])
        return whole if type.startswith("int") or random.random() < 0.5 else whole / 4
    return {"string": random.choice(["1", "10", "9", "02", "2", "b", ""]), "boolean": random.choice([0, 1])}.get(
        type, f"2013-01-{random.randint(1, 9):02}"
    )


@dataclass
class Tally:
    run: int = 0
    refused: int = 0
    turned: int = 0
    differing: int = 0
    claims: int = 0
    unsaid: int = 0
    wrong: list[str] = field(default_factory=list)


def rebound(text: str, dialect: str, before: Tables, after: Tables) -> Rebinding | None:
    """As `rebind`, without the process between."""
    plain = {"before": pack_tables(before), "after": pack_tables(after), "beside": {}}
    try:
        return loads(answer({"text": text, "dialect": dialect, **plain}))
    except UnreadableSqlError:
        return None


def hold(maker: Maker, engine: Engine, tally: Tally) -> None:
    """One query against some changes."""
    before, text = maker.new_tables(), maker.query()
    for _ in range(CHANGES):
        after = maker.change(text)
        wrong = said_wrongly(text, before, after, maker, engine, tally)
        if wrong:
            tally.wrong.append(f"{text}\n  over {before}\n  then {after}\n  {wrong}")


def said_wrongly(text: str, before: Tables, after: Tables, maker: Maker, engine: Engine, tally: Tally) -> str | None:
    """What was said and did not come true; None: all did."""
    values = some_values(maker.random, before, after)
    engine.fill(before, before, values)
    try:
        old_columns, old = engine.run(text)
    except engine.error:
        return None
    found = rebound(text, maker.engine, before, after)
    if found is None:
        tally.unsaid += 1
        return None
    tally.run += 1
    engine.fill(before, after, values)
    try:
        new_columns, new = engine.run(text)
    except engine.error as error:
        tally.refused += isinstance(found.after, Refused)
        return None if isinstance(found.after, Refused) or found.turns else f"it fails: {error}"
    if isinstance(found.after, Refused):
        return f"it does not fail: {found.after.reason}"
    assert isinstance(found.before, Bound)
    for outcome, columns in ((found.before, old_columns), (found.after, new_columns)):
        if wrong := misfit(outcome, columns):
            return wrong
    return unforeseen(found, old, new, tally)


def misfit(outcome: Bound, columns: Sequence[tuple[str, str]]) -> str | None:
    if [one.path for one in outcome.columns] != [name for name, _ in columns]:
        return f"other columns: {columns}, not {[one.path for one in outcome.columns]}"
    for one, (name, type) in zip(outcome.columns, columns, strict=True):
        if type and duckdb_type(read(one.type)) != duckdb_type(read(type)):
            return f"{name} is a {type}, not a {one.type}"
    return None


def unforeseen(found: Rebinding, old: Rows, new: Rows, tally: Tally) -> str | None:
    """The values that differ where no turn says so, and no other type."""
    assert isinstance(found.before, Bound)
    assert isinstance(found.after, Bound)
    touched = {column for turn in found.turns for column in turn.columns}
    before, after = ([(one.path, one.type) for one in side.columns] for side in (found.before, found.after))
    free = [
        (place, names(after).index(name))
        for place, (name, type) in enumerate(before)
        if name not in touched
        and names(before).count(name) == names(after).count(name) == 1
        and is_comparable(type, after[names(after).index(name)][1])
    ]
    rows = any(turn.rows for turn in found.turns)
    same = projected(old, [place for place, _ in free]) == projected(new, [place for _, place in free])
    if found.turns:
        tally.turned += 1
        tally.differing += before != after or projected(old) != projected(new)
    tally.claims += 0 if rows else len(free)
    return None if rows or same else f"other values in {[before[place][0] for place, _ in free]}: {old} → {new}"


def names(columns: Sequence[tuple[str, str]]) -> list[str]:
    return [name for name, _ in columns]


def is_comparable(before: str, after: str) -> bool:
    return before == after or {before, after} <= {*NUMBERS, "integer"}


def projected(rows: Rows, places: Sequence[int] | None = None) -> Counter[str]:
    return Counter(
        str([plain(row[place]) for place in (range(len(row)) if places is None else places)]) for row in rows
    )


def plain(value: Any) -> Any:
    """Numbers of all types alike."""
    return float(value) + 0.0 if isinstance(value, int | float) or type(value).__name__ == "Decimal" else value


@pytest.mark.parametrize("name", ENGINES)
def test_what_is_said_of_a_query_holds_when_its_tables_change(name: str) -> None:
    tally = Tally()
    engine = ENGINES[name]()
    for seed in range(QUERIES):
        hold(Maker(Random(f"{name} {seed}"), name), engine, tally)

    assert tally.wrong == []
    assert tally.run > QUERIES
    assert tally.refused > QUERIES // 10
    assert tally.claims > QUERIES
    assert tally.unsaid < tally.run // 10
    assert tally.differing > tally.turned // 4, "turns are told everywhere, and hardly one of them shows"
