"""Whoever is told of our runs: an HTTP address, one connection, and what its answers mean."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Self
from urllib.parse import urlsplit

from graph_model.errors import Unavailable
from graph_model.settings import OpenLineageSettings

LONGEST_ANSWER = 1024 * 1024
# These are about the address, the key or the moment, so another try can help; other answers from 400 to 499 are about
# the event itself.
_ANOTHER_TRY = frozenset((401, 402, 403, 404, 405, 407, 408, 409, 425, 426, 429))


class NotTaken(Unavailable):
    """The receiver cannot be reached, or it does not take events now."""


class Refused(Exception):
    """The receiver will never take this event."""


class Receiver:
    """Keeps its connection between events, and makes a new one after any trouble. Follows no redirect: the address that
    was set is the only one that is told of runs.
    """

    def __init__(self, settings: OpenLineageSettings) -> None:
        assert settings.url is not None
        address = urlsplit(settings.url.get_secret_value())
        self._settings, self._address = settings, address
        self._path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        self.takes_lists = address.path.rstrip("/").endswith("/batch")
        self._connection: HTTPConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def send(self, event: Mapping[str, Any]) -> None:
        """Returns once the receiver has it. Raises NotTaken, Refused."""
        self._post(event)

    def send_list(self, events: Sequence[Mapping[str, Any]]) -> Mapping[int, NotTaken | Refused]:
        """The places of the events that were not taken, with why. Raises NotTaken when none was, and Refused when the
        list as such is not understood."""
        answer = self._post(events)
        failed = answer.get("failed_events") if isinstance(answer, dict) else None
        return dict(filter(None, map(_failure, failed or ())))

    def _post(self, what: Any) -> Any:
        try:
            status, answer = self._exchange(json.dumps(what, ensure_ascii=False).encode())
        except (OSError, HTTPException) as error:
            self._close()
            raise NotTaken(f"the receiver cannot be reached: {error or type(error).__name__}") from error
        if status < 300:
            return _json(answer)
        self._close()
        said = f"the receiver answered {status} {answer[:200].decode(errors='replace')}".strip()
        if 400 <= status < 500 and status not in _ANOTHER_TRY:
            raise Refused(said)
        raise NotTaken(said)

    def _exchange(self, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"}
        key = self._settings.key.get_secret_value()
        if key:
            headers["Authorization"] = f"Bearer {key}"
        if self._settings.gzip:
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body)
        is_used = self._connection is not None
        try:
            return self._ask(body, headers)
        except ConnectionError:
            # The other side may have closed what was idle for a while; a connection that is new tells whether it is up.
            if not is_used:
                raise
            self._close()
            return self._ask(body, headers)

    def _ask(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        connection = self._connected()
        connection.request("POST", self._path, body, dict(headers))
        with connection.getresponse() as response:
            return response.status, response.read(LONGEST_ANSWER)

    def _connected(self) -> HTTPConnection:
        if self._connection is None:
            kind = HTTPSConnection if self._address.scheme == "https" else HTTPConnection
            self._connection = kind(self._address.hostname or "", self._address.port, timeout=self._settings.timeout)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _failure(said: Any) -> tuple[int, NotTaken | Refused] | None:
    if not isinstance(said, dict) or not isinstance(said.get("index"), int):
        return None
    reason = str(said.get("reason") or "no reason given")
    return said["index"], NotTaken(reason) if said.get("retriable") else Refused(reason)


def _json(answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return None
