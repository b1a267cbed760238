"""When everything of a business date will be there, and which deadlines that keeps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from graph_model.deadlines.dates import last_day
from graph_model.deadlines.durations import timings
from graph_model.deadlines.entities import DeadlineForecast, Estimate, Forecast, Outlook, StepForecast
from graph_model.deadlines.network import Times, latest_ends, quantiles, run_through
from graph_model.deadlines.plan import Plan
from graph_model.deadlines.planned import Promise, Slice
from graph_model.deadlines.repository import now, with_plan
from graph_model.deadlines.situation import Situation, look
from graph_model.deadlines.steps import asked_of, build, not_counted
from graph_model.deadlines.told import Network, Told
from graph_model.deadlines.waves import Floats
from graph_model.names import deadline_id
from graph_model.store.graph import Graph

Duty = tuple[Promise, date]
"""What a consumer is promised for one business date."""


class Due(NamedTuple):
    """A deadline that falls due in `left` seconds: what is `missing` for it, the steps that bring that, and the 5, 50
    and 95 % points of when the last of them is over; of no meaning where nothing is missing."""

    promise: Promise
    day: date
    left: float
    missing: tuple[Slice, ...]
    places: list[int]
    points: list[float]


def forecast(graph: Graph, day: date) -> Forecast:
    """When what is not there yet of business date `day` will be there, and every deadline for it, the worst first."""
    return with_plan(graph, lambda plan: _forecast(graph, plan, day))


def _forecast(graph: Graph, plan: Plan, day: date) -> Forecast:
    at = now(graph)
    duties = [(promise, day) for promise in plan.promises if plan.promised(promise, day)]
    jobs = [*plan.jobs_on(day), *plan.timeless_jobs()]
    wanted = [one for promise, _ in duties for one in plan.promised(promise, day)]
    situation = look(graph, plan, at=at, jobs=jobs, wanted=wanted)
    return of_situation(graph, situation, duties, day)


def of_duties(graph: Graph, plan: Plan, duties: Sequence[Duty], *, at: datetime) -> tuple[DeadlineForecast, ...]:
    """Only some deadlines, of any dates, and only what they wait for."""
    if not duties:
        return ()
    wanted = {one for promise, day in duties for one in plan.promised(promise, day)}
    return of_situation(graph, look(graph, plan, at=at, jobs=(), wanted=wanted), duties, at.date()).deadlines


def of_situation(graph: Graph, situation: Situation, duties: Sequence[Duty], day: date) -> Forecast:
    known, unlearned = timings(graph, asked_of(situation))
    network = build(situation, known)
    unknowns = network.settle()
    view = View(situation, network, run_through(network.steps), unknowns)
    incomplete = list(situation.incomplete)
    if unlearned:
        incomplete.append(f"the history of {unlearned} jobs and datasets was not looked at yet; the steward does so")
    dues = view.dues(duties)
    deadlines = sorted(map(view.deadline, dues), key=_worst_first)
    return Forecast(
        day, situation.at, tuple(deadlines), view.steps_told(dues), tuple(incomplete), tuple(not_counted(situation))
    )


@dataclass(slots=True)
class View:
    """A computed network, in the words of the answer."""

    situation: Situation
    network: Network
    times: Times
    unknowns: list[str]

    def missing(self, promise: Promise, day: date) -> tuple[Slice, ...]:
        return self.situation.missing(self.situation.plan.promised(promise, day))

    def places(self, slices: Iterable[Slice]) -> list[int]:
        return [self.network.place[one] for one in slices if one in self.network.place]

    def dues(self, duties: Sequence[Duty]) -> list[Due]:
        """What each deadline waits for, and when that is over."""
        missing = [self.missing(promise, day) for promise, day in duties]
        places = [self.places(some) for some in missing]
        points = quantiles(self.times.ends_of(places)).tolist()
        return [
            Due(promise, day, self._left(promise, day), some, steps, ends)
            for (promise, day), some, steps, ends in zip(duties, missing, places, points, strict=True)
        ]

    def outlook(self, due: Due) -> Outlook:
        return self._ahead(due) if due.missing else self._there(due).outlook

    def _ahead(self, due: Due) -> Outlook:
        _, likely, late = due.points
        return _outlook(due.left, likely, late, unknown=bool(self._unknown(due)))

    def deadline(self, due: Due) -> DeadlineForecast:
        promise = due.promise
        answer = self._answer(due) if due.missing else self._there(due)
        return DeadlineForecast(
            id=deadline_id(promise.consumer, due.day.isoformat()),
            consumer=promise.name,
            consumer_id=promise.consumer,
            day=due.day,
            due=promise.due(due.day),
            outlook=answer.outlook,
            owners=promise.owners,
            ends=answer.ends,
            over=answer.over,
            over_late=answer.over_late,
            path=answer.path,
            missing=tuple(self.words(one) for one in due.missing),
            reason=answer.reason,
        )

    def _left(self, promise: Promise, day: date) -> float:
        return (promise.due(day) - self.situation.at).total_seconds()

    def _unknown(self, due: Due) -> str:
        return next((self.unknowns[at] for at in due.places if self.unknowns[at]), "")

    def _answer(self, due: Due) -> _Answer:
        """By what is not there yet."""
        unknown, left, outlook = self._unknown(due), due.left, self._ahead(due)
        _, likely, late = due.points
        path = self.times.path_to(due.places)
        return _Answer(
            outlook,
            self._estimate(due.points, unknown),
            None if math.isinf(likely) or (unknown and likely <= left) else round(likely - left, 1),
            None if math.isinf(late) or (unknown and late <= left) else round(late - left, 1),
            tuple(at for at in path if at < self.network.shown),
            self._why(path, unknown, outlook, likely),
        )

    def _there(self, due: Due) -> _Answer:
        """All of it is there: the deadline was kept, or it was not."""
        firsts = [self.situation.fact(one).first for one in self.situation.plan.promised(due.promise, due.day)]
        came = max((first for first in firsts if first is not None), default=self.situation.at)
        over = round((came - due.promise.due(due.day)).total_seconds(), 1)
        return _Answer(Outlook.MISSED if over > 0 else Outlook.KEPT, Estimate(came, came, came), over, over)

    def steps_told(self, dues: Sequence[Due]) -> tuple[StepForecast, ...]:
        """Every step that is shown, in the order of the network; `dues`: the deadlines that they are held against."""
        if not self.network.shown:
            return ()
        safe, likely, _ = self._slack(dues).T.tolist()
        points = quantiles(self.times.ends[: self.network.shown]).tolist()
        return tuple(
            self._step(at, told, points[at], _none_if_free(likely[at]), _none_if_free(safe[at]))
            for at, told in enumerate(self.network.told[: self.network.shown])
        )

    def words(self, one: Slice) -> str:
        return f"{self.situation.plan.name(one.of)}@{one.key or 'whole'}"

    def _slack(self, dues: Sequence[Due]) -> Floats:
        """By how much each step may be later without missing a deadline that is still ahead, in 5, 50 and 95 % of all
        histories."""
        limits = [(place, due.left) for due in dues if due.left > 0 for place in due.places]
        shown = self.network.shown
        return quantiles(latest_ends(self.times, limits)[:shown], less=self.times.ends[:shown])

    def _step(
        self, at: int, told: Told, points: Sequence[float], slack: float | None, safe: float | None
    ) -> StepForecast:
        (of, key), is_job, state, basis, _, why = told
        ends = self._estimate(points, self.unknowns[at])
        name = self.situation.plan.name(of)
        return StepForecast(self.network.steps[at].id, name, is_job, key, state, ends, basis, slack, safe, why)

    def _why(self, path: Sequence[int], unknown: str, outlook: Outlook, likely: float) -> str:
        if math.isinf(likely):
            blocked = next((self.network.told[at] for at in path if self.network.steps[at].blocked), None)
            return f"{self.words(blocked.slice)} is not made: {blocked.why}" if blocked else "nothing makes it"
        return unknown if outlook in (Outlook.UNKNOWN, Outlook.MISSED) else ""

    def _estimate(self, points: Sequence[float], unknown: str) -> Estimate:
        soonest, likely, late = map(self._moment, points)
        return Estimate(soonest, likely, late, unknown)

    def _moment(self, seconds: float) -> datetime | None:
        return None if math.isinf(seconds) else self.situation.at + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a deadline looks like; as in DeadlineForecast."""

    outlook: Outlook
    ends: Estimate
    over: float | None
    over_late: float | None
    path: tuple[int, ...] = ()
    reason: str = ""


def _outlook(left: float, likely: float, late: float, *, unknown: bool) -> Outlook:
    if left <= 0:
        return Outlook.MISSED
    if likely > left:
        return Outlook.LATE  # also where something is not known: it would only be later
    if unknown:
        return Outlook.UNKNOWN
    return Outlook.AT_RISK if late > left else Outlook.ON_TIME


_ORDER: Mapping[Outlook, int] = {outlook: place for place, outlook in enumerate(Outlook)}


def _worst_first(one: DeadlineForecast) -> tuple[int, datetime, str]:
    return _ORDER[one.outlook], one.due, str(one.consumer)


def _none_if_free(seconds: float) -> float | None:
    """Nothing depends on a step that may be infinitely late; one that is never over has lost all it had."""
    return None if math.isinf(seconds) and seconds > 0 else round(seconds, 1)


def day_of(plan: Plan, one: Slice) -> date | None:
    """The business date of a partition."""
    known = plan.datasets.get(one.of) or plan.jobs.get(one.of)
    return last_day(known.scheme, one.key) if known else None
