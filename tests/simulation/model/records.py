"""Nodes with their edges, and what is committed of them. A committed record never changes: writers copy it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Key = tuple[str, str]
"""Label and id of a node."""
Edges = dict[str, dict[Key, dict[str, Any]]]
Records = dict[Key, "Record | None"]
"""What a transaction wrote; None: deleted."""

# The sparse properties that queries look nodes up by.
INDEXED = (
    ("Run", "open"),
    ("Run", "taking"),
    ("Outbox", "open"),
    ("Partition", "evaluate"),
    ("JobPartition", "look_again_at"),
    ("Schedule", "look_at"),
    ("JobPartition", "awaits"),
    ("Run", "ready_until"),
    ("Run", "followed"),
    ("Partition", "expire_at"),
    ("Attempt", "unswept"),
    ("AuditRecord", "unsealed"),
    ("Hold", "open"),
    ("Replay", "open"),
    ("ReplayStep", "open"),
    ("DatasetVersion", "withheld"),
    ("DatasetVersion", "aging"),
)
_NOTHING: dict[Key, dict[str, Any]] = {}


class Record:
    """One node: its properties and its edges by type, each from the other end's key to the edge's properties."""

    __slots__ = ("into", "key", "out", "props")

    def __init__(self, key: Key, props: dict[str, Any], out: Edges, into: Edges) -> None:
        self.key, self.props, self.out, self.into = key, props, out, into

    def __getitem__(self, name: str) -> Any:
        """A property; None where there is none, as in Cypher."""
        return self.props.get(name)

    @property
    def id(self) -> str:
        return self.key[1]

    def copy(self) -> Record:
        return Record(self.key, self.props.copy(), self.out.copy(), self.into.copy())

    def equals(self, other: Record) -> bool:
        return self.props == other.props and self.out == other.out and self.into == other.into

    def add_edge(self, side: str, kind: str, other: Key, props: dict[str, Any]) -> None:
        edges: Edges = getattr(self, side)
        edges[kind] = {**edges.get(kind, _NOTHING), other: props}

    def drop_edge(self, side: str, kind: str, other: Key) -> None:
        edges: Edges = getattr(self, side)
        edges[kind] = {key: props for key, props in edges.get(kind, _NOTHING).items() if key != other}


class Committed:
    """Committed nodes by key, with the indexes on sparse properties."""

    def __init__(self, records: Mapping[Key, Record] | None = None) -> None:
        self.records: dict[Key, Record] = dict(records or {})
        self.labels: dict[str, dict[Key, None]] = {}
        self.indexes: dict[tuple[str, str], dict[Key, None]] = {index: {} for index in INDEXED}
        for record in self.records.values():
            self._enter(record)

    def get(self, key: Key) -> Record | None:
        return self.records.get(key)

    def of(self, label: str) -> Iterable[Record]:
        return [self.records[key] for key in self.labels.get(label, ())]

    def put(self, key: Key, record: Record | None) -> None:
        if record is None:
            self.records.pop(key, None)
            self.labels.get(key[0], {}).pop(key, None)
            for index in INDEXED:
                self.indexes[index].pop(key, None)
            return
        self.records[key] = record
        self._enter(record)

    def _enter(self, record: Record) -> None:
        self.labels.setdefault(record.key[0], {})[record.key] = None
        for label, name in INDEXED:
            if label != record.key[0]:
                continue
            if record.props.get(name) is None:
                self.indexes[label, name].pop(record.key, None)
            else:
                self.indexes[label, name][record.key] = None
