"""`cypher/retention/`, as far as the steward goes by itself: what expires. Nobody sweeps in a simulation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.records import Record
from tests.simulation.model.view import View


@query("retention.due")
def due(view: View, grace_ms: int, most: int) -> Rows:
    limit = view.now() - timedelta(milliseconds=grace_ms)
    found = sorted((p for p in view.holding("Partition", "expire_at") if p["expire_at"] < limit), key=_due_at)
    return [_due(partition, view.get("Dataset", partition["dataset"])) for partition in found[:most]]


def _due_at(partition: Record) -> datetime:
    return partition["expire_at"]


def _due(partition: Record, dataset: Record | None) -> dict[str, Any]:
    declared = ("retention", "partition_every", "partition_from", "partition_details")
    return {
        "id": partition.id,
        "dataset": partition["dataset"],
        "key": partition["key"],
        "mark": str(partition["expire_at"]),
        **{name: dataset and dataset[name] for name in declared},
    }


@query("retention.newest_partition")
def newest_partition(view: View, dataset: str, before: int) -> Rows:
    keys = [p["key"] for p in view.of("Partition") if p["dataset"] == dataset and view.outs(p, "CURRENT")]
    return [{"key": key} for key in sorted(keys, reverse=True)[before : before + 1]]


@query("retention.look")
def look(view: View, partition: str, token: str) -> Rows:
    found = view.get("Partition", partition)
    if found is None:
        return []
    mine = view.set(found, _lock=token)
    current = next(iter(view.outs(mine, "CURRENT")), None)
    reading = [run.id for run in view.outs(current, "READ_BY") if run["open"] == 1] if current else []
    asked = [
        q.id for q in view.of("Question")
        if q["open"] == 1 and (q["dataset"], q["partition_key"]) == (mine["dataset"], mine["key"])
    ]  # fmt: skip
    held = any(hold["target"] in (mine.id, mine["dataset"]) for hold in view.holding("Hold", "open"))
    aging = [_aging(version) for version in view.holding("DatasetVersion", "aging") if version["aging"] == partition]
    row = {"now": view.now(), "current": current and current.id, "aging": aging, "readers": reading}
    return [{**row, "questions": asked, "held": held}]


def _aging(version: Record) -> dict[str, Any]:
    return {
        "version": version.id,
        "replaced_at": version["replaced_at"],
        "time": version["confirmed_time"] or version["source_time"],
        "tie": version["confirmed_by"] or version.id,
    }


@query("retention.expire")
def expire(view: View, versions: list[str], reason: str) -> Rows:
    found = [(p, v) for id in versions if (v := view.get("DatasetVersion", id)) for p in view.ins(v, "HAS_VERSION")]
    looks = [(p, v, v in view.outs(p, "CURRENT")) for p, v in found]
    for partition, version, was_current in looks:
        if was_current:
            view.unlink(partition, "CURRENT", version)
            view.set(partition, expired=1)
        view.set(version, state="EXPIRED", reason=reason, expired=1, expired_at=view.now(), aging=None)
    return [{"id": version.id, "was_current": was_current} for _, version, was_current in looks]


@query("retention.look_again")
def look_again(view: View, marks: list[dict[str, Any]], token: str) -> Rows:
    held = [(x, view.set(partition, _lock=token)) for x in marks if (partition := view.get("Partition", x["id"]))]
    found = [(x, partition) for x, partition in held if str(partition["expire_at"]) == x["mark"]]
    for x, partition in found:
        view.set(partition, expire_at=x["next"])
    return [{"id": partition.id} for _, partition in found]
