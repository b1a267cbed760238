"""Anything by its id. The first letters of an id say what it is of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from app.graphql.consumers import Consumer
from app.graphql.context import Info
from app.graphql.datasets import Dataset
from app.graphql.jobs import Job
from app.graphql.names import Node
from app.graphql.observed_runs import ObservedRun
from app.graphql.runs import Run
from app.graphql.versions import Version
from graph_model.consumers.repository import consumers_by_id


@strawberry.type
class NodeQuery:
    @strawberry.field(description="A dataset, job, consumer, version or (observed) run by its id; null: there is none.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        return await find_node(info, id)


async def find_node(info: Info, node_id: str) -> Node | None:
    """None: there is none of this id, or nothing that has ids like it."""
    find = _FINDERS.get(node_id.partition("_")[0])
    return await find(info, node_id) if find else None


async def _consumer(info: Info, node_id: str) -> Node | None:
    found = await info.context.ask(consumers_by_id, [node_id])
    return Consumer.of(found[node_id]) if found else None


def _loaded(kind: Any, loader: str) -> Callable[[Info, str], Awaitable[Node | None]]:
    async def find(info: Info, node_id: str) -> Node | None:
        found = await getattr(info.context.load, loader).load(node_id)
        return kind.of(found) if found else None

    return find


_FINDERS: dict[str, Callable[[Info, str], Awaitable[Node | None]]] = {
    "ds": _loaded(Dataset, "dataset"),
    "jb": _loaded(Job, "job"),
    "cn": _consumer,
    "rn": _loaded(Run, "run"),
    "or": _loaded(ObservedRun, "observed_run"),
    "vs": _loaded(Version, "version"),
}
