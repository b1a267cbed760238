# ruff: noqa: S608  (queries are what this file draws; nothing here comes from outside)
"""Queries of all shapes that jobs have, over whatever columns their inputs happen to hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

NUMERIC = ("int", "float", "decimal")
LITERALS = {
    "status": ("'new'", "'paid'", "'void'"),
    "region": ("'north'", "'east'"),
    "item": ("'gear'", "'bolt'"),
    "note": ("'late'", "'ok'"),
    "code": ("'7'", "'10'"),
    "name": ("'Ann'", "'ann'"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """What a query may read: the kinds of its columns by name. `window`: it has `_partition` too."""

    name: str
    kinds: dict[str, str]
    window: bool = False

    def of(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind in kinds]


@dataclass(slots=True)
class Pen:
    """Draws the parts of queries. `sqlite`: without what only DuckDB knows."""

    rng: Random
    sqlite: bool = False
    made: int = 0

    def some(self, names: Sequence[str], most: int = 4) -> list[str]:
        count = self.rng.randint(1, max(1, min(most, len(names))))
        return self.rng.sample(list(names), min(count, len(names)))

    def fresh(self, stem: str) -> str:
        self.made += 1
        return f"{stem}_{self.made}"

    def expression(self, table: Table, column: str, dot: str = "") -> str:
        """Something made of one column; without an alias."""
        name, kind = f"{dot}{column}", table.kinds[column]
        return self.rng.choice(_EXPRESSIONS_SQLITE[kind] if self.sqlite else _EXPRESSIONS[kind]).format(name)

    def condition(self, table: Table, dot: str = "") -> str:
        column = self.rng.choice(list(table.kinds))
        name, kind = f"{dot}{column}", table.kinds[column]
        options = list((_CONDITIONS_SQLITE if self.sqlite else _CONDITIONS)[kind])
        if kind == "str" and column in LITERALS:
            literals = LITERALS[column]
            options += [f"{{0}} <> {literals[0]}", f"{{0}} IN ({', '.join(literals)})", f"{{0}} = {literals[1]}"]
        return self.rng.choice(options).format(name)

    def where(self, table: Table, share: float = 0.5, dot: str = "") -> str:
        return f" WHERE {self.condition(table, dot)}" if self.rng.random() < share else ""

    def items(self, table: Table, dot: str = "", most: int = 4) -> list[str]:
        """Select items: columns as they are, under another name, and things made of them."""
        plain = self.some(list(table.kinds), most)
        items = [f"{dot}{one}" if self.rng.random() < 0.8 else f"{dot}{one} AS {self.fresh(one)}" for one in plain]
        made = [one for one in self.some(list(table.kinds), 2) if self.rng.random() < 0.6]
        return [*items, *(f"{self.expression(table, one, dot)} AS {self.fresh('made')}" for one in made)]


_EXPRESSIONS = {
    "int": (
        "{0} + 1", "{0} * 2", "{0} / 2", "{0} // 2", "{0} % 3", "-{0}", "abs({0})", "CAST({0} AS VARCHAR)",
        "coalesce({0}, 0)", "CASE WHEN {0} > 3 THEN 'big' WHEN {0} IS NULL THEN 'none' ELSE 'small' END",
        "CAST({0} AS DOUBLE)", "{0} || '!'", "round({0} / 3, 2)", "nullif({0}, 1)",
    ),
    "float": (
        "{0} * 1.5", "round({0}, 1)", "CAST({0} AS INTEGER)", "coalesce({0}, 0)", "floor({0})", "abs({0})",
        "CASE WHEN {0} > 2 THEN 1 ELSE 0 END", "CAST({0} AS VARCHAR)", "{0} / 3",
    ),
    "decimal": (
        "{0} * 2", "{0} + 1.25", "round({0}, 1)", "CAST({0} AS DOUBLE)", "coalesce({0}, 0)", "{0} / 4",
        "CASE WHEN {0} > 5 THEN 'dear' ELSE 'cheap' END", "CAST({0} AS VARCHAR)",
    ),
    "str": (
        "upper({0})", "lower({0})", "length({0})", "{0} || '-x'", "coalesce({0}, 'none')", "substr({0}, 1, 2)",
        "TRY_CAST({0} AS INTEGER)", "CASE {0} WHEN 'new' THEN 1 WHEN 'paid' THEN 2 ELSE 0 END",
        "replace({0}, 'e', '3')", "concat({0}, '/')", "{0} = 'late'",
    ),
    "date": (
        "{0} + INTERVAL 1 DAY", "date_trunc('month', {0})", "date_diff('day', DATE '2024-01-01', {0})", "year({0})",
        "{0} + 1", "CAST({0} AS VARCHAR)", "strftime({0}, '%d.%m.%Y')", "{0} - DATE '2024-01-01'",
        "extract(dow FROM {0})",
    ),
    "ts": (
        "{0} + INTERVAL 1 HOUR", "date_trunc('hour', {0})", "CAST({0} AS DATE)", "hour({0})",
        "date_diff('hour', TIMESTAMP '2024-02-27 00:00:00', {0})", "CAST({0} AS VARCHAR)",
    ),
    "bool": ("NOT {0}", "CASE WHEN {0} THEN 'yes' ELSE 'no' END", "coalesce({0}, false)", "CAST({0} AS INTEGER)"),
}  # fmt: skip
_EXPRESSIONS_SQLITE = {
    "int": ("{0} + 1", "{0} / 2", "{0} % 3", "abs({0})", "coalesce({0}, 0)", "{0} || '!'", "CAST({0} AS TEXT)"),
    "float": ("{0} * 1.5", "round({0}, 1)", "CAST({0} AS INTEGER)", "coalesce({0}, 0)"),
    "str": ("upper({0})", "length({0})", "{0} || '-x'", "substr({0}, 1, 2)", "coalesce({0}, 'none')", "{0} + 0"),
}
_CONDITIONS = {
    "int": ("{0} > 2", "{0} <= 5", "{0} BETWEEN 1 AND 9", "{0} IS NOT NULL", "{0} <> 3", "{0} IN (1, 2, 3, 5, 8)"),
    "float": ("{0} > 0.4", "{0} < 11", "{0} IS NOT NULL", "NOT {0} > 3"),
    "decimal": ("{0} > 2", "{0} <= 9.99", "{0} IS NOT NULL", "{0} <> 2.50"),
    "str": ("{0} IS NOT NULL", "{0} LIKE '%e%'", "length({0}) > 2", "{0} > 'c'", "{0} <> 'x'"),
    "date": ("{0} >= DATE '2024-02-28'", "{0} < '2024-03-02'", "{0} BETWEEN '2024-02-27' AND '2024-03-01'"),
    "ts": ("{0} >= TIMESTAMP '2024-02-28 12:00:00'", "{0} < '2024-03-01'", "CAST({0} AS DATE) <> '2024-02-29'"),
    "bool": ("{0}", "NOT {0}", "{0} IS NOT TRUE"),
}
_CONDITIONS_SQLITE = {
    "int": ("{0} > 2", "{0} <= 5", "{0} IS NOT NULL", "{0} <> 3", "{0} IN (1, 2, 3, 5)"),
    "float": ("{0} > 0.4", "{0} IS NOT NULL"),
    "str": ("{0} IS NOT NULL", "{0} LIKE '%e%'", "{0} > 'c'", "{0} <> 'x'"),
}

Shape = Callable[[Pen, Sequence[Table]], str]


def pick(pen: Pen, tables: Sequence[Table]) -> str:
    return f"SELECT {', '.join(pen.items(tables[0]))} FROM {tables[0].name}{pen.where(tables[0], 0.6)}"


def star(pen: Pen, tables: Sequence[Table]) -> str:
    table = tables[0]
    column = pen.rng.choice(list(table.kinds))
    made = f"{pen.expression(table, column)} AS {pen.fresh('made')}"
    options = ["*", f"*, {made}", f"{table.name}.*", f"{made}, *"]
    if not pen.sqlite:
        options += [f"* EXCLUDE ({column})", f"* REPLACE ({pen.expression(table, column)} AS {column})", "COLUMNS(*)"]
    return f"SELECT {pen.rng.choice(options)} FROM {table.name}{pen.where(table)}"


def group(pen: Pen, tables: Sequence[Table]) -> str:
    table = tables[0]
    keys = pen.some(table.of("str", "bool", "date", "int") or list(table.kinds), 2)
    sums = [
        f"{pen.rng.choice(('sum', 'avg', 'min', 'max', 'count'))}({one})" for one in pen.some(table.of(*NUMERIC), 2)
    ]
    others = [
        f"{pen.rng.choice(('min', 'max', 'count', 'count(DISTINCT'))}({one})" for one in pen.some(list(table.kinds), 2)
    ]
    others = [one.replace("DISTINCT(", "DISTINCT ") for one in others]
    made = [f"{one} AS {pen.fresh('agg')}" for one in ["count(*)", *sums, *others][: pen.rng.randint(1, 4)]]
    by = ", ".join(keys)
    if pen.rng.random() < 0.25:
        by = ", ".join(str(place + 1) for place in range(len(keys)))
    elif not pen.sqlite and pen.rng.random() < 0.2:
        by = "ALL"
    having = " HAVING count(*) > 1" if pen.rng.random() < 0.2 else ""
    return f"SELECT {', '.join([*keys, *made])} FROM {table.name}{pen.where(table, 0.3)} GROUP BY {by}{having}"


def total(pen: Pen, tables: Sequence[Table]) -> str:
    table = tables[0]
    numbers = table.of(*NUMERIC) or list(table.kinds)
    made = [f"{pen.rng.choice(('sum', 'max', 'count'))}({one}) AS {pen.fresh('agg')}" for one in pen.some(numbers, 3)]
    made = [one.replace("sum(", "max(") if table.kinds[numbers[0]] not in NUMERIC else one for one in made]
    return f"SELECT count(*) AS rows_there, {', '.join(made)} FROM {table.name}{pen.where(table)}"


def ranked(pen: Pen, tables: Sequence[Table]) -> str:
    table = tables[0]
    by, order = pen.rng.choice(list(table.kinds)), pen.rng.choice(list(table.kinds))
    number = pen.rng.choice(table.of(*NUMERIC) or [order])
    options = [f"rank() OVER (PARTITION BY {by} ORDER BY {order})", f"count(*) OVER (PARTITION BY {by})"]
    options += [f"max({number}) OVER (PARTITION BY {by})", f"dense_rank() OVER (ORDER BY {order} DESC)"]
    if table.kinds[number] in NUMERIC:
        options.append(f"sum({number}) OVER (PARTITION BY {by})")
    item = f"{pen.rng.choice(options)} AS {pen.fresh('win')}"
    rest = ", ".join(pen.some(list(table.kinds), 3))
    if not pen.sqlite and pen.rng.random() < 0.3:
        return f"SELECT {rest} FROM {table.name} QUALIFY rank() OVER (PARTITION BY {by} ORDER BY {order}) = 1"
    return f"SELECT {rest}, {item} FROM {table.name}{pen.where(table, 0.3)}"


def first_few(pen: Pen, tables: Sequence[Table]) -> str:
    table = tables[0]
    kept = pen.some(list(table.kinds), 3)
    by = ", ".join(str(place + 1) for place in range(len(kept))) if pen.rng.random() < 0.5 else ", ".join(kept)
    return f"SELECT DISTINCT {', '.join(kept)} FROM {table.name}{pen.where(table, 0.3)} ORDER BY {by} LIMIT 6"


def with_query(pen: Pen, tables: Sequence[Table]) -> str:
    table = tables[0]
    inner = pen.some(list(table.kinds), 5)
    inside = Table("base", {one: table.kinds[one] for one in inner})
    stars = "*" if pen.rng.random() < 0.3 else ", ".join(inner)
    rest = f"{', '.join(pen.items(inside))} FROM base{pen.where(inside)}"
    return f"WITH base AS (SELECT {stars} FROM {table.name}{pen.where(table, 0.4)}) SELECT {rest}"


def united(pen: Pen, tables: Sequence[Table]) -> str:
    table = tables[0]
    names = list(table.kinds)
    kept = ", ".join(pen.some(names))
    column = pen.rng.choice(names)
    plain = "*" if pen.rng.random() < 0.4 else kept
    halves = (f"SELECT {plain} FROM {table.name} WHERE {column} IS NOT NULL", f"SELECT {plain} FROM {table.name}")
    word = pen.rng.choice(("UNION ALL", "UNION") if pen.sqlite else ("UNION ALL", "UNION", "UNION ALL BY NAME"))
    if plain == "*" and pen.rng.random() < 0.4:
        halves = (halves[0], f"SELECT {', '.join(names)} FROM {table.name}")
    return f"{halves[0]} {word} {halves[1]}"


def joined(pen: Pen, tables: Sequence[Table]) -> str:
    one, other = tables[:2]
    shared = [name for name in one.kinds if name in other.kinds]
    key = pen.rng.choice(shared)
    word = pen.rng.choice(("JOIN", "LEFT JOIN"))
    how = pen.rng.random()
    if how < 0.15:
        others = [name for name in other.kinds if name not in one.kinds]
        items = ", ".join(dict.fromkeys([key, *pen.some(list(one.kinds), 2), *pen.some(others or [key], 2)]))
        return f"SELECT {items} FROM {one.name} NATURAL {word} {other.name}"
    if how < 0.45:
        return f"SELECT {_bare_items(pen, one, other, [key])} FROM {one.name} {word} {other.name} USING ({key})"
    on = f"{one.name}.{key} = {other.name}.{key}"
    if how < 0.7:
        return f"SELECT {_bare_items(pen, one, other, shared)} FROM {one.name} {word} {other.name} ON {on}"
    items = ", ".join(pen.items(one, "a."))
    extra = ", ".join(f"b.{name} AS {pen.fresh(name)}" for name in pen.some(list(other.kinds), 2))
    right = "b.*" if pen.rng.random() < 0.1 else extra
    filtered = pen.where(one, 0.3, "a.")
    return f"SELECT {items}, {right} FROM {one.name} a {word} {other.name} b ON a.{key} = b.{key}{filtered}"


def _bare_items(pen: Pen, one: Table, other: Table, shared: Sequence[str]) -> str:
    """Columns without a table in front: each stands in one of the two only, today."""
    left = [name for name in one.kinds if name not in other.kinds] or [f"{one.name}.{shared[0]} AS {pen.fresh('key')}"]
    right = [name for name in other.kinds if name not in one.kinds]
    return ", ".join([*pen.some(left, 3), *(pen.some(right, 3) if right else [])])


def counted(pen: Pen, tables: Sequence[Table]) -> str:
    one, other = tables[:2]
    key = pen.rng.choice([name for name in one.kinds if name in other.kinds])
    joined_ = f"FROM {one.name} a LEFT JOIN {other.name} b ON a.{key} = b.{key}"
    what = pen.rng.choice(list(other.kinds))
    counts = f"count(b.{what}) AS {pen.fresh('agg')}, count(*) AS {pen.fresh('agg')}"
    return f"SELECT a.{key}, {counts} {joined_} GROUP BY a.{key}"


def member(pen: Pen, tables: Sequence[Table]) -> str:
    one, other = tables[:2]
    key = pen.rng.choice([name for name in one.kinds if name in other.kinds])
    items = ", ".join(pen.items(one))
    word = pen.rng.choice(("IN", "NOT IN"))
    return f"SELECT {items} FROM {one.name} WHERE {key} {word} (SELECT {key} FROM {other.name}{pen.where(other, 0.7)})"


def correlated(pen: Pen, tables: Sequence[Table]) -> str:
    one, other = tables[:2]
    shared = [name for name in one.kinds if name in other.kinds]
    key = pen.rng.choice(shared)
    own = pen.rng.choice([name for name in one.kinds if name not in other.kinds] or [f"a.{key}"])
    what = pen.rng.choice(list(other.kinds))
    inner = f"FROM {other.name} b WHERE b.{key} = a.{key} AND {own} IS NOT NULL"
    if pen.rng.random() < 0.5:
        return f"SELECT {own}, (SELECT max(b.{what}) {inner}) AS {pen.fresh('sub')} FROM {one.name} a"
    word = pen.rng.choice(("EXISTS", "NOT EXISTS"))
    return f"SELECT {', '.join(pen.items(one, 'a.'))} FROM {one.name} a WHERE {word} (SELECT 1 {inner})"


def by_day(pen: Pen, tables: Sequence[Table]) -> str:
    """Over a window of partitions."""
    table = tables[0]
    key = pen.rng.choice(table.of("str", "int", "bool") or list(table.kinds))
    what = pen.rng.choice(list(table.kinds))
    most = f"count(*) AS {pen.fresh('agg')}, max({what}) AS {pen.fresh('agg')}"
    options = [
        f"SELECT {key}, {most} FROM {table.name} GROUP BY {key}",
        f"SELECT _partition AS part, count({what}) AS {pen.fresh('agg')} FROM {table.name} GROUP BY _partition",
        f"SELECT {', '.join(pen.items(table))} FROM {table.name}{pen.where(table)}",
        f"SELECT * FROM {table.name}{pen.where(table)}",
    ]
    return pen.rng.choice(options)


OF_ONE: tuple[Shape, ...] = (pick, pick, star, group, group, total, ranked, first_few, with_query, united)
OF_TWO: tuple[Shape, ...] = (joined, joined, joined, counted, member, correlated)
