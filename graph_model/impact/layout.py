"""The columns of a dataset before and after a set of changes, in their order: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph_model.contracts.entities import Column, lies_in
from graph_model.impact.entities import (
    AddColumn,
    ChangeNullability,
    ColumnChange,
    DropColumn,
    RenameColumn,
    ReorderColumns,
    RetypeColumn,
)
from graph_model.schemas.types import kind, read


@dataclass(frozen=True, slots=True)
class Layout:
    """`came_from` says of each column there is after, by path, which one it was before; what is added is not in it."""

    before: tuple[Column, ...]
    after: tuple[Column, ...]
    came_from: Mapping[str, str] = field(default_factory=dict)

    @property
    def added(self) -> tuple[str, ...]:
        """The new top-level columns."""
        return tuple(path for path in top(self.after) if path not in self.came_from)

    @property
    def gone(self) -> tuple[str, ...]:
        """The top-level columns that are no longer there, under whatever name."""
        stays = set(self.came_from.values())
        return tuple(path for path in top(self.before) if path not in stays)

    @property
    def shifted(self) -> tuple[str, ...]:
        """The top-level columns, as they are called before, at whose place there is something else after."""
        now = [self.came_from.get(path) for path in top(self.after)]
        return tuple(path for place, path in enumerate(top(self.before)) if now[place : place + 1] != [path])

    @property
    def swapped(self) -> tuple[str, ...]:
        """The names that stay, at another place: columns moved, or took each other's names."""
        before, after = top(self.before), top(self.after)
        if set(before) != set(after):
            return ()
        return tuple(path for place, path in enumerate(before) if after[place] != path)

    @property
    def stays(self) -> bool:
        return self.before == self.after and all(new == old for new, old in self.came_from.items())


def top(columns: Iterable[Column]) -> tuple[str, ...]:
    """The top-level columns, in their order."""
    return tuple(dict.fromkeys(column.path.partition(".")[0] for column in columns))


def laid_out(columns: Sequence[Column], changes: Sequence[ColumnChange]) -> Layout:
    """What a set of changes leaves of these columns. All changes at once; they spell columns as `columns` does."""
    dropped = [change.column for change in changes if isinstance(change, DropColumn)]
    after: list[Column] = []
    came_from: dict[str, str] = {}
    for column in columns:
        if any(lies_in(column.path, one) for one in dropped):
            continue
        now = _changed(column, changes)
        after.append(now)
        came_from[now.path] = column.path
    after = _in_new_order(after, came_from, changes)
    return Layout(tuple(columns), tuple(_with_added(after, changes)), came_from)


def _changed(column: Column, changes: Sequence[ColumnChange]) -> Column:
    now = column
    for change in changes:
        if isinstance(change, RetypeColumn) and change.column == column.path:
            now = replace(now, type=change.type)
        elif isinstance(change, ChangeNullability) and change.column == column.path:
            now = replace(now, nullable=change.nullable)
        elif isinstance(change, (DropColumn, RenameColumn, RetypeColumn)) and _is_inside(change.column, column.path):
            now = replace(now, type=kind(read(column.type)))  # what exactly is left of it is not worked out
    return replace(now, path=_renamed(column.path, changes))


def _is_inside(path: str, outer: str) -> bool:
    return path != outer and lies_in(path, outer)


def _renamed(path: str, changes: Sequence[ColumnChange]) -> str:
    """With what it lies in: the innermost rename is said of the name that holds before the set."""
    renames = {change.column: change.to for change in changes if isinstance(change, RenameColumn)}
    if path in renames:
        return renames[path]
    outer, dot, name = path.rpartition(".")
    return f"{_renamed(outer, changes)}.{name}" if dot else path


def _in_new_order(after: list[Column], came_from: Mapping[str, str], changes: Sequence[ColumnChange]) -> list[Column]:
    places = {
        name: place
        for change in changes
        if isinstance(change, ReorderColumns)
        for place, name in enumerate(change.columns)
    }

    def place(column: Column) -> int:
        names = (one.partition(".")[0] for one in (came_from[column.path], column.path))
        return next((places[name] for name in names if name in places), len(places))

    return sorted(after, key=place) if places else after


def _with_added(after: Sequence[Column], changes: Sequence[ColumnChange]) -> list[Column]:
    """The added columns that say a position come there, the lower one first; the others come last, by name."""
    added = sorted(
        (change for change in changes if isinstance(change, AddColumn)),
        key=lambda change: (change.position is None, change.position or 0, change.column),
    )
    found = list(after)
    for change in added:
        names = top(found)
        new = Column(change.column, change.type, change.nullable)
        if change.position is None or change.position >= len(names):
            found.append(new)
            continue
        behind = names[change.position]
        at = next(index for index, column in enumerate(found) if lies_in(column.path, behind))
        found.insert(at, new)
    return found


def between(before: Sequence[Column], after: Sequence[Column]) -> Layout:
    """The layout of a dataset whose columns are known by their names only: what keeps its name is the same column."""
    there = {column.path.lower(): column.path for column in before}
    came_from = {column.path: there[column.path.lower()] for column in after if column.path.lower() in there}
    return Layout(tuple(before), tuple(after), came_from)
