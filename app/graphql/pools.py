"""Pools: slots that runs share, and who takes them now."""

from __future__ import annotations

import strawberry

from app.graphql.context import Info
from app.graphql.enums import PoolKind
from app.graphql.names import Node, QualifiedName
from app.graphql.paging import DEFAULT_PAGE, First
from app.graphql.runs import Run
from graph_model.policies import entities, pools


@strawberry.type(description="Somebody has it that a pool gives less than it was declared with.")
class LoweredPool:
    slots: int
    by: str
    reason: str


@strawberry.type(description="Slots that runs share: those of jobs that name it, of one job or owner, at one dataset.")
class Pool(Node):
    name: QualifiedName
    kind: PoolKind
    scope: str = strawberry.field(description="What declares it.")
    slots: int = strawberry.field(description="How many there are now.")
    declared: int
    taken: int
    waiting: int = strawberry.field(description="So many ready runs would take from it.")
    lowered: LoweredPool | None
    run_ids: strawberry.Private[tuple[str, ...]]

    @strawberry.field(description="Runs that take its slots now.")
    async def runs(self, info: Info, first: First = DEFAULT_PAGE) -> list[Run]:
        found = await info.context.load.run.load_many(list(self.run_ids[:first]))
        return [Run.of(run) for run in found if run]

    @classmethod
    def of(cls, found: entities.Pool) -> Pool:
        lowered = found.lowered
        return cls(
            id=strawberry.ID(found.id),
            name=QualifiedName.of(found.name),
            kind=found.kind,
            scope=found.scope,
            slots=found.slots,
            declared=found.declared,
            taken=found.taken,
            waiting=found.waiting,
            lowered=LoweredPool(slots=lowered.slots, by=lowered.by, reason=lowered.reason) if lowered else None,
            run_ids=found.runs,
        )


@strawberry.type
class PoolQuery:
    @strawberry.field(description="Pools that are declared, by name.")
    async def pools(self, info: Info, first: First = DEFAULT_PAGE) -> list[Pool]:
        return [Pool.of(found) for found in (await info.context.ask(pools.pools))[:first]]
