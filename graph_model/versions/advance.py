"""A version turns out to be as of a later time than it was reported with: it may go before others now."""

from __future__ import annotations

from datetime import datetime

from graph_model.audit.record import Trail
from graph_model.readiness.evaluate import create_ready_runs
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.versions.entities import VersionState
from graph_model.versions.quarantine import Place, back_in_order, locked, look_at


def advance(graph: Graph, version: str, source_time: datetime, *, by: str) -> tuple[str, ...]:
    """The runs that became ready by it. An earlier time changes nothing. Raises VersionNotFound."""
    place = look_at(graph, version)
    return graph.write(lambda tx: _advance(tx, place, source_time, by), step="advance")


def _advance(tx: Transaction, place: Place, source_time: datetime, by: str) -> tuple[str, ...]:
    fate, trail = place.fate, Trail()
    wirings = locked(tx, place)[1]
    moved: list[Row] = tx.rows("versions.advance", version=fate["id"], source_time=source_time)
    if not moved or moved[0]["state"] != VersionState.SUPERSEDED:
        return ()
    back_in_order(tx, fate, by, trail)
    ready = create_ready_runs(tx, place.concern.narrow, place.concern.jobs, wirings, trail)
    trail.write(tx)
    return tuple(run.id for run in ready)
