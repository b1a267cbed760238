"""How errors reach a client: mistakes of the caller as data, trouble as an error with a code, the rest as a number.

The only place of the GraphQL edge that knows what an error of `graph_model` looks like outside.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.types.field import StrawberryField

from graph_model.errors import DomainError, NotFound, Refused, Unavailable

log = structlog.get_logger(__name__)


@strawberry.interface(description="Something the caller can mend. `code` is stable, `message` is for people.")
class Error:
    code: str
    message: str
    nearest: str | None = strawberry.field(
        default=None, description="The known name most like the one that was asked for."
    )


@strawberry.type(description="There is no such thing.")
class NotFoundError(Error):
    pass


@strawberry.type(description="The input cannot be used as it stands.")
class InvalidInputError(Error):
    pass


@strawberry.type(description="It cannot be done in the state that the thing is in.")
class RefusedError(Error):
    pass


class NotFoundHandler(strawberry.ExceptionHandler[NotFound, NotFoundError]):
    """Into the union of every field that lists NotFoundError."""

    def handle(self, exception: NotFound, *, field: StrawberryField, info: strawberry.Info) -> NotFoundError:
        return NotFoundError(code=exception.code, message=str(exception), nearest=exception.nearest)


class RefusedHandler(strawberry.ExceptionHandler[Refused, RefusedError]):
    """Into the union of every field that lists RefusedError."""

    def handle(self, exception: Refused, *, field: StrawberryField, info: strawberry.Info) -> RefusedError:
        return RefusedError(code=exception.code, message=str(exception))


class InvalidInputHandler(strawberry.ExceptionHandler[DomainError, InvalidInputError]):
    """Every other mistake of the caller, into the union of every field that lists InvalidInputError."""

    def handle(self, exception: DomainError, *, field: StrawberryField, info: strawberry.Info) -> InvalidInputError:
        return InvalidInputError(
            code=exception.code, message=str(exception), nearest=getattr(exception, "nearest", None)
        )


HANDLERS: tuple[strawberry.ExceptionHandler[Any, Any], ...] = (
    NotFoundHandler(),
    RefusedHandler(),
    InvalidInputHandler(),
)


def presentable(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """The same errors as a client may see them; what is hidden is logged under the number that the client gets."""
    return [_presentable(error) for error in errors]


def _presentable(error: GraphQLError) -> GraphQLError:
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if cause is None:
        return error
    if isinstance(cause, DomainError):
        return _replaced(error, str(cause), {"code": cause.code})
    if isinstance(cause, Unavailable):
        log.warning("unavailable", path=error.path, problem=str(cause))
        return _replaced(error, str(cause), {"code": "UNAVAILABLE"})
    return _masked(error, cause)


def _masked(error: GraphQLError, cause: Exception) -> GraphQLError:
    number = uuid.uuid4().hex
    log.error("unexpected error", correlation_id=number, path=error.path, exc_info=cause)
    message = f"something went wrong inside Headwater; its log says more under {number}"
    return _replaced(error, message, {"code": "INTERNAL", "correlationId": number})


def _replaced(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
