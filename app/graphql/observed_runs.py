"""Runs that others told of."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from app.graphql.context import Info
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.jobs import Job
from app.graphql.names import NameInput, Node, QualifiedName
from app.graphql.paging import DEFAULT_PAGE, After, Connection, Cursors, First, connection
from app.graphql.told import ToldRun, ToldTest
from graph_model.datasets.repository import dataset as find_dataset
from graph_model.names import job_id
from graph_model.observed import runs
from graph_model.observed.known import raw_facets


@strawberry.enum(
    description="What the events of a run say of it: the first three leave it open, the others end it. LOST: "
    "its end never came, and it is over by evidence."
)
class ObservedRunState(Enum):
    START = "START"
    RUNNING = "RUNNING"
    OTHER = "OTHER"
    COMPLETE = "COMPLETE"
    ABORT = "ABORT"
    FAIL = "FAIL"
    LOST = "LOST"


@strawberry.type(
    description="A run of a job that others ran and told of. It decides nothing; what Headwater runs itself is a Run."
)
class ObservedRun(Node):
    job_name: QualifiedName
    run: str = strawberry.field(description="The id that its client has for it.")
    state: ObservedRunState | None = strawberry.field(description="Null: only the runs that are part of it are known.")
    first_heard: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    nominal_start: datetime | None = strawberry.field(description="The time that it is for, not when it ran.")
    nominal_end: datetime | None
    error: str
    lost_because: str = strawberry.field(description="Why it counts as lost; empty: it does not.")
    gap: str = strawberry.field(description="What its client could not read of it; empty: nothing such was told.")
    inputs: list[QualifiedName]
    outputs: list[QualifiedName]
    root: ToldRun | None = strawberry.field(description="The run that all of it belongs to in the end.")
    parts: int = strawberry.field(description="How many runs are part of it.")
    tags: list[str]
    engine: JSON = strawberry.field(description="What ran it: name and version, and the version of the client.")
    tests: list[ToldTest]
    before: list[QualifiedName] = strawberry.field(description="Jobs that had to end before it.")
    after: list[QualifiedName] = strawberry.field(description="Jobs that start after it.")
    query: str = strawberry.field(description="Id of the query in the system that ran it.")
    warnings: list[str] = strawberry.field(description="What was odd in its events.")
    parent_ids: strawberry.Private[tuple[str, ...]]
    text: strawberry.Private[str]

    @strawberry.field(description="Null: nothing is known of its job.")
    async def job(self, info: Info) -> Job | None:
        found = await info.context.load.job.load(job_id(self.job_name.to_name()))
        return Job.of(found) if found else None

    @strawberry.field(description="The runs that it was told to be part of; one, unless its client says two things.")
    async def parents(self, info: Info) -> list[ObservedRun]:
        found = await info.context.load.observed_run.load_many(list(self.parent_ids))
        return [ObservedRun.of(run) for run in found if run]

    @strawberry.field(description="Facets as they were sent last, those too that nothing is read from.")
    def facets(self) -> JSON:
        return JSON(dict(raw_facets(self.text)))

    @classmethod
    def of(cls, found: runs.ObservedRun) -> ObservedRun:
        told = found.told
        return cls(
            id=strawberry.ID(found.id),
            job_name=QualifiedName.of(found.job),
            run=found.run,
            state=ObservedRunState(found.state) if found.state else None,
            first_heard=found.first,
            started_at=found.started_at,
            ended_at=found.ended_at,
            nominal_start=found.nominal_start,
            nominal_end=found.nominal_end,
            error=found.error,
            lost_because=found.lost_because,
            gap=found.gap,
            inputs=[QualifiedName.of(name) for name in found.inputs],
            outputs=[QualifiedName.of(name) for name in found.outputs],
            root=ToldRun.of(told.root),
            parts=found.parts,
            tags=list(told.tags),
            engine=JSON(dict(told.engine)),
            tests=[ToldTest.of(test) for test in told.tests],
            before=[QualifiedName.of(name) for name in told.before],
            after=[QualifiedName.of(name) for name in told.after],
            query=told.query,
            warnings=list(found.warnings),
            parent_ids=found.parent_ids,
            text=found.facets,
        )


ObservedRunResult = Annotated[ObservedRun | NotFoundError, strawberry.union("ObservedRunResult")]
ObservedRunsResult = Annotated[
    Connection[ObservedRun] | NotFoundError | InvalidInputError, strawberry.union("ObservedRunsResult")
]


@strawberry.type
class ObservedRunQuery:
    @strawberry.field(description="A run that others told of, by its id here.")
    async def observed_run(self, info: Info, id: strawberry.ID) -> ObservedRunResult:
        return ObservedRun.of(await info.context.ask(runs.observed_run, id))

    @strawberry.field(
        description="Runs that others told of, newest first: of a job, of all that read or made a dataset, or those "
        "that are part of another run (by its id)."
    )
    async def observed_runs(
        self,
        info: Info,
        *,
        job: NameInput | None = None,
        dataset: NameInput | None = None,
        part_of: strawberry.ID | None = None,
        state: ObservedRunState | None = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> ObservedRunsResult:
        ask = info.context.ask
        job_key = job_id(job.to_name()) if job else None
        dataset_key = (await ask(find_dataset, dataset.to_name())).id if dataset else None
        cursors = Cursors("observed runs", job_key, dataset_key, part_of, state)
        place = cursors.read(after)
        found = await ask(
            runs.observed_runs,
            job=job_key,
            dataset=dataset_key,
            parent=part_of,
            state=state.value if state else None,
            limit=first + 1,
            after=place[0] if place else None,
        )
        nodes = [ObservedRun.of(item) for item in found[:first]]
        cursors_of = [cursors.write(item.id) for item in found[:first]]
        return connection(nodes, cursors_of, has_next=len(found) > first, after=after)
