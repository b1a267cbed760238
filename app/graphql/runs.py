"""Runs: one execution of a job partition on one set of input versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import JSON

from app.graphql.context import Info
from app.graphql.enums import RunKind, RunState
from app.graphql.errors import NotFoundError
from app.graphql.loaders import PageKey
from app.graphql.logs import PAGE_BYTES, Log, LogStream, log_of
from app.graphql.names import NameInput, Node, QualifiedName
from app.graphql.paging import DEFAULT_PAGE, After, Connection, Cursors, First, connection
from app.graphql.versions import Version
from graph_model.names import Name, job_id
from graph_model.runs import entities, repository
from graph_model.runs.stuck import stuck

if TYPE_CHECKING:
    from app.graphql.jobs import Job

LazyJob = Annotated["Job", strawberry.lazy("app.graphql.jobs")]


@strawberry.type(description="One try by one worker.")
class Attempt:
    number: int
    worker: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    exit_code: int | None
    reason: str


@strawberry.type(description="One execution. `subject` is the job, or the dataset whose version is validated.")
class Run(Node):
    kind: RunKind
    subject: QualifiedName
    partition: str
    state: RunState
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    not_before: datetime | None = strawberry.field(description="When the next try is due.")
    nominal: datetime | None = strawberry.field(description="The time by the clock that it was made for.")
    missing: list[str] = strawberry.field(description="Inputs that it goes without, as DATASET@PARTITION.")
    fence: int
    attempts: list[Attempt]
    reason: str
    metrics: JSON
    archived: str | None = strawberry.field(
        description="The file of the archive that its attempts, reason and metrics are in; null: they are here."
    )
    input_ids: list[strawberry.ID]
    output_ids: list[strawberry.ID]
    known: strawberry.Private[entities.Run]

    @strawberry.field(description="Null for a validation.")
    async def job(self, info: Info) -> LazyJob | None:
        from app.graphql.jobs import Job

        if self.kind is not RunKind.JOB:
            return None
        found = await info.context.load.job.load(job_id(Name(self.subject.namespace, self.subject.name)))
        return Job.of(found) if found else None

    @strawberry.field(description="The versions that it reads.")
    async def inputs(self, info: Info) -> list[Version]:
        return await _versions(info, self.input_ids)

    @strawberry.field(description="The versions that it wrote.")
    async def outputs(self, info: Info) -> list[Version]:
        return await _versions(info, self.output_ids)

    @strawberry.field(description="What its processes printed, up to now; those of others print elsewhere.")
    async def logs(
        self,
        info: Info,
        *,
        stream: LogStream = LogStream.STDOUT,
        attempt: Annotated[int | None, strawberry.argument(description="Its number; null: the newest.")] = None,
        after: Annotated[str | None, strawberry.argument(description="The cursor of the part before.")] = None,
        bytes: Annotated[int, strawberry.argument(description="How much, at most 1048576.")] = PAGE_BYTES,
    ) -> Log:
        root = info.context.services.storage_root
        return await log_of(self.known, root, stream, attempt=attempt, after=after, most=bytes)

    @classmethod
    def of(cls, found: entities.Run) -> Run:
        return cls(
            id=strawberry.ID(found.id),
            kind=found.kind,
            subject=QualifiedName.of(found.subject),
            partition=found.partition,
            state=found.state,
            created_at=found.created_at,
            started_at=found.started_at,
            ended_at=found.ended_at,
            not_before=found.not_before,
            nominal=found.nominal,
            missing=list(found.missing),
            fence=found.fence,
            attempts=[_attempt(attempt) for attempt in found.attempts],
            reason=found.reason,
            metrics=JSON(dict(found.metrics)),
            archived=found.archived or None,
            input_ids=[strawberry.ID(key) for key in found.inputs],
            output_ids=[strawberry.ID(key) for key in found.outputs],
            known=found,
        )


RunResult = Annotated[Run | NotFoundError, strawberry.union("RunResult")]


@strawberry.type(description="What does not get on.")
class StuckRun:
    run: Run
    why: str = strawberry.field(description="What it waits for, or why it failed, in one sentence.")
    behind: int = strawberry.field(description="So many jobs need what it would make.")


@strawberry.type
class RunQuery:
    @strawberry.field(description="Open runs that have waited long, and failed ones; most waited for first.")
    async def stuck_runs(self, info: Info, first: First = DEFAULT_PAGE) -> list[StuckRun]:
        found = await info.context.ask(stuck, limit=first)
        return [StuckRun(run=Run.of(each.run), why=each.why, behind=each.behind) for each in found]

    @strawberry.field
    async def run(self, info: Info, id: strawberry.ID) -> RunResult:
        return Run.of(await info.context.ask(repository.run, id))

    @strawberry.field(description="Runs, newest first. `openOnly`: those that wait or run.")
    async def runs(
        self,
        info: Info,
        *,
        job: NameInput | None = None,
        state: RunState | None = None,
        open_only: bool = False,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[Run]:
        ask, subject = info.context.ask, job and job.to_name()
        cursors = Cursors("runs", subject, state, open_only)
        place = cursors.read(after)
        found = await ask(
            repository.runs,
            job=subject,
            state=state,
            open_only=open_only,
            limit=first + 1,
            after=place[0] if place else None,
        )
        return connection(
            [Run.of(item) for item in found[:first]],
            [cursors.write(item.id) for item in found[:first]],
            has_next=len(found) > first,
            after=after,
            count=lambda: ask(repository.count_runs, job=subject, state=state, open_only=open_only),
        )


async def run_connection(info: Info, job: str, *, first: int, after: str | None) -> Connection[Run]:
    """One page of the runs of one job; asked for many jobs at once, it costs one question."""
    cursors = Cursors("runs of", job)
    place = cursors.read(after)
    page = await info.context.load.runs.load(PageKey(job, first, place[0] if place else None))
    nodes = [Run.of(item) for item in page.items]
    return connection(nodes, [cursors.write(item.id) for item in page.items], has_next=page.has_next, after=after)


async def _versions(info: Info, ids: Sequence[str]) -> list[Version]:
    found = await info.context.load.version.load_many(list(ids))
    return [Version.of(version) for version in found if version]


def _attempt(found: entities.Attempt) -> Attempt:
    return Attempt(
        number=found.number,
        worker=found.worker,
        started_at=found.started_at,
        ended_at=found.ended_at,
        outcome=found.outcome,
        exit_code=found.exit_code,
        reason=found.reason,
    )
