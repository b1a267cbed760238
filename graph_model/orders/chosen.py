"""Another version of an input than the current one, for the runs of an order."""

from __future__ import annotations

from graph_model.datasets.repository import dataset
from graph_model.errors import InvalidInput, VersionNotFound
from graph_model.names import Name, partition_id
from graph_model.orders.entities import Chosen
from graph_model.store.graph import Graph
from graph_model.versions.readable import readables


def choose_version(graph: Graph, name: Name, partition: str, version: str) -> Chosen:
    """Raises DatasetNotFound, VersionNotFound, and InvalidInput for one of another partition or that cannot be read."""
    found = dataset(graph, name)
    rows = graph.rows("versions.get_fate", version=version)
    if not rows:
        raise VersionNotFound(version)
    place = found.name.at(partition)
    if rows[0]["dataset"] != found.id or rows[0]["key"] != partition:
        raise InvalidInput(version, f"is no version of {place}")
    readable = readables(graph, [version])[version]
    if not readable.available:
        raise InvalidInput(version, f"cannot be read: {readable.warning}")
    return Chosen(found.name, partition, partition_id(found.id, partition), version)
