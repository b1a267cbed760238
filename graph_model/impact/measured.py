"""What data say that are there: doubts that the current versions of a dataset settle."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from graph_model.impact.entities import (
    ChangeAllowedValues,
    ChangeDefault,
    ChangeFormat,
    ChangeMeaning,
    ChangeNullability,
    ColumnChange,
    FlowChange,
    RetypeColumn,
)
from graph_model.lineage.merging import Rows
from graph_model.schemas.types import Decimal, Integer, kind, read
from graph_model.schemas.widening import takes_in


@dataclass(frozen=True, slots=True)
class Measured:
    """All current versions of a dataset together. `nulls`: of each top-level column that was counted in every one of
    them, the rows without a value. `narrowest`: the narrowest type that holds all of its values, of each that was
    looked at, and has a value, in every one of them."""

    rows: int = 0
    nulls: Mapping[str, int] = field(default_factory=dict)
    narrowest: Mapping[str, str] = field(default_factory=dict)


def measured(graph: Rows, members: Mapping[str, Collection[str]]) -> dict[str, Measured]:
    """By id, what was measured in some datasets under any of their names; `members` are all of these, by the id of the
    one that stands for them."""
    asked = {id_: set(ids) | {id_} for id_, ids in members.items()}
    rows = graph.rows("impact.measured", ids=sorted(set().union(*asked.values()))) if asked else []
    return {id_: _together([row for row in rows if row["dataset"] in ids]) for id_, ids in asked.items()}


def _together(rows: Sequence[Mapping[str, Any]]) -> Measured:
    metrics: list[Mapping[str, Any]] = [json.loads(row["metrics"] or "{}") for row in rows]
    counted: list[Mapping[str, int]] = [one.get("nulls") or {} for one in metrics]
    if not counted or any(row["rows"] is None for row in rows):
        return Measured()
    nulls = {column: sum(one[column] for one in counted) for column in _everywhere(counted)}
    types: list[Mapping[str, str]] = [one.get("narrowest") or {} for one in metrics]
    narrowest = {column: reduce(_wider, [one[column] for one in types]) for column in _everywhere(types)}
    held = {column: type_ for column, type_ in narrowest.items() if type_}
    return Measured(sum(row["rows"] for row in rows), nulls, held)


def _everywhere(several: Sequence[Mapping[str, Any]]) -> set[str]:
    return set(several[0]).intersection(*several[1:])


def _wider(one: str, other: str) -> str:
    """The one of two types that holds what either does; empty: neither does."""
    if takes_in(read(one), read(other)):
        return one
    return other if one and takes_in(read(other), read(one)) else ""


def is_asked(change: FlowChange) -> bool:
    """Whether the data could settle what a change does."""
    if isinstance(change, ChangeNullability):
        return not change.nullable
    return isinstance(change, RetypeColumn | ChangeFormat)


def settled(change: ColumnChange, data: Measured) -> str:
    """Why a change changes nothing in the data that are there; empty: it may."""
    if not isinstance(change, ChangeNullability) or change.nullable:
        return ""
    if not data.rows or data.nulls.get(change.column) != 0:
        return ""
    return f"{change.column} has a value in each of the {data.rows:,} rows that are there, as is promised from now on"


def fitting(types: Mapping[str, str | None], changes: Sequence[FlowChange], data: Measured) -> dict[str, str]:
    """The numbers of typed files that get a type which need not hold all of the old ones, and holds all that are there:
    by column, the narrowest type that does so too. None of which the set changes the values as well."""
    others = {one.column for one in changes if isinstance(one, ChangeMeaning | ChangeDefault | ChangeAllowedValues)}
    retypes = (one for one in changes if isinstance(one, RetypeColumn) and one.column not in others)
    return {
        one.column: data.narrowest[one.column]
        for one in retypes
        if one.column in data.narrowest and _holds(one.type, types.get(one.column), data.narrowest[one.column])
    }


def _holds(after: str, before: str | None, narrowest: str) -> bool:
    """Whether numbers stay the numbers that they are."""
    old, new, least = read(before), read(after), read(narrowest)
    if not isinstance(old, Integer | Decimal) or not isinstance(least, Integer | Decimal):
        return False
    if isinstance(old, Decimal) and kind(new) != "decimal":
        return False  # as a float it is shown, added and compared otherwise
    return kind(new) in ("integer", "decimal", "number") and takes_in(new, least)


_FROM_TEXT = ("boolean", "date")


def guessed(columns: Mapping[str, str], data: Measured) -> dict[str, str]:
    """The types that columns of a typed file show as soon as it is written as text; `unknown`, where other values than
    those of the types that are known may be read from it."""
    if len({column.lower() for column in columns}) < max(2, len(columns)):
        return {}  # a line without a value in its only column is none, and two columns of a name are refused
    return {column: _as_text(type_, data.narrowest.get(column, "")) for column, type_ in columns.items()}


def _as_text(type_: str, narrowest: str) -> str:
    """A text shows kinds of values; each type must be shown by a value."""
    found, least = read(type_), read(narrowest)
    if narrowest == "":
        return "unknown"
    if isinstance(found, Integer):
        return "integer" if takes_in(read("int64"), least) else "unknown"
    if type_ in ("float64", "number") or isinstance(found, Decimal):
        return "number"
    if type_ in _FROM_TEXT or narrowest == "string":
        return type_
    return "timestamp" if type_ in ("timestamp(us)", "timestamp(ms)", "timestamp(s)") else "unknown"
