"""What an order would run, in which order, and what of the selection it would not run and why. Reads only."""

from __future__ import annotations

import hashlib
import heapq
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graph_model.errors import InvalidInput
from graph_model.estate.batches import in_batches
from graph_model.holds.repository import holds
from graph_model.names import job_partition_id, partition_id
from graph_model.orders.choose import Choice, Wanted, choose, choose_range
from graph_model.orders.entities import Cause, LeftOut, Obstacle, OrderPlan, Origin, Request, Task, Terms
from graph_model.orders.jobs import Jobs, read_jobs
from graph_model.orders.parameters import given_text
from graph_model.orders.pools import pool_called
from graph_model.orders.rules import GOOD_ALREADY, Made, Wish, difference
from graph_model.orders.selectors import parse_selector
from graph_model.partitions.scheme import LIST, PartitionScheme
from graph_model.readiness.rules import Need, needs_of
from graph_model.store.graph import Graph, Row

AT_ONCE = 5000


def plan_order(graph: Graph, request: Request) -> OrderPlan:
    """Raises InvalidSelector, NothingSelected, OutsideRange, InvalidPartition, InvalidInput, InvalidParameter."""
    jobs = read_jobs(graph)
    now = graph.rows("doctor.clock")[0]["now"]
    select, exclude = [[parse_selector(text) for text in some] for some in (request.select, request.exclude)]
    if request.keys is None:
        choice = choose(jobs, select, exclude, now=now)
    else:
        choice = choose_range(jobs, select, exclude, request.keys, now=now)
    return plan_choice(graph, jobs, choice, request)


def plan_choice(graph: Graph, jobs: Jobs, choice: Choice, request: Request) -> OrderPlan:
    """The same for what was chosen already. Of a restart, what is named failed and runs in any case."""
    if request.terms.pool:
        pool_called(graph, request.terms.pool)
    work = _Work(graph, jobs, choice, request)
    work.read()
    tasks, left_out = work.judge()
    return OrderPlan(request.origin, request.selection, request.terms, tasks, left_out, _hash(request, tasks))


@dataclass(slots=True)
class _Work:
    graph: Graph
    jobs: Jobs
    choice: Choice
    request: Request
    needs: dict[Wanted, tuple[Need, ...]] = field(default_factory=dict)
    fills: dict[Wanted, tuple[str, ...]] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    @property
    def terms(self) -> Terms:
        return self.request.terms

    def read(self) -> None:
        for one in self.choice.wanted:
            job = self.jobs.needs(one.job)
            self.needs[one] = needs_of(job, one.key)
            self.fills[one] = tuple(partition_id(output, one.key) for output in job.outputs)
        self.given = {job: given_text(self.graph, job, self.terms.parameters) for job in self._named_jobs()}
        filled = {partition for several in self.fills.values() for partition in several}
        read = {need.partition for several in self.needs.values() for need in several}
        self._read_partitions(filled, read - filled)
        self.held = {hold.subject: hold.words for hold in holds(self.graph)}
        datasets = sorted({need.dataset for several in self.needs.values() for need in several})
        self.names = {
            row["id"]: f"{row['namespace']}/{row['name']}"
            for row in self.graph.rows("readiness.dataset_names", ids=datasets)
        }
        self._hold_chosen()

    def _named_jobs(self) -> set[str]:
        return {one.job for one in self.choice.named}

    def _read_partitions(self, filled: Iterable[str], read: Iterable[str]) -> None:
        for name, ids in (("orders.made", filled), ("orders.current", read)):
            for some in in_batches(sorted(ids), AT_ONCE):
                for row in self.graph.rows(name, partitions=list(some)):
                    self.made[row["partition"]] = made_of(row)
                    if row["expired"]:
                        self.expired.add(row["partition"])

    def _hold_chosen(self) -> None:
        """What is chosen must be an input of what is named."""
        read = {need.partition for one in self.choice.named for need in self.needs[one]}
        for chosen in self.terms.chosen:
            if chosen.partition_id not in read:
                raise InvalidInput("input", f"{chosen.label} is no input of what is to run")

    def judge(self) -> tuple[tuple[Task, ...], tuple[LeftOut, ...]]:
        makers = {partition: one for one, several in self.fills.items() for partition in several}
        tasks: dict[Wanted, Task] = {}
        left_out: list[LeftOut] = []
        for one in _in_order(self.jobs, self.needs, makers):
            before = {makers[need.partition] for need in self.needs[one] if need.partition in makers} - {one}
            running = [tasks[other] for other in before if other in tasks]
            answer = self._answer(one, running)
            if isinstance(answer, LeftOut):
                left_out.append(answer)
            else:
                tasks[one] = self._task(one, *answer, place=len(tasks) + 1, after=len(running))
        return tuple(tasks.values()), tuple(left_out)

    def _answer(self, one: Wanted, running: Sequence[Task]) -> tuple[Cause, str] | LeftOut:
        name, job = self.jobs.known[one.job].name, self.jobs.needs(one.job)
        coming = {partition for task in running for partition in task.partitions}
        missing = self._missing(one, coming)
        if missing:
            return LeftOut(name, one.key, Obstacle.NOT_READY, missing)
        if self.request.origin is Origin.RESTART and one in self.choice.named:
            return Cause.FAILED, "it is started again"
        if self.terms.force:
            return Cause.FORCED, "it is to run in any case"
        reads = self._reads(one)
        wish = Wish(job.definition_hash, reads, self.given.get(one.job, "") if one in self.choice.named else "")
        found = difference([self.made.get(partition) for partition in self.fills[one]], wish)
        if found:
            return found
        if running:
            return Cause.UPSTREAM, f"runs if what {running[0].label} makes is another"
        return LeftOut(name, one.key, Obstacle.UNCHANGED, GOOD_ALREADY)

    def _reads(self, one: Wanted) -> dict[str, str]:
        """The versions that it would read now, with their places."""
        chosen = {item.partition_id: item.version for item in self.terms.chosen} if one in self.choice.named else {}
        found: dict[str, str] = {}
        for need in self.needs[one]:
            made = self.made.get(need.partition)
            if made and made.version:
                found[chosen.get(need.partition, made.version)] = self._place(need)
        return found

    def _missing(self, one: Wanted, coming: set[str]) -> str:
        needs = self.needs[one]
        there = {need.partition for need in needs if (made := self.made.get(need.partition)) and made.version}
        for need in needs:
            if need.partition in coming:
                continue
            if need.partition in self.expired:
                return f"{self._place(need)} has expired"
            if need.required and need.partition not in there:
                return f"{self._place(need)} is not there"
        return "" if there or coming else "none of its inputs is there"

    def _place(self, need: Need) -> str:
        name = self.names.get(need.dataset, need.dataset)
        return f"{name}@{need.key}" if need.key else name

    def _task(self, one: Wanted, cause: Cause, why: str, *, place: int, after: int) -> Task:
        id_ = job_partition_id(one.job, one.key)
        things = (id_, one.job, *(thing for need in self.needs[one] for thing in (need.dataset, need.partition)))
        return Task(
            id=id_,
            job=self.jobs.known[one.job].name,
            job_id=one.job,
            partition=one.key,
            cause=cause,
            why=why,
            place=place,
            after=after,
            partitions=self.fills[one],
            forced=cause in (Cause.FAILED, Cause.FORCED),
            named=one in self.choice.named,
            held=next((self.held[thing] for thing in things if thing in self.held), "") if self.held else "",
        )


