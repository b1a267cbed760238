"""Quarantine after the fact: taking a version from its readers, giving it back, and what was made from it."""

from __future__ import annotations

from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import VersionState
from app.graphql.errors import NotFoundError, RefusedError
from app.graphql.names import QualifiedName
from app.graphql.reads import ToldReader
from app.graphql.versions import Version
from graph_model.versions import repository, taint
from graph_model.versions.quarantine import quarantine, release


@strawberry.type(description="A version that was made from the one asked about.")
class TaintedVersion:
    version_id: strawberry.ID
    dataset_name: QualifiedName
    partition: str
    state: VersionState
    current: bool = strawberry.field(description="It is what readers of its partition get.")

    @classmethod
    def of(cls, found: taint.TaintedVersion) -> TaintedVersion:
        return cls(
            version_id=strawberry.ID(found.id),
            dataset_name=QualifiedName.of(found.dataset),
            partition=found.partition,
            state=found.state,
            current=found.current,
        )


@strawberry.type(description="What was made from a version, through however many jobs, nearest first.")
class Tainted:
    versions: list[TaintedVersion]
    running: list[strawberry.ID] = strawberry.field(description="Runs under way that read any of it.")
    readers: list[ToldReader] = strawberry.field(
        description="Consumers and programs that told to have read the version, or any of these; the last ones first."
    )
    is_complete: bool

    @classmethod
    def of(cls, found: taint.Tainted) -> Tainted:
        return cls(
            versions=[TaintedVersion.of(each) for each in found.versions],
            running=[strawberry.ID(run) for run in found.running],
            readers=[ToldReader.of(each) for each in found.readers],
            is_complete=found.is_complete,
        )


@strawberry.input
class QuarantineInput:
    version: strawberry.ID
    reason: str
    by: str = "graphql"


@strawberry.input
class ReleaseVersionInput:
    version: strawberry.ID
    reason: str
    by: str = "graphql"


@strawberry.type
class QuarantinePayload:
    version: Version
    quarantined: list[strawberry.ID] = strawberry.field(
        description="It, and the versions with the same content; empty: it was quarantined before, nothing changed."
    )
    current: strawberry.ID | None = strawberry.field(description="What readers get now.")
    tainted: Tainted
    run_ids: list[strawberry.ID]


@strawberry.type
class ReleaseVersionPayload:
    version: Version
    run_ids: list[strawberry.ID]


TaintedResult = Annotated[Tainted | NotFoundError, strawberry.union("TaintedResult")]
QuarantineResult = Annotated[QuarantinePayload | NotFoundError | RefusedError, strawberry.union("QuarantineResult")]
ReleaseVersionResult = Annotated[
    ReleaseVersionPayload | NotFoundError | RefusedError, strawberry.union("ReleaseVersionResult")
]


@strawberry.type
class QuarantineQuery:
    @strawberry.field(description="The versions that were made from a version.")
    async def tainted(self, info: Info, version: strawberry.ID) -> TaintedResult:
        return Tainted.of(await info.context.ask(taint.tainted, version))


@strawberry.type
class QuarantineMutation:
    @strawberry.mutation(description="Takes a version from its readers, who get the last good one again.")
    async def quarantine(self, info: Info, input: QuarantineInput) -> QuarantineResult:
        done = await info.context.ask(quarantine, input.version, by=input.by, reason=input.reason)
        return QuarantinePayload(
            version=await _version(info, input.version),
            quarantined=[strawberry.ID(each) for each in done.versions],
            current=strawberry.ID(done.current) if done.current else None,
            tainted=Tainted.of(done.tainted),
            run_ids=await info.context.ring(done.runs),
        )

    @strawberry.mutation(description="Gives a quarantined version that had passed its checks back to its readers.")
    async def release_version(self, info: Info, input: ReleaseVersionInput) -> ReleaseVersionResult:
        done = await info.context.ask(release, input.version, by=input.by, reason=input.reason)
        run_ids = await info.context.ring(done.runs)
        return ReleaseVersionPayload(version=await _version(info, input.version), run_ids=run_ids)


async def _version(info: Info, version: str) -> Version:
    return Version.of(await info.context.ask(repository.version, version))
