"""What one worker process does with its slots: claim, execute, ring for what became ready, until nothing is left."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence

import structlog

from connectors.bell import ring
from graph_model.errors import GraphUnavailable
from graph_model.runs.claim import AGE_SECONDS, claim
from graph_model.store.graph import Graph
from graph_model.store.grouping import Group
from workers.held import Held
from workers.identity import Identities, Identity
from workers.supervisor import Supervisor, UnsettledError

# A slot that is just being given back is worth waiting for: whoever holds it may have looked before this run was there.
SLOT_WAIT_SECONDS = 0.05
# While a bell is heard, a poller lets so many turns pass between two looks.
PASS_OVER = 4

# A run that was won, under the id that it was won for.
Claimed = tuple[Identity, Held]

log = structlog.get_logger(__name__)


class Fleet:
    """The slots of this worker. Threads of Celery and our own call `work_off`; together they keep to the slots.

    `claims` counts the runs that were won.
    """

    def __init__(
        self,
        graph: Graph,
        supervisor: Supervisor,
        identities: Identities,
        *,
        broker_url: str | None,
        slots: int,
        age_seconds: float = AGE_SECONDS,
    ) -> None:
        self._graph, self._supervisor, self._identities = graph, supervisor, identities
        self._broker_url, self._total, self._age = broker_url, slots, age_seconds
        self._slots = threading.BoundedSemaphore(slots)
        self._stopping = threading.Event()
        self.claims = 0
        self._claims: Group[str | None, Claimed | None] = Group(self._claim_together, most=slots)

    def work_off(self, prefer: str | None = None) -> None:
        """Executes runs on this thread until there is none to claim, or no slot is free. Never raises."""
        while not self._stopping.is_set() and self._slots.acquire(timeout=SLOT_WAIT_SECONDS):
            try:
                ready = self._one_run(prefer)
            except GraphUnavailable as error:
                log.warning("nothing claimed: the graph does not answer", error=str(error))
                return
            except Exception:
                log.exception("a run was dropped, for a reason that nobody foresaw")
                return
            finally:
                self._slots.release()
            if ready is None:
                return
            # This thread takes one of them itself, so the bell is for the others.
            prefer = ready[0] if ready else None
            ring(self._broker_url, ready[1:])

    @property
    def has_free_slot(self) -> bool:
        if not self._slots.acquire(blocking=False):
            return False
        self._slots.release()
        return True

    @property
    def takes_last_chances(self) -> bool:
        """Whether a run that may not lose another worker could be taken: this one carries no other such run."""
        return not self._identities.carries_last_chance()

    @property
    def labels(self) -> frozenset[str]:
        return self._identities.labels

    def stop(self) -> None:
        """No claims any more; what is being executed goes on."""
        self._stopping.set()

    def idle_within(self, seconds: float) -> bool:
        """Whether every slot comes free within `seconds`. Asked after `stop`: the slots are not given back."""
        deadline = time.monotonic() + seconds
        return all(self._slots.acquire(timeout=max(0.0, deadline - time.monotonic())) for _ in range(self._total))

    def _one_run(self, prefer: str | None) -> tuple[str, ...] | None:
        """Claims and executes one run; the runs that became ready, or None when there was nothing to claim."""
        claimed = self._claims.submit(prefer)
        if claimed is None:
            return None
        identity, held = claimed
        try:
            return self._supervisor.execute(held)
        except UnsettledError:
            self._identities.doubt(identity)
            raise
        finally:
            self._identities.release(identity, held)

    def _claim_together(self, preferred: Sequence[str | None]) -> Sequence[Claimed | None]:
        """One claim for all threads that ask while another claim is under way."""
        with self._identities.claiming() as identity:
            if identity.lost:
                return [None] * len(preferred)
            return self._claim_as(identity, preferred)

    def _claim_as(self, identity: Identity, preferred: Sequence[str | None]) -> Sequence[Claimed | None]:
        try:
            runs = claim(
                self._graph,
                identity.id,
                slots=len(preferred),
                prefer=set(filter(None, preferred)),
                last_chance=self.takes_last_chances,
                labels=self.labels,
                age_seconds=self._age,
            )
        except Exception:
            # A claim may have been won without our hearing of it: only a retired id gives such a run back.
            self._identities.doubt(identity)
            raise
        won: list[Claimed | None] = [(identity, Held(run)) for run in runs]
        self.claims += len(won)
        for claimed in filter(None, won):
            self._identities.hold(*claimed)
        return won + [None] * (len(preferred) - len(won))


class Poller(threading.Thread):
    """Looks for runs by itself: always when no bell is heard, and now and then in case a bell has died unnoticed."""

    def __init__(self, fleet: Fleet, *, every_seconds: float, hears: Callable[[], bool], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._fleet, self._every, self._hears = fleet, every_seconds, hears
        self._stopping = threading.Event()

    def run(self) -> None:
        passed_over = 0
        while not self._stopping.wait(random.uniform(0.7, 1.0) * self._every):
            # A bell rings anybody, and what only this worker may run can ring the others for long.
            if self._hears() and passed_over < PASS_OVER and not self._fleet.labels:
                passed_over += 1
                continue
            passed_over = 0
            self._fleet.work_off()

    def stop(self) -> None:
        self._stopping.set()
