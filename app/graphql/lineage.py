"""Lineage: flat nodes and edges, and whether they are all."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.names import NameInput, Node, QualifiedName
from app.services import moment
from graph_model.errors import InvalidInput
from graph_model.lineage import entities
from graph_model.lineage.walk import lineage

DEFAULT_NODES, MOST_NODES = 500, 2000
DEFAULT_DEPTH, MOST_DEPTH = 10, 50


@strawberry.enum
class Direction(Enum):
    UP = "UP"
    DOWN = "DOWN"


@strawberry.enum
class Level(Enum):
    DATASET = "DATASET"
    COLUMN = "COLUMN"


@strawberry.enum
class NodeKind(Enum):
    DATASET = "DATASET"
    JOB = "JOB"
    CONSUMER = "CONSUMER"
    COLUMN = "COLUMN"


@strawberry.type(description="Something that data flows through. `hops` is the distance from the root.")
class LineageNode(Node):
    kind: NodeKind
    name: QualifiedName
    column: str | None
    hops: int

    @classmethod
    def of(cls, found: entities.LineageNode) -> LineageNode:
        return cls(
            id=strawberry.ID(found.id),
            kind=NodeKind(found.kind),
            name=QualifiedName.of(found.name),
            column=found.column,
            hops=found.hops,
        )


@strawberry.type(description="One flow, always pointing downstream. Stale: its source no longer sees it.")
class LineageEdge:
    source: strawberry.ID
    target: strawberry.ID
    kind: str
    provenance: str
    stale: bool
    last_seen: datetime | None
    job: strawberry.ID | None

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
        )


@strawberry.type(description="What depends on what, as it was at `asOf`.")
class Lineage:
    root: strawberry.ID
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    as_of: datetime
    computed_at: datetime
    is_complete: bool
    incomplete_reasons: list[str] = strawberry.field(
        description="NODE_LIMIT, DEPTH_LIMIT, TIMEOUT, UNRESOLVED_COLUMNS; clients must live with new ones."
    )
    node_count: int
    total_node_count: int | None = strawberry.field(
        description="How many there are in all; null when that is not known."
    )

    @classmethod
    def of(cls, found: entities.Lineage) -> Lineage:
        return cls(
            root=strawberry.ID(found.root),
            nodes=[LineageNode.of(node) for node in found.nodes],
            edges=[LineageEdge.of(edge) for edge in found.edges],
            as_of=found.as_of,
            computed_at=datetime.now(UTC),
            is_complete=found.is_complete,
            incomplete_reasons=list(found.incomplete_reasons),
            node_count=len(found.nodes),
            total_node_count=len(found.nodes) if found.is_complete else None,
        )


LineageResult = Annotated[Lineage | NotFoundError | InvalidInputError, strawberry.union("LineageResult")]
# Strawberry keeps the parameter name `root` for the parent object.
Root = Annotated[NameInput, strawberry.argument(name="root", description="A dataset, job or consumer.")]
MostNodes = Annotated[int, strawberry.argument(description=f"How many nodes at most; up to {MOST_NODES}.")]


@strawberry.type
class LineageQuery:
    @strawberry.field(description="What depends on `root` (DOWN), or what it depends on (UP).")
    async def lineage(
        self,
        info: Info,
        *,
        of: Root,
        kind: NodeKind | None = None,
        column: str | None = None,
        direction: Direction = Direction.DOWN,
        depth: int = DEFAULT_DEPTH,
        level: Level = Level.DATASET,
        as_of: datetime | None = None,
        first: MostNodes = DEFAULT_NODES,
    ) -> LineageResult:
        if not 1 <= depth <= MOST_DEPTH:
            raise InvalidInput("depth", f"it goes from 1 to {MOST_DEPTH}")
        found = await info.context.ask(
            lineage,
            of.to_name(),
            column=column,
            kind=kind and kind.value,
            direction=direction.value,
            depth=depth,
            level=level.value,
            as_of=moment(as_of, field="asOf"),
            limit=first,
        )
        return Lineage.of(found)
