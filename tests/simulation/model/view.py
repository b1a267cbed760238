"""What one transaction sees and writes: committed records, and over them its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulation.model.errors import not_found, not_unique
from tests.simulation.model.records import Committed, Key, Record, Records

# Time zero of every simulation.
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


def moment(seconds: float) -> datetime:
    return EPOCH + timedelta(microseconds=int(seconds * 1_000_000))


class View:
    """One open transaction. Reads are read-committed, with its own writes on top.

    `hold` is called before the first write to a node; it may wait, and it may raise what the engine would.
    """

    __slots__ = ("_clock", "_hold", "_seen", "bases", "deadline", "ended", "locks", "own", "waits_for")

    def __init__(self, seen: Committed, clock: Callable[[], float], hold: Callable[[View, Key], None]) -> None:
        self._seen, self._clock, self._hold = seen, clock, hold
        self.own: Records = {}
        self.bases: Records = {}
        self.locks: list[Key] = []
        self.waits_for: Key | None = None
        self.deadline = float("inf")
        self.ended = False

    def now(self) -> datetime:
        """`datetime.realtime()`."""
        return moment(self._clock())

    def get(self, label: str, id: str) -> Record | None:
        return self.at((label, id))

    def at(self, key: Key) -> Record | None:
        if key in self.own:
            return self.own[key]
        return self._seen.records.get(key)

    def must(self, key: Key) -> Record:
        """A node that something points at. Raises EntityNotFound where it is not visible (yet)."""
        record = self.at(key)
        if record is None:
            raise not_found(key)
        return record

    def outs(self, record: Record, kind: str) -> list[Record]:
        return [self.must(key) for key in record.out.get(kind, ())]

    def ins(self, record: Record, kind: str) -> list[Record]:
        return [self.must(key) for key in record.into.get(kind, ())]

    def of(self, label: str) -> list[Record]:
        """Every node of a label."""
        keys = dict(self._seen.labels.get(label, {}))
        keys.update((key, None) for key in self.own if key[0] == label)
        return [record for key in keys if (record := self.at(key)) is not None]

    def holding(self, label: str, name: str) -> list[Record]:
        """The nodes that have an indexed property."""
        keys = dict(self._seen.indexes[label, name])
        keys.update((key, None) for key in self.own if key[0] == label)
        return [record for key in keys if (record := self.at(key)) is not None and record.props.get(name) is not None]

    def writable(self, key: Key) -> Record:
        """This transaction's own copy of a node, held from now on."""
        record = self.own.get(key)
        if record is not None:
            return record
        self._hold(self, key)
        base = self._seen.records.get(key)
        if base is None or (key in self.own and self.own[key] is None):
            raise not_found(key)
        self.bases[key] = base
        record = self.own[key] = base.copy()
        return record

    def set(self, record: Record, **props: Any) -> Record:
        """Sets properties; None removes one."""
        mine = self.writable(record.key)
        for name, value in props.items():
            if value is None:
                mine.props.pop(name, None)
            else:
                mine.props[name] = value
        return mine

    def create(self, label: str, id: str, **props: Any) -> Record:
        """Raises ConstraintError where the id is taken."""
        key = (label, id)
        self._hold(self, key)
        if self.at(key) is not None:
            raise not_unique(key)
        return self._enter(key, props)

    def merge(self, label: str, id: str, **on_create: Any) -> tuple[Record, bool]:
        """The node, and whether it was made here."""
        found = self.get(label, id)
        if found is not None:
            return found, False
        key = (label, id)
        self._hold(self, key)
        found = self.at(key)
        if found is not None:
            return found, False
        return self._enter(key, on_create), True

    def link(self, start: Record, kind: str, end: Record, **props: Any) -> None:
        """MERGE of an edge: both ends are held only where it is not there yet."""
        if end.key in self.must(start.key).out.get(kind, ()):
            return
        for key in sorted((start.key, end.key)):
            self.writable(key)
        self.writable(start.key).add_edge("out", kind, end.key, props)
        self.writable(end.key).add_edge("into", kind, start.key, props)

    def relink(self, start: Record, kind: str, end: Record, **props: Any) -> None:
        """MERGE of an edge, and SET of its properties."""
        self.link(start, kind, end, **props)
        if self.must(start.key).out[kind][end.key] != props:
            self.writable(start.key).add_edge("out", kind, end.key, props)
            self.writable(end.key).add_edge("into", kind, start.key, props)

    def unlink(self, start: Record, kind: str, end: Record) -> None:
        self.writable(start.key).drop_edge("out", kind, end.key)
        self.writable(end.key).drop_edge("into", kind, start.key)

    def delete(self, record: Record) -> None:
        """DETACH DELETE."""
        mine = self.writable(record.key)
        for kind, ends in list(mine.out.items()):
            for key in ends:
                self.writable(key).drop_edge("into", kind, mine.key)
        for kind, ends in list(mine.into.items()):
            for key in ends:
                self.writable(key).drop_edge("out", kind, mine.key)
        self.own[record.key] = None

    def _enter(self, key: Key, props: dict[str, Any]) -> Record:
        self.bases[key] = None
        record = Record(key, {"id": key[1], **{k: v for k, v in props.items() if v is not None}}, {}, {})
        self.own[key] = record
        return record
