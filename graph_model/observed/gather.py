"""What a set of observations says, each thing once. All of it is a maximum, a minimum or a union, so it does not matter
in which order, how often or in which groups observations come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph_model.checks.others import ForeignResult
from graph_model.contracts.entities import Column
from graph_model.identity.entities import SameName
from graph_model.lineage.entities import FlowKind
from graph_model.moments import earlier, later
from graph_model.names import Name, dataset_name_id, job_id, observed_run_id
from graph_model.observed.entities import Observation, Role, RunEventType, SeenDataset, Terms, WordKind
from graph_model.observed.slices import Slices, kept_facets, part_key
from graph_model.observed.stamped import Stamped, latest, stamped, together

CHECKS = ("assertions", "metrics")
"""Terms that each job has for itself: names and kinds of its checks."""


@dataclass(slots=True)
class Span:
    """When something was seen first and last. `complete_at`: when the last complete run ended that had it; None: no
    such run is known."""

    first: datetime
    last: datetime
    complete_at: datetime | None = None

    def seen(self, at: datetime, complete_at: datetime | None = None) -> None:
        if at < self.first:
            self.first = at
        elif at > self.last:
            self.last = at
        if complete_at is not None:
            self.complete_at = later(self.complete_at, complete_at)


@dataclass(slots=True)
class JobSaid:
    """`before` and `after`: jobs that it follows and leads to without a dataset between, and when that was said;
    `order_at`: when anything was said of that. `implicit`: it only stands for what makes a dataset."""

    name: Name
    facets: Stamped = field(default_factory=dict)
    terms: Stamped = field(default_factory=dict)
    before: dict[Name, Span] = field(default_factory=dict)
    after: dict[Name, Span] = field(default_factory=dict)
    order_at: datetime | None = None
    implicit: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A schema, and when it was shown. `columns`: of all that are the same schema those that came first; others differ
    in words about them alone."""

    columns: tuple[Column, ...] = field(compare=False)
    span: Span


@dataclass(slots=True)
class DatasetSaid:
    """`results` by run (or, without a run, by observation) and check, each with the stamp of who said it; `schemas` by
    what makes each one (`SeenDataset.schema`)."""

    name: Name
    facets: Stamped = field(default_factory=dict)
    terms: Stamped = field(default_factory=dict)
    results: dict[tuple[str, str], tuple[str, datetime, ForeignResult]] = field(default_factory=dict)
    schemas: dict[str, Shown] = field(default_factory=dict)
    drops: set[datetime] = field(default_factory=set)


Part = tuple[str, Role]
"""A dataset of a run or job, by id of its name, and its role."""


WordKey = tuple[WordKind, str, str]
"""What is said of an output: its kind, id of the output's name, id of a source's name (empty: none)."""


@dataclass(slots=True)
class RunSaid:
    """`parts`: its datasets, and when they were named. `slices`: by part, what it says of its own share of them.
    `words`: what was said of its outputs. `heard`: when it was last spoken of. `belongs_to`: job and run of its
    parents."""

    job: str
    run: str
    types: set[RunEventType] = field(default_factory=set)
    first: datetime | None = None
    heard: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    complete_at: datetime | None = None
    facets: Stamped = field(default_factory=dict)
    terms: Stamped = field(default_factory=dict)
    belongs_to: set[tuple[Name, str]] = field(default_factory=set)
    parts: dict[Part, Span] = field(default_factory=dict)
    slices: Slices = field(default_factory=dict)
    words: dict[WordKey, Span] = field(default_factory=dict)


Flow = tuple[str, str, str, str, FlowKind]
"""Id of the source's name, its column, id of the target's name, its column (empty: the whole target), kind."""


@dataclass(slots=True)
class Said:
    """Everything that a group says. `parts` and `words` are those of jobs at rest (without a run), `flows` those of all
    jobs, each by id of the job; `runs` by id; `same` is what was said of names of one dataset, which are all in
    `datasets`."""

    jobs: dict[str, JobSaid] = field(default_factory=dict)
    datasets: dict[str, DatasetSaid] = field(default_factory=dict)
    runs: dict[str, RunSaid] = field(default_factory=dict)
    parts: dict[str, dict[Part, Span]] = field(default_factory=dict)
    words: dict[str, dict[WordKey, Span]] = field(default_factory=dict)
    flows: dict[str, dict[Flow, Span]] = field(default_factory=dict)
    same: dict[SameName, Span] = field(default_factory=dict)


def gather(observations: Iterable[Observation]) -> Said:
    said = Said()
    for observation in observations:
        _datasets(said, observation)
        if observation.job is not None:
            _job(said, observation, observation.job)
    return said


def _datasets(said: Said, observation: Observation) -> None:
    stamp, at = observation.stamp, observation.at
    for seen in observation.datasets:
        about = _about(said, seen.name)
        if seen.facets:
            about.facets = latest(about.facets, stamped(seen.facets, stamp))
        if seen.terms:
            about.terms = latest(about.terms, stamped(_by_teller(seen.terms, observation), stamp))
        if seen.results:
            _results(about, observation, seen)
        if seen.columns:
            _shown(about, seen, at)
        if seen.is_drop:
            about.drops.add(at)
        for same in seen.same:
            _see(said.same, same, at, None)
            for name in (same.source, same.target):
                _about(said, name)


def _about(said: Said, name: Name) -> DatasetSaid:
    identity = dataset_name_id(name)
    about = said.datasets.get(identity)
    if about is None:
        about = said.datasets[identity] = DatasetSaid(name)
    return about


