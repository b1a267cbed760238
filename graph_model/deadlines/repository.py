"""Reads what a forecast is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from graph_model.deadlines.plan import Plan, plan_of
from graph_model.deadlines.planned import Slice
from graph_model.holds.repository import holds
from graph_model.names import job_partition_id, partition_id
from graph_model.readiness.control import Stands
from graph_model.store.graph import Graph, Transaction

BATCH = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SKIPPED, EXPIRED = "skipped", "expired"
T = TypeVar("T")


class PartitionFact(NamedTuple):
    """`first_micros`: since when there was a good version, of those not set aside. `reason`: of one that was. `mark`:
    readers go without it, or must not go without it though it has expired; empty: neither."""

    is_there: bool
    first_micros: int | None = None
    reason: str = ""
    mark: str = ""

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
    """All that is declared, as of one moment. As long as nothing is declared otherwise it is the same plan."""
    rows = graph.read(_declared)
    last = _LAST.get("plan")
    if last is None or last[0] != rows:
        # Comparing what was read costs a tenth of building a plan from it, and a plan remembers what it worked out.
        last = _LAST["plan"] = rows, plan_of(**rows)
    return last[1]


_LAST: dict[str, tuple[dict[str, Any], Plan]] = {}


def _declared(tx: Transaction) -> dict[str, Any]:
    """What `plan_of` takes."""
    named = ("jobs", "inputs", "outputs", "datasets", "controls")
    rows: dict[str, Any] = {name: tx.rows(f"deadlines.{name}")[0]["rows"] for name in named}
    return {**rows, "promises": tx.rows("deadlines.promises")}


def now(graph: Graph) -> datetime:
    """By the graph's clock."""
    return graph.rows("doctor.clock")[0]["now"]


def partition_facts(graph: Graph, slices: Iterable[Slice]) -> dict[Slice, PartitionFact]:
    """Those that the graph knows."""
    found: dict[Slice, PartitionFact] = {}
    for some in _batches(slices):
        ids = [partition_id(one.of, one.key) for one in some]
        for place, is_there, micros, reason, mark in graph.rows("deadlines.partitions", ids=ids)[0]["rows"]:
            found[some[place]] = PartitionFact(is_there, micros, reason or "", mark or "")
    return found


def run_facts(graph: Graph, slices: Iterable[Slice]) -> dict[Slice, RunFact]:
    """The newest run of each job partition that had one; one that is open goes before all others."""
    found: dict[Slice, RunFact] = {}
    for some in _batches(slices):
        ids = [job_partition_id(one.of, one.key) for one in some]
        answer = graph.rows("deadlines.newest_runs", job_partitions=ids)[0]
        for place, state, reason, ready, began, until in answer["rows"]:
            found[some[place]] = RunFact(
                state,
                reason or "",
                _seconds(ready, answer["now"]),
                None if began is None else _seconds(began, answer["now"]),
                0.0 if until is None else _seconds(answer["now"], until),
            )
    return found


def control_states(graph: Graph, slices: Iterable[Slice]) -> dict[Slice, Stands]:
    """How the newest run of each job partition stands that others wait for; without those that had none."""
    ids = {job_partition_id(one.of, one.key): one for one in slices}
    rows = graph.rows("readiness.control_states", ids=sorted(ids)) if ids else ()
    return {ids[row["id"]]: Stands(row["run"], row["state"], row["exit_code"]) for row in rows}


def held(graph: Graph) -> Mapping[str, str]:
    """Who holds what and why, by the id of the job, dataset or one partition of it."""
    return {hold.subject: hold.words for hold in holds(graph) if hold.blocks}


def _seconds(begin: int, end: int) -> float:
    """Between two moments in milliseconds."""
    return max((end - begin) / 1000, 0.0)


def _batches(items: Iterable[T]) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while some := list(islice(rest, BATCH)):
        yield some
