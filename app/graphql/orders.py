"""What people order to run: plans, orders, and how far they have come."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import OrderOrigin, OrderState
from app.graphql.errors import InvalidInputError, NotFoundError, RefusedError
from app.graphql.names import QualifiedName
from app.orders import Asked, give
from graph_model.orders import control, entities, progress
from graph_model.orders.start import Ordered

MOST_SHOWN = 500


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
            dry_run=self.dry_run,
            reason=self.reason,
            by=self.by,
        )


@strawberry.type(description="A job partition that would run, or why it would not.")
class OrderTask:
    job_name: QualifiedName
    partition: str
    cause: str = strawberry.field(description="NEW, CODE, INPUT …; of what does not run UNCHANGED or NOT_READY.")
    why: str
    held: str = strawberry.field(description="By whom and why; empty: it is not held.")

    @classmethod
    def of(cls, found: entities.Task) -> OrderTask:
        return cls(
            job_name=QualifiedName.of(found.job),
            partition=found.partition,
            cause=str(found.cause),
            why=found.why,
            held=found.held,
        )

    @classmethod
    def out(cls, found: entities.LeftOut) -> OrderTask:
        return cls(
            job_name=QualifiedName.of(found.job),
            partition=found.partition,
            cause=str(found.obstacle),
            why=found.why,
            held="",
        )


@strawberry.type(description="What an order would run, in its order, and what of the selection it would not.")
class OrderPlan:
    hash: str
    total: int
    tasks: list[OrderTask] = strawberry.field(description="The first 500.")
    left_out_total: int
    left_out: list[OrderTask] = strawberry.field(description="The first 500.")

    @classmethod
    def of(cls, plan: entities.OrderPlan) -> OrderPlan:
        return cls(
            hash=plan.hash,
            total=len(plan.tasks),
            tasks=[OrderTask.of(task) for task in plan.tasks[:MOST_SHOWN]],
            left_out_total=len(plan.left_out),
            left_out=[OrderTask.out(one) for one in plan.left_out[:MOST_SHOWN]],
        )


@strawberry.type(description="How many steps are in a state.")
class OrderCount:
    state: str
    count: int


@strawberry.type(description="What somebody ordered to run.")
class Order:
    id: strawberry.ID
    origin: OrderOrigin
    state: OrderState
    selection: str
    note: str = strawberry.field(description="Why it stands still; empty: it does not.")
    total: int
    left: int
    failed: int
    counts: list[OrderCount]
    by: str
    reason: str
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, found: entities.Order) -> Order:
        return cls(
            id=strawberry.ID(found.id),
            origin=found.origin,
            state=found.state,
            selection=found.selection,
            note=found.note,
            total=found.total,
            left=found.left,
            failed=found.failed,
            counts=[OrderCount(state=str(state), count=count) for state, count in sorted(found.counts.items())],
            by=found.by,
            reason=found.reason,
            created_at=found.created_at,
            ended_at=found.ended_at,
        )


@strawberry.type(description="`order` null: a dry run, or nothing had to run. `created` false: it was there already.")
class RunPayload:
    order: Order | None
    created: bool
    plan: OrderPlan | None
    runs: list[strawberry.ID] = strawberry.field(description="Those that were made ready at once.")


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


@strawberry.type
class ChangeOrderPayload:
    order: Order
    was: OrderState = strawberry.field(description="The state before; the same: nothing changed.")


OrderResult = Annotated[Order | NotFoundError, strawberry.union("OrderResult")]
RunOrderedResult = Annotated[
    RunPayload | NotFoundError | RefusedError | InvalidInputError, strawberry.union("RunOrderedResult")
]
ChangeOrderResult = Annotated[ChangeOrderPayload | NotFoundError | RefusedError, strawberry.union("ChangeOrderResult")]
_ACTIONS = {
    OrderAction.PAUSE: control.pause,
    OrderAction.RESUME: control.resume,
    OrderAction.CANCEL: control.cancel,
}


@strawberry.type
class OrderQuery:
    @strawberry.field(description="An order, and how far it has come.")
    async def order(self, info: Info, id: strawberry.ID) -> OrderResult:
        return Order.of(await info.context.ask(progress.order, id))


@strawberry.type
class OrderMutation:
    @strawberry.mutation(description="Runs jobs in the order in which they need each other; a dry run only plans.")
    async def run(self, info: Info, input: RunInput) -> RunOrderedResult:
        done, runs = await info.context.ask(give, input.asked())
        return await _payload(info, done, runs)

    @strawberry.mutation(description="Pauses, resumes or cancels an order; runs that were made go on.")
    async def change_order(self, info: Info, input: ChangeOrderInput) -> ChangeOrderResult:
        done = await info.context.ask(_ACTIONS[input.action], input.order, by=input.by, reason=input.reason)
        return ChangeOrderPayload(order=Order.of(await info.context.ask(progress.order, done.order)), was=done.was)


async def _payload(info: Info, done: Ordered, runs: tuple[str, ...]) -> RunPayload:
    rung = await info.context.ring(runs)
    found = await info.context.ask(progress.order, done.order) if done.order else None
    return RunPayload(
        order=Order.of(found) if found else None,
        created=done.created,
        plan=OrderPlan.of(done.plan) if done.plan else None,
        runs=rung,
    )
