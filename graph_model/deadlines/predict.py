"""Tells owners that a deadline is likely to be missed, before it is; that it was; and that it was kept after all.

Each deadline is recorded in a node of its own, under its lock, so that two stewards at once tell nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from graph_model.audit.record import Trail, Transition
from graph_model.deadlines.dates import DAY
from graph_model.deadlines.entities import DeadlineForecast
from graph_model.deadlines.forecast import Duty, of_duties
from graph_model.deadlines.plan import Plan
from graph_model.deadlines.repository import now, with_plan
from graph_model.deadlines.telling import FINAL, DeadlineState, detail_of, follows, notice_of
from graph_model.names import deadline_id
from graph_model.store.graph import Graph, Transaction

LOOK_AHEAD = timedelta(hours=24)
LOOK_BACK = timedelta(hours=48)
"""What fell due while nobody looked, for so long."""
MOST = 1_000
ACTOR = "steward"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A deadline that went to another state now."""

    id: str
    state: DeadlineState


def foresee(graph: Graph) -> tuple[Recorded, ...]:
    """Looks at every deadline of today and tomorrow that is still open; what was recorded of them now."""
    if not graph.rows("deadlines.promises")[0]["rows"]:
        return ()
    return record(graph, with_plan(graph, lambda plan: _changed(graph, plan)))


def _changed(graph: Graph, plan: Plan) -> list[DeadlineForecast]:
    """The deadlines that look otherwise than it was recorded."""
    at = now(graph)
    duties = _duties(plan, at)
    states = _states(graph, duties)
    open_ones = [duty for duty in duties if states[_id(duty)] not in FINAL][:MOST]
    looked_at = of_duties(graph, plan, open_ones, at=at)
    return [found for found in looked_at if follows(states[found.id], found.outlook)]


def record(graph: Graph, found: Sequence[DeadlineForecast]) -> tuple[Recorded, ...]:
    """Records what became of some deadlines and tells their owners, unless somebody else did."""
    if not found:
        return ()
    by_id = {one.id: one for one in sorted(found, key=lambda one: one.id)}
    return graph.write(lambda tx: _record(tx, by_id), step="record deadlines")


def _record(tx: Transaction, found: Mapping[str, DeadlineForecast]) -> tuple[Recorded, ...]:
    rows = [
        {"id": one.id, "consumer": one.consumer_id, "day": one.day.isoformat(), "due": one.due}
        for one in found.values()
    ]
    before = {
        row["id"]: DeadlineState(row["state"]) for row in tx.rows("deadlines.lock", deadlines=rows, token=tx.token)
    }
    after = {id_: state for id_, one in found.items() if (state := follows(before[id_], one.outlook)) is not None}
    trail = Trail()
    for id_, state in after.items():
        trail.add(Transition(id_, state.value, ACTOR, detail_of(found[id_])))
        notice = notice_of(found[id_], before[id_], state)
        trail.tell([notice] if notice else [])
    tx.rows("deadlines.record", deadlines=[_row(found[id_], state) for id_, state in after.items()])
    trail.write(tx)
    return tuple(Recorded(id_, state) for id_, state in after.items())


def _row(found: DeadlineForecast, state: DeadlineState) -> dict[str, object]:
    return {"id": found.id, "state": state.value, "ends": found.ends.likely, "reason": found.reason}


def _duties(plan: Plan, at: datetime) -> list[Duty]:
    """The deadlines that fell due a short while ago, or will within a day; none from before they were promised."""
    days = [(at + number * DAY).date() for number in range(-4, 3)]
    found = [
        (promise, day)
        for promise in plan.promises
        for day in days
        if at - LOOK_BACK < promise.due(day) <= at + LOOK_AHEAD
        and promise.due(day) > promise.since
        and plan.promised(promise, day)
    ]
    return sorted(found, key=lambda duty: (duty[0].due(duty[1]), duty[0].consumer))


def _states(graph: Graph, duties: Sequence[Duty]) -> dict[str, DeadlineState]:
    states = dict.fromkeys(map(_id, duties), DeadlineState.OPEN)
    rows = graph.rows("deadlines.recorded", ids=list(states)) if states else []
    return {**states, **{row["id"]: DeadlineState(row["state"]) for row in rows}}


def _id(duty: Duty) -> str:
    return deadline_id(duty[0].consumer, duty[1].isoformat())
