"""Which errors of the driver are worth another try, on which engine, and why. The only place that knows.

Neo4j takes locks: two writers wait for each other, and a deadlock aborts one of them with a TransientError.
ArcadeDB is optimistic: the later of two committers fails at commit with a TransientError; a lost race of two MERGEs is a
constraint error there; and a commit becomes visible piece by piece, so that a reader may meet an entity that is not there
yet. All three are gone a few milliseconds later, so all three are tried again.
"""

from __future__ import annotations

from enum import Enum

from neo4j.exceptions import (
    ClientError,
    ConstraintError,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)


class Trouble(Enum):
    RETRY = "nothing was committed; try again"
    UNKNOWN = "the commit may or may not have happened; look before trying again"
    FINAL = "trying again would give the same error"


def classify(error: Exception, engine: str, *, committing: bool) -> Trouble:
    """What `error` means for a unit of work; `committing` says that COMMIT had been sent when it was raised."""
    if isinstance(error, IncompleteCommit):
        return Trouble.UNKNOWN
    if isinstance(error, ServiceUnavailable | SessionExpired | OSError):
        return Trouble.UNKNOWN if committing else Trouble.RETRY
    if isinstance(error, TransientError):
        return Trouble.RETRY
    if engine == "arcadedb" and _is_race_on_arcadedb(error):
        return Trouble.RETRY
    # A failure while rows stream in surfaces as a driver error whose cause is the server's own.
    if isinstance(error, DriverError) and isinstance(error.__cause__, Neo4jError | DriverError):
        return classify(error.__cause__, engine, committing=committing)
    return Trouble.FINAL


def _is_race_on_arcadedb(error: Exception) -> bool:
    if isinstance(error, ConstraintError):
        return True
    return isinstance(error, ClientError) and bool(error.code) and error.code.endswith("EntityNotFound")
