"""Versions: what was reported, what its checks found, and where the last good one is."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import JSON

from app.graphql.checks import CheckResult
from app.graphql.context import Info
from app.graphql.dataset_contracts import Column, columns_of
from app.graphql.datasets import Dataset
from app.graphql.enums import VersionState
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.loaders import PageKey
from app.graphql.names import BigInt, NameInput, Node, Partition, QualifiedName
from app.graphql.paging import DEFAULT_PAGE, After, Connection, Cursors, First, connection
from app.graphql.reads import Reader
from app.services import Wanted, moment, readable_location, report_and_ring, resolve_for
from graph_model.datasets.repository import dataset as find_dataset
from graph_model.errors import VersionNotFound
from graph_model.names import Name
from graph_model.versions import entities, repository, statistics
from graph_model.versions.readable import Readable

if TYPE_CHECKING:
    from app.graphql.runs import Run

LazyRun = Annotated["Run", strawberry.lazy("app.graphql.runs")]


@strawberry.type(description="What validation measured of one top-level column of a version. Null: it was not.")
class ColumnStatistics:
    column: str
    nulls: BigInt | None = strawberry.field(description="The rows without a value.")

    @classmethod
    def of(cls, found: statistics.ColumnStatistics) -> ColumnStatistics:
        return cls(column=found.column, nulls=_big(found.nulls))


@strawberry.type(description="One immutable content of one partition.")
class Version(Node):
    dataset_name: QualifiedName
    partition: str
    state: VersionState
    current: bool = strawberry.field(description="It is what readers of its partition get.")
    format: str
    reported_at: datetime
    published_at: datetime | None
    row_count: BigInt | None
    size_bytes: BigInt | None
    content_hash: str | None
    reason: str
    results: list[CheckResult]
    run_id: strawberry.Private[str | None]
    known_location: strawberry.Private[str]

    @strawberry.field(description="Where to read it: a path, or URL#TABLE.")
    def location(self, info: Info) -> str:
        return readable_location(self.known_location, info.context.services.storage_root)

    @strawberry.field(description="When it was so at its source; orders the versions of a partition.")
    async def source_time(self, info: Info) -> datetime:
        return (await self._readable(info)).source_time

    @strawberry.field(description="The schema that it showed, in order; empty where it was never read.")
    async def columns(self, info: Info) -> list[Column]:
        return columns_of((await self._readable(info)).columns)

    @strawberry.field(description="What its format needs to read it, such as the delimiter.")
    async def options(self, info: Info) -> JSON:
        return JSON(dict((await self._readable(info)).options))

    @strawberry.field(description="What the job that wrote it told of it.")
    async def metrics(self, info: Info) -> JSON:
        return JSON(dict((await self._readable(info)).metrics))

    @strawberry.field(description="What validation measured of its columns, in their order; empty: it never read them.")
    async def statistics(self, info: Info) -> list[ColumnStatistics]:
        return [ColumnStatistics.of(found) for found in (await self._readable(info)).statistics]

    @strawberry.field(description="False: what lies in its place is not it any more; `warning` says why.")
    async def available(self, info: Info) -> bool:
        return (await self._readable(info)).available

    @strawberry.field(description="What a reader should know first; empty: nothing.")
    async def warning(self, info: Info) -> str:
        return (await self._readable(info)).warning

    @strawberry.field(description="Who read it, newest first: runs, consumers, and programs that said who they are.")
    async def readers(self, info: Info) -> list[Reader]:
        return [Reader.of(found) for found in await info.context.load.readers.load(self.id) or ()]

    async def _readable(self, info: Info) -> Readable:
        found = await info.context.load.readable.load(self.id)
        if found is None:
            raise VersionNotFound(self.id)
        return found

    @strawberry.field
    async def dataset(self, info: Info) -> Dataset | None:
        name = Name(self.dataset_name.namespace, self.dataset_name.name)
        found = await info.context.load.dataset_named.load(name)
        return Dataset.of(found) if found else None

    @strawberry.field(description="The run that wrote it; null for what others reported.")
    async def run(self, info: Info) -> LazyRun | None:
        from app.graphql.runs import Run

        found = await info.context.load.run.load(self.run_id) if self.run_id else None
        return Run.of(found) if found else None

    @classmethod
    def of(cls, found: entities.Version) -> Version:
        return cls(
            id=strawberry.ID(found.id),
            dataset_name=QualifiedName.of(found.dataset),
            partition=found.partition,
            state=found.state,
            current=found.current,
            format=found.format,
            reported_at=found.reported_at,
            published_at=found.published_at,
            row_count=_big(found.row_count),
            size_bytes=_big(found.size_bytes),
            content_hash=found.content_hash,
            reason=found.reason,
            results=[CheckResult.of(result) for result in found.results],
            run_id=found.run,
            known_location=found.location,
        )


@strawberry.input(description="The claim that a version exists.")
class ReportVersionInput:
    dataset: NameInput
    partition: str = ""
    location: str | None = strawberry.field(default=None, description="Where it lies; null: where the estate says.")
    key: str | None = strawberry.field(default=None, description="Makes repeating the report harmless.")
    source_time: datetime | None = strawberry.field(
        default=None, description="Orders the versions of a partition; null: now."
    )
    reported_by: str = "graphql"


@strawberry.type(description="The report is durable, whatever happens next.")
class ReportVersionPayload:
    version: Version
    created: bool = strawberry.field(description="False: the same report was known already, and nothing changed.")
    run_ids: list[strawberry.ID] = strawberry.field(description="The runs that became ready by it.")


ResolveResult = Annotated[Version | NotFoundError | InvalidInputError, strawberry.union("ResolveResult")]
ReportVersionResult = Annotated[
    ReportVersionPayload | NotFoundError | InvalidInputError, strawberry.union("ReportVersionResult")
]
VersionsResult = Annotated[Connection[Version] | NotFoundError | InvalidInputError, strawberry.union("VersionsResult")]


@strawberry.type
class VersionQuery:
    @strawberry.field(description="The last good version of a partition: what a reader should read.")
    async def resolve(
        self,
        info: Info,
        dataset: NameInput,
        partition: Partition = "",
        as_of: Annotated[datetime | None, strawberry.argument(description="What was current then; null: now.")] = None,
        reader: Annotated[
            str | None, strawberry.argument(description="Who reads: a consumer's namespace/name, or any text.")
        ] = None,
    ) -> ResolveResult:
        wanted = Wanted(dataset.to_name(), partition, moment(as_of, field="asOf"), reader, "graphql")
        found, _ = await asyncio.to_thread(resolve_for, info.context.services, wanted)
        return Version.of(found)

    @strawberry.field(description="Versions of a dataset, newest report first.")
    async def versions(
        self,
        info: Info,
        dataset: NameInput,
        partition: str | None = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> VersionsResult:
        found = await info.context.ask(find_dataset, dataset.to_name())
        return await version_connection(info, found.id, partition=partition, first=first, after=after, counted=True)


@strawberry.type
class VersionMutation:
    @strawberry.mutation(description="Says that a version exists. What follows is decided by the graph.")
    async def report_version(self, info: Info, input: ReportVersionInput) -> ReportVersionResult:
        report = entities.Report(
            dataset=input.dataset.to_name(),
            partition=input.partition,
            location=input.location,
            key=input.key,
            source_time=moment(input.source_time, field="sourceTime"),
            reported_by=input.reported_by,
        )
        receipt = await asyncio.to_thread(report_and_ring, info.context.services, report)
        version = await info.context.ask(repository.version, receipt.version)
        run_ids = [strawberry.ID(run) for run in receipt.runs]
        return ReportVersionPayload(version=Version.of(version), created=receipt.created, run_ids=run_ids)


async def version_connection(
    info: Info, dataset_id: str, *, partition: str | None, first: int, after: str | None, counted: bool = False
) -> Connection[Version]:
    """One page of the versions of one dataset; asked for many datasets at once, it costs one question."""
    cursors = Cursors("versions", dataset_id, partition)
    place = cursors.read(after)
    key = PageKey(dataset_id, first, place[0] if place else None, partition)
    page = await info.context.load.versions.load(key)
    return connection(
        [Version.of(item) for item in page.items],
        [cursors.write(item.id) for item in page.items],
        has_next=page.has_next,
        after=after,
        count=(lambda: info.context.ask(repository.count_versions, dataset_id, partition=partition))
        if counted
        else None,
    )


def _big(number: int | None) -> BigInt | None:
    return None if number is None else BigInt(number)
