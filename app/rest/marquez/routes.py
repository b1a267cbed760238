"""What these routes share: paths as they were sent, errors as Marquez' clients read them, one read for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from app.rest.versions import services_of
from app.services import Services
from graph_model.errors import DomainError, InvalidEvent, NotFound, Unavailable
from graph_model.lineage.repository import Rows
from graph_model.store.graph import Graph

T = TypeVar("T")
INCOMPLETE = "Headwater-Incomplete"
MOST = 10_000
"""So many of a list at most come at once."""

Limit = Annotated[int, Query(ge=0, le=MOST, description="how many")]
Offset = Annotated[int, Query(ge=0, le=2**53, description="how many to pass over")]


class Body(BaseModel):
    """What a client sends; its words are spelled likeThis."""

    model_config = ConfigDict(alias_generator=to_camel)


class Refusal(Exception):
    """What a client is told, with the status of HTTP that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def missing(kind: str, name: str) -> Refusal:
    """Of a thing that is not there, in Marquez' words."""
    return Refusal(404, f"{kind} '{name}' not found.")


class ExactRoute(APIRoute):
    """Matches the path as it was sent, so that `%2F` is a slash within a name and not one between two of them."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        raw = scope.get("raw_path")
        if scope["type"] != "http" or raw is None:
            return super().matches(scope)
        match, child = super().matches({**scope, "path": raw.decode("latin-1").partition("?")[0]})
        if match is not Match.NONE:
            child["path_params"] = {name: unquote(value) for name, value in child["path_params"].items()}
        return match, child

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handle_or_tell(request: Request) -> Response:
            try:
                return await handle(request)
            except (Refusal, DomainError, Unavailable, RequestValidationError, HTTPException) as error:
                return told_of(error)

        return handle_or_tell


def told_of(error: Exception) -> Response:
    """An error in Marquez' form."""
    match error:
        case Refusal():
            status, message = error.status, str(error)
        case NotFound():
            status, message = 404, str(error)
        case InvalidEvent():
            status, message = 422, str(error)
        case DomainError():
            status, message = 400, str(error)
        case HTTPException():
            status, message = error.status_code, str(error.detail)
        case RequestValidationError():
            status = 422 if any(item["loc"][0] == "body" for item in error.errors()) else 400
            message = "; ".join(f"{'.'.join(map(str, item['loc'][1:]))}: {item['msg']}" for item in error.errors())
        case _:
            status, message = 503, str(error)
    headers = {"Retry-After": "1"} if status == 503 else None
    return as_json({"code": status, "message": message}, status=status, headers=headers)


@dataclass(frozen=True, slots=True)
class Raw:
    """JSON that is text already."""

    text: bytes


def as_json(content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    text = content.text if isinstance(content, Raw) else to_json(content)
    return Response(text, status, headers, media_type="application/json")


def router(tag: str) -> APIRouter:
    return APIRouter(prefix="/api/v1", tags=[tag], route_class=ExactRoute)


async def answer(request: Request, work: Callable[[Rows], Any]) -> Response:
    """What `work` makes of one look at the graph, as JSON; all that it reads is of one transaction."""
    graph = services_of(request).graph
    return await asyncio.to_thread(lambda: as_json(graph.read(work)))


async def answer_with_reasons(request: Request, work: Callable[[Graph], tuple[Any, Iterable[str]]]) -> Response:
    """What `work` finds, with the reasons why something may be missing. Marquez' form has no place for these, so they
    come in a header."""
    graph = services_of(request).graph

    def ask() -> Response:
        content, reasons = work(graph)
        return as_json(content, headers={INCOMPLETE: ", ".join(reasons)} if reasons else None)

    return await asyncio.to_thread(ask)


async def change(request: Request, work: Callable[[Services], Any], *, status: int = 200) -> Response:
    """What `work` makes after it changed something, as JSON."""
    services = services_of(request)
    return await asyncio.to_thread(lambda: as_json(work(services), status=status))
