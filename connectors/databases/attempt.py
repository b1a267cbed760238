"""One attempt at writing into a database: how it begins, keeps its place, and is ended when it is dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from connectors.storage.backends import end_older, session_name
from connectors.storage.database import database, writing
from connectors.storage.fences import Fence, end_fence, hold_fence, make_fence_table, raise_fence
from graph_model.errors import ContentError
from graph_model.versions.entities import Content

# So long the server looks whether a client is still there while a statement of it runs.
_CLIENT_LOOKED_AFTER = "1s"
# A takeover that finds the fence held by somebody it may not end gives up.
_TAKEOVER_WITHIN = "10s"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`place` is what its sessions are found by: the same for all attempts at one job partition.

    `fences` are those of its outputs, each with the table beside which it stands.
    """

    place: str
    number: int
    holder: str
    fences: tuple[tuple[str, Fence], ...]

    def settings(self, *, timeout_seconds: float, partition: str) -> dict[str, str]:
        """Of each of its sessions, in PostgreSQL. A guard reads those that begin with `hw.`"""
        most = f"{max(round(timeout_seconds * 1000), 1)}ms"
        return {
            "application_name": session_name(self.place, self.number, self.holder),
            "statement_timeout": most,
            "lock_timeout": most,
            "idle_in_transaction_session_timeout": most,
            "client_connection_check_interval": _CLIENT_LOOKED_AFTER,
            "hw.fence": str(self.number),
            "hw.partition": partition,
        }

    def begin(self, engine: sa.Engine) -> None:
        """From here on earlier attempts write nothing any more. Raises FenceOver when a later one has begun.

        Their sessions are ended first: one that hangs in a transaction would hold the fence for ever.
        """
        for table, _ in self.fences:
            make_fence_table(engine, table)
        with writing(engine) as connection:
            end_older(connection, self.place, self.number)
        with writing(engine) as connection:
            _hurry(connection)
            for table, fence in self.fences:
                raise_fence(connection, table, fence)

    def hold(self, connection: sa.Connection) -> None:
        """Until the transaction ends no later attempt can begin. Raises FenceOver when one has."""
        for table, fence in self.fences:
            hold_fence(connection, table, fence)


def attempt_of(place: str, number: int, holder: str, outputs: Sequence[Mapping[str, str]]) -> Attempt:
    """From plain values: `outputs` are {dataset, partition, table}, as they stand in a job file."""
    fences = ((one["table"], Fence(one["dataset"], one["partition"], number, holder)) for one in outputs)
    return Attempt(place, number, holder, tuple(sorted(fences, key=lambda pair: (pair[1].dataset, pair[0]))))


def end_attempt(content: Content, place: str, fence: Fence) -> None:
    """A dead attempt writes nothing any more at `content`: its sessions are ended and its fence is over."""
    try:
        with database(content, writes=True) as (engine, table):
            with writing(engine) as connection:
                end_older(connection, place, fence.number + 1)
            with writing(engine) as connection:
                _hurry(connection)
                end_fence(connection, table, fence)
    except ContentError:
        return  # the database itself is gone


def _hurry(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_TAKEOVER_WITHIN}'")
