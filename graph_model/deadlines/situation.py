"""How things stand: what is not there yet of what is asked for, and all that it waits for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain

from graph_model.deadlines.calls import Calls, calls, calls_after
from graph_model.deadlines.newest import Newest, newest_there
from graph_model.deadlines.plan import Plan
from graph_model.deadlines.planned import FORESEEN, Needs, PlannedPartition, Slice
from graph_model.deadlines.repository import (
    EXPIRED,
    NOTHING_THERE,
    SKIPPED,
    PartitionFact,
    RunFact,
    control_states,
    held,
    partition_facts,
    run_facts,
)
from graph_model.readiness.control import Stands, is_met
from graph_model.store.graph import Graph

MOST_STEPS_BACK = 12
"""So many steps back are followed: a job that reads its own day before may have one for each day since its first."""
MOST_JOB_PARTITIONS = 50_000
TOO_FAR = f"of what waits for each other, more than {MOST_STEPS_BACK} steps are not there; those before are left out"
TOO_MANY = f"more than {MOST_JOB_PARTITIONS} job partitions are open; the rest is left out"


@dataclass
class Situation:
    """`open`: the job partitions that still have something to do, and `needs` what each waits for in all.

    `partitions`: what was looked at, as far as it is known. `gone`: partitions that are looked at as if they were not
    there. `stands`: how those stand that others wait for by control. `calls`: who waits for the clock. `newest`: what
    there is of the inputs of which the latest partition is taken. `cut`: open job partitions whose inputs were left
    out.
    """

    plan: Plan
    at: datetime
    partitions: dict[Slice, PartitionFact] = field(default_factory=dict)
    runs: Mapping[Slice, RunFact] = field(default_factory=dict)
    holds: Mapping[str, str] = field(default_factory=dict)
    open: list[Slice] = field(default_factory=list)
    needs: dict[Slice, Needs] = field(default_factory=dict)
    gone: Collection[Slice] = frozenset()
    stands: dict[Slice, Stands] = field(default_factory=dict)
    calls: Calls = field(default_factory=dict)
    newest: Newest = field(default_factory=dict)
    cut: set[Slice] = field(default_factory=set)
    incomplete: list[str] = field(default_factory=list)
    _waits_for: dict[Slice, tuple[Slice, ...]] = field(default_factory=dict)

    @cached_property
    def planned(self) -> list[PlannedPartition]:
        """The open job partitions as they are planned, in their order. Ask when all is gathered."""
        return [self.plan.partition(job) for job in self.open]

    def fact(self, partition: Slice) -> PartitionFact:
        if partition in self.gone:
            return NOTHING_THERE
        return self.partitions.get(partition, NOTHING_THERE)

    def is_there(self, partition: Slice) -> bool:
        return self.fact(partition).is_there

    def missing(self, partitions: Iterable[Slice]) -> tuple[Slice, ...]:
        # A forecast asks this of a hundred thousand partitions.
        fact, gone = self.partitions.get, self.gone
        return tuple([one for one in partitions if one in gone or not fact(one, NOTHING_THERE).is_there])

    def awaited(self, partitions: Iterable[Slice]) -> tuple[Slice, ...]:
        """What readers wait for: of what is missing, all that they were not told to go without."""
        fact, gone = self.partitions.get, self.gone
        return tuple(
            [
                one
                for one in partitions
                if not (known := NOTHING_THERE if one in gone else fact(one, NOTHING_THERE)).is_there
                and known.mark != SKIPPED
            ]
        )

    def unmet(self, job: Slice) -> list[tuple[Slice, str]]:
        """The job partitions that one waits for by control, and how each must end."""
        planned = self.plan.jobs[job.of]
        return [
            (before, control.state)
            for control in planned.after
            for key in control.mapping.needed(job.key, upstream=control.scheme, job=planned.scheme)
            if not is_met(control.state, self.stands.get(before := Slice(control.job, key)))
        ]

    @cached_property
    def has_expired(self) -> bool:
        """Whether anything that was looked at has expired. Ask when all is gathered."""
        return any(fact.mark == EXPIRED for fact in self.partitions.values())

    def waits_for(self, job: Slice) -> tuple[Slice, ...]:
        """What an open job partition waits for, of what is not there. Ask when all that it needs was looked at."""
        found = self._waits_for.get(job)
        if found is None:
            found = self._waits_for[job] = self.awaited(self.needs[job].slices)
        return found

    @cached_property
    def from_outside(self) -> list[Slice]:
        """What is not there and no job here makes, in order. Ask when all is gathered."""
        missing = {one for one, fact in self.partitions.items() if not fact.is_there and fact.mark != SKIPPED}
        missing.update(self.gone)
        known = self.plan.datasets
        return sorted(one for one in missing if one.of in known and self.plan.maker(one) is None)


def look(
    graph: Graph,
    plan: Plan,
    *,
    at: datetime,
    jobs: Iterable[Slice],
    wanted: Iterable[Slice] = (),
    gone: Collection[Slice] = frozenset(),
) -> Situation:
    """What is open of `jobs` and of whatever makes `wanted` partitions, and what all that waits for."""
    found = Situation(plan, at, gone=gone)
    _Gathering(graph, found).gather(list(jobs), list(wanted))
    found.runs = {} if gone else run_facts(graph, found.open, ids=[one.id for one in found.planned])
    found.calls = calls_after(plan, found.open, at) if gone else calls(graph, plan, found.open)
    found.newest = newest_there(graph, plan, found.open)
    found.holds = held(graph)
    return found


class _Gathering:
    """Goes upstream from what is asked for, only through what is not there."""

    def __init__(self, graph: Graph, situation: Situation) -> None:
        self._graph, self._now = graph, situation
        self._seen: set[Slice] = set()
        self._followed: set[Slice] = set()

    def gather(self, jobs: list[Slice], wanted: list[Slice]) -> None:
        self._learn(wanted)
        ahead = self._not_seen([*jobs, *self._makers(self._now.missing(wanted))])
        for _ in range(MOST_STEPS_BACK):
            if not ahead:
                return
            if len(self._seen) > MOST_JOB_PARTITIONS:
                self._cut(ahead, TOO_MANY)
                return
            ahead = self._not_seen(self._needed_by(ahead))
        if ahead:
            self._cut(ahead, TOO_FAR)

    def _cut(self, ahead: list[Slice], why: str) -> None:
        self._now.incomplete.append(why)
        self._now.cut.update(ahead)
        self._now.open.extend(ahead)
        self._now.needs.update((job, Needs((), ())) for job in ahead)

    def _needed_by(self, jobs: list[Slice]) -> list[Slice]:
        """The job partitions that these wait for; those of them that are open are noted."""
        planned = {job: self._now.plan.partition(job) for job in jobs}
        self._now.needs.update((job, one.needs) for job, one in planned.items())
        self._learn(dict.fromkeys(chain.from_iterable((*one.outputs, *one.needs.slices) for one in planned.values())))
        opened = [job for job, one in planned.items() if job in self._followed or self._now.missing(one.outputs)]
        self._now.open.extend(opened)
        missing = dict.fromkeys(chain.from_iterable(map(self._now.waits_for, opened)))
        return [*self._makers(missing), *self._before(opened)]

    def _before(self, opened: list[Slice]) -> list[Slice]:
        """The job partitions for whose end some wait that is still to come, whether or not they make anything."""
        followers = [job for job in opened if self._now.plan.jobs[job.of].after]
        if not followers or self._now.gone:
            return []
        asked = {before for job in followers for before, _ in self._now.unmet(job)}
        self._now.stands.update(control_states(self._graph, asked - self._now.stands.keys()))
        found = {one for job in followers for one, state in self._now.unmet(job) if state in FORESEEN}
        self._followed |= found
        return sorted(found)

    def _makers(self, partitions: Iterable[Slice]) -> list[Slice]:
        return [maker for one in partitions if (maker := self._now.plan.maker(one)) is not None]

    def _not_seen(self, jobs: Iterable[Slice]) -> list[Slice]:
        fresh = [job for job in dict.fromkeys(jobs) if job not in self._seen]
        self._seen.update(fresh)
        return fresh

    def _learn(self, partitions: Collection[Slice]) -> None:
        asked = [one for one in partitions if one not in self._now.partitions and one not in self._now.gone]
        if asked:
            known = partition_facts(self._graph, self._now.plan, asked)
            self._now.partitions.update((one, known.get(one, NOTHING_THERE)) for one in asked)
