"""`cypher/replays/` and `cypher/orders/`, as far as the steward and publishing go by themselves: what is open. Nobody
orders anything in a simulation.
"""

from __future__ import annotations

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.view import View

_STEP = (
    "replay",
    "job",
    "namespace",
    "name",
    "key",
    "job_partition",
    "way",
    "why",
    "state",
    "run",
    "replaces",
    "avoids",
)
_ORDER = ("partitions", "by", "reason", "origin", "forced", "named")


@query("replays.open_steps")
def open_steps(view: View, after: str, most: int) -> Rows:
    found = sorted((step for step in view.holding("ReplayStep", "open") if step.id > after), key=lambda step: step.id)
    return [
        {"id": step.id, "place": step["order"], **{name: step[name] for name in (*_STEP, *_ORDER)}}
        for step in found[:most]
    ]


@query("replays.finished")
def finished(view: View, most: int) -> Rows:
    open_ones = {step["replay"] for step in view.holding("ReplayStep", "open")}
    found = sorted(
        (x for x in view.holding("Replay", "open") if x["origin"] is None and x.id not in open_ones),
        key=lambda x: x.id,
    )
    return [{"id": x.id, "version": x["version"], "columns": x["columns"]} for x in found[:most]]


@query("orders.active")
def active(view: View) -> Rows:
    found = sorted((x for x in view.holding("Replay", "open") if x["origin"] and x["open"] == 1), key=lambda x: x.id)
    names = ("terms", "total", "lines", "line", "by", "reason", "created_at")
    return [{"id": x.id, **{name: x[name] for name in names}} for x in found]


@query("orders.abandoned")
def abandoned(view: View, seconds: int) -> Rows:
    """Nobody gives orders in a simulation, so none is left half written."""
    return [] if seconds else [{"id": x.id, "lines": x["lines"]} for x in view.holding("Replay", "open")]


@query("orders.adopt")
def adopt(view: View, runs: Rows) -> Rows:
    """No step of an order is open, so no run belongs to one."""
    ordered = {step["job_partition"] for step in view.holding("ReplayStep", "open")}
    return [{"id": run["id"]} for run in runs if run["job_partition"] in ordered]
