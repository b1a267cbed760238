"""What a program must know to read a version, and whether what lies there is still what it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph_model.contracts.entities import Column
from graph_model.schemas.repository import columns_of
from graph_model.store.graph import Graph, Row
from graph_model.versions.dialects import options_of
from graph_model.versions.entities import VersionState
from graph_model.versions.job_metrics import job_metrics_in
from graph_model.versions.statistics import ColumnStatistics, statistics_in

# Where the content lies is said by its location; what is left says how to read it.
_OF_PLACES = frozenset({"url", "table", "expose"})


@dataclass(frozen=True, slots=True)
class Readable:
    """`available` False: what lies in its place is not it any more. `warning`: what a reader should know first, in one
    sentence; empty: nothing. `metrics`: what the job that wrote it told of it. `statistics`: what validation measured.
    """

    source_time: datetime
    columns: tuple[Column, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    available: bool = True
    warning: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    statistics: tuple[ColumnStatistics, ...] = ()


def readables(graph: Graph, ids: Sequence[str]) -> Mapping[str, Readable]:
    """Those of `ids` that exist."""
    return {row["id"]: _readable(row) for row in graph.rows("versions.readable", ids=list(ids))} if ids else {}


def _readable(row: Row) -> Readable:
    available, warning = condition(
        VersionState(row["state"]), row["reason"] or "", deleted=row["deleted"], taken_by=row["taken_by"]
    )
    options = {key: value for key, value in options_of(row).items() if key not in _OF_PLACES}
    told, measured = job_metrics_in(row["metrics"]), statistics_in(row["metrics"])
    return Readable(row["source_time"], columns_of(row["columns"]), options, available, warning, told, measured)


def condition(state: VersionState, reason: str, *, deleted: bool, taken_by: Sequence[str]) -> tuple[bool, str]:
    """Whether the content can still be what it was, and what a reader should know about it."""
    if state is VersionState.RETIRED:
        return False, f"its data was deleted: {reason}" if deleted else f"its data is being deleted: {reason}"
    if taken_by:
        return False, f"version {min(taken_by)} was put into its place: what lies there now is something else"
    if state is VersionState.EXPIRED:
        return True, f"it has expired and may be deleted at any time: {reason}"
    if state is VersionState.QUARANTINED:
        return True, f"it was set aside since: {reason}"
    return True, ""
