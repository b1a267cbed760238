"""Versions of partitions: what was reported, what was found in it, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from graph_model.contracts.entities import CheckResult, Column
from graph_model.names import Name


class VersionState(StrEnum):
    REPORTED = "REPORTED"
    VALIDATING = "VALIDATING"
    PUBLISHED = "PUBLISHED"
    QUARANTINED = "QUARANTINED"
    SUPERSEDED = "SUPERSEDED"
    EXPIRED = "EXPIRED"
    RETIRED = "RETIRED"


GONE = (VersionState.EXPIRED, VersionState.RETIRED)
"""Nothing keeps these any more: their data may be deleted at any time, or is."""


@dataclass(frozen=True, slots=True)
class Content:
    """Where one content lies and how to read it.

    `location` is absolute, or relative to the storage root of the worker that reads it. For tables it is `URL#TABLE`,
    where URL is a SQLAlchemy address (`{root}` in it stands for the storage root) or `env:NAME` of a variable that
    holds one.

    `within`: the folders that a content with an absolute location may lie in, links followed; empty: anywhere, which is
    for contents that nobody else has named.
    """

    format: str
    location: str
    options: Mapping[str, Any] = field(default_factory=dict)
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """What reading a content showed. `content_hash` is the same for the same rows in the same bytes."""

    columns: tuple[Column, ...]
    row_count: int
    size_bytes: int
    content_hash: str
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a content that nobody here can read. `content`: the source's own mark of it (a snapshot's id):
    the same mark is the same content. None: nobody said."""

    content: str | None = None
    row_count: int | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Validated:
    """One content after validation. `inspection` None: it could not be read, and `reason` says why; or it was not to be
    read, and all that is known of it is `told`."""

    inspection: Inspection | None
    results: tuple[CheckResult, ...] = ()
    reason: str = ""
    told: Told | None = None

    @property
    def good(self) -> bool:
        known = self.inspection is not None or self.told is not None
        return known and not any(result.blocks for result in self.results)


@dataclass(frozen=True, slots=True)
class Report:
    """The claim that a version exists.

    `key` makes repeating the report harmless; without one each report is a claim of its own (equal content still
    changes nothing). `location` None: the dataset's declared one. `source_time` orders the versions of a partition;
    None: now. With `told` it may have no location at all: then the version is judged by what is told.
    """

    dataset: Name
    partition: str = ""
    location: str | None = None
    key: str | None = None
    source_time: datetime | None = None
    reported_by: str = "unknown"
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a report led to. `created` False: the same report was known already, and nothing changed.
    `runs` are the runs that became ready and want ringing."""

    version: str
    state: VersionState
    created: bool
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One version as the graph knows it. `current`: it is what readers of its partition get."""

    id: str
    dataset: Name
    partition: str
    state: VersionState
    current: bool
    format: str
    location: str
    reported_at: datetime
    published_at: datetime | None = None
    row_count: int | None = None
    size_bytes: int | None = None
    content_hash: str | None = None
    reason: str = ""
    run: str | None = None
    results: tuple[CheckResult, ...] = ()
