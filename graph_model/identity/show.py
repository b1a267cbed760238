"""What names a dataset has, where each is from, and what else is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model.identity.entities import Held, Kind
from graph_model.names import Name
from graph_model.store.graph import Graph

MOST_DOUBTS = 1000


@dataclass(frozen=True, slots=True)
class Because:
    """Why a name is one of a dataset: somebody (`said_by`) says that it is one with `other`.

    Of a rename, `is_old` says which of the two it was. `partition`: the name is that of one partition of `other`.
    """

    kind: Kind
    other: Name
    said_by: str
    since: datetime
    last_seen: datetime | None
    is_old: bool = False
    partition: str | None = None


@dataclass(frozen=True, slots=True)
class KnownName:
    """`because` empty: it is the name that the dataset was first known by, and nothing ties it to others."""

    name: Name
    because: tuple[Because, ...] = ()
    dropped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Evidence that `name` and `other` are one, which does not count: `held` says why."""

    name: Name
    other: Name
    kind: Kind
    said_by: str
    held: Held


@dataclass(frozen=True, slots=True)
class Apart:
    """Two names that a person holds apart."""

    name: Name
    other: Name
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one dataset, its own first; `doubts` and what is held `apart` are about any of them.

    `dropped_at`: one of them was dropped, and none was seen since.
    """

    names: tuple[KnownName, ...]
    doubts: tuple[Doubt, ...] = ()
    apart: tuple[Apart, ...] = ()
    dropped_at: datetime | None = None


def names_of(graph: Graph, dataset: str) -> Names:
    """The names of a dataset, by the id of the one that stands for all; empty where there is none of this id."""
    rows = graph.rows("identity.names", id=dataset)
    rows.sort(key=lambda row: (row["id"] != dataset, row["namespace"], row["name"]))
    return Names(
        tuple(known for row in rows for known in _known(row)),
        tuple(dict.fromkeys(_doubt(row, said) for row in rows for said in row["said"] if said["held"])),
        tuple(_apart(row, held) for row in rows for held in row["apart"]),
        _dropped_at(graph, dataset, rows),
    )


def doubts(graph: Graph) -> tuple[Doubt, ...]:
    """All evidence that does not count, by name; at most a thousand."""
    rows = graph.rows("identity.held", most=MOST_DOUBTS)
    found = (
        Doubt(
            Name(row["namespace"], row["name"]),
            Name(row["other_namespace"], row["other_name"]),
            Kind(row["kind"]),
            row["said_by"],
            Held(row["held"]),
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda one: (one.name, one.other, one.kind)))


def _dropped_at(graph: Graph, dataset: str, rows: Sequence[dict[str, Any]]) -> datetime | None:
    if len(rows) < 2 or all(row["dropped_at"] is None for row in rows):
        return rows[0]["dropped_at"] if rows else None
    return graph.rows("lineage.entities", ids=[dataset])[0]["dropped_at"]


def _known(row: dict[str, Any]) -> Iterator[KnownName]:
    said: Sequence[dict[str, Any]] = sorted((one for one in row["said"] if not one["held"]), key=lambda one: one["id"])
    because = tuple(_because(row, one) for one in said)
    names = sorted((_name(called) for called in row["called"]), key=lambda name: (name != _name(row), name))
    return (KnownName(name, because, row["dropped_at"]) for name in names)


def _because(row: dict[str, Any], said: dict[str, Any]) -> Because:
    is_old = said["kind"] == Kind.RENAME and said["source"] == row["id"]
    partition = said["partition"] if said["target"] == row["id"] else None
    return Because(Kind(said["kind"]), _other(said), said["said_by"], said["since"], said["at"], is_old, partition)


def _doubt(row: dict[str, Any], said: dict[str, Any]) -> Doubt:
    return Doubt(_name(row), _other(said), Kind(said["kind"]), said["said_by"], Held(said["held"]))


def _apart(row: dict[str, Any], held: dict[str, Any]) -> Apart:
    return Apart(_name(row), _name(held), held["by"], held["reason"], held["at"])


def _name(row: dict[str, Any]) -> Name:
    return Name(row["namespace"], row["name"])


def _other(said: dict[str, Any]) -> Name:
    return Name(said["other_namespace"], said["other_name"])
