"""When a job runs by the clock."""

from __future__ import annotations

import asyncio
from datetime import datetime

import strawberry

from app.graphql.context import Info
from app.graphql.paging import First
from graph_model.names import Name
from graph_model.schedules import listing, repository
from graph_model.schedules.entities import Tick

DEFAULT_TIMES = 10


@strawberry.type(description="One nominal time, and the partitions that it stands for; none: nothing runs then.")
class ScheduledTime:
    at: datetime
    local: str = strawberry.field(description="What the clocks of its rule show then, without an offset.")
    timezone: str
    partitions: list[str]
    note: str = strawberry.field(description="Why it is not when its rule alone would have it; empty: it is.")

    @classmethod
    def of(cls, found: listing.Date) -> ScheduledTime:
        return cls(
            at=found.at,
            local=found.local.isoformat(),
            timezone=found.timezone,
            partitions=list(found.partitions),
            note=found.note,
        )


@strawberry.type(description="A nominal time that came, for one job partition.")
class ScheduleTick:
    partition: str
    nominal: datetime
    state: str = strawberry.field(description="RUN, WAITING, HAD_RUN, NOTHING_THERE or SUPERSEDED.")
    reason: str
    run_id: strawberry.ID | None

    @classmethod
    def of(cls, found: Tick) -> ScheduleTick:
        run = strawberry.ID(found.run) if found.run else None
        return cls(partition=found.partition, nominal=found.nominal, state=found.state, reason=found.reason, run_id=run)


@strawberry.type(description="When a job runs by the clock, as it is declared, and how far that has come.")
class JobSchedule:
    job: strawberry.Private[Name]
    times: strawberry.Private[repository.Times]
    cursor: strawberry.Private[repository.Cursor | None]
    words: str = strawberry.field(description="Its rules in words; empty: it only says not_before.")
    not_before: str = strawberry.field(description="Before when no run of a partition starts; empty: at any time.")
    partition: str | None = strawberry.field(
        description="Which one a nominal time stands for: newest, same, previous N."
    )
    takes: str | None = strawberry.field(description="Whether it waits for its inputs, or takes what_is_there.")
    catch_up: str | None = strawberry.field(description="What becomes of missed times: latest, all or none.")
    most: int | None
    ticked_at: datetime | None = strawberry.field(description="All nominal times up to then are carried out.")
    next_at: datetime | None

    @strawberry.field(description="The next nominal times.")
    async def next(self, first: First = DEFAULT_TIMES) -> list[ScheduledTime]:
        if self.times.schedule is None or self.cursor is None:
            return []
        said = (self.times.schedule, self.times.scheme, self.cursor.now, first)
        return [ScheduledTime.of(date) for date in await asyncio.to_thread(listing.next_dates, *said)]

    @strawberry.field(description="The nominal times that came, newest first.")
    async def ticks(self, info: Info, first: First = DEFAULT_TIMES) -> list[ScheduleTick]:
        return [ScheduleTick.of(tick) for tick in await info.context.ask(repository.ticks, self.job, most=first)]


async def schedule_of(info: Info, job: Name, job_id: str) -> JobSchedule | None:
    """None: neither a schedule nor a time before which nothing starts is declared."""
    times = await info.context.ask(repository.times_of, job)
    if times.schedule is None and times.not_before is None:
        return None
    cursor = (await info.context.ask(repository.cursors, [job_id])).get(job_id)
    said = times.schedule
    return JobSchedule(
        job=job,
        times=times,
        cursor=cursor,
        words=str(said or ""),
        not_before=str(times.not_before or ""),
        partition=said.partition if said else None,
        takes=said.takes if said else None,
        catch_up=said.catch_up if said else None,
        most=said.most if said else None,
        ticked_at=cursor.ticked_at if cursor and said else None,
        next_at=cursor.next_at if cursor and said else None,
    )
