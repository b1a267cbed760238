"""Several datasets that are one, as one node of an answer: the one that stands for the others, with the edges of all.

A dataset that is alone costs nothing here: only what the rows of a step call an `entity` is looked up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from graph_model.lineage.entities import LineageNode, NodeKind
from graph_model.names import Name, field_id

KIND_OF_LABEL: dict[str, NodeKind] = {
    "Dataset": "DATASET",
    "Job": "JOB",
    "Consumer": "CONSUMER",
    "Field": "COLUMN",
    "DatasetVersion": "VERSION",
    "Run": "RUN",
    "ObservedRun": "RUN",
}


class Rows(Protocol):
    """A graph or one of its open transactions."""

    def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]: ...


class Met(NamedTuple):
    """A node at the new end of a hop, with the edges that lead to it."""

    node: LineageNode
    columns_known: bool
    edges: list[list[Any]]


class Entity(NamedTuple):
    """The dataset that stands for several; `members` are all of them, by id."""

    id: str
    name: Name
    technical: bool
    members: tuple[str, ...]
    dropped_at: datetime | None


def all_ids(frontier: Iterable[LineageNode]) -> tuple[list[str], dict[str, str]]:
    """Where a hop starts in the graph, and for what it starts from in place of a node, that node."""
    ids: list[str] = []
    here: dict[str, str] = {}
    for node in frontier:
        ids.append(node.id)
        for other in _others(node):
            ids.append(other)
            here[other] = node.id
    return ids, here


def beside(frontier: Iterable[LineageNode]) -> list[dict[str, str]]:
    """The other datasets of each column: those who read or make one whole have to do with the column too."""
    return [
        {"id": node.id, "dataset": dataset} for node in frontier if node.kind == "COLUMN" for dataset in node.members
    ]


def met(entry: list[Any]) -> Met:
    """One entry of a step's record."""
    id_, label, namespace, name, column, partition, state, technical, columns_known, edges, _, dropped = entry
    node = LineageNode(
        id_,
        KIND_OF_LABEL[label],
        Name(namespace or "", name or ""),
        column,
        partition=partition,
        state=state,
        technical=technical,
        dropped_at=None if dropped is None else datetime.fromtimestamp(dropped / 1000, UTC),
    )
    return Met(node, columns_known, edges)


def merged(graph: Rows, entries: Sequence[list[Any]], here: Mapping[str, str]) -> Collection[Met]:
    """The entries of a step with one node for what is one, and edges that start where the caller was."""
    nodes = told(graph, [(met(entry).node, entry[10]) for entry in entries])
    found: dict[str, Met] = {}
    for node, entry in zip(nodes, entries, strict=True):
        edges = [[here.get(edge[0], edge[0]), *edge[1:]] for edge in entry[9]]
        one = found.setdefault(node.id, Met(node, entry[8], []))
        # A column that is made from another name of itself is not made from anything.
        one.edges.extend(edge for edge in edges if edge[0] != node.id)
    return [one for one in found.values() if one.edges]


def standing_for(graph: Rows, node: LineageNode, entity: str | None) -> LineageNode:
    """The node that stands for one that was found by itself."""
    return told(graph, [(node, entity)])[0] if entity else node


def told(graph: Rows, found: Sequence[tuple[LineageNode, str | None]]) -> list[LineageNode]:
    """For each node with its entity (None: it is alone) the one that stands for it."""
    entities = _entities(graph, {entity for _, entity in found if entity})
    columns = _columns(graph, [(node, entities[entity]) for node, entity in found if entity and node.kind == "COLUMN"])
    return [_as(node, entities[entity], columns) if entity else node for node, entity in found]


def _entities(graph: Rows, ids: Collection[str]) -> dict[str, Entity]:
    rows = graph.rows("lineage.entities", ids=sorted(ids)) if ids else []
    return {
        row["id"]: Entity(
            row["id"],
            Name(row["namespace"], row["name"]),
            row["technical"],
            tuple(sorted(row["members"])),
            row["dropped_at"],
        )
        for row in rows
    }


def _columns(graph: Rows, found: Iterable[tuple[LineageNode, Entity]]) -> dict[tuple[str, str], str]:
    """By entity and path, the field that stands for all of this path: that of the entity itself, where it has one."""
    wanted = {(entity.id, node.column or ""): entity for node, entity in found}
    ids = {key: [field_id(dataset, key[1]) for dataset in _in_order(entity)] for key, entity in wanted.items()}
    asked = sorted({one for several in ids.values() for one in several})
    there = {row["id"] for row in graph.rows("lineage.fields_there", ids=asked)} if asked else set()
    return {key: next(one for one in several if one in there) for key, several in ids.items() if there & set(several)}


def _in_order(entity: Entity) -> list[str]:
    return [entity.id, *(member for member in entity.members if member != entity.id)]


def _as(node: LineageNode, entity: Entity, columns: Mapping[tuple[str, str], str]) -> LineageNode:
    if node.kind not in ("DATASET", "COLUMN"):
        return replace(node, name=entity.name)
    id_ = entity.id if node.kind == "DATASET" else columns.get((entity.id, node.column or ""), node.id)
    return replace(
        node,
        id=id_,
        name=entity.name,
        technical=entity.technical,
        members=entity.members,
        dropped_at=entity.dropped_at if node.kind == "DATASET" else None,
    )


def _others(node: LineageNode) -> Iterable[str]:
    ids = (field_id(one, node.column or "") if node.kind == "COLUMN" else one for one in node.members)
    return (one for one in ids if one != node.id)
