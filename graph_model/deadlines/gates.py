"""What a job on terms begins after: the words of `readiness/decide.py` as steps of a network.

Each term is a step that takes no time and is told nobody: so many inputs of a group, the end of a waiting time, what
stands in for an input, the moment at which the clock lets a job run with what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graph_model.deadlines.entities import StepState
from graph_model.deadlines.network import AT_ANY_TIME, Step
from graph_model.deadlines.planned import FORESEEN, Input, PlannedJob, Slice
from graph_model.deadlines.situation import Situation
from graph_model.deadlines.spread import Spread
from graph_model.deadlines.telling import clock
from graph_model.deadlines.told import Network, Told
from graph_model.readiness.decide import serves_from
from graph_model.schedules.rules import release

NOT_CALLED = "no nominal time stands for it any more: replay it, if it is wanted"
Looks = Sequence[tuple[Input, int | None]]
"""Each input with the step that makes all that it takes be there; None: it asks for nothing."""


@dataclass(slots=True)
class Begin:
    """When a job partition begins: `after` these places, of which `enough` are enough (None: all), and not before
    `release` seconds. `note`: what the clock has to do with it; `unknown`, `blocked`: in words, why it is not known, or
    does not begin by itself."""

    after: tuple[int, ...] = ()
    enough: int | None = None
    release: float = 0.0
    note: str = ""
    unknown: str = ""
    blocked: str = ""


@dataclass(slots=True)
class Gates:
    """Adds steps to `network`, in which everything that is not there has its place already. `jobs`: the places of the
    open job partitions."""

    situation: Situation
    network: Network
    jobs: dict[Slice, int]
    _job: Slice = field(default=Slice("", ""))
    _since: dict[float, int] = field(default_factory=dict)

    def begin(self, job: Slice) -> Begin:
        """When a job partition that has no run begins, by its terms."""
        self._job = job
        planned, found = self.situation.plan.jobs[job.of], Begin()
        looks = [(item, self._look(planned, item)) for item in planned.inputs]
        controls = self._controls(found)
        found.after = (*self._inputs(looks), *controls)
        self._clock(found, planned, looks, controls)
        if planned.not_before and (moment := release(planned.not_before, planned.scheme, job.key)):
            self._not_before(found, moment)
        return found

    def strictly_after(self, job: Slice) -> tuple[int, ...]:
        """What a run that is ready still waits for: that the partition before succeeds."""
        return tuple(self.jobs[one] for one, _ in self.situation.unmet(job) if one.of == job.of and one in self.jobs)

    def _look(self, planned: PlannedJob, item: Input) -> int | None:
        if item.is_latest:
            return self._latest(item)
        taken = self.situation.plan.taken(planned, item, self._job.key)
        awaited = set(self.situation.awaited(taken))
        wanted = [one for one in taken if one in awaited or self.situation.is_there(one)]
        if not wanted:
            return None
        own = self._all_of(self._moment(one) for one in wanted)
        if item.terms.latest_good is None or not awaited:
            return own
        return self._of((own, *self._stand_in(item, wanted[0].key)), enough=1)

    def _latest(self, item: Input) -> int:
        first = self.situation.newest.get((self._job, item.dataset))
        if first is not None:
            return self._there(first)
        name = self.situation.plan.name(item.dataset).name
        return self._hidden(Step("", release=AT_ANY_TIME), f"{name}@latest: nothing that it may take is there yet")

    def _stand_in(self, item: Input, key: str) -> tuple[int, ...]:
        """From when an earlier partition serves."""
        need, earlier = self.situation.plan.input_need(item), self.situation.plan.instead(item, key)
        if need is None or not earlier:
            return ()
        opens = serves_from(need, key)
        after = tuple(self._moment(one) for one in earlier)
        moment = AT_ANY_TIME if opens is None else self._seconds(opens)
        return (self._hidden(Step("", after, release=moment, enough=1)),)

    def _inputs(self, looks: Looks) -> tuple[int, ...]:
        """What all must be over for the inputs to be complete, and nothing to be waited for any more."""
        must = [place for item, place in looks if item.required and place is not None]
        must += self._groups(looks)
        anything = tuple(dict.fromkeys(place for _, place in looks if place is not None))
        if not anything:
            return ()
        complete = self._all_of(must) if must else self._of(anything, enough=1)
        return (complete, *self._waited_for(looks, complete))

    def _groups(self, looks: Looks) -> list[int]:
        groups = dict.fromkeys(item.terms.group for item, _ in looks if item.terms.group)
        found: list[int] = []
        for group in groups:
            members = [place for item, place in looks if item.terms.group == group]
            enough = group.at_least - members.count(None)
            if enough > 0:
                found.append(self._of(tuple(place for place in members if place is not None), enough=enough))
        return found

    def _waited_for(self, looks: Looks, complete: int) -> list[int]:
        """Inputs that it could do without, each until it is there or its waiting time is over."""
        found: list[int] = []
        for item, place in looks:
            if item.required or item.patience <= 0 or place is None:
                continue
            until = self._hidden(Step("", (complete,), (Spread((item.patience,), 0),), release=AT_ANY_TIME))
            found.append(self._of((place, until), enough=1))
        return found

    def _controls(self, found: Begin) -> tuple[int, ...]:
        """The runs for whose end it waits."""
        after: list[int] = []
        for one, state in self.situation.unmet(self._job):
            if state in FORESEEN and one in self.jobs:
                after.append(self.jobs[one])
            elif not self.situation.gone:
                words = f"{self.situation.plan.name(one.of).name}@{one.key or 'whole'}"
                found.unknown = (
                    f"it waits for the run of {words} to end ({state}), and nothing is known of when it does"
                )
        return tuple(after)

    def _clock(self, found: Begin, planned: PlannedJob, looks: Looks, controls: tuple[int, ...]) -> None:
        if planned.schedule is None or self._job not in self.situation.calls:
            return
        at = self.situation.calls[self._job]
        if planned.takes_what_is_there:
            if at is not None and found.after:
                self._with_what_is_there(found, at, looks, controls)
        elif at is None:
            found.blocked = NOT_CALLED
        else:
            self._not_before(found, at, "by its schedule at")

    def _with_what_is_there(self, found: Begin, at: datetime, looks: Looks, controls: tuple[int, ...]) -> None:
        """At its time, if anything is there by then, unless all of it was there before."""
        slices = dict.fromkeys(
            one
            for item in self.situation.plan.jobs[self._job.of].inputs
            for one in self.situation.plan.taken(self.situation.plan.jobs[self._job.of], item, self._job.key)
        )
        something = [self._moment(one) for one in slices if one in self.network.place or self.situation.is_there(one)]
        something += [place for _, place in looks if place is not None]
        first = (self._of(tuple(dict.fromkeys(something)), enough=1),) if something else ()
        called = Step("", (*first, *controls), release=max(self._seconds(at), 0.0), only_then=True)
        found.after, found.enough = (self._all_of(found.after), self._hidden(called)), 1
        found.note = f"with what is there at {clock(at)}"

    def _not_before(self, found: Begin, moment: datetime, words: str = "not before") -> None:
        if (seconds := self._seconds(moment)) > found.release:
            found.release, found.note = seconds, f"{words} {clock(moment)}"

    def _moment(self, one: Slice) -> int:
        """The step that makes a partition be there; of one that is, since when it was."""
        if one in self.network.place:
            return self.network.place[one]
        first = self.situation.fact(one).first
        return self._there(first or self.situation.at)

    def _there(self, first: datetime) -> int:
        since = min(self._seconds(first), 0.0)
        if since not in self._since:
            self._since[since] = self._hidden(Step("", release=since))
        return self._since[since]

    def _all_of(self, places: Iterable[int]) -> int:
        found = tuple(dict.fromkeys(places))
        return self._of(found, enough=len(found))

    def _of(self, places: tuple[int, ...], *, enough: int) -> int:
        if len(places) == 1:
            return places[0]
        return self._hidden(Step("", places, release=AT_ANY_TIME, enough=None if enough >= len(places) else enough))

    def _hidden(self, step: Step, unknown: str = "") -> int:
        return self.network.add(step, Told(self._job, is_job=True, state=StepState.WAITING, unknown=unknown))

    def _seconds(self, moment: datetime) -> float:
        return (moment - self.situation.at).total_seconds()
