"""What an operation makes of values of which something is told: types that shift, values that may be missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlglot import exp

from connectors.sql.binding_happenings import Event, Happening
from connectors.sql.binding_shifts import Fate, Use, fate, passes_on, use_of
from connectors.sql.binding_values import Cause, Value, causes_of, digest
from graph_model.impact.binding import TurnKind

Arguments = Sequence[tuple[str, Value]]
_LONGEST_PLACE = 60
_COMPARING = (Use.COMPARE, Use.ORDER, Use.GROUP)
_NEVER_NULL = (exp.Count, exp.CountIf, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Exists, exp.Is, exp.Boolean)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
_CONDITIONS = (*_COMPARISONS, exp.Not, exp.And, exp.Or)
_NULL_WITH_NULL = (*_CONDITIONS, exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.DPipe, exp.Cast, exp.Upper, exp.Lower, exp.Abs)
_TYPED_ANYWAY = (*_CONDITIONS, exp.Count, exp.Cast, exp.Is, exp.In, exp.Exists)
_OVER_MANY = (exp.AggFunc, exp.Window, exp.Filter, exp.Distinct)


class Operations:
    """`happenings` are those beside the columns: what is no key any more, which values occur."""

    def __init__(self, dialect: str, happenings: Iterable[Happening]) -> None:
        self._dialect = dialect
        self._beside = {
            (one.table, one.column.lower(), one.event): one
            for one in happenings
            if one.event in (Event.NO_KEY, Event.VALUES)
        }

    def combined(self, node: exp.Expr, arguments: Arguments, words: Sequence[object]) -> Value:
        """The value of an operation. `words` is what of it is no expression."""
        values = [value for _, value in arguments]
        if passes_on(node) and len(values) == 1:
            return values[0]
        shifts, turned = self._shifted(node, arguments)
        nulls, missing = self._nulls(node, arguments)
        return Value(
            digest(type(node).__name__, *words, *((key, value.print) for key, value in arguments)),
            nullable=_is_nullable(node, values),
            type=_type_of(node, values),
            unknown=any(value.unknown for value in values) and not isinstance(node, _TYPED_ANYWAY),
            shifts=shifts,
            nulls=nulls,
            causes=causes_of(values) | turned | missing | frozenset(self._beside_columns(node, values)),
        )

    def used(self, value: Value, use: Use, place: exp.Expr) -> frozenset[Cause]:
        """Why rows that are ordered or grouped by a value may be others."""
        found = {
            self.cause(TurnKind.COMPARISON, shift, place)
            for shift in value.shifts
            if fate(shift, use, self._dialect) is Fate.TURNS
        }
        return value.causes | found

    def chosen(self, value: Value, place: exp.Expr) -> frozenset[Cause]:
        """Why a condition may choose other rows."""
        found = {self.cause(TurnKind.NULLS, one, place) for one in value.nulls}
        found |= {self.cause(TurnKind.COMPARISON, one, place) for one in value.shifts}
        return value.causes | found

    def cause(self, kind: TurnKind, happening: Happening, node: exp.Expr) -> Cause:
        text = node.sql(dialect=self._dialect)
        return Cause(kind, happening, text if len(text) <= _LONGEST_PLACE else f"{text[:_LONGEST_PLACE]}…")

    def _shifted(self, node: exp.Expr, arguments: Arguments) -> tuple[frozenset[Happening], frozenset[Cause]]:
        shifts: set[Happening] = set()
        causes: set[Cause] = set()
        for key, value in arguments:
            use = use_of(node, key)
            for shift in value.shifts:
                outcome = fate(shift, use, self._dialect, mixed=_mixed(node, shift, arguments))
                if outcome is Fate.TURNS:
                    kind = TurnKind.COMPARISON if use in _COMPARING else TurnKind.ARITHMETIC
                    causes.add(self.cause(kind, shift, node))
                elif outcome is Fate.CARRIES and not isinstance(node, exp.Ordered):
                    shifts.add(shift)
        return frozenset(shifts), frozenset(causes)

    def _nulls(self, node: exp.Expr, arguments: Arguments) -> tuple[frozenset[Happening], frozenset[Cause]]:
        """Why the result may be missing, and why it may be another value."""
        if isinstance(node, exp.Is | exp.Exists | exp.Ordered | exp.Order):
            return frozenset(), frozenset()
        if isinstance(node, exp.Coalesce):
            return (arguments[-1][1].nulls if arguments else frozenset()), frozenset()
        found = frozenset(one for _, value in arguments for one in value.nulls)
        if isinstance(node, _OVER_MANY) and not isinstance(node, exp.Distinct):
            return frozenset(), frozenset(self.cause(TurnKind.NULLS, one, node) for one in found)
        return found, frozenset()

    def _beside_columns(self, node: exp.Expr, values: Sequence[Value]) -> Iterator[Cause]:
        if not isinstance(node, exp.EQ | exp.NEQ | exp.In | exp.Case):
            return
        literals = [value.literal for value in values if value.literal is not None]
        leaves = [value.leaf for value in values if value.leaf is not None]
        for table, column in leaves:
            happening = self._beside.get((table, column.lower(), Event.VALUES))
            if happening is not None and _matters(happening, literals):
                yield self.cause(TurnKind.VALUES, happening, node)
            happening = self._beside.get((table, column.lower(), Event.NO_KEY))
            if happening is not None and isinstance(node, exp.EQ) and not literals:
                yield self.cause(TurnKind.DUPLICATES, happening, node)


def _mixed(node: exp.Expr, shift: Happening, arguments: Arguments) -> bool:
    """Whether other values than numbers in the text, and those of the same shift, are picked from as well."""
    picked = [value for key, value in arguments if use_of(node, key) is Use.PICK]
    return any(shift not in value.shifts and not _is_number(value) for value in picked)


def _is_number(value: Value) -> bool:
    return value.literal is not None and value.literal.replace(".", "", 1).isdigit()


def _matters(happening: Happening, literals: Sequence[str]) -> bool:
    before, after = happening.values
    if not literals:
        return False
    if after is None or (before is not None and not set(after) <= set(before)):
        return True
    return any(one not in after for one in literals)


def _type_of(node: exp.Expr, values: Sequence[Value]) -> str:
    """What can be said without an engine."""
    if isinstance(node, exp.Count):
        return "int64"
    types = {value.type for value in values}
    return types.pop() if len(types) == 1 and isinstance(node, exp.Coalesce | exp.Max | exp.Min) else "unknown"


def _is_nullable(node: exp.Expr, values: Sequence[Value]) -> bool:
    if isinstance(node, _NEVER_NULL):
        return False
    if isinstance(node, exp.Coalesce):
        return all(value.nullable for value in values)
    if isinstance(node, _NULL_WITH_NULL):
        return any(value.nullable for value in values)
    return True
