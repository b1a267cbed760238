"""Where a column comes from, in the terms of one SQL text: leaves, and the way each takes into a result.

A way is the stronger the more happens to the value: INDIRECT only decides it; IDENTITY is the value itself,
TRANSFORMATION something made of it, AGGREGATION something made of many of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

Leaf = tuple[str, str]
"""A table that is read and one of its columns, both as they compare (see `folding`)."""


class Way(IntEnum):
    INDIRECT = 0
    IDENTITY = 1
    TRANSFORMATION = 2
    AGGREGATION = 3

    def then(self, other: Way) -> Way:
        """This way into something that goes the other way on."""
        return max(self, other) if min(self, other) else Way.INDIRECT


Origins = dict[Leaf, Way]


@dataclass(slots=True)
class Relation:
    """What a scope yields. `table` is set for a table that is read: it has any column that is asked of it.

    `listed` are its columns by position, where two may have one name. `others` is for what cannot be listed (a table
    that is not an input, a function): where its other columns come from.
    """

    columns: dict[str, Origins] = field(default_factory=dict)
    shapes: set[Leaf] = field(default_factory=set)
    table: str | None = None
    others: Origins | None = None
    stars: list[Relation] = field(default_factory=list)
    listed: list[tuple[str, Origins]] = field(default_factory=list)

    def add(self, name: str, origins: Origins) -> None:
        """One more column behind those that are there."""
        self.columns[name] = merged([self.columns.get(name, {}), origins])
        self.listed.append((name, origins))

    def origins(self, column: str) -> Origins | None:
        """Where `column` comes from; None when there is no such column."""
        if column in self.columns:
            return self.columns[column]
        if self.table is not None:
            return {(self.table, column): Way.IDENTITY}
        found = [origins for star in self.stars if (origins := star.origins(column)) is not None]
        return merged(found) if found else self.others

    def everything(self) -> Origins:
        return merged([*self.columns.values(), self.others or {}, *(star.everything() for star in self.stars)])

    def at(self, place: int | str) -> Origins:
        """The column of a name, or at a position."""
        if isinstance(place, str):
            return self.columns.get(place, {})
        return self.listed[place][1] if place < len(self.listed) else {}


@dataclass(frozen=True, slots=True)
class QueryReads:
    """The result of a query: its columns by position, what shapes it, which tables it reads, what else it mentions,
    and what could not be followed. `open_ended`: it has more columns than are listed.
    """

    listed: Sequence[tuple[str, Origins]]
    shapes: frozenset[Leaf]
    mentioned: frozenset[Leaf]
    tables: frozenset[str]
    unresolved: tuple[str, ...] = ()
    open_ended: bool = False

    @property
    def columns(self) -> dict[str, Origins]:
        """By name; columns of one name are taken together."""
        relation = Relation()
        for name, origins in self.listed:
            relation.add(name, origins)
        return relation.columns


def add(origins: Origins, found: Mapping[Leaf, Way], way: Way) -> None:
    for leaf, inner in found.items():
        combined = inner.then(way)
        origins[leaf] = max(combined, origins.get(leaf, combined))


def merged(parts: Iterable[Mapping[Leaf, Way]]) -> Origins:
    whole: Origins = {}
    for part in parts:
        add(whole, part, Way.IDENTITY)
    return whole
