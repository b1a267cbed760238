"""Random tables, queries over them and changes of the tables, made to meet what is hard about a change: stars, joins by
name, names without a table, places instead of names, types that matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from graph_model.contracts.entities import Column

T = TypeVar("T")
Tables = dict[str, list[Column]]

NAMES = ("a", "b", "c", "d", "e")
TYPES = ("int16", "int32", "int64", "decimal(10,2)", "float64", "string", "date", "boolean")
NUMBERS = ("int16", "int32", "int64", "decimal(10,2)", "float64", "decimal(12,2)", "decimal(14,4)")
OTHERS = {
    "int16": ("int32", "int64", "float64", "decimal(10,2)", "string"),
    "int32": ("int64", "int16", "float64", "decimal(14,4)", "string"),
    "int64": ("int32", "float64", "string"),
    "decimal(10,2)": ("decimal(12,2)", "decimal(14,4)", "float64", "string"),
    "float64": ("decimal(14,4)", "string"),
    "string": ("binary",),
    "date": ("timestamp(us)", "string"),
    "boolean": ("int32", "string"),
}


@dataclass(frozen=True)
class Source:
    text: str
    alias: str
    columns: tuple[Column, ...]


@dataclass
class Maker:
    """The same seed makes the same things. `engine` is the one that the queries are for."""

    random: Random
    engine: str = "duckdb"
    aliases: int = 0
    tables: Tables = field(default_factory=dict)

    def new_tables(self) -> Tables:
        self.tables = {
            name: [Column(one, self.pick(*TYPES)) for one in self.random.sample(NAMES, self.random.randint(2, 4))]
            for name in ("t", "u")
        }
        return self.tables

    def change(self, query: str) -> Tables:
        """One or two things happen to one of the tables, mostly to columns that the query speaks of."""
        changed = {name: list(columns) for name, columns in self.tables.items()}
        name = self.pick("t", "u")
        spoken = [one.path for one in changed[name] if re.search(rf"\b{one.path}\b", query)]
        for _ in range(self.pick(1, 1, 2)):
            self._happen(name, changed[name], spoken)
        return changed

    def query(self) -> str:
        self.aliases = 0
        shape = self.pick("plain", "plain", "plain", "union", "common")
        if shape == "union":
            word = self.pick("UNION ALL", "UNION", "EXCEPT", "INTERSECT", *self.only_duckdb("UNION ALL BY NAME"))
            return f"{self.select()} {word} {self.select()}"
        if shape == "common":
            name = self.pick(*NAMES)
            return f"WITH w AS ({self.select()}) SELECT {self.pick('*', '*', 'count(*) AS n', f'{name}')} FROM w"
        return self.select() + self.pick("", "", "", " ORDER BY 1", f" ORDER BY {self.pick(*NAMES)}")

    def select(self) -> str:
        first = self.source()
        sources, text = [first], first.text
        for _ in range(self.pick(0, 0, 1, 1, 2)):
            other = self.source()
            text += self.join(self.pick(*sources), other)
            sources.append(other)
        columns = [(source, column) for source in sources for column in source.columns]
        if self.chance(0.25):
            return self.grouped(text, columns)
        word = "DISTINCT " if self.chance(0.15) else ""
        return f"SELECT {word}{self.projections(sources, columns)} FROM {text}{self.where(columns)}"

    def grouped(self, text: str, columns: list[tuple[Source, Column]]) -> str:
        key = self.name(*self.pick(*columns))
        value = self.aggregate(columns)
        group = self.pick("GROUP BY 1", f"GROUP BY {key}", "GROUP BY x", *self.only_duckdb("GROUP BY ALL"))
        having = self.pick("", "", f" HAVING {self.aggregate(columns)} > 3", " HAVING count(*) > 1")
        return f"SELECT {key} AS x, {value} AS y FROM {text}{self.where(columns)} {group}{having}"

    def projections(self, sources: list[Source], columns: list[tuple[Source, Column]]) -> str:
        if self.chance(0.35):
            name = columns[0][1].path
            more = self.only_duckdb(f"* EXCLUDE ({name})", f"* REPLACE ({self.value(columns)} AS {name})")
            last = f"{sources[-1].alias}.*, {self.value(columns)} AS x"
            return self.pick("*", "*", f"{sources[0].alias}.*", last, *more)
        names = [self.pick(f"x{place}", f"x{place}", *NAMES) for place in range(self.random.randint(1, 3))]
        return ", ".join(f"{self.value(columns)} AS {name}" for name in names)

    def only_duckdb(self, *words: str) -> tuple[str, ...]:
        return words if self.engine == "duckdb" else ()

    def source(self) -> Source:
        self.aliases += 1
        table, alias = self.pick("t", "u"), f"q{self.aliases}"
        columns = tuple(self.tables[table])
        if self.chance(0.25):
            some = self.random.sample(columns, self.random.randint(1, len(columns)))
            listed = self.pick("*", ", ".join(column.path for column in some))
            kept = columns if listed == "*" else tuple(some)
            return Source(f"(SELECT {listed} FROM {table}) AS {alias}", alias, kept)
        return Source(f"{table} AS {alias}", alias, columns)

    def join(self, first: Source, other: Source) -> str:
        kind = self.pick("", "", "LEFT ", "LEFT ", "FULL ")
        shared = [one.path for one in first.columns if one.path in {two.path for two in other.columns}]
        way = self.pick("on", "on", "using", "natural")
        if way == "natural" and shared:
            return f" NATURAL {kind}JOIN {other.text}"
        if way == "using" and shared:
            return f" {kind}JOIN {other.text} USING ({self.pick(*shared)})"
        left, right = self.pick(*first.columns), self.pick(*other.columns)
        return f" {kind}JOIN {other.text} ON {first.alias}.{left.path} = {other.alias}.{right.path}"

    def where(self, columns: list[tuple[Source, Column]]) -> str:
        if self.chance(0.5):
            return ""
        source, column = self.pick(*columns)
        name = self.name(source, column)
        if self.chance(0.3):
            table = self.pick("t", "u")
            inner = self.pick(*self.tables[table])
            outer = self.pick(*columns)[1].path
            return self.pick(
                f" WHERE EXISTS (SELECT * FROM {table} WHERE {inner.path} = {outer})",
                f" WHERE {name} IN (SELECT {inner.path} FROM {table})",
                f" WHERE {name} NOT IN (SELECT {inner.path} FROM {table} WHERE {inner.path} IS NOT NULL)",
            )
        return " WHERE " + self.pick(
            f"{name} > {self.literal(column)}",
            f"{name} IS NOT NULL",
            f"{name} = {name}",
            f"{name} IN ({self.literal(column)}, {self.literal(column)})",
            f"{name} BETWEEN {self.literal(column)} AND {self.literal(column)}",
            f"NOT ({name} = {self.literal(column)} OR {self.name(*self.pick(*columns))} IS NULL)",
            f"x0 = {self.literal(column)}",
        )

    def value(self, columns: list[tuple[Source, Column]]) -> str:
        source, column = self.pick(*columns)
        name = self.name(source, column)
        if self.chance(0.4):
            return name
        other = self.name(*self.pick(*columns))
        plain = (
            f"coalesce({name}, {self.literal(column)})",
            f"CASE WHEN {name} > {self.literal(column)} THEN {other} END",
            f"CAST({name} AS VARCHAR)",
            f"{name} = {other}",
            f"{name} IS NULL",
            f"row_number() OVER (PARTITION BY {name} ORDER BY {other})",
            f"max({name}) OVER ()",
            f"(SELECT max({self.pick(*NAMES)}) FROM {self.pick('t', 'u')})",
            f"(SELECT count(*) FROM {self.pick('t', 'u')} WHERE {self.pick(*NAMES)} = {name})",
            f"sum(1) OVER (ORDER BY {name} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
            f"lag({name}) OVER (ORDER BY {name}, {other})",
            f"CASE {name} WHEN {self.literal(column)} THEN {self.literal(column)} ELSE {name} END",
            f"nullif({name}, {self.literal(column)})",
            f"({name} IN ({self.literal(column)}, {self.literal(column)}))",
            *self.only_duckdb(f"greatest({name}, {self.literal(column)})", f"hash({name})", f"[{name}, {other}]"),
        )
        if column.type == "string":
            return self.pick(*plain, f"{name} || 'x'", f"upper({name})", f"length({name})")
        if column.type == "date":
            return self.pick(*plain, *self.only_duckdb(f"year({name})", f"{name} - DATE '2013-01-01'"))
        if column.type in NUMBERS:
            return self.pick(
                *plain,
                f"{name} + 1",
                f"{name} * 2",
                f"{name} / 4",
                f"{name} % 3",
                f"-{name}",
                f"round({name})",
                f"abs({name})",
                f"{name} || ''",
                f"CAST({name} AS BIGINT)",
                f"{name} * {other}",
                f"{name} - {other}",
                *self.only_duckdb(f"{name} // 2"),
            )
        return self.pick(*plain)

    def aggregate(self, columns: list[tuple[Source, Column]]) -> str:
        source, column = self.pick(*columns)
        name = self.name(source, column)
        plain = ("count(*)", f"count({name})", f"max({name})", f"min({name})", f"count(DISTINCT {name})")
        return self.pick(*plain, *((f"sum({name})", f"avg({name})") if column.type in NUMBERS else ()))

    def name(self, source: Source, column: Column) -> str:
        return self.pick(column.path, column.path, f"{source.alias}.{column.path}")

    def literal(self, column: Column) -> str:
        if column.type in NUMBERS:
            return str(self.random.randint(0, 9))
        return {"string": "'5'", "date": "'2013-01-04'", "boolean": "true"}.get(column.type, "NULL")

    def pick(self, *choices: T) -> T:
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def _happen(self, name: str, table: list[Column], spoken: list[str]) -> None:
        what = self.pick("add", "add", "drop", "retype", "retype", "retype", "retype", "move")
        places = [place for place, one in enumerate(table) if one.path in spoken]
        place = self.pick(*places) if places and self.chance(0.8) else self.random.randrange(len(table))
        known = {column.path for column in (*table, *self.tables[name])}
        if what == "add":
            free = [one for one in (*NAMES, "f", "x0") if one not in known]
            table.insert(self.random.randint(0, len(table)), Column(self.pick(*free), self.pick(*TYPES)))
        elif what == "drop" and len(table) > 1:
            del table[place]
        elif what == "retype" and table[place] in self.tables[name]:
            table[place] = Column(table[place].path, self.pick(*OTHERS[table[place].type]))
        elif what == "move":
            table.insert(self.random.randrange(len(table)), table.pop(place))
