"""The pause of writes: Cypher has no snapshot reads, so whoever copies a graph makes its writers wait.

The pause is a node with an end on the graph's clock. The last statement of every unit of work looks at it, so a writer
that began before the pause may still commit behind it. Each of them leaves an operation: when their number has not
changed from when the pause took hold until after the copy, nothing was committed in between.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from graph_model.errors import GraphPaused
from graph_model.store.graph import Graph

HOLD_SECONDS = 30.0
# A commit that is on its way becomes visible within this time, on the embedded engine piece by piece.
SETTLE_SECONDS = 0.3


class PauseLost(Exception):
    """The pause ran out under its holder, or something was committed in spite of it: what was read is worth nothing."""


class Pause:
    """A pause of writes by one holder; with the same `holder` after a crash, it goes on."""

    def __init__(self, graph: Graph, reason: str, *, holder: str = "", hold_seconds: float = HOLD_SECONDS) -> None:
        self._graph, self._reason, self._hold = graph, reason, hold_seconds
        self.holder = holder or f"backup-{uuid.uuid4().hex}"
        self._prolonged_at = 0.0
        self._operations = 0

    def take(self) -> int:
        """Begins the pause; how many lines of a restore were done under it before. Raises GraphPaused when someone
        else pauses already.
        """
        asked_at = time.monotonic()
        what = {"holder": self.holder, "reason": self._reason, "hold_ms": self._hold_ms}
        taken = self._graph.write(lambda tx: tx.rows("store.pause", token=tx.token, **what), while_paused=True)
        if not taken:
            found = self._graph.rows("store.who_pauses")
            raise GraphPaused(found[0]["reason"] if found else "somebody else has just paused them")
        self._prolonged_at = asked_at
        return taken[0]["lines"]

    def settle(self) -> None:
        """Waits until what was on its way when the pause began has arrived or has been rolled back."""
        self._operations = self._count()
        while True:
            time.sleep(SETTLE_SECONDS)
            self.keep()
            before, self._operations = self._operations, self._count()
            if before == self._operations:
                return

    def keep(self, *, now: bool = False) -> None:
        """Prolongs the pause when a third of it has passed, or `now`. Raises PauseLost."""
        asked_at = time.monotonic()
        if not now and asked_at - self._prolonged_at < self._hold / 3:
            return
        what = {"holder": self.holder, "hold_ms": self._hold_ms}
        if not self._graph.write(lambda tx: tx.rows("store.keep_paused", **what), while_paused=True):
            raise PauseLost
        self._prolonged_at = asked_at

    def prove(self) -> None:
        """That nothing was committed since `settle`. Raises PauseLost."""
        time.sleep(SETTLE_SECONDS)
        if self._count() != self._operations:
            raise PauseLost
        self.keep(now=True)

    def end(self, *, lines: int = 0) -> bool:
        """Ends the pause, unless someone with the same holder has brought a restore to another line meanwhile."""
        what = {"holder": self.holder, "lines": lines}
        ended = self._graph.write(lambda tx: tx.rows("store.end_pause", token=tx.token, **what), while_paused=True)
        return bool(ended[0]["ended"])

    @property
    def _hold_ms(self) -> int:
        return round(self._hold * 1000)

    def _count(self) -> int:
        return self._graph.rows("store.count_operations")[0]["operations"]


@contextmanager
def paused_writes(graph: Graph, reason: str) -> Iterator[Pause]:
    """A pause that has settled. It ends with the block, and by itself half a minute after a crash."""
    pause = Pause(graph, reason)
    pause.take()
    try:
        pause.settle()
        yield pause
    finally:
        pause.end()
