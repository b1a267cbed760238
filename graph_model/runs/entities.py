"""Runs: one execution of a job partition on one set of input versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from graph_model.contracts.entities import Check
from graph_model.estate.entities import JobSpec
from graph_model.names import Name
from graph_model.versions.entities import Content, Validated


class RunState(StrEnum):
    READY = "READY"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    SUPERSEDED = "SUPERSEDED"
    LAPSED = "LAPSED"


class RunKind(StrEnum):
    JOB = "job"
    VALIDATION = "validation"


@dataclass(frozen=True, slots=True)
class RunInput:
    """One version that a run reads."""

    dataset: Name
    partition: str
    version: str
    content: Content


@dataclass(frozen=True, slots=True)
class RunOutput:
    """Where a run must write one output, and what the content must promise. For a validation run: the content to
    check.
    """

    dataset: Name
    dataset_id: str
    partition: str
    content: Content
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that this worker holds under `fence` and must now execute. `job` is None for a validation run.

    `attempt` counts from 1, and `losses` those before it whose worker vanished. `timeout_seconds` is that of the job;
    how long a validation may take is a setting of its worker. `created_at` orders the runs of one job partition; their
    fences count for each run anew. `parameters`: all that the job
    declares, with what was given for this run.
    """

    id: str
    kind: RunKind
    fence: int
    attempt: int
    losses: int
    subject: Name
    partition: str
    job: JobSpec | None
    inputs: tuple[RunInput, ...]
    outputs: tuple[RunOutput, ...]
    timeout_seconds: float = 0.0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutputVersion:
    """One output of a finished run, validated."""

    output: RunOutput
    validated: Validated


@dataclass(frozen=True, slots=True)
class Finished:
    """What finishing a run led to: the runs that became ready, and the versions with their states."""

    ready: tuple[str, ...]
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed. `retry` False: another attempt cannot help."""

    reason: str
    exit_code: int | None = None
    retry: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    number: int
    worker: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str | None = None
    exit_code: int | None = None
    reason: str = ""


class Ended(NamedTuple):
    """A run and when it ended."""

    id: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Run:
    """One run as the graph knows it. `subject` is the job, or the dataset that a validation run checks.

    `order`: the order that it belongs to. `parameters`: what was given for it besides the defaults. `chosen`: versions
    that somebody chose for it in place of the current ones.
    `archived`: the file of the archive that its attempts, reason and metrics went into; empty: they are here.
    `nominal`: the time by the clock that it was made for; None: its inputs made it, or a person. `missing` are inputs
    that it goes without, as DATASET@PARTITION.
    """

    id: str
    kind: RunKind
    subject: Name
    partition: str
    state: RunState
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    fence: int = 0
    attempts: tuple[Attempt, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    reason: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None
    order: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    archived: str = ""
    nominal: datetime | None = None
    missing: tuple[str, ...] = ()
