"""What would be left without a reader or a maker: a walk upstream over what nobody else uses, with a ceiling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph_model.names import Name
from graph_model.retirement.entities import Orphan
from graph_model.store.graph import Graph, Row

MOST_ORPHANS = 1_000


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Nearest first. `is_complete` False: there are more than 1,000."""

    orphans: tuple[Orphan, ...]
    is_complete: bool = True


def left_by_datasets(graph: Graph, datasets: set[str]) -> LeftBehind:
    """What only serves these datasets: jobs that make nothing else, what only those read, and so on; and columns."""
    walk = _Upstream(graph, datasets=set(datasets))
    walk.go(sorted(datasets))
    walk.add_columns(sorted(datasets), None)
    return LeftBehind(tuple(walk.orphans), walk.is_complete)


def left_by_column(graph: Graph, members: Sequence[str], column: str) -> LeftBehind:
    """Columns that go into this one and nowhere else."""
    walk = _Upstream(graph)
    walk.add_columns(members, column)
    return LeftBehind(tuple(walk.orphans), walk.is_complete)


def left_by_job(graph: Graph, job: str, own: Sequence[str]) -> LeftBehind:
    """What nobody else makes (`own`, ids of datasets), and what only this job reads, and so on."""
    walk = _Upstream(graph, datasets=set(own), jobs={job})
    facts = graph.rows("retirement.facts", datasets=list(own)) if own else []
    walk.orphans += [
        Orphan("DATASET", Name(row["namespace"], row["name"]), "nobody else makes it")
        for row in sorted(facts, key=lambda row: (row["namespace"], row["name"]))
    ]
    inputs = graph.rows("retirement.job", job=job)[0]["inputs"]
    walk.go(walk.leave(inputs))
    return LeftBehind(tuple(walk.orphans), walk.is_complete)


@dataclass(slots=True)
class _Upstream:
    graph: Graph
    datasets: set[str] = field(default_factory=set)
    jobs: set[str] = field(default_factory=set)
    orphans: list[Orphan] = field(default_factory=list)
    is_complete: bool = True

    def go(self, frontier: Sequence[str]) -> None:
        """From datasets that go to what only serves them."""
        while frontier:
            if len(self.orphans) >= MOST_ORPHANS:
                self.is_complete = False
                return
            idle = [row for row in self._rows("retirement.around", frontier) if self._is_idle(row)]
            for row in idle:
                self.jobs.add(row["job"])
                if not row["technical"]:
                    self.orphans.append(Orphan("JOB", _name(row), "all that it makes would be gone"))
            frontier = self.leave(sorted({id for row in idle for id in row["inputs"]}))

    def _is_idle(self, row: Row) -> bool:
        return row["job"] not in self.jobs and set(row["outputs"]) <= self.datasets

    def leave(self, inputs: Iterable[str]) -> list[str]:
        """Those of some inputs that nobody else reads; they are gone from now on."""
        asked = [id for id in inputs if id not in self.datasets]
        readers: dict[str, set[str]] = {id: set() for id in asked}
        for row in self._rows("retirement.readers", asked):
            readers[row["dataset"]].add(row["reader"])
        left = [id for id in asked if readers[id] <= self.jobs]
        for row in self._rows("retirement.facts", left):
            if row["retired_at"] is None:
                self.orphans.append(Orphan("DATASET", _name(row), "nobody else reads it"))
        self.datasets |= set(left)
        return sorted(left)

    def add_columns(self, datasets: Sequence[str], column: str | None) -> None:
        """Columns of what stays that go only into what goes."""
        sources = [
            row
            for row in self.graph.rows("retirement.columns_into", datasets=list(datasets), path=column)
            if row["dataset"] not in self.datasets
        ]
        asked = [{"dataset": row["dataset"], "path": row["path"]} for row in sources]
        uses = self.graph.rows("retirement.column_uses", columns=asked) if asked else []
        # Where it is known what a job makes of a column, that it uses it says nothing more.
        followed = {(use["dataset"], use["path"], use["reader"]) for use in uses if use["kind"] != "USED_BY"}
        others = {
            (use["dataset"], use["path"])
            for use in uses
            if not (use["kind"] == "USED_BY" and (use["dataset"], use["path"], use["reader"]) in followed)
            and not self._goes(use, datasets, column)
        }
        unknown = {row["dataset"] for row in self._readers_of_unknown(sources)}
        for row in sources:
            if (row["dataset"], row["path"]) not in others and row["dataset"] not in unknown:
                self.orphans.append(Orphan("COLUMN", _name(row), "nobody else uses it", row["path"]))

    def _goes(self, use: Row, datasets: Sequence[str], column: str | None) -> bool:
        """Whether this use of a column is one of what goes."""
        if use["kind"] == "USED_BY":
            return use["reader"] in self.jobs
        if use["target"] not in datasets and use["target"] not in self.datasets:
            return False
        return column is None or use["target_path"] == column or use["target"] in self.datasets

    def _readers_of_unknown(self, sources: Sequence[Row]) -> Iterable[Row]:
        """Readers of these datasets of which nobody knows the columns they use, beside what goes."""
        for row in self._rows("retirement.readers", sorted({source["dataset"] for source in sources})):
            known = row["columns_known"] if row["kind"] == "JOB" else bool(row["columns"])
            if not known and row["reader"] not in self.jobs:
                yield row

    def _rows(self, query: str, datasets: Sequence[str]) -> list[Row]:
        return self.graph.rows(query, datasets=list(datasets)) if datasets else []


def _name(row: Row) -> Name:
    return Name(row["namespace"], row["name"])
