"""A process that is asked to end asks its database first: the statement under way is cancelled there, then we go."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

# The database may take so long to hear of it; the one who asks us waits a little longer.
_HEARD_WITHIN_SECONDS = 3.0
EXIT_CODE = 128 + signal.SIGTERM


class CancelledError(Exception):
    """The process was asked to end."""


class Cancelling:
    """Made once. The process blocks SIGTERM before it has other threads; then one thread here hears it and no other."""

    def __init__(self) -> None:
        self.asked = False
        self._lock = threading.Lock()
        self._connections: list[Any] = []
        threading.Thread(target=self._wait, name="cancel", daemon=True).start()

    def watch(self, connection: sa.Connection) -> None:
        """Statements on this connection are cancelled with the rest. Raises CancelledError when it is too late."""
        with self._lock:
            self._connections.append(connection.connection.dbapi_connection)
        if self.asked:
            raise CancelledError

    def _wait(self) -> None:
        signal.sigwait({signal.SIGTERM})
        self.asked = True
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with suppress(Exception):
                cancel_statement(connection)


def cancel_statement(connection: Any) -> None:
    """On a connection of a driver: psycopg asks the server, SQLite and DuckDB are interrupted where they are."""
    if hasattr(connection, "cancel_safe"):
        connection.cancel_safe(timeout=_HEARD_WITHIN_SECONDS)
    elif hasattr(connection, "interrupt"):
        connection.interrupt()
    elif hasattr(connection, "cancel"):
        connection.cancel()
