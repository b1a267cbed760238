"""A real worker learns that its run was cancelled: every process of it goes, whatever it does against that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import neo4j
import psutil
import pytest

from graph_model.runs.cancel import cancel
from graph_model.runs.entities import RunState
from graph_model.runs.replay import replay
from graph_model.runs.repository import run as get_run
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from tests.conftest import on_one_engine
from tests.support.protocol import name
from tests.support.workers import DAY, Place, a_place, until

pytestmark = on_one_engine()
# Ignores being asked to end, and has a grandchild in a session of its own that does so too.
CLINGING = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if pathlib.Path("let-go").exists():
    pathlib.Path(sys.argv[2]).write_bytes(pathlib.Path(sys.argv[1]).read_bytes())
    sys.exit()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        pathlib.Path("grandchild.new").write_text(str(os.getpid()))
        os.rename("grandchild.new", "grandchild")
        time.sleep(600)
    os._exit(0)
os.wait()
pathlib.Path("child.new").write_text(str(os.getpid()))
os.rename("child.new", "child")
time.sleep(600)
"""


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        yield place


def process_in(file: Path) -> psutil.Process:
    until(file.exists, what=f"the {file.name}")
    return psutil.Process(int(file.read_text()))


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_cancelled_run_leaves_no_process_and_no_output_and_its_worker_goes_on(place: Place) -> None:
    (place.project / "clinging.py").write_text(CLINGING)
    place.declare(place.calling("clinging", ["python", "clinging.py", "{input.raw}", "{output.out}"]))
    worker = place.start_worker().ready()
    place.report()
    processes = [process_in(place.project / each) for each in ("child", "grandchild")]
    run = place.run_of("clinging")
    assert run is not None

    assert cancel(place.graph, run.id, by="ops", reason="it hangs").was == RunState.RUNNING

    until(lambda: all(map(is_gone, processes)), what="its processes to go")
    until(lambda: not place.staging(), what="its folders to go")
    ended = get_run(place.graph, run.id)
    assert (ended.state, [attempt.outcome for attempt in ended.attempts]) == (RunState.CANCELLED, ["CANCELLED"])
    assert verify(place.graph) == ()

    (place.project / "let-go").touch()
    again = replay(place.graph, name("clinging"), DAY, by="ops", reason="it was mended")

    until(lambda: get_run(place.graph, again.run).state == RunState.SUCCEEDED, what="the replay")
    assert worker.process.poll() is None
    assert not worker.says("lease lost: every process of these runs is killed")
    assert verify(place.graph) == ()
