"""A real worker and jobs that declare limits and secrets: what is published, shown and kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import neo4j
import psutil
import pytest

from app.main import create_app
from connectors.run_logs import printed_by
from graph_model.estate.entities import JobSpec
from graph_model.jobs.limits import MB, Limits
from graph_model.jobs.secrets import Secret
from graph_model.runs.cancel import cancel
from graph_model.runs.entities import Run, RunState
from graph_model.runs.repository import run as get_run
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from tests.conftest import on_one_engine
from tests.integration.api import data
from tests.support.cli import cli_in
from tests.support.workers import Place, a_place, until

pytestmark = on_one_engine()
TELLING = """
import os, pathlib, shutil, sys, time
project = pathlib.Path(__file__).parent
def build(inputs, outputs, partition):
    print("begun with", os.environ["DOOR"], flush=True)
    while not (project / "go").exists():
        time.sleep(0.02)
    print("done", file=sys.stderr)
    shutil.copy(inputs["raw"].path, outputs["out"].path)
    return {"rows": 2, "door": os.environ["DOOR"]}
def hungry(inputs, outputs, partition):
    kept = bytearray(b"x") * (240 << 20)
    time.sleep(600)
"""
# Stops the launcher that would end it, and leaves its session and its parent.
STOPPING = """
import os, pathlib, signal, time
launcher = os.getppid()
if os.fork():
    time.sleep(600)
os.setsid()
os.kill(launcher, signal.SIGSTOP)
pathlib.Path("stopped.new").write_text(str(os.getpid()))
os.rename("stopped.new", "stopped")
time.sleep(600)
"""
LOGS = """
query ($id: ID!, $after: String, $bytes: Int!) {
  run(id: $id) { ... on Run { logs(after: $after, bytes: $bytes) { attempt text cursor complete } } }
}
"""
METRICS = "query ($id: ID!) { node(id: $id) { ... on Version { metrics } } }"


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        (place.project / "telling.py").write_text(TELLING)
        yield place


def telling(place: Place, job: str, function: str = "build", limits: Limits | None = None) -> JobSpec:
    spec = place.copying(job, "raw", "out")
    executor = {**spec.executor, "function": f"telling:{function}"}
    return replace(spec, executor=executor, limits=limits or Limits(), secrets={"DOOR": Secret("env:FRONT_DOOR")})


def started(place: Place, job: str) -> Run:
    found = until(lambda: [run for run in [place.run_of(job)] if run and run.attempts], what="a run")
    return found[0]


def test_what_a_run_prints_is_read_while_it_runs_and_its_metrics_land_on_its_version(
    place: Place, graph: Graph
) -> None:
    headwater, api = (
        cli_in(graph.settings, place.root),
        create_app(graph=graph, broker_url=None, storage_root=place.root),
    )
    place.declare(telling(place, "telling"))
    place.start_worker(FRONT_DOOR="sesame-1", HEADWATER_STORAGE_ROOT=str(place.root)).ready()
    place.report()
    run = started(place, "telling")

    until(lambda: headwater("logs", run.id).out == "begun with [secret]\n", what="its first line")
    early = data(api, LOGS, id=run.id, after=None, bytes=6)["run"]["logs"]
    assert early == {"attempt": 1, "text": "begun ", "cursor": "6", "complete": False}

    (place.project / "go").touch()
    followed = headwater("logs", run.id, "-f")
    assert (followed.code, followed.out, followed.err) == (0, "begun with [secret]\n", "done\n")
    assert headwater("logs", run.id, "--stderr").out == "done\n"
    rest = data(api, LOGS, id=run.id, after="6", bytes=100)["run"]["logs"]
    assert rest == {"attempt": 1, "text": "with [secret]\n", "cursor": "20", "complete": True}
    assert headwater("logs", run.id, "--json").json["complete"] is True
    assert headwater("logs", run.id, "--attempt", "7").code == 2
    assert headwater("logs", "rn_nothing").code == 2

    ended = place.ended("telling")
    version = data(api, METRICS, id=ended.outputs[0])["node"]
    assert version["metrics"] == {"rows": 2, "door": "[secret]"}
    assert "metrics       rows=2, door=[secret]" in headwater("resolve", "test/out@2013-01-05").out.replace("  ", "  ")
    assert verify(graph) == ()


def test_a_run_that_takes_too_much_fails_with_its_limit_and_harms_nobody(place: Place, graph: Graph) -> None:
    place.declare(telling(place, "hungry", "hungry", Limits(memory=200 * MB)))
    worker = place.start_worker(FRONT_DOOR="sesame-1").ready()
    place.report()

    ended = place.ended("hungry")

    assert ended.reason == "used more than its 200 MB of memory and was ended"
    assert worker.process.poll() is None
    until(lambda: not place.staging(), what="its folders to go")
    assert verify(graph) == ()


def test_a_secret_that_no_worker_has_fails_the_run_at_once(place: Place) -> None:
    place.declare(replace(telling(place, "telling"), retries=5))
    place.start_worker().ready()
    place.report()

    ended = place.ended("telling")

    missing = "DOOR: the secret env:FRONT_DOOR cannot be had: the environment here has no variable FRONT_DOOR"
    assert (ended.reason, len(ended.attempts)) == (missing, 1)


def test_a_cancelled_run_that_has_stopped_its_launcher_is_gone_as_well(place: Place, graph: Graph) -> None:
    (place.project / "stopping.py").write_text(STOPPING)
    place.declare(place.calling("stopping", ["python", "stopping.py"]))
    place.start_worker().ready()
    place.report()
    until((place.project / "stopped").exists, what="the job")
    job = psutil.Process(int((place.project / "stopped").read_text()))
    run = started(place, "stopping")

    cancel(graph, run.id, by="ops", reason="it hangs")

    until(lambda: not job.is_running() or job.status() == psutil.STATUS_ZOMBIE, what="its process to go")
    until(lambda: not place.staging(), what="its folders to go")
    cancelled = get_run(graph, run.id)
    assert cancelled.state is RunState.CANCELLED
    printed = printed_by(cancelled, place.root)
    assert printed is not None
    assert printed.over
    assert verify(graph) == ()
