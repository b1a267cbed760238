"""Datasets: what is declared, and what is there now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import JSON

from app.graphql.arrivals import Arrival, arrival_of
from app.graphql.checks import DatasetCheck, checks_of
from app.graphql.context import Info
from app.graphql.dataset_contracts import Column, Contract, columns_of
from app.graphql.dataset_names import DatasetNames, dataset_names
from app.graphql.enums import VersionState
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.loaders import PageKey
from app.graphql.names import Node, Search, to_name
from app.graphql.observed import UnplacedRun, unplaced_runs_of
from app.graphql.paging import DEFAULT_PAGE, After, Connection, Cursors, First, connection
from app.graphql.schemas import SchemaHistory, schema_history
from app.graphql.told import ToldOfDataset
from graph_model.contracts import entities as contracts
from graph_model.datasets import entities, repository
from graph_model.names import Name
from graph_model.pages import Page
from graph_model.partitions.rules import PartitionScheme
from graph_model.partitions.status import came_late, due_of, partition_statuses

if TYPE_CHECKING:
    from app.graphql.versions import Version

LazyVersion = Annotated["Version", strawberry.lazy("app.graphql.versions")]


@strawberry.type(description="A note about a dataset: text, number or truth value, as JSON.")
class Property:
    name: str
    value: JSON


@strawberry.input(description="Which datasets are meant; what is left out does not matter.")
class DatasetFilter:
    namespace: str = ""
    format: str = ""
    owner: str = ""
    tag: str = ""
    domain: str = ""
    tier: str = ""
    kind: str = strawberry.field(default="", description="As others tell it: TABLE, VIEW, FILE, TOPIC …")
    within: str = strawberry.field(default="", description="As others tell it: the name of its database, its schema …")

    def to_filters(self, search: str | None) -> entities.Filters:
        return entities.Filters(
            search or "",
            self.namespace,
            self.format,
            self.owner,
            self.tag,
            self.domain,
            self.tier,
            self.kind,
            self.within,
        )


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
    observed: str | None = strawberry.field(
        description="What a complete run of others does with it, such as `publishes by subset`; null: nothing."
    )
    columns: list[Column]
    contract: Contract
    owners: list[str]
    description: str
    tags: list[str]
    classification: str = strawberry.field(description="How freely it may be shown; empty: nobody said.")
    domain: str
    tier: str
    properties: list[Property] = strawberry.field(description="What its people noted besides, by name.")
    scope: str
    retired_at: datetime | None
    told: ToldOfDataset | None = strawberry.field(description="What others tell of it; null: nothing.")
    told_checks: strawberry.Private[tuple[tuple[str, str], ...]]
    scheme: strawberry.Private[PartitionScheme]
    promised: strawberry.Private[tuple[contracts.Check, ...]]

    @strawberry.field(description="How it is watched for data that nobody reports; null: it is not.")
    async def arrival(self, info: Info) -> Arrival | None:
        return await arrival_of(info, self.id)

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

    @strawberry.field(description="Under which names it is known, and where each is from.")
    async def known_names(self, info: Info) -> DatasetNames:
        return await dataset_names(info, self.id)

    @strawberry.field(
        description="Complete runs that others told of and that published nothing of it, because they do not say "
        "clearly which partition they wrote; newest first."
    )
    async def unplaced_runs(self, info: Info, first: First = DEFAULT_PAGE) -> list[UnplacedRun]:
        return await unplaced_runs_of(info, self.id, first=first)

    @strawberry.field(description="Its checks, those of the contract first, each with its history.")
    async def checks(self, info: Info) -> list[DatasetCheck]:
        return await checks_of(info, self.id, self.promised, self.told_checks)

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
            promised=found.contract.checks,
            expose=found.expose,
            retention=str(found.retention) if found.retention else None,
            observed=str(found.observed) if found.observed else None,
            columns=columns_of(found.columns),
            contract=Contract.of(found),
            owners=list(found.owners),
            description=found.description,
            tags=list(found.tags),
            classification=found.classification,
            domain=found.domain,
            tier=found.tier,
            properties=[Property(name=name, value=value) for name, value in sorted(found.properties.items())],
            scope=found.scope,
            retired_at=found.retired_at,
            told=ToldOfDataset.of(found.told, found.facets) if found.told else None,
            told_checks=found.told.checks if found.told else (),
        )


DatasetResult = Annotated[Dataset | NotFoundError | InvalidInputError, strawberry.union("DatasetResult")]


@strawberry.type
class DatasetQuery:
    @strawberry.field(description="A dataset by any of its names.")
    async def dataset(self, info: Info, namespace: str, name: str) -> DatasetResult:
        return Dataset.of(await info.context.ask(repository.dataset, to_name(namespace, name)))

    @strawberry.field(description="The datasets declared now, by namespace and name.")
    async def datasets(
        self,
        info: Info,
        search: Search = None,
        filter: DatasetFilter | None = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[Dataset]:
        ask, filters = info.context.ask, (filter or DatasetFilter()).to_filters(search)
        cursors = Cursors("datasets", filters)
        place = cursors.read(after)
        page = await ask(repository.datasets, filters, first=first, after=Name(*place) if place else None)
        return connection(
            [Dataset.of(item) for item in page.items],
            [cursors.write(item.name.namespace, item.name.name) for item in page.items],
            has_next=page.has_next,
            after=after,
            count=lambda: ask(repository.count_datasets, filters),
        )


async def _version(info: Info, version_id: str | None) -> LazyVersion | None:
    from app.graphql.versions import Version

    found = await info.context.load.version.load(version_id) if version_id else None
    return Version.of(found) if found else None
