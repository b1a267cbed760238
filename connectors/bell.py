"""The doorbell: tells the fleet that there is work. The graph is the queue: a ring that is lost costs a sweep, no more.

A message names a run and nothing else. It is published by task name, so whoever rings needs none of the workers' code.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from functools import cache
from typing import Any

from graph_model.failpoints import failpoint

TASK = "headwater.work"
QUEUE = "headwater"
# Shared with the fleet, which must look under the same keys. Short timeouts: nobody may wait long for a bell.
TRANSPORT_OPTIONS: dict[str, Any] = {
    "global_keyprefix": "headwater:",
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
# After a failure nobody tries again for so long: a broker that is gone must not slow down those who write to the graph.
SILENCE_SECONDS = 5.0
# So many rings unheard are enough: whoever hears one works until nothing is left.
MOST_UNHEARD = 1_000

log = logging.getLogger(__name__)


def ring(broker_url: str | None, run_ids: Iterable[str]) -> bool:
    """Rings once for each run. Never raises; False when it could not ring: the next sweep finds the runs."""
    runs = list(run_ids)
    if not broker_url:
        return False
    if not runs:
        return True
    failpoint("ring.before_send")
    rung = _bell(broker_url).ring(runs)
    failpoint("ring.after_send")
    return rung


@cache
def _bell(broker_url: str) -> Bell:
    return Bell(broker_url)


class Bell:
    """One producer for all threads of a process."""

    def __init__(self, broker_url: str) -> None:
        self._url = broker_url
        self._lock = threading.Lock()
        self._silent_until = 0.0
        self._producer: Any = None

    def ring(self, runs: list[str]) -> bool:
        with self._lock:
            if time.monotonic() < self._silent_until:
                return False
            try:
                self._publish(runs)
            except Exception as error:  # noqa: BLE001  every way in which a broker can fail means the same here
                self._fall_silent(error)
                return False
            return True

    def _publish(self, runs: list[str]) -> None:
        if self._producer is None:
            self._producer = self._connect()
        app, producer = self._producer
        if _waiting(producer) >= MOST_UNHEARD:
            return
        for run in runs:
            app.send_task(TASK, args=[run], queue=QUEUE, producer=producer, retry=False, ignore_result=True)

    def _connect(self) -> Any:
        from celery import Celery  # a third of a second that a command without a broker need not wait

        app = Celery("headwater", broker=self._url, set_as_current=False)
        app.conf.update(
            broker_transport_options=TRANSPORT_OPTIONS,
            task_serializer="json",
            task_default_queue=QUEUE,
            result_backend=None,
        )
        connection = app.connection_for_write()
        connection.ensure_connection(
            max_retries=0
        )  # left to itself, the first use waits two seconds and tries once more
        return app, app.amqp.Producer(connection.channel())

    def _fall_silent(self, error: Exception) -> None:
        self._silent_until = time.monotonic() + SILENCE_SECONDS
        self._producer = None
        log.warning("the broker cannot be rung, the next sweep finds the runs: %s", error)


def _waiting(producer: Any) -> int:
    """How many rings nobody has taken yet; 0 where the broker does not say."""
    from kombu.exceptions import ChannelError

    try:
        return producer.channel.queue_declare(queue=QUEUE, passive=True).message_count
    except ChannelError:
        return 0
