"""Jobs: what they read, what they produce, how they ran."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.datasets import Dataset
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.names import Node, QualifiedName, Search, to_name
from app.graphql.paging import DEFAULT_PAGE, After, Connection, Cursors, First, connection
from app.graphql.runs import Run, run_connection
from app.graphql.schedules import JobSchedule, schedule_of
from app.graphql.told import ToldOfJob
from graph_model.estate.entities import InputSpec
from graph_model.jobs import entities, repository
from graph_model.names import Name


@strawberry.type(description="Which partitions of a dataset a job needs, and what a corrected one does.")
class JobInput:
    dataset_name: QualifiedName
    mapping: str
    required: bool
    correction: str
    by: str = strawberry.field(
        description="How it takes the columns: by name, by position, or exact, so that it refuses others."
    )

    @strawberry.field
    async def dataset(self, info: Info) -> Dataset | None:
        return await _dataset(info, self.dataset_name)

    @classmethod
    def of(cls, found: InputSpec) -> JobInput:
        return cls(
            dataset_name=QualifiedName.of(found.dataset),
            mapping=str(found.mapping),
            required=found.required,
            correction=found.correction,
            by=found.by,
        )


@strawberry.type(description="A dataset that a job produces.")
class JobOutput:
    dataset_name: QualifiedName

    @strawberry.field
    async def dataset(self, info: Info) -> Dataset | None:
        return await _dataset(info, self.dataset_name)


@strawberry.input(description="Which jobs are meant; what is left out does not matter.")
class JobFilter:
    owner: str = ""
    tag: str = ""
    integration: str = strawberry.field(default="", description="As others tell it: SPARK, DBT, AIRFLOW …")
    processing: str = strawberry.field(default="", description="As others tell it: BATCH, STREAMING or SERVICE.")

    def to_filters(self, search: str | None) -> entities.JobFilters:
        return entities.JobFilters(search or "", self.integration, self.processing, self.tag, self.owner)


@strawberry.type(description="Reads datasets, produces datasets. Retired: no longer declared, kept for its history.")
class Job(Node):
    namespace: str
    name: str
    kind: str
    partition_every: str | None
    partition_from: str | None
    inputs: list[JobInput]
    outputs: list[JobOutput]
    retries: int
    timeout_seconds: float
    priority: int
    owners: list[str]
    description: str
    tags: list[str]
    columns_known: bool = strawberry.field(description="False: nobody could read which columns it uses.")
    unresolved: list[str]
    definition_hash: str
    scope: str
    retired_at: datetime | None
    told: ToldOfJob | None = strawberry.field(description="What others tell of it; null: nothing.")
    parents: list[QualifiedName] = strawberry.field(description="Jobs of whose runs its runs were seen to be part.")
    parts: list[QualifiedName] = strawberry.field(description="Jobs whose runs were seen to be part of its runs.")

    @strawberry.field(description="Its runs, newest first.")
    async def runs(self, info: Info, first: First = DEFAULT_PAGE, after: After = None) -> Connection[Run]:
        return await run_connection(info, self.id, first=first, after=after)

    @strawberry.field(description="When it runs by the clock; null: the clock does not matter.")
    async def schedule(self, info: Info) -> JobSchedule | None:
        if self.retired_at is not None or not self.definition_hash:
            return None
        return await schedule_of(info, Name(self.namespace, self.name), self.id)

    @classmethod
    def of(cls, found: entities.Job) -> Job:
        return cls(
            id=strawberry.ID(found.id),
            namespace=found.name.namespace,
            name=found.name.name,
            kind=found.kind,
            partition_every=found.partitions.every,
            partition_from=found.partitions.start,
            inputs=[JobInput.of(item) for item in found.inputs],
            outputs=[JobOutput(dataset_name=QualifiedName.of(name)) for name in found.outputs],
            retries=found.retries,
            timeout_seconds=found.timeout_seconds,
            priority=found.priority,
            owners=list(found.owners),
            description=found.description,
            tags=list(found.tags),
            columns_known=found.columns_known,
            unresolved=list(found.unresolved),
            definition_hash=found.definition_hash,
            scope=found.scope,
            retired_at=found.retired_at,
            told=ToldOfJob.of(found.told, found.facets) if found.told else None,
            parents=[QualifiedName.of(name) for name in found.parents],
            parts=[QualifiedName.of(name) for name in found.parts],
        )


JobResult = Annotated[Job | NotFoundError | InvalidInputError, strawberry.union("JobResult")]


@strawberry.type
class JobQuery:
    @strawberry.field
    async def job(self, info: Info, namespace: str, name: str) -> JobResult:
        return Job.of(await info.context.ask(repository.job, to_name(namespace, name)))

    @strawberry.field(description="The jobs declared now, by namespace and name.")
    async def jobs(
        self,
        info: Info,
        search: Search = None,
        filter: JobFilter | None = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[Job]:
        ask, filters = info.context.ask, (filter or JobFilter()).to_filters(search)
        cursors = Cursors("jobs", filters)
        place = cursors.read(after)
        page = await ask(repository.jobs, filters, first=first, after=Name(*place) if place else None)
        return connection(
            [Job.of(item) for item in page.items],
            [cursors.write(item.name.namespace, item.name.name) for item in page.items],
            has_next=page.has_next,
            after=after,
            count=lambda: ask(repository.count_jobs, filters),
        )


async def _dataset(info: Info, name: QualifiedName) -> Dataset | None:
    found = await info.context.load.dataset_named.load(Name(name.namespace, name.name))
    return Dataset.of(found) if found else None
