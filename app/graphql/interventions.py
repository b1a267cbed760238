"""What people do to runs: end one, or have one run again."""

from __future__ import annotations

from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import RunState
from app.graphql.errors import InvalidInputError, NotFoundError, RefusedError
from app.graphql.names import NameInput
from app.graphql.runs import Run
from graph_model.runs import repository
from graph_model.runs.cancel import cancel
from graph_model.runs.replay import replay, revalidate


@strawberry.input
class CancelRunInput:
    run: strawberry.ID
    reason: str
    by: str = "graphql"


@strawberry.input
class ReplayInput:
    job: NameInput
    partition: str = ""
    reason: str
    by: str = "graphql"


@strawberry.input
class RevalidateInput:
    version: strawberry.ID
    reason: str
    by: str = "graphql"


@strawberry.type
class CancelRunPayload:
    run: Run
    was: RunState = strawberry.field(description="CANCELLED: it was before, and nothing changed.")


@strawberry.type(description="The run that was made; it is ready.")
class ReplayPayload:
    run: Run


CancelRunResult = Annotated[CancelRunPayload | NotFoundError | RefusedError, strawberry.union("CancelRunResult")]
ReplayResult = Annotated[
    ReplayPayload | NotFoundError | RefusedError | InvalidInputError, strawberry.union("ReplayResult")
]
RevalidateResult = Annotated[ReplayPayload | NotFoundError | RefusedError, strawberry.union("RevalidateResult")]


@strawberry.type
class InterventionMutation:
    @strawberry.mutation(description="Ends a run that waits or runs; nothing of it is published.")
    async def cancel_run(self, info: Info, input: CancelRunInput) -> CancelRunResult:
        done = await info.context.ask(cancel, input.run, by=input.by, reason=input.reason)
        return CancelRunPayload(run=await _run(info, done.run), was=done.was)

    @strawberry.mutation(description="Runs a job partition again on its current inputs.")
    async def replay(self, info: Info, input: ReplayInput) -> ReplayResult:
        made = await info.context.ask(replay, input.job.to_name(), input.partition, by=input.by, reason=input.reason)
        return await _replayed(info, made.run)

    @strawberry.mutation(description="Validates a version again that was not found good, after it was mended.")
    async def revalidate(self, info: Info, input: RevalidateInput) -> RevalidateResult:
        made = await info.context.ask(revalidate, input.version, by=input.by, reason=input.reason)
        return await _replayed(info, made.run)


async def _replayed(info: Info, run: str) -> ReplayPayload:
    await info.context.ring([run])
    return ReplayPayload(run=await _run(info, run))


async def _run(info: Info, run: str) -> Run:
    return Run.of(await info.context.ask(repository.run, run))
