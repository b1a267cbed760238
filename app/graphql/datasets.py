"""Datasets: what is declared, and what is there now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import VersionState
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.loaders import PageKey
from app.graphql.names import Node, Search, to_name
from app.graphql.paging import DEFAULT_PAGE, After, Connection, Cursors, First, connection
from app.graphql.schemas import SchemaHistory, schema_history
from graph_model.contracts import entities as contracts
from graph_model.datasets import entities, repository
from graph_model.names import Name
from graph_model.pages import Page
from graph_model.partitions.rules import PartitionScheme
from graph_model.partitions.status import came_late, due_of, partition_statuses

if TYPE_CHECKING:
    from app.graphql.versions import Version

LazyVersion = Annotated["Version", strawberry.lazy("app.graphql.versions")]


@strawberry.type(description="One column of a schema; nested fields have dots in their path.")
class Column:
    path: str
    type: str
    nullable: bool
    description: str


@strawberry.type(description="One promise about a content.")
class Check:
    name: str
    kind: str
    severity: str


@strawberry.type(description="What a dataset promises. Without checks, nothing is validated but that it can be read.")
class Contract:
    version: str
    file: str
    columns: list[Column]
    checks: list[Check]

    @classmethod
    def of(cls, found: contracts.Contract) -> Contract:
        checks = [Check(name=check.name, kind=check.kind, severity=check.severity) for check in found.checks]
        return cls(version=found.version, file=found.file, columns=columns_of(found.columns), checks=checks)


@strawberry.type(description="One partition at a glance: what readers get, and what came last.")
class PartitionOverview:
    key: str
    versions: int
    newest_state: VersionState | None
    reason: str
    due: datetime | None = strawberry.field(
        description="When it is expected. Null: at any time, or never, for a key that the dataset no longer has."
    )
    late: bool = strawberry.field(description="Its first good version came after it was due.")
    current_id: strawberry.Private[str | None]
    newest_id: strawberry.Private[str | None]

    @strawberry.field(description="The last good version; what readers get.")
    async def current(self, info: Info) -> LazyVersion | None:
        return await _version(info, self.current_id)

    @strawberry.field(description="The newest version, good or not.")
    async def newest(self, info: Info) -> LazyVersion | None:
        return await _version(info, self.newest_id)

    @classmethod
    def of(cls, found: entities.PartitionOverview, scheme: PartitionScheme) -> PartitionOverview:
        due = due_of(found, scheme)
        return cls(
            key=found.key,
            due=due,
            late=came_late(found, due),
            versions=found.versions,
            newest_state=found.newest_state,
            reason=found.reason,
            current_id=found.current,
            newest_id=found.newest,
        )


@strawberry.type(description="A thing with a schema and a format. Retired: no longer declared, kept for its history.")
class Dataset(Node):
    namespace: str
    name: str
    format: str
    location: str | None
    partition_every: str | None = strawberry.field(
        description="hour, day, week, month, quarter, year, or list; null: it has no partitions."
    )
    partition_from: str | None = strawberry.field(description="The first partition that exists.")
    partition_timezone: str | None = strawberry.field(
        description="Whose clocks the partitions follow; null: they are no slices of time."
    )
    partition_calendar: str | None = strawberry.field(description="Whose business days alone are partitions.")
    partition_keys: list[str] = strawberry.field(description="The partitions of a list, in their order.")
    expose: str | None
    retention: str | None = strawberry.field(
        description="How long versions stay, such as `versions 30, age 90d`; null: for ever."
    )
    columns: list[Column]
    contract: Contract
    owners: list[str]
    description: str
    tags: list[str]
    scope: str
    retired_at: datetime | None
    scheme: strawberry.Private[PartitionScheme]

    @strawberry.field(description="The current version of the newest partition that has one.")
    async def latest_version(self, info: Info) -> LazyVersion | None:
        return await _version(info, await info.context.load.latest_version.load(self.id))

    @strawberry.field(description="Versions, newest report first.")
    async def versions(
        self, info: Info, partition: str | None = None, first: First = DEFAULT_PAGE, after: After = None
    ) -> Connection[LazyVersion]:
        from app.graphql.versions import version_connection

        return await version_connection(info, self.id, partition=partition, first=first, after=after)

    @strawberry.field(
        description="Partitions of which something is known, newest first; or the gaps: those that should be there by "
        "now and have no good version, newest first, and those of a list in its order."
    )
    async def partitions(
        self, info: Info, gaps: bool = False, first: First = DEFAULT_PAGE, after: After = None
    ) -> Connection[PartitionOverview]:
        cursors = Cursors("gaps" if gaps else "partitions", self.id)
        place = cursors.read(after)
        key = PageKey(self.id, first, place[0] if place else None)
        page = await (self._gaps(info, key) if gaps else info.context.load.partitions.load(key))
        nodes = [PartitionOverview.of(item, self.scheme) for item in page.items]
        return connection(nodes, [cursors.write(item.key) for item in page.items], has_next=page.has_next, after=after)

    async def _gaps(self, info: Info, key: PageKey) -> Page[entities.PartitionOverview]:
        found = await info.context.ask(
            partition_statuses, self.id, self.scheme, gaps=True, first=key.first, after=key.after
        )
        return Page(tuple(status.overview for status in found.items), found.has_next)

    @strawberry.field(description="What contracts declared and what published versions showed, oldest first.")
    async def schema_history(self, info: Info, first: First = DEFAULT_PAGE) -> SchemaHistory:
        return await schema_history(info, self.id, first=first)

    @classmethod
    def of(cls, found: entities.Dataset) -> Dataset:
        return cls(
            id=strawberry.ID(found.id),
            namespace=found.name.namespace,
            name=found.name.name,
            format=found.format,
            location=found.location,
            partition_every=found.partitions.every,
            partition_from=found.partitions.start,
            partition_timezone=found.partitions.timezone if found.partitions.unit else None,
            partition_calendar=found.partitions.calendar.name if found.partitions.calendar else None,
            partition_keys=list(found.partitions.keys),
            scheme=found.partitions,
            expose=found.expose,
            retention=str(found.retention) if found.retention else None,
            columns=columns_of(found.columns),
            contract=Contract.of(found.contract),
            owners=list(found.owners),
            description=found.description,
            tags=list(found.tags),
            scope=found.scope,
            retired_at=found.retired_at,
        )


DatasetResult = Annotated[Dataset | NotFoundError | InvalidInputError, strawberry.union("DatasetResult")]


@strawberry.type
class DatasetQuery:
    @strawberry.field(description="A dataset by any of its names.")
    async def dataset(self, info: Info, namespace: str, name: str) -> DatasetResult:
        return Dataset.of(await info.context.ask(repository.dataset, to_name(namespace, name)))

    @strawberry.field(description="The datasets declared now, by namespace and name.")
    async def datasets(
        self, info: Info, search: Search = None, first: First = DEFAULT_PAGE, after: After = None
    ) -> Connection[Dataset]:
        ask, cursors = info.context.ask, Cursors("datasets", search)
        place = cursors.read(after)
        page = await ask(repository.datasets, search=search, first=first, after=Name(*place) if place else None)
        return connection(
            [Dataset.of(item) for item in page.items],
            [cursors.write(item.name.namespace, item.name.name) for item in page.items],
            has_next=page.has_next,
            after=after,
            count=lambda: ask(repository.count_datasets, search=search),
        )


def columns_of(found: tuple[contracts.Column, ...]) -> list[Column]:
    return [Column(path=c.path, type=c.type, nullable=c.nullable, description=c.description) for c in found]


async def _version(info: Info, version_id: str | None) -> LazyVersion | None:
    from app.graphql.versions import Version

    found = await info.context.load.version.load(version_id) if version_id else None
    return Version.of(found) if found else None
