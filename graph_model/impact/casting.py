"""Whether new SQL casts a column that got another type back to the one it had, and does nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from graph_model.impact.entities import FlowChange, RetypeColumn
from graph_model.impact.renaming import reads_through, tokens
from graph_model.schemas.types import STRING, Decimal, Float, Integer, read
from graph_model.schemas.types import kind as kind_of

_CASTS = ("cast", "try_cast")
_SPELLED_OUT = frozenset({"integer", "number", "decimal", "boolean", "date"})


def survives(old: str, new: str) -> bool:
    """Whether each value of a type comes back from another one as it was: numbers, days and yes or no from a text that
    spells them, whole numbers from what has room for all of their digits."""
    before, after = read(old), read(new)
    if after == STRING:
        return kind_of(before) in _SPELLED_OUT
    if isinstance(before, Integer):
        return _has_room(before, after)
    if isinstance(before, Decimal) and isinstance(after, Decimal):
        return after.scale >= before.scale and after.precision - after.scale >= before.precision - before.scale
    return isinstance(before, Float) and isinstance(after, Float) and after.bits >= before.bits


def _has_room(before: Integer, after: object) -> bool:
    if isinstance(after, Integer):
        return after.bits >= before.bits and after.signed == before.signed
    if isinstance(after, Decimal):
        return after.precision - after.scale >= len(str(2**before.bits))
    return isinstance(after, Float) and before.bits <= after.bits // 2


def only_retypes(changes: Sequence[FlowChange]) -> tuple[RetypeColumn, ...]:
    """The changes, if nothing but types changes; else none."""
    retypes = tuple(one for one in changes if isinstance(one, RetypeColumn))
    return retypes if len(retypes) == len(changes) else ()


def coming_back(types: Mapping[str, str], changes: Sequence[FlowChange]) -> frozenset[str]:
    """The columns that get another type from which all values come back; none, if anything but types changes."""
    return frozenset(one.column for one in only_retypes(changes) if survives(types.get(one.column, ""), one.type))


def raises(view: str, columns: Collection[str]) -> bool:
    """Whether a view of `casting_view` fails on a value of some columns that does not come back, and does not leave it
    out."""
    return any(f" cast ( {column.lower()} as " in f" {view} " for column in columns)


def casting_view(before: str, after: str, table: str, columns: Sequence[str], retyped: Collection[str]) -> str:
    """The subquery `SELECT id, CAST(price AS DOUBLE) AS price FROM orders` through which the new text reads a table, if
    it is the old text over that and nothing else; empty: it is not. All `columns` must be in it, in their order, and
    those that are `retyped` must be cast."""
    words = tokens(after)
    for place, word in enumerate(words):
        if word == "(" and words[place + 1 : place + 2] == ["select"]:
            view = _view_at(words, place, table.lower(), [one.lower() for one in columns], retyped)
            if view and reads_through(before, after, {table.lower(): view}):
                return " ".join(view[1:-1])
    return ""


def _view_at(
    words: Sequence[str], start: int, table: str, columns: Sequence[str], retyped: Collection[str]
) -> list[str]:
    """The words of the subquery that starts here; none: it is another one."""
    cast, place = {one.lower() for one in retyped}, start + 2
    for number, column in enumerate(columns):
        if number and words[place : place + 1] != [","]:
            return []
        place += bool(number)
        end = _cast_at(words, place, column) if column in cast else place + (words[place : place + 1] == [column])
        if end == place:
            return []
        place = end
    if list(words[place : place + 3]) != ["from", table, ")"]:
        return []
    return list(words[start : place + 3])


def _cast_at(words: Sequence[str], place: int, column: str) -> int:
    """Where the cast of a column under its own name, which starts here, ends; `place` itself: there is none."""
    head = list(words[place : place + 4])
    if len(head) < 4 or head[0] not in _CASTS or head[1:] != ["(", column, "as"]:
        return place
    depth, end = 1, place + 4
    while end < len(words) and depth:
        depth += (words[end] == "(") - (words[end] == ")")
        end += 1
    return end + 2 if list(words[end : end + 2]) == ["as", column] else place
