"""Checks of a dataset, each with what it found over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from app.graphql.context import Info
from app.graphql.enums import VersionState
from app.graphql.loaders import TrendPage
from app.graphql.names import BigInt
from app.graphql.paging import DEFAULT_PAGE, After, Connection, Cursors, First, connection
from graph_model.checks.entities import CheckKey, Finding
from graph_model.contracts import entities as contracts
from graph_model.observed.tell import SOURCE


@strawberry.type(description="What one check found.")
class CheckResult:
    check: str
    kind: str
    passed: bool
    severity: str
    failed_rows: BigInt
    message: str
    sample: JSON = strawberry.field(
        description="A few of the failing rows, each with its number where the format has an order."
    )
    value: float | None = strawberry.field(
        description="The number that was measured: rows, a sum, an age in seconds; null where the check measures none."
    )
    compared_with: list[strawberry.ID] = strawberry.field(description="Ids of the versions that it was held against.")
    source: str = strawberry.field(description="Who else found it; empty: our own validation.")

    @classmethod
    def of(cls, found: contracts.CheckResult) -> CheckResult:
        return cls(
            check=found.check,
            kind=found.kind,
            passed=found.passed,
            severity=found.severity,
            failed_rows=BigInt(found.failed_rows),
            message=found.message,
            sample=JSON([dict(row) for row in found.sample]),
            value=found.value,
            compared_with=[strawberry.ID(version) for version in found.compared_with],
            source=found.source,
        )


@strawberry.type(description="What a check found in one version, and when.")
class CheckFinding:
    version_id: strawberry.ID | None = strawberry.field(
        description="Null: others found it while they ran, in no version that is known here."
    )
    partition: str
    state: VersionState | None = strawberry.field(description="What became of the version since.")
    checked_at: datetime
    result: CheckResult

    @classmethod
    def of(cls, found: Finding) -> CheckFinding:
        return cls(
            version_id=strawberry.ID(found.version) if found.version else None,
            partition=found.partition,
            state=found.state,
            checked_at=found.checked_at,
            result=CheckResult.of(found.result),
        )


@strawberry.type(
    description="A check of a dataset: promised by its contract, found in its newest good version, or told by others."
)
class DatasetCheck:
    name: str
    kind: str
    severity: str
    source: str = strawberry.field(description="Who else runs it; empty: our own validation.")
    dataset_id: strawberry.Private[str]

    @strawberry.field(description="What it found, newest first.")
    async def history(self, info: Info, first: First = DEFAULT_PAGE, after: After = None) -> Connection[CheckFinding]:
        cursors = Cursors("history", self.dataset_id, self.name)
        place = cursors.read(after)
        key = TrendPage(CheckKey(self.dataset_id, self.name), first, place[0] if place else None)
        page = await info.context.load.trend.load(key)
        return connection(
            [CheckFinding.of(item) for item in page.items],
            [cursors.write(item.id) for item in page.items],
            has_next=page.has_next,
            after=after,
        )


async def checks_of(
    info: Info, dataset_id: str, declared: Sequence[contracts.Check], told: Sequence[tuple[str, str]] = ()
) -> list[DatasetCheck]:
    """What the contract promises, in its order; then what else the newest good version was checked by, and what others
    told of last (names and kinds), which blocks nothing."""
    latest = await info.context.load.latest_version.load(dataset_id)
    version = await info.context.load.version.load(latest) if latest else None
    found = {check.name: (check.kind, check.severity, "") for check in declared}
    for result in version.results if version else ():
        found.setdefault(result.check, (result.kind, result.severity, result.source))
    for name, kind in told:
        found.setdefault(f"{SOURCE}/{name}", (kind, "warning", SOURCE))
    return [
        DatasetCheck(name=name, kind=kind, severity=severity, source=source, dataset_id=dataset_id)
        for name, (kind, severity, source) in found.items()
    ]
