"""Is the process alive, and can it serve."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from kombu.connection import Connection

from app.services import Services
from graph_model.errors import Unavailable
from graph_model.store.graph import Graph
from graph_model.store.migrations import pending

router = APIRouter(tags=["health"])
GRAPH_SECONDS, BROKER_SECONDS = 3.0, 1.0


class Readiness:
    """Asks graph and broker. However often it is asked, one question at a time is under way: a graph that hangs must
    not hold a thread for each probe."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._graph: asyncio.Task[str | None] | None = None
        self._broker: asyncio.Task[str] | None = None

    async def graph(self) -> str | None:
        """Why the graph cannot serve, or None."""
        if self._graph is None or self._graph.done():
            self._graph = asyncio.create_task(asyncio.to_thread(_graph_problem, self._services.graph))
        try:
            return await asyncio.wait_for(asyncio.shield(self._graph), GRAPH_SECONDS)
        except TimeoutError:
            return f"the graph gave no answer within {GRAPH_SECONDS:g} s"

    async def broker(self) -> str:
        """`none`, `up` or `down`. Only said: without a broker, workers look for their runs themselves."""
        if self._services.broker_url is None:
            return "none"
        if self._broker is None or self._broker.done():
            self._broker = asyncio.create_task(asyncio.to_thread(_broker_state, self._services.broker_url))
        try:
            return await asyncio.wait_for(asyncio.shield(self._broker), 2 * BROKER_SECONDS)
        except TimeoutError:
            return "down"


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """This process answers; nothing else is asked."""
    return {"status": "alive"}


@router.get("/readyz", responses={503: {"description": "Cannot serve; `reason` says why"}})
async def readyz(request: Request) -> JSONResponse:
    """The graph answers and has every migration."""
    readiness: Readiness = request.app.state.readiness
    reason, broker = await asyncio.gather(readiness.graph(), readiness.broker())
    if reason is not None:
        return JSONResponse({"status": "unavailable", "reason": reason, "broker": broker}, status_code=503)
    return JSONResponse({"status": "ready", "broker": broker})


def _graph_problem(graph: Graph) -> str | None:
    try:
        missing = pending(graph)
    except Unavailable as error:
        return str(error)
    return f"migrations are missing ({', '.join(missing)}): run `headwater migrate`" if missing else None


def _broker_state(url: str) -> str:
    options = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
    try:
        with Connection(url, connect_timeout=int(BROKER_SECONDS), transport_options=options) as connection:
            connection.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except Exception:  # noqa: BLE001  each kind of broker has its own errors, and all mean the same here
        return "down"
    return "up"
