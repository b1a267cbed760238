"""How errors reach a REST client: problem details (RFC 9457) with a stable `code`. Only here are status codes known."""

from __future__ import annotations

import uuid

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from graph_model.errors import DomainError, InvalidEvent, NotFound, Unavailable

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
_TITLES = {
    404: "Not found",
    413: "Too large",
    422: "The input cannot be used",
    500: "Unexpected error",
    503: "Unavailable",
}


def problem(status: int, code: str, message: str, *, nearest: str | None = None, **more: object) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "message": message,
    }
    content = body | {"nearest": nearest} | more
    headers = {"Retry-After": "1"} if status == 503 else None
    return JSONResponse(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def handle_errors(app: FastAPI) -> None:
    """Maps every error once, for all routes of `app`."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _domain(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)
    status = 404 if isinstance(error, NotFound) else 422
    where = {"pointer": error.pointer} if isinstance(error, InvalidEvent) else {}
    return problem(status, error.code, str(error), nearest=getattr(error, "nearest", None), **where)


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("unavailable", path=request.url.path, problem=str(error))
    return problem(503, "UNAVAILABLE", str(error))


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = [f"{'.'.join(str(part) for part in item['loc'][1:]) or 'body'}: {item['msg']}" for item in error.errors()]
    return problem(422, "INVALID_INPUT", "; ".join(found))


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, f"HTTP_{error.status_code}", str(error.detail))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """The client gets a number, the log gets the rest under it."""
    number = uuid.uuid4().hex
    log.error("unexpected error", correlation_id=number, path=request.url.path, exc_info=error)
    message = f"something went wrong inside Headwater; its log says more under {number}"
    return problem(500, "INTERNAL", message, correlation_id=number)
