"""Where a query still fits its tables and comes to something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.sql.binding_happenings import STRUCTURAL, Happening, happenings, with_only
from connectors.sql.binding_mentions import coarse_turns, speaks_of_unknown
from connectors.sql.binding_reading import Reading, frozen, read_again, read_bound
from connectors.sql.binding_types import duckdb_type
from connectors.sql.binding_values import Cause, Rows, Value
from connectors.sql.reads import UnreadableSqlError
from graph_model.contracts.entities import Column
from graph_model.impact.binding import Beside, Bound, Rebinding, Refused, Tables, Turn, TurnKind
from graph_model.schemas.types import read

_MOST_ALONE = 8
"""So many changes are looked at one by one, to say which of them a difference comes from."""


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    dialect: str
    before: Tables
    after: Tables
    beside: Mapping[str, Beside]

    def read(self, tables: Tables, told: Sequence[Happening] = ()) -> Reading:
        return read_bound(self.text, self.dialect, tables, told)


def judged(asked: Asked, before: Bound | Refused, after: Bound | Refused) -> Rebinding:
    """Both outcomes with all that can be told of their columns, and the turns if the query goes on."""
    told = happenings(asked.before, asked.after, asked.beside, asked.dialect)
    old, new = _reading(asked, asked.before, (), before), _reading(asked, asked.after, told, after)
    found = Rebinding(_told(before, old, asked, asked.before), _told(after, new, asked, asked.after))
    if isinstance(before, Refused) or isinstance(after, Refused):
        return found
    if old is None or new is None:
        return replace(found, turns=coarse_turns(asked.text, asked.dialect, told, before, after))
    turns = [*_structural(asked, told, old, new), *_of_causes(new)]
    return replace(found, turns=tuple(turns))


def _reading(asked: Asked, tables: Tables, told: Sequence[Happening], outcome: Bound | Refused) -> Reading | None:
    """None where our own reading of the text fails, or comes to other columns than the engine."""
    if isinstance(outcome, Refused):
        return None
    try:
        found = asked.read(tables, told) if told else read_again(asked.text, asked.dialect, frozen(tables))
    except (UnreadableSqlError, RecursionError):
        return None
    if len(found.rows.columns) != len(outcome.columns):
        return None
    return _renamed(found, [column.path for column in outcome.columns]) if found.inserts else found


def _renamed(reading: Reading, names: Sequence[str]) -> Reading:
    """With the columns called as where they go to."""
    values = [value for _, value in reading.rows.columns]
    rows = Rows(reading.rows.print, list(zip(names, values, strict=True)), reading.rows.causes)
    return replace(reading, rows=rows)


def _told(outcome: Bound | Refused, reading: Reading | None, asked: Asked, tables: Tables) -> Bound | Refused:
    """The columns of the engine; where one is passed on untouched, as its table declares it."""
    if isinstance(outcome, Refused):
        return outcome
    if reading is None:
        doubtful = speaks_of_unknown(asked.text, tables)
        return Bound(tuple(replace(one, type="unknown") for one in outcome.columns)) if doubtful else outcome
    pairs = zip(outcome.columns, reading.rows.columns, strict=True)
    return Bound(tuple(_column(column, value) for column, (_, value) in pairs))


def _column(column: Column, value: Value) -> Column:
    type = "unknown" if value.unknown else column.type
    is_same = duckdb_type(read(value.type)) is not None and duckdb_type(read(value.type)) == duckdb_type(read(type))
    if (value.leaf is not None and (is_same or column.type == "unknown")) or (type == "unknown" and not value.unknown):
        type = value.type
    return Column(column.path, type, value.nullable)


def _of_causes(reading: Reading) -> Iterator[Turn]:
    """The turns by what happens to columns that the query goes on to use as before."""
    rows = reading.rows
    for cause in sorted({*rows.causes, *(one for _, value in rows.columns for one in value.causes)}, key=_order):
        columns = frozenset(name for name, value in rows.columns if cause in value.causes)
        yield _turn(cause, columns, rows=cause in rows.causes)
    for null in sorted({null for _, value in rows.columns for null in value.nulls}, key=lambda one: one.text):
        columns = frozenset(name for name, value in rows.columns if null in value.nulls and value.leaf is None)
        if columns:
            text = f"{null.text}, and so may what is made of it"
            yield Turn(TurnKind.NULLS, text, null.table, null.column, columns)


def _turn(cause: Cause, columns: frozenset[str], *, rows: bool) -> Turn:
    happening = cause.happening
    text = f"{happening.text}, and the query goes by it in {cause.place}"
    return Turn(cause.kind, text, happening.table, happening.column, columns, rows)


def _order(cause: Cause) -> tuple[str, str, str]:
    return cause.kind, cause.happening.text, cause.place


def _structural(asked: Asked, told: Sequence[Happening], old: Reading, new: Reading) -> Iterator[Turn]:
    """The turns by columns that are new, gone or moved: what one of them alone makes is its own."""
    moved = [one for one in told if one.event in STRUCTURAL]
    difference = _Difference(old, new)
    if not moved or difference.is_none:
        return
    if len(moved) == 1:
        yield difference.turn(moved[0])
        return
    explained = False
    for happening in moved if len(moved) <= _MOST_ALONE else ():
        alone = _alone(asked, happening, old)
        if alone is not None and not alone.is_none:
            explained = True
            yield alone.turn(happening)
    if not explained:
        yield from (difference.turn(happening) for happening in moved)


def _alone(asked: Asked, happening: Happening, old: Reading) -> _Difference | None:
    try:
        found = asked.read(with_only(happening, asked.before, asked.after))
    except (UnreadableSqlError, RecursionError):
        return None
    if not old.inserts:
        return _Difference(old, found)
    if len(found.rows.columns) != len(old.rows.columns):
        return None
    return _Difference(old, _renamed(found, [name for name, _ in old.rows.columns]))


class _Difference:
    """What two readings of one text differ in."""

    def __init__(self, old: Reading, new: Reading) -> None:
        self._old, self._new = old, new
        before, after = _numbered(old), _numbered(new)
        self.columns = frozenset(name for (name, number), made in before.items() if after.get((name, number)) != made)
        self.columns |= frozenset(name for name, number in after if (name, number) not in before)
        self.remade = any(after.get(place, made) != made for place, made in before.items())
        self.rows = old.rows.print != new.rows.print
        self.moved = list(before) != list(after)

    @property
    def is_none(self) -> bool:
        return not (self.columns or self.rows or self.moved)

    def turn(self, happening: Happening) -> Turn:
        kind = self._kind()
        text = f"{happening.text}, and {_WORDS[kind]}"
        return Turn(kind, text, happening.table, happening.column, self.columns, self.rows or self._gathers())

    def _gathers(self) -> bool:
        """An aggregate over a name that another query binds belongs to that query, and makes one row of its rows."""
        old, new = self._old.resolved, self._new.resolved
        return any(place in self._new.aggregated and old.get(place) != new.get(place) for place in {*old, *new})

    def _kind(self) -> TurnKind:
        if self._old.joined_by != self._new.joined_by:
            return TurnKind.JOIN_KEY
        if self._old.resolved != self._new.resolved:
            return TurnKind.CAPTURED
        if self._new.by_position and (self.rows or self.remade):
            return TurnKind.POSITION
        return TurnKind.STAR


_WORDS = {
    TurnKind.JOIN_KEY: "tables are joined by other columns",
    TurnKind.CAPTURED: "a name without a table means another column",
    TurnKind.POSITION: "columns are taken by their place",
    TurnKind.STAR: "the query takes all columns there are",
}


def _numbered(reading: Reading) -> dict[tuple[str, int], str]:
    """How each column of the result is made; those of one name are told apart by their number."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], str] = {}
    for name, value in reading.rows.columns:
        found[name, seen[name]] = value.print
        seen[name] += 1
    return found
