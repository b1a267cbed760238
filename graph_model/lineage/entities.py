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
Way = Literal["UP", "DOWN"]
Direction = Literal["UP", "DOWN", "BOTH"]
Level = Literal["DATASET", "COLUMN", "VERSION", "RUN"]
NodeKind = Literal["DATASET", "JOB", "CONSUMER", "COLUMN", "VERSION", "RUN"]


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
    """`hops` is the distance from the root, `direction` where it lies from there (BOTH: in a cycle with it).

    `column` is set for COLUMN nodes only; `name` is then that of the dataset. `partition` and `state` are those of a
    VERSION or a RUN, whose name is that of the dataset or the job; the state of a JOB is PARTIAL, where not all that it
    does could be read. `hidden`: how many neighbours a ceiling kept out. `members`: the datasets (by id) that this one,
    or the one of this column, stands for, itself among them; empty: it is alone. `dropped_at`: it was seen to be
    dropped, and not seen since.
    """

    id: str
    kind: NodeKind
    name: Name
    column: str | None = None
    hops: int = 0
    direction: Direction = "BOTH"
    hidden: int = 0
    partition: str | None = None
    state: str | None = None
    technical: bool = False
    members: tuple[str, ...] = ()
    dropped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """One flow edge, always pointing downstream, whichever way was walked.

    Where several sources say the same, it is one edge: `said_by` are all of them, the best evidence first, and
    provenance and staleness are those of the best. `flow` is DIRECT or INDIRECT for what feeds a column. `via`: it
    stands for a way over these nodes, which are not shown. `state`, of a control edge: the end of the job before it
    that the other one waits for.
    """

    source: str
    target: str
    kind: str
    provenance: Provenance = "declared"
    stale: bool = False
    last_seen: datetime | None = None
    job: str | None = None
    flow: FlowKind | None = None
    said_by: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which nodes are shown; empty parts ask for nothing. A node must meet all parts, and one of the words of each.

    What does not, and what is technical, is bridged: the way over it is shown as one edge.
    """

    kinds: frozenset[NodeKind] = frozenset()
    namespaces: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    technical: bool = False
    """Show technical nodes too: temporary tables, and jobs that only serve the others."""
    control: bool = False
    """Go along control edges too: to jobs that wait for others without data. Only among datasets."""

    @property
    def asks_for_facts(self) -> bool:
        return bool(self.owners or self.domains or self.tags or self.tiers)


@dataclass(frozen=True, slots=True)
class Lineage:
    """Nodes come nearest first. `incomplete_reasons` empty: nothing was cut off (else NODE_LIMIT, DEPTH_LIMIT,
    EDGE_LIMIT, TIMEOUT, UNRESOLVED_COLUMNS, PARTIAL_COVERAGE). `has_more`: a later page has more nodes.
    """

    root: str
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    as_of: datetime
    incomplete_reasons: tuple[str, ...] = ()
    known_at: datetime | None = None
    has_more: bool = False
    node_count: int = 0
    """On this page and those before it."""

    @property
    def is_complete(self) -> bool:
        return not self.incomplete_reasons


@dataclass(frozen=True, slots=True)
class Paths:
    """Ways downstream from one thing to another, the shortest first; each is the edges it goes along.

    `nodes` are all that the ways pass. No way and no reason: there is none. Reasons beside those of a walk: PATH_LIMIT.
    """

    source: str
    target: str
    paths: tuple[tuple[LineageEdge, ...], ...]
    nodes: tuple[LineageNode, ...]
    as_of: datetime
    known_at: datetime
    incomplete_reasons: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.incomplete_reasons


@dataclass(frozen=True, slots=True)
class LineageDiff:
    """What became of the lineage of `root` between two moments: edges that came, and edges that went.

    `nodes` are the ends of these edges. With reasons, either side was cut off, and an edge may seem to come or go.
    """

    root: str
    before: datetime
    after: datetime
    came: tuple[LineageEdge, ...]
    went: tuple[LineageEdge, ...]
    nodes: tuple[LineageNode, ...]
    known_at: datetime
    incomplete_reasons: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.incomplete_reasons
