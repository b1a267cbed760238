"""When everything of a business date will be there, and which deadlines that keeps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from graph_model.deadlines.dates import last_day
from graph_model.deadlines.durations import timings
from graph_model.deadlines.entities import DeadlineForecast, Estimate, Forecast, Outlook, StepForecast
from graph_model.deadlines.network import Times, latest_ends, quantiles, run_through
from graph_model.deadlines.plan import Plan
from graph_model.deadlines.planned import Promise, Slice
from graph_model.deadlines.repository import now, read_plan
from graph_model.deadlines.situation import Situation, look
from graph_model.deadlines.steps import asked_of, build, not_counted
from graph_model.deadlines.told import Network, Told
from graph_model.deadlines.waves import Floats
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
    unknowns = network.settle()
    view = View(situation, network, run_through(network.steps), unknowns)
    incomplete = list(situation.incomplete)
    if unlearned:
        incomplete.append(f"the history of {unlearned} jobs and datasets was not looked at yet; the steward does so")
    deadlines = sorted((view.deadline(promise, on) for promise, on in duties), key=_worst_first)
    return Forecast(
        day, situation.at, tuple(deadlines), view.steps_told(duties), tuple(incomplete), tuple(not_counted(situation))
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

    def deadline(self, promise: Promise, day: date) -> DeadlineForecast:
        missing = self.missing(promise, day)
        answer = self._answer(promise, day, missing) if missing else self._there(promise, day)
        return DeadlineForecast(
            id=deadline_id(promise.consumer, day.isoformat()),
            consumer=promise.name,
            consumer_id=promise.consumer,
            day=day,
            due=promise.due(day),
            outlook=answer.outlook,
            owners=promise.owners,
            ends=answer.ends,
            over=answer.over,
            over_late=answer.over_late,
            path=answer.path,
            missing=tuple(self.words(one) for one in missing),
            reason=answer.reason,
        )

    def _answer(self, promise: Promise, day: date, missing: Sequence[Slice]) -> _Answer:
        """By what is not there yet."""
        places = self.places(missing)
        unknown = next((self.unknowns[at] for at in places if self.unknowns[at]), "")
        soonest, likely, late = (float(one) for one in quantiles(self.times.end_of(places)))
        left = (promise.due(day) - self.situation.at).total_seconds()
        outlook, path = _outlook(left, likely, late, unknown=bool(unknown)), self.times.path_to(places)
        return _Answer(
            outlook,
            Estimate(self._moment(soonest), self._moment(likely), self._moment(late), unknown),
            None if math.isinf(likely) or (unknown and likely <= left) else round(likely - left, 1),
            None if math.isinf(late) or (unknown and late <= left) else round(late - left, 1),
            tuple(at for at in path if at < self.network.shown),
            self._why(path, unknown, outlook, likely),
        )

    def _there(self, promise: Promise, day: date) -> _Answer:
        """All of it is there: the deadline was kept, or it was not."""
        firsts = [self.situation.fact(one).first for one in self.situation.plan.promised(promise, day)]
        came = max((first for first in firsts if first is not None), default=self.situation.at)
        over = round((came - promise.due(day)).total_seconds(), 1)
        return _Answer(Outlook.MISSED if over > 0 else Outlook.KEPT, Estimate(came, came, came), over, over)

    def steps_told(self, duties: Sequence[Duty]) -> tuple[StepForecast, ...]:
        """Every step that is shown, in the order of the network."""
        if not self.network.shown:
            return ()
        likely, safe = self._slack(duties)
        points = quantiles(self.times.ends[: self.network.shown]).tolist()
        return tuple(
            self._step(at, told, points[at], _none_if_free(likely[at]), _none_if_free(safe[at]))
            for at, told in enumerate(self.network.told[: self.network.shown])
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

    def _slack(self, duties: Sequence[Duty]) -> tuple[list[float], list[float]]:
        """By how much each step may be later, at 50 % and with 95 % certainty."""
        latest, shown = latest_ends(self.times, self.limits(duties)), self.network.shown
        points = quantiles(latest[:shown] - _finite(self.times.ends[:shown]))
        return points[:, 1].tolist(), points[:, 0].tolist()

    def _step(
        self, at: int, told: Told, points: Sequence[float], slack: float | None, safe: float | None
    ) -> StepForecast:
        soonest, likely, late = map(self._moment, points)
        one = told.slice
        id_ = self.network.steps[at].id or partition_id(one.of, one.key)
        ends = Estimate(soonest, likely, late, self.unknowns[at])
        name = self.situation.plan.name(one.of)
        return StepForecast(id_, name, told.is_job, one.key, told.state, ends, told.basis, slack, safe, told.why)

    def _why(self, path: Sequence[int], unknown: str, outlook: Outlook, likely: float) -> str:
        if math.isinf(likely):
            blocked = next((self.network.told[at] for at in path if self.network.steps[at].blocked), None)
            return f"{self.words(blocked.slice)} is not made: {blocked.why}" if blocked else "nothing makes it"
        return unknown if outlook in (Outlook.UNKNOWN, Outlook.MISSED) else ""

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


def _finite(ends: Floats) -> Floats:
    """Infinity minus infinity would be nothing at all: what is never over is over in a thousand years."""
    return ends.clip(max=_NEVER)


_NEVER = 3.0e10


def day_of(plan: Plan, one: Slice) -> date | None:
    """The business date of a partition."""
    known = plan.datasets.get(one.of) or plan.jobs.get(one.of)
    return last_day(known.scheme, one.key) if known else None
