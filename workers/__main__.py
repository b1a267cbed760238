"""`python -m workers`: one worker process, from its settings to its end."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

import structlog

from connectors.bell import ring
from graph_model.errors import GraphUnavailable
from graph_model.logs import configure_logs
from graph_model.settings import (
    BrokerSettings,
    DataSettings,
    GraphSettings,
    NotifySettings,
    OpenLineageSettings,
    StorageSettings,
    ValidationSettings,
    WorkerSettings,
    roots_of,
)
from graph_model.store.graph import Graph
from workers.celery_app import make_celery
from workers.emitter import Emitter
from workers.fleet import Fleet, Poller
from workers.identity import Heartbeat, Identities
from workers.listener import Listener
from workers.steward import Steward, Sweeps
from workers.supervisor import Supervisor
from workers.tasks import add_tasks
from workers.template.keeper import Templates
from workers.watchdog import Watchdog

# How often the main thread looks whether a lease was renewed.
WATCH_SECONDS = 0.5
# A heartbeat that takes longer than this comes too late to matter.
HEARTBEAT_TIMEOUT_SECONDS = 3.0
# How long a thread may take to notice that its run was killed, or that it shall end.
SETTLE_SECONDS = 10.0
UNREACHABLE = 3
REPLACED = 4

log = structlog.get_logger(__name__)


class Worker:
    """All parts of one worker process, joined."""

    def __init__(
        self,
        graph: Graph,
        lease_graph: Graph,
        *,
        broker_url: str | None,
        settings: WorkerSettings,
        stop: threading.Event,
    ) -> None:
        self._settings, self._broker_url, self._stop = settings, broker_url, stop
        self.to_be_replaced = False
        labels = settings.listed_labels()
        self._identities = Identities(
            lease_graph, slots=settings.slots, lease_seconds=settings.lease_seconds, labels=labels
        )
        roots = roots_of(StorageSettings(), DataSettings())
        self._templates = Templates()
        told = OpenLineageSettings()
        self._emitters = [Emitter(graph, told, every_seconds=settings.sweep_seconds)] if told.url else []
        parent_id = self._emitters[0].parent_id if self._emitters else None
        supervisor = Supervisor(graph, roots, self._templates, ValidationSettings(), parent_id)
        self._fleet = Fleet(
            graph,
            supervisor,
            self._identities,
            broker_url=broker_url,
            slots=settings.slots,
            age_seconds=settings.age_minutes * 60,
        )
        self._listener = self._make_listener()
        # A process of a dead attempt outlives its lease by moments; one whose worker was stopped, until that goes on.
        grace = settings.lease_seconds * 2
        sweeps = Sweeps(
            graph,
            broker_url=broker_url,
            notify=NotifySettings(),
            roots=roots,
            staging_grace=grace,
            lost_after=settings.lost_after_hours * 3600,
        ).all()
        self._threads = [
            *self._emitters,
            Heartbeat(self._identities, every_seconds=settings.heartbeat_seconds),
            Steward(graph, sweeps, every_seconds=settings.sweep_seconds),
            Watchdog(graph, self._fleet, seconds=settings.watchdog_seconds, replace=self._ask_to_be_replaced),
            *(self._make_poller(number) for number in range(settings.slots)),
        ]

    def run(self) -> None:
        """Works until the event `stop` is set, then gives back what it holds."""
        self._templates.start()
        for emitter in self._emitters:
            emitter.subscribe()
        for thread in self._threads:
            thread.start()
        if self._listener is not None:
            self._listener.start()
        log.info("worker is ready", slots=self._settings.slots, broker=self._broker_url is not None)
        while not self._stop.wait(WATCH_SECONDS):
            self._identities.watch()
        self._shut_down()

    def _ask_to_be_replaced(self) -> None:
        self.to_be_replaced = True
        self._stop.set()

    def _shut_down(self) -> None:
        """No more claims; runs may go on for a moment; then they are ended and given back, and others are rung for."""
        log.info("worker stops")
        self._fleet.stop()
        if self._listener is not None:
            self._listener.stop()
        if not self._fleet.idle_within(self._settings.stop_seconds):
            self._identities.lose_runs()
            self._fleet.idle_within(SETTLE_SECONDS)
        for thread in self._threads:
            thread.stop()
        self._templates.stop()
        for thread in self._threads:
            thread.join(SETTLE_SECONDS)
        try:
            released = self._identities.retire()
        except GraphUnavailable as error:
            log.warning("nothing given back: the leases end by themselves", error=str(error))
            return
        ring(self._broker_url, released)
        log.info("worker stopped", released=list(released))

    def _make_listener(self) -> Listener | None:
        if self._broker_url is None:
            return None
        app = make_celery(self._broker_url, slots=self._settings.slots)
        add_tasks(app, self._fleet)
        return Listener(app)

    def _make_poller(self, number: int) -> Poller:
        return Poller(
            self._fleet, every_seconds=self._settings.sweep_seconds, hears=self._hears, name=f"poller-{number}"
        )

    def _hears(self) -> bool:
        return self._listener is not None and self._listener.hears


def main() -> int:
    """0 after an orderly end, 3 when the graph cannot be reached at the start, REPLACED to be started anew."""
    configure_logs()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    graph_settings, broker = GraphSettings(), BrokerSettings().url
    hurried = graph_settings.model_copy(update={"timeout": min(graph_settings.timeout, HEARTBEAT_TIMEOUT_SECONDS)})
    try:
        # Nobody closes these connections. A thread may still wait for an answer when our patience with it ends, and the
        # driver fails to close what is in use; the end of the process closes them all.
        worker = Worker(
            Graph(graph_settings),
            Graph(hurried),
            broker_url=broker.get_secret_value() if broker else None,
            settings=WorkerSettings(),
            stop=stop,
        )
    except GraphUnavailable as error:
        log.critical("worker cannot start", error=str(error))
        return UNREACHABLE
    worker.run()
    return REPLACED if worker.to_be_replaced else 0


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stderr.flush()
    if code == REPLACED:
        # The same process id, so that whoever supervises this worker notices nothing.
        os.execv(sys.executable, [sys.executable, "-m", "workers"])  # noqa: S606  no shell is what we want
    # Celery's pool joins its threads at exit, and one of them may wait for a broker that is gone.
    os._exit(code)
