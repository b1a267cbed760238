"""What both engines of the tests have in common: an address with a user, and how to end it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from graph_model.settings import GraphSettings

STARTED_WITHIN = 90.0


@dataclass(frozen=True, slots=True)
class Server:
    """A graph server for tests: how to reach it, and how to end it (nothing, when it is not ours)."""

    settings: GraphSettings
    stop: Callable[[], None]


def driver_for(settings: GraphSettings) -> neo4j.Driver:
    """A driver beside the product's own gate, for what only tests do: wiping, looking, setting up. Deaf to remarks, of
    which a small graph is full: each would be logged with the whole statement.
    """
    password = settings.password.get_secret_value()
    return neo4j.GraphDatabase.driver(
        settings.uri,
        auth=(settings.user, password) if password else None,
        notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
    )


def wait_for_bolt(uri: str, auth: tuple[str, str], *, within: float = STARTED_WITHIN) -> None:
    """Until a server that is starting answers with this login; raises the last error when it does not in time."""
    deadline = time.monotonic() + within
    with neo4j.GraphDatabase.driver(uri, auth=auth) as driver:
        while True:
            try:
                driver.verify_connectivity()
            except (Neo4jError, DriverError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return
