"""What a program looks for by a text: a node that it names in one text, or names that fit a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph_model.errors import InvalidInput, NodeNotFound
from graph_model.lineage.entities import LineageNode
from graph_model.lineage.repository import Rows
from graph_model.listing.entities import Match
from graph_model.names import Name, dataset_name_id, field_id, job_id

LONGEST = 4000
MOST_COLONS = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A node, with the version of it that was asked for as it was written; None: as it is now."""

    node: LineageNode
    version: str | None = None


def find_node(graph: Rows, text: str) -> Found:
    """The node that `dataset:NAMESPACE:NAME`, `job:…` or `datasetField:NAMESPACE:NAME:COLUMN` means, perhaps with
    `#VERSION`. Names may hold colons themselves, so each way to part them is looked up. Raises NodeNotFound, and
    InvalidInput for a text that has no such form or that means several.
    """
    kind, _, rest = text.partition(":")
    if kind not in _FINDERS or not rest or len(text) > LONGEST or rest.count(":") > MOST_COLONS:
        raise InvalidInput("nodeId", "is none: it is dataset:NAMESPACE:NAME, job:NAMESPACE:NAME or the like")
    finder = _FINDERS[kind]
    version = None
    found = finder(graph, rest)
    if not found and "#" in rest:
        rest, _, version = rest.rpartition("#")
        found = finder(graph, rest)
    if not found:
        raise NodeNotFound(text)
    if len(found) > 1:
        several = " and ".join(f"{node.name.name} of namespace {node.name.namespace}" for node in found)
        raise InvalidInput("nodeId", f"means several ({several}): say `namespace` and `name` apart")
    return Found(found[0], version)


def node_called(graph: Rows, name: Name, *, job: bool = False, column: str | None = None) -> LineageNode:
    """The dataset, job or column of exactly these names. Raises NodeNotFound."""
    found = _jobs(graph, [name]) if job else _datasets(graph, [name])
    if found and column is not None:
        found = _fields(graph, [(found[0], column)])
    if not found:
        raise NodeNotFound(f"{name}" if column is None else f"{name}.{column}")
    return found[0]


def search_names(
    graph: Rows, pattern: str, *, namespace: str = "", datasets: bool = True, jobs: bool = True
) -> list[Match]:
    """What is called so, in no order: `%` in the pattern stands for anything, `_` for one character, in any case."""
    found = graph.rows("listing.search", pattern=expression(pattern), namespace=namespace, datasets=datasets, jobs=jobs)
    return [
        Match(row["kind"], Name(row["namespace"], row["name"]), max(row["last"] or 0, row["since"] or 0))
        for row in found
    ]


def expression(pattern: str) -> str:
    """The regular expression, for whole names in lower case, of a pattern with `%` and `_`."""
    wild = {"%": ".*", "_": "."}
    return "(?s).*" + "".join(wild.get(letter) or re.escape(letter) for letter in pattern.lower()) + ".*"


def _partings(text: str) -> list[tuple[str, str]]:
    places = [place for place, letter in enumerate(text) if letter == ":"]
    return [(text[:place], text[place + 1 :]) for place in places if text[:place] and text[place + 1 :]]


def _named(text: str) -> list[Name]:
    return [Name(*parts) for parts in _partings(text)]


def _datasets(graph: Rows, names: Sequence[Name]) -> list[LineageNode]:
    return _nodes(graph.rows("listing.find_nodes", names=[dataset_name_id(name) for name in names], jobs=[]))


def _jobs(graph: Rows, names: Sequence[Name]) -> list[LineageNode]:
    return _nodes(graph.rows("listing.find_nodes", names=[], jobs=[job_id(name) for name in names]))


def _nodes(found: Iterable[dict[str, str]]) -> list[LineageNode]:
    """Each once: several names may mean one dataset."""
    nodes = {
        row["id"]: LineageNode(
            row["id"], "JOB" if row["kind"] == "JOB" else "DATASET", Name(row["namespace"], row["name"])
        )
        for row in found
    }
    return list(nodes.values())


def _columns(graph: Rows, text: str) -> list[LineageNode]:
    wanted = [(Name(*parts), column) for rest, column in _partings(text) for parts in _partings(rest)]
    rows = graph.rows("listing.find_nodes", names=[dataset_name_id(name) for name, _ in wanted], jobs=[])
    behind = {row["asked"]: node for row in rows for node in _nodes([row])}
    pairs = [(behind[dataset_name_id(name)], column) for name, column in wanted if dataset_name_id(name) in behind]
    return _fields(graph, pairs)


def _fields(graph: Rows, pairs: Sequence[tuple[LineageNode, str]]) -> list[LineageNode]:
    fields = {field_id(dataset.id, column): (dataset, column) for dataset, column in pairs}
    there = {row["id"] for row in graph.rows("listing.find_fields", ids=list(fields))} if fields else set()
    return [
        LineageNode(id_, "COLUMN", dataset.name, column) for id_, (dataset, column) in fields.items() if id_ in there
    ]


_FINDERS = {
    "dataset": lambda graph, text: _datasets(graph, _named(text)),
    "job": lambda graph, text: _jobs(graph, _named(text)),
    "datasetField": _columns,
}
