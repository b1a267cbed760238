"""Connections as Relay spells them: pages with cursors, forward only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Generic, TypeVar

import strawberry

from graph_model.errors import InvalidInput

T = TypeVar("T")
DEFAULT_PAGE = 50

First = Annotated[int, strawberry.argument(description="How many, at most 200.")]
After = Annotated[
    str | None, strawberry.argument(description="The endCursor of the page before, under the same filters.")
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="One element of a page.")
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo
    count: strawberry.Private[Callable[[], Awaitable[int]] | None] = None

    @strawberry.field(
        description="How long the whole list is. Null inside of other lists, where counting costs too much."
    )
    async def total_count(self) -> int | None:
        return await self.count() if self.count else None


def not_a_cursor() -> InvalidInput:
    return InvalidInput("after", "this is not a cursor; pass the endCursor of a page as it came")


class Cursors:
    """Makes and reads the cursors of one list. They are bound to its filters: another list refuses them."""

    def __init__(self, *filters: object) -> None:
        self._mark = hashlib.sha256(repr(filters).encode()).hexdigest()[:8]

    def write(self, *place: str) -> str:
        return base64.urlsafe_b64encode(json.dumps([self._mark, *place]).encode()).decode()

    def read(self, cursor: str | None) -> tuple[str, ...] | None:
        """The place that `write` was given. Raises InvalidInput."""
        if cursor is None:
            return None
        try:
            mark, *place = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        except (binascii.Error, ValueError, TypeError):
            raise not_a_cursor() from None
        if mark != self._mark or not place or not all(isinstance(part, str) for part in place):
            raise InvalidInput("after", "this cursor belongs to a list with other filters; start again without it")
        return tuple(place)


def connection(
    nodes: Sequence[T],
    cursors: Sequence[str],
    *,
    has_next: bool,
    after: str | None,
    count: Callable[[], Awaitable[int]] | None = None,
) -> Connection[T]:
    """The page of `nodes`, each with its cursor."""
    info = PageInfo(
        has_next_page=has_next,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
    edges = [Edge(cursor=cursor, node=node) for cursor, node in zip(cursors, nodes, strict=True)]
    return Connection(edges=edges, page_info=info, count=count)
