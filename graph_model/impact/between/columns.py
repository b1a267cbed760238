"""The changes that make one list of columns of another: pure.

Changes speak of names as they are before. A column is known again by its path, or by a rename that the newer list
declares (`renamed_from`); without one, a column that is called otherwise is another column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graph_model.contracts.entities import Column
from graph_model.impact.entities import (
    AddColumn,
    Change,
    ChangeDefault,
    ChangeMeaning,
    ChangeNullability,
    DropColumn,
    RenameColumn,
    ReorderColumns,
    RetypeColumn,
)
from graph_model.names import Name
from graph_model.schemas.renames import origins

NOT_KNOWN = "unknown"


def between_columns(
    dataset: Name, before: Sequence[Column], after: Sequence[Column], *, ordered: bool = True
) -> tuple[Change, ...]:
    """What happened to the columns. A list without columns says nothing, so that nothing is known to change.

    A position is that among all top-level columns afterwards. `ordered` False: the order of the lists means nothing.
    """
    if not before or not after:
        return ()
    came_from = columns_kept(before, after)
    old = {column.path: column for column in before}
    places = _places(after, came_from) if ordered else {}
    kept = [(old[came_from[column.path]], column) for column in after if column.path in came_from]
    return (
        *_dropped(dataset, old, came_from),
        *_renamed(dataset, came_from),
        *(change for pair in kept for change in _changed(dataset, *pair)),
        *(_added(dataset, column, places) for column in after if column.path not in came_from),
        *(_reordered(dataset, before, after, came_from) if ordered else ()),
    )


def columns_kept(before: Sequence[Column], after: Sequence[Column]) -> dict[str, str]:
    """By path in `after`, the path that the same column has in `before`; new columns are left out."""
    renames = frozenset((column.renamed_from, column.path) for column in after if column.renamed_from)
    return origins([column.path for column in before], [column.path for column in after], renames)


def _dropped(dataset: Name, old: Mapping[str, Column], came_from: Mapping[str, str]) -> Iterator[Change]:
    """What lies inside a column that is dropped goes with it."""
    left = set(came_from.values())
    for path in old:
        if path not in left and (_outer(path) not in old or _outer(path) in left):
            yield DropColumn(dataset, path)


def _renamed(dataset: Name, came_from: Mapping[str, str]) -> Iterator[Change]:
    """What lies inside a column that is renamed is renamed with it."""
    for path, former in came_from.items():
        if path != former and not _moved_along(path, former, came_from):
            yield RenameColumn(dataset, former, path)


def _moved_along(path: str, former: str, came_from: Mapping[str, str]) -> bool:
    same_leaf = path.rpartition(".")[2] == former.rpartition(".")[2]
    return same_leaf and bool(_outer(path)) and came_from.get(_outer(path)) == _outer(former)


def _changed(dataset: Name, before: Column, after: Column) -> Iterator[Change]:
    if before.type != after.type and NOT_KNOWN not in (before.type, after.type):
        yield RetypeColumn(dataset, before.path, after.type)
    if before.nullable != after.nullable:
        yield ChangeNullability(dataset, before.path, after.nullable)
    if before.default != after.default:
        yield ChangeDefault(dataset, before.path, after.default)
    if before.meaning != after.meaning and after.meaning:
        yield ChangeMeaning(dataset, before.path, after.meaning)


def _added(dataset: Name, column: Column, places: Mapping[str, int]) -> Change:
    return AddColumn(dataset, column.path, column.type, column.nullable, column.default, places.get(column.path))


def _places(after: Sequence[Column], came_from: Mapping[str, str]) -> dict[str, int]:
    """Where new top-level columns stand, but for a single one that comes last."""
    top = [column.path for column in after if not _outer(column.path)]
    last = max((place for place, path in enumerate(top) if path in came_from), default=-1)
    least = last if len(top) - last == 2 else len(top)
    return {path: place for place, path in enumerate(top) if path not in came_from and place < least}


def _reordered(
    dataset: Name, before: Sequence[Column], after: Sequence[Column], came_from: Mapping[str, str]
) -> Iterator[Change]:
    """Only what stays has an order before and after."""
    now = [came_from[column.path] for column in after if column.path in came_from]
    now = [path for path in now if not _outer(path)]
    stays = set(now)
    if now != [column.path for column in before if column.path in stays]:
        yield ReorderColumns(dataset, tuple(now))


def _outer(path: str) -> str:
    return path.rpartition(".")[0]
