"""What an error of a database says, and whether another attempt could end otherwise."""

from __future__ import annotations

import sqlite3

import duckdb
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from connectors.storage.database import first_line
from graph_model.errors import HeadwaterError, Unavailable

# Classes of SQLSTATE, or whole ones, of which the next attempt will say the same: what is written is wrong, or not
# allowed. 42: syntax, unknown names, permissions. 22: values that do not fit, in inputs that do not change.
_FINAL = ("0A", "22", "25001", "28", "2D", "34", "3D", "3F", "42", "HW")
_DUCKDB_FINAL = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
    duckdb.ParserException,
    duckdb.PermissionException,
)


def reason_of(error: Exception) -> str:
    """One sentence; that of PostgreSQL with its SQLSTATE."""
    if not isinstance(error, SQLAlchemyError):
        said = (str(error).strip().splitlines() or [""])[0]
        return said if isinstance(error, HeadwaterError) else f"{type(error).__name__}: {said}"
    state = sqlstate_of(error)
    return f"{first_line(error)} (SQLSTATE {state})" if state else first_line(error)


def may_end_otherwise(error: Exception) -> bool:
    """Whether another attempt is worth it."""
    if isinstance(error, HeadwaterError):
        return isinstance(error, Unavailable)
    if not isinstance(error, DBAPIError):
        return not isinstance(error, SQLAlchemyError)
    if isinstance(error.orig, duckdb.Error):
        return not isinstance(error.orig, _DUCKDB_FINAL)
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR
    return not (sqlstate_of(error) or "").startswith(_FINAL)


def sqlstate_of(error: SQLAlchemyError) -> str | None:
    original = getattr(error, "orig", None)
    return getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
