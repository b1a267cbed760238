"""Real workers tell a real receiver of their runs: it is gone at first, then wrong, then silent; a worker is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import neo4j
import psutil
import pytest

from app.local.children import free_port
from graph_model.emitting.entities import event_run_id
from graph_model.emitting.repository import backlog, instance_of
from graph_model.runs.entities import RunState
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from tests.support.openlineage_schema import lacks
from tests.support.receivers import Answer, Receiver, a_receiver
from tests.support.workers import Place, a_place, until

# What a worker tells does not depend on the engine; what there is to tell is tested on both elsewhere.
pytestmark = pytest.mark.one_engine_will_do

DAYS = ("2013-01-05", "2013-01-06", "2013-01-07")
SILENT = 3.0


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        for day in DAYS:
            (place.root / "raw" / f"{day}.csv").write_text("id,amount\n1,10\n")
        yield place


class Moods:
    """A receiver on one port that is gone at first and then has one mood after the other."""

    def __init__(self, stack: ExitStack) -> None:
        self.port = free_port()
        self._stack = stack
        self.receiver: Receiver | None = None

    @property
    def environment(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.port}/api/v1/lineage"
        return {"HEADWATER_OPENLINEAGE_URL": url, "HEADWATER_OPENLINEAGE_TIMEOUT": "1"}

    def be(self, answer: Callable[[Any], Answer]) -> Receiver:
        if self.receiver is None:
            self.receiver = self._stack.enter_context(a_receiver(self.port))
        self.receiver.answer = answer
        return self.receiver


def expected(graph: Graph) -> set[tuple[str, str]]:
    """Run id and type of everything that happened, as the graph knows it."""
    instance = instance_of(graph)
    assert instance
    ends = {"SUCCEEDED": "COMPLETE", "FAILED": "FAIL"}
    return {
        (event_run_id(instance, run.id, attempt.number), kind)
        for run in runs(graph, limit=100)
        if run.kind == "job"
        for attempt in run.attempts
        for kind in ("START", ends.get(attempt.outcome or "", "ABORT"))
    }


def killed(worker: psutil.Process) -> None:
    """With everything below it, at once."""
    family = [worker, *worker.children(recursive=True)]
    for process in family:
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def test_every_event_arrives_whatever_happens_to_receiver_and_worker(place: Place) -> None:
    place.declare(place.copying("first", "raw", "middle"), place.copying("second", "middle", "last"))
    place.hold()
    with ExitStack() as stack:
        moods = Moods(stack)
        first = place.start_worker(**moods.environment).ready()
        place.report(DAYS[0])
        place.job_process()
        until(lambda: backlog(place.graph).trouble, what="the worker to miss the receiver")

        killed(psutil.Process(first.process.pid))
        first.process.wait()
        place.let_go()
        second = place.start_worker(**moods.environment).ready()
        assert place.ended("second").state is RunState.SUCCEEDED, "no run waits for a receiver"

        receiver = moods.be(lambda _: 500)
        until(lambda: receiver.asked, what="the receiver to be asked")
        place.report(DAYS[1])
        asked = receiver.asked
        receiver = moods.be(lambda _: SILENT)
        until(lambda: receiver.asked > asked, what="the silent receiver to be asked")
        place.report(DAYS[2])
        until(lambda: len(done(place)) == 6, what="the runs of three days")

        killed(psutil.Process(second.process.pid))
        second.process.wait()
        moods.be(lambda _: 201)
        place.start_worker(**moods.environment).ready()
        until(lambda: not backlog(place.graph).waiting, what="all events to be told")

    told = receiver.kinds()
    assert set(told) == expected(place.graph)
    assert len(set(told)) == 2 * (2 * len(DAYS) + 1), "two jobs on each day, and one attempt that was lost"
    assert sorted(kind for _, kind in set(told)).count("ABORT") == 1, "of the worker that was killed"
    for identity in {identity for identity, _ in told}:
        kinds = [kind for run, kind in told if run == identity]
        assert kinds.index("START") == 0
        assert set(kinds[1:]) - {"START"}
    assert [problem for event in receiver.received for problem in lacks(event)] == []
    assert verify(place.graph) == ()


def test_what_a_job_tells_of_itself_can_name_its_run(place: Place) -> None:
    tell = 'echo "$OPENLINEAGE_PARENT_ID" > parent && printf "id\\n1\\n" > "$HEADWATER_OUTPUT_OUT"'
    place.declare(place.calling("telling", ["sh", "-c", tell]))
    with a_receiver() as receiver:
        place.start_worker(HEADWATER_OPENLINEAGE_URL=receiver.url).ready()
        place.report()
        assert place.ended("telling").state is RunState.SUCCEEDED
        until(lambda: len(receiver.received) == 2, what="both events")

    (identity,) = {identity for identity, _ in receiver.kinds()}
    (said,) = place.folder.rglob("parent")
    assert said.read_text().strip() == f"test/telling/{identity}"


def done(place: Place) -> list[str]:
    return [run.id for run in runs(place.graph, limit=100) if run.kind == "job" and run.state is RunState.SUCCEEDED]
