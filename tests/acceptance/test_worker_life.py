"""One worker process, driven from outside: what it makes of a run, and how it leaves."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import neo4j
import psutil
import pytest

from graph_model.names import dataset_id
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import VersionState
from graph_model.versions.resolve import resolve
from tests.conftest import on_one_engine
from tests.support.protocol import name
from tests.support.workers import DAY, Place, a_place, until

# What a worker does with its processes does not depend on the engine; what the graph does is tested on both elsewhere.
pytestmark = on_one_engine()
SLEEPLESS = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open("pid", "w").write(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        yield place


def test_a_reported_version_travels_through_two_jobs_without_a_broker(place: Place) -> None:
    place.declare(place.copying("first", "raw", "middle"), place.copying("second", "middle", "last"))
    place.start_worker().ready()

    place.report()

    assert place.ended("second").state is RunState.SUCCEEDED
    last = resolve(place.graph, name("last"), DAY)
    assert last.state is VersionState.PUBLISHED
    assert last.row_count == 2
    assert (place.root / last.location).read_text() == (place.root / "raw" / f"{DAY}.csv").read_text()
    assert verify(place.graph) == ()


def test_the_fixed_place_of_a_dataset_follows_what_is_published(place: Place) -> None:
    place.declare(place.copying("first", "raw", "out"))
    expose = "MATCH (d:Dataset {id: $id}) SET d.expose = 'copy', d.location = 'board/{date}.csv'"
    place.driver.execute_query(expose, id=dataset_id(name("out")), database_=place.graph.settings.database)
    place.start_worker().ready()

    place.report()

    place.ended("first")
    fixed = place.root / "board" / f"{DAY}.csv"
    until(fixed.exists, what="the fixed place")
    assert fixed.read_text() == (place.root / "raw" / f"{DAY}.csv").read_text()


def test_a_reported_version_that_cannot_be_read_is_quarantined_with_one_sentence(place: Place) -> None:
    place.declare(place.copying("first", "raw", "out"))
    (place.root / "raw" / f"{DAY}.csv").unlink()
    place.start_worker().ready()

    receipt = place.report()

    states = until(lambda: [row for row in versions_of(place, receipt.version) if row["state"] == "QUARANTINED"])
    assert "\n" not in str(states[0]["reason"])
    assert "Traceback" not in str(states[0]["reason"])
    assert place.run_of("first") is None


def test_a_job_that_does_not_write_its_output_fails_and_names_it(place: Place) -> None:
    place.declare(place.calling("forgetful", ["true"]))
    place.start_worker().ready()

    place.report()

    run = place.ended("forgetful")
    assert run.state is RunState.FAILED
    assert "output out" in run.reason
    until(lambda: not place.staging(), what="its folders to go")


def test_a_job_that_fails_says_why_and_leaves_what_it_printed(place: Place) -> None:
    place.declare(place.calling("failing", ["sh", "-c", "echo half > {output.out}; echo no space left >&2; exit 3"]))
    place.start_worker().ready()

    place.report()

    run = place.ended("failing")
    assert run.reason == "exited with 3: no space left"
    assert run.attempts[-1].exit_code == 3
    (printed,) = until(lambda: list(place.root.glob(".runs/*/job.stderr")))
    assert printed.read_text() == "no space left\n"
    until(lambda: not list(place.root.glob("out/*/*")), what="the half output to go")


def test_a_job_that_ignores_its_timeout_is_killed(place: Place) -> None:
    place.declare(place.calling("endless", ["python", "-c", SLEEPLESS], timeout_seconds=1))
    place.start_worker().ready()

    place.report()

    run = place.ended("endless")
    assert run.reason == "took longer than its 1 s and was ended"
    assert not psutil.pid_exists(int((place.project / "pid").read_text()))


def test_a_failed_attempt_is_tried_again_until_it_succeeds(place: Place) -> None:
    flaky = "if [ -e tried ]; then cp {input.raw} {output.out}; else touch tried; exit 1; fi"
    place.declare(place.calling("flaky", ["sh", "-c", flaky], retries=1))
    place.start_worker().ready()

    place.report()

    run = place.ended("flaky")
    assert run.state is RunState.SUCCEEDED
    assert [attempt.outcome for attempt in run.attempts] == ["FAILED", "SUCCEEDED"]
    assert verify(place.graph) == ()


def test_nothing_below_a_worker_knows_how_to_reach_the_graph(place: Place) -> None:
    place.declare(place.copying("first", "raw", "out"))
    place.hold()
    worker = place.start_worker().ready()
    until(lambda: worker.count("the template is ready") == 2, what="the templates")
    place.report()
    place.job_process()

    family = psutil.Process(worker.process.pid).children(recursive=True)

    names = sorted(each.name() for each in family)
    assert names == ["hw-checker", "hw-job", "hw-launcher", "hw-template", "hw-template"]
    told = " ".join(str(each.environ()) + str(each.cmdline()) for each in family)
    assert "HEADWATER_GRAPH" not in told
    assert place.graph.settings.password.get_secret_value() not in told


def test_a_worker_whose_templates_die_works_on_and_gets_new_ones(place: Place) -> None:
    place.declare(place.copying("first", "raw", "middle"), place.copying("second", "middle", "last"))
    place.hold()
    worker = place.start_worker().ready()
    until(lambda: worker.count("the template is ready") == 2, what="the templates")
    place.report()
    place.job_process()
    for each in psutil.Process(worker.process.pid).children():
        if each.name() == "hw-template":
            each.kill()

    place.let_go()

    assert place.ended("first").state is RunState.SUCCEEDED
    assert place.ended("second").state is RunState.SUCCEEDED
    until(lambda: worker.count("the template is ready") == 4, what="new templates")
    assert verify(place.graph) == ()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_stop_gives_its_run_back_at_once(place: Place, number: signal.Signals) -> None:
    place.declare(place.copying("first", "raw", "out"))
    place.hold()
    worker = place.start_worker().ready()
    place.report()
    job = place.job_process()

    worker.process.send_signal(number)

    assert worker.process.wait(60) == 0
    assert not job.is_running()
    run = place.run_of("first")
    assert run is not None
    assert run.state is RunState.READY
    assert run.attempts[-1].outcome == "RELEASED"
    assert place.staging() == []


def test_a_worker_that_is_asked_to_stop_lets_a_short_run_end(place: Place) -> None:
    place.declare(place.copying("first", "raw", "out"))
    place.hold()
    worker = place.start_worker().ready()
    place.report()
    place.job_process()

    worker.process.send_signal(signal.SIGTERM)
    until(lambda: worker.says("worker stops"))
    place.let_go()

    assert worker.process.wait(60) == 0
    run = place.run_of("first")
    assert run is not None
    assert run.state in (RunState.SUCCEEDED, RunState.READY), "ended in its grace, or was given back"
    assert verify(place.graph) == ()


def test_a_worker_that_is_asked_to_stop_in_the_middle_of_its_sweeps_ends_in_good_order(place: Place) -> None:
    workers = [place.start_worker(HEADWATER_WORKER_SWEEP_SECONDS="0.001") for _ in range(3)]
    for worker in workers:
        worker.ready()

    for worker in workers:
        worker.process.terminate()

    assert [worker.process.wait(60) for worker in workers] == [0, 0, 0]
    assert all(worker.says("worker stopped") for worker in workers)


def test_a_worker_that_claims_nothing_while_runs_wait_replaces_itself(place: Place) -> None:
    place.declare(place.copying("first", "raw", "out"))
    deaf = {"HEADWATER_WORKER_SWEEP_SECONDS": "3600", "HEADWATER_WORKER_WATCHDOG_SECONDS": "1"}
    worker = place.start_worker(**deaf).ready()

    place.report()

    until(lambda: sum(line["event"] == "worker is ready" for line in worker.log) >= 2, what="its successor")
    assert worker.process.poll() is None, "the same process goes on"


def test_what_a_killed_worker_left_on_disk_is_swept(place: Place) -> None:
    halfway = (
        "if [ -e tried ]; then cp {input.raw} {output.out}; else touch tried; echo half > {output.out}; sleep 600; fi"
    )
    place.declare(place.calling("halfway", ["sh", "-c", halfway]))
    doomed = place.start_worker().ready()
    place.report()
    (half,) = until(lambda: list(place.root.glob("out/*/*/data.csv")), what="half an output")

    doomed.kill()
    place.start_worker().ready()

    run = place.ended("halfway")
    assert run.state is RunState.SUCCEEDED
    until(lambda: not half.parent.exists(), what="the folder of the dead attempt to go")
    until(lambda: not list(place.root.glob(".runs/*/tmp")), what="its scratch to go")
    assert resolve(place.graph, name("out"), DAY).row_count == 2


def test_a_worker_without_a_graph_says_what_it_tried_and_ends_with_3(place: Place) -> None:
    settings = place.graph.settings.model_copy(update={"uri": "bolt://127.0.0.1:1", "timeout": 1.0})
    away = Place(GraphAt(settings), place.driver, place.folder)  # type: ignore[arg-type]

    worker = away.start_worker()

    assert worker.process.wait(90) == 3
    assert "HEADWATER_GRAPH_URI" in str(worker.log[-1]["error"])


class GraphAt:
    """Where a worker is told that its graph is."""

    def __init__(self, settings: object) -> None:
        self.settings = settings


def versions_of(place: Place, version: str) -> list[dict[str, object]]:
    statement = "MATCH (v:DatasetVersion {id: $id}) RETURN v.state AS state, v.reason AS reason"
    found = place.driver.execute_query(statement, id=version, database_=place.graph.settings.database)
    return [dict(record) for record in found.records]
