"""The thread that listens to the bell: Celery's consumer, without its program around it."""

from __future__ import annotations

import threading

import structlog
from celery import Celery, bootsteps
from celery.app import trace
from celery.worker import WorkController, state

# How long to wait before a consumer that ended by itself is built anew.
REBUILD_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Listener(threading.Thread):
    """Hears rings as long as there is a broker, and looks for it again when there is none.

    `WorkController` is Celery's worker without signal handlers, banner and logging, which belong to our own program.
    """

    def __init__(self, app: Celery) -> None:
        super().__init__(name="listener", daemon=True)
        self._app = app
        self._hears = threading.Event()
        self._stopping = threading.Event()
        app.steps["consumer"].add(_hearing(self._hears))  # pyright: ignore[reportOptionalSubscript]
        trace.setup_worker_optimizations(app)

    @property
    def hears(self) -> bool:
        """Whether the broker is connected, as far as is known. With all slots taken nobody looks; a broker that died
        and came back meanwhile is listened to again without a word.
        """
        return self._hears.is_set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except Exception:
                log.exception("the bell cannot be listened to, for a reason that nobody foresaw")
            self._hears.clear()
            self._stopping.wait(REBUILD_SECONDS)

    def stop(self) -> None:
        """Ends the thread soon; a ring that is being answered is not waited for."""
        self._stopping.set()
        state.should_stop = 0

    def _listen(self) -> None:
        controller = WorkController(app=self._app, without_gossip=True, without_mingle=True, without_heartbeat=True)
        controller.start()


def _hearing(hears: threading.Event) -> type[bootsteps.StartStopStep]:
    """A step of the consumer, which Celery starts after each connect and stops after each loss of the connection."""

    class Hearing(bootsteps.StartStopStep):
        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, parent: object) -> None:
            hears.set()
            log.info("the bell is heard")

        def stop(self, parent: object) -> None:
            hears.clear()

    return Hearing
