"""What lists say of things, in short. Moments are microseconds since 1970: a list has thousands of them.

Datasets, jobs and runs are not frozen for the same reason: to make a frozen one takes three times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from graph_model.names import Name

Moment = int
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """Some items of a list that has `total` of them."""

    items: tuple[T, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    path: str
    type: str
    description: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """A version of a dataset. `id` is its own, or that of the observed run that wrote it; `run` is who wrote it."""

    id: str
    at: Moment
    location: str | None = None
    run: str | None = None
    columns: tuple[ColumnFacts, ...] = ()


@dataclass(slots=True)
class DatasetFacts:
    """`facets` are those of observations, by name; empty where they were not asked for. `made` is when it was seen to
    be written last, `complete` when that was said by a complete run, or of a job at rest. `version`: id of what readers
    get now, as `VersionFacts` has it.
    """

    id: str
    name: Name
    since: Moment
    format: str | None = None
    location: str | None = None
    description: str = ""
    tags: tuple[str, ...] = ()
    retired: bool = False
    facets: Mapping[str, Any] = field(default_factory=dict)
    made: Moment | None = None
    complete: Moment | None = None
    columns: tuple[ColumnFacts, ...] = ()
    version: str | None = None

    @property
    def last(self) -> Moment:
        """When anything was known of it last."""
        return max(self.since, self.made or 0, self.complete or 0)


@dataclass(slots=True)
class RunFacts:
    """A run: ours, or one that others tell of. `called` is the client's own id of it. `state` is that of `RunState`, or
    the type of the event that decides it; None: nothing was said of it.
    """

    id: str
    called: str | None
    state: str | None
    created: Moment
    started: Moment | None = None
    ended: Moment | None = None
    facets: Mapping[str, Any] = field(default_factory=dict)
    job: str = ""
    job_name: Name = field(default_factory=lambda: Name("", ""))
    job_facets: Mapping[str, Any] = field(default_factory=dict)
    definition: str | None = None

    @property
    def last(self) -> Moment:
        return max(self.created, self.started or 0, self.ended or 0)


@dataclass(frozen=True, slots=True)
class Linked:
    """A dataset that a job reads or makes."""

    id: str
    name: Name


@dataclass(slots=True)
class JobFacts:
    """`runs` are its newest ones, as many as were asked for."""

    id: str
    name: Name
    kind: str | None = None
    description: str = ""
    definition: str | None = None
    retired: bool = False
    facets: Mapping[str, Any] = field(default_factory=dict)
    first: Moment | None = None
    seen: Moment | None = None
    inputs: tuple[Linked, ...] = ()
    outputs: tuple[Linked, ...] = ()
    runs: tuple[RunFacts, ...] = ()

    @property
    def since(self) -> Moment:
        """When it was known first; 0: nobody can tell."""
        earliest = self.runs[-1].created if self.runs else self.first
        return min(earliest or 0, self.first or earliest or 0)

    @property
    def last(self) -> Moment:
        return max(self.seen or self.since, self.runs[0].last if self.runs else 0)


@dataclass(frozen=True, slots=True)
class JobVersion:
    """One way in which a job runs: a set of inputs and outputs, or one definition of ours. `run` is the newest so."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    definition: str | None
    since: Moment
    run: str | None = None


@dataclass(frozen=True, slots=True)
class RunEnd:
    """A dataset that a run read or wrote. `version` as `VersionFacts` has it, `by` the run that wrote it; None: no
    version of it is known."""

    dataset: str
    name: Name
    reads: bool
    version: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """What a client said of a name that has no node of its own."""

    name: str
    said: Mapping[str, Any]
    since: Moment
    last: Moment


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace; `note` is what a client said of it. `has_datasets` False: only jobs, or nothing, lie in it."""

    name: str
    has_datasets: bool
    since: Moment | None
    last: Moment | None
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A dataset or job that a search found."""

    kind: str
    name: Name
    last: Moment
