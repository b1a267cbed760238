"""`threading` and `time` for simulated processes: the same names, on fibers and virtual time."""

from __future__ import annotations

import threading
from collections import deque
from typing import Self

from tests.simulation.scheduler import Fiber, Scheduler, current


def _scheduler() -> Scheduler:
    return current().process.world.scheduler


class _Waiters:
    def __init__(self) -> None:
        self._fibers: deque[Fiber] = deque()

    def wait(self, seconds: float | None) -> bool:
        fiber = current()
        self._fibers.append(fiber)
        try:
            return _scheduler().park(seconds)
        finally:
            if fiber in self._fibers:
                self._fibers.remove(fiber)

    def wake_one(self) -> None:
        if self._fibers:
            self._wake(self._fibers.popleft())

    def wake_all(self) -> None:
        while self._fibers:
            self._wake(self._fibers.popleft())

    @staticmethod
    def _wake(fiber: Fiber) -> None:
        fiber.process.world.scheduler.unpark(fiber)


class Event:
    def __init__(self) -> None:
        self._set, self._waiters = False, _Waiters()

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        self._waiters.wake_all()

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        if not self._set:
            self._waiters.wait(timeout)
        return self._set


class Semaphore:
    def __init__(self, value: int = 1) -> None:
        self._value, self._waiters = value, _Waiters()

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        deadline = None if timeout is None else _scheduler().now + timeout
        while self._value == 0:
            left = None if deadline is None else deadline - _scheduler().now
            if not blocking or (left is not None and left <= 0) or not self._waiters.wait(left):
                return False
        self._value -= 1
        return True

    def release(self) -> None:
        self._value += 1
        self._waiters.wake_one()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Lock(Semaphore):
    def __init__(self) -> None:
        super().__init__(1)

    def locked(self) -> bool:
        return self._value == 0


class Threading:
    """Stands in for the module `threading` where a module under test looks it up."""

    Event, Lock, Semaphore, BoundedSemaphore = Event, Lock, Semaphore, Semaphore
    Thread = threading.Thread
    """The real one, of which `seams` replaces what it does."""


class Time:
    """Stands in for the module `time`; `time()` is the process's own clock on the wall, which may be wrong."""

    @staticmethod
    def monotonic() -> float:
        return _scheduler().now

    @staticmethod
    def time() -> float:
        process = current().process
        return process.world.scheduler.now + process.skew

    @staticmethod
    def sleep(seconds: float) -> None:
        _scheduler().sleep(seconds)


class VirtualClock:
    """The gate's clock."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def monotonic(self) -> float:
        return self._scheduler.now

    def sleep(self, seconds: float) -> None:
        self._scheduler.sleep(seconds)
