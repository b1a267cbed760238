"""Consumers: dashboards, feeds, applications, models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.datasets import Dataset
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.names import Node, QualifiedName, Search, to_name
from app.graphql.paging import DEFAULT_PAGE, After, Connection, Cursors, First, connection
from graph_model.consumers import entities, repository
from graph_model.names import Name


@strawberry.type(description="By which local time of the day after a partition it must be there.")
class Deadline:
    by: str
    timezone: str


@strawberry.type(description="What a consumer reads. No columns: which ones is not known.")
class ConsumerRead:
    dataset_name: QualifiedName
    columns: list[str]
    by: str = strawberry.field(
        description="How it takes the columns: by name, by position, or exact, so that it refuses others."
    )

    @strawberry.field
    async def dataset(self, info: Info) -> Dataset | None:
        name = Name(self.dataset_name.namespace, self.dataset_name.name)
        found = await info.context.load.dataset_named.load(name)
        return Dataset.of(found) if found else None


@strawberry.type(
    description="Anything downstream that is not a job. Retired: no longer declared, kept for its history."
)
class Consumer(Node):
    namespace: str
    name: str
    kind: str
    reads: list[ConsumerRead]
    owners: list[str]
    deadline: Deadline | None
    description: str
    scope: str
    retired_at: datetime | None

    @classmethod
    def of(cls, found: entities.Consumer) -> Consumer:
        reads = [
            ConsumerRead(dataset_name=QualifiedName.of(read.dataset), columns=list(read.columns), by=read.by)
            for read in found.reads
        ]
        deadline = found.deadline and Deadline(by=found.deadline.by, timezone=found.deadline.timezone)
        return cls(
            id=strawberry.ID(found.id),
            namespace=found.name.namespace,
            name=found.name.name,
            kind=found.kind,
            reads=reads,
            owners=list(found.owners),
            deadline=deadline,
            description=found.description,
            scope=found.scope,
            retired_at=found.retired_at,
        )


ConsumerResult = Annotated[Consumer | NotFoundError | InvalidInputError, strawberry.union("ConsumerResult")]


@strawberry.type
class ConsumerQuery:
    @strawberry.field
    async def consumer(self, info: Info, namespace: str, name: str) -> ConsumerResult:
        return Consumer.of(await info.context.ask(repository.consumer, to_name(namespace, name)))

    @strawberry.field(description="The consumers declared now, by namespace and name.")
    async def consumers(
        self, info: Info, search: Search = None, first: First = DEFAULT_PAGE, after: After = None
    ) -> Connection[Consumer]:
        ask, cursors = info.context.ask, Cursors("consumers", search)
        place = cursors.read(after)
        page = await ask(repository.consumers, search=search, first=first, after=Name(*place) if place else None)
        return connection(
            [Consumer.of(item) for item in page.items],
            [cursors.write(item.name.namespace, item.name.name) for item in page.items],
            has_next=page.has_next,
            after=after,
            count=lambda: ask(repository.count_consumers, search=search),
        )
