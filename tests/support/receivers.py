"""A receiver of OpenLineage events: a real HTTP server that keeps what it is sent and answers what a test wants."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from graph_model.settings import OpenLineageSettings

# A status, a status with a JSON answer, or seconds of silence before 201.
Answer = int | tuple[int, Any] | float


class Receiver(ThreadingHTTPServer):
    """`received` is what was taken (answered below 300), in order; `asked` counts every request. `answer` decides on
    each body."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer: Callable[[Any], Answer] = lambda _: 201
        self.received: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.asked = 0
        self._connections: list[Any] = []

    def drop_connections(self) -> None:
        """Closes what clients hold open, as any server does after a while."""
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.append(request)
        super().process_request(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/v1/lineage"

    def settings(self, **more: Any) -> OpenLineageSettings:
        return OpenLineageSettings.model_validate({"url": self.url, "timeout": 2.0, **more})

    def kinds(self) -> list[tuple[str, str]]:
        """Run id and type of each event that was taken."""
        return [(event["run"]["runId"], event["eventType"]) for event in self.received]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up waiting is what a test wanted."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        document = json.loads(body)
        self.server.asked += 1
        answer = self.server.answer(document)
        if isinstance(answer, float):
            time.sleep(answer)
            answer = 201
        status, said = answer if isinstance(answer, tuple) else (answer, None)
        if status < 300:
            self.server.headers.append(dict(self.headers.items()))
            self.server.received += document if isinstance(document, list) else [document]
        text = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def a_receiver(port: int = 0) -> Iterator[Receiver]:
    with Receiver(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
