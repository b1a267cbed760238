"""Celery as a doorbell and nothing else: it wakes a thread, and the graph says what there is to do.

So no results, no retries, no countdowns, no events, and a message is forgotten by the broker as soon as it is taken:
whatever is lost, repeated or reordered, the next sweep finds the run. Time limits, shutdown and attempts are our own,
because Celery's end a thread's task, not a process group.
"""

from __future__ import annotations

from celery import Celery

from connectors.bell import QUEUE, TRANSPORT_OPTIONS

_HEARING = {
    # Redis knows no acknowledgements; kombu would imitate them with keys of its own. A broker that dies before a
    # message is acknowledged would leave it counted as being worked on for ever: with as many of those as there are
    # slots, nothing more is taken and the connection is not looked at either, so that the bell is deaf.
    "ack_emulation": False,
    # Longer than the blocking look for a message, or waiting for one would look like a dead broker.
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}


def make_celery(broker_url: str, *, slots: int) -> Celery:
    """The Celery application of one worker process."""
    app = Celery("headwater", broker=broker_url, set_as_current=False)
    app.conf.update(
        broker_transport_options=TRANSPORT_OPTIONS | _HEARING,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_default_queue=QUEUE,
        task_create_missing_queues=False,
        task_ignore_result=True,
        task_acks_late=False,
        task_serializer="json",
        accept_content=["json"],
        result_backend=None,
        worker_pool="threads",
        worker_concurrency=slots,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_soft_shutdown_timeout=0,
    )
    return app
