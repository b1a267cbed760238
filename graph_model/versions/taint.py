"""What was made from a version, through however many jobs: a walk over one step, with a ceiling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graph_model.errors import VersionNotFound
from graph_model.names import Name
from graph_model.reads.entities import Told
from graph_model.reads.repository import told_to_read
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph, Row
from graph_model.versions.entities import VersionState

MOST_VERSIONS = 10_000

Rows = Callable[..., list[Row]]


@dataclass(frozen=True, slots=True)
class TaintedVersion:
    """A version that stands on the one asked about. `current`: readers get it now. `dataset_id` as the graph has it."""

    id: str
    dataset: Name
    dataset_id: str
    partition: str
    state: VersionState
    current: bool


@dataclass(frozen=True, slots=True)
class Tainted:
    """What stands on a version, nearest first. `running`: runs that read any of it and go on. `readers`: consumers and
    programs that told to have read the version or any of what stands on it, the last ones first.

    `is_complete` False: there is more than the ceiling of 10,000 versions.
    """

    version: str
    versions: tuple[TaintedVersion, ...]
    running: tuple[str, ...]
    readers: tuple[Told, ...] = ()
    is_complete: bool = True


def tainted(graph: Graph, version: str) -> Tainted:
    """Raises VersionNotFound."""
    if not graph.rows("versions.get_fate", version=version):
        raise VersionNotFound(version)
    return walk(graph.rows, version)


def walk(rows: Rows, version: str) -> Tainted:
    """The same, through `rows` of a graph or of a transaction."""
    found: dict[str, TaintedVersion] = {}
    running: set[str] = set()
    frontier = [version]
    while frontier and len(found) < MOST_VERSIONS:
        steps = rows("versions.made_from", ids=frontier)
        running.update(row["run"] for row in steps if row["run_state"] == RunState.RUNNING)
        fresh = {row["version"]: row for row in steps if row["version"] and row["version"] not in found}
        fresh.pop(version, None)
        found.update({id: _tainted(row) for id, row in sorted(fresh.items())})
        frontier = sorted(fresh)
    readers = told_to_read(rows, [version, *found])
    return Tainted(version, tuple(found.values()), tuple(sorted(running)), readers, is_complete=not frontier)


def _tainted(row: dict[str, Any]) -> TaintedVersion:
    return TaintedVersion(
        id=row["version"],
        dataset=Name(row["namespace"], row["name"]),
        dataset_id=row["dataset"],
        partition=row["key"],
        state=VersionState(row["state"]),
        current=row["is_current"],
    )
