"""Schemas over time: what was declared, what versions showed, and how each differs from the one before."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from app.graphql.context import Info
from app.graphql.enums import ChangeClass
from graph_model.schemas import entities
from graph_model.schemas.history import history


@strawberry.enum(description="Whether a contract says so, or published versions showed it.")
class SchemaSource(Enum):
    DECLARED = "declared"
    OBSERVED = "observed"


@strawberry.type(description="One column of a schema in the history. `firstCalled`: its name before declared renames.")
class SchemaColumn:
    path: str
    type: str
    nullable: bool
    first_called: str


@strawberry.type(description="What happened to one column, as a sentence.")
class ColumnChange:
    path: str
    change: ChangeClass
    text: str


@strawberry.type(description="One schema, and how it differs from the one before it of the same source.")
class SchemaStep:
    schema: strawberry.ID
    source: SchemaSource
    since: datetime
    until: datetime | None = strawberry.field(description="Since when a declaration no longer holds.")
    versions: int = strawberry.field(description="How many published versions showed it, one after the other.")
    version: strawberry.ID | None = strawberry.field(description="The first of them.")
    before: strawberry.ID | None = strawberry.field(description="The schema before; null: none is known.")
    change: ChangeClass
    changes: list[ColumnChange]
    columns: list[SchemaColumn]

    @classmethod
    def of(cls, found: entities.Step) -> SchemaStep:
        sighting = found.sighting
        return cls(
            schema=strawberry.ID(found.schema.id),
            source=SchemaSource(sighting.source),
            since=sighting.since,
            until=sighting.until,
            versions=sighting.versions,
            version=strawberry.ID(sighting.version) if sighting.version else None,
            before=strawberry.ID(found.before) if found.before else None,
            change=found.difference.change,
            changes=[ColumnChange(path=c.path, change=c.change, text=c.text) for c in found.difference.changes],
            columns=[
                SchemaColumn(path=c.path, type=c.type, nullable=c.nullable, first_called=found.identities[c.path])
                for c in found.schema.columns
            ],
        )


@strawberry.type(description="The schemas of a dataset over time, oldest first.")
class SchemaHistory:
    steps: list[SchemaStep]
    is_complete: bool = strawberry.field(description="False: there are older steps than these.")


async def schema_history(info: Info, dataset: str, *, first: int) -> SchemaHistory:
    """The newest `first` steps."""
    found = await info.context.ask(history, dataset)
    steps = found.steps[max(len(found.steps) - first, 0) :]
    is_complete = found.is_complete and len(steps) == len(found.steps)
    return SchemaHistory(steps=[SchemaStep.of(step) for step in steps], is_complete=is_complete)