def _shown(about: DatasetSaid, seen: SeenDataset, at: datetime) -> None:
    shown = about.schemas.get(seen.schema)
    if shown is None:
        about.schemas[seen.schema] = Shown(seen.columns, Span(at, at))
    else:
        shown.span.seen(at)


def _by_teller(terms: Terms, observation: Observation) -> Terms:
    """Several jobs test one dataset, each by checks of its own: what one tells takes nothing from the others."""
    if not any(term in terms for term in CHECKS):
        return terms
    teller = str(observation.job or "")
    return {f"{term} {teller}" if term in CHECKS else term: value for term, value in terms.items()}


def _results(about: DatasetSaid, observation: Observation, seen: SeenDataset) -> None:
    by = observation.run_id or observation.id
    for result in seen.results:
        found = (observation.stamp, observation.at, result)
        known = about.results.setdefault((by, result.check), found)
        # Both sides of one event may speak of one dataset: then what failed counts.
        about.results[by, result.check] = max(known, found, key=lambda one: (one[0], not one[2].passed))


def _job(said: Said, observation: Observation, name: Name) -> None:
    identity = job_id(name)
    job = said.jobs.get(identity)
    if job is None:
        job = said.jobs[identity] = JobSaid(name)
    if observation.job_facets:
        job.facets = latest(job.facets, stamped(observation.job_facets, observation.stamp))
    if observation.job_terms:
        job.terms = latest(job.terms, stamped(observation.job_terms, observation.stamp))
    _order(job, observation)
    job.implicit |= observation.implicit
    at, complete_at = observation.at, _complete_at(observation)
    parts = _parts_of(said, observation, identity, complete_at)
    for seen in observation.datasets:
        if seen.role is not Role.SUBJECT:
            _see(parts, (dataset_name_id(seen.name), seen.role), at, complete_at)
    flows = said.flows.setdefault(identity, {})
    for flow in observation.flows:
        target, source = dataset_name_id(flow.target), dataset_name_id(flow.source)
        _see(flows, (source, flow.source_column, target, flow.target_column, flow.kind), at, complete_at)
    for shape in observation.shapes:
        target, source = dataset_name_id(shape.target), dataset_name_id(shape.source)
        _see(flows, (source, shape.source_column, target, "", "INDIRECT"), at, complete_at)
    if observation.words:
        _words(said, observation, identity, complete_at)


def _words(said: Said, observation: Observation, job: str, complete_at: datetime | None) -> None:
    at_rest = observation.run is None
    words = said.words.setdefault(job, {}) if at_rest else said.runs[observed_run_id(job, observation.run or "")].words
    for word in observation.words:
        source = dataset_name_id(word.source) if word.source else ""
        _see(words, (word.kind, dataset_name_id(word.target), source), observation.at, complete_at)


def _order(job: JobSaid, observation: Observation) -> None:
    order = observation.run_terms.get("order")
    if order is None:
        return
    job.order_at = later(job.order_at, observation.at)
    for side, found in (("before", job.before), ("after", job.after)):
        for one in order[side]:
            if Name(*one["job"]) != job.name:
                _see(found, Name(*one["job"]), observation.at, _complete_at(observation))


def _see(spans: dict[Any, Span], key: Any, at: datetime, complete_at: datetime | None) -> None:
    span = spans.get(key)
    if span is None:
        spans[key] = Span(at, at, complete_at)
    else:
        span.seen(at, complete_at)


def _complete_at(observation: Observation) -> datetime | None:
    """A word about a job at rest is complete by itself; a run is, once it says so."""
    at_rest = observation.run is None
    return observation.at if at_rest or observation.event_type is RunEventType.COMPLETE else None


def _parts_of(said: Said, observation: Observation, job: str, complete_at: datetime | None) -> dict[Part, Span]:
    if observation.run is None:
        return said.parts.setdefault(job, {})
    identity, at = observed_run_id(job, observation.run), observation.at
    run = said.runs.get(identity)
    if run is None:
        run = said.runs[identity] = RunSaid(job, observation.run)
    if observation.run_facets:
        run.facets = latest(run.facets, stamped(observation.run_facets, observation.stamp))
    if observation.run_terms:
        run.terms = latest(run.terms, stamped(observation.run_terms, observation.stamp))
    parent = observation.run_terms.get("parent")
    if parent and (Name(*parent["job"]), parent["run"]) != (observation.job, observation.run):
        run.belongs_to.add((Name(*parent["job"]), parent["run"]))
    run.first = earlier(run.first, at)
    run.heard = later(run.heard, at)
    if slices := _slices(observation):
        run.slices = together(run.slices, slices)
    if observation.event_type:
        _typed(run, observation.event_type, at)
    run.complete_at = later(run.complete_at, complete_at)
    return run.parts


def _typed(run: RunSaid, kind: RunEventType, at: datetime) -> None:
    run.types.add(kind)
    if kind is RunEventType.START:
        run.started_at = earlier(run.started_at, at)
    if kind.ends:
        run.ended_at = later(run.ended_at, at)


def _slices(observation: Observation) -> Slices:
    """What the datasets of an event say of this run. One that stands twice in it says what it says last."""
    return {
        part_key(seen.role, dataset_name_id(seen.name)): stamped(kept, observation.stamp)
        for seen in observation.datasets
        if (kept := kept_facets(seen))
    }
