"""Who read what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from graph_model.errors import VersionNotFound
from graph_model.names import Name
from graph_model.reads.entities import Reader, ReaderKind, Told
from graph_model.store.graph import Graph, Row
from graph_model.versions.repository import version as get_version
from graph_model.versions.repository import versions

MOST_READERS = 200
MOST_VERSIONS = 50

Rows = Callable[..., list[Row]]


def readers_of(rows: Rows, ids: Sequence[str], *, most: int = MOST_READERS) -> Mapping[str, tuple[Reader, ...]]:
    """By version, who read it, newest first: at most `most` runs and as many consumers and programs. Through `rows` of
    a graph or of a transaction.
    """
    found: dict[str, list[Reader]] = {id: [] for id in ids}
    for row in rows("reads.readers", versions=list(ids), most=most) if ids else ():
        found[row["version"]].append(_reader(row))
    return {id: tuple(sorted(readers, key=lambda each: each.last_at, reverse=True)) for id, readers in found.items()}


def readers_of_partition(
    graph: Graph, dataset: Name, partition: str, *, version: str | None = None
) -> tuple[Reader, ...]:
    """Who read `version` of a partition, or any of its newest versions, newest first. Raises VersionNotFound."""
    ids = [each.id for each in versions(graph, dataset, partition=partition, limit=MOST_VERSIONS)]
    if version is not None:
        found = get_version(graph, version)
        if (found.dataset, found.partition) != (dataset, partition):
            raise VersionNotFound(f"{version} of {dataset}@{partition}", ids)
        ids = [version]
    readers = (reader for each in readers_of(graph.rows, ids).values() for reader in each)
    return tuple(sorted(readers, key=lambda reader: reader.last_at, reverse=True))


def told_to_read(rows: Rows, ids: Sequence[str]) -> tuple[Told, ...]:
    """The consumers and programs that told to have read any of these versions, the last ones first, 200 at most."""
    found = rows("reads.told", versions=list(ids), most=MOST_READERS) if ids else []
    return tuple(Told(ReaderKind(row["kind"]), row["name"], row["count"], row["last_at"]) for row in found)


def _reader(row: Row) -> Reader:
    return Reader(
        version=row["version"],
        kind=ReaderKind(row["kind"]),
        name=row["name"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        count=row["count"],
        agent=row["agent"] or "",
        run=row["run"],
        partition=row["partition"],
        columns=tuple(row["columns"] or ()),
    )
