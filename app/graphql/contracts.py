"""Contracts: what one says beside columns and checks, and which a dataset had before."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from app.graphql.context import Info
from app.graphql.enums import ChangeClass
from graph_model.contracts import changes, service
from graph_model.contracts import history as histories
from graph_model.contracts.recorded import Whole
from graph_model.errors import InvalidPartition
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme


@strawberry.type(description="One service level of a contract. Nothing enforces it.")
class ServiceLevel:
    name: str = strawberry.field(description="The property of the standard: latency, retention, …")
    promise: str = strawberry.field(description="Its value in words, or as it was written.")
    understood: bool = strawberry.field(description="False: it is of no kind that is known here, or cannot be read.")
    element: str
    driver: str
    description: str

    @classmethod
    def of(cls, found: service.ServiceLevel) -> ServiceLevel:
        return cls(
            name=found.name,
            promise=found.text,
            understood=found.term is not None,
            element=found.element,
            driver=found.driver,
            description=found.description,
        )


@strawberry.type(description="What happened to one thing that a contract says, as a sentence.")
class ContractChange:
    part: str = strawberry.field(description="schema, quality, keys, service, or a key of the standard.")
    about: str
    change: ChangeClass
    text: str

    @classmethod
    def of(cls, found: changes.Change) -> ContractChange:
        return cls(part=found.part, about=found.about, change=found.change, text=found.text)


@strawberry.type(description="A contract that a dataset was declared to have, and how it differs from the one before.")
class ContractStep:
    id: strawberry.ID
    version: str
    status: str
    name: str
    file: str
    since: datetime
    until: datetime | None = strawberry.field(description="Since when it no longer holds.")
    before: strawberry.ID | None = strawberry.field(description="The contract before; null: none is known.")
    change: ChangeClass | None = strawberry.field(description="Null: there is nothing to compare it with.")
    changes: list[ContractChange]

    @strawberry.field(description="The file as it was applied.")
    async def text(self, info: Info) -> str:
        return await info.context.load.contract_text.load(str(self.id)) or ""

    @classmethod
    def of(cls, found: histories.ContractStep) -> ContractStep:
        one, difference = found.recorded, found.difference
        return cls(
            id=strawberry.ID(one.id),
            version=one.version,
            status=one.status,
            name=one.name,
            file=one.file,
            since=one.since,
            until=one.until,
            before=strawberry.ID(found.before) if found.before else None,
            change=difference.change if difference else None,
            changes=[ContractChange.of(change) for change in difference.changes] if difference else [],
        )


@strawberry.type(description="The contracts of a dataset over time, oldest first.")
class ContractHistory:
    steps: list[ContractStep]
    is_complete: bool = strawberry.field(description="False: there are older steps than these.")


async def contract_history(info: Info, dataset: str, name: Name, *, first: int) -> ContractHistory:
    """The newest `first` contracts."""
    found = await info.context.ask(histories.history, dataset, name, limit=first)
    return ContractHistory(steps=[ContractStep.of(step) for step in found.steps], is_complete=found.is_complete)


def document_in(whole: Whole | None) -> JSON | None:
    return JSON(dict(whole.document.content)) if whole else None


def levels_in(whole: Whole | None, name: Name) -> list[ServiceLevel]:
    return [ServiceLevel.of(level) for level in service.levels_of(whole.document, name.name)] if whole else []


def deadline_in(whole: Whole | None, name: Name, scheme: PartitionScheme, partition: str) -> datetime | None:
    """None also for what is no partition."""
    if whole is None:
        return None
    try:
        return service.deadline_of(service.levels_of(whole.document, name.name), scheme, partition)
    except InvalidPartition:
        return None
