"""The question what becomes of a query, and its answer, as they travel between processes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from graph_model.contracts.entities import Column
from graph_model.impact.binding import Beside, Bound, Rebinding, Refused, Tables, Turn, TurnKind


def pack_tables(tables: Tables) -> dict[str, list[list[Any]]]:
    return {name: [[one.path, one.type, one.nullable] for one in columns] for name, columns in tables.items()}


def unpack_tables(plain: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, list[Column]]:
    return {name: [Column(*one) for one in columns] for name, columns in plain.items()}


def pack_beside(beside: Mapping[str, Beside]) -> dict[str, Any]:
    return {
        name: {"lost_key": list(one.lost_key), "values": dict(one.values), "fitting": list(one.fitting)}
        for name, one in beside.items()
    }


def unpack_beside(plain: Mapping[str, Any]) -> dict[str, Beside]:
    return {
        name: Beside(
            tuple(one["lost_key"]),
            {column: (_values(before), _values(after)) for column, (before, after) in one["values"].items()},
            tuple(one["fitting"]),
        )
        for name, one in plain.items()
    }


def dumps(found: Rebinding) -> str:
    return json.dumps(
        {
            "before": _pack_outcome(found.before),
            "after": _pack_outcome(found.after),
            "turns": [
                [turn.kind, turn.text, turn.table, turn.about, sorted(turn.columns), turn.rows] for turn in found.turns
            ],
        }
    )


def loads(text: str) -> Rebinding | None:
    plain = json.loads(text)
    if "unreadable" in plain:
        return None
    turns = tuple(
        Turn(TurnKind(kind), words, table, about, frozenset(columns), rows=rows)
        for kind, words, table, about, columns, rows in plain["turns"]
    )
    return Rebinding(_unpack_outcome(plain["before"]), _unpack_outcome(plain["after"]), turns)


def _values(plain: list[str] | None) -> tuple[str, ...] | None:
    return None if plain is None else tuple(plain)


def _pack_outcome(outcome: Bound | Refused) -> Any:
    if isinstance(outcome, Refused):
        return outcome.reason
    return [[one.path, one.type, one.nullable] for one in outcome.columns]


def _unpack_outcome(plain: Any) -> Bound | Refused:
    if isinstance(plain, str):
        return Refused(plain)
    return Bound(tuple(Column(*one) for one in plain))
