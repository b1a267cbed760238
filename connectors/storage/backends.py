"""Sessions on a PostgreSQL server that can be told apart, found again and ended.

A client that was stopped, not killed, leaves its session `idle in transaction` with all its locks: whoever comes after
it would wait for ever. So every session that writes is called after its place and its fence, and a later one ends those
before it. Other databases have nothing of that, and need none where they are a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import event

# What a session is called may be no longer than this.
MOST_BYTES = 63
# How long the server may take to end another session.
_END_WITHIN_MS = 2_000
# So long a number stands in a name that names sort like their numbers.
_DIGITS = 19
_OLDER = sa.text(
    "SELECT pg_terminate_backend(pid, :within) FROM pg_stat_activity"
    " WHERE starts_with(application_name, :place) AND datname = current_database() AND pid <> pg_backend_pid()"
    ' AND application_name COLLATE "C" < :upto'
)


def session_name(place: str, number: int, holder: str) -> str:
    """`hw:PLACE:NUMBER:HOLDER`: what writes the same place begins alike, and sorts by its number."""
    return f"{_of_place(place)}{number:0{_DIGITS}d}:{holder}"[:MOST_BYTES]


def end_older(connection: sa.Connection, place: str, number: int) -> int:
    """Ends all sessions for `place` with a smaller number; how many there were. What they had not committed is gone."""
    if connection.dialect.name != "postgresql":
        return 0
    upto = session_name(place, number, "")
    found = connection.execute(_OLDER, {"within": _END_WITHIN_MS, "place": _of_place(place), "upto": upto})
    return len(found.all())


def configured(engine: sa.Engine, settings: Mapping[str, str]) -> sa.Engine:
    """The same engine, each of whose sessions has these settings of PostgreSQL; elsewhere they mean nothing."""
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", lambda connection, _: _configure(connection, settings))
    return engine


def _configure(connection: object, settings: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.commit()  # type: ignore[attr-defined]


def _of_place(place: str) -> str:
    return f"hw:{hashlib.sha256(place.encode()).hexdigest()[:12]}:"
