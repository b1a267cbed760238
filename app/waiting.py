"""Waiting for good versions: however many wait in this process, the graph is asked once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from graph_model.errors import Unavailable
from graph_model.store.graph import Graph, Row

EVERY_SECONDS = 0.5
"""From one look at the graph to the next, while anybody waits."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    """Somebody who waits for a version of a partition (an id), perhaps only for one published after a moment."""

    partition: str
    newer_than: datetime | None
    found: asyncio.Future[str]

    def takes(self, row: Row) -> bool:
        if self.newer_than is None:
            return True
        return row["published_at"] is not None and row["published_at"] > self.newer_than


class Waiting:
    """One look of the graph for all who wait; none while nobody does."""

    def __init__(self, graph: Graph, *, every_seconds: float = EVERY_SECONDS) -> None:
        self._graph, self._every = graph, every_seconds
        self._waiters: set[_Waiter] = set()
        self._looking: asyncio.Task[None] | None = None

    async def until_current(self, partition: str, *, newer_than: datetime | None, seconds: float) -> str | None:
        """The id of the good version of a partition as soon as there is one; None when the time is over first."""
        waiter = _Waiter(partition, newer_than, asyncio.get_running_loop().create_future())
        self._waiters.add(waiter)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds):
                return await waiter.found
        except TimeoutError:
            return None
        finally:
            self._waiters.discard(waiter)

    async def _look(self) -> None:
        while self._waiters:
            asked = sorted({waiter.partition for waiter in self._waiters})
            try:
                rows = await asyncio.to_thread(self._graph.rows, "versions.current_among", partitions=asked)
            except Unavailable as error:
                log.warning("the graph does not answer those who wait, it is asked again", error=str(error))
            except Exception:
                log.exception("who waits is not answered, the graph is asked again")
            else:
                self._tell(rows)
            await asyncio.sleep(self._every)

    def _tell(self, rows: Sequence[Row]) -> None:
        current = {row["partition"]: row for row in rows}
        for waiter in tuple(self._waiters):
            row = current.get(waiter.partition)
            if row and waiter.takes(row):
                with suppress(asyncio.InvalidStateError):  # its time was over meanwhile
                    waiter.found.set_result(row["version"])
