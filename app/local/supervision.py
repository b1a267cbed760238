"""Keeps the parts of a local stack running, and ends them in the right order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from app.local.children import Child, stop_together
from graph_model.errors import HeadwaterError

LOOK_EVERY = 0.2
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 15.0
STEADY_AFTER = 30.0
"""Seconds after which a part that dies is taken to have been well, and comes back at once."""

# What writes ends before what it writes to.
STOP_ORDER = ("worker", "api", "broker", "graph")


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of process (one of STOP_ORDER) and how to start one under the addresses it had before."""

    kind: str
    start: Callable[[], Child]


@dataclass(slots=True)
class _Watched:
    part: Part
    child: Child
    started: float = field(default_factory=time.monotonic)
    restart_at: float | None = None
    pause: float = FIRST_PAUSE


class Supervision:
    """Restarts what dies, with a growing pause, until it is left; then stops everything.

    A thread does it, and lives until the last part has ended: the tether of a child holds on to the thread that
    started it.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._watched: list[_Watched] = []
        self._lock = threading.Lock()
        self._leaving, self._left = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervision", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        with self._lock:
            for kind in STOP_ORDER:
                stop_together(each.child for each in self._watched if each.part.kind == kind)
        self._left.set()
        self._thread.join()

    def add(self, part: Part, child: Child) -> None:
        """Watches a part that was started already."""
        with self._lock:
            self._watched.append(_Watched(part, child))

    def start(self, part: Part) -> Child:
        child = part.start()
        self.add(part, child)
        return child

    def children(self, kind: str | None = None) -> list[Child]:
        """The processes that live now, of one kind or all."""
        return [each.child for each in list(self._watched) if kind in (None, each.part.kind) and each.child.alive()]

    def _watch(self) -> None:
        while not self._leaving.wait(LOOK_EVERY):
            with self._lock:
                for each in self._watched:
                    if not self._leaving.is_set():
                        self._look_after(each)
        self._left.wait()

    def _look_after(self, each: _Watched) -> None:
        now = time.monotonic()
        if each.restart_at is None:
            if not each.child.alive():
                self._plan_restart(each, now)
        elif now >= each.restart_at:
            self._restart(each)

    def _plan_restart(self, each: _Watched, now: float) -> None:
        code = each.child.process.returncode
        each.child.stop(within=0)  # what it left behind in its group
        each.pause = FIRST_PAUSE if now - each.started > STEADY_AFTER else min(each.pause * 2, LONGEST_PAUSE)
        each.restart_at = now + each.pause
        ended = f"{each.child.name} (process {each.child.pid}) ended with {_in_words(code)}"
        self._say(f"{ended}; it comes back in {each.pause:.1f} s")

    def _restart(self, each: _Watched) -> None:
        each.restart_at = None
        each.started = time.monotonic()
        try:
            each.child = each.part.start()
        except (HeadwaterError, OSError) as error:
            self._say(f"{each.child.name} did not come back: {error}")
            each.pause = min(each.pause * 2, LONGEST_PAUSE)
            each.restart_at = each.started + each.pause


def _in_words(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
