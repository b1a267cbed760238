"""A TCP proxy in front of a Bolt server that can lose one COMMIT, before or after the server has seen it."""

from __future__ import annotations

import contextlib
import socket
import threading
from enum import Enum
from typing import Self
from urllib.parse import urlsplit

from app.local.children import LOOPBACK

# One Bolt message in one chunk: length 2, structure without fields, tag of COMMIT, end of message.
COMMIT = bytes.fromhex("0002 b012 0000")


class Loss(Enum):
    BEFORE_THE_SERVER = "the COMMIT never reaches the server, which then rolls back"
    AFTER_THE_SERVER = "the server commits, and its reply is lost"


class BoltProxy:
    """Forwards everything until told to lose a COMMIT; then cuts that one connection and forwards again."""

    def __init__(self, uri: str) -> None:
        target = urlsplit(uri)
        self._target = (target.hostname or LOOPBACK, target.port or 7687)
        self._loss: Loss | None = None
        self._listener = socket.create_server((LOOPBACK, 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        self.lost = 0

    @property
    def uri(self) -> str:
        return f"bolt://{LOOPBACK}:{self._listener.getsockname()[1]}"

    def lose_next_commit(self, loss: Loss) -> None:
        self._loss = loss

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _cut(self._listener)
        for thread in self._threads:
            thread.join(timeout=10)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            losing = threading.Event()
            for work in (self._to_server, self._to_client):
                self._threads.append(threading.Thread(target=work, args=(client, server, losing), daemon=True))
                self._threads[-1].start()

    def _to_server(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if COMMIT in data and self._loss is not None:
                    loss, self._loss = self._loss, None
                    self.lost += 1
                    if loss is Loss.BEFORE_THE_SERVER:
                        break
                    losing.set()
                server.sendall(data)
        if not losing.is_set():
            _cut(client, server)

    def _to_client(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if losing.is_set():
                    break
                client.sendall(data)
        _cut(client, server)


def _cut(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
