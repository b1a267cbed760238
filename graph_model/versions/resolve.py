"""Where the last good data is."""

from __future__ import annotations

from graph_model.errors import VersionNotFound
from graph_model.names import Name, partition_id
from graph_model.store.graph import Graph
from graph_model.versions.entities import Version
from graph_model.versions.report import find_target
from graph_model.versions.repository import version


def resolve(graph: Graph, dataset: Name, partition: str = "") -> Version:
    """The current version of a partition. Raises DatasetNotFound, InvalidPartition, VersionNotFound (which says what
    is there).
    """
    target = find_target(graph, dataset)
    key = target.partitions.check(partition)
    rows = graph.rows("versions.current_of", partition=partition_id(target.id, key))
    wanted = f"{dataset}@{key}" if key else str(dataset)
    if not rows:
        raise VersionNotFound(f"{wanted}: nothing was reported there yet")
    if rows[0]["current"] is None:
        states = ", ".join(sorted(state.lower() for state in rows[0]["states"])) or "waited for"
        raise VersionNotFound(f"{wanted}: nothing good is there yet ({states})")
    return version(graph, rows[0]["current"])
