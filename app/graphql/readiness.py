"""Readiness: may a job partition run, and what exactly is missing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from app.graphql.checks import CheckResult
from app.graphql.context import Info
from app.graphql.datasets import Dataset
from app.graphql.enums import InputState
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.names import NameInput, Partition, QualifiedName
from app.graphql.runs import Run
from app.graphql.versions import Version
from graph_model.names import Name
from graph_model.readiness import entities
from graph_model.readiness.explain import readiness


@strawberry.type(description="One input partition. `results`: the checks that failed on it.")
class InputReadiness:
    dataset_name: QualifiedName
    partition: str
    required: bool
    satisfied: bool
    state: InputState
    reason: str
    results: list[CheckResult]
    version_id: strawberry.ID | None
    held: str = strawberry.field(description="Who keeps runs from reading it, and why; empty: nobody.")
    group: str = strawberry.field(description="The group of whose inputs some must be there; empty: none.")
    serving: str = strawberry.field(description="The earlier partition that serves for it; empty: none.")
    waited_until: datetime | None = strawberry.field(description="A run does without it from then on.")

    @strawberry.field
    async def dataset(self, info: Info) -> Dataset | None:
        name = Name(self.dataset_name.namespace, self.dataset_name.name)
        found = await info.context.load.dataset_named.load(name)
        return Dataset.of(found) if found else None

    @strawberry.field(description="The good version, or else the newest one.")
    async def version(self, info: Info) -> Version | None:
        found = await info.context.load.version.load(self.version_id) if self.version_id else None
        return Version.of(found) if found else None

    @classmethod
    def of(cls, found: entities.InputReadiness) -> InputReadiness:
        return cls(
            dataset_name=QualifiedName.of(found.dataset),
            partition=found.partition,
            required=found.required,
            satisfied=found.satisfied,
            state=found.state,
            reason=found.reason,
            results=[CheckResult.of(result) for result in found.results],
            version_id=strawberry.ID(found.version) if found.version else None,
            held=found.held,
            group=found.group,
            serving=found.serving,
            waited_until=found.waited_until,
        )


@strawberry.type(description="Inputs of which `atLeast` so many must be there.")
class GroupReadiness:
    name: str
    at_least: int
    satisfied: bool
    members: list[QualifiedName]
    there: list[QualifiedName]

    @classmethod
    def of(cls, found: entities.GroupReadiness) -> GroupReadiness:
        return cls(
            name=found.name,
            at_least=found.at_least,
            satisfied=found.satisfied,
            members=[QualifiedName.of(one) for one in found.members],
            there=[QualifiedName.of(one) for one in found.there],
        )


@strawberry.type(description="Where a job partition stands. Ready: its inputs are there. Runnable: it could start now.")
class Readiness:
    job_name: QualifiedName
    partition: str
    ready: bool
    runnable: bool
    reason: str
    inputs: list[InputReadiness]
    groups: list[GroupReadiness]
    look_again_at: datetime | None = strawberry.field(description="When time alone may change the answer.")
    next_at: datetime | None = strawberry.field(description="The next time by the clock that stands for the partition.")
    run: Run | None = strawberry.field(description="Its newest run.")
    held: str = strawberry.field(description="Who holds the job or this partition of it, and why; empty: nobody.")

    @classmethod
    def of(cls, found: entities.Readiness) -> Readiness:
        return cls(
            job_name=QualifiedName.of(found.job),
            partition=found.partition,
            ready=found.ready,
            runnable=found.runnable,
            reason=found.reason,
            inputs=[InputReadiness.of(item) for item in found.inputs],
            groups=[GroupReadiness.of(group) for group in found.groups],
            look_again_at=found.look_again_at,
            next_at=found.next_at,
            run=Run.of(found.run) if found.run else None,
            held=found.held,
        )


ReadinessResult = Annotated[Readiness | NotFoundError | InvalidInputError, strawberry.union("ReadinessResult")]


@strawberry.type
class ReadinessQuery:
    @strawberry.field(description="May this job partition run, and if not, why not.")
    async def readiness(self, info: Info, job: NameInput, partition: Partition = "") -> ReadinessResult:
        return Readiness.of(await info.context.ask(readiness, job.to_name(), partition))
