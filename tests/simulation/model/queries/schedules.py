"""`cypher/schedules/`, as far as ticks and what they gate go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.records import Record
from tests.simulation.model.view import View


@query("schedules.due")
def due(view: View, most: int) -> Rows:
    now = view.now()
    found = sorted((s for s in view.holding("Schedule", "look_at") if s["look_at"] <= now), key=_look_at)
    return [{"id": s.id} for s in found[:most]]


def _look_at(schedule: Record) -> datetime:
    return schedule["look_at"]


@query("schedules.lock")
def lock(view: View, schedules: list[str], token: str) -> Rows:
    held = [view.set(found, _lock=token) for id in schedules if (found := view.get("Schedule", id))]
    return [_standing(view, schedule) for schedule in held]


def _standing(view: View, schedule: Record) -> dict[str, Any]:
    job = view.get("Job", schedule["job"])
    alive = job if job is not None and job["retired_at"] is None and job["definition"] is not None else {}
    names = {
        "schedule": "schedule",
        "every": "partition_every",
        "start": "partition_from",
        "details": "partition_details",
    }
    said = {ours: alive[theirs] if alive else None for ours, theirs in names.items()}
    return {"id": schedule.id, "job": schedule["job"], "ticked_at": schedule["ticked_at"], "now": view.now(), **said}


@query("schedules.advance")
def advance(view: View, schedules: list[dict[str, Any]]) -> Rows:
    rows = []
    for x in schedules:
        found = view.get("Schedule", x["id"])
        if found is not None:
            view.set(found, ticked_at=x["ticked_at"], next_at=x["next_at"], look_at=x["look_at"])
            rows.append({"id": found.id})
    return rows


@query("schedules.plant")
def plant(view: View, schedules: list[dict[str, Any]], now: datetime) -> Rows:
    rows = []
    for x in schedules:
        found, _ = view.merge("Schedule", x["id"])
        view.set(found, job=x["job"], ticked_at=now, next_at=x["next_at"], look_at=x["next_at"])
        rows.append({"id": found.id})
    return rows


@query("schedules.known_ticks")
def known_ticks(view: View, ids: list[str]) -> Rows:
    return [{"id": id} for id in ids if view.get("Tick", id)]


@query("schedules.gates")
def gates(view: View, ids: list[str]) -> Rows:
    return [_gate(view, found) for id in ids if (found := view.get("JobPartition", id))]


def _gate(view: View, job_partition: Record) -> dict[str, Any]:
    runs = view.outs(job_partition, "HAS_RUN")
    tick = view.get("Tick", job_partition["tick"]) if job_partition["tick"] else None
    return {
        "id": job_partition.id,
        "called": job_partition["called"] is not None,
        "tick": tick.id if tick else None,
        "nominal": tick["nominal"] if tick else None,
        "has_run": any(run["state"] != "SUPERSEDED" for run in runs),
        "busy": any(run["open"] == 1 for run in runs),
    }


@query("schedules.put_ticks")
def put_ticks(view: View, ticks: list[dict[str, Any]]) -> Rows:
    rows = []
    names = ("schedule", "job", "job_partition", "key", "nominal", "state", "reason", "run")
    for x in ticks:
        waiting = view.get("JobPartition", x["job_partition"])
        if waiting is None:
            continue
        tick, _ = view.merge("Tick", x["id"])
        said = {name: x[name] for name in names}
        view.set(tick, created_at=view.now(), open=1 if x["waits"] else None, **said)
        view.set(waiting, called=x["nominal"], tick=tick.id if x["waits"] else None)
        rows.append({"id": tick.id})
    return rows


@query("schedules.end_ticks")
def end_ticks(view: View, ticks: list[dict[str, Any]]) -> Rows:
    rows = []
    for x in ticks:
        tick, waiting = view.get("Tick", x["id"]), view.get("JobPartition", x["job_partition"])
        if tick is None or waiting is None:
            continue
        view.set(tick, state=x["state"], reason=x["reason"], run=x["run"], open=None)
        view.set(waiting, tick=None)
        rows.append({"id": tick.id})
    return rows
