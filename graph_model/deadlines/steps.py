"""From how things stand to a network of steps: each open job partition, and each partition that comes from outside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graph_model.deadlines.dates import kinds_of_day
from graph_model.deadlines.durations import FEW, Subject, similar
from graph_model.deadlines.entities import StepState, Timing
from graph_model.deadlines.network import Step
from graph_model.deadlines.plan import Slice
from graph_model.deadlines.repository import RunFact
from graph_model.deadlines.situation import Situation
from graph_model.deadlines.spread import Spread
from graph_model.names import job_partition_id, partition_id

Asked = tuple[Subject, tuple[str, ...]]
Known = Mapping[tuple[str, tuple[str, ...]], Timing]


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a step beside its times. `unknown`: what is not known of it itself; `why`: what blocks it."""

    slice: Slice
    is_job: bool
    state: StepState
    basis: str = ""
    unknown: str = ""
    why: str = ""


@dataclass(slots=True)
class Network:
    """`place` says which step makes a partition be there: of what is not there yet, all have one."""

    steps: list[Step] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    place: dict[Slice, int] = field(default_factory=dict)

    def add(self, step: Step, told: Told) -> int:
        self.steps.append(step)
        self.told.append(told)
        return len(self.steps) - 1

    def unknowns(self) -> list[str]:
        """For each step what is not known of it or of anything before it; empty: all is."""
        found = [told.unknown for told in self.told]
        following: dict[int, list[int]] = defaultdict(list)
        for at, step in enumerate(self.steps):
            for before in step.after:
                following[before].append(at)
        ahead = [at for at, unknown in enumerate(found) if unknown]
        while ahead:
            at = ahead.pop()
            for later in following[at]:
                if not found[later]:
                    found[later] = found[at]
                    ahead.append(later)
        return found


def asked_of(situation: Situation) -> list[Asked]:
    """Whose history is needed: the jobs of what is open, and the datasets from outside that it waits for."""
    plan, found = situation.plan, dict[Asked, None]()
    for job in situation.open:
        scheme = plan.jobs[job.of].scheme
        found[Subject(job.of, is_job=True, scheme=scheme), kinds_of_day(scheme, job.key)] = None
    for one in situation.from_outside:
        scheme = plan.datasets[one.of].scheme
        found[Subject(one.of, is_job=False, scheme=scheme), kinds_of_day(scheme, one.key)] = None
    return list(found)


def build(situation: Situation, known: Known, delays: Mapping[Slice, datetime] | None = None) -> Network:
    """The steps in an order of no meaning. `delays`: partitions that are there no sooner than a moment."""
    return _Building(situation, known, delays or {}).build()


