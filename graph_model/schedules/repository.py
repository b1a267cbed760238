"""Reads schedules: what is declared, how far they have come, and which nominal times came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph_model.errors import JobNotFound
from graph_model.jobs.repository import known_jobs
from graph_model.names import Name, job_id, schedule_id
from graph_model.partitions.scheme import PartitionScheme
from graph_model.partitions.stored import scheme_of
from graph_model.schedules.entities import NotBefore, Schedule, Tick, TickState, loads, loads_not_before
from graph_model.store.graph import Graph, Row


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a schedule has come: all nominal times up to `ticked_at` are carried out. `next_at` None: it is over."""

    ticked_at: datetime
    next_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Times:
    """When a job runs, as it is declared; `schedule` and `not_before` None: that does not say it."""

    scheme: PartitionScheme
    schedule: Schedule | None = None
    not_before: NotBefore | None = None


def times_of(graph: Graph, job: Name) -> Times:
    """Raises JobNotFound, with the nearest name."""
    rows = graph.rows("schedules.said_of", job=job_id(job))
    if not rows:
        raise JobNotFound(job, known_jobs(graph, job.namespace))
    return _times(rows[0])


def cursors(graph: Graph, jobs: Sequence[str]) -> Mapping[str, Cursor]:
    """By job id; only of those that have, or had, a schedule."""
    rows = graph.rows("schedules.of_jobs", ids=[schedule_id(job) for job in jobs])
    return {row["job"]: Cursor(row["ticked_at"], row["next_at"], row["now"]) for row in rows}


def ticks(graph: Graph, job: Name, *, most: int = 50) -> tuple[Tick, ...]:
    """The nominal times of a job that have come, the newest first."""
    return tuple(_tick(row) for row in graph.rows("schedules.ticks_of", job=job_id(job), most=most))


def _times(row: Row) -> Times:
    said = {f"partition_{name}": row[name] for name in ("every", "details")} | {"partition_from": row["start"]}
    return Times(scheme_of(said), loads(row["schedule"]), loads_not_before(row["not_before"]))


def _tick(row: Row) -> Tick:
    return Tick(row["id"], row["key"], row["nominal"], TickState(row["state"]), row["reason"] or "", row["run"])
