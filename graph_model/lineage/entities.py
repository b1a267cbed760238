"""What depends on what: hops, graphs of them, and the column flows that a job's code implies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from graph_model.contracts.entities import Column
from graph_model.estate.entities import JobSpec
from graph_model.names import Name

FlowKind = Literal["DIRECT", "INDIRECT"]
Transformation = Literal["", "IDENTITY", "TRANSFORMATION", "AGGREGATION"]
Provenance = Literal["declared", "observed", "parsed", "inferred"]
Direction = Literal["UP", "DOWN"]
Level = Literal["DATASET", "COLUMN"]
NodeKind = Literal["DATASET", "JOB", "CONSUMER", "COLUMN"]


@dataclass(frozen=True, slots=True)
class ColumnFlow:
    """A column that a job makes from another one. INDIRECT: it decides which rows or groups, not the value.

    `transformation` says what becomes of a value that flows; empty: not known.
    """

    source: Name
    source_column: str
    target: Name
    target_column: str
    kind: FlowKind = "DIRECT"
    transformation: Transformation = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A column that decides the rows of a whole output (filter, join, grouping), in place of a flow to each column of
    it.
    """

    source: Name
    source_column: str
    target: Name


@dataclass(frozen=True, slots=True)
class ColumnFlows:
    """Everything known about the columns of one job. `unresolved` says in words what could not be followed; when it
    is not empty, or `known` is False, nobody may conclude that a column is not used.
    """

    flows: tuple[ColumnFlow, ...] = ()
    shapes: tuple[Shape, ...] = ()
    provenance: Provenance = "parsed"
    unresolved: tuple[str, ...] = ()
    known: bool = True


class ReadColumns(Protocol):
    """Reads the column flows out of a job's code; `schemas` holds the known columns of its inputs and outputs."""

    def __call__(self, job: JobSpec, schemas: Mapping[Name, Sequence[Column]]) -> ColumnFlows: ...


@dataclass(frozen=True, slots=True)
class LineageNode:
    """`column` is set for COLUMN nodes only; `hops` is the distance from the root."""

    id: str
    kind: NodeKind
    name: Name
    column: str | None = None
    hops: int = 0


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """One flow edge, always pointing downstream, whichever way was walked."""

    source: str
    target: str
    kind: str
    provenance: Provenance = "declared"
    stale: bool = False
    last_seen: datetime | None = None
    job: str | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """`incomplete_reasons` empty: nothing was cut off (else NODE_LIMIT, DEPTH_LIMIT, TIMEOUT, UNRESOLVED_COLUMNS)."""

    root: str
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    as_of: datetime
    incomplete_reasons: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.incomplete_reasons
