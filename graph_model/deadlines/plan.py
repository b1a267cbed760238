"""The declared estate as time sees it: which partition waits for which. No graph: what it is built from is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from graph_model.deadlines.dates import keys_on, kinds_of_day
from graph_model.deadlines.planned import (
    FORESEEN,
    Input,
    Needs,
    PlannedDataset,
    PlannedJob,
    PlannedPartition,
    Promise,
    Slice,
)
from graph_model.names import Name, job_partition_id, partition_id
from graph_model.partitions.rules import Mapping as PartitionMapping
from graph_model.partitions.scheme import PartitionScheme
from graph_model.readiness.control import Control
from graph_model.readiness.rules import InputNeed, JobNeeds

T = TypeVar("T")
MOST_REMEMBERED = 100_000
"""Of so many partitions a plan remembers what it worked out: those of ten large business dates."""


@dataclass(slots=True)
class Plan:
    jobs: Mapping[str, PlannedJob]
    datasets: Mapping[str, PlannedDataset]
    promises: Sequence[Promise]
    makers: Mapping[str, list[PlannedJob]] = field(init=False)
    readers: Mapping[str, list[tuple[PlannedJob, Input]]] = field(init=False)
    followers: Mapping[str, list[tuple[PlannedJob, Control]]] = field(init=False)
    # Schemes and mappings live as long as the plan, and many jobs share them: their places in memory tell them apart,
    # which costs a tenth of comparing what they say.
    _keys: dict[tuple[int, int, int, str], tuple[str, ...]] = field(default_factory=dict)
    _partitions: dict[Slice, PlannedPartition] = field(default_factory=dict)
    _ids: dict[Slice, str] = field(default_factory=dict)
    _makers: dict[Slice, Slice | None] = field(default_factory=dict)
    _held: dict[tuple[int, str], bool] = field(default_factory=dict)
    _kinds: dict[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        makers: dict[str, list[PlannedJob]] = defaultdict(list)
        readers: dict[str, list[tuple[PlannedJob, Input]]] = defaultdict(list)
        followers: dict[str, list[tuple[PlannedJob, Control]]] = defaultdict(list)
        for job in self.jobs.values():
            for output in job.outputs:
                makers[output].append(job)
            for item in job.inputs:
                readers[item.dataset].append((job, item))
            for control in job.after:
                followers[control.job].append((job, control))
        self.makers, self.readers, self.followers = makers, readers, followers

    def jobs_on(self, day: date) -> Iterator[Slice]:
        """The job partitions of a business date."""
        schemes = {id(job.scheme): job.scheme for job in self.jobs.values()}
        keys = {alike: keys_on(scheme, day) for alike, scheme in schemes.items()}
        return (Slice(job.id, key) for job in self.jobs.values() for key in keys[id(job.scheme)])

    def timeless_jobs(self) -> Iterator[Slice]:
        """The partitions of jobs whose partitions stand for no time."""
        timeless = (job for job in self.jobs.values() if job.scheme.unit is None)
        return (Slice(job.id, key) for job in timeless for key in job.scheme.keys or ("",))

    def promised(self, promise: Promise, day: date) -> tuple[Slice, ...]:
        """What must be there for a consumer, for one business date."""
        known = (self.datasets[id_] for id_ in promise.reads if id_ in self.datasets)
        return tuple(Slice(dataset.id, key) for dataset in known for key in keys_on(dataset.scheme, day))

    def partition_id(self, one: Slice) -> str:
        """The id of a partition of a dataset."""
        found = self._ids.get(one)
        if found is None:
            found = _remember(self._ids, one, partition_id(one.of, one.key))
        return found

    def maker(self, made: Slice) -> Slice | None:
        """The job partition that makes a partition; None: it comes from outside."""
        found = self._makers.get(made, made)
        if found is made:  # which makes itself never
            found = _remember(self._makers, made, self._maker_of(made))
        return found

    def _maker_of(self, made: Slice) -> Slice | None:
        for job in self.makers.get(made.of, ()):
            alike = (id(job.scheme), made.key)
            if alike not in self._held:
                self._held[alike] = job.scheme.holds(made.key)
            if self._held[alike]:
                return Slice(job.id, made.key)
        return None

    def kinds_of_day(self, scheme: PartitionScheme, key: str) -> tuple[str, ...]:
        """As `dates.kinds_of_day`, for a scheme of this plan."""
        alike = (id(scheme), key)
        if alike not in self._kinds:
            self._kinds[alike] = kinds_of_day(scheme, key)
        return self._kinds[alike]

    def partition(self, job: Slice) -> PlannedPartition:
        """A job partition as it is planned."""
        found = self._partitions.get(job)
        if found is None:
            found = _remember(self._partitions, job, self._planned(job))
        return found

    def _planned(self, job: Slice) -> PlannedPartition:
        planned = self.jobs[job.of]
        outputs = tuple(Slice(dataset, job.key) for dataset in planned.outputs)
        kinds = self.kinds_of_day(planned.scheme, job.key)
        return PlannedPartition(
            job_partition_id(job.of, job.key), planned, outputs, self._needs_of(planned, job), (job.of, kinds)
        )

    def needs(self, job: Slice) -> Needs:
        """What a job partition waits for, each once."""
        return self.partition(job).needs

    def _needs_of(self, planned: PlannedJob, job: Slice) -> Needs:
        required = self._taken(planned, job.key, lambda item: item.required and item.terms.latest_good is None)
        if not planned.is_plain:
            looked_at = (one for item in planned.inputs for one in self._looked_at(planned, item, job.key))
            return Needs(tuple(dict.fromkeys(looked_at)), required)
        if required:
            return Needs(required, required)
        optional = self._taken(planned, job.key, lambda item: not item.required)
        return Needs(optional, optional, first_of=True)

    def taken(self, planned: PlannedJob, item: Input, key: str) -> tuple[Slice, ...]:
        """The partitions of one input that a job partition takes."""
        upstream = self.datasets.get(item.dataset)
        if upstream is None:
            return ()
        alike = (id(item.mapping), id(upstream.scheme), id(planned.scheme), key)
        keys = self._keys.get(alike)
        if keys is None:
            keys = item.mapping.needed(key, upstream=upstream.scheme, job=planned.scheme)
            self._keys[alike] = keys
        return tuple(Slice(item.dataset, one) for one in keys)

    def instead(self, item: Input, key: str) -> tuple[Slice, ...]:
        """The earlier partitions that may serve for partition `key` of an input, nearest first."""
        need = self.input_need(item)
        return tuple(Slice(item.dataset, one) for one in need.instead(key)) if need else ()

    def input_need(self, item: Input) -> InputNeed | None:
        """An input as readiness sees it."""
        upstream = self.datasets.get(item.dataset)
        if upstream is None:
            return None
        return InputNeed(item.dataset, upstream.scheme, item.mapping, item.required, item.triggers, terms=item.terms)

    def job_needs(self, job: str) -> JobNeeds:
        """A job as readiness sees it, as far as slices of time decide."""
        return JobNeeds(job, self.jobs[job].scheme, "", 0, (), ())

    def _taken(self, planned: PlannedJob, key: str, wanted: Callable[[Input], bool]) -> tuple[Slice, ...]:
        found = [one for item in planned.inputs if wanted(item) for one in self.taken(planned, item, key)]
        return tuple(dict.fromkeys(found))

    def _looked_at(self, planned: PlannedJob, item: Input, key: str) -> tuple[Slice, ...]:
        """All of an input that has to do with when a job on terms begins."""
        own = self.taken(planned, item, key)
        if item.terms.latest_good is None:
            return own
        return (*own, *(one for each in own for one in self.instead(item, each.key)))

    def outputs(self, job: Slice) -> tuple[Slice, ...]:
        return self.partition(job).outputs

    def name(self, of: str) -> Name:
        known = self.jobs.get(of) or self.datasets.get(of)
        return known.name if known else Name("", of)

    def waiting_for(self, slices: Iterable[Slice], *, until: datetime) -> set[Slice]:
        """The job partitions that may have to wait for these partitions, over any number of steps; none whose own time
        begins after `until`."""
        return _Waiting(self, until).after(slices)


def _remember(memory: dict[Slice, T], one: Slice, value: T) -> T:
    if len(memory) >= MOST_REMEMBERED:
        memory.clear()
    memory[one] = value
    return value


@dataclass(slots=True)
class _Waiting:
    plan: Plan
    until: datetime
    _keys: dict[tuple[int, int, int, str], tuple[str, ...]] = field(default_factory=dict)

    def after(self, slices: Iterable[Slice]) -> set[Slice]:
        found: set[Slice] = set()
        ahead = list(slices)
        while ahead:
            for waiting in self._next(ahead.pop()):
                if waiting not in found:
                    found.add(waiting)
                    ahead.extend(self.plan.outputs(waiting))
                    if waiting.of in self.plan.followers:
                        ahead.append(waiting)
        return found

    def _next(self, one: Slice) -> Iterator[Slice]:
        """What reads a partition, or follows the run of a job partition."""
        upstream = self.plan.datasets.get(one.of)
        for job, item in self.plan.readers.get(one.of, ()) if upstream else ():
            if upstream is not None and (item.required or item.terms.group or item.patience):
                yield from (Slice(job.id, key) for key in self._needing(item.mapping, upstream.scheme, job, one.key))
        for job, control in self.plan.followers.get(one.of, ()):
            if control.state in FORESEEN:
                yield from (Slice(job.id, key) for key in self._needing(control.mapping, control.scheme, job, one.key))

    def _needing(
        self, mapping: PartitionMapping, upstream: PartitionScheme, job: PlannedJob, key: str
    ) -> tuple[str, ...]:
        alike = (id(mapping), id(upstream), id(job.scheme), key)
        if alike not in self._keys:
            needing = mapping.needing(key, upstream=upstream, job=job.scheme)
            begins = ((own, job.scheme.interval(own) if job.scheme.holds(own) else None) for own in needing)
            self._keys[alike] = tuple(own for own, time in begins if time is None or time.start <= self.until)
        return self._keys[alike]
