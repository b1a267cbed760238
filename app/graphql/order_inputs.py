"""What people say to have something run, run again, paused, resumed or cancelled."""

from __future__ import annotations

from enum import Enum

import strawberry

from app.graphql.names import NameInput
from app.orders import Asked, Failed


@strawberry.input(description="A parameter of the jobs that are named; never a secret.")
class ParameterInput:
    name: str
    value: str


@strawberry.input
class RunInput:
    select: list[str] = strawberry.field(
        description="JOB@PARTITION, +JOB with all upstream, JOB+2 with two hops downstream, @FIRST..LAST, tag:NAME …"
    )
    exclude: list[str] = strawberry.field(default_factory=list)
    first: str | None = strawberry.field(default=None, description="With `last`: a backfill of this range.")
    last: str | None = None
    parameters: list[ParameterInput] = strawberry.field(default_factory=list)
    force: bool = strawberry.field(default=False, description="Also what is good already.")
    at_once: int | None = strawberry.field(default=None, description="So many of its runs wait or run at a time.")
    pool: str | None = None
    priority: str | None = strawberry.field(default=None, description="low, normal, high or a number.")
    key: str | None = strawberry.field(default=None, description="The same request under the same key is one order.")
    plan: str | None = strawberry.field(default=None, description="The hash of the plan that was looked at.")
    stop_on_failure: bool = strawberry.field(default=False, description="Pause at the first step that fails.")
    dry_run: bool = False
    reason: str
    by: str = "graphql"

    def asked(self) -> Asked:
        return Asked(
            select=tuple(self.select),
            exclude=tuple(self.exclude),
            first=self.first,
            last=self.last,
            parameters={each.name: each.value for each in self.parameters},
            force=self.force,
            at_once=self.at_once,
            pool=self.pool,
            priority=self.priority,
            key=self.key,
            plan=self.plan,
            stop_on_failure=self.stop_on_failure,
            dry_run=self.dry_run,
            reason=self.reason,
            by=self.by,
        )


@strawberry.input(description="What failed, or is to be started again: a run, or a job with its partition.")
class RestartInput:
    run: strawberry.ID | None = None
    job: NameInput | None = None
    partition: str = strawberry.field(default="", description="Of the job; empty: it has none.")
    at_once: int | None = strawberry.field(default=None, description="So many of its runs wait or run at a time.")
    key: str | None = strawberry.field(default=None, description="The same request under the same key is one order.")
    plan: str | None = strawberry.field(default=None, description="The hash of the plan that was looked at.")
    dry_run: bool = False
    reason: str
    by: str = "graphql"

    def failed(self) -> Failed:
        return Failed(
            run=self.run,
            job=self.job and self.job.to_name(),
            partition=self.partition,
            at_once=self.at_once,
            key=self.key,
            plan=self.plan,
            dry_run=self.dry_run,
            reason=self.reason,
            by=self.by,
        )


@strawberry.enum(description="What is to become of an order.")
class OrderAction(Enum):
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    CANCEL = "CANCEL"


@strawberry.input
class ChangeOrderInput:
    order: strawberry.ID
    action: OrderAction
    reason: str
    by: str = "graphql"
