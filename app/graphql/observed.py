"""What runs of others came to."""

from __future__ import annotations

from datetime import datetime

import strawberry

from app.graphql.context import Info
from app.graphql.names import QualifiedName
from graph_model.observed import unplaced


@strawberry.type(description="A run of others whose partition nobody can say. `run`: what its client calls it.")
class UnplacedRun:
    job: QualifiedName
    run: str
    complete_at: datetime
    reason: str

    @classmethod
    def of(cls, found: unplaced.UnplacedRun) -> UnplacedRun:
        return cls(job=QualifiedName.of(found.job), run=found.run, complete_at=found.complete_at, reason=found.reason)


async def unplaced_runs_of(info: Info, dataset: str, *, first: int) -> list[UnplacedRun]:
    """Those of the dataset with this id."""
    found = await info.context.ask(unplaced.unplaced_runs, dataset, first=first)
    return [UnplacedRun.of(one) for one in found]
