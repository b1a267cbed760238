"""Impact: who breaks by a set of changes, by which path, and who owns it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import Verdict
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.impact_changes import ChangeInput
from app.graphql.lineage_types import LineageEdge, LineageNode
from app.services import moment
from connectors.sql.binding import rebind
from graph_model.errors import InvalidInput
from graph_model.impact import entities
from graph_model.impact.assess import assess
from graph_model.store.graph import Graph

MOST_CHANGES = 50


@strawberry.type(description="The newest read that is known of a reader; run: the one that did it, where it was one.")
class LastUse:
    at: datetime
    run: str | None


@strawberry.type(description="How many read downstream, and of how many it is known which columns they use.")
class ImpactCoverage:
    readers: int
    columns_known: int


@strawberry.type(description="A job or consumer downstream of the changes, and what they do to it.")
class Affected:
    node: LineageNode
    verdict: Verdict
    effect: str = strawberry.field(
        description="HIT: by the change itself. STALLED: it waits for something that is. Empty: neither."
    )
    rule: str
    reason: str
    path: list[LineageEdge] = strawberry.field(description="The way from the change that is behind this verdict.")
    owners: list[str]
    deadline: str | None
    remedy: str
    hit: list[str] = strawberry.field(description="The columns or datasets it reads that something happens to.")
    shortest: list[LineageEdge] = strawberry.field(description="The way of the fewest hops, whatever it leads to.")
    last_use: LastUse | None
    settle: str = strawberry.field(description="Of UNKNOWN: what would tell.")

    @classmethod
    def of(cls, found: entities.Affected) -> Affected:
        return cls(
            node=LineageNode.of(found.node),
            verdict=found.verdict,
            effect=found.effect,
            rule=found.rule,
            reason=found.reason,
            path=[LineageEdge.of(edge) for edge in found.path],
            owners=list(found.owners),
            deadline=found.deadline,
            remedy=found.remedy,
            hit=list(found.hit),
            shortest=[LineageEdge.of(edge) for edge in found.shortest],
            last_use=LastUse(at=found.last_use.at, run=found.last_use.run) if found.last_use else None,
            settle=found.settle,
        )


@strawberry.type(description="What a verdict was given to.")
class VerdictCount:
    verdict: Verdict
    count: int


@strawberry.type(description="Everything downstream of a set of changes, judged after all of them were applied.")
class Impact:
    affected: list[Affected]
    nodes: list[LineageNode] = strawberry.field(description="Everything that the paths pass, to name their ends by.")
    counts: list[VerdictCount]
    as_of: datetime
    computed_at: datetime
    is_complete: bool
    incomplete_reasons: list[str]
    coverage: ImpactCoverage

    @classmethod
    def of(cls, found: entities.ImpactReport) -> Impact:
        given = [item.verdict for item in found.affected]
        return cls(
            affected=[Affected.of(item) for item in found.affected],
            nodes=[LineageNode.of(node) for node in found.nodes],
            counts=[VerdictCount(verdict=verdict, count=given.count(verdict)) for verdict in Verdict],
            as_of=found.as_of,
            computed_at=datetime.now(UTC),
            is_complete=found.is_complete,
            incomplete_reasons=list(found.incomplete_reasons),
            coverage=ImpactCoverage(readers=found.coverage.readers, columns_known=found.coverage.columns_known),
        )


ImpactResult = Annotated[Impact | NotFoundError | InvalidInputError, strawberry.union("ImpactResult")]


@strawberry.type
class ImpactQuery:
    @strawberry.field(description="Who breaks, who is at risk, who is safe, and what is not known.")
    async def impact(self, info: Info, changes: list[ChangeInput], as_of: datetime | None = None) -> ImpactResult:
        if not 1 <= len(changes) <= MOST_CHANGES:
            raise InvalidInput("changes", f"give 1 to {MOST_CHANGES}")
        asked = await info.context.ask(_asked, changes)
        return Impact.of(await info.context.ask(assess, asked, rebind=rebind, as_of=moment(as_of, field="asOf")))


def _asked(graph: Graph, changes: Sequence[ChangeInput]) -> list[entities.Change]:
    return [change.to_change(graph) for change in changes]
