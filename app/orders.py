"""Orders as the API takes them: what GraphQL and REST ask for is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph_model.errors import InvalidInput
from graph_model.orders.entities import AT_ONCE, LOW, NORMAL, PRIORITIES, Chosen, Origin, Request, Terms
from graph_model.orders.plan import plan_order
from graph_model.orders.selectors import Keys
from graph_model.orders.start import Ordered, order
from graph_model.replays.carry_on import carry_on
from graph_model.store.graph import Graph


@dataclass(frozen=True, slots=True)
class Asked:
    """`first` or `last`: a backfill of that range, in the background unless it says otherwise."""

    select: tuple[str, ...]
    reason: str
    by: str
    exclude: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    chosen: tuple[Chosen, ...] = ()
    force: bool = False
    at_once: int | None = None
    pool: str | None = None
    priority: str | None = None
    key: str | None = None
    plan: str | None = None
    dry_run: bool = False

    def request(self) -> Request:
        """Raises InvalidInput."""
        is_range = self.first is not None or self.last is not None
        said = self.priority or (LOW if is_range else NORMAL)
        terms = Terms(
            force=self.force,
            at_once=_at_once(self.at_once),
            pool=self.pool,
            priority=_priority(said),
            background=said == LOW,
            parameters=dict(self.parameters),
            chosen=self.chosen,
        )
        origin = Origin.BACKFILL if is_range else Origin.RUN
        return Request(origin, self.select, self.exclude, Keys(self.first, self.last) if is_range else None, terms)


def give(graph: Graph, asked: Asked) -> tuple[Ordered, tuple[str, ...]]:
    """Gives the order, or only plans it; with the runs that were made at once."""
    if not asked.select:
        raise InvalidInput("select", "names nothing: write a selector, such as JOB@PARTITION")
    if not asked.reason.strip():
        raise InvalidInput("reason", "say why, for the audit trail")
    request = asked.request()
    if asked.dry_run:
        return Ordered(None, created=False, plan=plan_order(graph, request)), ()
    done = order(graph, request, by=asked.by, reason=asked.reason, key=asked.key, expected=asked.plan)
    # The first look has the steps in their turn, the second gives them runs.
    runs = carry_on(graph) + carry_on(graph) if done.order and done.created else ()
    return done, runs


def _at_once(said: int | None) -> int:
    if said is not None and said < 1:
        raise InvalidInput("at_once", f"must be 1 or more, not {said}")
    return said or AT_ONCE


def _priority(said: str) -> int | None:
    if said in (LOW, NORMAL):
        return None
    if said in PRIORITIES:
        return PRIORITIES[said]
    try:
        return int(said)
    except ValueError:
        raise InvalidInput("priority", f"{said!r} is none: write low, normal, high or a number") from None
