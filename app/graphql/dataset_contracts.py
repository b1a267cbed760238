"""What a dataset promises: its contract, with columns and checks."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from app.graphql.context import Info
from app.graphql.contracts import (
    ContractHistory,
    ServiceLevel,
    contract_history,
    deadline_in,
    document_in,
    levels_in,
)
from app.graphql.paging import DEFAULT_PAGE, First
from graph_model.contracts import entities as contracts
from graph_model.contracts.recorded import Whole
from graph_model.datasets import entities


@strawberry.type(description="One column of a schema; nested fields have dots in their path.")
class Column:
    path: str
    type: str
    nullable: bool
    description: str
    tags: list[str]
    classification: str = strawberry.field(description="How freely its values may be shown; empty: nobody said.")


@strawberry.type(description="One promise about a content.")
class Check:
    name: str
    kind: str
    severity: str


@strawberry.type(description="What a dataset promises. Without checks, nothing is validated but that it can be read.")
class Contract:
    version: str
    file: str
    columns: list[Column]
    checks: list[Check]
    dataset: strawberry.Private[entities.Dataset]

    @strawberry.field(description="Null: nothing is kept of it but its columns and checks, or there is none.")
    async def id(self, info: Info) -> strawberry.ID | None:
        whole = await self._whole(info)
        return strawberry.ID(whole.recorded.id) if whole else None

    @strawberry.field(description="What people call it.")
    async def name(self, info: Info) -> str | None:
        whole = await self._whole(info)
        return whole.recorded.name if whole else None

    @strawberry.field(description="proposed, draft, active, deprecated, retired, or another word of whoever wrote it.")
    async def status(self, info: Info) -> str | None:
        whole = await self._whole(info)
        return whole.recorded.status if whole else None

    @strawberry.field(description="Since when the dataset is declared to have it.")
    async def since(self, info: Info) -> datetime | None:
        whole = await self._whole(info)
        return whole.recorded.since if whole else None

    @strawberry.field(description="The whole of it, by the Open Data Contract Standard.")
    async def document(self, info: Info) -> JSON | None:
        return document_in(await self._whole(info))

    @strawberry.field(description="The file as it was applied, with its comments.")
    async def text(self, info: Info) -> str | None:
        whole = await self._whole(info)
        return whole.document.text if whole else None

    @strawberry.field(description="What it says of its service, in the order of the document.")
    async def slas(self, info: Info) -> list[ServiceLevel]:
        return levels_in(await self._whole(info), self.dataset.name)

    @strawberry.field(
        description="By when it promises a partition. Null: it promises no time, or there is no such partition."
    )
    async def deadline(self, info: Info, partition: str) -> datetime | None:
        return deadline_in(await self._whole(info), self.dataset.name, self.dataset.partitions, partition)

    @strawberry.field(description="The contracts that the dataset was declared to have, oldest first.")
    async def history(self, info: Info, first: First = DEFAULT_PAGE) -> ContractHistory:
        return await contract_history(info, self.dataset.id, self.dataset.name, first=first)

    async def _whole(self, info: Info) -> Whole | None:
        return await info.context.load.contract.load(self.dataset.id)

    @classmethod
    def of(cls, dataset: entities.Dataset) -> Contract:
        found = dataset.contract
        checks = [Check(name=check.name, kind=check.kind, severity=check.severity) for check in found.checks]
        columns = columns_of(found.columns)
        return cls(version=found.version, file=found.file, columns=columns, checks=checks, dataset=dataset)


def columns_of(found: tuple[contracts.Column, ...]) -> list[Column]:
    return [
        Column(
            path=c.path,
            type=c.type,
            nullable=c.nullable,
            description=c.description,
            tags=list(c.tags),
            classification=c.classification,
        )
        for c in found
    ]
