"""The declared part of the graph as plain values: what it holds, or what an estate wants it to hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graph_model.names import Name

NodeKind = Literal["dataset", "job", "consumer", "pool"]
EdgeKind = Literal[
    "CONSUMED_BY",
    "PRODUCES",
    "FOLLOWED_BY",
    "FEEDS",
    "SHAPES",
    "USED_BY",
    "HAS_SCHEMA",
    "HAS_CONTRACT",
    "OWNED_BY",
]


@dataclass(frozen=True, slots=True)
class Node:
    """`properties` are those that a declaration decides, as the graph stores them, without the ones that are empty."""

    id: str
    kind: NodeKind
    properties: Mapping[str, Any]
    alive: bool = True

    @property
    def name(self) -> Name:
        return Name(self.properties["namespace"], self.properties["name"])

    @property
    def scope(self) -> str | None:
        return self.properties.get("scope")


@dataclass(frozen=True, slots=True)
class Edge:
    """`about` is the node whose declaration says it: the job of an input, the dataset of a schema."""

    id: str
    kind: EdgeKind
    source: str
    target: str
    about: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Holdings:
    """Nodes and edges by id. `labels` are what people call things, by id: owners, other scopes' datasets, and the
    versions of contracts too."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    edges: Mapping[str, Edge] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def without_empty(properties: Mapping[str, Any]) -> dict[str, Any]:
    """A graph has no empty values: null and the empty list come back as nothing from one engine or the other."""
    return {key: value for key, value in properties.items() if value is not None and value != []}
