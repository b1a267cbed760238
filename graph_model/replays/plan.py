"""The smallest set of job partitions that must run again because a version was bad, in their order. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from graph_model.names import Name, partition_id
from graph_model.readiness.rules import JobNeeds, Need, input_set, needs_of, needs_of_row
from graph_model.replays.entities import PlanStep, ReplayPlan, Spared, Way
from graph_model.replays.rules import Input, Standing, in_order, way_of
from graph_model.replays.surroundings import Surroundings, look_around
from graph_model.store.graph import Graph, Row
from graph_model.versions.entities import GONE, VersionState
from graph_model.versions.readable import readables
from graph_model.versions.wrong import Badness, Made, WrongVersion, find_wrong

Rows = Callable[..., list[Row]]


def plan_replay(graph: Graph, version: str, columns: Sequence[str] = ()) -> ReplayPlan:
    """What must run again because `version` was bad. Raises VersionNotFound, ColumnNotFound."""
    return plan_for(graph, find_wrong(graph.rows, version, columns))


def plan_for(graph: Graph, badness: Badness) -> ReplayPlan:
    """The same for what is known to be wrong."""
    work = _Work(graph, badness)
    work.find_targets()
    work.read()
    return work.plan()


@dataclass(slots=True)
class _Target:
    """A job partition with something wrong: what it made that readers get, and what made that wrong."""

    made: Made
    replaces: dict[str, None] = field(default_factory=dict)
    avoids: dict[str, None] = field(default_factory=dict)
    partitions: dict[str, None] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.made.job_partition or next(iter(self.partitions))

    @property
    def here(self) -> bool:
        return bool(self.made.job_partition) and not self.made.observed


class _Work:
    def __init__(self, graph: Graph, badness: Badness) -> None:
        self._graph, self._bad = graph, badness
        self._wrong = badness.all
        self._targets: dict[str, _Target] = {}
        self._jobs: dict[str, JobNeeds] = {}
        self._needs: dict[str, tuple[Need, ...]] = {}
        self._around = Surroundings()
        self._there: dict[str, Row] = {}
        self._names: dict[str, str] = {}
        self._lost: dict[str, str] = {}
        self._makers: dict[str, str] = {}

    def find_targets(self) -> None:
        """Whose output readers get and should not, and who is about to make some."""
        outputs = look_around(self._graph.rows, (), [one.partition_id for one in self._bad.versions]).outputs
        for one in self._bad.versions:
            current = outputs.get(one.partition_id, {}).get("version")
            if one.made and (one.current or (current is None and one.state not in GONE)):
                target = self._target(one.made, one.partition_id)
                target.replaces[one.id] = None
                target.avoids.update(dict.fromkeys(one.sources))
        for run in self._bad.open_runs:
            target = self._target(run.made, "")
            target.avoids.update(dict.fromkeys(run.reads))

    def _target(self, made: Made, partition: str) -> _Target:
        target = self._targets.setdefault(made.job_partition or partition, _Target(made))
        if partition:
            target.partitions[partition] = None
        return target

    def read(self) -> None:
        here = [target for target in self._targets.values() if target.here]
        spared = [one.made for one in self._bad.spared if one.current and one.made and not one.made.observed]
        for job in {*(target.made.job_id for target in here), *(made.job_id for made in spared)}:
            rows = self._graph.rows("readiness.of_job", job=job)
            if rows:
                self._jobs[job] = needs_of_row(rows[0])
        for made in (*(target.made for target in here), *spared):
            if made.job_id in self._jobs:
                self._needs[made.job_partition] = needs_of(self._jobs[made.job_id], made.key)
        self._fill_partitions(here)
        self._around = look_around(self._graph.rows, [target.id for target in here], ())
        self._read_inputs()
        self._makers = {partition: id for id, target in self._targets.items() for partition in target.partitions}

    def _fill_partitions(self, here: Iterable[_Target]) -> None:
        """What a run under way will fill, where it has made nothing yet."""
        for target in here:
            job = self._jobs.get(target.made.job_id)
            if job and not target.partitions:
                target.partitions.update((partition_id(out, target.made.key), None) for out in job.outputs)

    def _read_inputs(self) -> None:
        needs = {need.partition: need for several in self._needs.values() for need in several}
        if not needs:
            return
        self._there = {row["partition"]: row for row in self._graph.rows("readiness.input_states", partitions=[*needs])}
        datasets = sorted({need.dataset for need in needs.values()})
        for row in self._graph.rows("readiness.dataset_names", ids=datasets):
            self._names[row["id"]] = str(Name(row["namespace"], row["name"]))
        current = [row["current"] for row in self._there.values() if row["current"]]
        found = readables(self._graph, current)
        self._lost = {id: one.warning for id, one in found.items() if not one.available}

    def plan(self) -> ReplayPlan:
        after = {id: self._after(id) for id in self._targets}
        order = in_order(after)
        steps = [self._step(target, order[id], after[id]) for id, target in self._targets.items()]
        steps.sort(key=lambda step: (step.order, str(step.job), step.partition))
        return ReplayPlan(
            self._bad, _root(self._bad), self._bad.replaced, tuple(steps), self._anyway(), self._not_needed()
        )

    def _after(self, id: str) -> tuple[str, ...]:
        makers = (self._makers.get(need.partition) for need in self._needs.get(id, ()))
        return tuple(sorted({maker for maker in makers if maker and maker != id}))

    def _step(self, target: _Target, order: int, after: tuple[str, ...]) -> PlanStep:
        way, why, question = self._way(target)
        return PlanStep(
            id=target.id,
            job=target.made.job,
            partition=target.made.key,
            way=way,
            why=why,
            order=order,
            after=after,
            replaces=tuple(target.replaces),
            avoids=tuple(target.avoids),
            partitions=tuple(target.partitions),
            job_id=target.made.job_id,
            question=question,
        )

    def _way(self, target: _Target) -> tuple[Way, str, str | None]:
        if not target.here:
            return (
                Way.ELSEWHERE,
                f"run {target.made.run} of others made it: have {target.made.job} run again there",
                None,
            )
        job = self._jobs.get(target.made.job_id)
        if job is None:
            return Way.CANNOT, f"{target.made.job} is not declared any more", None
        filled = {partition_id(output, target.made.key) for output in job.outputs}
        if not filled.issuperset(target.partitions):
            return Way.CANNOT, f"{target.made.job} makes something else now", None
        standing = self._standing(target)
        return *way_of(standing), standing.question

    def _standing(self, target: _Target) -> Standing:
        needs = self._needs[target.id]
        spoiled = {self._wrong[id].partition_id for id in target.avoids if id in self._wrong}
        now = [
            row["current"]
            for need in needs
            if need.triggers and (row := self._there.get(need.partition)) and row["current"]
        ]
        asked = [row["question"] for row in self._around.questions.get(target.id, ()) if row["is_open"]]
        return Standing(
            tuple(self._input(need, spoiled=need.partition in spoiled) for need in needs),
            self._around.past_runs(target.id, target.avoids),
            input_set(now),
            next(iter(asked), None),
        )

    def _input(self, need: Need, *, spoiled: bool) -> Input:
        row = self._there.get(need.partition)
        name = self._names.get(need.dataset, need.dataset)
        current = row["current"] if row else None
        return Input(
            where=f"{name}@{need.key}" if need.key else name,
            required=need.required,
            triggers=need.triggers,
            asks=need.asks,
            spoiled=spoiled,
            coming=need.partition in self._makers or self._is_awaited(need.partition),
            gone=_gone(row, self._lost.get(current or "", "")),
        )

    def _is_awaited(self, partition: str) -> bool:
        """The partition of the bad version itself, while readers have nothing better."""
        return partition == self._bad.root.partition_id and not self._bad.replaced

    def _anyway(self) -> tuple[Spared, ...]:
        renewed = {*self._makers, *([self._bad.root.partition_id] if self._bad.root else [])}
        found: list[Spared] = []
        for one in self._bad.spared:
            needs = self._needs.get(one.made.job_partition, ()) if one.current and one.made else ()
            if any(need.triggers and need.partition in renewed for need in needs) and one.made:
                why = f"{one.why}, but a new version of what {one.made.job} reads makes it run"
                found.append(Spared(one.id, one.dataset, one.partition, why))
        return tuple(found)

    def _not_needed(self) -> tuple[Spared, ...]:
        needed = {id for target in self._targets.values() for id in target.replaces}
        anyway = {one.version for one in self._anyway()}
        return (
            *(_spared(one, "a later version took its place") for one in self._bad.versions if one.id not in needed),
            *(_spared(one, "a later run on good inputs found the same content") for one in self._bad.proven),
            *(_spared(one, one.why) for one in self._bad.spared if one.current and one.id not in anyway),
        )


def _spared(one: WrongVersion, why: str) -> Spared:
    return Spared(one.id, one.dataset, one.partition, why)


def _gone(row: Row | None, lost: str) -> str:
    """Why what is there cannot be read; empty: it can."""
    if lost:
        return lost
    if row is None or row["newest"] is None:
        return "nothing was reported there yet"
    if row["current"] is not None:
        return ""
    if row["state"] in GONE:
        return "it has expired"
    return f"nothing good is there, its newest version is {row['state']}"


def _root(bad: Badness) -> str:
    root = bad.root
    if bad.replaced and root.state == VersionState.QUARANTINED:
        return f"{root.where} is quarantined, readers get {bad.current} instead"
    if bad.replaced:
        return f"{root.where} was replaced by {bad.current}"
    if bad.current:
        return f"readers of {root.where} still get it: report a good version, or quarantine it"
    return f"readers of {root.where} get nothing: report a good version"
