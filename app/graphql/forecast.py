"""Time: when everything of a business date will be there, and what a delay does to deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import Outlook, StepState
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.names import NameInput, Partition, QualifiedName
from app.services import moment
from graph_model.deadlines import entities
from graph_model.deadlines.delay import Delayed, DelayForecast, forecast_delay
from graph_model.deadlines.forecast import forecast
from graph_model.impact.entities import Delay
from graph_model.store.graph import Graph


@strawberry.type(
    description="When something will be there: by these moments in 5, 50 and 95 of 100 histories. Null: never, by "
    "itself. Unknown not empty: the moments are only the soonest that can be."
)
class Estimate:
    earliest: datetime | None
    likely: datetime | None
    late: datetime | None
    unknown: str

    @classmethod
    def of(cls, found: entities.Estimate) -> Estimate:
        return cls(earliest=found.earliest, likely=found.likely, late=found.late, unknown=found.unknown)


@strawberry.type(description="What is not there yet: a job partition, or a partition that no job here makes.")
class ForecastStep:
    id: strawberry.ID
    name: QualifiedName
    is_job: bool
    partition: str
    state: StepState
    ends: Estimate
    basis: str = strawberry.field(description="What its duration or its arrival rests on.")
    slack_seconds: float | None = strawberry.field(
        description="How much later it may likely be without a deadline being missed. Null: none depends on it."
    )
    slack_late_seconds: float | None = strawberry.field(description="The same, with 95 % certainty.")
    why: str = strawberry.field(description="What blocks it; empty: nothing does.")

    @classmethod
    def of(cls, found: entities.StepForecast) -> ForecastStep:
        return cls(
            id=strawberry.ID(found.id),
            name=QualifiedName.of(found.name),
            is_job=found.is_job,
            partition=found.partition,
            state=found.state,
            ends=Estimate.of(found.ends),
            basis=found.basis,
            slack_seconds=found.slack,
            slack_late_seconds=found.slack_late,
            why=found.why,
        )


@strawberry.type(description="A deadline of a consumer for one business date.")
class DeadlineForecast:
    id: strawberry.ID
    consumer_name: QualifiedName
    consumer_id: strawberry.ID
    date: date
    due: datetime
    outlook: Outlook
    owners: list[str]
    ends: Estimate
    over_seconds: float | None = strawberry.field(
        description="By how much it is likely missed; negative: kept. Null: never there, or not known."
    )
    over_late_seconds: float | None = strawberry.field(description="By how much at 95 %.")
    path: list[strawberry.ID] = strawberry.field(description="The steps that decide, in their order.")
    missing: list[str]
    reason: str

    @classmethod
    def of(cls, found: entities.DeadlineForecast, steps: Sequence[entities.StepForecast]) -> DeadlineForecast:
        return cls(
            id=strawberry.ID(found.id),
            consumer_name=QualifiedName.of(found.consumer),
            consumer_id=strawberry.ID(found.consumer_id),
            date=found.day,
            due=found.due,
            outlook=found.outlook,
            owners=list(found.owners),
            ends=Estimate.of(found.ends),
            over_seconds=found.over,
            over_late_seconds=found.over_late,
            path=[strawberry.ID(steps[at].id) for at in found.path],
            missing=list(found.missing),
            reason=found.reason,
        )


@strawberry.type(description="What is open of a business date, and every deadline for it, the worst first.")
class Forecast:
    date: date
    at: datetime
    deadlines: list[DeadlineForecast]
    steps: list[ForecastStep]
    is_complete: bool
    incomplete_reasons: list[str]
    not_counted: list[str] = strawberry.field(description="What of the estate is left out of account, in words.")

    @classmethod
    def of(cls, found: entities.Forecast) -> Forecast:
        return cls(
            date=found.day,
            at=found.at,
            deadlines=[DeadlineForecast.of(each, found.steps) for each in found.deadlines],
            steps=[ForecastStep.of(each) for each in found.steps],
            is_complete=not found.incomplete,
            incomplete_reasons=list(found.incomplete),
            not_counted=list(found.not_counted),
        )


@strawberry.type(description="A deadline downstream of a delay.")
class DelayedDeadline:
    deadline: DeadlineForecast
    without: Outlook = strawberry.field(description="Its outlook were there no delay.")
    later_seconds: float | None = strawberry.field(description="By how much the delay makes its data later, likely.")

    @classmethod
    def of(cls, found: Delayed, steps: Sequence[entities.StepForecast]) -> DelayedDeadline:
        deadline = DeadlineForecast.of(found.deadline, steps)
        return cls(deadline=deadline, without=found.without, later_seconds=found.later)


@strawberry.type(description="What a delay does to deadlines. Verdicts on everybody downstream: impact.")
class DelayForecastAnswer:
    at: datetime = strawberry.field(description="The moment that it is looked at from.")
    deadlines: list[DelayedDeadline]
    steps: list[ForecastStep]
    taken: list[str] = strawberry.field(description="What nothing is known of, and is taken to be in time.")
    not_counted: list[str] = strawberry.field(description="What of the estate is left out of account, in words.")

    @classmethod
    def of(cls, found: DelayForecast) -> DelayForecastAnswer:
        steps = found.forecast.steps
        return cls(
            at=found.at,
            deadlines=[DelayedDeadline.of(each, steps) for each in found.deadlines],
            steps=[ForecastStep.of(each) for each in steps],
            taken=list(found.taken),
            not_counted=list(found.forecast.not_counted),
        )


DelayForecastResult = Annotated[
    DelayForecastAnswer | NotFoundError | InvalidInputError, strawberry.union("DelayForecastResult")
]


def _delay(graph: Graph, delay: Delay) -> DelayForecast:
    return forecast_delay(graph, [delay])


@strawberry.type
class ForecastQuery:
    @strawberry.field(description="When what is not there yet of a business date will be there.")
    async def forecast(self, info: Info, date: date) -> Forecast:
        return Forecast.of(await info.context.ask(forecast, date))

    @strawberry.field(description="Which deadlines break when a partition is there no sooner than a moment.")
    async def forecast_delay(
        self, info: Info, dataset: NameInput, until: datetime, partition: Partition = ""
    ) -> DelayForecastResult:
        at = moment(until, field="until") or until
        return DelayForecastAnswer.of(await info.context.ask(_delay, Delay(dataset.to_name(), partition, at)))
