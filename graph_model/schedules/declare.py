"""Schedules as an apply leaves them: a new or changed one begins now, whatever lies before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from graph_model.names import schedule_id
from graph_model.schedules.entities import loads
from graph_model.schedules.rules import next_after
from graph_model.store.graph import Transaction


def declare_schedules(tx: Transaction, changed: Mapping[str, str | None], *, now: datetime) -> None:
    """`changed`: by job id, the text of its schedule from now on; None: it has none any more."""
    if not changed:
        return
    rows = [{"id": schedule_id(job), "job": job, "next_at": _next(text, now)} for job, text in sorted(changed.items())]
    tx.rows("schedules.plant", schedules=rows, now=now)
    without = sorted(job for job, text in changed.items() if text is None)
    if without:
        tx.rows("schedules.give_up_waiting", jobs=without)


def _next(text: str | None, now: datetime) -> datetime | None:
    schedule = loads(text)
    found = next_after(schedule, now) if schedule else None
    return found.at if found else None
