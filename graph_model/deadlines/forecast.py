"""When everything of a business date will be there, and which deadlines that keeps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from graph_model.deadlines.dates import last_day
from graph_model.deadlines.durations import timings
from graph_model.deadlines.entities import DeadlineForecast, Estimate, Forecast, Outlook, StepForecast
from graph_model.deadlines.network import Floats, Times, latest_ends, quantiles, run_through
from graph_model.deadlines.plan import Plan, Promise, Slice
from graph_model.deadlines.repository import now, read_plan
from graph_model.deadlines.situation import Situation, look
from graph_model.deadlines.steps import Network, Told, asked_of, build
from graph_model.names import deadline_id, partition_id
from graph_model.store.graph import Graph

Duty = tuple[Promise, date]
"""What a consumer is promised for one business date."""


def forecast(graph: Graph, day: date) -> Forecast:
    """When what is not there yet of business date `day` will be there, and every deadline for it, the worst first."""
    plan, at = read_plan(graph), now(graph)
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
    view = View(situation, network, run_through(network.steps))
    incomplete = list(situation.incomplete)
    if unlearned:
        incomplete.append(f"the history of {unlearned} jobs and datasets was not looked at yet; the steward does so")
    deadlines = sorted((view.deadline(promise, on) for promise, on in duties), key=_worst_first)
    return Forecast(day, situation.at, tuple(deadlines), view.steps_told(duties), tuple(incomplete))


@dataclass(slots=True)
class View:
    """A computed network, in the words of the answer."""

    situation: Situation
    network: Network
    times: Times
    _unknowns: list[str] | None = None

    @property
    def unknowns(self) -> list[str]:
        if self._unknowns is None:
            self._unknowns = self.network.unknowns()
        return self._unknowns

    def missing(self, promise: Promise, day: date) -> tuple[Slice, ...]:
        return self.situation.missing(self.situation.plan.promised(promise, day))

    def places(self, slices: Iterable[Slice]) -> list[int]:
        return [self.network.place[one] for one in slices if one in self.network.place]

    def deadline(self, promise: Promise, day: date) -> DeadlineForecast:
        due, missing = promise.due(day), self.missing(promise, day)
        if not missing:
            return self._there(promise, day, due)
        places = self.places(missing)
        ends = self.times.end_of(places)
        unknown = next((self.unknowns[at] for at in places if self.unknowns[at]), "")
        soonest, likely, late = (float(one) for one in quantiles(ends))
        left = (due - self.situation.at).total_seconds()
        outlook = _outlook(left, likely, late, unknown=bool(unknown))
        path = self.times.path_to(places)
        return DeadlineForecast(
            deadline_id(promise.consumer, day.isoformat()),
            promise.name,
            promise.consumer,
            day,
            due,
            outlook,
            promise.owners,
            Estimate(self._moment(soonest), self._moment(likely), self._moment(late), unknown),
            None if math.isinf(likely) or (unknown and likely <= left) else round(likely - left, 1),
            None if math.isinf(late) or (unknown and late <= left) else round(late - left, 1),
            path,
            tuple(self.words(one) for one in missing),
            self._why(path, unknown, outlook, likely),
        )

    def steps_told(self, duties: Sequence[Duty]) -> tuple[StepForecast, ...]:
        """Every step, in the order of the network."""
        if not self.network.steps:
            return ()
        likely, safe = self._slack(duties)
        points = quantiles(self.times.ends)
        return tuple(
            self._step(at, told, points[at], _none_if_free(likely[at]), _none_if_free(safe[at]))
            for at, told in enumerate(self.network.told)
        )

    def limits(self, duties: Sequence[Duty]) -> list[tuple[int, float]]:
        """Which step must be over when, for the deadlines that are still ahead."""
        left = [(promise, day, (promise.due(day) - self.situation.at).total_seconds()) for promise, day in duties]
        return [
            (place, seconds)
            for promise, day, seconds in left
            if seconds > 0
            for place in self.places(self.missing(promise, day))
        ]

    def words(self, one: Slice) -> str:
        return f"{self.situation.plan.name(one.of)}@{one.key or 'whole'}"

    def _slack(self, duties: Sequence[Duty]) -> tuple[Floats, Floats]:
        """By how much each step may be later, at 50 % and with 95 % certainty."""
        latest = latest_ends(self.times, self.limits(duties))
        spare = latest - _finite(self.times.ends)
        points = quantiles(spare)
        return points[:, 1], points[:, 0]

    def _step(self, at: int, told: Told, points: Floats, slack: float | None, safe: float | None) -> StepForecast:
        soonest, likely, late = (self._moment(float(one)) for one in points)
        one = told.slice
        id_ = self.network.steps[at].id or partition_id(one.of, one.key)
        ends = Estimate(soonest, likely, late, self.unknowns[at])
        name = self.situation.plan.name(one.of)
        return StepForecast(id_, name, told.is_job, one.key, told.state, ends, told.basis, slack, safe, told.why)

    def _there(self, promise: Promise, day: date, due: datetime) -> DeadlineForecast:
        """All of it is there: the deadline was kept, or it was not."""
        firsts = [self.situation.fact(one).first for one in self.situation.plan.promised(promise, day)]
        came = max((first for first in firsts if first is not None), default=self.situation.at)
        over = round((came - due).total_seconds(), 1)
        return DeadlineForecast(
            deadline_id(promise.consumer, day.isoformat()),
            promise.name,
            promise.consumer,
            day,
            due,
            Outlook.MISSED if over > 0 else Outlook.KEPT,
            promise.owners,
            Estimate(came, came, came),
            over,
            over,
        )

    def _why(self, path: Sequence[int], unknown: str, outlook: Outlook, likely: float) -> str:
        if math.isinf(likely):
            blocked = next((self.network.told[at] for at in path if self.network.steps[at].blocked), None)
            return f"{self.words(blocked.slice)} is not made: {blocked.why}" if blocked else "nothing makes it"
        return unknown if outlook in (Outlook.UNKNOWN, Outlook.MISSED) else ""

    def _moment(self, seconds: float) -> datetime | None:
        return None if math.isinf(seconds) else self.situation.at + timedelta(seconds=seconds)


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
    return None if math.isinf(seconds) and seconds > 0 else round(float(seconds), 1)


def _finite(ends: Floats) -> Floats:
    """Infinity minus infinity would be nothing at all: what is never over is over in a thousand years."""
    return ends.clip(max=_NEVER)


_NEVER = 3.0e10


def day_of(plan: Plan, one: Slice) -> date | None:
    """The business date of a partition."""
    known = plan.datasets.get(one.of) or plan.jobs.get(one.of)
    return last_day(known.scheme, one.key) if known else None
