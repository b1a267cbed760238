"""Reads what a forecast is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from graph_model.deadlines.declared import plan_of
from graph_model.deadlines.plan import Plan
from graph_model.deadlines.planned import Slice
from graph_model.holds.repository import holds
from graph_model.moments import moment_at
from graph_model.names import job_partition_id
from graph_model.readiness.control import Stands
from graph_model.store.graph import Graph, Transaction

BATCH = 20_000
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
        return None if self.first_micros is None else moment_at(self.first_micros)


NOTHING_THERE = PartitionFact(is_there=False)


@dataclass(frozen=True, slots=True)
class RunFact:
    """The newest run of a job partition; seconds count back from now, `wait` is until its next try."""

    state: str
    reason: str
    ready: float
    began: float | None
    wait: float


def with_plan(graph: Graph, work: Callable[[Plan], T]) -> T:
    """What `work` makes of all that is declared, which is read once.

    As a rule nothing was declared since it was read last. So `work` begins with what was known then, while that is read
    again beside it, and what it made counts if it is still so; otherwise it is called once more. It must only read.
    """
    last = _LAST.get("plan")
    if last is None:
        return work(_read_plan(graph))
    with ThreadPoolExecutor(1) as beside:
        found = beside.submit(work, last[1])
        plan = _read_plan(graph)
    return found.result() if plan is last[1] else work(plan)


def _read_plan(graph: Graph) -> Plan:
    """As of one moment. As long as nothing is declared otherwise it is the same plan."""
    rows, last = graph.read(_declared), _LAST.get("plan")
    if last is None or last[0] != rows:
        # Comparing what was read costs a tenth of building a plan from it, and a plan remembers what it worked out.
        last = _LAST["plan"] = rows, _plan_of(rows)
    return last[1]


_LAST: dict[str, tuple[dict[str, Any], Plan]] = {}
_IN_COLUMNS = ("jobs", "inputs", "outputs", "datasets", "controls")


def _declared(tx: Transaction) -> dict[str, Any]:
    return {name: tx.rows(f"deadlines.{name}")[0] for name in (*_IN_COLUMNS, "promises")}


def _plan_of(declared: Mapping[str, Any]) -> Plan:
    """From a list for each property, in which an empty text stands for nothing."""
    rows = {
        name: zip(
            *([None if value == "" else value for value in column] for column in declared[name].values()), strict=True
        )
        for name in _IN_COLUMNS
    }
    return plan_of(**rows, promises=declared["promises"]["rows"])


def now(graph: Graph) -> datetime:
    """By the graph's clock."""
    return graph.rows("doctor.clock")[0]["now"]


def partition_facts(graph: Graph, plan: Plan, slices: Iterable[Slice]) -> dict[Slice, PartitionFact]:
    """Those that the graph knows."""
    found: dict[Slice, PartitionFact] = {}
    for some in _batches(slices):
        ids = [plan.partition_id(one) for one in some]
        for place, is_there, micros, reason, mark in graph.rows("deadlines.partitions", ids=ids)[0]["rows"]:
            found[some[place]] = PartitionFact(is_there, micros, reason or "", mark or "")
    return found


def run_facts(graph: Graph, slices: Iterable[Slice], *, ids: Iterable[str]) -> dict[Slice, RunFact]:
    """The newest run of each job partition that had one; one that is open goes before all others."""
    found: dict[Slice, RunFact] = {}
    for some, named in zip(_batches(slices), _batches(ids), strict=True):
        answer = graph.rows("deadlines.newest_runs", job_partitions=named)[0]
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
