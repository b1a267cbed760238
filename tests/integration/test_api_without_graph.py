"""What the API says while the graph, or the broker, is away; and when it cannot listen."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.main import create_app, listen, serve
from graph_model.errors import GraphUnavailable, PortTaken, SettingsError
from graph_model.settings import ApiSettings, BrokerSettings, GraphSettings, StorageSettings
from graph_model.store.graph import Graph
from tests.integration.api import call, graphql


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port that is held, and where nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@pytest.fixture
def app(nobody: int, tmp_path: Path) -> Iterator[FastAPI]:
    with Graph(GraphSettings(uri=f"bolt://127.0.0.1:{nobody}", timeout=1)) as graph:
        yield create_app(graph=graph, broker_url=f"redis://127.0.0.1:{nobody}/0", storage_root=tmp_path)


def test_the_process_is_alive_all_the_same(app: FastAPI) -> None:
    assert call(app, "GET", "/healthz").json() == {"status": "alive"}


def test_it_is_not_ready_and_says_why(app: FastAPI) -> None:
    response = call(app, "GET", "/readyz")

    assert response.status_code == 503
    assert response.json()["broker"] == "down"
    assert "HEADWATER_GRAPH_URI" in response.json()["reason"]


def test_graphql_answers_with_a_code(app: FastAPI) -> None:
    answer = graphql(app, '{ dataset(namespace: "a", name: "b") { __typename } }')

    assert (answer["data"], answer["errors"][0]["extensions"]) == (None, {"code": "UNAVAILABLE"})


def test_rest_answers_with_a_problem_that_may_be_tried_again(app: FastAPI) -> None:
    response = call(app, "POST", "/api/v1/versions", json={"dataset": "a/b"})

    assert (response.status_code, response.json()["code"]) == (503, "UNAVAILABLE")
    assert response.headers["retry-after"] == "1"


def _serve(api: ApiSettings, nobody: int, root: Path) -> None:
    graph = GraphSettings(uri=f"bolt://127.0.0.1:{nobody}", timeout=1, password=SecretStr(""))
    serve(api=api, graph=graph, broker=BrokerSettings(url=None), storage=StorageSettings(root=root))


def test_a_taken_port_is_named_before_anything_starts(nobody: int, tmp_path: Path) -> None:
    with pytest.raises(PortTaken, match=f"port {nobody} on 127.0.0.1 is taken"):
        _serve(ApiSettings(host="127.0.0.1", port=nobody), nobody, tmp_path)


def test_an_address_of_another_machine_is_a_wrong_setting(nobody: int, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HEADWATER_API_HOST"):
        _serve(ApiSettings(host="192.0.2.1", port=0), nobody, tmp_path)


def test_a_graph_that_is_away_is_said_before_anything_is_served(nobody: int, tmp_path: Path) -> None:
    with pytest.raises(GraphUnavailable, match=str(nobody)):
        _serve(ApiSettings(host="127.0.0.1", port=0), nobody, tmp_path)


def test_an_answer_goes_out_at_once_and_waits_for_no_confirmation_of_its_head() -> None:
    async def is_sent_at_once() -> bool:
        found: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def look(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            found.set_result(bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
            writer.close()

        listener = listen(ApiSettings(host="127.0.0.1", port=0))
        async with await asyncio.start_server(look, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            try:
                return await found
            finally:
                writer.close()

    assert asyncio.run(is_sent_at_once())
