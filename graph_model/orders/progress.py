"""How far orders have come, and when they will be done as far as that can be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from graph_model.deadlines.dates import EVERY_DAY
from graph_model.deadlines.durations import Subject, timings
from graph_model.errors import OrderNotFound
from graph_model.names import Name
from graph_model.orders.active import terms_of
from graph_model.orders.entities import STILL, Order, OrderState, Origin
from graph_model.partitions.scheme import PartitionScheme
from graph_model.replays.entities import StepState
from graph_model.store.graph import Graph, Row

PACE_OF_LAST = 200
ENOUGH_TO_TELL = 5
"""So many steps must have ended before their pace says more than how long such jobs took before."""


@dataclass(frozen=True, slots=True)
class OrderStep:
    """One step of an order. `run`: the run that it was given."""

    id: str
    job: Name
    partition: str
    place: int
    state: StepState
    why: str
    run: str | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """`per_hour`: steps that end in an hour now; None: none has ended lately. `expected_end` None: nothing can be said.

    `basis`: what the end rests on, in words.
    """

    per_hour: float | None
    expected_end: datetime | None
    basis: str


def order(graph: Graph, id: str) -> Order:
    """Raises OrderNotFound."""
    found = _orders(graph, [id])
    if not found:
        raise OrderNotFound(id)
    return found[0]


def orders(
    graph: Graph, *, origin: Origin | None = None, open_only: bool = False, limit: int = 50, after: str | None = None
) -> tuple[Order, ...]:
    """The newest first; `after`: those behind this one, by its id."""
    rows = graph.rows("orders.list_orders", origin=origin or "", open_only=open_only, limit=limit, after=after)
    return _orders(graph, [row["id"] for row in rows])


def count_orders(graph: Graph, *, origin: Origin | None = None, open_only: bool = False) -> int:
    return graph.rows("orders.count_orders", origin=origin or "", open_only=open_only)[0]["count"]


def steps(
    graph: Graph, id: str, states: Sequence[StepState] = STILL, *, limit: int = 50, after: int = 0
) -> tuple[OrderStep, ...]:
    """Steps in these states, in their order, behind the place `after`; those that wait for their turn among them."""
    rows = graph.rows("orders.steps", order=id, states=[str(state) for state in states], most=limit, after=after)
    return tuple(_step(row) for row in rows)


def forecast(graph: Graph, found: Order) -> Forecast:
    """By the pace of its last steps; before there are enough, by how long its jobs took before."""
    if found.state in (OrderState.DONE, OrderState.CANCELLED):
        return Forecast(None, found.ended_at, "it is over")
    now = graph.rows("doctor.clock")[0]["now"]
    ends = [row["at"] for row in graph.rows("orders.pace", order=found.id, most=PACE_OF_LAST)]
    left = found.left - found.failed
    per_second = pace(ends, now)
    if found.state is OrderState.PAUSED:
        return Forecast(None, None, f"it stands still: {found.note}")
    if per_second:
        basis = f"the pace of its last {len(ends)} steps"
        return Forecast(per_second * 3600, now + timedelta(seconds=left / per_second), basis)
    seconds, known = _by_history(graph, found.id)
    if not known:
        return Forecast(None, None, "none of its jobs has a history")
    return Forecast(None, now + timedelta(seconds=seconds / found.terms.at_once), f"{known} of earlier runs")


def pace(ends: Sequence[datetime], now: datetime) -> float | None:
    """Steps in a second, from when they ended, the newest first; None: too few to tell."""
    if len(ends) < ENOUGH_TO_TELL:
        return None
    seconds = (now - ends[-1]).total_seconds()
    return len(ends) / seconds if seconds > 0 else None


def _by_history(graph: Graph, id: str) -> tuple[float, str]:
    """The seconds that all that is left takes one after the other, and what that rests on; empty: on nothing."""
    rows = graph.rows("orders.left", order=id)
    asked = [(Subject(row["job"], is_job=True, scheme=PartitionScheme()), (EVERY_DAY,)) for row in rows]
    known, _ = timings(graph, asked)
    seconds, found = 0.0, 0
    for row in rows:
        timing = known.get((row["job"], (EVERY_DAY,)))
        if timing and timing.measured:
            seconds += row["count"] * timing.measured.quantile(0.5)
            found += timing.count
    return seconds, f"{found} durations" if found else ""


def _orders(graph: Graph, ids: Sequence[str]) -> tuple[Order, ...]:
    if not ids:
        return ()
    counts: dict[str, dict[StepState, int]] = {id: {} for id in ids}
    in_line = dict.fromkeys(ids, 0)
    for row in graph.rows("orders.progress", orders=list(ids)):
        if row["in_line"]:
            in_line[row["order"]] += row["count"]
        else:
            state = StepState(row["state"])
            counts[row["order"]][state] = counts[row["order"]].get(state, 0) + row["count"]
    found = {
        row["id"]: _order(row, counts[row["id"]], in_line[row["id"]])
        for row in graph.rows("orders.get_orders", ids=list(ids))
    }
    return tuple(found[id] for id in ids if id in found)


def _order(row: Row, counts: dict[StepState, int], in_line: int) -> Order:
    return Order(
        id=row["id"],
        origin=Origin(row["origin"]),
        selection=row["selection"],
        state=OrderState(row["state"]),
        plan=row["plan"],
        by=row["by"],
        reason=row["reason"],
        terms=terms_of(row["terms"]),
        total=row["total"],
        counts=counts,
        in_line=in_line,
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        note=row["note"],
    )


def _step(row: Row) -> OrderStep:
    name = Name(row["namespace"], row["name"])
    return OrderStep(row["id"], name, row["key"], row["place"], StepState(row["state"]), row["why"], row["run"])
