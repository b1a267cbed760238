"""Orders as the API takes them: what GraphQL and REST ask for is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph_model.errors import InvalidInput
from graph_model.names import Name
from graph_model.orders.entities import AT_ONCE, LOW, NORMAL, PRIORITIES, Chosen, Origin, Request, Terms
from graph_model.orders.plan import plan_order
from graph_model.orders.restart import of_run, plan_restart, restart
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
    stop_on_failure: bool = False
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
            stop_on_failure=self.stop_on_failure,
        )
        origin = Origin.BACKFILL if is_range else Origin.RUN
        return Request(origin, self.select, self.exclude, Keys(self.first, self.last) if is_range else None, terms)


@dataclass(frozen=True, slots=True)
class Failed:
    """What is to be started again: a run, or a job partition."""

    reason: str
    by: str
    run: str | None = None
    job: Name | None = None
    partition: str = ""
    at_once: int | None = None
    key: str | None = None
    plan: str | None = None
    dry_run: bool = False


def give(graph: Graph, asked: Asked) -> tuple[Ordered, tuple[str, ...]]:
    """Gives the order, or only plans it; with the runs that were made at once."""
    if not asked.select:
        raise InvalidInput("select", "names nothing: write a selector, such as JOB@PARTITION")
    _say_why(asked.reason)
    request = asked.request()
    if asked.dry_run:
        return Ordered(None, created=False, plan=plan_order(graph, request)), ()
    done = order(graph, request, by=asked.by, reason=asked.reason, key=asked.key, expected=asked.plan)
    return done, _first_runs(graph, done)


def give_again(graph: Graph, failed: Failed) -> tuple[Ordered, tuple[str, ...]]:
    """Starts again from what failed, or only plans it; with the runs that were made at once."""
    _say_why(failed.reason)
    terms = Terms(at_once=_at_once(failed.at_once))
    job, partition = _meant(graph, failed)
    if failed.dry_run:
        return Ordered(None, created=False, plan=plan_restart(graph, job, partition, terms)), ()
    done = restart(
        graph, job, partition, terms, by=failed.by, reason=failed.reason, key=failed.key, expected=failed.plan
    )
    return done, _first_runs(graph, done)


def _meant(graph: Graph, failed: Failed) -> tuple[Name, str]:
    if (failed.run is None) == (failed.job is None):
        raise InvalidInput("run", "name a run, or a job with its partition, one of the two")
    if failed.run is not None:
        return of_run(graph, failed.run)
    assert failed.job is not None
    return failed.job, failed.partition


def _say_why(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("reason", "say why, for the audit trail")


def _first_runs(graph: Graph, done: Ordered) -> tuple[str, ...]:
    """The first look has the steps in their turn, the second gives them runs."""
    return carry_on(graph) + carry_on(graph) if done.order and done.created else ()


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
