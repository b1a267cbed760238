"""OpenLineage events over HTTP, as unchanged clients send them: one, or a batch; plain, gzip or in chunks."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from app.rest.versions import services_of
from app.services import Services, observe_and_publish, publish_observed
from connectors.openlineage.events import read_event
from graph_model.errors import InvalidEvent, Unavailable
from graph_model.observed.entities import Observation

MOST_BYTES = 32 * 1024 * 1024
MOST_EVENTS = 10_000
# So many events of a batch are durable together; a client hears about the others one by one.
AT_ONCE = 200
SMALL = 16 * 1024
PREFIX = "/api/v1/lineage"
TAGS: list[str | Enum] = ["lineage"]

router = APIRouter(prefix=PREFIX, tags=TAGS, max_body_size=MOST_BYTES)


def take_single_events(app: FastAPI) -> None:
    """Adds the route for one event. An address is held against it before all others."""
    app.router.add_api_route(
        PREFIX,
        observe,
        methods=["POST"],
        status_code=201,
        tags=TAGS,
        responses={400: {"description": "No JSON"}, 422: {"description": "No event"}},
        route_class_override=_Direct,
    )
    app.router.routes.insert(0, app.router.routes.pop())


class _Direct(APIRoute):
    """Documented and found as every route is; but nothing is solved, opened or validated around its endpoint, which
    would cost as much as reading an event does."""

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]], **options: Any) -> None:
        super().__init__(path, endpoint, **options)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            response = await endpoint(Request(scope, receive))
            await response(scope, receive, send)

        self.app = RequestBodyLimitMiddleware(answer, MOST_BYTES)


async def observe(request: Request) -> Response:
    """Takes one event. The answer, which is empty, comes once all that it says is durable."""
    body = await _body(request)
    document = _parsed(body)
    # A tenth of a millisecond for a usual event: less than the way to a thread and back.
    observation = read_event(document) if len(body) <= SMALL else await asyncio.to_thread(read_event, document)
    await observe_and_publish(services_of(request), observation)
    return _TAKEN


_TAKEN = Response(status_code=201)


@router.post("/batch", responses={400: {"description": "No JSON"}, 422: {"description": "No list of events"}})
async def observe_batch(request: Request) -> JSONResponse:
    """Takes a list of events. Each is taken or refused by itself; the answer says which were not taken, and why.

    `retriable`: the graph did not answer; sending it again may help, and can do no harm.
    """
    document = _parsed(await _body(request))
    if not isinstance(document, list):
        raise InvalidEvent("", "a batch is a list of events")
    if len(document) > MOST_EVENTS:
        raise InvalidEvent("", f"a batch of {len(document)} events; {MOST_EVENTS} are the most")
    failed = await asyncio.to_thread(_take_all, services_of(request), document)
    return JSONResponse(_summary(len(document), failed))


def _take_all(services: Services, documents: list[Any]) -> list[dict[str, Any]]:
    failed: list[dict[str, Any]] = []
    found: list[tuple[int, Observation]] = []
    for index, document in enumerate(documents):
        try:
            found.append((index, read_event(document, f"/{index}")))
        except InvalidEvent as error:
            failed.append(_failure(index, error, retriable=False))
    marked: dict[str, None] = {}
    for start in range(0, len(found), AT_ONCE):
        part = found[start : start + AT_ONCE]
        try:
            runs = services.observe([observation for _, observation in part])
            marked |= dict.fromkeys(run for run in runs if run)
        except Unavailable as error:
            failed += [_failure(index, error, retriable=True) for index, _ in part]
    publish_observed(services, list(marked))
    return sorted(failed, key=lambda failure: failure["index"])


def _failure(index: int, error: Exception, *, retriable: bool) -> dict[str, Any]:
    return {"index": index, "reason": str(error), "retriable": retriable}


def _summary(received: int, failed: list[dict[str, Any]]) -> dict[str, Any]:
    retriable = sum(failure["retriable"] for failure in failed)
    return {
        "status": "partial_success" if failed else "success",
        "summary": {
            "received": received,
            "successful": received - len(failed),
            "failed": len(failed),
            "retriable": retriable,
            "non_retriable": len(failed) - retriable,
        },
        "failed_events": failed,
    }


async def _body(request: Request) -> bytes:
    body = await _received(request)
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise HTTPException(415, f"a body in {encoding} is not understood; send it plain or as gzip")
    return _unzipped(body)


async def _received(request: Request) -> bytes:
    """As `request.body()`, which opens a generator for what nearly always comes in one piece."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _unzipped(body: bytes) -> bytes:
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unzip.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise HTTPException(400, f"the body is not gzip, though its header says so ({error})") from None
    if unzip.unconsumed_tail:
        raise HTTPException(413, f"the body is larger than {MOST_BYTES} bytes when it is unpacked")
    if not unzip.eof:
        raise HTTPException(400, "the gzip body is cut short")
    return plain


def _parsed(body: bytes) -> Any:
    try:
        return _JSON.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"the body is not JSON that can be read: {error}") from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


_JSON = json.JSONDecoder(parse_constant=_no_number)