def made_of(row: Row) -> Made:
    """A row of `orders.made` or `orders.current`."""
    return Made(
        row["version"],
        row.get("run"),
        row.get("definition_hash"),
        row.get("parameters") or "",
        frozenset(row.get("reads") or ()),
    )


def _in_order(jobs: Jobs, needs: Mapping[Wanted, Sequence[Need]], makers: Mapping[str, Wanted]) -> Iterator[Wanted]:
    """What others read comes before them; else by the end of its time, so that each day is whole before the next."""
    rank = jobs.ranks({one.job for one in needs})
    urgency = {one: (_end(jobs.needs(one.job).scheme, one.key), rank[one.job], one.key) for one in needs}
    left: dict[Wanted, int] = {}
    behind: dict[Wanted, list[Wanted]] = {}
    for one, several in needs.items():
        before = {makers[need.partition] for need in several if need.partition in makers} - {one}
        left[one] = len(before)
        for other in before:
            behind.setdefault(other, []).append(one)
    free = [(urgency[one], one) for one, count in left.items() if count == 0]
    heapq.heapify(free)
    while free:
        _, one = heapq.heappop(free)
        yield one
        for other in behind.get(one, ()):
            left[other] -= 1
            if left[other] == 0:
                heapq.heappush(free, (urgency[other], other))


def _end(scheme: PartitionScheme, key: str) -> tuple[datetime, int]:
    unit = scheme.unit
    if unit:
        return unit.begin(unit.index(key) + 1), 0
    return datetime.min, scheme.keys.index(key) if scheme.every == LIST else 0  # noqa: DTZ901  local time, of no zone


def _hash(request: Request, tasks: Sequence[Task]) -> str:
    """Of what would run, how, and why; 12 digits are enough to compare with the plan that was looked at."""
    terms = request.terms
    how = [
        request.origin, request.selection, terms.force, terms.at_once, terms.pool, terms.priority, terms.background,
        terms.stop_on_failure, dict(terms.parameters), [(item.partition_id, item.version) for item in terms.chosen],
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(how, sort_keys=True, default=str).encode())
    for task in tasks:
        digest.update(f"{task.id} {task.cause} {task.forced}\n".encode())
    return digest.hexdigest()[:12]
