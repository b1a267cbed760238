"""The line between a simulated process and the graph, with everything that can happen on it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from neo4j.exceptions import Neo4jError

from tests.simulation.model.driver import ModelTransaction
from tests.simulation.model.errors import deadlock, reply_lost, unreachable
from tests.simulation.scheduler import Process
from tests.simulation.steps import step_of

if TYPE_CHECKING:
    from tests.simulation.world import World

LEASE_SECONDS = 15.0
_JUMP_SECONDS = 3600.0


class Line:
    def __init__(self, world: World, process: Process) -> None:
        self._world, self._process = world, process
        self._chance = world.chance

    def begin(self, transaction: ModelTransaction) -> None:
        self._check_reachable(transaction)
        self._process.transactions[transaction] = None

    def close(self, transaction: ModelTransaction) -> None:
        self._process.transactions.pop(transaction, None)

    def query(self, transaction: ModelTransaction, name: str) -> None:
        self._travel()
        self._world.scheduler.trace(self._process.name, name)
        self._check_reachable(transaction)
        fault = self._world.faults.at_query()
        if fault == "cut":
            self._world.engine.abort(transaction.view)
            raise unreachable()
        if fault is not None:
            self._befall(fault)
            self._check_reachable(transaction)

    def commit(self, transaction: ModelTransaction, commit: Callable[[], None]) -> None:
        self._travel()
        self._check_reachable(transaction)
        step = step_of(transaction.asked)
        self._before(transaction, step, commit)
        if self._world.engine.name == "arcadedb" and self._chance.random() < self._world.false_conflicts:
            # Pages hold several nodes, so a commit may fail for what it never touched.
            self._world.engine.abort(transaction.view)
            raise deadlock("a later commit changed the same page")
        commit()
        self._world.scheduler.trace(self._process.name, f"committed {step}")
        self._after(step)

    def _before(self, transaction: ModelTransaction, step: str | None, commit: Callable[[], None]) -> None:
        fault = self._world.faults.at_commit(step, "before")
        if fault is None:
            return
        if fault == "cut":
            self._world.engine.abort(transaction.view)
            raise unreachable("connection reset while COMMIT was sent")
        if fault == "late":
            self._process.transactions.pop(transaction, None)
            delay = self._chance.choice((0.001, 0.01, 0.1, 1.0, 5.0)) * self._chance.random()
            self._world.scheduler.spawn(self._world.server, lambda: _arrive(commit), after=delay)
            # The view belongs to the server now: closing the transaction must not take it back.
            transaction.view = self._world.engine.begin(0.0)
            raise reply_lost()
        self._befall(fault)
        self._check_reachable(transaction)

    def _after(self, step: str | None) -> None:
        fault = self._world.faults.at_commit(step, "after")
        if fault == "cut":
            raise reply_lost()
        if fault is not None:
            self._befall(fault)
            if fault == "outage":
                raise reply_lost()
        self._travel()

    def _befall(self, fault: str) -> None:
        if fault == "crash":
            self._world.crash(self._process)
        elif fault == "pause":
            seconds = LEASE_SECONDS * self._chance.uniform(0.5, 2.5)
            self._process.paused_until = self._world.scheduler.now + seconds
            self._world.scheduler.sleep(0.0)
        elif fault == "outage":
            self._world.refuse(self._chance.choice((0.5, 5.0, 20.0, 40.0)) * self._chance.random())
        elif fault == "skew":
            self._process.skew += self._chance.choice((-_JUMP_SECONDS, _JUMP_SECONDS))

    def _check_reachable(self, transaction: ModelTransaction) -> None:
        if self._world.refused_until > self._world.scheduler.now or transaction in self._world.severed:
            self._world.severed.discard(transaction)
            self._world.engine.abort(transaction.view)
            raise unreachable("connection refused")

    def _travel(self) -> None:
        self._world.scheduler.sleep(self._world.latency * (0.1 + self._chance.random()))


def _arrive(commit: Callable[[], None]) -> None:
    """Nobody hears how it ended."""
    with suppress(Neo4jError):
        commit()
