"""What a script of definitions does, as plain values that travel between processes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Act(StrEnum):
    ADD = "add"  # a column, with type, nullable, default, values, place
    DROP = "drop"
    RENAME = "rename"  # a column to another name
    TYPE = "type"
    NULLS = "nulls"
    DEFAULT = "default"
    KEY = "key"  # columns are unique together, by a constraint of this name
    VALUES = "values"  # a column holds only these, by a constraint of this name
    FREE = "free"  # a constraint of this name goes
    RENAME_TABLE = "rename_table"
    MOVE_TABLE = "move_table"  # into another schema
    DROP_TABLE = "drop_table"
    CREATE = "create"  # with the steps that say its columns
    QUERY = "query"  # a view or a table is what this query gives
    USE = "use"  # short names mean another schema from here on


PRIMARY = "primary key"
"""As the name of a constraint: there is one of them at most."""
FIRST = ""
"""As a place: before all others."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to one table (a dotted name as it is written). `type` is the text of an SQL type; `place`
    is the column that a new one comes behind, None: it comes last. `replaces`: whatever was there under the name."""

    act: Act
    line: int
    table: str
    column: str = ""
    to: str = ""
    type: str = ""
    nullable: bool | None = None
    default: str | None = None
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] | None = None
    name: str = ""
    text: str = ""
    place: str | None = None
    replaces: bool = False
    inner: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """`unread` says of each statement that cannot be followed its line and why."""

    steps: tuple[Step, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()


def dumps(script: Script) -> str:
    return json.dumps(asdict(script))


def loads(text: str) -> Script:
    said = json.loads(text)
    return Script(tuple(map(_step, said["steps"])), tuple((line, why) for line, why in said["unread"]))


def _step(said: dict[str, Any]) -> Step:
    lists = {"columns": tuple(said["columns"]), "inner": tuple(map(_step, said["inner"]))}
    values = None if said["values"] is None else tuple(said["values"])
    return Step(**{**said, **lists, "act": Act(said["act"]), "values": values})
