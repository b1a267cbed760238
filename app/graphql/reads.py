"""Who read a version, and telling it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import ReaderKind
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.names import NameInput
from app.services import moment, report_read
from graph_model.reads import entities as reads
from graph_model.versions import repository

if TYPE_CHECKING:
    from app.graphql.versions import Version

LazyVersion = Annotated["Version", strawberry.lazy("app.graphql.versions")]


@strawberry.type(description="Who got a version, from the first time to the last.")
class Reader:
    kind: ReaderKind
    name: str = strawberry.field(description="Of the job, of the consumer, or as the program said it.")
    partition: str = strawberry.field(description="Of the run; empty for others.")
    run_id: strawberry.ID | None
    agent: str
    first_at: datetime
    last_at: datetime
    count: int = strawberry.field(description="How often it was told; of a run, how many attempts it had.")
    columns: list[str]

    @classmethod
    def of(cls, found: reads.Reader) -> Reader:
        return cls(
            kind=found.kind,
            name=found.name,
            partition=found.partition,
            run_id=strawberry.ID(found.run) if found.run else None,
            agent=found.agent,
            first_at=found.first_at,
            last_at=found.last_at,
            count=found.count,
            columns=list(found.columns),
        )


@strawberry.type(description="A consumer or a program that told to have read any of several versions.")
class ToldReader:
    kind: ReaderKind
    name: str
    count: int
    last_at: datetime

    @classmethod
    def of(cls, found: reads.Told) -> ToldReader:
        return cls(kind=found.kind, name=found.name, count=found.count, last_at=found.last_at)


@strawberry.input(description="The claim that a consumer read a version.")
class ReportReadInput:
    consumer: NameInput
    dataset: NameInput
    partition: str = ""
    version: strawberry.ID | None = strawberry.field(
        default=None, description="Null: the one that was current at the moment `at`."
    )
    at: datetime | None = strawberry.field(default=None, description="When; null: now.")
    columns: list[str] = strawberry.field(default_factory=list, description="Empty: which ones is not said.")
    key: str | None = strawberry.field(default=None, description="Makes repeating the report harmless.")


@strawberry.type(description="The read is remembered.")
class ReportReadPayload:
    version: LazyVersion
    counted: bool = strawberry.field(description="False: the same report was known already, and nothing changed.")


ReportReadResult = Annotated[
    ReportReadPayload | NotFoundError | InvalidInputError, strawberry.union("ReportReadResult")
]


@strawberry.type
class ReadMutation:
    @strawberry.mutation(description="Says that a consumer read a version: the one named, or what was current then.")
    async def report_read(self, info: Info, input: ReportReadInput) -> ReportReadResult:
        report = reads.ReadReport(
            consumer=input.consumer.to_name(),
            dataset=input.dataset.to_name(),
            partition=input.partition,
            version=input.version,
            key=input.key,
            at=moment(input.at, field="at"),
            columns=tuple(input.columns),
            agent="graphql",
        )
        from app.graphql.versions import Version

        counted = await asyncio.to_thread(report_read, info.context.services, report)
        version = await info.context.ask(repository.version, counted.version)
        return ReportReadPayload(version=Version.of(version), counted=counted.counted)
