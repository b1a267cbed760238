"""The API process: `create_app` joins the objects, `serve` listens."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI
from strawberry.fastapi import GraphQLRouter

from app.graphql.context import Context
from app.graphql.schema import build_schema
from app.rest import checks, health, lineage, marquez, reads, runs, versions
from app.rest.errors import handle_errors
from app.services import Services
from app.waiting import Waiting, successful_runs
from graph_model.errors import PortTaken, SettingsError
from graph_model.garbage import collect_rarely_from_here
from graph_model.logs import configure_logs
from graph_model.settings import ApiSettings, BrokerSettings, DataSettings, GraphSettings, StorageSettings, roots_of
from graph_model.store.graph import Graph
from graph_model.versions.roots import Roots

log = structlog.get_logger(__name__)
MOST_BODY_BYTES = 1024 * 1024
# Asyncio has as many as there are cores and four more. Ours wait for the graph, and only as many as wait together can
# be committed together.
MOST_THREADS = 64


def create_app(
    *, graph: Graph, broker_url: str | None, storage_root: Roots | Path, development: bool = False
) -> FastAPI:
    """The application over objects that the caller made and will close. `development` serves GraphiQL to browsers."""
    services = Services(graph, broker_url, storage_root)
    app = FastAPI(
        title="Headwater",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        max_body_size=MOST_BODY_BYTES,
        # No exporter is installed; looking for one would cost every request a tenth of what an event does.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_with_threads,
    )
    app.state.services = services
    app.state.waiting = Waiting(graph)
    app.state.waiting_for_runs = Waiting(graph, successful_runs)
    app.state.readiness = health.Readiness(services)
    # An address is held against one route after the other: first what clients report, and what is asked most.
    lineage.take_single_events(app)
    app.include_router(lineage.router)
    app.include_router(_graphql(services, development=development), prefix="/graphql")
    app.include_router(health.router)
    app.include_router(versions.router)
    app.include_router(checks.router)
    app.include_router(reads.router)
    app.include_router(runs.router)
    for router in marquez.ROUTERS:
        app.include_router(router)
    handle_errors(app)
    return app


def serve(
    *,
    api: ApiSettings,
    graph: GraphSettings,
    broker: BrokerSettings,
    storage: StorageSettings,
    data: DataSettings | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serves until it is told to stop. Raises PortTaken, SettingsError, GraphUnavailable before anything is served.

    `announce` gets the address as soon as clients can connect (port 0 takes a free one).
    """
    configure_logs()
    listener = listen(api)
    with listener, Graph(graph) as store:
        log.info("graph answers", engine=store.engine, uri=graph.uri)
        url = broker.url.get_secret_value() if broker.url else None
        roots = roots_of(storage, data or DataSettings())
        app = create_app(graph=store, broker_url=url, storage_root=roots, development=api.development)
        address = _address(listener)
        log.info("listening", address=address)
        if announce:
            announce(address)
        collect_rarely_from_here()
        config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, ws="none")
        uvicorn.Server(config).run(sockets=[listener])


@asynccontextmanager
async def _with_threads(_: FastAPI) -> AsyncIterator[None]:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="api"))
    yield


def _graphql(services: Services, *, development: bool) -> GraphQLRouter[Context, None]:
    async def context() -> Context:
        return Context(services)

    return GraphQLRouter(
        build_schema(),
        context_getter=context,
        graphql_ide="graphiql" if development else None,
        allow_queries_via_get=False,
        subscription_protocols=(),
    )


def listen(api: ApiSettings) -> socket.socket:
    """A bound socket: what is taken or cannot be is known here, not inside of the server."""
    if not _is_loopback(api.host):
        log.warning(
            "listening beyond this machine, without authentication", host=api.host, setting="HEADWATER_API_HOST"
        )
    family = socket.AF_INET6 if ":" in api.host else socket.AF_INET
    # Asyncio sends at once only on sockets that say they are TCP. On others the body of an answer, which goes after its
    # head, waits up to 40 ms for the client to confirm that.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((api.host, api.port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise _refusal(api, error) from error
    return listener


def _refusal(api: ApiSettings, error: OSError) -> PortTaken | SettingsError:
    if error.errno == errno.EADDRINUSE:
        return PortTaken(api.host, api.port, "HEADWATER_API_PORT")
    where = f"{api.host}:{api.port}"
    return SettingsError(f"cannot listen on {where} ({error}): mend HEADWATER_API_HOST and HEADWATER_API_PORT")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
