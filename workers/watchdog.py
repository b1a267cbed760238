"""The watchdog: a worker that claims nothing while runs wait for it is broken in a way that nobody foresaw."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from graph_model.errors import Unavailable
from graph_model.runs.claim import runnable
from graph_model.store.graph import Graph
from workers.fleet import Fleet

# Looks for each patience; a run must be seen waiting in all of them.
LOOKS = 4

log = structlog.get_logger(__name__)


class Watchdog(threading.Thread):
    """Calls `replace` once when slots stay free, nothing is claimed, and the same runs stay runnable for `seconds`."""

    def __init__(self, graph: Graph, fleet: Fleet, *, seconds: float, replace: Callable[[], None]) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._graph, self._fleet, self._seconds, self._replace = graph, fleet, seconds, replace
        self._stopping = threading.Event()

    def run(self) -> None:
        waiting, claims, looks = self._overlooked(), self._fleet.claims, 0
        while not self._stopping.wait(self._seconds / LOOKS):
            waiting, looks = waiting & self._overlooked(), looks + 1
            if not waiting or self._fleet.claims != claims:
                waiting, claims, looks = self._overlooked(), self._fleet.claims, 0
            elif looks >= LOOKS:
                log.critical("claims nothing although runs wait: this worker replaces itself", runs=sorted(waiting)[:5])
                self._replace()
                return

    def stop(self) -> None:
        self._stopping.set()

    def _overlooked(self) -> set[str]:
        """What this worker could claim now; nothing while its slots are taken, or while the graph is away."""
        if not self._fleet.has_free_slot:
            return set()
        try:
            return set(runnable(self._graph, last_chance=self._fleet.takes_last_chances, labels=self._fleet.labels))
        except Unavailable:
            return set()
