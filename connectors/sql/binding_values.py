"""What the walk over a query knows of a value and of the rows it stands in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from connectors.sql.binding_happenings import Happening
from connectors.sql.origins import Leaf
from graph_model.impact.binding import TurnKind


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something comes to something else: one place in the query where something that happens to a column counts."""

    kind: TurnKind
    happening: Happening
    place: str


@dataclass(frozen=True, slots=True)
class Value:
    """`print` is equal for two values that are made alike from the same columns. `shifts`: the types that it takes
    along from below, as the same value; `nulls`: why it may be missing now; `causes`: why it may be another value.

    `leaf` is the column that it is, untouched. `unknown`: its type depends on one that is not known.
    """

    print: str
    leaf: Leaf | None = None
    type: str = "unknown"
    nullable: bool = True
    unknown: bool = False
    literal: str | None = None
    shifts: frozenset[Happening] = frozenset()
    nulls: frozenset[Happening] = frozenset()
    causes: frozenset[Cause] = frozenset()


@dataclass(slots=True)
class Rows:
    """What a source yields. `print` is equal for rows that are chosen alike; `causes`: why there may be other rows.

    `others`: what any column that is not listed comes from, where the columns cannot be listed.
    """

    print: str
    columns: list[tuple[str, Value]] = field(default_factory=list)
    causes: set[Cause] = field(default_factory=set)
    others: Value | None = None

    def column(self, name: str) -> Value | None:
        return next((value for listed, value in self.columns if listed == name), self.others)

    def at(self, position: int) -> Value | None:
        """The column at a place that counts from 0."""
        return self.columns[position][1] if 0 <= position < len(self.columns) else self.others


def digest(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def causes_of(values: Iterable[Value]) -> frozenset[Cause]:
    return frozenset(cause for value in values for cause in value.causes)


def prints_of(values: Sequence[Value]) -> tuple[str, ...]:
    return tuple(value.print for value in values)
