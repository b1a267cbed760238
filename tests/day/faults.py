"""What is done to the stack: the kills and cuts of `tests/kill`, here on the stack that restarts what dies."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from app.demo.story import is_busy
from tests.day.stage import Stage
from tests.kill.stack import LEASE_SECONDS, NeverHappened, until
from tests.kill.test_faults import spoil
from tests.support.line import Loss

BUSY_WITHIN = 3.0
ALL: Mapping[str, int] = {
    "worker": 9,
    "frozen": 2,
    "leader": 2,
    "broker": 2,
    "api": 2,
    "cut": 1,
    "silent": 1,
    "slow": 1,
    "lost before": 1,
    "lost after": 2,
}
"""How often each comes in a whole day. `frozen` is the leader stopped past its lease: afterwards two stewards go on."""


@dataclass
class Injector:
    stage: Stage
    done: Counter[str] = field(default_factory=Counter)

    def inject(self, kind: str) -> None:
        """Does one of ALL, and waits until it is over where that is for us to say."""
        if kind == "worker":
            self._kill(self._a_busy_worker())
        elif kind == "leader":
            self._kill(self._leader())
        elif kind == "frozen":
            self._freeze(self._leader())
        elif kind in ("broker", "api"):
            self._kill(next(iter(self.stage.stack.processes(kind).values()), None))
        elif kind in ("cut", "silent", "slow"):
            self._spoil(kind)
        else:
            self.stage.line.lose_next_commit(
                Loss.AFTER_THE_SERVER if kind.endswith("after") else Loss.BEFORE_THE_SERVER
            )
        self.done[kind] += 1

    def _kill(self, pid: int | None) -> None:
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _freeze(self, pid: int | None) -> None:
        if pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            try:
                time.sleep(LEASE_SECONDS + 1.5)
            finally:
                os.kill(pid, signal.SIGCONT)

    def _spoil(self, trouble: str) -> None:
        try:
            spoil(self.stage.line, trouble)
            time.sleep(LEASE_SECONDS / 2)
        finally:
            self.stage.line.mend()

    def _a_busy_worker(self) -> int | None:
        """A worker with a run in its hands; any, where none has one for a while."""
        pids = self.stage.stack.worker_pids
        with suppress(NeverHappened):
            return until(
                lambda: next(filter(is_busy, self.stage.stack.worker_pids), None), "a busy worker", seconds=BUSY_WITHIN
            )
        return pids[0] if pids else None

    def _leader(self) -> int | None:
        """The worker whose steward leads now, as the logs tell; any, where none leads."""
        holder = next((row["holder"] for row in self.stage.rows(_LEADER)), "nobody")
        workers = self.stage.stack.processes("worker")
        logs = self.stage.stack.home / "logs"
        told = [pid for name, pid in workers.items() if holder in (logs / f"{name}.log").read_text(errors="replace")]
        return next(iter([*told, *workers.values()]), None)


_LEADER = "MATCH (l:Lease {id: 'steward'}) WHERE l.until > datetime.realtime() RETURN l.holder AS holder"
