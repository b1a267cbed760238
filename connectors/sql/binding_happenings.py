"""What happens to the columns of the tables that a query reads, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from connectors.sql.binding_types import duckdb_type, top_level
from graph_model.contracts.entities import Column
from graph_model.impact.binding import Beside, Tables, Values
from graph_model.schemas.types import UNKNOWN, DataType, kind, read


class Event(Enum):
    ADDED = auto()
    DROPPED = auto()
    MOVED = auto()
    RETYPED = auto()
    NULLABLE = auto()
    NO_KEY = auto()
    VALUES = auto()


@dataclass(frozen=True, slots=True)
class Happening:
    """`old` and `new` are types, of what is RETYPED; `values` are those that may occur, of what has other VALUES.
    `fits`: the new type holds all values that are there."""

    event: Event
    table: str
    column: str
    old: DataType = UNKNOWN
    new: DataType = UNKNOWN
    values: Values = (None, None)
    fits: bool = False

    @property
    def text(self) -> str:
        """The beginning of a sentence."""
        name = f"{self.table}.{self.column}"
        if self.event is Event.RETYPED:
            return f"{name} turns from {self.old} to {self.new}"
        return f"{name} {_WORDS[self.event]}"


_WORDS = {
    Event.ADDED: "is new",
    Event.DROPPED: "is gone",
    Event.MOVED: "is at another place",
    Event.NULLABLE: "may be missing",
    Event.NO_KEY: "is no key any more",
    Event.VALUES: "has other values",
}
STRUCTURAL = (Event.ADDED, Event.DROPPED, Event.MOVED)


def happenings(before: Tables, after: Tables, beside: Mapping[str, Beside], dialect: str) -> tuple[Happening, ...]:
    found: list[Happening] = []
    for table, columns in before.items():
        besides = beside.get(table, Beside())
        of_columns = _of_columns(table, top_level(columns), top_level(after.get(table, ())), dialect)
        found += [replace(one, fits=one.column in besides.fitting) for one in of_columns]
        found += _of_promises(table, besides)
    return tuple(found)


def with_only(happening: Happening, before: Tables, after: Tables) -> Tables:
    """The tables as if nothing else happened to the columns than this."""
    return {
        name: _alone(happening, top_level(columns), top_level(after[name])) if name == happening.table else columns
        for name, columns in before.items()
    }


def _of_columns(table: str, before: Sequence[Column], after: Sequence[Column], dialect: str) -> Iterator[Happening]:
    old, new = ({one.path: one for one in columns} for columns in (before, after))
    yield from (Happening(Event.DROPPED, table, path) for path in old if path not in new)
    yield from (Happening(Event.ADDED, table, path) for path in new if path not in old)
    stayed = [path for path in old if path in new]
    order = [path for path in new if path in old]
    yield from (Happening(Event.MOVED, table, path) for path, now in zip(stayed, order, strict=True) if path != now)
    for path in stayed:
        types = read(old[path].type), read(new[path].type)
        if not _alike(*types, dialect):
            yield Happening(Event.RETYPED, table, path, *types)
        if new[path].nullable and not old[path].nullable:
            yield Happening(Event.NULLABLE, table, path)


def _of_promises(table: str, beside: Beside) -> Iterator[Happening]:
    yield from (Happening(Event.NO_KEY, table, column) for column in beside.lost_key)
    for column, values in beside.values.items():
        yield Happening(Event.VALUES, table, column, values=values)


def _alike(old: DataType, new: DataType, dialect: str) -> bool:
    """Whether the engine makes one and the same of both."""
    if old == new:
        return True
    if dialect == "sqlite":  # which knows no widths
        return kind(old) == kind(new) and kind(old) in ("integer", "number", "decimal", "string")
    return duckdb_type(old) is not None and duckdb_type(old) == duckdb_type(new)


def _alone(happening: Happening, before: Sequence[Column], after: Sequence[Column]) -> list[Column]:
    if happening.event is Event.DROPPED:
        return [one for one in before if one.path != happening.column]
    paths = [one.path for one in after]
    column = next(one for one in after if one.path == happening.column)
    kept = [one for one in before if one.path != happening.column]
    kept.insert(paths.index(happening.column), column)
    return kept
