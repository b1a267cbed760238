"""A broker that loses, repeats, delays and reorders what it is given, and sometimes is not there."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from tests.simulation.faults import Faults
from tests.simulation.scheduler import Scheduler
from tests.simulation.threads import _Waiters


class Broker:
    def __init__(self, scheduler: Scheduler, faults: Faults, chance: Random) -> None:
        self._scheduler, self._faults, self._chance = scheduler, faults, chance
        self._messages: list[str] = []
        self._hearing = _Waiters()

    def ring(self, runs: Iterable[str]) -> bool:
        for run in runs:
            fault = self._faults.of_message()
            if fault == "broker gone":
                return False
            if fault == "message lost":
                continue
            for _ in range(2 if fault == "message twice" else 1):
                late = self._chance.uniform(0.5, 20.0) if fault == "message late" else self._chance.uniform(0, 0.004)
                self._scheduler.call(late, lambda run=run: self._arrive(run))
        return True

    def flush(self) -> None:
        """Everything that waits is gone."""
        self._messages.clear()

    def take(self) -> str:
        """Waits for a message; which one of several is anybody's guess."""
        while not self._messages:
            self._hearing.wait(None)
        return self._messages.pop(self._chance.randrange(len(self._messages)))

    def _arrive(self, run: str) -> None:
        self._messages.append(run)
        self._hearing.wake_one()
