"""Reporting and resolving versions over plain HTTP."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.services import Services, Wanted, moment, readable_location, report_and_ring, resolve_for
from app.waiting import Waiting
from graph_model.errors import InvalidInput
from graph_model.names import Name, parse_name, partition_id
from graph_model.versions.entities import Report, Version, VersionState
from graph_model.versions.readable import Readable
from graph_model.versions.report import find_target

router = APIRouter(prefix="/api/v1/versions", tags=["versions"])
MOST_WAIT = 600.0
"""Seconds. What stands between may cut what is silent for longer."""


class NameBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    namespace: str = Field(min_length=1)
    name: str = Field(min_length=1)


class ReportBody(BaseModel):
    """The claim that a version exists."""

    model_config = ConfigDict(extra="forbid")

    dataset: str | NameBody = Field(description="NAMESPACE/NAME, or both apart where the name itself holds a slash")
    partition: str = Field("", description="partition key; empty where there are no partitions")
    location: str | None = Field(None, description="where it lies; null: where the estate says")
    key: str | None = Field(
        None, description="makes repeating the report harmless; the header Idempotency-Key says the same"
    )
    source_time: datetime | None = Field(None, description="orders the versions of a partition; null: now")
    reported_by: str = Field("rest", min_length=1)

    def to_report(self, idempotency_key: str | None) -> Report:
        """Raises InvalidName, InvalidInput."""
        if self.key and idempotency_key and self.key != idempotency_key:
            raise InvalidInput("key", "the body and the header Idempotency-Key say different things")
        return Report(
            dataset=name_of(self.dataset),
            partition=self.partition,
            location=self.location,
            key=self.key or idempotency_key,
            source_time=moment(self.source_time, field="source_time"),
            reported_by=self.reported_by,
        )


class ReceiptBody(BaseModel):
    """`created` false: the same report was known already, and nothing changed."""

    version: str
    state: VersionState
    created: bool
    runs: list[str]


class ColumnBody(BaseModel):
    """One column; `type` is a canonical one."""

    path: str
    type: str
    nullable: bool


class ResolvedBody(BaseModel):
    """One version: where a reader finds it, and how it is read. `available` false: what lies there is not it any more;
    `warning` says why, or what else a reader should know.
    """

    id: str
    dataset: NameBody
    partition: str
    state: VersionState
    current: bool
    format: str
    location: str
    reported_at: datetime
    published_at: datetime | None
    row_count: int | None
    size_bytes: int | None
    content_hash: str | None
    run: str | None
    source_time: datetime
    columns: list[ColumnBody]
    options: dict[str, Any]
    available: bool
    warning: str


Problems: dict[int | str, dict[str, Any]] = {
    404: {"description": "Not known; `nearest` may say what was meant"},
    422: {"description": "Cannot be used as it stands"},
    503: {"description": "The graph does not answer; try again"},
}


@router.post("", status_code=201, responses={200: {"model": ReceiptBody, "description": "Known already"}, **Problems})
async def report(
    request: Request,
    response: Response,
    body: ReportBody,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> ReceiptBody:
    """Says that a version exists. The answer comes once that is durable; what follows is decided by the graph."""
    receipt = await asyncio.to_thread(report_and_ring, services_of(request), body.to_report(idempotency_key))
    response.status_code = 201 if receipt.created else 200
    return ReceiptBody(version=receipt.version, state=receipt.state, created=receipt.created, runs=list(receipt.runs))


@router.get("/resolve", responses=Problems)
async def resolve_version(
    *,
    request: Request,
    dataset: str,
    partition: str = "",
    as_of: Annotated[datetime | None, Query(description="what was current at this moment; left out: now")] = None,
    reader: Annotated[
        str | None, Query(description="who reads: NAMESPACE/NAME of a consumer, or any text; it is remembered")
    ] = None,
    headwater_reader: Annotated[str | None, Header(description="the same as `reader`")] = None,
    user_agent: Annotated[str, Header()] = "",
) -> ResolvedBody:
    """The last good version of a partition: what a reader should read, and how."""
    wanted = Wanted(
        parse_name(dataset), partition, moment(as_of, field="as_of"), reader or headwater_reader, user_agent
    )
    services = services_of(request)
    found, readable = await asyncio.to_thread(resolve_for, services, wanted)
    return _resolved(found, readable, services)


@router.get(
    "/wait",
    response_model=ResolvedBody,
    responses={204: {"description": "The time is over, and there is no such version"}, **Problems},
)
async def wait_for_version(
    *,
    request: Request,
    dataset: str,
    partition: str = "",
    seconds: Annotated[float, Query(alias="timeout", gt=0, le=MOST_WAIT, description="seconds")] = 60.0,
    newer_than: Annotated[
        datetime | None, Query(description="only a version that was published after this moment")
    ] = None,
) -> Any:
    """The last good version of a partition as soon as there is one. Who waits longer asks again."""
    services, after = services_of(request), moment(newer_than, field="newer_than")
    name = parse_name(dataset)
    target = await asyncio.to_thread(find_target, services.graph, name)
    place = partition_id(target.id, target.partitions.check(partition))
    waiting: Waiting = request.app.state.waiting
    if await waiting.until_there(place, newer_than=after, seconds=seconds) is None:
        return Response(status_code=204)
    found, readable = await asyncio.to_thread(resolve_for, services, Wanted(name, partition))
    return _resolved(found, readable, services)


def services_of(request: Request) -> Services:
    return request.app.state.services


def name_of(given: str | NameBody) -> Name:
    """Raises InvalidName."""
    return parse_name(given) if isinstance(given, str) else Name(given.namespace, given.name)


def _resolved(found: Version, readable: Readable, services: Services) -> ResolvedBody:
    columns = [ColumnBody(path=item.path, type=item.type, nullable=item.nullable) for item in readable.columns]
    return ResolvedBody(
        id=found.id,
        dataset=NameBody(namespace=found.dataset.namespace, name=found.dataset.name),
        partition=found.partition,
        state=found.state,
        current=found.current,
        format=found.format,
        location=readable_location(found.location, services.storage_root),
        reported_at=found.reported_at,
        published_at=found.published_at,
        row_count=found.row_count,
        size_bytes=found.size_bytes,
        content_hash=found.content_hash,
        run=found.run,
        source_time=readable.source_time,
        columns=columns,
        options=dict(readable.options),
        available=readable.available,
        warning=readable.warning,
    )
