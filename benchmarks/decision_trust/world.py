"""An estate that can be run: its datasets with real rows, jobs with real code, readers that really read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pyarrow as pa

from graph_model.contracts.entities import Check, Column

Format = Literal["parquet", "csv", "sqlite", "table", "manifest"]
JobKind = Literal["duckdb", "sqlite", "python", "shell"]
How = Literal["name", "position", "exact"]

DAYS = ("2024-03-01", "2024-03-02", "2024-03-03", "2024-03-04", "2024-03-05")
"""The partitions of a dataset that has any."""
CHANGED_FROM = 2
"""Partitions from this one on are as the change says; those before stay as they were written."""


@dataclass(frozen=True)
class Content:
    """What one partition of a dataset holds: typed rows, or the bytes of a file of texts."""

    table: pa.Table | None = None
    text: bytes | None = None

    @cached_property
    def digest(self) -> str:
        if self.text is not None:
            return hashlib.sha256(b"text" + self.text).hexdigest()
        assert self.table is not None
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self.table.schema) as writer:
            writer.write_table(self.table.combine_chunks())
        return hashlib.sha256(sink.getvalue()).hexdigest()


@dataclass(frozen=True, slots=True)
class Failed:
    """What was not made, or not read. `stalled`: only because something before it failed."""

    reason: str
    stalled: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """`placed`: readers outside find it at a fixed place. `checked`: its contract is held against each content.
    `key`: columns that are unique together. `promises`: blocking checks beyond the schema."""

    name: str
    format: Format
    columns: tuple[Column, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    daily: bool = False
    placed: bool = False
    checked: bool = False
    key: tuple[str, ...] = ()
    promises: tuple[Check, ...] = ()

    @property
    def is_text(self) -> bool:
        return self.format in ("csv", "manifest")

    @property
    def types(self) -> dict[str, str]:
        return {column.path: column.type for column in self.columns}


@dataclass(frozen=True, slots=True)
class Input:
    """`window` 0: the same partition, else as many as that before it. `columns`: what it reads, where it is not SQL."""

    dataset: str
    window: int = 0
    by: How = "name"


@dataclass(frozen=True, slots=True)
class Job:
    """`text` is SQL, the source of a module with a function `build`, or a shell command, word by line. `columns` are
    declared column flows."""

    name: str
    kind: JobKind
    text: str
    inputs: tuple[Input, ...]
    output: str
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """A consumer, and one dataset that it reads. It knows how the dataset was when it was written: format, options, place, and its `expects`."""

    name: str
    dataset: str
    columns: tuple[str, ...]
    by: How = "name"
    positions: tuple[int, ...] = ()
    expects: tuple[str, ...] = ()


@dataclass(frozen=True)
class World:
    """`jobs` stand in an order in which they can run. `sources` hold the rows of what no job makes, by partition; `keys`
    are those of the partitions."""

    name: str
    datasets: Mapping[str, Dataset]
    jobs: tuple[Job, ...]
    readers: tuple[Reader, ...]
    sources: Mapping[str, tuple[Content, ...]]
    keys: tuple[str, ...] = DAYS

    def days(self, dataset: str) -> range:
        return range(len(self.keys)) if self.datasets[dataset].daily else range(1)

    @cached_property
    def makers(self) -> dict[str, Job]:
        return {job.output: job for job in self.jobs}

    def downstream(self, starts: set[str]) -> set[str]:
        """Datasets, jobs and readers that data of `starts` (datasets or jobs) can reach."""
        reached = set(starts)
        for job in self.jobs:
            if job.name in reached or any(one.dataset in reached for one in job.inputs):
                reached |= {job.name, job.output}
        return reached | {one.name for one in self.readers if one.dataset in reached}
