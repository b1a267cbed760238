"""From how things stand to a network of steps: each open job partition, and each partition that comes from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from graph_model.deadlines.durations import FEW, Subject, similar
from graph_model.deadlines.entities import StepState, Timing
from graph_model.deadlines.gates import Begin, Gates
from graph_model.deadlines.network import Step
from graph_model.deadlines.planned import Slice
from graph_model.deadlines.repository import EXPIRED, RunFact
from graph_model.deadlines.situation import Situation
from graph_model.deadlines.spread import Spread
from graph_model.deadlines.told import Network, Told
from graph_model.names import job_partition_id, partition_id

Asked = tuple[Subject, tuple[str, ...]]
Known = Mapping[tuple[str, tuple[str, ...]], Timing]


def asked_of(situation: Situation) -> list[Asked]:
    """Whose history is needed: the jobs of what is open, and the datasets from outside that it waits for."""
    plan, found = situation.plan, dict[tuple[str, tuple[str, ...]], Asked]()
    for job in situation.open:
        planned = plan.jobs[job.of]
        kinds = plan.kinds_of_day(planned.scheme, job.key)
        if (job.of, kinds) not in found:
            subject = Subject(job.of, is_job=True, scheme=planned.scheme, not_before=planned.not_before)
            found[job.of, kinds] = subject, kinds
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
    planned = [situation.plan.jobs[job.of] for job in situation.open]
    slots = sum(job.takes_slots for job in planned)
    ages = sum(any(item.terms.max_age is not None or item.terms.newer_than for item in job.inputs) for job in planned)
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
            network.place[one] = self._delayed(one, self._arrival(one))
        places = {job: network.add(Step(""), Told(job, is_job=True, state=StepState.WAITING)) for job in self._now.open}
        for job, place in places.items():
            for output in self._plan.outputs(job):
                network.place.setdefault(output, self._delayed(output, place))
        network.shown = len(network.steps)
        self._gates = Gates(self._now, network, places)
        for job, place in places.items():
            network.steps[place], network.told[place] = self._job(job)
        return network

    def _delayed(self, one: Slice, place: int) -> int:
        """The place that stands for a partition being there, where it is delayed one after the step that makes it."""
        if one not in self._delays:
            return place
        network, seconds = self._network, max(self._seconds(self._delays[one]), 0.0)
        before = network.told[place]
        if before.unknown and not before.is_job:
            # That it comes at that moment is then all that is known, and it is what is asked.
            network.undelayed[place] = before
            network.steps[place] = replace(network.steps[place], release=seconds)
            network.told[place] = replace(before, basis="as it is asked", unknown="")
            return place
        told = Told(one, is_job=False, state=StepState.EXPECTED, basis="as it is asked")
        at = network.add(Step(_partition_id(one), after=(place,), release=seconds), told)
        network.undelayed[at] = told
        return at

    def _seconds(self, moment: datetime) -> float:
        return (moment - self._now.at).total_seconds()

    def _arrival(self, one: Slice) -> int:
        id_, told = _partition_id(one), Told(one, is_job=False, state=StepState.EXPECTED)
        set_aside = self._now.fact(one).reason
        if why := self._kept_away(one, id_):
            return self._network.add(Step(id_, blocked=True), replace(told, state=StepState.BLOCKED, why=why))
        scheme = self._plan.datasets[one.of].scheme
        interval = scheme.interval(one.key) if scheme.holds(one.key) else None
        timing = self._known.get((one.of, self._plan.kinds_of_day(scheme, one.key)), Timing())
        spread, basis = timing.measured, timing.basis
        if spread is None and scheme.due_after:
            spread, basis = Spread((scheme.due_after,), 0), "when it is declared to be due"
        if spread is None or interval is None or set_aside:
            why = f"what came was set aside: {set_aside}" if set_aside else "nothing is known of when it arrives"
            return self._network.add(Step(id_), replace(told, unknown=f"{self._words(one)}: {why}"))
        left = spread.left(-self._seconds(interval.end))
        return self._network.add(Step(id_, takes=(left,)), replace(told, basis=basis))

    def _kept_away(self, one: Slice, id_: str) -> str:
        if held := self._now.holds.get(one.of) or self._now.holds.get(id_):
            return f"it is {held}"
        return "it has expired" if self._now.fact(one).mark == EXPIRED else ""

    def _job(self, job: Slice) -> tuple[Step, Told]:
        id_ = job_partition_id(job.of, job.key)
        told = Told(job, is_job=True, state=StepState.WAITING)
        run, lacks = self._now.runs.get(job), self._lacks(job)
        if run is not None and run.state == "RUNNING":
            return self._running(id_, job, run, told)
        if why := self._blocked(id_, job, run, lacks=lacks):
            return Step(id_, blocked=True), replace(told, state=StepState.BLOCKED, why=why)
        timing, unknown = self._timing(job)
        if run is not None and run.state == "READY" and not lacks:
            waits = timing.waits.left(run.ready) if timing.waits and run.began is None else None
            begin = Begin(self._gates.strictly_after(job), release=run.wait)
            told = replace(told, state=StepState.READY)
        else:
            waits, begin = timing.waits, self._begin(job)
        if begin.blocked:
            return Step(id_, blocked=True), replace(told, state=StepState.BLOCKED, why=begin.blocked)
        takes = tuple(spread for spread in (waits, timing.measured) if spread is not None)
        basis = "; ".join(filter(None, (timing.basis, begin.note)))
        return Step(id_, begin.after, takes, begin.release, begin.enough), replace(
            told, basis=basis, unknown=unknown or begin.unknown
        )

    def _lacks(self, job: Slice) -> bool:
        """Whether anything is missing without which it does not begin."""
        wanted, needs = self._now.waits_for[job], self._now.needs[job]
        return bool(wanted) and (needs.must is needs.slices or bool(self._now.awaited(needs.must)))

    def _begin(self, job: Slice) -> Begin:
        if not self._plan.jobs[job.of].is_plain and job not in self._now.cut:
            return self._gates.begin(job)
        needs = self._now.needs[job]
        if needs.first_of and any(map(self._now.is_there, needs.slices)):
            return Begin()  # whatever else it could wait for
        places = (self._network.place.get(one) for one in self._now.waits_for[job])
        after = tuple(dict.fromkeys(place for place in places if place is not None))
        return Begin(after, enough=1 if needs.first_of and after else None)

    def _running(self, id_: str, job: Slice, run: RunFact, told: Told) -> tuple[Step, Told]:
        timing, unknown = self._timing(job)
        takes = (timing.measured.left(run.began or 0.0),) if timing.measured else ()
        return Step(id_, takes=takes), replace(told, state=StepState.RUNNING, basis=timing.basis, unknown=unknown)

    def _blocked(self, id_: str, job: Slice, run: RunFact | None, *, lacks: bool) -> str:
        """Why a job partition does not go on by itself; empty: it does."""
        held = self._now.holds.get(job.of) or self._now.holds.get(id_) or self._held_input(job)
        if held:
            return f"it is {held}"
        if expired := self._expired(job):
            return expired
        if run is None or lacks or run.state in ("READY", "SUPERSEDED"):
            return ""
        if run.state == "SUCCEEDED" and not any(self._now.fact(one).reason for one in self._plan.outputs(job)):
            return ""  # it ended after its outputs were looked at
        return f"its last run {_ENDED.get(run.state, 'ended')}{f': {run.reason}' if run.reason else ''}"

    def _expired(self, job: Slice) -> str:
        """What has expired is waited for even where it is optional, and is not made again by itself."""
        if not self._now.has_expired:
            return ""
        slices = (*self._now.needs[job].slices, *self._plan.outputs(job))
        found = next((one for one in self._now.missing(slices) if self._now.fact(one).mark == EXPIRED), None)
        return f"{self._words(found)} has expired" if found else ""

    def _held_input(self, job: Slice) -> str:
        """What it cannot do without, or reads since it is there: no run starts on what is held."""
        if not self._now.holds:
            return ""
        needs = self._now.needs[job]
        inputs = ((one, self._now.holds.get(one.of) or self._now.holds.get(_partition_id(one))) for one in needs.slices)
        held = {one: words for one, words in inputs if words}
        can_do_without = needs.first_of and len(held) < len(needs.slices)
        must = () if can_do_without or self._plan.jobs[job.of].takes_what_is_there else needs.must
        kept = (one for one in held if one in must or self._now.is_there(one))
        return next((f"kept from its input {self._words(one)}, which is {held[one]}" for one in kept), "")

    def _timing(self, job: Slice) -> tuple[Timing, str]:
        """What is known of a job, and in words if nothing is; with little of its own, what is similar."""
        if job in self._now.cut:
            return Timing(), f"{self._words(job)}: what it waits for was left out"
        planned = self._plan.jobs[job.of]
        own = self._known.get((job.of, self._plan.kinds_of_day(planned.scheme, job.key)), Timing())
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


def _partition_id(one: Slice) -> str:
    return partition_id(one.of, one.key)
