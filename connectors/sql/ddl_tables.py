"""The datasets that the names of a script mean, found in the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graph_model.contracts.entities import Column, Contract
from graph_model.datasets.entities import Dataset, Filters
from graph_model.datasets.repository import datasets, datasets_by_name
from graph_model.names import Name
from graph_model.store.graph import Graph

MOST_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A table that is a dataset: its columns as they are known, its contract, and the jobs that make it."""

    dataset: Name
    columns: tuple[Column, ...] = ()
    contract: Contract = field(default_factory=Contract)
    jobs: tuple[Name, ...] = ()


class Tables(Protocol):
    def find(self, name: str, path: Sequence[str]) -> Known | None:
        """What a dotted name means; `path` is the database and schema of short ones. None: nobody has heard of it."""
        ...


@dataclass(slots=True)
class TablesOfGraph:
    """Those of one namespace. A name is its whole one, or as much of its end as no other has; case does not matter."""

    graph: Graph
    namespace: str
    found: dict[tuple[str, tuple[str, ...]], Known | None] = field(default_factory=dict)

    def find(self, name: str, path: Sequence[str]) -> Known | None:
        key = (name.lower(), tuple(path))
        if key not in self.found:
            meant = self._dataset(name, path)
            self.found[key] = self._known(meant) if meant else None
        return self.found[key]

    def _dataset(self, name: str, path: Sequence[str]) -> Dataset | None:
        parts = name.split(".")
        full = ".".join([*path[: max(0, len(path) + 1 - len(parts))], *parts])
        exactly = datasets_by_name(self.graph, [Name(self.namespace, one) for one in (full, name)])
        if exactly:
            return next(iter(exactly.values()))
        filters = Filters(namespace=self.namespace, search=parts[-1])
        listed = datasets(self.graph, filters, first=MOST_LOOKED_AT).items
        for fits in (_is(full), _is(name), _ends_like(name), _is_end_of(name)):
            same = [one for one in listed if fits(one.name.name.lower())]
            if len(same) == 1:
                return same[0]
        return None

    def _known(self, found: Dataset) -> Known:
        rows = self.graph.rows("impact.makers", ids=[found.id])
        jobs = tuple(Name(row["namespace"], row["name"]) for row in rows)
        return Known(found.name, found.columns, found.contract, jobs)


def _is(name: str) -> Callable[[str], bool]:
    return lambda other: other == name.lower()


def _ends_like(name: str) -> Callable[[str], bool]:
    return lambda other: other.endswith(f".{name.lower()}")


def _is_end_of(name: str) -> Callable[[str], bool]:
    return lambda other: name.lower().endswith(f".{other}")
