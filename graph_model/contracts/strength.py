"""Which of two forms of a check promises more: pure.

Only what can be told for every content is told. A query that is written otherwise, another pattern, a kind that is not
known here: whether it still promises what it did, nobody can say without running it on everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from graph_model.contracts.changes import same
from graph_model.contracts.entities import Check


class Strength(StrEnum):
    """What the newer form promises, against the older one."""

    SAME = "same"
    MORE = "more"
    LESS = "less"
    OTHER = "other"


# A kind that is not known here, or parameters that are not what they should be.
_ODD = (LookupError, TypeError, ValueError, OverflowError)
Interval = tuple[float, float]
_NONE: Mapping[str, Any] = {"equal": 0}
# What is said only about how a result is shown.
_SHOWN_ONLY = ("masked",)


def strength(before: Check, after: Check) -> Strength:
    """`after` against `before`, both without regard to name and severity."""
    if before.kind != after.kind:
        return Strength.OTHER
    old, new = (
        {key: value for key, value in check.params.items() if key not in _SHOWN_ONLY} for check in (before, after)
    )
    if same(old, new):
        return Strength.SAME
    try:
        return _JUDGES[before.kind](old, new)
    except _ODD:
        return Strength.OTHER


def together(*parts: Strength) -> Strength:
    """What several parts come to: more in one and less in another is something else."""
    different = {part for part in parts if part is not Strength.SAME}
    if len(different) > 1:
        return Strength.OTHER
    return different.pop() if different else Strength.SAME


def by_range(old: Interval | None, new: Interval | None) -> Strength:
    """Of two closed ranges that a number must lie in: the narrower one promises more. None: it cannot be told."""
    if old is None or new is None:
        return Strength.OTHER
    if old == new:
        return Strength.SAME
    if old[0] <= new[0] and new[1] <= old[1]:
        return Strength.MORE
    return Strength.LESS if new[0] <= old[0] and old[1] <= new[1] else Strength.OTHER


def _with_tolerance(rows: Strength, old: Mapping[str, Any], new: Mapping[str, Any]) -> Strength:
    """`rows`: whether more of them fail; then how many may. Where some must fail, more that fail may be better."""
    before, after = (_range_of(params.get("must") or _NONE) for params in (old, new))
    if before is None or after is None:
        return rows if old.get("must") == new.get("must") and rows is Strength.SAME else Strength.OTHER
    if rows is not Strength.SAME and (before[0] > 0 or after[0] > 0):
        return Strength.OTHER
    if old.get("unit", "rows") != new.get("unit", "rows") and (0, 0) not in (before, after):
        return Strength.OTHER
    return together(rows, by_range((max(before[0], 0), before[1]), (max(after[0], 0), after[1])))


def _range_of(must: Mapping[str, Any]) -> Interval | None:
    """The numbers that operators allow; None where they are no single range. A bound that is itself left out counts as
    the next number, so that `below 5` promises more than `at most 5`."""
    low, high = -math.inf, math.inf
    for operator, value in must.items():
        found = _OPERATORS[operator](value) if operator in _OPERATORS else None
        if found is None:
            return None
        low, high = max(low, found[0]), min(high, found[1])
    return low, high


_OPERATORS: dict[str, Callable[[Any], Interval]] = {
    "equal": lambda value: (value, value),
    "above": lambda value: (math.nextafter(value, math.inf), math.inf),
    "at_least": lambda value: (value, math.inf),
    "below": lambda value: (-math.inf, math.nextafter(value, -math.inf)),
    "at_most": lambda value: (-math.inf, value),
    "between": lambda value: (value[0], value[1]),
}


def _of_bounds(old: Mapping[str, Any], new: Mapping[str, Any]) -> Strength:
    """`row_count`, `range` and `length`. Bounds that are no numbers (dates as texts) can only be equal."""
    names = ("min", "max", "above", "below")
    return _with_tolerance(together(_same(old, new, ("column",)), _bounds(old, new, names)), old, new)


def _bounds(old: Mapping[str, Any], new: Mapping[str, Any], names: tuple[str, ...]) -> Strength:
    before, after = ({name: params[name] for name in names if params.get(name) is not None} for params in (old, new))
    if before == after:
        return Strength.SAME
    if not all(_is_number(bound) for bound in (*before.values(), *after.values())):
        return Strength.OTHER
    return by_range(_bounded(before), _bounded(after))


def _bounded(bounds: Mapping[str, float]) -> Interval | None:
    theirs = {"min": "at_least", "max": "at_most", "above": "above", "below": "below"}
    return _range_of({theirs[name]: bound for name, bound in bounds.items()})


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _of_values(old: Mapping[str, Any], new: Mapping[str, Any]) -> Strength:
    """`allowed_values`: fewer of them promise more."""
    return _with_tolerance(together(_same(old, new, ("column",)), _subset(new["values"], old["values"])), old, new)


def _of_nulls(old: Mapping[str, Any], new: Mapping[str, Any]) -> Strength:
    """`not_null`: more columns, and more spellings of nothing, promise more."""
    columns = _subset(old["columns"], new["columns"])
    missing = _subset(old.get("missing") or [], new.get("missing") or [])
    return _with_tolerance(together(columns, missing), old, new)


def _of_unique(old: Mapping[str, Any], new: Mapping[str, Any]) -> Strength:
    """`unique`: what is unique by fewer columns is so by more."""
    return _with_tolerance(_subset(new["columns"], old["columns"]), old, new)


def _of_pattern(old: Mapping[str, Any], new: Mapping[str, Any]) -> Strength:
    return _with_tolerance(_same(old, new, ("column", "pattern")), old, new)


def _of_query(old: Mapping[str, Any], new: Mapping[str, Any]) -> Strength:
    before, after = (_range_of(params.get("must") or _NONE) for params in (old, new))
    return together(_same(old, new, ("query", "column")), by_range(before, after))


def _same(old: Mapping[str, Any], new: Mapping[str, Any], names: tuple[str, ...]) -> Strength:
    return Strength.SAME if all(old.get(name) == new.get(name) for name in names) else Strength.OTHER


def _subset(smaller: list[Any], larger: list[Any]) -> Strength:
    """MORE where `smaller` lies in `larger`; LESS where it is the other way round."""
    one, other = ({(type(value) is bool, value) for value in values} for values in (smaller, larger))
    if one == other:
        return Strength.SAME
    if one < other:
        return Strength.MORE
    return Strength.LESS if other < one else Strength.OTHER


_JUDGES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Strength]] = {
    "row_count": _of_bounds,
    "range": _of_bounds,
    "length": _of_bounds,
    "allowed_values": _of_values,
    "not_null": _of_nulls,
    "unique": _of_unique,
    "matches": _of_pattern,
    "sql": _of_query,
}
