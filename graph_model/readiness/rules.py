"""Which job partitions a published partition concerns, and what each of them needs: pure functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from graph_model.names import job_partition_id, partition_id, run_id
from graph_model.partitions.mapping import LATEST
from graph_model.partitions.rules import Mapping, PartitionScheme, parse_mapping
from graph_model.partitions.stored import stored_scheme
from graph_model.readiness.control import Control, control_of_row
from graph_model.readiness.terms import PLAIN, Terms, loads
from graph_model.schedules import entities as schedules
from graph_model.schedules.entities import NotBefore, Schedule
from graph_model.schedules.rules import release


@dataclass(frozen=True, slots=True)
class InputNeed:
    """One input of a job. `triggers`: a new version of it makes a new run; else it is only recorded, and with `asks` a
    person is asked whether to run again.
    """

    dataset: str
    scheme: PartitionScheme
    mapping: Mapping
    required: bool
    triggers: bool
    asks: bool = False
    # Left out of what wiring is made from where nothing is said, so that an upgrade wires nothing anew.
    terms: Terms = field(default=PLAIN, repr=False)

    @property
    def is_latest(self) -> bool:
        """Whether it takes the newest partition that is there: it is recorded, and makes no run."""
        return self.mapping.kind in LATEST

    @property
    def is_bounded(self) -> bool:
        """Whether the newest partition must not be later than the own one."""
        return self.is_latest and self.mapping.kind != "latest"

    def instead(self, key: str) -> tuple[str, ...]:
        """The earlier partitions that may serve for partition `key` of the input, nearest first."""
        if self.terms.latest_good is None:
            return ()
        before = islice(self.scheme.earlier(key), self.terms.latest_good.back)
        return tuple(one for one in before if self.scheme.has_begun(one))

    def serving(self, key: str) -> tuple[str, ...]:
        """The partitions for which partition `key` may serve: itself, and later ones."""
        back = self.terms.latest_good.back if self.terms.latest_good else 0
        return (key, *islice(self.scheme.later(key), back))


@dataclass(frozen=True, slots=True)
class JobNeeds:
    """Everything about a job that decides which of its partitions are ready. All ids are graph ids. `ready_for`: how
    many seconds a run may wait for its start; None: for ever. `order`: which of its partitions
    wait for others. `after`: jobs whose end it waits for, without data; `followed`: others wait for its end.
    `schedule` and `not_before`: when it runs by the clock.
    """

    job: str
    scheme: PartitionScheme
    definition_hash: str
    priority: int
    inputs: tuple[InputNeed, ...]
    outputs: tuple[str, ...]
    ready_for: float | None = None
    order: str | None = None
    after: tuple[Control, ...] = ()
    followed: bool = False
    schedule: Schedule | None = field(default=None, repr=False)
    not_before: NotBefore | None = field(default=None, repr=False)

    @property
    def runs_by_control(self) -> bool:
        """Whether no input makes it run, so that the end of what it waits for does."""
        return bool(self.after) and not any(need.triggers for need in self.inputs)

    def inputs_of(self, dataset: str) -> tuple[InputNeed, ...]:
        """How it takes one dataset."""
        return tuple(need for need in self.inputs if need.dataset == dataset)

    @property
    def is_paced(self) -> bool:
        """Whether the first run of each of its partitions waits for a nominal time."""
        return self.schedule is not None and (self.schedule.paces or not any(need.triggers for need in self.inputs))

    @property
    def asks(self) -> bool:
        return any(need.asks for need in self.inputs)

    def before(self, key: str) -> str | None:
        """The partition that must have succeeded before `key` is run; None where that does not matter, or none is."""
        if self.order != "strict":
            return None
        nearest = next(self.scheme.earlier(key), None)
        return nearest if nearest is not None and self.scheme.has_begun(nearest) else None

    @property
    def is_plain(self) -> bool:
        """Whether all it waits for is that its required inputs are there: then the graph decides by one query."""
        return not self.after and all(need.terms == PLAIN and not need.is_latest for need in self.inputs)

    @property
    def wiring(self) -> str:
        """What the edges of a job partition are made from; edges made from anything else are made anew."""
        made_from: list[object] = [self.scheme, self.inputs, self.outputs]
        if not self.is_plain:
            made_from.append([need.terms for need in self.inputs])
        if self.after:
            made_from.append(self.after)
        return hashlib.sha256(repr(tuple(made_from)).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Need:
    """A partition that a job partition waits for. `instead`: it only serves where a later one is not there."""

    partition: str
    dataset: str
    key: str
    required: bool
    triggers: bool
    asks: bool
    instead: bool = False


@dataclass(frozen=True, slots=True, order=True)
class JobPartition:
    """One partition of a job, by the graph's ids; sorts by id, which is the order of locking."""

    id: str
    job: str
    key: str


