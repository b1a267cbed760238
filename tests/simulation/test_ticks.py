"""Each nominal time comes once, however many tick at once and wherever they die: histories of crashes from seeds."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from neo4j.exceptions import Neo4jError

from graph_model.errors import Unavailable
from graph_model.names import Name, job_id, schedule_id
from graph_model.schedules.entities import Rule, Schedule, dumps
from graph_model.schedules.tick import tick
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.simulation.model.driver import ModelDriver, ModelTransaction
from tests.simulation.model.engines import Engine, Optimistic, Waiting
from tests.simulation.model.errors import reply_lost, unreachable
from tests.simulation.model.records import Committed, Record
from tests.simulation.model.view import EPOCH, View, moment
from tests.simulation.scheduler import Process, Scheduler
from tests.simulation.seams import all_random_from
from tests.simulation.threads import VirtualClock

SEEDS = range(int(os.environ.get("TICK_SEEDS", "6")))
EVERY = 60.0
FAULTS_END, END = 700.0, 1000.0
JOBS = {catch_up: Name("test", catch_up) for catch_up in ("latest", "all")}


class Play:
    """One history: two processes that tick, die and come back, and somebody who ends the runs."""

    def __init__(self, seed: int) -> None:
        self.chance, self.scheduler = Random(seed), Scheduler()
        committed = Committed(_records())
        kind: Any = Waiting if seed % 2 else Optimistic
        self.engine: Engine = kind(committed, self.scheduler)
        self.crashes = 0
        # On a slow line two that tick see the same nominal time come.
        self.latency = self.chance.choice((0.002, 0.05, 0.2))
        for name in ("one", "other"):
            self.start(name)
        self.scheduler.spawn(Process("fleet"), self._end_runs)

    def start(self, name: str) -> None:
        process = Process(name)
        self.scheduler.spawn(process, lambda: self._tick(process))

    def crash(self, process: Process) -> None:
        self.crashes += 1
        for transaction in process.transactions:
            self.engine.abort(transaction.view)
        process.transactions = {}
        # Some outages are long: then nominal times are missed.
        seconds = self.chance.choice((1.0, 5.0, 200.0))
        self.scheduler.call(self.chance.uniform(0.1, seconds), lambda: self.start(process.name))
        self.scheduler.crash(process)

    def happens(self, share: float) -> bool:
        return self.scheduler.now < FAULTS_END and self.chance.random() < share

    def _tick(self, process: Process) -> None:
        driver: Any = ModelDriver(self.engine, FaultyLine(self, process))
        graph = Graph(GraphSettings(uri="bolt://model"), driver=driver, clock=VirtualClock(self.scheduler))
        while self.scheduler.now < END:
            with suppress(Unavailable):
                tick(graph)
            self.scheduler.sleep(self.chance.uniform(0.2, 1.5))

    def _end_runs(self) -> None:
        while self.scheduler.now < END:
            view = self.engine.begin(5.0)
            try:
                for run in view.holding("Run", "open"):
                    view.set(run, state="SUCCEEDED", open=None)
                self.engine.commit(view)
            except Neo4jError:
                self.engine.abort(view)
            self.scheduler.sleep(self.chance.uniform(1.0, 4.0))


class FaultyLine:
    def __init__(self, play: Play, process: Process) -> None:
        self._play, self._process = play, process

    def begin(self, transaction: ModelTransaction) -> None:
        self._process.transactions[transaction] = None

    def query(self, transaction: ModelTransaction, name: str) -> None:
        self._play.scheduler.sleep(self._play.latency * self._play.chance.random())
        if self._play.happens(0.006):
            self._play.crash(self._process)
        if self._play.happens(0.006):
            self._play.engine.abort(transaction.view)
            raise unreachable()

    def commit(self, transaction: ModelTransaction, commit: Callable[[], None]) -> None:
        self._play.scheduler.sleep(self._play.latency * self._play.chance.random())
        if self._play.happens(0.02):
            self._play.crash(self._process)
        commit()
        if self._play.happens(0.02):
            self._play.crash(self._process)
        if self._play.happens(0.02):
            raise reply_lost()

    def close(self, transaction: ModelTransaction) -> None:
        self._process.transactions.pop(transaction, None)


def _records() -> dict[Any, Record]:
    view = View(Committed(), lambda: 0.0, lambda view, key: None)  # noqa: ARG005
    for catch_up, name in JOBS.items():
        schedule = Schedule((Rule(every=EVERY),), catch_up=catch_up)  # type: ignore[arg-type]
        job = job_id(name)
        view.create(
            "Job", job, namespace=name.namespace, name=name.name, definition="{}", definition_hash="h",
            schedule=dumps(schedule),
        )  # fmt: skip
        first = EPOCH + timedelta(seconds=EVERY)
        view.create("Schedule", schedule_id(job), job=job, ticked_at=moment(0.0), next_at=first, look_at=first)
    return {key: record for key, record in view.own.items() if record is not None}


@pytest.mark.parametrize("seed", SEEDS)
def test_each_nominal_time_comes_once_whoever_ticks_and_dies(seed: int) -> None:
    play = Play(seed)
    with all_random_from(Random(seed)):
        play.scheduler.run(most_seconds=END + 500.0)

    assert play.scheduler.errors == []
    assert play.crashes > 0
    came = {name.name: _came(play.engine, job_id(name)) for name in JOBS.values()}
    wanted = [EPOCH + timedelta(seconds=EVERY * number) for number in range(1, int(END / EVERY) + 1)]
    assert came["all"] == wanted
    assert came["latest"] == sorted(set(came["latest"]))
    assert came["latest"][-1] == wanted[-1]
    gaps = len(came["latest"]) < len(wanted)
    told = [record for record in _of(play.engine, "Outbox") if record["kind"] == "left_out"]
    assert bool(told) is gaps
    runs = _of(play.engine, "Run")
    ticked = Counter(record["run"] for record in _of(play.engine, "Tick"))
    assert ticked == Counter(run.id for run in runs)
    made = Counter(record["subject"] for record in _of(play.engine, "AuditRecord") if record["transition"] == "READY")
    assert made == Counter(run.id for run in runs)
    assert {(run["job"], run["nominal"]) for run in runs} == {
        (t["job"], t["nominal"]) for t in _of(play.engine, "Tick")
    }


def _of(engine: Engine, label: str) -> list[Record]:
    return [record for record in engine.truth.records.values() if record and record.key[0] == label]


def _came(engine: Engine, job: str) -> list[Any]:
    return sorted(tick["nominal"] for tick in _of(engine, "Tick") if tick["job"] == job)
