"""One history: everything that takes part in it, and the events that come from outside."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from graph_model.runs.entities import ClaimedRun
from graph_model.versions.entities import Receipt
from tests.simulation.actors import ApiMachine, WorkerMachine, deliver
from tests.simulation.broker import Broker
from tests.simulation.declared import declare_late, records_of
from tests.simulation.estates import Delivery, Story, provoking, tell
from tests.simulation.faults import Faults
from tests.simulation.files import File, Files
from tests.simulation.machines import UserProcess
from tests.simulation.model.driver import ModelTransaction
from tests.simulation.model.engines import Engine, Optimistic, Waiting
from tests.simulation.model.records import Committed
from tests.simulation.scheduler import Process, Scheduler, Stuck
from tests.simulation.witness import Witness

# After the faults have stopped: how long the system may take to become quiet.
PATIENCE_SECONDS = 400.0
LOOK_SECONDS = 1.0
# What must be empty at the end.
QUEUES = (
    ("Run", "open"),
    ("Outbox", "open"),
    ("Partition", "evaluate"),
    ("JobPartition", "look_again_at"),
    ("AuditRecord", "unsealed"),
)
# Of ten histories this one has a job that waits on terms.
ON_TERMS = 8
# From this seed on, the jobs of a history share the slots of a pool.
POOLED_FROM = 10**15
_JOB_SECONDS = (0.0, 0.05, 0.3, 1.0, 3.0, 20.0)
# Where workers sleep past their lease: processes that outlive it, and others that are done at once.
_LONG_JOB_SECONDS = (0.05, 25.0)


class World:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.pooled = seed >= POOLED_FROM
        self.chance = Random(seed)
        self.scheduler = Scheduler()
        self.faults = Faults(seed, self.chance)
        self.story: Story = provoking(self.faults.wanted, tell(self.chance, on_terms=seed % 10 == ON_TERMS))
        self.files = Files()
        self.witness = Witness(self)
        self.broker = Broker(self.scheduler, self.faults, self.chance)
        self.latency = self.chance.choice((0.0005, 0.002, 0.02))
        self.false_conflicts = self.chance.choice((0.0, 0.02, 0.1))
        self.engine = self._an_engine()
        self.server = Process("server", self)
        self.refused_until = 0.0
        self.severed: set[ModelTransaction] = set()
        self.machines: dict[Process, ApiMachine | WorkerMachine] = {}
        self.children: dict[Process, list[UserProcess]] = {}
        self.acknowledged: list[tuple[Delivery, Receipt]] = []
        self.told: list[str] = []
        self.surprises: list[str] = []
        self.clients = 0

    def play(self) -> None:
        """The whole history, until all is quiet after the last fault."""
        self.api = ApiMachine(self)
        slots = self.chance.choice((1, 2, 2))
        self.workers = [
            WorkerMachine(self, f"worker-{n}", slots=slots) for n in range(self.chance.choice((1, 2, 2, 3)))
        ]
        self._send_clients()
        last = max(max((d.at, *d.again)) for d in self.story.deliveries)
        last = max(last, self.story.late or 0.0)
        self.faults_end = last + self.chance.uniform(3.0, 40.0)
        self._plan_events(self.faults_end)
        self.scheduler.call(self.faults_end, self._heal)
        self.scheduler.call(self.faults_end + LOOK_SECONDS, self._look)
        try:
            self.scheduler.run(most_seconds=self.faults_end + PATIENCE_SECONDS)
        except Stuck as error:
            self.witness.violations.append(str(error))

    def close(self) -> None:
        """Ends whatever still lives, so that nothing of this history outlasts it."""
        processes = [*self.machines, *(child._process for known in self.children.values() for child in known)]
        for process in [*processes, self.server, self.outside]:
            self.scheduler.crash(process)

    def crash(self, process: Process) -> None:
        """Does not return when it is called by that process itself."""
        self._let_go(process)
        if process in self.machines:
            self.scheduler.call(self.chance.uniform(0.2, 4.0), self.machines.pop(process).start)
        self.scheduler.crash(process)

    def ended(self, process: Process) -> None:
        """A process has ended by itself; its machine starts the next one."""
        self.crash(process)

    def refuse(self, seconds: float) -> None:
        """The graph goes down, and every open transaction with it."""
        self.refused_until = max(self.refused_until, self.scheduler.now + seconds)
        for process in self.machines:
            for transaction in process.transactions:
                self.engine.abort(transaction.view)
                self.severed.add(transaction)

    def spend(self, seconds: float) -> None:
        self.scheduler.sleep(seconds * self.chance.uniform(0.3, 1.7))

    def job_seconds(self) -> float:
        if "release" in self.faults.wanted:
            return 6.0
        if self.faults.pauses:
            return self.chance.choice(_LONG_JOB_SECONDS)
        return self.chance.choice(_JOB_SECONDS[:-1] if self.chance.random() < 0.9 else _JOB_SECONDS)

    def job_fails(self, run: ClaimedRun) -> bool:
        if (run.subject.name, run.partition) in self.story.fails:
            return True
        return self.faults.active and self.chance.random() < self.story.flaky

    def product(self, run: ClaimedRun, number: int) -> File:
        """What a job makes of its inputs: the same from the same contents, whoever runs it and when."""
        parts = sorted(
            f"{i.dataset.name}@{i.partition}={self._hash_of(i.content.location)}"
            for i in run.inputs
            if i.dataset.name not in self.story.estate.whole
        )
        spoiled = (run.subject.name, run.partition) in self.story.spoils and number == 0
        return File(f"{run.subject.name}.{number}@{run.partition}({','.join(parts)})", good=not spoiled)

    def _hash_of(self, place: str) -> str:
        file = self.files.read(place)
        return file.hash if file else "nothing"

    def _an_engine(self) -> Engine:
        late = self.story.late is not None
        committed = Committed(records_of(self.story.estate, without_last_job=late, pooled=self.pooled))
        if self.seed % 2:
            return Waiting(committed, self.scheduler, self.witness)
        piece = self.chance.choice((0.0001, 0.001, 0.01, 0.01))
        return Optimistic(
            committed,
            self.scheduler,
            self.witness,
            shuffle=self.chance.shuffle,
            # Far below the grace that marks are given.
            piece_seconds=lambda: min(piece * self.chance.random(), 0.008),
        )

    def _send_clients(self) -> None:
        self.outside = Process("clients", self)
        for delivery in self.story.deliveries:
            for turn, at in enumerate((delivery.at, *delivery.again)):
                self.clients += 1
                self.scheduler.spawn(
                    self.outside,
                    lambda d=delivery, at=at, turn=turn: deliver(self, d, after=at, first=turn == 0),
                )

        if self.story.late is not None:
            self.clients += 1
            self.scheduler.spawn(self.outside, self._declare, after=self.story.late)

    def _declare(self) -> None:
        late = self.story.estate.jobs[-1]
        declare_late(self.engine, late, lambda: self.scheduler.sleep(0.01), pooled=self.pooled)
        self.clients -= 1

    def _plan_events(self, until: float) -> None:
        events: list[Callable[[], object]] = [self._deploy, self._kill, self.broker.flush]
        planned = [self.chance.choice(events) for _ in range(self.chance.choice((0, 0, 1, 2)))]
        # A step that a fault is armed for must come about.
        planned += [self._deploy] * 3 if self.faults.wanted & {"release", "retire"} else []
        planned += [self._kill] * 2 if "expire" in self.faults.wanted else []
        for event in planned:
            self.scheduler.call(self.chance.uniform(0.0, until), event)

    def _deploy(self) -> None:
        self.chance.choice(self.workers).stop()

    def _kill(self) -> None:
        process = self.chance.choice(self.workers).process
        if process.alive:
            self.crash(process)

    def _heal(self) -> None:
        self.faults.stop()
        self.refused_until = 0.0
        for process in self.machines:
            process.paused_until = min(process.paused_until, self.scheduler.now)

    def _look(self) -> Any:
        if self._is_quiet():
            return StopIteration
        self.scheduler.call(LOOK_SECONDS, self._look)
        return None

    def _is_quiet(self) -> bool:
        # What killed attempts left on disk is swept long after all else; some histories wait for that.
        wanted = {*QUEUES, *((("Attempt", "unswept"),) if self.seed % 8 == 0 else ())}
        waits = any(self.engine.truth.indexes[index] for index in wanted)
        return not waits and self.clients == 0

    def _let_go(self, process: Process) -> None:
        for transaction in process.transactions:
            self.engine.abort(transaction.view)
        process.transactions = {}
        for child in self.children.pop(process, ()):
            self.scheduler.call(self.chance.uniform(0.0, 2.0), child.kill)
