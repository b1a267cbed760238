"""How transactions meet: by waiting for each other's locks, or by failing at commit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from tests.simulation.model.errors import deadlock, not_unique, timed_out
from tests.simulation.model.records import Committed, Key, Record, Records
from tests.simulation.model.view import View
from tests.simulation.scheduler import Fiber, Scheduler, current

Witness = Callable[[Records, Records], None]
"""Sees each commit: what was there before, and what is there now."""


def nobody(before: Records, after: Records) -> None:
    pass


def _no_lock(view: View, key: Key) -> None:
    pass


def _in_order(keys: list[Key]) -> None:
    pass


class Engine(Protocol):
    name: str
    agent: str

    @property
    def truth(self) -> Committed:
        """What is committed, whoever can see it already."""
        ...

    def begin(self, timeout: float) -> View: ...

    def commit(self, view: View) -> None:
        """Raises what the engine would, and then nothing was committed."""
        ...

    def abort(self, view: View) -> None: ...


class Waiting:
    """Neo4j: the first write to a node locks it until the end of the transaction, and a second writer waits."""

    name, agent = "neo4j", "Neo4j/5.26 (model)"

    def __init__(self, committed: Committed, scheduler: Scheduler, witness: Witness = nobody) -> None:
        self.truth, self._scheduler, self._witness = committed, scheduler, witness
        self._holders: dict[Key, View] = {}
        self._queues: dict[Key, deque[tuple[View, Fiber]]] = {}

    def begin(self, timeout: float) -> View:
        view = View(self.truth, lambda: self._scheduler.now, self._hold)
        view.deadline = self._scheduler.now + timeout
        return view

    def commit(self, view: View) -> None:
        self._check_open(view)
        self._witness(view.bases, view.own)
        for key, record in view.own.items():
            self.truth.put(key, record)
        self.abort(view)

    def abort(self, view: View) -> None:
        view.ended = True
        for key in view.locks:
            self._pass_on(key)
        view.locks = []

    def _check_open(self, view: View) -> None:
        if not view.ended and self._scheduler.now > view.deadline:
            self.abort(view)
        if view.ended:
            raise timed_out()

    def _hold(self, view: View, key: Key) -> None:
        self._check_open(view)
        holder = self._holders.get(key)
        while holder is not None and holder is not view:
            self._wait(view, key, holder)
            holder = self._holders.get(key)
        if holder is None:
            self._holders[key] = view
            view.locks.append(key)

    def _wait(self, view: View, key: Key, holder: View) -> None:
        if self._would_deadlock(view, holder):
            raise deadlock()
        queue = self._queues.setdefault(key, deque())
        entry = (view, current())
        queue.append(entry)
        view.waits_for = key
        try:
            # A little longer, so that rounding never wakes it just before the deadline that it waits for.
            self._scheduler.park(min(view.deadline, holder.deadline) - self._scheduler.now + 1e-6)
        finally:
            view.waits_for = None
            if entry in queue:
                queue.remove(entry)
        # The server ends a transaction whose client lets it lie for too long, and its locks with it.
        if self._holders.get(key) is holder and self._scheduler.now >= holder.deadline:
            self.abort(holder)
        self._check_open(view)

    def _would_deadlock(self, view: View, holder: View | None) -> bool:
        while holder is not None and holder.waits_for is not None:
            holder = self._holders.get(holder.waits_for)
            if holder is view:
                return True
        return False

    def _pass_on(self, key: Key) -> None:
        self._holders.pop(key, None)
        queue = self._queues.get(key)
        while queue:
            view, fiber = queue.popleft()
            if view.ended or not fiber.process.alive:
                continue
            self._holders[key] = view
            view.locks.append(key)
            view.waits_for = None
            self._scheduler.unpark(fiber)
            return


class Optimistic:
    """ArcadeDB: writes are buffered, and whoever commits later over the same node fails.

    A commit is not seen at once: its nodes become visible one after the other, in an order that `shuffle` decides, and
    the committer waits for the last of them. Writing what is there already fails like any write, but nobody else fails
    because of it.
    """

    name, agent = "arcadedb", "ArcadeDB/26.10 (model)"

    def __init__(
        self,
        committed: Committed,
        scheduler: Scheduler,
        witness: Witness = nobody,
        *,
        shuffle: Callable[[list[Key]], None] = _in_order,
        piece_seconds: Callable[[], float] | None = None,
    ) -> None:
        self._seen, self._scheduler, self._witness = committed, scheduler, witness
        self._shuffle, self._piece_seconds = shuffle, piece_seconds
        self.truth = Committed(committed.records)

    def begin(self, timeout: float) -> View:
        return View(self._seen, lambda: self._scheduler.now, _no_lock)

    def commit(self, view: View) -> None:
        if view.ended:
            raise deadlock("the transaction has ended")
        view.ended = True
        writes = {key: record for key, record in view.own.items() if _changed(view.bases[key], record)}
        for key in view.own:
            self._check(key, view.bases[key])
        self._witness(view.bases, writes)
        for key, record in writes.items():
            self.truth.put(key, record)
        self._show(list(writes))

    def abort(self, view: View) -> None:
        view.ended = True

    def _check(self, key: Key, base: Record | None) -> None:
        latest = self.truth.get(key)
        if latest is base:
            return
        if base is None:
            raise not_unique(key)
        raise deadlock("a later commit changed what was read")

    def _show(self, keys: list[Key]) -> None:
        """Even if the committer dies meanwhile: the server goes on."""
        if self._piece_seconds is None:
            for key in keys:
                self._seen.put(key, self.truth.get(key))
            return
        self._shuffle(keys)
        delay = 0.0
        for key in keys:
            delay += self._piece_seconds()
            self._scheduler.call(delay, lambda key=key: self._seen.put(key, self.truth.get(key)))
        self._scheduler.sleep(delay)


def _changed(base: Record | None, record: Record | None) -> bool:
    if base is None or record is None:
        return base is not record
    return not record.equals(base)
