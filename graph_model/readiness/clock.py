"""When the time of a job partition comes, for whoever asks why it has not run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_model.readiness.rules import JobNeeds
from graph_model.schedules.repository import cursors
from graph_model.schedules.telling import ahead, time_of, waits_until
from graph_model.store.graph import Graph


@dataclass(frozen=True, slots=True)
class Clock:
    """`is_called` False: its first run waits for `next_at`, None: for no time that will come. `words` empty: the clock
    has nothing to say.
    """

    is_called: bool = True
    next_at: datetime | None = None
    words: str = ""


def its_time(graph: Graph, needs: JobNeeds, job_partition: str, key: str) -> Clock:
    if needs.schedule is None:
        return Clock()
    cursor = cursors(graph, [needs.job]).get(needs.job)
    rows = graph.rows("schedules.gates", ids=[job_partition])
    at = time_of(needs.schedule, needs.scheme, key, cursor.ticked_at) if cursor else None
    if cursor is None or (rows and (rows[0]["called"] or rows[0]["has_run"])):
        return Clock(next_at=at)
    if not needs.is_paced:
        words = f"runs with what is there at {at:%Y-%m-%d %H:%M} UTC ({ahead(at - cursor.now)})" if at else ""
        return Clock(next_at=at, words=words)
    return Clock(is_called=False, next_at=at, words=waits_until(at, cursor.now))
