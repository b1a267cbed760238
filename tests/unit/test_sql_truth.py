"""What is read out of SQL holds when the SQL is run: a column of an input that is changed changes nothing but what
lineage names.

Each text is run on DuckDB over the same rows again and again, each time with other values in one column.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

import duckdb

from connectors.sql.origins import Leaf
from connectors.sql.reads import RESULT, ScriptReads, TableReads
from connectors.sql.script import read_script
from tests.support.sql_statements import KEY, ROWS, TABLES, SqlMaker

Values = dict[str, dict[str, list[int | None]]]
Row = tuple[object, ...]
CHANGES = 2
TEXTS = int(os.environ.get("HEADWATER_TEST_SQL_TEXTS", "25"))
"""How many texts each test runs; they are the same ones every time."""


def some_values(random: Random) -> Values:
    return {table: {column: some_column(random, column) for column in columns} for table, columns in TABLES.items()}


def some_column(random: Random, column: str) -> list[int | None]:
    if column == KEY:
        return list(range(ROWS))
    return [random.choice([None, 0, 1, 2, 3, 4, 5, 6]) for _ in range(ROWS)]


class Database:
    """The tables, filled; what a text does to them is taken back each time."""

    def __init__(self, values: Values) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("SET threads = 1")
        for table in values:
            self.fill(table, values[table])

    def fill(self, table: str, columns: Mapping[str, Sequence[int | None]]) -> None:
        rows = ", ".join(str(row).replace("None", "NULL::INTEGER") for row in zip(*columns.values(), strict=True))
        named = f"{table}({', '.join(columns)})"
        self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM (VALUES {rows}) AS {named}")

    def run(self, text: str, asked: str) -> tuple[list[str], list[Row]]:
        """The columns and the rows of `asked`, else of the text itself."""
        self._connection.execute("BEGIN")
        try:
            result = self._connection.execute(text)
            result = self._connection.execute(asked) if asked else result
            return [column[0] for column in result.description or ()], result.fetchall()
        finally:
            self._connection.execute("ROLLBACK")


def untouched(reads: ScriptReads, table: str, changed: Leaf, columns: Sequence[str]) -> list[int]:
    """The positions of the columns of `table` that do not depend on `changed`, by what was read."""
    written = next((written for written in reads.written if written.table == table), None)
    if written is None:
        return [position for position, column in enumerate(columns) if changed != (table, column)]
    if changed in closed(written.shapes, written):
        return []
    return [
        position
        for position, column in enumerate(columns)
        if changed not in closed([*written.columns.get(column, {}), (table, column)], written)
    ]


def closed(leaves: Iterable[Leaf], written: TableReads) -> set[Leaf]:
    """With all that comes in by way of columns of the table itself, as a walk along the edges finds it."""
    found, waiting = set(leaves), list(leaves)
    while waiting:
        table, column = waiting.pop()
        new = set(written.columns.get(column, {})) - found if table == written.table else set()
        found |= new
        waiting += new
    return found


def projected(rows: Sequence[Row], positions: Sequence[int]) -> Counter[Row]:
    return Counter(tuple(row[position] for position in positions) for row in rows)


def changes(values: Values, random: Random) -> Iterator[tuple[Leaf, list[int | None]]]:
    """Every column in turn, with other values, a few times."""
    for table, columns in values.items():
        for column in columns:
            for _ in range(CHANGES if column != KEY else 0):
                yield (table, column), some_column(random, column)


class Tally:
    def __init__(self) -> None:
        self.run = self.claims = self.named = self.seen = 0


def hold(text: str, random: Random, tally: Tally, *, table: str = RESULT, asked: str = "") -> None:
    values = some_values(random)
    database = Database(values)
    try:
        columns, before = database.run(text, asked)
    except duckdb.Error:
        return
    reads = read_script(text, dialect="duckdb", tables=TABLES)
    assert not reads.unresolved, text
    tally.run += 1
    for changed, others in changes(values, random):
        free = untouched(reads, table, changed, columns)
        bound = [position for position in range(len(columns)) if position not in free]
        database.fill(changed[0], {**values[changed[0]], changed[1]: others})
        try:
            _, after = database.run(text, asked)
        except duckdb.Error:
            after = before
        assert not free or projected(before, free) == projected(after, free), f"{changed} changes {columns} of {text}"
        tally.claims += len(free)
        tally.named += bool(bound)
        tally.seen += bool(bound) and projected(before, bound) != projected(after, bound)
        database.fill(changed[0], values[changed[0]])


def test_a_changed_column_changes_only_the_results_that_lineage_names() -> None:
    random, tally = Random(2013), Tally()
    maker = SqlMaker(random)

    for _ in range(TEXTS):
        hold(maker.query(), random, tally)

    assert tally.run > TEXTS // 2
    assert tally.claims > 100
    assert tally.seen > tally.named // 4, "lineage names everything, and hardly anything of it shows"


def test_a_changed_column_changes_only_what_lineage_says_is_written() -> None:
    random, tally = Random(2013), Tally()
    maker = SqlMaker(random)

    for _ in range(TEXTS):
        hold(maker.script(), random, tally, table="o", asked="SELECT k, v, w FROM o")

    assert tally.run > TEXTS // 2
    assert tally.claims > 100
    assert tally.seen > tally.named // 4, "lineage names everything, and hardly anything of it shows"
