"""What a walk starts from and what is said of its nodes, one named query each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model import names
from graph_model.errors import (
    ColumnNotFound,
    ConsumerNotFound,
    DatasetNotFound,
    JobNotFound,
    NodeNotFound,
    NotFound,
    nearest,
)
from graph_model.lineage.entities import LineageNode, NodeKind
from graph_model.lineage.merging import KIND_OF_LABEL, Rows, standing_for
from graph_model.names import Name

MOST_NAMES = 5000
"""How many names of a kind are looked at to find the nearest one."""

_NOT_FOUND: dict[NodeKind, type[NotFound]] = {
    "DATASET": DatasetNotFound,
    "JOB": JobNotFound,
    "CONSUMER": ConsumerNotFound,
}


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A column of a dataset. `listed`: the schema of the dataset has it, with this type."""

    id: str
    path: str
    type: str | None
    listed: bool


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is said of a node beside its name."""

    owners: frozenset[str] = frozenset()
    domain: str | None = None
    tags: frozenset[str] = frozenset()
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """A node that a name means, and the moments that are looked at: what was true at `at`, as it was known at `known`.

    `columns_known` is for jobs.
    """

    node: LineageNode
    at: datetime
    known: datetime
    columns_known: bool


def roots(graph: Rows, name: Name, *, as_of: datetime | None, known_at: datetime | None = None) -> tuple[Root, ...]:
    """What `name` means at a moment (None: now): up to one dataset, one job, one consumer, in this order."""
    rows = graph.rows(
        "lineage.root",
        dataset_name=names.dataset_name_id(name),
        job=names.job_id(name),
        consumer=names.consumer_id(name),
        at=as_of,
        known=known_at,
    )
    found = {row["kind"]: row for row in rows if row["kind"]}
    kinds: tuple[NodeKind, ...] = ("DATASET", "JOB", "CONSUMER")
    return tuple(_root(graph, found[kind], kind) for kind in kinds if kind in found)


def dataset_roots(graph: Rows, datasets: Collection[Name], *, as_of: datetime | None) -> dict[Name, Root]:
    """As `roots`, for many names of datasets at once: those that there are."""
    by_id = {names.dataset_name_id(name): name for name in datasets}
    rows = graph.rows("lineage.dataset_roots", names=list(by_id), at=as_of, known=None) if by_id else []
    return {by_id[row["asked"]]: _root(graph, row, "DATASET") for row in rows}


def root_of_id(graph: Rows, id_: str, *, as_of: datetime | None, known_at: datetime | None) -> Root:
    """The node of an id, of any kind. Raises NodeNotFound."""
    row = graph.rows("lineage.root_by_id", id=id_, at=as_of, known=known_at)[0]
    if row["label"] is None:
        raise NodeNotFound(id_)
    return _root(graph, row, KIND_OF_LABEL[row["label"]])


def moments(graph: Rows, *, as_of: datetime | None, known_at: datetime | None) -> tuple[datetime, datetime]:
    """The moment that is looked at, and the one as of which it is known."""
    row = graph.rows("lineage.moments", at=as_of, known=known_at)[0]
    return row["at"], row["known"]


def version_at(graph: Rows, partitions: Sequence[str], *, at: datetime) -> str | None:
    """The version that readers of a partition got at a moment, by the ids that it has under the several names of its
    dataset; None: there was no good one."""
    rows = graph.rows("lineage.version_at", partitions=list(partitions), at=at)
    return rows[0]["id"] if rows else None


def reads_unknown(graph: Rows, runs: Sequence[str]) -> bool:
    """Whether it is not known of one of these runs, by id, what it read of all its inputs."""
    return bool(graph.rows("lineage.unknown_reads", runs=list(runs)))


def not_found(graph: Rows, name: Name, kind: NodeKind | None) -> NotFound:
    """The error for a name that means nothing, with the nearest one that does: of `kind`, or of any kind for None."""
    wanted: Collection[NodeKind] = (kind,) if kind else ("DATASET", "JOB", "CONSUMER")
    known = {
        str(Name(row["namespace"], row["name"])): row["kind"]
        for row in graph.rows("lineage.names_like", namespace=name.namespace, most=MOST_NAMES)
        if row["kind"] in wanted
    }
    near = nearest(str(name), known)
    error = _NOT_FOUND[kind or (known[near] if near else "DATASET")]
    return error(name, known)


def fields(graph: Rows, dataset: LineageNode, *, at: datetime, known: datetime | None = None) -> tuple[FieldFacts, ...]:
    """The columns that a dataset has at a moment, under any of its names, as far as they are known; ordered by path."""
    return fields_of(graph, [dataset], at=at, known=known)[dataset.id]


def fields_of(
    graph: Rows, datasets: Sequence[LineageNode], *, at: datetime, known: datetime | None = None
) -> dict[str, tuple[FieldFacts, ...]]:
    """As `fields`, for many datasets at once, by their ids."""
    stands_for = {member: node.id for node in datasets for member in node.members or (node.id,)}
    rows = graph.rows("lineage.fields", datasets=sorted(stands_for), at=at, known=known) if stands_for else []
    found: dict[str, dict[str, list[dict[str, Any]]]] = {node.id: {} for node in datasets}
    for row in rows:
        found[stands_for[row["dataset"]]].setdefault(row["path"], []).append(row)
    return {
        node.id: tuple(_field(sorted(same, key=_own_first(node))) for _, same in sorted(found[node.id].items()))
        for node in datasets
    }


def _own_first(dataset: LineageNode) -> Callable[[dict[str, Any]], tuple[bool, str]]:
    return lambda row: (row["dataset"] != dataset.id, row["id"])


def _field(rows: Sequence[dict[str, Any]]) -> FieldFacts:
    """One column from what is known of it under each name, the dataset's own before the others."""
    types = [row["type"] for row in rows if row["listed"]]
    return FieldFacts(rows[0]["id"], rows[0]["path"], next(iter(types), None), bool(types))


def field_called(known: Sequence[FieldFacts], dataset: Name, column: str) -> FieldFacts:
    """The column of that name, exactly or else without regard to case. Raises ColumnNotFound."""
    same = [field for field in known if field.path == column] or [
        field for field in known if field.path.lower() == column.lower()
    ]
    if not same:
        raise ColumnNotFound(f"{dataset}.{column}", [f"{dataset}.{field.path}" for field in known])
    return same[0]


def facts(graph: Rows, nodes: Sequence[str], *, at: datetime) -> dict[str, NodeFacts]:
    """What a filter may ask of nodes, by their ids."""
    rows = graph.rows("lineage.facts", ids=list(nodes), at=at) if nodes else []
    return {
        row["id"]: NodeFacts(frozenset(row["owners"]), row["domain"], frozenset(row["tags"]), row["tier"])
        for row in rows
    }


def _root(graph: Rows, row: dict[str, Any], kind: NodeKind) -> Root:
    node = LineageNode(
        row["id"],
        kind,
        Name(row["namespace"] or "", row["name"] or ""),
        row.get("path"),
        partition=row.get("key"),
        state=row.get("state"),
        dropped_at=row["dropped_at"],
    )
    return Root(standing_for(graph, node, row["entity"]), row["at"], row["known"], bool(row["columns_known"]))
