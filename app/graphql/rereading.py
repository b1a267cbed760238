"""Whether the content of a version is still what it was when it was published."""

from __future__ import annotations

from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.enums import Found
from app.graphql.errors import NotFoundError, RefusedError
from app.graphql.versions import Version
from connectors.checks.reread import Reread, reread
from graph_model.store.graph import Graph
from graph_model.versions import repository
from graph_model.versions.altered import kept_version


@strawberry.input
class CheckVersionInput:
    version: strawberry.ID
    by: str = "graphql"


@strawberry.type
class CheckVersionPayload:
    version: Version
    found: Found
    reason: str = strawberry.field(description="Why it is not unchanged; empty when it is.")
    quarantined: list[strawberry.ID] = strawberry.field(
        description="What was taken from its readers: the version, and others that stood at the same place."
    )
    current: strawberry.ID | None = strawberry.field(description="What readers get after a quarantine.")
    run_ids: list[strawberry.ID]


CheckVersionResult = Annotated[
    CheckVersionPayload | NotFoundError | RefusedError, strawberry.union("CheckVersionResult")
]


@strawberry.type
class RereadMutation:
    @strawberry.mutation(
        description="Reads the content of a good version again; an altered one is taken from its readers, who are told."
    )
    async def check_version(self, info: Info, input: CheckVersionInput) -> CheckVersionResult:
        services = info.context.services

        def look(graph: Graph) -> Reread:
            return reread(graph, kept_version(graph, input.version), services.roots, by=input.by)

        found = await info.context.ask(look)
        runs = found.done.runs if found.done else ()
        run_ids = await info.context.ring(runs)
        return CheckVersionPayload(
            version=Version.of(await info.context.ask(repository.version, input.version)),
            found=found.state,
            reason=found.reason,
            quarantined=[strawberry.ID(each) for each in (found.done.versions if found.done else ())],
            current=strawberry.ID(found.done.current) if found.done and found.done.current else None,
            run_ids=run_ids,
        )
