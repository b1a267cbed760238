"""From the outbox in the graph to a webhook, with a real receiver."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.notify import deliver_due
from connectors.notify.outbox import unsent
from graph_model.audit.record import Notice, notify
from graph_model.settings import NotifySettings
from graph_model.store.graph import Graph


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted to it; answers what `answer` says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = 200
        self.received: list[tuple[str | None, dict[str, object]]] = []

    @property
    def settings(self) -> NotifySettings:
        return NotifySettings.model_validate({"webhook": f"http://127.0.0.1:{self.server_port}/hook"})


class _Handler(BaseHTTPRequestHandler):
    server: Receiver  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((self.headers["Idempotency-Key"], body))
        self.send_response(self.server.answer)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def a_receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def put(graph: Graph, *ids: str) -> None:
    notices = [
        Notice(known, "failed", "rn_1", "ds_unknown", "failed: partition 2013-01-05", "exited with 3") for known in ids
    ]
    graph.write(lambda tx: notify(tx, notices))


def test_a_notice_is_posted_once_with_its_id_as_the_key(graph: Graph) -> None:
    put(graph, "failed/rn_1/1")

    with a_receiver() as receiver:
        delivered = [deliver_due(graph, receiver.settings), deliver_due(graph, receiver.settings)]

    assert delivered == [1, 0]
    ((key, body),) = receiver.received
    assert key == body["id"] == "failed/rn_1/1"
    assert body["title"] == "failed: partition 2013-01-05"
    assert body["body"] == "exited with 3"


@pytest.mark.parametrize("answer", [500, 302])
def test_a_notice_that_is_not_taken_stays_and_does_not_hold_up_the_others(graph: Graph, answer: int) -> None:
    put(graph, "failed/rn_1/1", "failed/rn_2/1")

    with a_receiver() as receiver:
        receiver.answer = answer
        delivered = deliver_due(graph, receiver.settings)

    assert delivered == 0
    assert len(receiver.received) == 2, "each was tried once, and no redirect was followed"
    assert unsent(graph) == (), "both wait for their time"
    assert graph.rows("notify.mark_sent", notices=["failed/rn_1/1", "failed/rn_2/1"]), "and both are still open"


def test_without_a_webhook_a_notice_goes_to_the_log(graph: Graph, caplog: pytest.LogCaptureFixture) -> None:
    put(graph, "failed/rn_1/1")

    delivered = deliver_due(graph, NotifySettings.model_validate({"webhook": None}))

    assert delivered == 1
    assert "failed: partition 2013-01-05: exited with 3" in caplog.text
    assert unsent(graph) == ()
