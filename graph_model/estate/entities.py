"""An estate as it is declared: plain, immutable, everything resolved; the result of reading an estate file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graph_model.arrivals.watch import AnyWatch
from graph_model.contracts.document import Document
from graph_model.contracts.entities import Contract
from graph_model.jobs.limits import Limits
from graph_model.jobs.secrets import Secret
from graph_model.names import Name
from graph_model.observed.trust import Trust
from graph_model.partitions.rules import Mapping as PartitionMapping
from graph_model.partitions.rules import PartitionScheme
from graph_model.policies.entities import Policies, PoolSpec
from graph_model.readiness.terms import PLAIN, Terms
from graph_model.retention.entities import Retention
from graph_model.schedules.entities import NotBefore, Schedule
from graph_model.schemas.promises import OnViolation, Promise

Correction = Literal["rerun", "ignore", "ask"]
ReadsBy = Literal["name", "position", "exact"]
ParameterType = Literal["text", "integer", "number", "boolean", "date"]


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """`location` is a template (`{date}` or `{partition}` stands for the partition key) or None for outputs of runs
    that live only below the storage root. `options` belong to the format (`delimiter`, `url`, `table` …).
    `expose: copy` keeps `location` up to date after each publish. `document` is the whole of the contract's file.
    `retention` is that of the contract where the estate says none. `observed` None: what others tell of it publishes
    nothing. `properties` are what people want to note besides: texts, numbers and truth values by name. `names` are
    those that other systems have for it; a key of a partition in them is written {date} or {partition}, and one that
    ends in a slash is a folder."""

    name: Name
    format: str
    location: str | None = None
    partitions: PartitionScheme = field(default_factory=PartitionScheme)
    contract: Contract = field(default_factory=Contract)
    document: Document | None = None
    owners: tuple[str, ...] = ()
    description: str = ""
    tags: tuple[str, ...] = ()
    classification: str = ""
    domain: str = ""
    tier: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    expose: Literal["copy"] | None = None
    compatibility: Promise | None = None
    retention: Retention | None = None
    observed: Trust | None = None
    arrival: AnyWatch | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[Name, ...] = ()
    at_once: tuple[PoolSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class InputSpec:
    """`by`: how the job takes the columns: by their names, by their places, or exactly, so that it refuses others.
    `terms`: how it is waited for beyond `required`; an input of a group is not required by itself.
    """

    dataset: Name
    mapping: PartitionMapping
    required: bool = True
    correction: Correction = "rerun"
    by: ReadsBy = "name"
    terms: Terms = PLAIN


@dataclass(frozen=True, slots=True)
class Follows:
    """A job that is waited for without data: in which state (`success`, `failure`, `done`, `exit N`) its newest run of
    the partitions that `mapping` gives must have ended.
    """

    job: Name
    state: str = "success"
    mapping: PartitionMapping = field(default_factory=PartitionMapping)


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """What a person may set for a run of a job. `default` is what every other run gets; `values` empty: any of the
    type.
    """

    name: str
    type: ParameterType
    default: Any
    values: tuple[Any, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class JobSpec:
    """`kind` is one of `estate.kinds`, or of an installed package, and `executor` holds what it read: python {function,
    project, interpreter, venv}, sql {text, file, engine}, shell {argv, project} or {command, project} …

    `columns` are declared column flows, output column -> input columns, as `dataset.column` texts, for jobs whose code
    cannot be read. `ready_for`: how many seconds a ready run may wait for its start. `environment` are variables of its
    processes, and `secrets` those of which only workers know what they hold. `definition_hash` covers everything that
    decides what the job computes. `schedule` and `not_before` say when it runs; they do not travel with its text.
    """

    name: Name
    kind: str
    executor: Mapping[str, Any]
    inputs: tuple[InputSpec, ...]
    outputs: tuple[Name, ...]
    partitions: PartitionScheme = field(default_factory=PartitionScheme)
    retries: int = 0
    timeout_seconds: float = 3600.0
    priority: int = 0
    owners: tuple[str, ...] = ()
    description: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    never_retry: tuple[int, ...] = ()
    parameters: tuple[ParameterSpec, ...] = ()
    limits: Limits = field(default_factory=Limits)
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    policies: Policies = field(default_factory=Policies)
    ready_for: float | None = None
    after: tuple[Follows, ...] = ()
    definition_hash: str = ""
    schedule: Schedule | None = None
    not_before: NotBefore | None = None


@dataclass(frozen=True, slots=True)
class ReadSpec:
    """What a consumer reads. `columns` empty: which columns is not known. `by` is as that of an input."""

    dataset: Name
    columns: tuple[str, ...] = ()
    by: ReadsBy = "name"


@dataclass(frozen=True, slots=True)
class Deadline:
    """By which local time (`HH:MM` in `timezone`) of the day after a partition it must be there."""

    by: str
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class ConsumerSpec:
    """`on_violation`: what becomes of a version that takes away what the consumer reads; None: nothing."""

    name: Name
    kind: str
    reads: tuple[ReadSpec, ...]
    owners: tuple[str, ...] = ()
    deadline: Deadline | None = None
    description: str = ""
    on_violation: OnViolation | None = None


@dataclass(frozen=True, slots=True)
class Estate:
    """One scope of declarations. `project` is the absolute folder of the estate file: code and SQL are found below it.

    `file` and `lines` tell where a thing is declared (`job NAMESPACE/NAME`), for what only shows against the graph.
    """

    scope: str
    namespace: str
    project: str
    datasets: tuple[DatasetSpec, ...] = ()
    jobs: tuple[JobSpec, ...] = ()
    consumers: tuple[ConsumerSpec, ...] = ()
    pools: tuple[PoolSpec, ...] = ()
    file: str = field(default="", compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
