"""The emitter: a thread in every worker that knows an address, which tells it of runs. A lease in the graph has one of
them do so at a time.

It is no sweep of the steward, so that a receiver that is slow or gone keeps no other sweep waiting.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable

import structlog

from connectors.openlineage.own.deliver import deliver_round
from connectors.openlineage.own.receiver import Receiver
from graph_model.emitting.entities import parent_id
from graph_model.emitting.repository import drop_beyond, say_trouble, subscribe
from graph_model.errors import Unavailable
from graph_model.names import Name
from graph_model.runs.entities import ClaimedRun
from graph_model.runs.lease import become_leader
from graph_model.settings import OpenLineageSettings
from graph_model.store.graph import Graph

LEASE = "openlineage"
LEASE_SECONDS = 15.0
# A receiver that is down is asked again after this long, then twice as long …
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
# How often the subscription is renewed, and the backlog held to its bound.
TIDY_SECONDS = 60.0

log = structlog.get_logger(__name__)


class Emitter(threading.Thread):
    """Sends what waits, and goes on whatever happens."""

    def __init__(self, graph: Graph, settings: OpenLineageSettings, *, every_seconds: float) -> None:
        super().__init__(name="emitter", daemon=True)
        self._graph, self._settings, self._every = graph, settings, every_seconds
        self._holder = f"emitter-{uuid.uuid4().hex[:16]}"
        self._instance: str | None = None
        self._tidy_at = 0.0
        self._wait = 0.0
        self._trouble: str | None = None
        self._said_trouble = False
        self._stopping = threading.Event()

    def subscribe(self) -> None:
        """Before the first run is claimed, so that its start is told too. Where the graph does not answer, the thread
        makes up for it.
        """
        self._guarded(self._renew)

    def run(self) -> None:
        with Receiver(self._settings) as receiver:
            while not self._stopping.wait(max(self._wait, random.uniform(0.7, 1.0) * self._every)):
                self._guarded(lambda: self._turn(receiver))

    def parent_id(self, run: ClaimedRun) -> str | None:
        """What a client of OpenLineage that works for a run is told, so that others see what belongs to what."""
        if self._instance is None or run.job is None:
            return None
        job = Name(self._settings.namespace or run.job.name.namespace, run.job.name.name)
        return parent_id(self._instance, job, run.id, run.fence)

    def stop(self) -> None:
        self._stopping.set()

    def _turn(self, receiver: Receiver) -> None:
        if self._instance is None or time.monotonic() >= self._tidy_at:
            self._renew()
        while self._instance and not self._stopping.is_set() and self._holds_lease():
            outcome = deliver_round(
                self._graph, receiver, instance=self._instance, namespace=self._settings.namespace or None
            )
            self._learn(outcome.trouble, found_any=outcome.found_any)
            if outcome.trouble or not outcome.found_any:
                return

    def _renew(self) -> None:
        self._instance = subscribe(self._graph)
        self._tidy_at = time.monotonic() + TIDY_SECONDS
        dropped = drop_beyond(self._graph, self._settings.most_waiting)
        if dropped:
            log.warning("too many events wait for the receiver; the oldest were let go", dropped=dropped)

    def _holds_lease(self) -> bool:
        return become_leader(self._graph, self._holder, seconds=LEASE_SECONDS, lease=LEASE)

    def _learn(self, trouble: str | None, *, found_any: bool) -> None:
        """How long to leave the receiver alone; what changed is said, here and in the graph."""
        if trouble is None and not found_any:
            return
        self._wait = min(LONGEST_WAIT, max(FIRST_WAIT, self._wait * 2)) if trouble else 0.0
        if trouble == self._trouble and self._said_trouble:
            return
        if trouble:
            log.warning("the receiver of OpenLineage events takes nothing, it is tried again", error=trouble)
        elif self._trouble:
            log.info("the receiver of OpenLineage events takes them again")
        self._trouble = trouble
        say_trouble(self._graph, trouble)
        self._said_trouble = True

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Unavailable as error:
            log.warning("telling of runs failed, it is tried again", error=str(error))
        except Exception:
            log.exception("telling of runs failed, it is tried again")
