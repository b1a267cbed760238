"""Declarations of others as plain values: the result of reading their files."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph_model.estate.diff import PlannedChange
from graph_model.estate.entities import ConsumerSpec, DatasetSpec
from graph_model.lineage.entities import ColumnFlows
from graph_model.names import Name


@dataclass(frozen=True, slots=True)
class ImportedJob:
    """Something that reads datasets and makes others, elsewhere: Headwater never runs it.

    `kind` is what its system calls it.
    """

    name: Name
    kind: str
    inputs: tuple[Name, ...] = ()
    outputs: tuple[Name, ...] = ()
    flows: ColumnFlows = field(
        default_factory=lambda: ColumnFlows(known=False, unresolved=("no columns are declared",))
    )
    owners: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Declarations:
    """Everything that one source says now. What it said before and is not in here is closed.

    `notes` are for whoever imports: what of the files was left out, and why.
    """

    source: str
    datasets: tuple[DatasetSpec, ...] = ()
    jobs: tuple[ImportedJob, ...] = ()
    consumers: tuple[ConsumerSpec, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import changes, or would change. `opened` and `closed` count edges by kind.

    `kept` are things that somebody else declares: they stay as they are, and edges are added to them. `released` are
    things that the source no longer speaks of and others still do. `hash` stands for exactly these changes.
    """

    source: str
    changes: tuple[PlannedChange, ...]
    opened: dict[str, int]
    closed: dict[str, int]
    kept: tuple[Name, ...]
    released: tuple[Name, ...]
    hash: str

    @property
    def is_empty(self) -> bool:
        return not (self.changes or self.opened or self.closed or self.released)


@dataclass(frozen=True, slots=True)
class ImportedSource:
    """A source and how much it speaks of now."""

    name: str
    datasets: int
    jobs: int
    consumers: int
