"""The one task. A message may come twice, late or never: all of it is harmless."""

from __future__ import annotations

from celery import Celery, signals

from connectors.bell import TASK
from graph_model.failpoints import failpoint
from workers.fleet import Fleet


def add_tasks(app: Celery, fleet: Fleet) -> None:
    """Lets `app` answer the bell for `fleet`."""

    @app.task(name=TASK, ignore_result=True)
    def work(run_id: str) -> None:
        failpoint("message.heard")
        fleet.work_off(prefer=run_id)

    signals.task_received.connect(_taken)


def _taken(**_: object) -> None:
    """On the listener's own thread: the broker has given the message away, and no thread has begun to answer it."""
    failpoint("message.taken")
