"""A run that this worker holds, and the process that works on it, so that another thread can take both away."""

from __future__ import annotations

import threading

from graph_model.failpoints import failpoint
from graph_model.runs.entities import ClaimedRun
from workers.process import Ended, Order, Process


class RunLostError(Exception):
    """Inside a worker only: the run is no longer ours; stop, and write nothing."""


class Held:
    """One claimed run. Its thread calls `carry_out`; any thread may call `lose`."""

    def __init__(self, run: ClaimedRun) -> None:
        self.run = run
        self._lost = threading.Event()
        self._lock = threading.Lock()
        self._process: Process | None = None

    @property
    def lost(self) -> bool:
        return self._lost.is_set()

    def lose(self) -> None:
        """Ends the process of the run, and lets its thread know that the result counts no more."""
        with self._lock:
            self._lost.set()
            if self._process is not None:
                self._process.kill()

    def carry_out(self, order: Order, *, seconds: float) -> Ended:
        """Starts an order and waits for its end. Raises RunLostError if the run is lost before, meanwhile or after."""
        process = self._start(order)
        failpoint("process.spawned")
        try:
            ended = process.wait(seconds)
        finally:
            with self._lock:
                self._process = None
        failpoint("process.collected")
        self.check()
        return ended

    def check(self) -> None:
        if self.lost:
            raise RunLostError(self.run.id)

    def pause(self, seconds: float) -> None:
        """Waits, but no longer than the run is ours."""
        self._lost.wait(seconds)

    def _start(self, order: Order) -> Process:
        with self._lock:
            self.check()
            self._process = Process(order)
            return self._process
