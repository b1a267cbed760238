"""Processes that are kept for the next who wants one."""

from __future__ import annotations

import threading
from typing import Generic, Protocol, TypeVar


class Kept(Protocol):
    """`uses`: how often somebody had it."""

    @property
    def uses(self) -> int: ...

    def end(self) -> None: ...


T = TypeVar("T", bound=Kept)


class Idle(Generic[T]):
    """Those that have nothing to do. Any thread may take one, which is nobody else's until it is given back."""

    def __init__(self, *, most_uses: int) -> None:
        """After `most_uses` another takes its place: nothing that gathers in one gathers for ever."""
        self._most_uses = most_uses
        self._lock = threading.Lock()
        self._waiting: list[T] = []
        self._closed = False

    def take(self) -> T | None:
        with self._lock:
            return self._waiting.pop() if self._waiting else None

    def give_back(self, one: T) -> None:
        """One that may be used again."""
        with self._lock:
            if one.uses < self._most_uses and not self._closed:
                self._waiting.append(one)
                return
        one.end()

    def let_go(self) -> None:
        """Those that wait end."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.end()

    def close(self) -> None:
        """The same, and so does whatever is given back from now on."""
        with self._lock:
            self._closed = True
        self.let_go()

    @property
    def waiting(self) -> tuple[T, ...]:
        return tuple(self._waiting)
