"""Reads what a forecast is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

from graph_model.deadlines.plan import Plan, Slice, plan_of
from graph_model.holds.repository import holds
from graph_model.names import job_partition_id, partition_id
from graph_model.store.graph import Graph, Transaction

BATCH = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PartitionFact:
    """`first_micros`: since when there was a good version, of those not set aside. `reason`: of one that was."""

    is_there: bool
    first_micros: int | None = None
    reason: str = ""

    @property
    def first(self) -> datetime | None:
        return None if self.first_micros is None else _EPOCH + timedelta(microseconds=self.first_micros)


NOTHING_THERE = PartitionFact(is_there=False)


@dataclass(frozen=True, slots=True)
class RunFact:
    """The newest run of a job partition; seconds count back from now, `wait` is until its next try."""

    state: str
    reason: str
    ready: float
    began: float | None
    wait: float


def read_plan(graph: Graph) -> Plan:
    """All that is declared, as of one moment."""

    def work(tx: Transaction) -> Plan:
        return plan_of(
            jobs=tx.rows("deadlines.jobs")[0]["rows"],
            inputs=tx.rows("deadlines.inputs")[0]["rows"],
            outputs=tx.rows("deadlines.outputs")[0]["rows"],
            datasets=tx.rows("deadlines.datasets")[0]["rows"],
            promises=tx.rows("deadlines.promises"),
        )

    return graph.read(work)


def now(graph: Graph) -> datetime:
    """By the graph's clock."""
    return graph.rows("doctor.clock")[0]["now"]


def partition_facts(graph: Graph, slices: Iterable[Slice]) -> dict[Slice, PartitionFact]:
    """Those that the graph knows."""
    found: dict[Slice, PartitionFact] = {}
    for some in _batches(slices):
        ids = [partition_id(one.of, one.key) for one in some]
        for place, is_there, micros, reason in graph.rows("deadlines.partitions", ids=ids)[0]["rows"]:
            found[some[place]] = PartitionFact(is_there, micros, reason or "")
    return found


def run_facts(graph: Graph, slices: Iterable[Slice]) -> dict[Slice, RunFact]:
    """The newest run of each job partition that had one; one that is open goes before all others."""
    ids = {job_partition_id(one.of, one.key): one for one in slices}
    found: dict[Slice, RunFact] = {}
    for some in _batches(ids):
        for row in graph.rows("deadlines.newest_runs", job_partitions=some):
            since, until = row["began"], row["not_before"]
            found[ids[row["id"]]] = RunFact(
                row["state"],
                row["reason"] or "",
                _seconds(row["ready"], row["now"]),
                None if since is None else _seconds(since, row["now"]),
                0.0 if until is None else _seconds(row["now"], until),
            )
    return found


def held(graph: Graph) -> dict[str, str]:
    """Who holds what and why, by the id of the job, dataset or one partition of it."""
    return {hold.subject: hold.words for hold in holds(graph) if hold.blocks}


def _seconds(begin: datetime, end: datetime) -> float:
    return max((end - begin).total_seconds(), 0.0)


def _batches(items: Iterable[T]) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while some := list(islice(rest, BATCH)):
        yield some
