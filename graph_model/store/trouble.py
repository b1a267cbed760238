"""Which errors of the driver are worth another try, on which engine, and why. The only place that knows.

Neo4j takes locks: two writers wait for each other, and a deadlock aborts one of them with a TransientError.
ArcadeDB is optimistic: the later of two committers fails at commit with a TransientError; a lost race of two MERGEs
is a constraint error there; and a commit becomes visible piece by piece, so that a reader may meet an entity that is
not there yet. All three are gone a few milliseconds later, so all three are tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConstraintError,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from graph_model.errors import GraphUnavailable, HeadwaterError
from graph_model.settings import GraphSettings

T = TypeVar("T")
R = TypeVar("R")


class WrongQuery(HeadwaterError):
    """A query was called by a wrong name, with wrong parameters, or to write in a read: a mistake in Headwater."""


class NotVisible(Exception):
    """What a transaction must see is not there yet. Where commits become visible piece by piece, it soon will be."""


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
    if isinstance(error, TransientError) or _is_race_of_schemas(error):
        return Trouble.RETRY
    if engine == "arcadedb" and _is_race_on_arcadedb(error):
        return Trouble.RETRY
    # A failure while rows stream in surfaces as a driver error whose cause is the server's own.
    if isinstance(error, DriverError) and isinstance(error.__cause__, Neo4jError | DriverError):
        return classify(error.__cause__, engine, committing=committing)
    return Trouble.FINAL


def all_seen(wanted: Sequence[T], found: list[R]) -> list[R]:
    """`found`, if there is one for each that was asked for. A run may be taken up, and be over, before all of the
    commit that made it can be seen. Raises NotVisible: the gate rolls back and tries again.
    """
    if len(found) < len(wanted):
        raise NotVisible(f"of {len(wanted)} nodes that must be there, {len(found)} are visible")
    return found


def _is_race_of_schemas(error: Exception) -> bool:
    """`IF NOT EXISTS` looks first and makes then; somebody else made it in between."""
    return isinstance(error, ClientError) and (error.code or "").endswith("EquivalentSchemaRuleAlreadyExists")


def _is_race_on_arcadedb(error: Exception) -> bool:
    if isinstance(error, ConstraintError):
        return True
    return isinstance(error, ClientError) and (error.code or "").endswith("EntityNotFound")


def translated(error: Exception, settings: GraphSettings, origin: str) -> HeadwaterError:
    """What an error of the driver means to everyone beyond the gate; `origin` says where the address came from."""
    where = f"the graph at {settings.uri} (address from: {origin})"
    code = error.code or "" if isinstance(error, ClientError) else ""
    if isinstance(error, AuthError):
        mend = "set HEADWATER_GRAPH_USER and HEADWATER_GRAPH_PASSWORD"
        return GraphUnavailable(f"{where} refused user {settings.user!r}: {mend}")
    if ".Database." in code:
        return GraphUnavailable(f"{where} has no database {settings.database!r}: set HEADWATER_GRAPH_DATABASE")
    # A transaction past its time is a client error to Neo4j, and no mistake of ours.
    if code and ".Transaction." not in code:
        return WrongQuery(f"{where} refused a statement: {one_line(error)}")
    mend = "start it, set HEADWATER_GRAPH_URI, or run `headwater up`"
    return GraphUnavailable(f"{where} failed: {one_line(error)}; {mend}")


def one_line(error: BaseException) -> str:
    """The driver's own messages run over several lines."""
    return " ".join(str(error).split())
