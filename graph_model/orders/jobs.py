"""The jobs that orders choose from, and how they stand to each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from graph_model.errors import NothingSelected
from graph_model.names import Name
from graph_model.orders.selectors import Selector
from graph_model.readiness.rules import JobNeeds, needs_of_row
from graph_model.store.graph import Graph


@dataclass(frozen=True, slots=True)
class Known:
    """A declared job, with what selectors go by. `reads` and `makes` are ids of datasets."""

    id: str
    name: Name
    tags: tuple[str, ...]
    owners: tuple[str, ...]
    reads: tuple[str, ...]
    makes: tuple[str, ...]


@dataclass(slots=True)
class Jobs:
    """All declared jobs. What one needs is read when it is asked for."""

    graph: Graph
    known: dict[str, Known] = field(default_factory=dict)
    makers: dict[str, list[str]] = field(default_factory=dict)
    readers: dict[str, list[str]] = field(default_factory=dict)
    _needs: dict[str, JobNeeds] = field(default_factory=dict)

    def needs(self, job: str) -> JobNeeds:
        if job not in self._needs:
            self._needs[job] = needs_of_row(self.graph.rows("readiness.of_job", job=job)[0])
        return self._needs[job]

    def named(self, selector: Selector) -> tuple[str, ...]:
        """The jobs that a selector names itself. Raises NothingSelected, with the nearest name."""
        found = [one.id for one in self.known.values() if selector.names(one.name, tags=one.tags, owners=one.owners)]
        if not found:
            raise NothingSelected(selector.value, self._like(selector))
        return tuple(found)

    def around(self, jobs: Iterable[str], *, up: int, down: int) -> set[str]:
        """These jobs, and those so many hops before and behind them."""
        start = set(jobs)
        return start | self._along(start, up, self.before) | self._along(start, down, self.behind)

    def before(self, job: str) -> Iterator[str]:
        for dataset in self.known[job].reads:
            yield from self.makers.get(dataset, ())

    def behind(self, job: str) -> Iterator[str]:
        for dataset in self.known[job].makes:
            yield from self.readers.get(dataset, ())

    def ranks(self, jobs: Iterable[str]) -> dict[str, int]:
        """The place of each among these: whatever one reads is made by those before it."""
        left = {job: {one for one in self.before(job) if one != job} for job in jobs}
        left = {job: before & left.keys() for job, before in left.items()}
        rank: dict[str, int] = {}
        while left:
            free = sorted((job for job, before in left.items() if before <= rank.keys()), key=self._spelled)
            for job in free or sorted(left):
                rank[job] = len(rank)
                del left[job]
        return rank

    def _along(self, start: set[str], hops: int, step: Callable[[str], Iterator[str]]) -> set[str]:
        found: set[str] = set()
        frontier = start
        for _ in range(min(hops, len(self.known))):
            frontier = {one for job in frontier for one in step(job)} - found
            if not frontier:
                break
            found |= frontier
        return found

    def _spelled(self, job: str) -> Name:
        return self.known[job].name

    def _like(self, selector: Selector) -> list[str]:
        names = [one.name for one in self.known.values()]
        return [str(name) if "/" in selector.value else name.name for name in names]


def read_jobs(graph: Graph) -> Jobs:
    jobs = Jobs(graph)
    for row in graph.rows("orders.jobs"):
        name = Name(row["namespace"], row["name"])
        makes, reads = tuple(row["makes"]), tuple(row["reads"])
        jobs.known[row["id"]] = Known(row["id"], name, tuple(row["tags"]), tuple(row["owners"]), reads, makes)
        for dataset in makes:
            jobs.makers.setdefault(dataset, []).append(row["id"])
        for dataset in reads:
            jobs.readers.setdefault(dataset, []).append(row["id"])
    return jobs
