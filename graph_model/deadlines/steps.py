"""From how things stand to a network of steps: each open job partition, and each partition that comes from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from graph_model.deadlines.durations import FEW, Subject, similar
from graph_model.deadlines.entities import StepState, Timing
from graph_model.deadlines.gates import Begin, Gates
from graph_model.deadlines.network import Step
from graph_model.deadlines.planned import Input, PlannedJob, PlannedPartition, Slice
from graph_model.deadlines.repository import EXPIRED, RunFact
from graph_model.deadlines.situation import Situation
from graph_model.deadlines.spread import Spread
from graph_model.deadlines.told import Network, Told

Asked = tuple[Subject, tuple[str, ...]]
Known = Mapping[tuple[str, tuple[str, ...]], Timing]


def asked_of(situation: Situation) -> list[Asked]:
    """Whose history is needed: the jobs of what is open, and the datasets from outside that it waits for."""
    plan, found = situation.plan, dict[tuple[str, tuple[str, ...]], Asked]()
    jobs = {one.job.id: one.job for one in situation.planned}
    subjects = {
        id_: Subject(id_, is_job=True, scheme=job.scheme, not_before=job.not_before) for id_, job in jobs.items()
    }
    for timed in dict.fromkeys(planned.timed for planned in situation.planned):
        found[timed] = subjects[timed[0]], timed[1]
    for one in situation.from_outside:
        scheme = plan.datasets[one.of].scheme
        kinds = plan.kinds_of_day(scheme, one.key)
        found[one.of, kinds] = Subject(one.of, is_job=False, scheme=scheme), kinds
    return list(found.values())


def build(situation: Situation, known: Known, delays: Mapping[Slice, datetime] | None = None) -> Network:
    """The steps in an order of no meaning. `delays`: partitions that are there no sooner than a moment."""
    return _Building(situation, known, delays or {}).build()


def not_counted(situation: Situation) -> list[str]:
    """What the forecast of these open job partitions does not count with, in words."""
    counts = Counter(job.of for job in situation.open)
    planned = [(situation.plan.jobs[of], count) for of, count in counts.items()]
    slots = sum(count for job, count in planned if job.takes_slots)
    ages = sum(count for job, count in planned if not job.is_plain and any(map(_counts_age, job.inputs)))
    found: list[str] = []
    if slots:
        found.append(f"slots of pools, which {slots} job partitions take: only how long such runs waited before")
    if ages:
        found.append(f"how old or new inputs must be (max_age, newer_than): those of {ages} job partitions are taken")
    return found


class _Building:
    def __init__(self, situation: Situation, known: Known, delays: Mapping[Slice, datetime]) -> None:
        self._now, self._plan, self._known, self._delays = situation, situation.plan, known, delays
        self._network = Network()
        self._alike: dict[tuple[str, str], Timing] = {}
        self._gates = Gates(situation, self._network, {})

    def build(self) -> Network:
        network = self._network
        for one in self._now.from_outside:
            place = self._arrival(one)
            network.place[one] = self._delayed(one, place) if one in self._delays else place
        places = network.reserve(self._now.open)
        for planned, place in zip(self._now.planned, places.values(), strict=True):
            for output in planned.outputs:
                at = self._delayed(output, place) if output in self._delays else place
                network.place.setdefault(output, at)
        network.shown = len(network.steps)
        self._gates = Gates(self._now, network, places)
        for planned, (job, place) in zip(self._now.planned, places.items(), strict=True):
            network.steps[place], network.told[place] = self._job(planned, job)
        return network

    def _delayed(self, one: Slice, place: int) -> int:
        """The place that stands for a delayed partition being there: one after the step that makes it."""
        network, seconds = self._network, max(self._seconds(self._delays[one]), 0.0)
        before = network.told[place]
        if before.unknown and not before.is_job:
            # That it comes at that moment is then all that is known, and it is what is asked.
            network.undelayed[place] = before
            network.steps[place] = network.steps[place]._replace(release=seconds)
            network.told[place] = before._replace(basis="as it is asked", unknown="")
            return place
        told = Told(one, is_job=False, state=StepState.EXPECTED, basis="as it is asked")
        at = network.add(Step(self._plan.partition_id(one), after=(place,), release=seconds), told)
        network.undelayed[at] = told
        return at

    def _seconds(self, moment: datetime) -> float:
        return (moment - self._now.at).total_seconds()

    def _arrival(self, one: Slice) -> int:
        id_, told = self._plan.partition_id(one), Told(one, is_job=False, state=StepState.EXPECTED)
        set_aside = self._now.fact(one).reason
        if why := self._kept_away(one, id_):
            return self._network.add(Step(id_, blocked=True), told._replace(state=StepState.BLOCKED, why=why))
        scheme = self._plan.datasets[one.of].scheme
        interval = scheme.interval(one.key) if scheme.holds(one.key) else None
        timing = self._known.get((one.of, self._plan.kinds_of_day(scheme, one.key)), _NOTHING)
        spread, basis = timing.measured, timing.basis
        if spread is None and scheme.due_after:
            spread, basis = Spread((scheme.due_after,), 0), "when it is declared to be due"
        if spread is None or interval is None or set_aside:
            why = f"what came was set aside: {set_aside}" if set_aside else "nothing is known of when it arrives"
            return self._network.add(Step(id_), told._replace(unknown=f"{self._words(one)}: {why}"))
        left = spread.left(-self._seconds(interval.end))
        return self._network.add(Step(id_, takes=(left,)), told._replace(basis=basis))

    def _kept_away(self, one: Slice, id_: str) -> str:
        if held := self._now.holds.get(one.of) or self._now.holds.get(id_):
            return f"it is {held}"
        return "it has expired" if self._now.fact(one).mark == EXPIRED else ""

    def _job(self, planned: PlannedPartition, job: Slice) -> tuple[Step, Told]:
        run = self._now.runs.get(job)
        if run is not None and run.state == "RUNNING":
            return self._running(planned, job, run)
        lacks = run is None or self._lacks(job)
        if why := self._blocked(planned.id, job, run, lacks=lacks):
            return _blocked_step(planned.id, job, why)
        timing, unknown = self._timing(planned, job)
        state, waits = StepState.WAITING, timing.waits
        if run is not None and run.state == "READY" and not lacks:
            waits = waits.left(run.ready) if waits and run.began is None else None
            begin = Begin(self._gates.strictly_after(job), release=run.wait)
            state = StepState.READY
        else:
            begin = self._begin(planned.job, job)
        if begin.blocked:
            return _blocked_step(planned.id, job, begin.blocked)
        takes = tuple([spread for spread in (waits, timing.measured) if spread is not None])
        basis = f"{timing.basis}; {begin.note}" if timing.basis and begin.note else timing.basis or begin.note
        step = Step(planned.id, begin.after, takes, begin.release, begin.enough)
        return step, Told(job, is_job=True, state=state, basis=basis, unknown=unknown or begin.unknown)

    def _lacks(self, job: Slice) -> bool:
        """Whether anything is missing without which it does not begin."""
        wanted, needs = self._now.waits_for(job), self._now.needs[job]
        return bool(wanted) and (needs.must is needs.slices or bool(self._now.awaited(needs.must)))

    def _begin(self, planned: PlannedJob, job: Slice) -> Begin:
        if not planned.is_plain and job not in self._now.cut:
            return self._gates.begin(job)
        needs = self._now.needs[job]
        if needs.first_of and any(map(self._now.is_there, needs.slices)):
            return Begin()  # whatever else it could wait for
        places = self._network.place
        after = tuple(dict.fromkeys([places[one] for one in self._now.waits_for(job) if one in places]))
        return Begin(after, enough=1 if needs.first_of and after else None)

    def _running(self, planned: PlannedPartition, job: Slice, run: RunFact) -> tuple[Step, Told]:
        timing, unknown = self._timing(planned, job)
        takes = (timing.measured.left(run.began or 0.0),) if timing.measured else ()
        told = Told(job, is_job=True, state=StepState.RUNNING, basis=timing.basis, unknown=unknown)
        return Step(planned.id, takes=takes), told

    def _blocked(self, id_: str, job: Slice, run: RunFact | None, *, lacks: bool) -> str:
        """Why a job partition does not go on by itself; empty: it does."""
        if held := self._held(id_, job):
            return f"it is {held}"
        if expired := self._expired(job):
            return expired
        if run is None or lacks or run.state in ("READY", "SUPERSEDED"):
            return ""
        if run.state == "SUCCEEDED" and not any(self._now.fact(one).reason for one in self._plan.outputs(job)):
            return ""  # it ended after its outputs were looked at
        return f"its last run {_ENDED.get(run.state, 'ended')}{f': {run.reason}' if run.reason else ''}"

    def _held(self, id_: str, job: Slice) -> str:
        if not self._now.holds:
            return ""
        return self._now.holds.get(job.of) or self._now.holds.get(id_) or self._held_input(job)

    def _expired(self, job: Slice) -> str:
        """What has expired is waited for even where it is optional, and is not made again by itself."""
        if not self._now.has_expired:
            return ""
        slices = (*self._now.needs[job].slices, *self._plan.outputs(job))
        found = next((one for one in self._now.missing(slices) if self._now.fact(one).mark == EXPIRED), None)
        return f"{self._words(found)} has expired" if found else ""

    def _held_input(self, job: Slice) -> str:
        """What it cannot do without, or reads since it is there: no run starts on what is held."""
        holds, needs = self._now.holds, self._now.needs[job]
        inputs = ((one, holds.get(one.of) or holds.get(self._plan.partition_id(one))) for one in needs.slices)
        held = {one: words for one, words in inputs if words}
        can_do_without = needs.first_of and len(held) < len(needs.slices)
        must = () if can_do_without or self._plan.jobs[job.of].takes_what_is_there else needs.must
        kept = (one for one in held if one in must or self._now.is_there(one))
        return next((f"kept from its input {self._words(one)}, which is {held[one]}" for one in kept), "")

    def _timing(self, planned: PlannedPartition, job: Slice) -> tuple[Timing, str]:
        """What is known of a job, and in words if nothing is; with little of its own, what is similar."""
        if job in self._now.cut:
            return Timing(), f"{self._words(job)}: what it waits for was left out"
        own = self._known.get(planned.timed, _NOTHING)
        if own.count >= FEW:
            return own, ""
        alike = self._similar(planned.job.kind, planned.job.name.namespace)
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
_NOTHING = Timing()


def _counts_age(item: Input) -> bool:
    return item.terms.max_age is not None or bool(item.terms.newer_than)


def _blocked_step(id_: str, job: Slice, why: str) -> tuple[Step, Told]:
    return Step(id_, blocked=True), Told(job, is_job=True, state=StepState.BLOCKED, why=why)
