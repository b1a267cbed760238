"""Gathers what the elements of a list ask for one by one into one question for all of them.

A loader lives as long as its request. Loaders of pages are keyed by the element and the page that is wanted of it:
elements of one list want the same page, so one list costs one question.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from strawberry.dataloader import DataLoader

from graph_model.arrivals.entities import Watched
from graph_model.arrivals.repository import watched_among
from graph_model.checks.entities import CheckKey, Finding
from graph_model.checks.repository import trends
from graph_model.contracts.recorded import Whole, current_of, texts
from graph_model.datasets.entities import Dataset, PartitionOverview
from graph_model.datasets.repository import datasets_by_id, datasets_by_name, latest_versions, partitions
from graph_model.jobs.entities import Job
from graph_model.jobs.repository import jobs_by_id
from graph_model.names import Name
from graph_model.observed.runs import ObservedRun, observed_runs_by_id
from graph_model.pages import Page
from graph_model.reads.entities import Reader
from graph_model.reads.repository import readers_of
from graph_model.runs.entities import Run
from graph_model.runs.repository import runs_by_id, runs_of_jobs
from graph_model.store.graph import Graph
from graph_model.versions.entities import Version
from graph_model.versions.readable import Readable, readables
from graph_model.versions.repository import versions_by_id, versions_of_datasets

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class PageKey:
    """A page of something that belongs to `owner` (an id). `after` is where it starts: an id or a partition key."""

    owner: str
    first: int
    after: str | None = None
    partition: str | None = None


@dataclass(frozen=True, slots=True)
class TrendPage:
    """A page of what one check found."""

    check: CheckKey
    first: int
    after: str | None = None


class Loaders:
    """The loaders of one request."""

    def __init__(self, graph: Graph) -> None:
        self.dataset: DataLoader[str, Dataset | None] = _each(graph, datasets_by_id)
        self.dataset_named: DataLoader[Name, Dataset | None] = _each(graph, datasets_by_name)
        self.watched: DataLoader[str, Watched | None] = _each(graph, watched_among)
        self.job: DataLoader[str, Job | None] = _each(graph, jobs_by_id)
        self.contract: DataLoader[str, Whole | None] = _each(graph, current_of)
        self.contract_text: DataLoader[str, str | None] = _each(graph, texts)
        self.run: DataLoader[str, Run | None] = _each(graph, runs_by_id)
        self.observed_run: DataLoader[str, ObservedRun | None] = _each(graph, observed_runs_by_id)
        self.version: DataLoader[str, Version | None] = _each(graph, versions_by_id)
        self.readable: DataLoader[str, Readable | None] = _each(graph, readables)
        self.readers: DataLoader[str, tuple[Reader, ...] | None] = _each(graph, _readers)
        self.latest_version: DataLoader[str, str | None] = _each(graph, latest_versions)
        self.versions: DataLoader[PageKey, Page[Version]] = _pages(graph, _versions)
        self.partitions: DataLoader[PageKey, Page[PartitionOverview]] = _pages(graph, _partitions)
        self.runs: DataLoader[PageKey, Page[Run]] = _pages(graph, _runs)
        self.trend: DataLoader[TrendPage, Page[Finding]] = _trends(graph)


def _each(graph: Graph, find: Callable[[Graph, Sequence[K]], Mapping[K, V]]) -> DataLoader[K, V | None]:
    async def load(keys: list[K]) -> list[V | None]:
        found = await asyncio.to_thread(find, graph, keys)
        return [found.get(key) for key in keys]

    return DataLoader(load)


def _pages(
    graph: Graph, find: Callable[[Graph, Sequence[str], PageKey], Mapping[str, Page[V]]]
) -> DataLoader[PageKey, Page[V]]:
    async def load(keys: list[PageKey]) -> list[Page[V]]:
        alike: dict[tuple[int, str | None, str | None], list[PageKey]] = defaultdict(list)
        for key in keys:
            alike[key.first, key.after, key.partition].append(key)
        found: dict[PageKey, Page[V]] = {}
        for group in alike.values():
            pages = await asyncio.to_thread(find, graph, [key.owner for key in group], group[0])
            found |= {key: pages[key.owner] for key in group}
        return [found[key] for key in keys]

    return DataLoader(load)


def _trends(graph: Graph) -> DataLoader[TrendPage, Page[Finding]]:
    async def load(keys: list[TrendPage]) -> list[Page[Finding]]:
        alike: dict[tuple[int, str | None], list[TrendPage]] = defaultdict(list)
        for key in keys:
            alike[key.first, key.after].append(key)
        found: dict[TrendPage, Page[Finding]] = {}
        for (first, after), group in alike.items():
            checks = [key.check for key in group]
            pages = await asyncio.to_thread(trends, graph, checks, first=first, after=after)
            found |= {key: pages[key.check] for key in group}
        return [found[key] for key in keys]

    return DataLoader(load)


def _versions(graph: Graph, ids: Sequence[str], key: PageKey) -> Mapping[str, Page[Version]]:
    return versions_of_datasets(graph, ids, partition=key.partition, first=key.first, after=key.after)


def _readers(graph: Graph, ids: Sequence[str]) -> Mapping[str, tuple[Reader, ...]]:
    return readers_of(graph.rows, ids)


def _partitions(graph: Graph, ids: Sequence[str], key: PageKey) -> Mapping[str, Page[PartitionOverview]]:
    return partitions(graph, ids, first=key.first, before=key.after)


def _runs(graph: Graph, ids: Sequence[str], key: PageKey) -> Mapping[str, Page[Run]]:
    return runs_of_jobs(graph, ids, first=key.first, after=key.after)
