"""Retirement: may it go, who used it last, and what would be left behind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import RetirementStanding
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.names import NameInput, QualifiedName
from graph_model.errors import InvalidInput
from graph_model.retirement import entities
from graph_model.retirement.examine import retire_column, retire_dataset, retire_job


@strawberry.input(description="A dataset, or with `column` one of its columns; or a job.")
class RetirementInput:
    dataset: NameInput | None = None
    column: str | None = None
    job: NameInput | None = None


@strawberry.type(description="One reader of what is to be retired.")
class Use:
    kind: str = strawberry.field(description="JOB, CONSUMER or PROGRAM.")
    name: str
    declared: bool = strawberry.field(description="Somebody says now that it reads; else it was only seen to.")
    gone: bool = strawberry.field(description="It is retired itself.")
    certain: bool = strawberry.field(description="False: whether it uses this column is not known.")
    last_read: datetime | None
    reads: int

    @classmethod
    def of(cls, found: entities.Use) -> Use:
        return cls(
            kind=found.kind,
            name=found.name,
            declared=found.declared,
            gone=found.gone,
            certain=found.certain,
            last_read=found.last_read,
            reads=found.reads,
        )


@strawberry.type(description="What nobody would use any more, or nobody make.")
class Orphan:
    kind: str = strawberry.field(description="DATASET, JOB or COLUMN.")
    name: QualifiedName
    column: str | None
    why: str

    @classmethod
    def of(cls, found: entities.Orphan) -> Orphan:
        return cls(kind=found.kind, name=QualifiedName.of(found.name), column=found.column, why=found.why)


@strawberry.type(description="Whether something may be retired. Nothing is changed by asking.")
class Retirement:
    standing: RetirementStanding
    why: list[str]
    settle: list[str] = strawberry.field(description="What would tell, where it is not known.")
    uses: list[Use]
    last_use: datetime | None
    last_published: datetime | None
    cadence_seconds: float | None = strawberry.field(description="The usual time between two versions.")
    unused_seconds: float | None
    orphans: list[Orphan]
    remarks: list[str] = strawberry.field(description="Limits of what can be seen.")
    is_complete: bool

    @classmethod
    def of(cls, found: entities.Retirement) -> Retirement:
        return cls(
            standing=found.standing,
            why=list(found.why),
            settle=list(found.settle),
            uses=[Use.of(use) for use in found.uses],
            last_use=found.last_use,
            last_published=found.last_published,
            cadence_seconds=found.cadence.total_seconds() if found.cadence else None,
            unused_seconds=found.unused_for.total_seconds() if found.unused_for else None,
            orphans=[Orphan.of(one) for one in found.orphans],
            remarks=list(found.remarks),
            is_complete=found.is_complete,
        )


RetirementResult = Annotated[Retirement | NotFoundError | InvalidInputError, strawberry.union("RetirementResult")]


@strawberry.type
class RetirementQuery:
    @strawberry.field(description="May it be retired, who used it last, and what would be left behind.")
    async def retirement(self, info: Info, of: RetirementInput) -> RetirementResult:
        ask, now = info.context.ask, datetime.now(UTC)
        if of.job and not of.dataset:
            return Retirement.of(await ask(retire_job, of.job.to_name(), now=now))
        if of.job or not of.dataset:
            raise InvalidInput("of", "give a dataset or a job")
        if of.column:
            return Retirement.of(await ask(retire_column, of.dataset.to_name(), of.column, now=now))
        return Retirement.of(await ask(retire_dataset, of.dataset.to_name(), now=now))
