"""Virtual time, and processes made of greenlets: which one goes on is decided by the seed and by nothing else."""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Callable
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet


class Stuck(Exception):
    """A history that never becomes quiet."""


class Process:
    """One life of an operating system process: its memory is its fibers, gone when it crashes."""

    def __init__(self, name: str, world: Any = None) -> None:
        self.name, self.world = name, world
        self.alive = True
        self.paused_until = 0.0
        self.skew = 0.0
        self.fibers: list[Fiber] = []
        self.transactions: dict[Any, None] = {}

    def __repr__(self) -> str:
        return f"<{self.name}>"


class Fiber(greenlet):
    """A thread of a process."""

    process: Process
    # Counts its suspensions: a wake-up for an older one is stale.
    ticket = 0
    granted = False


class Scheduler:
    def __init__(self) -> None:
        self.now = 0.0
        self.digest = 0
        self.errors: list[tuple[str, BaseException]] = []
        self._heap: list[tuple[float, int, Any, int]] = []
        self._count = 0
        self._hub = getcurrent()

    def trace(self, who: str, what: str) -> None:
        """Adds to the digest that tells two histories apart."""
        self.digest = zlib.crc32(f"{self.now:.6f} {who} {what}".encode(), self.digest)

    def spawn(self, process: Process, work: Callable[[], object], *, after: float = 0.0) -> Fiber:
        fiber = Fiber(lambda: self._live(process, work), self._hub)
        fiber.process = process
        process.fibers.append(fiber)
        self._push(self.now + after, fiber)
        return fiber

    def call(self, seconds: float, action: Callable[[], object]) -> None:
        """Runs `action` in the hub after a while; it must not wait for anything."""
        self._count += 1
        heapq.heappush(self._heap, (self.now + seconds, self._count, action, -1))

    def sleep(self, seconds: float) -> None:
        """Suspends the current fiber."""
        fiber = current()
        wake = self.now + seconds
        process = fiber.process
        if process.alive and process.paused_until <= wake and (not self._heap or self._heap[0][0] > wake):
            self.now = wake
            return
        self._push(wake, fiber)
        self._leave(fiber)

    def park(self, seconds: float | None = None) -> bool:
        """Suspends the current fiber until `unpark`; False: `seconds` passed first."""
        fiber = current()
        fiber.granted = False
        if seconds is not None and seconds != float("inf"):
            self._push(self.now + max(seconds, 0.0), fiber)
        self._leave(fiber)
        return fiber.granted

    def unpark(self, fiber: Fiber) -> None:
        if not fiber.granted:
            fiber.granted = True
            self._push(self.now, fiber)

    def crash(self, process: Process) -> None:
        """Ends a process where it stands. Does not return to a fiber of that process."""
        process.alive = False
        for fiber in list(process.fibers):
            if fiber is not getcurrent():
                fiber.parent = getcurrent()
                fiber.throw(GreenletExit)
        process.fibers = [fiber for fiber in process.fibers if fiber is getcurrent()]
        if getcurrent() in process.fibers:
            raise GreenletExit

    def run(self, *, most_seconds: float) -> None:
        """Until nothing is left to do, or an action raises StopIteration. Raises Stuck."""
        while self._heap:
            time, _, what, ticket = heapq.heappop(self._heap)
            if time > most_seconds:
                raise Stuck(f"not quiet after {most_seconds:g} s")
            if ticket < 0:
                self.now = max(self.now, time)
                if what() is StopIteration:
                    return
                continue
            if what.ticket != ticket or not what.process.alive:
                continue
            if what.process.paused_until > time:
                self._again(what, what.process.paused_until)
                continue
            self.now = max(self.now, time)
            what.ticket += 1
            what.switch()

    def _again(self, fiber: Fiber, time: float) -> None:
        # Which thread of a process goes first after a pause must not depend on which slept first.
        self._count += 1
        jitter = (self._count * 2654435761 % 997) / 997_000
        heapq.heappush(self._heap, (time + jitter, self._count, fiber, fiber.ticket))

    def _push(self, time: float, fiber: Fiber) -> None:
        self._count += 1
        heapq.heappush(self._heap, (time, self._count, fiber, fiber.ticket))

    def _leave(self, fiber: Fiber) -> None:
        if not fiber.process.alive:
            raise GreenletExit
        self._hub.switch()
        if not fiber.process.alive:
            raise GreenletExit

    def _live(self, process: Process, work: Callable[[], object]) -> None:
        try:
            if process.alive:
                work()
        except (GreenletExit, KeyboardInterrupt, NotImplementedError):
            # What the model cannot do is no finding, nor that somebody asks for the end: both end the simulation.
            raise
        except BaseException as error:  # noqa: BLE001  whatever a process dies of is for the checker to see
            self.errors.append((process.name, error))
        finally:
            fiber = getcurrent()
            process.fibers = [known for known in process.fibers if known is not fiber]


def current() -> Fiber:
    fiber = getcurrent()
    assert isinstance(fiber, Fiber), "only a simulated process may wait"
    return fiber
