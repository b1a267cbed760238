"""What a set of changes leaves of the columns of one dataset: pure, and independent of the order in the set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from graph_model.contracts.entities import Column
from graph_model.impact.binding import Beside, Values
from graph_model.impact.entities import (
    AddColumn,
    ChangeAllowedValues,
    ChangeDefault,
    ChangeKey,
    ChangeMeaning,
    ChangeNullability,
    ColumnChange,
    DropColumn,
    FlowChange,
    RenameColumn,
    RetypeColumn,
)
from graph_model.schemas.types import STRING, UNKNOWN, Integer, Plain, Timestamp, kind, read
from graph_model.schemas.widening import Effect, effects


class ColumnHarm(IntEnum):
    """What happens to a column, the worse the higher."""

    TOUCHED = 1  # it is made from a column that changes
    OTHER_VALUES = 2  # it is called the same and means the same, and holds other values
    MAY_BE_MISSING = 3
    MEANS_OTHER = 4
    REPLACED = 5  # its name now holds what was another column
    WIDENED = 6
    RETYPED = 7
    AMBIGUOUS = 8  # another column is called the same but for upper and lower case
    PART_CHANGED = 9  # something inside it changes
    NARROWED = 10
    GONE = 11


class Likeness(IntEnum):
    """How much a new type has of the old one."""

    OTHER = 0
    FAMILY = 1  # both are numbers
    KIND = 2  # both are whole numbers, or points in time; only width or precision differ


@dataclass(frozen=True, slots=True)
class ColumnOutcome:
    """What becomes of one column. `text` ends the sentence that its name begins; `to` is its new name, if any.

    `values`: they may be other ones. A name that goes, or a type that only gets wider, leaves them as they are.
    `likeness` is that of a new type, be it of another column that takes the name. `tight`: the type holds the values
    that are there, and has no room for what code may make of them. `shown`: False where the new type is not known,
    since the values of a text show it.
    """

    harm: ColumnHarm
    text: str
    to: str | None = None
    values: bool = True
    likeness: Likeness = Likeness.OTHER
    tight: bool = False
    shown: bool = True


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


_NUMBERS = frozenset({"integer", "number", "decimal"})


def likeness(before: str | None, after: str) -> Likeness:
    """An instant is another kind than what a clock on some wall said."""
    old, new = read(before), read(after)
    one, other = kind(old), kind(new)
    if isinstance(old, Timestamp) and isinstance(new, Timestamp) and (old.zone is None) != (new.zone is None):
        return Likeness.OTHER
    if one == other and one not in ("unknown", "object", "array"):
        return Likeness.KIND
    return Likeness.FAMILY if {one, other} <= _NUMBERS else Likeness.OTHER


def before_the_set(column: str, changes: Iterable[ColumnChange], known: Iterable[str]) -> str:
    """The name `column` has before the set: a name that only a rename of the set makes means the column it renames.
    Columns that give their names to each other all had one before, also where the schema is not known."""
    if column in set(known):
        return column
    renames = {change.to: change.column for change in changes if isinstance(change, RenameColumn)}
    return column if _comes_round(column, renames) else renames.get(column, column)


def _comes_round(column: str, renames: Mapping[str, str]) -> bool:
    """`renames`: old names by new ones."""
    met, at = set[str](), renames.get(column)
    while at is not None and at not in met:
        if at == column:
            return True
        met.add(at)
        at = renames.get(at)
    return False


def outcomes(
    types: Mapping[str, str | None], changes: Sequence[ColumnChange], fitting: Mapping[str, str] | None = None
) -> dict[str, ColumnOutcome]:
    """What becomes of each column (by path, with its type) that a reader by its name would notice. All changes at once.

    The columns of `changes` are spelled as in `types`. `fitting`: those of which the new type holds all values that are
    there, with the narrowest one that does so.
    """
    found: dict[str, ColumnOutcome] = {}
    of_types = _of_types(types, changes, fitting or {})
    for path, outcome in (*_of_names(types, changes), *of_types, *_of_values(types, changes)):
        before = found.get(path)
        worst = outcome if before is None or outcome.harm > before.harm else before
        values = outcome.values or (before is not None and before.values)
        typed = [one.likeness for one in (before, outcome) if one is not None and one.harm in _OF_TYPE]
        tight = outcome.tight or (before is not None and before.tight)
        found[path] = replace(worst, values=values, likeness=min(typed, default=Likeness.OTHER), tight=tight)
    return _with_nested(found, types)


_OF_TYPE = frozenset({ColumnHarm.REPLACED, ColumnHarm.WIDENED, ColumnHarm.RETYPED, ColumnHarm.NARROWED})


def _of_names(types: Mapping[str, str | None], changes: Sequence[ColumnChange]) -> Iterator[tuple[str, ColumnOutcome]]:
    """What each name means after the set."""
    dropped = {change.column for change in changes if isinstance(change, DropColumn)}
    renamed = _renames(changes, dropped)
    added = {change.column: change for change in changes if isinstance(change, AddColumn)}
    now = {renamed.get(path, path): path for path in types if path not in dropped}
    retypes = (change for change in changes if isinstance(change, RetypeColumn))
    new_types = {before_the_set(change.column, changes, types): change.type for change in retypes}
    for path in types:
        to = renamed.get(path)
        if path in added and now.get(path) != path:
            yield path, _added_anew(types[path], added[path])
        elif path not in now:
            yield path, ColumnOutcome(ColumnHarm.GONE, f"is renamed to {to}" if to else "is dropped", to, values=False)
        elif now[path] != path:
            alike = likeness(types[path], new_types.get(now[path]) or types[now[path]] or "unknown")
            yield path, ColumnOutcome(ColumnHarm.REPLACED, f"becomes what was {now[path]}", likeness=alike)
    new = [*added, *renamed.values()]
    for path, was in now.items():
        twins = [name for name in new if name != path and name.lower() == path.lower()]
        if twins and was == path:
            yield path, ColumnOutcome(ColumnHarm.AMBIGUOUS, f"gets a namesake, {twins[0]}", values=False)


def _renames(changes: Iterable[ColumnChange], dropped: Iterable[str]) -> dict[str, str]:
    gone = set(dropped)
    return {
        change.column: change.to for change in changes if isinstance(change, RenameColumn) and change.column not in gone
    }


def _added_anew(before: str | None, change: AddColumn) -> ColumnOutcome:
    harm = retyped(before, change.type)
    text = "is dropped and added anew"
    return ColumnOutcome(max(harm or ColumnHarm.REPLACED, ColumnHarm.REPLACED), text)


def _of_types(
    types: Mapping[str, str | None], changes: Sequence[ColumnChange], fitting: Mapping[str, str]
) -> Iterator[tuple[str, ColumnOutcome]]:
    for change in changes:
        if not isinstance(change, RetypeColumn):
            continue
        path = before_the_set(change.column, changes, types)
        before = types.get(path)
        harm = retyped(before, change.type)
        if harm is not None:
            yield path, _of_type(before or "unknown", change.type, harm, fitting.get(path, ""))


def _of_type(before: str, after: str, harm: ColumnHarm, narrowest: str) -> ColumnOutcome:
    text, alike = f"changes its type from {before} to {after}", likeness(before, after)
    if harm is not ColumnHarm.WIDENED and narrowest:
        told = f"{text}, which holds all values that are there"
        tight = not has_room(after, narrowest)
        return ColumnOutcome(ColumnHarm.WIDENED, told, values=False, likeness=alike, tight=tight)
    shown = after != "unknown"
    return ColumnOutcome(harm, text, values=harm is not ColumnHarm.WIDENED, likeness=alike, shown=shown)


def has_room(after: str, narrowest: str) -> bool:
    """Whether a number of this type has room for what code makes of its values as well: of whole ones, for twice their
    length, and for their opposites."""
    new, least = read(after), read(narrowest)
    if not isinstance(new, Integer) or not isinstance(least, Integer):
        return True
    return new.signed and new.bits >= 2 * least.bits


def _of_values(types: Mapping[str, str | None], changes: Sequence[ColumnChange]) -> Iterator[tuple[str, ColumnOutcome]]:
    for change in changes:
        if isinstance(change, ChangeNullability) and change.nullable:
            outcome = ColumnOutcome(ColumnHarm.MAY_BE_MISSING, "may have no value from now on")
        elif isinstance(change, ChangeNullability):
            outcome = ColumnOutcome(ColumnHarm.OTHER_VALUES, "has a value from now on where it had none")
        elif isinstance(change, ChangeMeaning):
            outcome = ColumnOutcome(ColumnHarm.MEANS_OTHER, f"means something else: {change.meaning}")
        elif isinstance(change, ChangeDefault):
            outcome = ColumnOutcome(ColumnHarm.OTHER_VALUES, f"is {change.default or 'empty'} where nothing is said")
        elif isinstance(change, ChangeAllowedValues) and (text := _values_told(change)):
            outcome = ColumnOutcome(ColumnHarm.OTHER_VALUES, text)
        else:
            continue
        yield before_the_set(change.column, changes, types), outcome


def _values_told(change: ChangeAllowedValues) -> str:
    """Empty: the same values may occur as before."""
    if change.before == change.after:
        return ""
    if change.after is None:
        return "may hold any value from now on"
    gone = [value for value in change.before or () if value not in change.after]
    new = [value for value in change.after if value not in (change.before or change.after)]
    told = [f"no longer holds {_listed(gone)}"] if gone else []
    told += [f"may hold {_listed(new)}"] if new else []
    if change.before is None:
        told.append(f"holds nothing but {_listed(change.after)} any more")
    return " and ".join(told)


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values[:3]) + (f" and {len(values) - 3} more" if len(values) > 3 else "")


def derived(before: Sequence[Column], after: Sequence[Column], *, fits: bool = False) -> dict[str, ColumnOutcome]:
    """What becomes of the columns of a dataset whose maker comes to other ones. Those with the same name are the same.
    A column whose type is not known is not said to change. `fits`: all types that change upstream hold the values that
    are there, and so do the numbers that are made of them as before."""
    now = {column.path.lower(): column for column in after}
    found: dict[str, ColumnOutcome] = {}
    for old in before:
        new = now.get(old.path.lower())
        if new is None:
            found[old.path] = ColumnOutcome(ColumnHarm.GONE, "is no longer made", values=False)
            continue
        if new.path != old.path:  # SQL makes no difference between upper and lower case, and others do
            found[old.path] = ColumnOutcome(
                ColumnHarm.GONE, f"is spelled {new.path} from now on", to=new.path, values=False
            )
            continue
        harm = retyped(old.type, new.type) if UNKNOWN not in (read(old.type), read(new.type)) else None
        if harm is not None:
            text, alike = f"changes its type from {old.type} to {new.type}", likeness(old.type, new.type)
            tight = fits and harm is not ColumnHarm.WIDENED and alike is not Likeness.OTHER
            harm = ColumnHarm.WIDENED if tight else harm
            found[old.path] = ColumnOutcome(harm, text, values=False, likeness=alike, tight=tight)
        elif new.nullable and not old.nullable:
            found[old.path] = ColumnOutcome(ColumnHarm.MAY_BE_MISSING, "may have no value from now on")
    return found


def _with_nested(found: Mapping[str, ColumnOutcome], paths: Iterable[str]) -> dict[str, ColumnOutcome]:
    """A column takes those inside it along; one inside it that changes is a part of it that does."""
    spread = dict(found)
    for path in paths:
        for changed, outcome in found.items():
            if path.startswith(f"{changed}.") and path not in found:
                spread[path] = replace(outcome, text=f"is part of {changed}, which {outcome.text}", to=None)
            if changed.startswith(f"{path}.") and path not in found:
                spread[path] = ColumnOutcome(ColumnHarm.PART_CHANGED, f"holds {changed}, which {outcome.text}")
    return spread


def beside_of(changes: Iterable[FlowChange], key: tuple[str, ...], fitting: Collection[str] = ()) -> Beside:
    """What a set does to a dataset that its columns do not show. `key`: what is unique in it before."""
    lost: tuple[str, ...] = ()
    values: dict[str, Values] = {}
    for change in changes:
        if isinstance(change, ChangeKey) and not (change.columns and set(change.columns) <= set(key)):
            lost = key
        elif isinstance(change, ChangeAllowedValues) and change.before != change.after:
            values[change.column] = (change.before, change.after)
    return Beside(lost, values, tuple(sorted(fitting)))
