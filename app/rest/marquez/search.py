"""Search by a pattern, raw events, and counts over time."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Query, Request, Response

from app.rest.marquez.forms import Form, moment
from app.rest.marquez.routes import Limit, Offset, Refusal, answer, router
from app.rest.versions import services_of
from graph_model.lineage.repository import Rows
from graph_model.listing.entities import Match, Moment
from graph_model.listing.events import count_events, events, events_by_type, known_by
from graph_model.listing.found import search_names

search_router, events_router, stats_router = router("search"), router("events"), router("stats")
Kind = Literal["dataset", "job", "DATASET", "JOB"]
Sort = Literal["name", "updated_at", "NAME", "UPDATED_AT"]
Period = Literal["DAY", "WEEK", "day", "week"]
FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


@search_router.get("/search")
async def search(
    request: Request,
    *,
    q: str,
    kind: Annotated[Kind | None, Query(alias="filter")] = None,
    sort: Sort = "name",
    namespace: str = "",
    before: date | None = None,
    after: date | None = None,
    limit: Limit = 10,
) -> Response:
    """Datasets and jobs that are called so: `%` stands for anything, `_` for one character."""
    wanted = kind.lower() if kind else ""

    def work(graph: Rows) -> Form:
        found = search_names(graph, q, namespace=namespace, datasets=wanted != "job", jobs=wanted != "dataset")
        found = [one for one in found if _within(one.last, before, after)]
        found.sort(
            key=lambda one: (-one.last if sort.lower() == "updated_at" else 0, one.name.name, one.name, one.kind)
        )
        return {"totalCount": len(found), "results": [_result(one) for one in found[:limit]]}

    return await answer(request, work)


def _within(at: Moment, before: date | None, after: date | None) -> bool:
    """`before` the beginning of that day, `after` the beginning of that one, in UTC."""
    return (before is None or at < _midnight(before)) and (after is None or at >= _midnight(after))


def _midnight(day: date) -> Moment:
    return int(datetime.combine(day, time(), UTC).timestamp()) * 1_000_000


def _result(found: Match) -> Form:
    name = found.name
    return {
        "type": found.kind,
        "name": name.name,
        "updatedAt": moment(found.last),
        "namespace": name.namespace,
        "nodeId": f"{found.kind.lower()}:{name.namespace}:{name.name}",
    }


@events_router.get("/events/lineage")
async def list_events(
    request: Request,
    *,
    before: datetime | None = None,
    after: datetime | None = None,
    direction: Annotated[Literal["asc", "desc", "ASC", "DESC"], Query(alias="sortDirection")] = "desc",
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """Events of runs as they were sent. They are not parsed on their way, so a page of large ones costs little."""
    return await _events(request, "", (after, before), offset, limit, newest_first=direction.lower() == "desc")


@events_router.get("/events")
async def list_all_events(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
    return await _events(request, "", (None, None), offset, limit)


@events_router.get("/events/{namespace}")
async def list_events_of_namespace(
    request: Request, namespace: str, limit: Limit = 100, offset: Offset = 0
) -> Response:
    """Events of runs of the jobs in one namespace."""
    return await _events(request, namespace, (None, None), offset, limit)


async def _events(
    request: Request,
    namespace: str,
    span: tuple[datetime | None, datetime | None],
    offset: int,
    limit: int,
    *,
    newest_first: bool = True,
) -> Response:
    between = (_in_utc(span[0]) or FIRST, _in_utc(span[1]) or LAST)

    def work(graph: Rows) -> tuple[list[str], int]:
        found = events(graph, namespace, between, offset=offset, limit=limit, newest_first=newest_first)
        return found, count_events(graph, namespace, between)

    bodies, total = await asyncio.to_thread(services_of(request).graph.read, work)
    text = f'{{"events":[{",".join(bodies)}],"totalCount":{total}}}'
    return Response(text.encode(), media_type="application/json")


def _in_utc(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


@stats_router.get("/stats/lineage-events")
async def count_of_events(request: Request, period: Period, timezone: str = "UTC") -> Response:
    bounds = _bounds(period, timezone)

    def work(graph: Rows) -> list[Form]:
        found = events_by_type(graph, bounds)
        return [
            _interval(start, end) | {word: one.get(word.upper(), 0) for word in ("start", "complete", "fail", "abort")}
            for start, end, one in zip(bounds[:-1], bounds[1:], found, strict=True)
        ]

    return await answer(request, work)


@stats_router.get("/stats/{asset}")
async def count_of_assets(
    request: Request, asset: Literal["jobs", "datasets", "sources"], period: Period, timezone: str = "UTC"
) -> Response:
    bounds = _bounds(period, timezone)

    def work(graph: Rows) -> list[Form]:
        counts = known_by(graph, bounds[1:])
        word = "namespaces" if asset == "sources" else asset
        return [
            _interval(start, end) | {"count": one[word]}
            for start, end, one in zip(bounds[:-1], bounds[1:], counts, strict=True)
        ]

    return await answer(request, work)


def _bounds(period: str, timezone: str) -> list[datetime]:
    """The last 24 hours, each by itself, or the last 7 days: beginnings of hours or days there, and the end."""
    zone = _zone(timezone)
    now = datetime.now(zone)
    if period.upper() == "DAY":
        last = now.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        return [last + timedelta(hours=hours) for hours in range(-23, 2)]
    days = [now.date() + timedelta(days=days) for days in range(-6, 2)]
    return [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]


def _zone(timezone: str) -> tzinfo:
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refusal(400, f"timezone: there is no time zone '{timezone}'") from None


def _interval(start: datetime, end: datetime) -> Form:
    return {"startInterval": _text(start), "endInterval": _text(end)}


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