class _Building:
    def __init__(self, situation: Situation, known: Known, delays: Mapping[Slice, datetime]) -> None:
        self._now, self._plan, self._known, self._delays = situation, situation.plan, known, delays
        self._network = Network()
        self._alike: dict[tuple[str, str], Timing] = {}

    def build(self) -> Network:
        network = self._network
        for one in self._now.from_outside:
            network.place[one] = self._delayed(one, self._arrival(one))
        wanted = self._now.waits_for
        places = {job: network.add(Step(""), Told(job, is_job=True, state=StepState.WAITING)) for job in self._now.open}
        for job, place in places.items():
            for output in self._plan.outputs(job):
                network.place.setdefault(output, self._delayed(output, place))
        for job, place in places.items():
            network.steps[place], network.told[place] = self._job(job, wanted[job])
        return network

    def _delayed(self, one: Slice, place: int) -> int:
        """The place that stands for a partition being there, where it is delayed one after the step that makes it."""
        if one not in self._delays:
            return place
        seconds = self._seconds(self._delays[one])
        if self._network.told[place].unknown and not self._network.told[place].is_job:
            # That it comes at that moment is then all that is known, and it is what is asked.
            step, told = self._network.steps[place], self._network.told[place]
            self._network.steps[place] = Step(step.id, release=max(seconds, 0.0))
            self._network.told[place] = Told(told.slice, told.is_job, told.state, "as it is asked")
            return place
        told = Told(one, is_job=False, state=StepState.EXPECTED, basis="as it is asked")
        return self._network.add(Step(_partition_id(one), after=(place,), release=max(seconds, 0.0)), told)

    def _seconds(self, moment: datetime) -> float:
        return (moment - self._now.at).total_seconds()

    def _arrival(self, one: Slice) -> int:
        id_, told = _partition_id(one), Told(one, is_job=False, state=StepState.EXPECTED)
        set_aside = self._now.fact(one).reason
        if held := self._now.holds.get(one.of) or self._now.holds.get(id_):
            return self._network.add(Step(id_, blocked=True), _told(told, state=StepState.BLOCKED, why=f"it is {held}"))
        scheme = self._plan.datasets[one.of].scheme
        interval = scheme.interval(one.key) if scheme.holds(one.key) else None
        timing = self._known.get((one.of, kinds_of_day(scheme, one.key)), Timing())
        spread, basis = timing.measured, timing.basis
        if spread is None and scheme.due_after:
            spread, basis = Spread((scheme.due_after,), 0), "when it is declared to be due"
        if spread is None or interval is None or set_aside:
            why = f"what came was set aside: {set_aside}" if set_aside else "nothing is known of when it arrives"
            return self._network.add(Step(id_), _told(told, unknown=f"{self._words(one)}: {why}"))
        left = spread.left(-self._seconds(interval.end))
        return self._network.add(Step(id_, takes=(left,)), _told(told, basis=basis))

    def _job(self, job: Slice, wanted: Sequence[Slice]) -> tuple[Step, Told]:
        id_ = job_partition_id(job.of, job.key)
        told = Told(job, is_job=True, state=StepState.WAITING)
        run = self._now.runs.get(job)
        if run is not None and run.state == "RUNNING":
            return self._running(id_, job, run, told)
        if why := self._blocked(id_, job, run, wanted):
            return Step(id_, blocked=True), _told(told, state=StepState.BLOCKED, why=why)
        timing, unknown = self._timing(job)
        waits, work = timing.waits, timing.measured
        release = 0.0
        if run is not None and run.state == "READY" and not wanted:
            told, release = _told(told, state=StepState.READY), run.wait
            waits = waits.left(run.ready) if waits and run.began is None else None
        takes = tuple(spread for spread in (waits, work) if spread is not None)
        after = tuple(dict.fromkeys(self._network.place[one] for one in wanted if one in self._network.place))
        return Step(id_, after, takes, release, self._now.needs[job].first_of), _told(
            told, basis=timing.basis, unknown=unknown
        )

    def _running(self, id_: str, job: Slice, run: RunFact, told: Told) -> tuple[Step, Told]:
        timing, unknown = self._timing(job)
        takes = (timing.measured.left(run.began or 0.0),) if timing.measured else ()
        return Step(id_, takes=takes), _told(told, state=StepState.RUNNING, basis=timing.basis, unknown=unknown)

    def _blocked(self, id_: str, job: Slice, run: RunFact | None, wanted: Sequence[Slice]) -> str:
        """Why a job partition does not go on by itself; empty: it does."""
        held = self._now.holds.get(job.of) or self._now.holds.get(id_) or self._held_input(job)
        if held:
            return f"it is {held}"
        if run is None or wanted or run.state in ("READY", "SUPERSEDED"):
            return ""
        if run.state == "SUCCEEDED" and not any(self._now.fact(one).reason for one in self._plan.outputs(job)):
            return ""  # it ended after its outputs were looked at
        return f"its last run {_ENDED.get(run.state, 'ended')}{f': {run.reason}' if run.reason else ''}"

    def _held_input(self, job: Slice) -> str:
        if not self._now.holds:
            return ""
        inputs = ((one, self._now.holds.get(one.of) or self._now.holds.get(_partition_id(one)))
                  for one in self._now.needs[job].slices)  # fmt: skip
        return next((f"kept from its input {self._words(one)}, which is {words}" for one, words in inputs if words), "")

    def _timing(self, job: Slice) -> tuple[Timing, str]:
        """What is known of a job, and in words if nothing is; with little of its own, what is similar."""
        if job in self._now.cut:
            return Timing(), f"{self._words(job)}: what it waits for was left out"
        planned = self._plan.jobs[job.of]
        own = self._known.get((job.of, kinds_of_day(planned.scheme, job.key)), Timing())
        if own.count >= FEW:
            return own, ""
        alike = self._similar(planned.kind, planned.name.namespace)
        if alike.measured is not None:
            return Timing(alike.measured, own.waits, alike.basis), ""
        return own, "" if own.measured else f"{self._words(job)}: nothing is known of how long it takes"

    def _similar(self, kind: str, namespace: str) -> Timing:
        """Jobs of the same kind in the same namespace, as far as they were asked for."""
        if (kind, namespace) not in self._alike:
            alike = {job.id for job in self._plan.jobs.values() if (job.kind, job.name.namespace) == (kind, namespace)}
            seen = {id_: timing for (id_, _), timing in self._known.items() if id_ in alike}
            self._alike[kind, namespace] = similar(seen.values())
        return self._alike[kind, namespace]

    def _words(self, one: Slice) -> str:
        return f"{self._plan.name(one.of).name}@{one.key or 'whole'}"


_ENDED = {
    "FAILED": "failed",
    "CANCELLED": "was cancelled",
    "LAPSED": "lapsed",
    "SUCCEEDED": "succeeded, and what it made was set aside",
}


def _told(told: Told, *, state: StepState | None = None, basis: str = "", unknown: str = "", why: str = "") -> Told:
    return Told(told.slice, told.is_job, state or told.state, basis, unknown, why)


def _partition_id(one: Slice) -> str:
    return partition_id(one.of, one.key)
