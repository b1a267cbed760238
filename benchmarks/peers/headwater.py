"""Headwater itself: Neo4j, Redis, the API and one worker, as they come."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

from benchmarks.fleet import Bench
from benchmarks.peers.base import LIMIT, Peer

_JOB = """
import time, uuid
from pathlib import Path
def build(inputs, outputs, partition):
    Path({lines!r}, uuid.uuid4().hex).write_text(str(time.time()))
    for output in outputs.values():
        Path(output.path).write_text("id,amount\\n1,10\\n")
"""


class Headwater(Peer):
    """An event is a report through the API: its content is read and checked before the job may begin."""

    name, version_of = "headwater", "headwater"

    def __init__(self, folder: Path, *, tuned: bool) -> None:
        super().__init__(folder, tuned=tuned)
        self._bench = Bench(folder / "bench")
        self._day = 0

    def start(self) -> None:
        self._bench.__enter__()
        (self._bench.project / "jobs.py").write_text(_JOB.format(lines=str(self.lines)))
        self._bench.chain("raw", 1)
        self._bench.start_workers(slots=LIMIT)
        self.child("api", sys.executable, "-P", "-m", "app.cli.main", "api")
        self.until_answers("/readyz")

    def environment(self) -> dict[str, str]:
        return self._bench.environment() | {"HEADWATER_API_HOST": "127.0.0.1", "HEADWATER_API_PORT": str(self.port)}

    def stop(self) -> None:
        super().stop()
        self._bench.__exit__()

    def memory(self) -> int:
        return super().memory() + self._bench.occupied()

    def publish(self) -> None:
        (key,) = self._bench.place("raw", 1)
        report = {"dataset": "test/raw", "partition": key, "key": uuid.uuid4().hex}
        self.post("/api/v1/versions", report)

    def trigger(self, count: int) -> None:
        self._bench.report("raw", count)
