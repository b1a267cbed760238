"""Group commit: what gathers while one transaction is under way goes together into the next.

Alone, a caller waits for nobody. Under load the groups grow by themselves, so that durable writes per second grow with
the number of callers instead of queueing behind one commit after another.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import repeat
from typing import Generic, TypeVar, cast

from graph_model.errors import Unavailable

T = TypeVar("T")
R = TypeVar("R")


class _Entry(Generic[T, R]):
    """One item on its way: until it is settled, or is to lead the next group."""

    __slots__ = ("_outcome", "item", "settled")

    def __init__(self, item: T) -> None:
        self.item, self.settled = item, False
        self._outcome: R | BaseException | None = None

    def settle(self, outcome: R | BaseException) -> None:
        self._outcome, self.settled = outcome, True

    def result(self) -> R:
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return cast(R, self._outcome)

    def lead(self, carry_on: Callable[[], None]) -> None:
        raise NotImplementedError


class _ThreadEntry(_Entry[T, R]):
    """Of a thread that waits."""

    __slots__ = ("woken",)

    def __init__(self, item: T) -> None:
        super().__init__(item)
        self.woken = threading.Event()

    def lead(self, carry_on: Callable[[], None]) -> None:
        """The thread leads the next group by itself, once it is awake."""
        self.woken.set()


class _LoopEntry(_Entry[T, R]):
    """Of a coroutine. A thread of its loop leads for it."""

    __slots__ = ("done", "loop")

    def __init__(self, item: T, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(item)
        self.loop, self.done = loop, loop.create_future()

    def lead(self, carry_on: Callable[[], None]) -> None:
        # By way of the loop: the answers of the group before go out first, and what they bring back in comes along.
        try:
            self.loop.call_soon_threadsafe(self.loop.run_in_executor, None, carry_on)
        except RuntimeError:
            carry_on()


class Group(Generic[T, R]):
    """Carries out items of many threads in groups of at most `most`, one group at a time.

    `carry_out` gets the items in order of arrival and gives one result for each; a result that is an exception is
    raised to its own submitter. It must be all or nothing: where it raises, nothing of the group may have happened. The
    group is then split until only the item that spoils it is refused. Trouble outside (`Unavailable`) is nobody's fault
    and reaches all.
    """

    def __init__(self, carry_out: Callable[[Sequence[T]], Sequence[R | Exception]], *, most: int) -> None:
        self._carry_out, self._most = carry_out, most
        self._lock = threading.Lock()
        self._waiting: deque[_Entry[T, R]] = deque()
        self._busy = False

    def submit(self, item: T) -> R:
        """The result for `item`, once its group is carried out. Raises what the group makes of it."""
        entry: _ThreadEntry[T, R] = _ThreadEntry(item)
        if not self._enter(entry):
            entry.woken.wait()
        if not entry.settled:
            self._lead()
        return entry.result()

    async def submit_from_loop(self, item: T) -> R:
        """The same for a coroutine. Its loop goes on meanwhile, and no thread waits."""
        loop = asyncio.get_running_loop()
        entry: _LoopEntry[T, R] = _LoopEntry(item, loop)
        if self._enter(entry):
            loop.run_in_executor(None, self._lead)
        await entry.done
        return entry.result()

    def _enter(self, entry: _Entry[T, R]) -> bool:
        """Whether it is the one to lead."""
        with self._lock:
            self._waiting.append(entry)
            leads, self._busy = not self._busy, True
        return leads

    def _lead(self) -> None:
        """Carries out what has gathered, and sees to it that what gathers meanwhile is."""
        with self._lock:
            entries = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            self._settle(entries)
        finally:
            with self._lock:
                successor = self._waiting[0] if self._waiting else None
                self._busy = successor is not None
            if successor is not None:
                successor.lead(self._lead)

    def _settle(self, entries: Sequence[_Entry[T, R]]) -> None:
        try:
            outcomes = self._carry_out([entry.item for entry in entries])
        except Exception as error:  # noqa: BLE001  whatever it is belongs to those who submitted
            self._refuse(entries, error)
        except BaseException as error:
            _settle_all(entries, repeat(error, len(entries)))
            raise
        else:
            _settle_all(entries, outcomes)

    def _refuse(self, entries: Sequence[_Entry[T, R]], error: Exception) -> None:
        if len(entries) == 1 or isinstance(error, Unavailable):
            _settle_all(entries, repeat(error, len(entries)))
            return
        middle = len(entries) // 2
        self._settle(entries[:middle])
        self._settle(entries[middle:])


def _settle_all(entries: Sequence[_Entry[T, R]], outcomes: Iterable[R | BaseException]) -> None:
    """All are settled before anybody wakes; those who wait on one loop are woken together."""
    for entry, outcome in zip(entries, outcomes, strict=True):
        entry.settle(outcome)
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for entry in entries:
        if isinstance(entry, _LoopEntry):
            by_loop.setdefault(entry.loop, []).append(entry.done)
        elif isinstance(entry, _ThreadEntry):
            entry.woken.set()
    for loop, waiting in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_wake, waiting)


def _wake(waiting: Iterable[asyncio.Future[None]]) -> None:
    for done in waiting:
        if not done.done():  # whoever waited may be gone
            done.set_result(None)
