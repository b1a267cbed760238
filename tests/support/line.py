"""A line to a server that a test can spoil: a proxy on loopback that passes bytes on both ways until told otherwise."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from urllib.parse import urlsplit, urlunsplit

LOOPBACK = "127.0.0.1"
# One Bolt message in one chunk: length 2, structure without fields, tag of COMMIT, end of message.
COMMIT = bytes.fromhex("0002 b012 0000")
CHUNK = 1 << 16
STEP_SECONDS = 0.02


class Loss(Enum):
    BEFORE_THE_SERVER = "the COMMIT never reaches the server, which then rolls back"
    AFTER_THE_SERVER = "the server commits, and its reply is lost"


class Line:
    """Forwards connections to the server at `uri`; `uri` of the line itself leads there through it.

    Cut: open connections break, and new ones are closed at once. Silent: they stay open, and nothing arrives. Slow:
    each piece waits first. A COMMIT that is to be lost costs its one connection.
    """

    def __init__(self, uri: str) -> None:
        self._parts = urlsplit(uri)
        self._server = socket.create_server((LOOPBACK, 0))
        self._open: list[socket.socket] = []
        self._is_cut = False
        self._is_silent = False
        self._seconds = 0.0
        self._loss: Loss | None = None
        self.lost = 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def uri(self) -> str:
        """The server's own address, user and path included, with this line's host and port in it."""
        login, at, _ = self._parts.netloc.rpartition("@")
        return urlunsplit(self._parts._replace(netloc=f"{login}{at}{LOOPBACK}:{self._server.getsockname()[1]}"))

    def cut(self) -> None:
        self._is_cut = True
        for end in self._open:
            _hang_up(end)
        self._open.clear()

    def fall_silent(self) -> None:
        """A black hole: what either side sends from now on waits until the line is mended."""
        self._is_silent = True

    def slow_down(self, seconds: float) -> None:
        """What either side sends takes so long to arrive."""
        self._seconds = seconds

    def lose_next_commit(self, loss: Loss) -> None:
        self._loss = loss

    def mend(self) -> None:
        self._is_cut = self._is_silent = False
        self._seconds = 0.0

    def close(self) -> None:
        _hang_up(self._server)
        self.cut()
        self._is_silent = False

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                if self._is_cut:
                    near.close()
                else:
                    self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection((self._parts.hostname or LOOPBACK, self._parts.port or 7687))
        except OSError:
            near.close()
            return
        self._open += [near, far]
        losing = threading.Event()
        for work in (self._to_server, self._to_client):
            threading.Thread(target=work, args=(near, far, losing), daemon=True).start()

    def _to_server(self, near: socket.socket, far: socket.socket, losing: threading.Event) -> None:
        with suppress(OSError):
            while data := near.recv(CHUNK):
                self._travel()
                if self._loss is not None and COMMIT in data:
                    loss, self._loss = self._loss, None
                    self.lost += 1
                    if loss is Loss.BEFORE_THE_SERVER:
                        break
                    losing.set()
                far.sendall(data)
        if not losing.is_set():
            _hang_up(near)
            _hang_up(far)

    def _to_client(self, near: socket.socket, far: socket.socket, losing: threading.Event) -> None:
        with suppress(OSError):
            while data := far.recv(CHUNK):
                self._travel()
                if losing.is_set():
                    break
                near.sendall(data)
        _hang_up(near)
        _hang_up(far)

    def _travel(self) -> None:
        if self._seconds:
            time.sleep(self._seconds)
        while self._is_silent:
            time.sleep(STEP_SECONDS)


@contextmanager
def a_line_to(uri: str) -> Iterator[Line]:
    line = Line(uri)
    try:
        yield line
    finally:
        line.close()


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
