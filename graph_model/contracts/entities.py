"""What a dataset promises about its content, and what was found when the promise was checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["blocking", "warning"]

# The plain canonical types, which say a kind of value and no more: all that a text shows and most contracts promise.
# The exact ones beside them (`int64`, `decimal(10,2)`) are in schemas/types.py. `unknown`: nothing is known.
CANONICAL_TYPES = (
    "boolean",
    "integer",
    "number",
    "decimal",
    "string",
    "date",
    "time",
    "timestamp",
    "binary",
    "object",
    "array",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a schema. `path` uses dots for nested fields; `type` is the text of a canonical type.

    `renamed_from`: the path it had before, where a contract says so; empty: it was always called so. `description`,
    `tags` and `classification` are words about it that are no part of the schema. So is `meaning`: what its values
    stand for, of which another one is told to readers as a change. `default` is what rows get that say nothing, as
    text; None: nothing.
    """

    path: str
    type: str = "unknown"
    nullable: bool = True
    description: str = ""
    renamed_from: str = ""
    tags: tuple[str, ...] = ()
    classification: str = ""
    meaning: str = ""
    default: str | None = None


def lies_in(path: str, outer: str) -> bool:
    """Whether a column is `outer` or a field somewhere inside of it."""
    return path == outer or path.startswith(f"{outer}.")


@dataclass(frozen=True, slots=True)
class Check:
    """One promise about a content.

    `kind` and the `params` it takes, JSON values all of them:
    `schema` {columns: {name: type}} (these columns exist and hold values of this type; extra columns are fine) ·
    `row_count` {min?, max?} · `not_null` {columns, missing?} · `unique` {columns} (together) ·
    `allowed_values` {column, values} · `range` {column, min?, max?, above?, below?} · `length` {column, min?, max?} ·
    `matches` {column, pattern} (the whole value) · `sql` {query, column?, engine?} (one SELECT of one number, which
    `must` be zero by default) · `row_count_history` {versions, at_least, deviations, slack, same_weekday} ·
    `freshness` {max_age, column?, until?, timezone?} · `foreign_key` {columns, references, dataset, partition,
    if_missing} · `reconciliation` {rows, columns, references, absolute|percent, dataset, partition, if_missing} ·
    `python` {function, arguments, timeout, project} (these five with what the graph knows, filled in for each
    validation: graph_model/checks/surroundings.py) · `compatibility` {mode, columns, before?, version?, reader?} (the
    schema against the one that readers get now; made for each validation). Those about rows, and `foreign_key`, also
    take `must`, how many may fail ({at_most: 5}; none
    by default), with `unit` rows or percent. `masked` lists columns whose values are never shown.
    """

    name: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "blocking"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found. `sample` holds at most 5 failing rows, each with its `row` where rows have an order (the
    first is 1), and its `file` where there are several.

    `value`: the number that was measured, where the check measures one: rows, a sum, an age in seconds.
    `compared_with`: ids of the versions it was held against. `source`: who else found it; empty: our own validation.
    """

    check: str
    kind: str
    passed: bool
    severity: Severity = "blocking"
    failed_rows: int = 0
    message: str = ""
    sample: tuple[Mapping[str, Any], ...] = ()
    value: float | None = None
    compared_with: tuple[str, ...] = ()
    source: str = ""

    @property
    def blocks(self) -> bool:
        return not self.passed and self.severity == "blocking"


@dataclass(frozen=True, slots=True)
class Contract:
    """The declared schema and checks of a dataset. `columns` empty: nothing is declared about the schema."""

    columns: tuple[Column, ...] = ()
    checks: tuple[Check, ...] = ()
    version: str = ""
    file: str = ""
