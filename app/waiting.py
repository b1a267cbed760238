"""Waiting for good versions and successful runs: the graph is asked once for all who wait in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog

from graph_model.errors import Unavailable
from graph_model.runs.repository import succeeded
from graph_model.store.graph import Graph

EVERY_SECONDS = 0.5
"""From one look at the graph to the next, while anybody waits."""

log = structlog.get_logger(__name__)


class There(NamedTuple):
    """The id of what is waited for, and since when it is there."""

    id: str
    at: datetime | None


Find = Callable[[Graph, Sequence[str]], Mapping[str, There]]
"""What is there of some places, by their ids."""


def good_versions(graph: Graph, partitions: Sequence[str]) -> Mapping[str, There]:
    rows = graph.rows("versions.current_among", partitions=list(partitions))
    return {row["partition"]: There(row["version"], row["published_at"]) for row in rows}


def successful_runs(graph: Graph, job_partitions: Sequence[str]) -> Mapping[str, There]:
    return {place: There(*found) for place, found in succeeded(graph, job_partitions).items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    """Somebody who waits for something at a place (an id), perhaps only for what came after a moment."""

    place: str
    newer_than: datetime | None
    found: asyncio.Future[str]

    def takes(self, there: There) -> bool:
        return self.newer_than is None or (there.at is not None and there.at > self.newer_than)


class Waiting:
    """One look of the graph for all who wait; none while nobody does."""

    def __init__(self, graph: Graph, find: Find = good_versions, *, every_seconds: float = EVERY_SECONDS) -> None:
        self._graph, self._find, self._every = graph, find, every_seconds
        self._waiters: set[_Waiter] = set()
        self._looking: asyncio.Task[None] | None = None

    async def until_there(self, place: str, *, newer_than: datetime | None, seconds: float) -> str | None:
        """The id of what is waited for, as soon as it is there; None when the time is over first."""
        waiter = _Waiter(place, newer_than, asyncio.get_running_loop().create_future())
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
            asked = sorted({waiter.place for waiter in self._waiters})
            try:
                there = await asyncio.to_thread(self._find, self._graph, asked)
            except Unavailable as error:
                log.warning("the graph does not answer those who wait, it is asked again", error=str(error))
            except Exception:
                log.exception("who waits is not answered, the graph is asked again")
            else:
                self._tell(there)
            await asyncio.sleep(self._every)

    def _tell(self, there: Mapping[str, There]) -> None:
        for waiter in tuple(self._waiters):
            found = there.get(waiter.place)
            if found and waiter.takes(found):
                with suppress(asyncio.InvalidStateError):  # its time was over meanwhile
                    waiter.found.set_result(found.id)
