"""What a delay does: which deadlines break by it, by how much, and which have enough time to spare.

The same histories are run twice, without the delay and with it, so that what differs is the delay's doing. A moment in
the past is asked about as if it were still ahead: everything that waits for the delayed partition is made once more,
and what else was there is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from graph_model.datasets.repository import known_datasets
from graph_model.deadlines.durations import timings
from graph_model.deadlines.entities import DeadlineForecast, Forecast, Outlook
from graph_model.deadlines.forecast import Due, Duty, View, day_of
from graph_model.deadlines.network import IN_THE_END, prepare
from graph_model.deadlines.plan import Plan
from graph_model.deadlines.planned import Slice
from graph_model.deadlines.repository import now, partition_facts, with_plan
from graph_model.deadlines.situation import Situation, look
from graph_model.deadlines.steps import Known, asked_of, build, not_counted
from graph_model.deadlines.told import taken_in_time
from graph_model.errors import DatasetNotFound, InvalidInput
from graph_model.impact.entities import Delay
from graph_model.names import dataset_name_id
from graph_model.store.graph import Graph

A_LITTLE = 1.0
"""Seconds. What is later by less is not later."""


@dataclass(frozen=True, slots=True)
class Delayed:
    """A deadline downstream of a delay, with it. `without` is its outlook were there no delay; `later` says by how many
    seconds the delay makes its data later, at 50 % and at 95 %; None: not known, or never there at all."""

    deadline: DeadlineForecast
    without: Outlook
    later: float | None
    later_late: float | None


@dataclass(frozen=True, slots=True)
class DelayForecast:
    """What some delays do, looked at from `at`; `clock` is the present.

    `forecast` holds the steps and deadlines with them, `made` the job partitions that wait for what is delayed,
    `already` the delayed partitions that are there already: no delay reaches those. `taken`: what else nothing is known
    of, and is taken to be in time: were it late, that would not be the delay's doing.
    """

    at: datetime
    clock: datetime
    delays: tuple[Delay, ...]
    plan: Plan
    forecast: Forecast
    deadlines: tuple[Delayed, ...]
    made: frozenset[Slice]
    delayed: tuple[Slice, ...]
    already: tuple[Slice, ...]
    taken: tuple[str, ...] = ()


def forecast_delay(graph: Graph, delays: Sequence[Delay]) -> DelayForecast:
    """Raises DatasetNotFound, InvalidPartition, and InvalidInput for a partition that nobody can name."""
    return with_plan(graph, lambda plan: _forecast_delay(graph, plan, delays))


def _forecast_delay(graph: Graph, plan: Plan, delays: Sequence[Delay]) -> DelayForecast:
    clock = now(graph)
    found = {_slice(graph, plan, delay, clock): delay for delay in delays}
    until = {one: delay.until for one, delay in found.items()}
    past = all(moment <= clock for moment in until.values())
    already = () if past else _already_there(graph, plan, found)
    ahead = {one: moment for one, moment in until.items() if one not in already}
    made = plan.waiting_for(ahead, until=max(ahead.values(), default=clock))
    outputs = {output for job in made for output in plan.outputs(job)}
    duties = _duties(plan, {*ahead, *outputs})
    gone = frozenset({*ahead, *outputs}) if past else frozenset[Slice]()
    at = _moment_of(plan, ahead) if past else clock
    wanted = {*ahead, *(one for promise, day in duties for one in plan.promised(promise, day))}
    situation = look(graph, plan, at=at, jobs=sorted(made), wanted=sorted(wanted), gone=gone)
    known, _ = timings(graph, asked_of(situation))
    before, after, taken = _both(situation, known, ahead, {*made, *ahead})
    dues = after.dues(duties)
    pairs = zip(before.dues(duties), dues, strict=True)
    deadlines = tuple(sorted((_compare(before, after, *pair) for pair in pairs), key=_worst_first))
    told = Forecast(
        at.date(),
        at,
        tuple(one.deadline for one in deadlines),
        after.steps_told(dues),
        tuple(situation.incomplete),
        tuple(not_counted(situation)),
    )
    return DelayForecast(
        at, clock, tuple(delays), plan, told, deadlines, frozenset(made), tuple(ahead), tuple(already), taken
    )


def _slice(graph: Graph, plan: Plan, delay: Delay, clock: datetime) -> Slice:
    id_ = _dataset(graph, delay)
    if id_ is None or id_ not in plan.datasets:
        raise DatasetNotFound(delay.dataset, known_datasets(graph, delay.dataset.namespace))
    scheme = plan.datasets[id_].scheme
    if delay.partition or scheme.every is None:
        return Slice(id_, scheme.check(delay.partition))
    if scheme.unit is None:
        raise InvalidInput("partition", f"{delay.dataset} is sliced by a list: say which partition is late")
    latest = next(scheme.due_by(clock), scheme.start)
    if latest is None:
        raise InvalidInput("partition", f"{delay.dataset} has no partition that is due: say which one is late")
    due = [Slice(id_, latest)]
    if partition_facts(graph, plan, due).get(due[0]) is None:
        return due[0]
    following = next(islice(scheme.later(latest), 1), latest)
    return Slice(id_, following)


def _dataset(graph: Graph, delay: Delay) -> str | None:
    rows = graph.rows("versions.find_datasets", name_ids=[dataset_name_id(delay.dataset)])
    return rows[0]["id"] if rows else None


def _already_there(graph: Graph, plan: Plan, delayed: Iterable[Slice]) -> list[Slice]:
    return sorted(one for one, fact in partition_facts(graph, plan, delayed).items() if fact.is_there)


def _moment_of(plan: Plan, ahead: Mapping[Slice, datetime]) -> datetime:
    """From where a delay in the past is looked at: when the time of what is late was over."""
    ends: list[datetime] = []
    for one, until in ahead.items():
        interval = plan.datasets[one.of].scheme.interval(one.key)
        ends.append(min(interval.end, until) if interval else until)
    return min(ends)


def _both(
    situation: Situation, known: Known, ahead: Mapping[Slice, datetime], concerned: set[Slice]
) -> tuple[View, View, tuple[str, ...]]:
    """Without the delays and with them, and what else nothing is known of. Both have the same steps, and share what is
    drawn for them."""
    with_it = build(situation, known, ahead)
    base = with_it.without_delay()
    taken = taken_in_time(with_it, concerned)
    unknowns = [network.settle() for network in (base, with_it)]
    course = prepare(with_it.steps)
    # What is not known may leave other steps to wait for where some of several are enough.
    same = all(one.after == other.after for one, other in zip(base.steps, with_it.steps, strict=True))
    without = course.run([step.release for step in base.steps]) if same else prepare(base.steps).run()
    before, after = View(situation, base, without, unknowns[0]), View(situation, with_it, course.run(), unknowns[1])
    return before, after, taken


def _duties(plan: Plan, slices: set[Slice]) -> list[Duty]:
    """The deadlines that any of these partitions is promised for."""
    days: dict[str, set[date]] = defaultdict(set)
    for one in slices:
        if one.of in plan.datasets and (day := day_of(plan, one)) is not None:
            days[one.of].add(day)
    return [
        (promise, day)
        for promise in plan.promises
        for day in sorted({day for of in promise.reads if of in days for day in days[of]})
    ]


def _compare(base: View, with_it: View, before: Due, after: Due) -> Delayed:
    found, without = with_it.deadline(after), base.outlook(before)
    if not after.places:
        return Delayed(found, without, 0.0, 0.0)
    _, likely, late = (
        min(end, IN_THE_END) - min(was, IN_THE_END) for was, end in zip(before.points, after.points, strict=True)
    )
    return Delayed(found, without, round(likely, 1), round(late, 1))


def _worst_first(one: Delayed) -> tuple[int, float, str]:
    return tuple(Outlook).index(one.deadline.outlook), -(one.deadline.over or 0.0), str(one.deadline.consumer)
