"""A contract tried on what readers get now, before anybody relies on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph_model.checks.surroundings import Subject, informed
from graph_model.contracts.entities import Check
from graph_model.datasets.repository import dataset as dataset_called
from graph_model.names import Name
from graph_model.store.graph import Graph
from graph_model.versions.dialects import is_sniffed
from graph_model.versions.entities import Content, Version
from graph_model.versions.readable import readables
from graph_model.versions.resolve import resolve


@dataclass(frozen=True, slots=True)
class Trial:
    """The current version of a partition, where it lies, and the checks that it would be validated by."""

    version: Version
    content: Content
    checks: tuple[Check, ...]


def trial(graph: Graph, name: Name, partition: str, *, draft: Sequence[Check] | None = None) -> Trial:
    """What to validate and how; nothing is changed. `draft` None: by the contract of now. Raises DatasetNotFound,
    InvalidPartition, VersionNotFound."""
    found, version = dataset_called(graph, name), resolve(graph, name, partition)
    checks = found.contract.checks if draft is None else tuple(draft)
    (checks,) = informed(graph, [Subject(found.name, found.id, version.partition, version.id, checks)])
    sniffed = is_sniffed(version.format, found.options)
    options = readables(graph, [version.id])[version.id].options if sniffed else found.options
    return Trial(version, Content(version.format, version.location, options), checks)
