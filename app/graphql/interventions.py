"""What people do to runs: end one, say how it ended, or have one run again."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import RunState
from app.graphql.errors import InvalidInputError, NotFoundError, RefusedError
from app.graphql.names import NameInput
from app.graphql.runs import Run
from graph_model.runs import repository
from graph_model.runs.cancel import cancel
from graph_model.runs.mark import mark, retry
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


@strawberry.input
class RetryRunInput:
    run: strawberry.ID
    reason: str
    by: str = "graphql"


@strawberry.enum(description="What a run counts as because a person says so.")
class MarkedAs(Enum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@strawberry.input
class MarkRunInput:
    run: strawberry.ID
    state: MarkedAs
    reason: str
    by: str = "graphql"


@strawberry.type
class RetryRunPayload:
    run: Run = strawberry.field(description="The same run, now due; or the successor of one that had ended.")
    was: RunState


@strawberry.type
class MarkRunPayload:
    run: Run
    was: RunState


RetryRunResult = Annotated[RetryRunPayload | NotFoundError | RefusedError, strawberry.union("RetryRunResult")]
MarkRunResult = Annotated[MarkRunPayload | NotFoundError | RefusedError, strawberry.union("MarkRunResult")]
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

    @strawberry.mutation(description="Tries a run now that waits for its next try, failed or was cancelled.")
    async def retry_run(self, info: Info, input: RetryRunInput) -> RetryRunResult:
        done = await info.context.ask(retry, input.run, by=input.by, reason=input.reason)
        await info.context.ring([done.run])
        return RetryRunPayload(run=await _run(info, done.run), was=done.was)

    @strawberry.mutation(description="Says how a run ended. Nothing is executed, and nothing published.")
    async def mark_run(self, info: Info, input: MarkRunInput) -> MarkRunResult:
        done = await info.context.ask(mark, input.run, input.state.value, by=input.by, reason=input.reason)
        return MarkRunPayload(run=await _run(info, done.run), was=done.was)

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
