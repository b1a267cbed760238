"""Who this worker is in the graph, and for how long: its leases, kept alive by a heartbeat.

A worker takes a fresh id whenever it cannot be sure of the old one: a lease that ran out, or a claim whose answer was
lost. An old id lives on, without claiming, until its last run here has ended. Then it is retired, which gives back what
the graph still counts as its own.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import structlog

from graph_model.errors import GraphUnavailable
from graph_model.runs.lease import heartbeat, register, retire, still_owned
from graph_model.runs.rules import is_last_chance
from graph_model.store.graph import Graph
from workers.held import Held

log = structlog.get_logger(__name__)


class Identity:
    """One id, the moment of its last certain renewal, the runs held under it and the claims under way."""

    def __init__(self) -> None:
        self.id = f"worker-{uuid.uuid4().hex[:16]}"
        self.renewed_at = time.monotonic()
        self.held: set[Held] = set()
        self.claims = 0
        self.lost = False
        self.doubted = False

    @property
    def in_use(self) -> bool:
        return bool(self.held) or self.claims > 0

    @property
    def age(self) -> float:
        """Seconds since the lease was certainly alive."""
        return time.monotonic() - self.renewed_at


class Identities:
    """The current id of this worker and the old ones that still have runs. Safe to use from all threads."""

    def __init__(self, graph: Graph, *, slots: int, lease_seconds: float, labels: Collection[str] = ()) -> None:
        self._graph, self._slots, self._lease_seconds = graph, slots, lease_seconds
        self.labels = frozenset(labels)
        self._lock = threading.Lock()
        self._known: list[Identity] = []
        self.current = self._registered()

    @contextmanager
    def claiming(self) -> Iterator[Identity]:
        """The id to claim under. It is not retired meanwhile: what it won then, a dead worker would have won."""
        with self._lock:
            identity = self.current
            identity.claims += 1
        try:
            yield identity
        finally:
            with self._lock:
                identity.claims -= 1

    def hold(self, identity: Identity, held: Held) -> None:
        """Binds a claimed run to the id it was claimed under; it is lost at once if that id is."""
        with self._lock:
            identity.held.add(held)
            lost = identity.lost
        if lost:
            held.lose()

    def release(self, identity: Identity, held: Held) -> None:
        with self._lock:
            identity.held.discard(held)

    def carries_last_chance(self) -> bool:
        """Whether one of the runs held here would be poison if this worker died."""
        with self._lock:
            return any(is_last_chance(held.run.losses) for known in self._known for held in known.held)

    def doubt(self, identity: Identity) -> None:
        """Says that the graph may count runs as this id's own that nobody here knows of. The next beat replaces it."""
        identity.doubted = True

    def beat(self) -> None:
        """Renews the leases of ids that still matter, replaces or retires the others. Raises GraphUnavailable."""
        if self.current.lost or self.current.doubted:
            self.current = self._registered()
        for identity in self._all():
            if identity is self.current or identity.in_use:
                self._renew_lease(identity)
            else:
                retire(self._graph, identity.id)
                self._forget(identity)

    def watch(self) -> None:
        """Gives up ids that have not been renewed for two thirds of a lease: another worker may soon own their runs."""
        for identity in self._all():
            if identity.age > self._lease_seconds * 2 / 3:
                self._lose(identity, f"not renewed for {identity.age:.1f} s")

    def lose_runs(self) -> None:
        """Ends the processes of all runs here; their threads write nothing more."""
        for identity in self._all():
            self._end_runs(identity)

    def retire(self) -> tuple[str, ...]:
        """Gives back everything; the runs that others may take now. Raises GraphUnavailable."""
        return tuple(run for identity in self._all() for run in retire(self._graph, identity.id))

    def _registered(self) -> Identity:
        identity = Identity()
        register(
            self._graph,
            identity.id,
            host=socket.gethostname(),
            pid=os.getpid(),
            slots=self._slots,
            lease_seconds=self._lease_seconds,
            labels=self.labels,
        )
        with self._lock:
            self._known.append(identity)
        log.info("worker registered", worker=identity.id)
        return identity

    def _renew_lease(self, identity: Identity) -> None:
        asked_at = time.monotonic()
        if heartbeat(self._graph, identity.id, lease_seconds=self._lease_seconds):
            identity.renewed_at = asked_at
            self._lose_what_was_taken(identity)
        else:
            self._lose(identity, "its lease had run out")

    def _lose_what_was_taken(self, identity: Identity) -> None:
        """Ends the processes of runs that are no longer ours, because somebody cancelled them, say. One that ended well
        meanwhile has no process left to end.
        """
        # Whatever is claimed after this look is not asked about, so that it cannot be missed by mistake.
        with self._lock:
            held = list(identity.held)
        ours = still_owned(self._graph, identity.id, [each.run.id for each in held])
        for each in held:
            if (each.run.id, each.run.fence) not in ours and not each.lost:
                log.info("run is no longer ours: its processes are killed", run=each.run.id, fence=each.run.fence)
                each.lose()

    def _lose(self, identity: Identity, why: str) -> None:
        log.error(
            "lease lost: every process of these runs is killed", worker=identity.id, why=why, runs=len(identity.held)
        )
        with self._lock:
            identity.lost = True
        self._end_runs(identity)
        self._forget(identity)

    def _end_runs(self, identity: Identity) -> None:
        with self._lock:
            held = list(identity.held)
        for run in held:
            run.lose()

    def _forget(self, identity: Identity) -> None:
        with self._lock:
            self._known = [known for known in self._known if known is not identity]

    def _all(self) -> list[Identity]:
        with self._lock:
            return list(self._known)


class Heartbeat(threading.Thread):
    """Beats until it is stopped. An outage is not its business: `watch`, on another thread, looks at the clock."""

    def __init__(self, identities: Identities, *, every_seconds: float) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._identities, self._every = identities, every_seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(self._every):
            try:
                self._identities.beat()
            except GraphUnavailable as error:
                log.warning("no heartbeat: the graph does not answer", error=str(error))
            except Exception:
                log.exception("no heartbeat, for a reason that nobody foresaw")

    def stop(self) -> None:
        self._stopping.set()
