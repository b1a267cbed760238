"""Lineage: flat nodes and edges, and whether they are all."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum

import strawberry

from app.graphql.names import Node, QualifiedName
from app.graphql.paging import PageInfo
from graph_model.lineage import entities


@strawberry.enum(
    description="UP: what it comes from. DOWN: what comes of it. BOTH: the two, not all that is connected."
)
class Direction(Enum):
    UP = "UP"
    DOWN = "DOWN"
    BOTH = "BOTH"


@strawberry.enum(
    description="DATASET and COLUMN: what is declared or was seen. VERSION and RUN: what really ran on what."
)
class Level(Enum):
    DATASET = "DATASET"
    COLUMN = "COLUMN"
    VERSION = "VERSION"
    RUN = "RUN"


@strawberry.enum
class NodeKind(Enum):
    DATASET = "DATASET"
    JOB = "JOB"
    CONSUMER = "CONSUMER"
    COLUMN = "COLUMN"
    VERSION = "VERSION"
    RUN = "RUN"


@strawberry.type(
    description="Something that data flows through. `hops` is the distance from the root, `direction` where it lies "
    "from there, `hidden` how many neighbours are not shown because of a limit. A version has the name of its "
    "dataset, a run that of its job."
)
class LineageNode(Node):
    kind: NodeKind
    name: QualifiedName
    column: str | None
    hops: int
    direction: Direction
    hidden: int
    partition: str | None
    state: str | None
    dropped_at: datetime | None = strawberry.field(description="A dataset was dropped then, and not seen since.")

    @classmethod
    def of(cls, found: entities.LineageNode) -> LineageNode:
        return cls(
            id=strawberry.ID(found.id),
            kind=NodeKind(found.kind),
            name=QualifiedName.of(found.name),
            column=found.column,
            hops=found.hops,
            direction=Direction(found.direction),
            hidden=found.hidden,
            partition=found.partition,
            state=found.state,
            dropped_at=found.dropped_at,
        )


@strawberry.type(
    description="One flow, always pointing downstream. `saidBy`: all that say so, the best evidence first. Stale: none "
    "of them sees it any longer. `via`: it stands for a way over these nodes, which are not shown. Over PRECEDES and "
    "FOLLOWED_BY, from job to job, no data flows."
)
class LineageEdge:
    source: strawberry.ID
    target: strawberry.ID
    kind: str
    provenance: str
    stale: bool
    last_seen: datetime | None
    job: strawberry.ID | None
    flow: str | None = strawberry.field(description="Of a flow between columns: DIRECT or INDIRECT.")
    said_by: list[str]
    via: list[strawberry.ID]
    state: str | None = strawberry.field(
        description="Of FOLLOWED_BY: the end that is waited for: success, failure, done or exit N."
    )

    @classmethod
    def of(cls, found: entities.LineageEdge) -> LineageEdge:
        return cls(
            source=strawberry.ID(found.source),
            target=strawberry.ID(found.target),
            kind=found.kind,
            provenance=found.provenance,
            stale=found.stale,
            last_seen=found.last_seen,
            job=strawberry.ID(found.job) if found.job else None,
            flow=found.flow,
            said_by=list(found.said_by),
            via=[strawberry.ID(id_) for id_ in found.via],
            state=found.state,
        )


@strawberry.type(description="What depends on what, as it was at `asOf` and known at `knownAt`.")
class Lineage:
    root: strawberry.ID
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    page_info: PageInfo
    as_of: datetime
    known_at: datetime
    computed_at: datetime
    is_complete: bool
    incomplete_reasons: list[str] = strawberry.field(
        description="NODE_LIMIT, DEPTH_LIMIT, EDGE_LIMIT, TIMEOUT, UNRESOLVED_COLUMNS, UNRESOLVED_READS; clients "
        "must live with new ones."
    )
    node_count: int
    total_node_count: int | None = strawberry.field(
        description="How many there are in all; null when that is not known."
    )

    @classmethod
    def of(cls, found: entities.Lineage, page_info: PageInfo) -> Lineage:
        known_at = found.known_at or found.as_of
        return cls(
            root=strawberry.ID(found.root),
            nodes=[LineageNode.of(node) for node in found.nodes],
            edges=[LineageEdge.of(edge) for edge in found.edges],
            page_info=page_info,
            as_of=found.as_of,
            known_at=known_at,
            computed_at=datetime.now(UTC),
            is_complete=found.is_complete,
            incomplete_reasons=list(found.incomplete_reasons),
            node_count=len(found.nodes),
            total_node_count=found.node_count if found.is_complete else None,
        )


@strawberry.type(description="One way downstream: the edges that it goes along.")
class LineagePath:
    edges: list[LineageEdge]


@strawberry.type(
    description="The ways from `source` downstream to `target`, the shortest first. `nodes` are all they pass."
)
class LineagePaths:
    source: strawberry.ID
    target: strawberry.ID
    paths: list[LineagePath]
    nodes: list[LineageNode]
    as_of: datetime
    known_at: datetime
    computed_at: datetime
    is_complete: bool
    incomplete_reasons: list[str] = strawberry.field(description="Those of a lineage, and PATH_LIMIT.")

    @classmethod
    def of(cls, found: entities.Paths) -> LineagePaths:
        return cls(
            source=strawberry.ID(found.source),
            target=strawberry.ID(found.target),
            paths=[LineagePath(edges=[LineageEdge.of(edge) for edge in path]) for path in found.paths],
            nodes=[LineageNode.of(node) for node in found.nodes],
            as_of=found.as_of,
            known_at=found.known_at,
            computed_at=datetime.now(UTC),
            is_complete=found.is_complete,
            incomplete_reasons=list(found.incomplete_reasons),
        )


@strawberry.type(
    description="The edges of a lineage that came and that went between two moments. Where a side was cut off, an edge "
    "may only seem to."
)
class LineageDiff:
    root: strawberry.ID
    before: datetime
    after: datetime
    came: list[LineageEdge]
    went: list[LineageEdge]
    nodes: list[LineageNode]
    as_of: datetime
    known_at: datetime
    computed_at: datetime
    is_complete: bool
    incomplete_reasons: list[str]

    @classmethod
    def of(cls, found: entities.LineageDiff) -> LineageDiff:
        return cls(
            root=strawberry.ID(found.root),
            before=found.before,
            after=found.after,
            came=[LineageEdge.of(edge) for edge in found.came],
            went=[LineageEdge.of(edge) for edge in found.went],
            nodes=[LineageNode.of(node) for node in found.nodes],
            as_of=found.after,
            known_at=found.known_at,
            computed_at=datetime.now(UTC),
            is_complete=found.is_complete,
            incomplete_reasons=list(found.incomplete_reasons),
        )
