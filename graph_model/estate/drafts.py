"""What an estate file says, before its parts are held against each other. Every reference keeps its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from graph_model.contracts.document import Document
from graph_model.contracts.entities import Contract
from graph_model.contracts.odcs import read_whole
from graph_model.estate.entities import Correction, DatasetSpec, Deadline, ReadsBy
from graph_model.estate.sections import Mistakes, Said
from graph_model.names import Name
from graph_model.partitions.rules import Mapping as PartitionMapping
from graph_model.partitions.rules import Window
from graph_model.policies.entities import PoolSpec
from graph_model.readiness.terms import PLAIN, Terms
from graph_model.schemas.promises import OnViolation


class ReadContract(Protocol):
    """As `odcs.read_whole`: what a contract says of a dataset. `file` is for the words of a refusal."""

    def __call__(self, text: str, *, file: str, dataset: str) -> tuple[Document, Contract]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """The file being read: where its mistakes go, the namespace of bare names, the folder that its paths start from,
    and by whom the contracts beside it are read."""

    mistakes: Mistakes
    namespace: str
    folder: Path
    read_contract: ReadContract = read_whole


@dataclass(frozen=True, slots=True)
class DatasetDraft:
    """`spec` is complete: nothing in a dataset depends on the rest of the file.

    `is_sliced_clearly` False: its partitions are a mistake already told, so nothing else is held against them.
    """

    spec: DatasetSpec
    line: int
    is_sliced_clearly: bool = True
    names: tuple[Said[Name], ...] = ()

    @property
    def name(self) -> Name:
        return self.spec.name


@dataclass(frozen=True, slots=True)
class WindowDraft:
    """A mapping as written, and where."""

    written: Window
    line: int

    @property
    def mapping(self) -> PartitionMapping:
        return self.written.mapping


@dataclass(frozen=True, slots=True)
class InputDraft:
    dataset: Said[Name]
    window: WindowDraft | None = None
    required: bool = True
    correction: Correction = "rerun"
    by: ReadsBy = "name"
    terms: Terms = PLAIN


@dataclass(frozen=True, slots=True)
class FollowDraft:
    """A job that is waited for without data."""

    job: Said[Name]
    state: str = "success"
    window: WindowDraft | None = None


@dataclass(frozen=True, slots=True)
class JobDraft:
    """`columns` are the declared column flows as written; `plain` holds the JobSpec fields that need no other part, and
    `when_lines` the lines of those that say when it runs."""

    name: Name
    line: int
    kind: str | None
    executor: Mapping[str, Any]
    executor_line: int
    inputs: tuple[InputDraft, ...]
    outputs: tuple[Said[Name], ...]
    columns: tuple[tuple[Said[str], tuple[Said[str], ...]], ...] = ()
    plain: Mapping[str, Any] = field(default_factory=dict)
    when_lines: Mapping[str, int] = field(default_factory=dict)
    after: tuple[FollowDraft, ...] = ()
    pool_line: int = 0


@dataclass(frozen=True, slots=True)
class ReadDraft:
    """`columns` empty: it says `all`, so which of them matter is not known."""

    dataset: Said[Name]
    columns: tuple[Said[str], ...] = ()
    by: ReadsBy = "name"


@dataclass(frozen=True, slots=True)
class ConsumerDraft:
    name: Name
    line: int
    kind: str
    reads: tuple[ReadDraft, ...]
    owners: tuple[str, ...] = ()
    deadline: Deadline | None = None
    description: str = ""
    on_violation: OnViolation | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole file. `unreadable` are datasets of which only the name could be read."""

    scope: str
    source: Source
    datasets: tuple[DatasetDraft, ...] = ()
    unreadable: tuple[Name, ...] = ()
    jobs: tuple[JobDraft, ...] = ()
    consumers: tuple[ConsumerDraft, ...] = ()
    pools: tuple[tuple[PoolSpec, int], ...] = ()
