"""What a set of changes leaves of the columns of one dataset: pure, and independent of the order in the set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from graph_model.impact.entities import ColumnChange, DropColumn, RenameColumn, RetypeColumn
from graph_model.schemas.types import STRING, UNKNOWN, Plain, kind, read
from graph_model.schemas.widening import Effect, effects


class ColumnHarm(IntEnum):
    """What happens to a column, the worse the higher."""

    TOUCHED = 1  # it is made from a column that changes
    REPLACED = 2  # its name now holds what was another column
    WIDENED = 3
    RETYPED = 4
    PART_CHANGED = 5  # something inside it changes
    NARROWED = 6
    GONE = 7


@dataclass(frozen=True, slots=True)
class ColumnOutcome:
    """What becomes of one column. `text` ends the sentence that its name begins; `to` is its new name, if any."""

    harm: ColumnHarm
    text: str
    to: str | None = None


def retyped(before: str | None, after: str) -> ColumnHarm | None:
    """How bad a change of type is; None when the type stays, or is only said more exactly (`integer`, then `int32`). A
    type that is not known before can be anything."""
    if before == after:
        return None
    old, new = read(before), read(after)
    done = effects(old, new)
    if UNKNOWN in (old, new) or done & {Effect.OTHER, Effect.MEMBER_DROPPED, Effect.UNSURE}:
        return ColumnHarm.NARROWED if old == STRING and new != UNKNOWN else ColumnHarm.RETYPED
    if done & {Effect.WIDER, Effect.MEMBER_ADDED}:
        return ColumnHarm.WIDENED
    return ColumnHarm.NARROWED if Effect.NARROWER in done and old != Plain(kind(new)) else None


def before_the_set(column: str, changes: Iterable[ColumnChange], known: Iterable[str]) -> str:
    """The name `column` has before the set: a name that only a rename of the set makes means the column it renames."""
    if column in set(known):
        return column
    renames = {change.to: change.column for change in changes if isinstance(change, RenameColumn)}
    return renames.get(column, column)


def outcomes(types: Mapping[str, str | None], changes: Sequence[ColumnChange]) -> dict[str, ColumnOutcome]:
    """What becomes of each column (by path, with its type) that a reader by its name would notice. All changes at once.

    The columns of `changes` are spelled as in `types`.
    """
    dropped = {change.column for change in changes if isinstance(change, DropColumn)}
    renamed = {
        change.column: change.to
        for change in changes
        if isinstance(change, RenameColumn) and change.column not in dropped
    }
    new_types = {
        before_the_set(change.column, changes, types): change.type
        for change in changes
        if isinstance(change, RetypeColumn)
    }
    now = {renamed.get(path, path): path for path in types if path not in dropped}
    found = {path: outcome for path in types if (outcome := _outcome(path, types, renamed, new_types, now)) is not None}
    return _with_nested(found, types)


def _outcome(
    path: str,
    types: Mapping[str, str | None],
    renamed: Mapping[str, str],
    new_types: Mapping[str, str],
    now: Mapping[str, str],
) -> ColumnOutcome | None:
    if path not in now:
        to = renamed.get(path)
        return ColumnOutcome(ColumnHarm.GONE, f"is renamed to {to}" if to else "is dropped", to)
    if now[path] != path:
        return ColumnOutcome(ColumnHarm.REPLACED, f"becomes what was {now[path]}")
    harm = retyped(types[path], new_types[path]) if path in new_types else None
    if harm is None:
        return None
    return ColumnOutcome(harm, f"changes its type from {types[path] or 'unknown'} to {new_types[path]}")


def _with_nested(found: Mapping[str, ColumnOutcome], paths: Iterable[str]) -> dict[str, ColumnOutcome]:
    """A column takes those inside it along; one inside it that changes is a part of it that does."""
    spread = dict(found)
    for path in paths:
        for changed, outcome in found.items():
            if path.startswith(f"{changed}.") and path not in found:
                spread[path] = ColumnOutcome(outcome.harm, f"is part of {changed}, which {outcome.text}")
            if changed.startswith(f"{path}.") and path not in found:
                spread[path] = ColumnOutcome(ColumnHarm.PART_CHANGED, f"holds {changed}, which {outcome.text}")
    return spread
