"""How two schemas differ, in sentences, and how much that means: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph_model.contracts.entities import Column
from graph_model.schemas.entities import ChangeClass, ColumnChange, Difference
from graph_model.schemas.renames import Renames, origins
from graph_model.schemas.types import read
from graph_model.schemas.widening import Effect, effects

NO_RENAMES: Renames = frozenset()


def difference(before: Sequence[Column], after: Sequence[Column], renames: Renames = NO_RENAMES) -> Difference:
    """What a reader of `before` finds changed in `after`, in the order of its columns; what is gone comes first."""
    old, new = {column.path: column for column in before}, {column.path: column for column in after}
    came_from = origins(list(old), list(new), renames)
    found = [*_gone(old, came_from), *_there(old, new, came_from)]
    if not found and [path for path in old if path in new] != [path for path in new if path in old]:
        found = [ColumnChange("", ChangeClass.PATCH, "the columns stand in another order")]
    return Difference(tuple(found))


def _gone(old: dict[str, Column], came_from: dict[str, str]) -> Iterator[ColumnChange]:
    left = set(came_from.values())
    gone = {path for path in old if path not in left}
    for path in old:
        if path in gone and _parent(path) not in gone:
            yield ColumnChange(path, ChangeClass.MAJOR, f"{path} is gone")


def _there(old: dict[str, Column], new: dict[str, Column], came_from: dict[str, str]) -> Iterator[ColumnChange]:
    for path, column in new.items():
        if path not in came_from:
            if _parent(path) not in new or _parent(path) in came_from:
                yield ColumnChange(path, ChangeClass.MINOR, f"{path} is new")
            continue
        before = came_from[path]
        if before != path and came_from.get(_parent(path)) != _parent(before):
            yield ColumnChange(path, ChangeClass.MAJOR, f"{before} is called {path} now")
        yield from _changed(old[before], column)


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _changed(before: Column, after: Column) -> Iterator[ColumnChange]:
    done = effects(read(before.type), read(after.type))
    if done:
        change, how = _judged(done)
        text = f"{after.path} is {after.type} and was {before.type}{how}"
        yield ColumnChange(after.path, change, text)
    if after.nullable and not before.nullable:
        yield ColumnChange(after.path, ChangeClass.MAJOR, f"{after.path} may be empty and never was")
    if before.nullable and not after.nullable:
        yield ColumnChange(after.path, ChangeClass.PATCH, f"{after.path} is never empty any more")


def _judged(done: frozenset[Effect]) -> tuple[ChangeClass, str]:
    if Effect.OTHER in done:
        return ChangeClass.MAJOR, ": another kind of value"
    if Effect.MEMBER_DROPPED in done:
        return ChangeClass.MAJOR, ": something inside is gone"
    if Effect.WIDER in done:
        return ChangeClass.MINOR, ", which held less"
    if Effect.MEMBER_ADDED in done:
        return ChangeClass.MINOR, ": there is more inside"
    return ChangeClass.PATCH, ", which held more" if Effect.NARROWER in done else ""
