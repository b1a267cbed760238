"""What a job's query comes to after a set of changes, by whoever can hold it against its tables: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph_model.contracts.entities import Column
from graph_model.impact.binding import Rebinding, Refused, Turn, TurnKind
from graph_model.impact.changes import ColumnHarm, ColumnOutcome, Likeness, derived
from graph_model.impact.layout import Layout, between, top
from graph_model.schemas.types import STRING, UNKNOWN, kind, read
from graph_model.schemas.widening import takes_in


@dataclass(frozen=True, slots=True)
class Held:
    """`refused`: why its engine does not take it any more; `mixed`: why it does not while a window of partitions shows
    the old and the new columns side by side; `broken_promise`: what its output no longer keeps. All empty: it goes on,
    and comes to `outcomes` of the columns of its output (by path), laid out as `layout`.

    `rewritten`: its text changes, and in more than names that the set explains, so that any value may be another one.
    `is_text`: its output is written as text, which shows each value as its type spells it. `names`: how the output
    calls what the query calls so (in lower case), where it has no names of its own: then `is_placed`, and each column
    is known by its place alone.
    """

    refused: str = ""
    mixed: str = ""
    broken_promise: str = ""
    turns: tuple[Turn, ...] = ()
    outcomes: Mapping[str, ColumnOutcome] = field(default_factory=dict)
    layout: Layout | None = None
    rewritten: bool = False
    is_text: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    is_placed: bool = False

    @property
    def fails(self) -> bool:
        return bool(self.refused or self.mixed or self.broken_promise)

    @property
    def comes_to_the_same(self) -> bool:
        """For who reads by name: columns may be new, and types of the same family wider. By place none may be new."""
        if self.is_placed and self.layout is not None and self.layout.added:
            return False
        return not self.turns and all(self._is_nothing(outcome) for outcome in self.outcomes.values())

    def _is_nothing(self, outcome: ColumnOutcome) -> bool:
        return outcome.harm is ColumnHarm.WIDENED and outcome.likeness is not Likeness.OTHER and not self.is_text


def held(
    answer: Rebinding,
    declared: Sequence[Column],
    promised: Mapping[str, str],
    *,
    mixed: Rebinding | None = None,
    is_text: bool = False,
    has_names: bool = True,
    fits: bool = False,
) -> Held | None:
    """None: nothing can be said, since the query did not fit its tables before either. Without names of its own, the
    output has the columns of the query by their places. `fits`: see `derived`."""
    if isinstance(answer.before, Refused):
        return None
    if isinstance(answer.after, Refused):
        return Held(refused=answer.after.reason)
    if mixed is not None and isinstance(mixed.after, Refused):
        return Held(mixed=mixed.after.reason)
    names = {} if has_names else _by_place(answer.before.columns, declared)
    before, after = _called(answer.before.columns, names), _called(answer.after.columns, names)
    layout = _carried(declared, before, after)
    broken = broken_promise(before, after, promised)
    return Held(
        broken_promise=broken,
        turns=tuple(turn for one in answer.turns if not _only_adds(turn := _turn_called(one, names), layout)),
        outcomes=derived(layout.before, layout.after, fits=fits),
        layout=layout,
        is_text=is_text,
        names=names,
        is_placed=not has_names,
    )


def _by_place(columns: Sequence[Column], declared: Sequence[Column]) -> dict[str, str]:
    own = [*top(declared), *(f"column{place}" for place in range(len(top(declared)), len(columns)))]
    return {column.path.lower(): path for column, path in zip(columns, own, strict=False)}


def _called(columns: Sequence[Column], names: Mapping[str, str]) -> tuple[Column, ...]:
    return tuple(replace(column, path=names.get(column.path.lower(), column.path)) for column in columns)


def _turn_called(turn: Turn, names: Mapping[str, str]) -> Turn:
    return replace(turn, columns=frozenset(names.get(path.lower(), path) for path in turn.columns))


def _only_adds(turn: Turn, layout: Layout) -> bool:
    """A star that catches more, or less, is told by the columns that come and go."""
    told = {path.lower() for path in (*layout.added, *layout.gone)}
    return turn.kind is TurnKind.STAR and not turn.rows and {path.lower() for path in turn.columns} <= told


def _carried(declared: Sequence[Column], before: Sequence[Column], after: Sequence[Column]) -> Layout:
    """What happens to the columns that the query comes to, said of those that its output is declared to have."""
    if not declared:
        return between(before, after)
    was = {column.path.lower(): column for column in before}
    own = {column.path.lower(): column for column in declared}
    if not all(path in own for path in was):
        return between(before, after)
    now = [_as_declared(own.get(column.path.lower()), was.get(column.path.lower()), column) for column in after]
    nested = [column for column in declared if "." in column.path and column.path.partition(".")[0] in top(now)]
    old = [own[column.path.lower()] for column in before]
    return between([*old, *nested], [*now, *nested])


def _as_declared(own: Column | None, before: Column | None, after: Column) -> Column:
    """A column whose type stays keeps the one that is declared, which may say less."""
    if own is None:
        return after
    type_ = own.type if before is not None and before.type == after.type else after.type
    nullable = own.nullable or (before is not None and after.nullable and not before.nullable)
    path = own.path if before is None or before.path == after.path else after.path
    return replace(own, path=path, type=type_, nullable=nullable)


_ALSO_FINE = {"number": {"integer", "decimal"}, "decimal": {"integer"}, "timestamp": {"date"}}


def keeps(promised: str, type_: str) -> bool:
    """Whether a column of this type passes the check of a schema that promises a kind of value."""
    found = kind(read(type_))
    return found == "unknown" or promised in ("unknown", found) or found in _ALSO_FINE.get(promised, ())


def broken_promise(before: Sequence[Column], after: Sequence[Column], promised: Mapping[str, str]) -> str:
    """What the check of the output's schema finds that it did not find before; empty: nothing. Unlike SQL, the check
    tells upper from lower case."""
    was = {column.path: column for column in before}
    now = {column.path: column for column in after}
    spelled = {column.path.lower(): column.path for column in after}
    for path, type_ in promised.items():
        old, new = was.get(path), now.get(path)
        if old is None or not keeps(type_, old.type):
            continue
        if new is None:
            to = spelled.get(path.lower())
            return f"{path} is spelled {to} from now on" if to else f"it no longer makes {path}"
        if not keeps(type_, new.type):
            return f"{path} becomes {new.type}, and {type_} is promised"
    return ""


def side_by_side(before: Sequence[Column], after: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of old and new partitions that are read at once: all of both by name, with a type that takes in
    either; what only some have may be missing."""
    now = {column.path.lower(): column for column in after}
    was = {column.path.lower() for column in before}
    both = [_either(column, now.get(column.path.lower())) for column in before]
    return (*both, *(replace(column, nullable=True) for column in after if column.path.lower() not in was))


def _either(old: Column, new: Column | None) -> Column:
    if new is None:
        return replace(old, nullable=True)
    one, other = read(old.type), read(new.type)
    if one == other:
        return replace(old, nullable=old.nullable or new.nullable)
    if UNKNOWN in (one, other):
        type_ = UNKNOWN
    else:
        type_ = one if takes_in(one, other) else other if takes_in(other, one) else STRING
    return replace(old, type=str(type_), nullable=old.nullable or new.nullable)
