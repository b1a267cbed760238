"""What people order to run: plans, orders, and how far they have come."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import OrderOrigin, OrderState, ReplayStepState
from app.graphql.errors import InvalidInputError, NotFoundError, RefusedError
from app.graphql.names import QualifiedName
from app.graphql.order_inputs import ChangeOrderInput, OrderAction, RestartInput, RunInput
from app.graphql.paging import DEFAULT_PAGE, After, Connection, Cursors, First, connection, not_a_cursor
from app.orders import give, give_again
from graph_model.orders import control, entities, progress
from graph_model.orders.start import Ordered

MOST_SHOWN = 500


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


@strawberry.type(description="One step of an order: a job partition. `run`: the one that it was given.")
class OrderStep:
    id: strawberry.ID
    job_name: QualifiedName
    partition: str
    place: int = strawberry.field(description="From 1, in the order in which steps have their turn.")
    state: ReplayStepState
    why: str
    run_id: strawberry.ID | None

    @classmethod
    def of(cls, found: progress.OrderStep) -> OrderStep:
        return cls(
            id=strawberry.ID(found.id),
            job_name=QualifiedName.of(found.job),
            partition=found.partition,
            place=found.place,
            state=found.state,
            why=found.why,
            run_id=strawberry.ID(found.run) if found.run else None,
        )


@strawberry.type(description="When an order will be done, as far as that can be said.")
class OrderForecast:
    per_hour: float | None = strawberry.field(description="Steps that end in an hour now; null: none has lately.")
    expected_end: datetime | None = strawberry.field(description="Null: nothing can be said.")
    basis: str = strawberry.field(description="What the end rests on, in words.")


@strawberry.type(description="A parameter that the jobs that were named are given.")
class OrderParameter:
    name: str
    value: str


@strawberry.type(description="How the runs of an order are made.")
class OrderTerms:
    force: bool = strawberry.field(description="Also what is good already runs.")
    at_once: int = strawberry.field(description="So many of its runs wait or run at a time.")
    pool: str | None = strawberry.field(description="Null: the pools of each job.")
    priority: int | None = strawberry.field(description="Null: that of each job.")
    background: bool = strawberry.field(description="Its runs are claimed only when nothing else waits.")
    stop_on_failure: bool
    parameters: list[OrderParameter]

    @classmethod
    def of(cls, terms: entities.Terms) -> OrderTerms:
        return cls(
            force=terms.force,
            at_once=terms.at_once,
            pool=terms.pool,
            priority=terms.priority,
            background=terms.background,
            stop_on_failure=terms.stop_on_failure,
            parameters=[OrderParameter(name=name, value=str(value)) for name, value in terms.parameters.items()],
        )


@strawberry.type(description="What somebody ordered to run.")
class Order:
    id: strawberry.ID
    origin: OrderOrigin
    state: OrderState
    selection: str
    note: str = strawberry.field(description="Why it stands still; empty: it does not.")
    plan: str = strawberry.field(description="The hash of the plan that it came of.")
    terms: OrderTerms
    total: int
    left: int
    in_line: int = strawberry.field(description="So many of those that are left have had no turn yet.")
    failed: int
    counts: list[OrderCount] = strawberry.field(description="Of the steps that have had their turn.")
    by: str
    reason: str
    created_at: datetime
    ended_at: datetime | None
    known: strawberry.Private[entities.Order]

    @strawberry.field(description="When it will be done, as far as that can be said.")
    async def forecast(self, info: Info) -> OrderForecast:
        found = await info.context.ask(progress.forecast, self.known)
        return OrderForecast(per_hour=found.per_hour, expected_end=found.expected_end, basis=found.basis)

    @strawberry.field(description="Its steps, in their order; `states` left out: those that are not over.")
    async def steps(
        self,
        info: Info,
        states: list[ReplayStepState] | None = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[OrderStep]:
        wanted = entities.STILL if states is None else tuple(states)
        cursors = Cursors("steps of", self.id, sorted(wanted))
        place = _place(cursors.read(after))
        found = await info.context.ask(progress.steps, self.id, wanted, limit=first + 1, after=place)
        return connection(
            [OrderStep.of(step) for step in found[:first]],
            [cursors.write(str(step.place)) for step in found[:first]],
            has_next=len(found) > first,
            after=after,
        )

    @classmethod
    def of(cls, found: entities.Order) -> Order:
        return cls(
            id=strawberry.ID(found.id),
            origin=found.origin,
            state=found.state,
            selection=found.selection,
            note=found.note,
            plan=found.plan,
            terms=OrderTerms.of(found.terms),
            total=found.total,
            left=found.left,
            in_line=found.in_line,
            failed=found.failed,
            counts=[OrderCount(state=str(state), count=count) for state, count in sorted(found.counts.items())],
            by=found.by,
            reason=found.reason,
            created_at=found.created_at,
            ended_at=found.ended_at,
            known=found,
        )


@strawberry.type(description="`order` null: a dry run, or nothing had to run. `created` false: it was there already.")
class RunPayload:
    order: Order | None
    created: bool
    plan: OrderPlan | None
    runs: list[strawberry.ID] = strawberry.field(description="Those that were made ready at once.")


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

    @strawberry.field(description="Orders, newest first. `openOnly`: those that are not over.")
    async def orders(
        self,
        info: Info,
        *,
        origin: OrderOrigin | None = None,
        open_only: bool = False,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[Order]:
        ask = info.context.ask
        cursors = Cursors("orders", origin, open_only)
        place = cursors.read(after)
        found = await ask(
            progress.orders, origin=origin, open_only=open_only, limit=first + 1, after=place[0] if place else None
        )
        return connection(
            [Order.of(item) for item in found[:first]],
            [cursors.write(item.id) for item in found[:first]],
            has_next=len(found) > first,
            after=after,
            count=lambda: ask(progress.count_orders, origin=origin, open_only=open_only),
        )


@strawberry.type
class OrderMutation:
    @strawberry.mutation(description="Runs jobs in the order in which they need each other; a dry run only plans.")
    async def run(self, info: Info, input: RunInput) -> RunOrderedResult:
        done, runs = await info.context.ask(give, input.asked())
        return await _payload(info, done, runs)

    @strawberry.mutation(description="Starts again from what failed: it, and all behind it that comes out differently.")
    async def restart(self, info: Info, input: RestartInput) -> RunOrderedResult:
        done, runs = await info.context.ask(give_again, input.failed())
        return await _payload(info, done, runs)

    @strawberry.mutation(description="Pauses, resumes or cancels an order; runs that were made go on.")
    async def change_order(self, info: Info, input: ChangeOrderInput) -> ChangeOrderResult:
        done = await info.context.ask(_ACTIONS[input.action], input.order, by=input.by, reason=input.reason)
        return ChangeOrderPayload(order=Order.of(await info.context.ask(progress.order, done.order)), was=done.was)


def _place(cursor: tuple[str, ...] | None) -> int:
    """Raises InvalidInput."""
    try:
        return int(cursor[0]) if cursor else 0
    except ValueError:
        raise not_a_cursor() from None


async def _payload(info: Info, done: Ordered, runs: tuple[str, ...]) -> RunPayload:
    rung = await info.context.ring(runs)
    found = await info.context.ask(progress.order, done.order) if done.order else None
    return RunPayload(
        order=Order.of(found) if found else None,
        created=done.created,
        plan=OrderPlan.of(done.plan) if done.plan else None,
        runs=rung,
    )
