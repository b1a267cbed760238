"""`cypher/replays/`, as far as the steward goes by itself: what is open. Nobody orders a replay in a simulation."""

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
_ORDER = ("partitions", "by", "reason")


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
    found = sorted((x for x in view.holding("Replay", "open") if x.id not in open_ones), key=lambda x: x.id)
    return [{"id": x.id, "version": x["version"], "columns": x["columns"]} for x in found[:most]]
