"""The declared estate as time sees it: which partition waits for which. No graph: what it is built from is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from graph_model.deadlines.dates import deadline_at, keys_on
from graph_model.estate.entities import Deadline
from graph_model.names import Name
from graph_model.partitions.rules import Mapping as PartitionMapping
from graph_model.partitions.rules import parse_mapping
from graph_model.partitions.scheme import PartitionScheme
from graph_model.partitions.stored import stored_scheme
from graph_model.store.graph import Row


class Slice(NamedTuple):
    """A partition of a dataset, or of a job, by the id of that."""

    of: str
    key: str


class Needs(NamedTuple):
    """The required inputs; without any, the optional ones, of which the first is enough."""

    slices: tuple[Slice, ...]
    first_of: bool


@dataclass(frozen=True, slots=True)
class Input:
    dataset: str
    mapping: PartitionMapping
    required: bool


@dataclass(frozen=True, slots=True)
class PlannedJob:
    id: str
    name: Name
    kind: str
    scheme: PartitionScheme
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedDataset:
    id: str
    name: Name
    scheme: PartitionScheme


@dataclass(frozen=True, slots=True)
class Promise:
    """A consumer with a deadline. `since`: from when it reads what it reads; nothing was promised before."""

    consumer: str
    name: Name
    deadline: Deadline
    owners: tuple[str, ...]
    since: datetime
    reads: tuple[str, ...]

    def due(self, day: date) -> datetime:
        return deadline_at(self.deadline, day)


@dataclass(slots=True)
class Plan:
    jobs: Mapping[str, PlannedJob]
    datasets: Mapping[str, PlannedDataset]
    promises: Sequence[Promise]
    makers: Mapping[str, list[PlannedJob]] = field(init=False)
    readers: Mapping[str, list[tuple[PlannedJob, Input]]] = field(init=False)
    _keys: dict[tuple[int, int, int, str], tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        makers: dict[str, list[PlannedJob]] = defaultdict(list)
        readers: dict[str, list[tuple[PlannedJob, Input]]] = defaultdict(list)
        for job in self.jobs.values():
            for output in job.outputs:
                makers[output].append(job)
            for item in job.inputs:
                readers[item.dataset].append((job, item))
        self.makers, self.readers = makers, readers

    def jobs_on(self, day: date) -> Iterator[Slice]:
        """The job partitions of a business date."""
        return (Slice(job.id, key) for job in self.jobs.values() for key in keys_on(job.scheme, day))

    def timeless_jobs(self) -> Iterator[Slice]:
        """The partitions of jobs whose partitions stand for no time."""
        timeless = (job for job in self.jobs.values() if job.scheme.unit is None)
        return (Slice(job.id, key) for job in timeless for key in job.scheme.keys or ("",))

    def promised(self, promise: Promise, day: date) -> tuple[Slice, ...]:
        """What must be there for a consumer, for one business date."""
        known = (self.datasets[id_] for id_ in promise.reads if id_ in self.datasets)
        return tuple(Slice(dataset.id, key) for dataset in known for key in keys_on(dataset.scheme, day))

    def maker(self, made: Slice) -> Slice | None:
        """The job partition that makes a partition; None: it comes from outside."""
        for job in self.makers.get(made.of, ()):
            if _holds(job.scheme, made.key):
                return Slice(job.id, made.key)
        return None

    def needs(self, job: Slice) -> Needs:
        """What a job partition waits for, each once."""
        planned = self.jobs[job.of]
        required = self._needed(planned, job.key, required=True)
        return Needs(required or self._needed(planned, job.key, required=False), first_of=not required)

    def _needed(self, planned: PlannedJob, key: str, *, required: bool) -> tuple[Slice, ...]:
        found: dict[Slice, None] = {}
        for item in planned.inputs:
            upstream = self.datasets.get(item.dataset)
            if item.required is not required or upstream is None:
                continue
            # All of these live as long as the plan, and many jobs share them: their places in memory tell them apart.
            alike = (id(item.mapping), id(upstream.scheme), id(planned.scheme), key)
            keys = self._keys.get(alike)
            if keys is None:
                keys = item.mapping.needed(key, upstream=upstream.scheme, job=planned.scheme)
                self._keys[alike] = keys
            for one in keys:
                found[Slice(item.dataset, one)] = None
        return tuple(found)

    def outputs(self, job: Slice) -> tuple[Slice, ...]:
        return tuple(Slice(dataset, job.key) for dataset in self.jobs[job.of].outputs)

    def name(self, of: str) -> Name:
        known = self.jobs.get(of) or self.datasets.get(of)
        return known.name if known else Name("", of)

    def waiting_for(self, slices: Iterable[Slice], *, until: datetime) -> set[Slice]:
        """The job partitions that cannot be made before these partitions are there, over any number of steps; none
        whose own time begins after `until`."""
        found: set[Slice] = set()
        ahead = list(slices)
        while ahead:
            made = ahead.pop()
            upstream = self.datasets.get(made.of)
            for job, item in self.readers.get(made.of, ()) if upstream else ():
                if not item.required or upstream is None:
                    continue
                for key in _needing(item.mapping, upstream.scheme, job.scheme, made.key, until):
                    waiting = Slice(job.id, key)
                    if waiting not in found:
                        found.add(waiting)
                        ahead.extend(self.outputs(waiting))
        return found


Values = Sequence[Any]
"""A short row: values in the order that its query says."""


def plan_of(
    *,
    jobs: Iterable[Values],
    inputs: Iterable[Values],
    outputs: Iterable[Values],
    datasets: Iterable[Values],
    promises: Iterable[Row],
) -> Plan:
    """The rows are those of `deadlines.jobs`, `deadlines.inputs` …"""
    reads: dict[str, list[Input]] = defaultdict(list)
    for job, dataset, text, required in inputs:
        reads[job].append(Input(dataset, _mapping(text), bool(required)))
    makes: dict[str, list[str]] = defaultdict(list)
    for job, dataset in outputs:
        makes[job].append(dataset)
    return Plan(
        {
            id_: PlannedJob(
                id_, Name(namespace, name), kind, stored_scheme(*sliced), tuple(reads[id_]), tuple(makes[id_])
            )
            for id_, namespace, name, kind, *sliced in jobs
        },
        {
            id_: PlannedDataset(id_, Name(namespace, name), stored_scheme(*sliced))
            for id_, namespace, name, *sliced in datasets
        },
        [_promise(row) for row in promises],
    )


def _promise(row: Row) -> Promise:
    return Promise(
        row["id"],
        Name(row["namespace"], row["name"]),
        Deadline(row["by"], row["timezone"]),
        tuple(sorted(row["owners"])),
        row["since"],
        tuple(sorted(row["reads"])),
    )


_mapping = lru_cache(maxsize=1024)(parse_mapping)
_holds = lru_cache(maxsize=16_384)(PartitionScheme.holds)


@lru_cache(maxsize=16_384)
def _needing(
    mapping: PartitionMapping, upstream: PartitionScheme, job: PartitionScheme, key: str, until: datetime
) -> tuple[str, ...]:
    found = mapping.needing(key, upstream=upstream, job=job)
    begins = ((own, job.interval(own) if job.holds(own) else None) for own in found)
    return tuple(own for own, interval in begins if interval is None or interval.start <= until)
