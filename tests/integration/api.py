"""Asks the application in this process, over its real ASGI interface."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from app.main import create_app
from graph_model.store.graph import Graph

STORAGE_ROOT = Path("/srv/storage")


def app_on(graph: Graph, **options: Any) -> FastAPI:
    return create_app(graph=graph, broker_url=None, storage_root=STORAGE_ROOT, **options)


def call(app: FastAPI, method: str, path: str, **options: Any) -> httpx.Response:
    """One request. An error inside of the application is its answer, as it is for a real client."""

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://headwater") as client:
            return await client.request(method, path, **options)

    return asyncio.run(request())


def graphql(app: FastAPI, query: str, **variables: Any) -> dict[str, Any]:
    """The whole answer, with `data` and perhaps `errors`."""
    response = call(app, "POST", "/graphql", json={"query": query, "variables": variables})
    assert response.status_code == 200, response.text
    return response.json()


def data(app: FastAPI, query: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer without errors."""
    answer = graphql(app, query, **variables)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]
