"""`cypher/holds/`."""

from __future__ import annotations

from typing import Any

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.records import Record
from tests.simulation.model.view import View

_COLUMNS = (
    "target", "kind", "namespace", "name", "key", "reason", "by", "placed_at", "effect", "until", "released_at",
    "released_by",
)  # fmt: skip


@query("holds.place")
def place(view: View, hold: str, target: dict[str, Any], reason: str, by: str, token: str, **how: Any) -> Rows:
    made, _ = view.merge("Hold", hold)
    mine = view.set(made, _lock=token)
    placed = mine["open"] is None
    if placed:
        names = ("kind", "namespace", "name", "key")
        view.set(
            mine, **how, target=target["id"], reason=reason, by=by, placed_at=view.now(), released_at=None,
            released_by=None, **{name: target[name] for name in names},
        )  # fmt: skip
    return [{"id": hold, "placed": placed}]


@query("holds.release")
def release(view: View, hold: str, by: str, token: str) -> Rows:
    found = view.get("Hold", hold)
    if found is None:
        return []
    mine = view.set(found, _lock=token)
    if mine["open"] is None:
        return []
    view.set(mine, released_at=view.now(), released_by=by, open=None)
    return [{"id": hold, "target": mine["target"], "effect": mine["effect"]}]


@query("holds.get_holds")
def get_holds(view: View, ids: list[str]) -> Rows:
    found = [hold for id in ids if (hold := view.get("Hold", id))]
    return [{"id": hold.id, **{name: hold[name] for name in _COLUMNS}} for hold in found]


@query("holds.concerned")
def concerned(view: View, target: str) -> Rows:
    found = [run for run in view.holding("Run", "open") if run["kind"] == "job" and _is_of(run, target, view)]
    found.sort(key=lambda run: (-run["priority"], run["created_at"]))
    return [{"id": run.id, "job_partition": run["job_partition"], "state": run["state"]} for run in found]


def _is_of(run: Record, target: str, view: View) -> bool:
    read = view.ins(run, "READ_BY")
    return target in {run["job"], run["job_partition"], *(v["dataset"] for v in read), *(v["partition"] for v in read)}