@dataclass(frozen=True, slots=True)
class ReadyInputs:
    """The versions that a ready job partition would read now; `triggers` are those that make the run's identity.

    `generation` counts how often somebody had the job partition run again. `missing` are partitions (ids) that it does
    without although it would read them. `look_again_at`: when time alone may make it read something else.
    """

    versions: tuple[str, ...]
    triggers: tuple[str, ...]
    generation: int = 0
    missing: tuple[str, ...] = ()
    look_again_at: datetime | None = None


def needs_of_row(row: dict[str, Any]) -> JobNeeds:
    """A row of `readiness.consumers` or `readiness.of_job`."""
    return JobNeeds(
        job=row["job"],
        scheme=stored_scheme(row["every"], row["start"], row["details"]),
        definition_hash=row["definition_hash"],
        priority=row["priority"] or 0,
        inputs=tuple(sorted((_input_of(item) for item in row["inputs"]), key=lambda need: need.dataset)),
        outputs=tuple(sorted(row["outputs"])),
        ready_for=row.get("ready_for"),
        schedule=schedules.loads(row.get("schedule")),
        not_before=schedules.loads_not_before(row.get("not_before")),
        order=row.get("run_order"),
        after=tuple(sorted(map(control_of_row, row.get("after") or ()), key=lambda control: control.job)),
        followed=bool(row.get("followed")),
    )


def _input_of(item: dict[str, Any]) -> InputNeed:
    mapping = parse_mapping(item["mapping"])
    # An input without partitions under a job that has some is recorded only: else one new airline would rerun every
    # day.
    # So is a fixed one, for the same reason.
    serves_all = mapping.serves_all
    recorded_only = serves_all or item["correction"] != "rerun"
    scheme = stored_scheme(item["every"], item["start"], item["details"])
    asks = item["correction"] == "ask" and not serves_all
    terms = loads(item.get("terms"))
    return InputNeed(item["dataset"], scheme, mapping, bool(item["required"]), not recorded_only, asks, terms)


def concerned(jobs: Iterable[JobNeeds], *, dataset: str, key: str) -> tuple[JobPartition, ...]:
    """The job partitions that need partition `key` of `dataset`, sorted for locking."""
    found = {
        JobPartition(job_partition_id(job.job, own), job.job, own)
        for job in jobs
        for need in job.inputs
        if need.dataset == dataset
        for served in need.serving(key)
        for own in need.mapping.needing(served, upstream=need.scheme, job=job.scheme)
    }
    return tuple(sorted(found))


def needs_of(job: JobNeeds, key: str) -> tuple[Need, ...]:
    """Every partition that partition `key` of `job` waits for; one entry per partition, the strictest wins."""
    found: dict[str, Need] = {}
    for need in job.inputs:
        for upstream in need.mapping.needed(key, upstream=need.scheme, job=job.scheme):
            partition = partition_id(need.dataset, upstream)
            known = found.get(partition)
            found[partition] = Need(
                partition,
                need.dataset,
                upstream,
                need.required or (known is not None and known.required),
                need.triggers or (known is not None and known.triggers),
                need.asks or (known is not None and known.asks),
            )
    return tuple(found.values())


def stand_ins_of(job: JobNeeds, key: str) -> tuple[Need, ...]:
    """The earlier partitions that serve where one that is needed has no good version."""
    return tuple(
        Need(
            partition_id(need.dataset, one), need.dataset, one, required=False, triggers=False, asks=False, instead=True
        )
        for need in job.inputs
        for upstream in need.mapping.needed(key, upstream=need.scheme, job=job.scheme)
        for one in need.instead(upstream)
    )


def input_set(triggers: Sequence[str]) -> str:
    """The identity of a set of triggering versions, whatever their order."""
    return hashlib.sha256("\n".join(sorted(triggers)).encode()).hexdigest()[:32]


def run_row(
    target: JobPartition, job: JobNeeds, ready: ReadyInputs, *, again: bool = False, nominal: datetime | None = None
) -> dict[str, Any]:
    """The run that `ready` calls for, as a row of `readiness.create_runs`. `again`: whatever runs these inputs had, and
    now. `nominal`: the one that this nominal time makes, also on inputs that had a run.
    """
    inputs = input_set(ready.triggers)
    code = f"{job.definition_hash}@{nominal.isoformat()}" if nominal else job.definition_hash
    earliest = release(job.not_before, job.scheme, target.key) if job.not_before and not again else None
    return {
        "id": run_id(target.id, inputs, code, ready.generation),
        "job_partition": target.id,
        "job": target.job,
        "key": target.key,
        "input_set": inputs,
        "definition_hash": job.definition_hash,
        "generation": ready.generation,
        "again": again or nominal is not None,
        "priority": job.priority,
        "not_before": earliest,
        "nominal": nominal,
        "inputs": list(ready.versions),
        "missing": list(ready.missing) or None,
        "ready_for": None if job.ready_for is None else round(job.ready_for * 1000),
        "after": job.before(target.key) and job_partition_id(job.job, str(job.before(target.key))),
        "followed": 1 if job.followed else None,
    }
