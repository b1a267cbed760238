"""Random tables, queries over them and changes of the tables, made to meet what is hard about a change: stars, joins by
name, names without a table, places instead of names, types that matter.
"""

from __future__ import annotations

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

    def change(self) -> Tables:
        """One or two things happen to one of the tables."""
        changed = {name: list(columns) for name, columns in self.tables.items()}
        table = changed[self.pick("t", "u")]
        for _ in range(self.pick(1, 1, 2)):
            self._happen(table)
        return changed

    def query(self) -> str:
        self.aliases = 0
        shape = self.pick("plain", "plain", "plain", "union", "common")
        if shape == "union":
            return f"{self.select()} {self.pick('UNION ALL', 'UNION', 'EXCEPT', 'INTERSECT')} {self.select()}"
        if shape == "common":
            name = self.pick(*NAMES)
            return f"WITH w AS ({self.select()}) SELECT {self.pick('*', '*', 'count(*) AS n', f'{name}')} FROM w"
        return self.select() + self.pick("", "", "", " ORDER BY 1", f" ORDER BY {self.pick(*NAMES)}")

    def select(self) -> str:
        first = self.source()
        sources, text = [first], first.text
        if self.chance(0.5):
            other = self.source()
            sources.append(other)
            text += self.join(first, other)
        columns = [(source, column) for source in sources for column in source.columns]
        if self.chance(0.25):
            return self.grouped(text, columns)
        word = "DISTINCT " if self.chance(0.15) else ""
        return f"SELECT {word}{self.projections(sources, columns)} FROM {text}{self.where(columns)}"

    def grouped(self, text: str, columns: list[tuple[Source, Column]]) -> str:
        key = self.name(*self.pick(*columns))
        value = self.aggregate(columns)
        group = self.pick("GROUP BY 1", f"GROUP BY {key}")
        return f"SELECT {key} AS x, {value} AS y FROM {text}{self.where(columns)} {group}"

    def projections(self, sources: list[Source], columns: list[tuple[Source, Column]]) -> str:
        if self.chance(0.35):
            return self.pick("*", "*", f"{sources[0].alias}.*", f"{sources[-1].alias}.*, {self.value(columns)} AS x")
        return ", ".join(f"{self.value(columns)} AS x{place}" for place in range(self.random.randint(1, 3)))

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
        if self.chance(0.6):
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
        return " WHERE " + self.pick(f"{name} > {self.literal(column)}", f"{name} IS NOT NULL", f"{name} = {name}")

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
        )
        if column.type == "string":
            return self.pick(*plain, f"{name} || 'x'", f"upper({name})", f"length({name})")
        if column.type == "date":
            return self.pick(
                *plain, *(() if self.engine == "sqlite" else (f"year({name})", f"{name} - DATE '2013-01-01'"))
            )
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
                *(() if self.engine == "sqlite" else (f"{name} // 2",)),
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

    def _happen(self, table: list[Column]) -> None:
        what = self.pick("add", "add", "drop", "retype", "retype", "retype", "move")
        place = self.random.randrange(len(table))
        free = [name for name in (*NAMES, "f", "x0") if name not in {column.path for column in table}]
        if what == "add":
            table.insert(self.random.randint(0, len(table)), Column(self.pick(*free), self.pick(*TYPES)))
        elif what == "drop" and len(table) > 1:
            del table[place]
        elif (
            what == "retype" and table[place] in (*self.tables["t"], *self.tables["u"]) and table[place].type in OTHERS
        ):
            table[place] = Column(table[place].path, self.pick(*OTHERS[table[place].type]))
        elif what == "move":
            table.insert(self.random.randrange(len(table)), table.pop(place))
