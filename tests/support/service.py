"""A service that works for some time, as jobs of kind http meet them. It keeps what was asked of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Reply:
    """`value` is sent as JSON; a text as it is. `status` 0: the connection is closed without a word."""

    status: int = 200
    value: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Answers = Callable[[Asked], Reply]


@dataclass(slots=True)
class Service:
    url: str
    asked: list[Asked]

    def of(self, method: str, path: str) -> list[Asked]:
        return [one for one in self.asked if (one.method, one.path) == (method, path)]


@contextmanager
def serving(answers: Answers) -> Iterator[Service]:
    """Answers on loopback until the block ends."""
    asked: list[Asked] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answers, asked))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Service(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(answers: Answers, asked: list[Asked]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            one = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length).decode())
            asked.append(one)
            reply = answers(one)
            if not reply.status:
                self.close_connection = True
                return
            body = reply.value if isinstance(reply.value, str) else json.dumps(reply.value)
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(body.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  http.server's names

        def log_message(self, format: str, *args: Any) -> None:
            """Keeps the test's output clean."""

    return Handler
