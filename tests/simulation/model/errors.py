"""The errors that a real server or driver would raise, made by the driver itself, so that the gate's own rules judge
them.
"""

from __future__ import annotations

from neo4j.exceptions import IncompleteCommit, Neo4jError, ServiceUnavailable


def _server_error(code: str, message: str) -> Neo4jError:
    return Neo4jError._hydrate_neo4j(code=code, message=message)  # pyright: ignore[reportAttributeAccessIssue]


def deadlock(message: str = "two transactions wait for each other") -> Neo4jError:
    """The one error of both engines for a write that lost against another: a deadlock, or a conflict at commit."""
    return _server_error("Neo.TransientError.Transaction.DeadlockDetected", message)


def not_unique(key: tuple[str, str]) -> Neo4jError:
    message = f"a {key[0]} with id {key[1]} exists already"
    return _server_error("Neo.ClientError.Schema.ConstraintValidationFailed", message)


def not_found(key: tuple[str, str]) -> Neo4jError:
    return _server_error("Neo.ClientError.Statement.EntityNotFound", f"{key[0]} {key[1]} is not there")


def timed_out() -> Neo4jError:
    code = "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration"
    return _server_error(code, "the transaction took longer than its client allowed")


def unreachable(message: str = "connection reset") -> ServiceUnavailable:
    return ServiceUnavailable(message)


def reply_lost() -> IncompleteCommit:
    return IncompleteCommit("connection closed before the reply to COMMIT")
