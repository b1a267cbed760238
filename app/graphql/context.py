"""What every resolver has at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

import strawberry
from strawberry.fastapi import BaseContext

from app.graphql.loaders import Loaders
from app.services import Services
from connectors.bell import ring
from graph_model.store.graph import Graph

P = ParamSpec("P")
T = TypeVar("T")


class Context(BaseContext):
    """One per request: loaders remember what this request has seen, and nothing longer."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.load = Loaders(services.graph)

    async def ask(self, question: Callable[Concatenate[Graph, P], T], *args: P.args, **options: P.kwargs) -> T:
        """Puts a question to the graph in a thread, so that the event loop never waits for it."""
        return await asyncio.to_thread(question, self.services.graph, *args, **options)

    async def ring(self, runs: Iterable[str]) -> list[strawberry.ID]:
        """Rings for runs that were made, in a thread; gives back their ids as the schema has them."""
        made = list(runs)
        await asyncio.to_thread(ring, self.services.broker_url, made)
        return [strawberry.ID(run) for run in made]


Info: TypeAlias = strawberry.Info[Context, Any]
