"""What data say that are there: doubts that the current versions of a dataset settle."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph_model.impact.entities import ChangeNullability, ColumnChange
from graph_model.lineage.merging import Rows


@dataclass(frozen=True, slots=True)
class Measured:
    """All current versions of a dataset together. `nulls`: of each top-level column that was counted in every one of
    them, the rows without a value."""

    rows: int = 0
    nulls: Mapping[str, int] = field(default_factory=dict)


def measured(graph: Rows, members: Mapping[str, Collection[str]]) -> dict[str, Measured]:
    """By id, what was measured in some datasets under any of their names; `members` are all of these, by the id of the
    one that stands for them."""
    asked = {id_: set(ids) | {id_} for id_, ids in members.items()}
    rows = graph.rows("impact.measured", ids=sorted(set().union(*asked.values()))) if asked else []
    return {id_: _together([row for row in rows if row["dataset"] in ids]) for id_, ids in asked.items()}


def _together(rows: Sequence[Mapping[str, Any]]) -> Measured:
    counted: list[Mapping[str, int]] = [json.loads(row["metrics"] or "{}").get("nulls") or {} for row in rows]
    if not counted or any(row["rows"] is None for row in rows):
        return Measured()
    everywhere = set(counted[0]).intersection(*counted[1:])
    nulls = {column: sum(one[column] for one in counted) for column in everywhere}
    return Measured(sum(row["rows"] for row in rows), nulls)


def is_asked(change: ColumnChange) -> bool:
    """Whether the data could settle what a change does."""
    return isinstance(change, ChangeNullability) and not change.nullable


def settled(change: ColumnChange, data: Measured) -> str:
    """Why a change changes nothing in the data that are there; empty: it may."""
    if not is_asked(change) or not isinstance(change, ChangeNullability):
        return ""
    if not data.rows or data.nulls.get(change.column) != 0:
        return ""
    return f"{change.column} has a value in each of the {data.rows:,} rows that are there, as is promised from now on"
