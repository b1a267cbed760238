"""What the sources of drawn estates hold: a few kinds of tables that share keys, with nulls, doubles and odd values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

from connectors.storage.arrow_types import to_arrow
from graph_model.contracts.entities import Column
from graph_model.schemas.types import parse

Draw = Callable[[Random, int], Any]
CUSTOMERS = range(1, 9)
ITEMS = ("bolt", "nut", "gear", "Gear", "belt", "é-clip")
REGIONS = ("north", "south", "east", "west")
STATUSES = ("new", "paid", "sent", "void")
FIRST_DAY = dt.date(2024, 2, 27)


@dataclass(frozen=True, slots=True)
class Kind:
    """A column that sources may have. `shared`: other tables have it too, and it joins them."""

    name: str
    types: tuple[str, ...]
    draw: Draw
    nulls: float = 0.0
    shared: bool = False


def _day(rng: Random, _: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=rng.randrange(6))


def _moment(rng: Random, _: int) -> dt.datetime:
    first = dt.datetime(2024, 2, 27, rng.randrange(24), rng.choice((0, 15, 59)), 7)  # noqa: DTZ001  a wall clock
    return first + dt.timedelta(days=rng.randrange(5))


def _one_of(*values: Any) -> Draw:
    return lambda rng, _: rng.choice(values)


CUSTOMER = Kind("customer_id", ("int64", "int32"), lambda rng, _: rng.choice(CUSTOMERS), shared=True)
ITEM = Kind("item", ("string",), _one_of(*ITEMS), shared=True)
REGION = Kind("region", ("string",), _one_of(*REGIONS), shared=True)
DAY = Kind("day", ("date",), _day, shared=True)
STATUS = Kind("status", ("string",), _one_of(*STATUSES))
QTY = Kind("qty", ("int32", "int64"), _one_of(0, 1, 2, 3, 5, 9, 10, 100, 255, -4))
PRICE = Kind(
    "price", ("float64", "decimal(10,2)"), lambda rng, _: Decimal(rng.choice((0, 199, 250, 999, 12345))) / 100, 0.15
)
AMOUNT = Kind("amount", ("decimal(10,2)", "float64"), lambda rng, _: Decimal(rng.randrange(-500, 90000)) / 100, 0.1)
NOTE = Kind("note", ("string",), _one_of("", "late", "Late", "a,b", 'say "x"', "ok"), 0.3)
CODE = Kind("code", ("string",), _one_of("7", "007", "10", "9", "42"), 0.1)
FLAG = Kind("flag", ("boolean",), _one_of(True, False), 0.2)
AT = Kind("at", ("timestamp(us)",), _moment, 0.1)
SCORE = Kind("score", ("float64",), _one_of(0.0, 0.5, -1.25, 3.0, 1e6, 2.75), 0.2)
GRADE = Kind("grade", ("int32", "int16"), _one_of(1, 2, 3, 4, 300), 0.2)
NAME = Kind("name", ("string",), _one_of("Ann", "Bob", "ann", "Zoë", "Eve"), 0.1)
WEIGHT = Kind("weight", ("float64",), _one_of(0.1, 2.5, 10.0, 0.0), 0.1)
TOTAL = Kind("total", ("int64",), _one_of(10, 20, 5_000_000_000, 7), 0.1)


def numbered(name: str) -> Kind:
    return Kind(name, ("int64", "int32"), lambda _, place: place + 1)


SUBJECTS: dict[str, tuple[Kind, tuple[Kind, ...]]] = {
    "orders": (
        numbered("order_id"),
        (CUSTOMER, ITEM, QTY, PRICE, STATUS, DAY, NOTE, AT, CODE, FLAG, REGION, TOTAL),
    ),
    "customers": (numbered("customer_id"), (NAME, REGION, SCORE, FLAG, DAY, GRADE, STATUS, NOTE)),
    "items": (Kind("item", ("string",), lambda _, place: ITEMS[place]), (WEIGHT, PRICE, GRADE, CODE, NOTE, QTY)),
    "events": (numbered("event_id"), (CUSTOMER, STATUS, AT, AMOUNT, DAY, REGION, FLAG, GRADE, QTY)),
    "regions": (Kind("region", ("string",), lambda _, place: REGIONS[place]), (SCORE, DAY, GRADE, TOTAL, NAME)),
}
"""Each has a key, and columns of which some are drawn."""
_MOST_ROWS = {"items": len(ITEMS), "regions": len(REGIONS), "customers": 8}


def draw_columns(rng: Random, subject: str) -> list[tuple[Kind, str, bool]]:
    """Kinds with the type drawn for each, and whether values may be missing; the key is the first."""
    key, others = SUBJECTS[subject]
    kept = rng.sample(others, rng.randint(3, min(7, len(others))))
    drawn = [(kind, rng.choice(kind.types), bool(kind.nulls) or rng.random() < 0.2) for kind in kept]
    return [(key, rng.choice(key.types), False), *drawn]


def draw_rows(rng: Random, subject: str, columns: list[tuple[Kind, str, bool]], *, csv: bool = False) -> pa.Table:
    """Rows whose order says nothing. Texts of a file cannot hold an empty text beside a missing one."""
    count = min(_MOST_ROWS.get(subject, 99), rng.randint(12, 26))
    drawn = {
        kind.name: _column(rng, kind, type_, count=count, nullable=nullable, csv=csv)
        for kind, type_, nullable in columns
    }
    return pa.table(drawn)


def arrow_type(text: str) -> pa.DataType:
    return to_arrow(parse(text)).value


def columns_of(columns: list[tuple[Kind, str, bool]]) -> tuple[Column, ...]:
    return tuple(Column(kind.name, type_, nullable=nullable) for kind, type_, nullable in columns)


def _column(rng: Random, kind: Kind, type_: str, *, count: int, nullable: bool, csv: bool) -> pa.Array:
    values = [kind.draw(rng, place) for place in range(count)]
    nulls = (kind.nulls or 0.1) if nullable else 0.0
    values = [None if rng.random() < nulls or (csv and value == "") else value for value in values]
    if type_.startswith(("float", "number")):
        values = [None if value is None else float(value) for value in values]
    return pa.array(values, arrow_type(type_))
