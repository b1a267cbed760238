"""Binds a query in a dialect whose engine is not at hand: names are resolved by our own reading, no more."""

from __future__ import annotations

from connectors.sql.binding_reading import read_bound
from connectors.sql.binding_terms import MisfitError
from graph_model.contracts.entities import Column
from graph_model.impact.binding import Bound, Refused, Tables


def bind(text: str, dialect: str, tables: Tables) -> Bound | Refused:
    """Raises UnreadableSqlError where nobody can say."""
    try:
        found = read_bound(text, dialect, tables, ())
    except MisfitError as error:
        return Refused(str(error))
    return Bound(tuple(Column(name, value.type, value.nullable) for name, value in found.rows.columns))
