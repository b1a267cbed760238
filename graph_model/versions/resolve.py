"""Where the last good data is, now or at a moment in the past."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from graph_model.errors import VersionNotFound
from graph_model.names import Name, partition_id
from graph_model.store.graph import Graph, Row
from graph_model.versions.entities import Version, VersionState
from graph_model.versions.report import find_target
from graph_model.versions.repository import version


def resolve(graph: Graph, dataset: Name, partition: str = "", *, as_of: datetime | None = None) -> Version:
    """The current version of a partition, or the one that was current at `as_of`, whatever has become of it since.

    Raises DatasetNotFound, InvalidPartition, VersionNotFound (which says what is there).
    """
    target = find_target(graph, dataset)
    key = target.partitions.check(partition)
    wanted = dataset.at(key)
    place = partition_id(target.id, key)
    found = _now(graph, place, wanted) if as_of is None else _then(graph, place, wanted, as_of)
    return version(graph, found)


def _now(graph: Graph, partition: str, wanted: str) -> str:
    rows = graph.rows("versions.current_of", partition=partition)
    if not rows:
        raise VersionNotFound(f"{wanted}: nothing was reported there yet")
    if rows[0]["current"] is None:
        states = ", ".join(sorted(state.lower() for state in rows[0]["states"])) or "waited for"
        raise VersionNotFound(f"{wanted}: nothing good is there {'yet ' if _may_come(rows[0]) else ''}({states})")
    return rows[0]["current"]


def _may_come(row: Row) -> bool:
    return not any(state in (VersionState.EXPIRED, VersionState.RETIRED) for state in row["states"])


def _then(graph: Graph, partition: str, wanted: str, as_of: datetime) -> str:
    found = current_of(graph.rows("versions.current_then", partition=partition, at=as_of))
    if found is None:
        raise VersionNotFound(f"{wanted}: nothing good was there at {as_of:%Y-%m-%d %H:%M:%S} UTC")
    return found


def current_of(transitions: Iterable[Row]) -> str | None:
    """The version that was current after these transitions, rows of {version, transition, at} in order of time.

    A version is current from the moment it is published until anything else happens to it. The records of one
    transaction may carry one moment, and a version that is released is superseded before it is published.
    """
    last: dict[str, Row] = {}
    for row in transitions:
        known = last.get(row["version"])
        if known is None or known["at"] < row["at"] or row["transition"] == VersionState.PUBLISHED:
            last[row["version"]] = row
    published = [row for row in last.values() if row["transition"] == VersionState.PUBLISHED]
    return max(published, key=lambda row: row["at"])["version"] if published else None
