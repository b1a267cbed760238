"""Registering a dataset without an estate file, and taking that back."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from app.graphql.context import Info
from app.graphql.datasets import Dataset
from app.graphql.errors import InvalidInputError, NotFoundError, RefusedError
from app.graphql.impact import Affected
from app.graphql.names import NameInput, QualifiedName
from connectors.sql.binding import rebind
from graph_model.datasets import repository
from graph_model.datasets.register import Allowed, Registration, plan_registration, register, unregister
from graph_model.estate import diff
from graph_model.estate.plan import Plan
from graph_model.names import Name


@strawberry.input(description="How a dataset is sliced: by a rhythm, or by a list of keys.")
class PartitionInput:
    every: str | None = strawberry.field(default=None, description="hour, day, week, month, quarter or year.")
    keys: list[str] | None = strawberry.field(default=None, description="Instead: the partitions by name, in order.")
    start: str | None = strawberry.field(default=None, name="from", description="The first partition.")
    timezone: str | None = None
    calendar: list[str] | None = strawberry.field(default=None, description="Dates that are no business days.")
    due_after: str | None = strawberry.field(default=None, description="30s, 10m, 2h or 1d.")

    def to_words(self) -> dict[str, Any]:
        return _without_unset(
            {
                "every": self.every,
                "keys": self.keys,
                "from": self.start,
                "timezone": self.timezone,
                "calendar": self.calendar,
                "due_after": self.due_after,
            }
        )


@strawberry.input(description="A note about a dataset: a text, a number, true or false.")
class PropertyInput:
    name: str
    value: JSON


@strawberry.input(
    description="A whole dataset, in the words of an estate file. Registering it again changes it into this: "
    "what is left out is taken away."
)
class RegisterDatasetInput:
    name: NameInput
    format: str
    location: str | None = strawberry.field(default=None, description="{date} or {partition} stands for the partition.")
    names: list[str] | None = strawberry.field(
        default=None, description="What other systems call it, each as `NAMESPACE NAME`."
    )
    url: str | None = strawberry.field(default=None, description="Of a table: the address of its database.")
    table: str | None = None
    options: JSON | None = strawberry.field(default=None, description="What the format needs, as an object.")
    partition: PartitionInput | None = None
    owners: list[str] | None = None
    description: str | None = None
    tags: list[str] | None = None
    classification: str | None = None
    domain: str | None = None
    tier: str | None = None
    properties: list[PropertyInput] | None = None
    expose: str | None = None
    compatibility: JSON | None = strawberry.field(
        default=None, description="backward, forward, full or none; or an object with mode, columns and on_violation."
    )
    retention: JSON | None = strawberry.field(
        default=None, description="A length of time such as 90d, or an object of rules: versions, age, and so on."
    )
    observed: JSON | None = strawberry.field(
        default=None,
        description="Whether what others tell of it publishes: an object with publish, partition and dimension.",
    )
    contract: str | None = strawberry.field(default=None, description="The text of a contract of ODCS v3.")
    accept_breaks: list[str] | None = strawberry.field(default=None, description="Whom it may break, by name.")
    plan_hash: str | None = strawberry.field(default=None, description="Only if this is still the plan.")
    dry_run: bool = strawberry.field(default=False, description="Only plan it.")
    by: str = "graphql"

    def to_registration(self) -> Registration:
        properties = {one.name: one.value for one in self.properties} if self.properties else None
        words = _without_unset(
            {
                "format": self.format,
                "location": self.location,
                "names": self.names,
                "url": self.url,
                "table": self.table,
                "options": self.options,
                "partition": self.partition.to_words() if self.partition else None,
                "owners": self.owners,
                "description": self.description,
                "tags": self.tags,
                "classification": self.classification,
                "domain": self.domain,
                "tier": self.tier,
                "properties": properties,
                "expose": self.expose,
                "compatibility": self.compatibility,
                "retention": self.retention,
                "observed": self.observed,
            }
        )
        return Registration(self.name.to_name(), words, self.contract or "")


@strawberry.input
class UnregisterDatasetInput:
    name: NameInput
    accept_breaks: list[str] | None = strawberry.field(default=None, description="Whom it may break, by name.")
    by: str = "graphql"


@strawberry.type(description="One thing that a plan changes, and what in words.")
class PlannedChange:
    action: str = strawberry.field(description="create, update or retire.")
    kind: str
    name: QualifiedName
    detail: str

    @classmethod
    def of(cls, found: diff.PlannedChange) -> PlannedChange:
        return cls(action=found.action, kind=found.kind, name=QualifiedName.of(found.name), detail=found.detail)


@strawberry.type(
    description="What changes, and everybody downstream of what is taken away. No change: it was so before."
)
class RegistrationPayload:
    applied: bool
    plan_hash: str
    changes: list[PlannedChange]
    impact: list[Affected]
    incomplete_reasons: list[str] = strawberry.field(description="Empty: the impact was followed to its end.")
    dataset: Dataset | None = strawberry.field(description="As it is now; null: there is none of this name yet.")


RegisterDatasetResult = Annotated[
    RegistrationPayload | InvalidInputError | RefusedError, strawberry.union("RegisterDatasetResult")
]
UnregisterDatasetResult = Annotated[
    RegistrationPayload | NotFoundError | RefusedError | InvalidInputError, strawberry.union("UnregisterDatasetResult")
]


@strawberry.type
class RegistrationMutation:
    @strawberry.mutation(
        description="Declares a dataset without an estate file, under the rules and with the audit of one. Refused "
        "when it would break somebody who is not accepted by name, or when an estate file declares the dataset."
    )
    async def register_dataset(self, info: Info, input: RegisterDatasetInput) -> RegisterDatasetResult:
        registration = input.to_registration()
        allowed = Allowed(input.by, input.accept_breaks or (), input.plan_hash)
        if input.dry_run:
            planned = await info.context.ask(plan_registration, registration, rebind=rebind)
        else:
            planned = await info.context.ask(register, registration, allowed, rebind=rebind)
        return await _payload(info, planned, registration.name, applied=not input.dry_run)

    @strawberry.mutation(description="Retires a dataset that was registered so; it stays, with its history.")
    async def unregister_dataset(self, info: Info, input: UnregisterDatasetInput) -> UnregisterDatasetResult:
        allowed = Allowed(input.by, input.accept_breaks or ())
        planned = await info.context.ask(unregister, input.name.to_name(), allowed, rebind=rebind)
        return await _payload(info, planned, input.name.to_name(), applied=True)


async def _payload(info: Info, planned: Plan, name: Name, *, applied: bool) -> RegistrationPayload:
    found = (await info.context.ask(repository.datasets_by_name, [name])).get(name)
    return RegistrationPayload(
        applied=applied,
        plan_hash=planned.hash,
        changes=[PlannedChange.of(change) for change in planned.changes],
        impact=[Affected.of(affected) for affected in planned.impact],
        incomplete_reasons=list(planned.incomplete_reasons),
        dataset=Dataset.of(found) if found else None,
    )


def _without_unset(words: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in words.items() if value is not None}
