"""Random SQL over three small tables, for DuckDB. What it gives never depends on chance: every order ends in a key.

`t` and `u` are only read; `o` is written too. The key columns `k` hold the same numbers for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

T = TypeVar("T")

TABLES: dict[str, tuple[str, ...]] = {"t": ("k", "a", "b", "c"), "u": ("k", "a", "d", "e"), "o": ("k", "v", "w")}
KEY = "k"
ROWS = 8


@dataclass(frozen=True)
class Source:
    """Something that rows come from: its text in FROM, and the columns that can be asked of it."""

    text: str
    alias: str
    columns: tuple[str, ...]

    @property
    def qualified(self) -> list[str]:
        return [f"{self.alias}.{column}" for column in self.columns]


@dataclass
class SqlMaker:
    """Makes one text after the other; the same seed makes the same ones."""

    random: Random
    commons: list[Source] = field(default_factory=list)
    aliases: int = 0

    def query(self, depth: int = 2) -> str:
        """A SELECT with one to three columns called `x0`, `x1`, `x2`."""
        width = self.random.randint(1, 3)
        prefix = ""
        if depth == 2 and self.chance(0.4):
            inner = self.select(self.random.randint(1, 3), depth - 1)
            names = tuple(f"x{position}" for position in range(inner.count(" AS x")))[:3]
            self.commons = [Source("common", "common", names[:1])]
            prefix = f"WITH common AS ({inner}) "
        body = self.select(width, depth)
        if self.chance(0.25):
            word = self.pick("UNION ALL", "UNION", "EXCEPT", "INTERSECT")
            body = f"{body} {word} {self.select(width, depth - 1)}"
        self.commons = []
        return prefix + body

    def select(self, width: int, depth: int) -> str:
        sources = [self.source(depth) for _ in range(self.pick(1, 1, 2))]
        columns = [column for source in sources for column in source.qualified]
        kind = self.pick("plain", "plain", "grouped", "windowed", "distinct")
        values = [self.value(columns, depth) for _ in range(width)]
        tail = self.where(columns, depth)
        if kind == "grouped":
            keys = [self.pick(*columns)]
            values = [self.aggregate(columns) if self.chance(0.7) else keys[0] for _ in range(width)]
            tail += f" GROUP BY {keys[0]}" + (f" HAVING {self.aggregate(columns)} > 3" if self.chance(0.3) else "")
        if kind == "windowed":
            values[0] = self.window(columns, [f"{source.alias}.{KEY}" for source in sources if KEY in source.columns])
            if self.chance(0.3):
                tail += " QUALIFY x0 > 1"
        shown = ", ".join(f"{value} AS x{position}" for position, value in enumerate(values))
        return f"SELECT {'DISTINCT ' if kind == 'distinct' else ''}{shown} FROM {self.joined(sources)}{tail}"

    def source(self, depth: int) -> Source:
        self.aliases += 1
        alias = f"q{self.aliases}"
        if self.commons and self.chance(0.4):
            return Source(f"common AS {alias}", alias, self.commons[0].columns)
        if depth > 0 and self.chance(0.3):
            width = self.random.randint(1, 3)
            return Source(
                f"({self.select(width, depth - 1)}) AS {alias}", alias, tuple(f"x{place}" for place in range(width))
            )
        table = self.pick(*TABLES)
        if self.chance(0.15):
            return self.turned(alias)
        if self.chance(0.15):
            star = self.pick(
                "*", f"* EXCLUDE ({TABLES[table][1]})", f"* REPLACE ({TABLES[table][2]} + 1 AS {TABLES[table][1]})"
            )
            gone = {TABLES[table][1]} if "EXCLUDE" in star else set()
            return Source(
                f"(SELECT {star} FROM {table}) AS {alias}",
                alias,
                tuple(column for column in TABLES[table] if column not in gone),
            )
        return Source(f"{table} AS {alias}", alias, TABLES[table])

    def turned(self, alias: str) -> Source:
        """Rows into columns, columns into rows, a row for each row, a row after the other."""
        one, two, three = self.pick(*TABLES["t"][1:]), self.pick("k", "d"), self.pick("d", "e")
        inner = f"SELECT k, {one}, k + 1 AS v FROM t"
        lateral = f"LATERAL (SELECT max({three}) AS y FROM u WHERE u.k = t.{one})"
        onward = f"SELECT r.k, u.{three}, r.z + 1 FROM r JOIN u ON u.{two} = r.y WHERE r.z < 2"
        texts = (
            f'(SELECT k, "1" AS y, "2" AS z FROM ({inner}) PIVOT (max(v) FOR {one} IN (1, 2)))',
            "(SELECT k, y, a AS z FROM u UNPIVOT (y FOR n IN (d, e)))",
            f"(SELECT t.k, l.y, t.{one} AS z FROM t, {lateral} AS l)",
            f"(WITH RECURSIVE r(k, y, z) AS (SELECT k, {one}, 0 FROM t UNION ALL {onward}) SELECT * FROM r)",
        )
        return Source(f"{self.pick(*texts)} AS {alias}", alias, ("k", "y", "z"))

    def joined(self, sources: list[Source]) -> str:
        text = sources[0].text
        for source in sources[1:]:
            left, right = self.pick(*sources[0].qualified), self.pick(*source.qualified)
            text += f" {self.pick('JOIN', 'LEFT JOIN', 'FULL JOIN')} {source.text} ON {left} = {right}"
        return text

    def where(self, columns: list[str], depth: int) -> str:
        return f" WHERE {self.condition(columns, depth)}" if self.chance(0.4) else ""

    def condition(self, columns: list[str], depth: int) -> str:
        one = self.pick(*columns)
        if depth > 0 and self.chance(0.3):
            table = self.pick("t", "u")
            own, other = self.pick(*TABLES[table]), self.pick(*TABLES[table])
            return self.pick(
                f"EXISTS (SELECT 1 FROM {table} AS z WHERE z.{own} = {one} AND z.{other} > 2)",
                f"{one} IN (SELECT {own} FROM {table} WHERE {other} > 2)",
            )
        return f"{one} {self.pick('>', '<', '<>')} {self.pick('3', *columns)}"

    def value(self, columns: list[str], depth: int) -> str:
        one, other, third = (self.pick(*columns) for _ in range(3))
        made = [
            one,
            one,
            f"{one} + {other}",
            f"coalesce({one}, {other})",
            f"CASE WHEN {one} > 2 THEN {other} ELSE {third} END",
            f"CAST({one} AS VARCHAR)",
        ]
        if depth > 0:
            table = self.pick("t", "u")
            own, key = self.pick(*TABLES[table]), self.pick(*TABLES[table])
            made.append(f"(SELECT max(z.{own}) FROM {table} AS z WHERE z.{key} = {one})")
        return self.pick(*made)

    def aggregate(self, columns: list[str]) -> str:
        one, other = self.pick(*columns), self.pick(*columns)
        return self.pick(
            f"max({one})", f"count(DISTINCT {one})", "count(*)", f"max({one}) FILTER (WHERE {other} > 2)", f"min({one})"
        )

    def window(self, columns: list[str], keys: list[str]) -> str:
        one, other, third = (self.pick(*columns) for _ in range(3))
        call = self.pick(f"max({one})", f"min({one})", f"count({one})")
        return f"{call} OVER (PARTITION BY {other}{f' ORDER BY {third}' if keys else ''})"

    def script(self) -> str:
        """Statements that change `o`, some by way of a table that lives only here."""
        return "; ".join(self.statement() for _ in range(self.random.randint(1, 2)))

    def statement(self) -> str:
        self.aliases += 1
        table = self.pick("t", "u")
        columns = [f"s.{column}" for column in TABLES[table]]
        both = [*columns, "o.v", "o.w"]
        match = f"o.k = s.{KEY}"
        rows = f"{table} AS s{self.where(columns, 1)}"
        inserted = f"SELECT s.k + 100, {self.value(columns, 1)}, {self.pick(*columns)} FROM {rows}"
        changed = f"{self.pick('v', 'w')} = {self._number(both)}"
        staged = f"x{self.aliases}"
        return self.pick(
            f"INSERT INTO o {self._numbers(inserted)}",
            f"INSERT INTO o (w, v) {self._two(columns, table)}",
            f"UPDATE o SET {changed} FROM {table} AS s WHERE {match} AND {self.condition(both, 1)}",
            f"UPDATE o SET v = {self._number(['o.w', 'o.v'])}{self.where(['o.v', 'o.w'], 1)}",
            f"DELETE FROM o USING {table} AS s WHERE {match} AND {self.condition(both, 1)}",
            f"MERGE INTO o USING {table} AS s ON {match} WHEN MATCHED AND {self.condition(both, 0)} THEN UPDATE SET"
            f" v = {self._number(both)} WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, {self._number(columns)})",
            f"CREATE TEMP TABLE {staged} AS SELECT k, {self._number(columns)} AS y FROM {rows};"
            f" INSERT INTO o (k, v) SELECT k, y FROM {staged}",
        )

    def _numbers(self, select: str) -> str:
        return f"SELECT i.* FROM ({select}) AS i(k, v, w)" if "VARCHAR" not in select else "SELECT k, a, a FROM t"

    def _two(self, columns: list[str], table: str) -> str:
        return f"SELECT {self._number(columns)}, {self._number(columns)} FROM {table} AS s{self.where(columns, 1)}"

    def _number(self, columns: list[str]) -> str:
        one, other, third = (self.pick(*columns) for _ in range(3))
        return self.pick(one, f"{one} + {other}", f"CASE WHEN {one} > 2 THEN {other} ELSE {third} END")

    def pick(self, *choices: T) -> T:
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        return self.random.random() < share
