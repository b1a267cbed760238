"""Holds: what people keep from being claimed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import HoldEffect, HoldKind
from app.graphql.errors import InvalidInputError, NotFoundError, RefusedError
from app.graphql.names import NameInput, Node, QualifiedName
from graph_model.holds import entities
from graph_model.holds.hold import hold, release
from graph_model.holds.repository import holds


@strawberry.type(description="What somebody keeps from being executed, and how.")
class Hold(Node):
    kind: HoldKind
    name: QualifiedName
    partition: str | None = strawberry.field(description="Null: all of them.")
    reason: str
    by: str
    placed_at: datetime
    effect: HoldEffect
    until: datetime | None = strawberry.field(description="When it ends by itself; null: never.")
    released_at: datetime | None
    released_by: str | None

    @classmethod
    def of(cls, found: entities.Hold) -> Hold:
        return cls(
            id=strawberry.ID(found.id),
            kind=found.target.kind,
            name=QualifiedName.of(found.target.name),
            partition=found.target.partition,
            reason=found.reason,
            by=found.by,
            placed_at=found.placed_at,
            effect=found.effect,
            until=found.until,
            released_at=found.released_at,
            released_by=found.released_by,
        )


@strawberry.input(description="A job or a dataset, whole or one partition of it.")
class HoldTargetInput:
    kind: HoldKind
    name: NameInput
    partition: str | None = strawberry.field(default=None, description="Null: all of them.")

    def to_target(self) -> entities.HoldTarget:
        return entities.HoldTarget(self.kind, self.name.to_name(), self.partition)


@strawberry.input
class HoldInput:
    target: HoldTargetInput
    reason: str
    effect: HoldEffect = HoldEffect.WAIT
    until: datetime | None = strawberry.field(default=None, description="When it ends by itself; null: never.")
    by: str = "graphql"


@strawberry.input
class ReleaseInput:
    target: HoldTargetInput
    by: str = "graphql"


@strawberry.type
class HoldPayload:
    hold: Hold
    placed: bool = strawberry.field(description="False: it was held already, and that hold stays as it was.")
    running: list[strawberry.ID] = strawberry.field(description="Runs of it that were claimed before; they go on.")


@strawberry.type
class ReleasePayload:
    hold: Hold
    run_ids: list[strawberry.ID] = strawberry.field(description="The runs that waited for it.")


HoldResult = Annotated[HoldPayload | NotFoundError | InvalidInputError, strawberry.union("HoldResult")]
ReleaseResult = Annotated[
    ReleasePayload | NotFoundError | RefusedError | InvalidInputError, strawberry.union("ReleaseResult")
]


@strawberry.type
class HoldQuery:
    @strawberry.field(description="Every hold that is in force, oldest first.")
    async def holds(self, info: Info) -> list[Hold]:
        return [Hold.of(found) for found in await info.context.ask(holds)]


@strawberry.type
class HoldMutation:
    @strawberry.mutation(description="Keeps runs from being claimed. What is reported meanwhile goes on to be ready.")
    async def hold(self, info: Info, input: HoldInput) -> HoldResult:
        done = await info.context.ask(
            hold,
            input.target.to_target(),
            by=input.by,
            reason=input.reason,
            effect=input.effect,
            until=input.until,
        )
        running = [strawberry.ID(run) for run in done.running]
        return HoldPayload(hold=Hold.of(done.hold), placed=done.placed, running=running)

    @strawberry.mutation(description="Ends a hold.")
    async def release(self, info: Info, input: ReleaseInput) -> ReleaseResult:
        done = await info.context.ask(release, input.target.to_target(), by=input.by)
        return ReleasePayload(hold=Hold.of(done.hold), run_ids=await info.context.ring(done.runs))
