"""Whatever the order of what is published, job partitions end with the runs that the final state calls for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

import pytest

from graph_model.estate.entities import JobSpec
from graph_model.names import job_id, job_partition_id
from graph_model.readiness import evaluate
from graph_model.readiness.evaluate import evaluate_marks
from graph_model.readiness.look import decide_each
from graph_model.readiness.rules import JobNeeds, JobPartition, ReadyInputs, input_set, needs_of_row
from graph_model.readiness.sweeps import look_again
from graph_model.readiness.terms import PLAIN, Group, LatestGood, Terms
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_versions
from tests.simulation.declared import records_of
from tests.simulation.estates import DAYS, Estate
from tests.simulation.model.driver import ModelDriver
from tests.simulation.model.engines import Waiting
from tests.simulation.model.records import Committed
from tests.simulation.model.view import EPOCH
from tests.support.protocol import Fleet, a_job, name

DATASETS = ("a", "b", "c", "d")
CASES = 60
LONGEST_WAIT = 30.0


class Event(NamedTuple):
    dataset: str
    day: str
    number: int


@dataclass
class Clock:
    """Goes on a little with each look, and further when it is told to."""

    at: float = 0.0

    @property
    def now(self) -> float:
        self.at += 0.001
        return self.at


@dataclass
class World:
    graph: Graph
    clock: Clock
    engine: Waiting
    job: JobNeeds

    def publish(self, event: Event, fleet: Fleet) -> None:
        moment = EPOCH + timedelta(hours=event.number)
        key = f"{event.dataset}{event.day}{event.number}"
        report_versions(self.graph, [Report(name(event.dataset), event.day, f"in/{key}", key, moment, "client")])
        fleet.work()

    def sweep(self, fleet: Fleet) -> None:
        while evaluate_marks(self.graph) or look_again(self.graph):
            fleet.work()

    def targets(self) -> list[JobPartition]:
        return sorted(JobPartition(job_partition_id(self.job.job, day), self.job.job, day) for day in DAYS[:3])

    def ready(self, *, by_query: bool = False) -> dict[str, ReadyInputs]:
        """What is decided now of the job partitions that there are."""
        there = [target for target in self.targets() if ("JobPartition", target.id) in self.engine.truth.records]
        jobs = {self.job.job: self.job}
        if by_query:
            return self.graph.write(lambda tx: evaluate._ready(tx, there, jobs))
        return self.graph.write(lambda tx: decide_each(tx, there, jobs)) if there else {}

    def runs(self, job_partition: str) -> list[Any]:
        records = self.engine.truth.records
        found = records.get(("JobPartition", job_partition))
        runs = [records[key] for key in found.out.get("HAS_RUN", ())] if found else []
        return sorted(runs, key=lambda run: run["created_at"])


def a_world(job: JobSpec) -> World:
    clock: Any = Clock()
    engine = Waiting(Committed(records_of(Estate("drawn", (*DATASETS, "out"), (job,)), without_last_job=False)), clock)
    driver: Any = ModelDriver(engine)
    graph = Graph(GraphSettings(uri="bolt://model"), driver=driver)
    return World(graph, clock, engine, needs_of_row(graph.rows("readiness.of_job", job=job_id(job.name))[0]))


def some_job(chance: Random, *, plain: bool = False) -> JobSpec:
    windows = {dataset: chance.choice(("same", "same", "previous 2", "last 2", "latest")) for dataset in DATASETS}
    if plain:
        windows = {dataset: "same" if window == "latest" else window for dataset, window in windows.items()}
    windows[chance.choice(DATASETS)] = "same"
    terms = {} if plain else {dataset: some_terms(chance, window) for dataset, window in windows.items()}
    members = [] if plain else chance.sample(DATASETS, chance.choice((0, 2, 3)))
    group = Group("g", chance.randint(1, max(1, len(members))), chance.choice((0.0, 5.0)))
    terms |= {member: replace(terms[member], wait=0.0, group=group) for member in members}
    optional = tuple(one for one in DATASETS if one not in members and chance.random() < 0.4)
    terms = {one: said if one in optional else replace(said, wait=0.0) for one, said in terms.items()}
    ignore = tuple(one for one in DATASETS if chance.random() < 0.2)
    return a_job("job", windows, "out", optional=optional, ignore=ignore, terms=terms)


def some_terms(chance: Random, window: str) -> Terms:
    wait = chance.choice((0.0, 0.0, 2.0, LONGEST_WAIT))
    serves = LatestGood(chance.randint(1, 2)) if window == "same" and chance.random() < 0.4 else None
    return chance.choice((PLAIN, Terms(wait=wait, latest_good=serves)))


def some_events(chance: Random) -> list[Event]:
    days = [(dataset, day) for dataset in DATASETS for day in DAYS[:3] if chance.random() < 0.7]
    return [Event(dataset, day, number) for dataset, day in days for number in range(chance.choice((1, 1, 2)))]


def played(job: JobSpec, events: list[Event], chance: Random) -> World:
    """A world in which these events came in some order, with sweeps and pauses in between, until all is over."""
    world = a_world(job)
    fleet = Fleet(world.graph)
    for event in chance.sample(events, len(events)):
        world.publish(event, fleet)
        world.clock.at += chance.choice((0.0, 0.0, 1.0, 10.0))
        if chance.random() < 0.3:
            world.sweep(fleet)
    world.clock.at += 2 * LONGEST_WAIT
    world.sweep(fleet)
    return world


@pytest.mark.parametrize("first", range(0, CASES, 20))
def test_the_runs_in_the_end_are_those_that_the_final_state_calls_for(first: int) -> None:
    for seed in range(first, first + 20):
        chance = Random(seed)
        job, events = some_job(chance), some_events(chance)
        ends = []
        for _ in range(2):
            world = played(job, events, chance)
            ready = world.ready()
            for target in world.targets():
                had = {run["input_set"]: run["state"] for run in world.runs(target.id)}
                if target.id in ready:
                    assert had.get(input_set(ready[target.id].triggers)) == "SUCCEEDED", (seed, target, job)
                assert not {"READY", "RUNNING"} & set(had.values()), seed
            ends.append({id: answer.triggers for id, answer in ready.items()})
        assert ends[0] == ends[1], seed


def test_the_query_for_plain_jobs_and_the_function_say_the_same() -> None:
    for seed in range(40):
        chance = Random(seed)
        world = played(some_job(chance, plain=True), some_events(chance), chance)

        assert world.job.is_plain
        assert world.ready(by_query=True) == {
            id: replace(answer, missing=(), look_again_at=None) for id, answer in world.ready().items()
        }, seed
