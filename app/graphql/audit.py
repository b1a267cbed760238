"""The audit trail: what happened to a thing, who did it, and its place in the chain."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from app.graphql.context import Info
from app.graphql.names import BigInt
from app.graphql.paging import DEFAULT_PAGE, After, Connection, Cursors, First, connection
from graph_model.audit import repository


@strawberry.type(description="One transition. `place`: its place in the chain of hashes; null: it is not sealed yet.")
class AuditRecord:
    id: strawberry.ID
    at: datetime
    subject: strawberry.ID
    transition: str
    actor: str
    detail: JSON
    place: BigInt | None

    @classmethod
    def of(cls, found: repository.AuditRecord) -> AuditRecord:
        return cls(
            id=strawberry.ID(found.id),
            at=found.at,
            subject=strawberry.ID(found.subject),
            transition=found.transition,
            actor=found.actor,
            detail=JSON(found.detail),
            place=BigInt(found.seq) if found.seq is not None else None,
        )


@strawberry.type
class AuditQuery:
    @strawberry.field(description="What happened to one thing (the id of a version, a run, a dataset …), oldest first.")
    async def audit_trail(
        self, info: Info, subject: strawberry.ID, first: First = DEFAULT_PAGE, after: After = None
    ) -> Connection[AuditRecord]:
        cursors = Cursors("audit", subject)
        place = cursors.read(after)
        page = await info.context.ask(repository.trail, subject, first=first, after=place[0] if place else None)
        return connection(
            [AuditRecord.of(item) for item in page.items],
            [cursors.write(item.id) for item in page.items],
            has_next=page.has_next,
            after=after,
        )
