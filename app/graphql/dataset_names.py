"""The names of a dataset: where each is from, what is in doubt, and what people hold apart."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.errors import InvalidInputError, NotFoundError, RefusedError
from app.graphql.names import NameInput, QualifiedName
from graph_model.identity import apart, entities, show


@strawberry.enum(description="How it is known that two names are one dataset's.")
class SameKind(Enum):
    DECLARED = entities.Kind.DECLARED.value
    RENAME = entities.Kind.RENAME.value
    SYMLINK = entities.Kind.SYMLINK.value


@strawberry.enum(description="Why evidence does not count: a person holds the two apart, or both are declared.")
class HeldBecause(Enum):
    APART = entities.Held.APART.value
    BOTH_DECLARED = entities.Held.BOTH_DECLARED.value


@strawberry.type(
    description="Somebody says that a name and `other` are one dataset's. `isOld`: it is the name from before a rename."
)
class NameEvidence:
    kind: SameKind
    other: QualifiedName
    said_by: str
    since: datetime
    last_seen: datetime | None
    is_old: bool
    partition: str | None = strawberry.field(description="The name is that of this partition of `other` only.")

    @classmethod
    def of(cls, found: show.Because) -> NameEvidence:
        return cls(
            kind=SameKind(found.kind.value),
            other=QualifiedName.of(found.other),
            said_by=found.said_by,
            since=found.since,
            last_seen=found.last_seen,
            is_old=found.is_old,
            partition=found.partition,
        )


@strawberry.type(description="One name of a dataset, and what says so; nothing for the name that it always had.")
class KnownName:
    name: QualifiedName
    because: list[NameEvidence]
    dropped_at: datetime | None = strawberry.field(description="When this name was dropped; it was not seen since.")

    @classmethod
    def of(cls, found: show.KnownName) -> KnownName:
        return cls(
            name=QualifiedName.of(found.name),
            because=[NameEvidence.of(one) for one in found.because],
            dropped_at=found.dropped_at,
        )


@strawberry.type(description="Evidence that `name` and `other` are one dataset, which does not count.")
class NameDoubt:
    name: QualifiedName
    other: QualifiedName
    kind: SameKind
    said_by: str
    held: HeldBecause

    @classmethod
    def of(cls, found: show.Doubt) -> NameDoubt:
        return cls(
            name=QualifiedName.of(found.name),
            other=QualifiedName.of(found.other),
            kind=SameKind(found.kind.value),
            said_by=found.said_by,
            held=HeldBecause(found.held.value),
        )


@strawberry.type(description="Two names that a person holds apart.")
class NamesApart:
    name: QualifiedName
    other: QualifiedName
    by: str
    reason: str
    at: datetime

    @classmethod
    def of(cls, found: show.Apart) -> NamesApart:
        name, other = QualifiedName.of(found.name), QualifiedName.of(found.other)
        return cls(name=name, other=other, by=found.by, reason=found.reason, at=found.at)


@strawberry.type(description="Under which names a dataset is known, its own first.")
class DatasetNames:
    names: list[KnownName]
    doubts: list[NameDoubt]
    apart: list[NamesApart]
    dropped_at: datetime | None = strawberry.field(description="One of the names was dropped, and none was seen since.")


async def dataset_names(info: Info, dataset: str) -> DatasetNames:
    found = await info.context.ask(show.names_of, dataset)
    return DatasetNames(
        names=[KnownName.of(one) for one in found.names],
        doubts=[NameDoubt.of(one) for one in found.doubts],
        apart=[NamesApart.of(one) for one in found.apart],
        dropped_at=found.dropped_at,
    )


@strawberry.input(description="Two names, each of exactly one dataset.")
class HoldApartInput:
    name: NameInput
    other: NameInput
    reason: str
    by: str = "graphql"


@strawberry.input
class RejoinInput:
    name: NameInput
    other: NameInput
    by: str = "graphql"


@strawberry.type
class NamesPayload:
    changed: bool = strawberry.field(description="False: it was so already.")
    are_one: bool = strawberry.field(description="Evidence makes the two names one dataset now.")


HoldApartResult = Annotated[NamesPayload | NotFoundError | InvalidInputError, strawberry.union("HoldApartResult")]
RejoinResult = Annotated[
    NamesPayload | NotFoundError | RefusedError | InvalidInputError, strawberry.union("RejoinResult")
]


@strawberry.type
class NamesQuery:
    @strawberry.field(description="Everything that is said of names being one and does not count; at most a thousand.")
    async def name_doubts(self, info: Info) -> list[NameDoubt]:
        return [NameDoubt.of(found) for found in await info.context.ask(show.doubts)]


@strawberry.type
class NamesMutation:
    @strawberry.mutation(description="Undoes that two names are one dataset; it holds however often evidence says so.")
    async def hold_names_apart(self, info: Info, input: HoldApartInput) -> HoldApartResult:
        one, other = input.name.to_name(), input.other.to_name()
        done = await info.context.ask(apart.hold_apart, one, other, by=input.by, reason=input.reason)
        return NamesPayload(changed=done.changed, are_one=done.are_one)

    @strawberry.mutation(description="Takes it back that two names are held apart: evidence counts again.")
    async def rejoin_names(self, info: Info, input: RejoinInput) -> RejoinResult:
        done = await info.context.ask(apart.rejoin, input.name.to_name(), input.other.to_name(), by=input.by)
        return NamesPayload(changed=done.changed, are_one=done.are_one)
