"""Reads what the graph holds of estates, inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from graph_model.contracts.entities import Column
from graph_model.estate.batches import in_batches
from graph_model.estate.holdings import Edge, EdgeKind, Holdings, Node, NodeKind, without_empty
from graph_model.estate.vocabulary import IMPORT
from graph_model.estate.wording_of_contracts import contract_of
from graph_model.names import Name, dataset_id, dataset_name_id
from graph_model.partitions import stored
from graph_model.partitions.rules import PartitionScheme
from graph_model.store.graph import Graph, Transaction

ESTATE = "estate:"

_NODES: tuple[tuple[NodeKind, str, str], ...] = (
    ("dataset", "estate.datasets_of_scope", "estate.datasets"),
    ("job", "estate.jobs_of_scope", "estate.jobs"),
    ("consumer", "estate.consumers_of_scope", "estate.consumers"),
    ("pool", "estate.pools_of_scope", "estate.pools"),
)


@dataclass(frozen=True, slots=True)
class EdgeQuery:
    """Finds the edges of one kind from nodes of `starts`. `about` is the node whose declaration says them."""

    query: str
    kind: EdgeKind
    starts: tuple[NodeKind, ...]
    about: Literal["source", "target", "job"]


_EDGES = (
    EdgeQuery("estate.inputs_of_jobs", "CONSUMED_BY", ("job",), "target"),
    EdgeQuery("estate.controls_of_jobs", "FOLLOWED_BY", ("job",), "target"),
    EdgeQuery("estate.outputs_of_jobs", "PRODUCES", ("job",), "source"),
    EdgeQuery("estate.reads_of_consumers", "CONSUMED_BY", ("consumer",), "target"),
    EdgeQuery("estate.columns_used", "USED_BY", ("job", "consumer"), "target"),
    EdgeQuery("estate.feeds_of_jobs", "FEEDS", ("job",), "job"),
    EdgeQuery("estate.shapes_of_jobs", "SHAPES", ("job",), "job"),
    EdgeQuery("estate.schemas_of_datasets", "HAS_SCHEMA", ("dataset",), "source"),
    EdgeQuery("estate.contracts_of_datasets", "HAS_CONTRACT", ("dataset",), "source"),
    EdgeQuery("estate.owners_of", "OWNED_BY", ("dataset", "job", "consumer"), "source"),
)


def known_datasets(graph: Graph) -> Mapping[Name, PartitionScheme]:
    """Every dataset that any scope declares, for `load_estate(…, known=…)`."""
    rows = graph.rows("estate.known_datasets")
    return {Name(row["namespace"], row["name"]): stored.scheme_of(row) for row in rows}


def source_of(scope: str) -> str:
    """How edges name the scope that declared them: an estate, or an import, whose scope is its source already."""
    return scope if scope.startswith(IMPORT) else f"{ESTATE}{scope}"


def dataset_ids(tx: Transaction, names: Sequence[Name], *, read: Collection[Name] = ()) -> dict[Name, str]:
    """The ids of datasets: those that the graph knows under these names, else the ones that new datasets get.

    For those that are only `read` or made, and not declared, it is the declared dataset that stands for them.
    """
    found: dict[str, str] = {}
    standing_for: dict[str, str] = {}
    for part in in_batches(names):
        rows = tx.rows("estate.named_datasets", ids=[dataset_name_id(name) for name in part])
        found.update({row["name_id"]: row["id"] for row in rows})
        standing_for.update({row["name_id"]: row["declared"] for row in rows if row["declared"]})
    found |= {id_: standing_for[id_] for name in read if (id_ := dataset_name_id(name)) in standing_for}
    return {name: found.get(dataset_name_id(name)) or dataset_id(name) for name in names}


def standing(tx: Transaction, scope: str, *, ids: Iterable[tuple[NodeKind, str]]) -> Holdings:
    """What the graph holds of `scope`, and the nodes of `ids` whoever declared them. Edges: only those of `scope`."""
    asked = list(ids)
    nodes: dict[str, Node] = {}
    for kind, of_scope, details in _NODES:
        wanted = {row["id"] for row in tx.rows(of_scope, scope=scope)} | {id for other, id in asked if other == kind}
        nodes |= {node.id: node for node in _nodes(tx, kind, details, sorted(wanted))}
    edges: dict[str, Edge] = {}
    labels = {id: str(node.name) for id, node in nodes.items()}
    for question in _EDGES:
        starts = sorted(id for id, node in nodes.items() if node.kind in question.starts)
        for edge, label in _edges(tx, question, starts, scope):
            edges[edge.id] = edge
            labels.setdefault(edge.target if edge.about == edge.source else edge.source, label)
    return Holdings(nodes, edges, labels)


def other_datasets(tx: Transaction, ids: Sequence[str]) -> dict[str, Node]:
    """Datasets by id; only those that exist."""
    return {node.id: node for node in _nodes(tx, "dataset", "estate.datasets", ids)}


def columns_of(node: Node) -> tuple[Column, ...]:
    return contract_of(node).columns


def scheme_of(node: Node) -> PartitionScheme:
    return stored.scheme_of(node.properties)


def _nodes(tx: Transaction, kind: NodeKind, query: str, ids: Sequence[str]) -> list[Node]:
    rows = [row for part in in_batches(ids) for row in tx.rows(query, ids=list(part))]
    return [Node(row["id"], kind, without_empty(row["properties"]), row["alive"]) for row in rows]


def _edges(tx: Transaction, question: EdgeQuery, starts: Sequence[str], scope: str) -> Iterator[tuple[Edge, str]]:
    """Each edge with what people call its other end."""
    for part in in_batches(starts):
        for row in tx.rows(question.query, ids=list(part), source=source_of(scope)):
            properties = without_empty(row["properties"])
            about = properties["job"] if question.about == "job" else row[question.about]
            yield Edge(row["id"], question.kind, row["source"], row["target"], about, properties), row.get("label", "")
