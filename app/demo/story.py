"""The demo from beginning to end."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psutil

from app.demo.answers import ask
from app.demo.checks import compare
from app.demo.data import lay_out, open_source
from app.demo.delivery import ARRIVAL, Delivery, arrivals, deliver
from app.demo.estate import place_estate
from app.demo.measure import PeakMemory
from app.demo.played import Played
from app.demo.report import show
from app.local.stack import LocalStack
from connectors.sql.binding import rebind
from connectors.sql.columns import read_columns
from graph_model.errors import HeadwaterError
from graph_model.estate.apply import apply
from graph_model.estate.entities import Estate
from graph_model.estate.parse import load_estate
from graph_model.runs.entities import Run
from graph_model.runs.repository import count_runs, runs
from graph_model.settings import GraphSettings, Settings, StorageSettings
from graph_model.store.graph import Graph

Say = Callable[[str], None]
S = TypeVar("S", bound=Settings)

WORKERS, SLOTS = 2, 2
AT_REST_WITHIN = 180.0
LOOK_EVERY = 0.3
# One look may fall between two pieces of a commit that become visible one after the other.
CALM_LOOKS = 2
KILL_AFTER = len(ARRIVAL)
"""So many reports arrive before a worker is killed: about half of them."""


class NotAtRest(HeadwaterError):
    """The fleet did not come to an end of its work."""

    def __init__(self, open_runs: tuple[Run, ...]) -> None:
        listed = ", ".join(f"{run.subject}@{run.partition} {run.state}" for run in open_runs[:10])
        super().__init__(
            f"after {AT_REST_WITHIN:g} s the fleet is still not at rest: {listed or 'partitions wait to be evaluated'}"
        )


def run_demo(*, as_json: bool, kill_worker: bool = False, keep: Path | None = None, say: Say) -> int:
    """Plays the demo and prints what came of it. The exit code: 0, or 1 when anything differs from the input.

    `keep`: a folder to work in and leave behind; without one, nothing stays.
    """
    started = time.monotonic()
    with workplace(keep) as home, PeakMemory() as memory:
        played = play(home, kill_worker=kill_worker, say=say)
    show(played, elapsed_seconds=time.monotonic() - started, peak_memory_bytes=memory.bytes, as_json=as_json)
    return 0 if played.good else 1


@contextmanager
def workplace(keep: Path | None) -> Iterator[Path]:
    """The folder that everything of the demo lies in."""
    home = keep or Path(tempfile.mkdtemp(prefix="headwater-demo-"))
    try:
        yield home
    finally:
        if keep is None:
            shutil.rmtree(home)


def play(home: Path, *, kill_worker: bool, say: Say) -> Played:
    source = open_source()
    with (
        LocalStack(home, workers=WORKERS, slots=SLOTS, say=say) as stack,
        Graph(settings(GraphSettings, stack.environment)) as graph,
    ):
        root = settings(StorageSettings, stack.environment).root
        estate = declare(graph, home, say)
        lay_out(source, root)
        say(f"delivering {len(ARRIVAL)} days of flights, out of order and one of them twice")
        deliveries, killed = let_arrive(stack, estate, kill_worker=kill_worker, say=say)
        say("the fleet works")
        await_rest(graph)
        say("asking what came of it, and counting again from the source")
        answers = ask(graph, estate)
        return Played(deliveries, answers, compare(source, root, answers.versions, answers.runs, deliveries), killed)


def settings(wanted: type[S], environment: Mapping[str, str]) -> S:
    """The settings of one part as the processes of the stack see them."""
    found = {variable: environment[variable] for variable in wanted.variables() if variable in environment}
    prefix = str(wanted.model_config.get("env_prefix", ""))
    return wanted(**{variable.removeprefix(prefix).lower(): value for variable, value in found.items()})


def declare(graph: Graph, home: Path, say: Say) -> Estate:
    estate = load_estate(place_estate(graph, home))
    apply(graph, estate, read_columns=read_columns, rebind=rebind, actor="demo")
    say(f"declared {len(estate.datasets)} datasets, {len(estate.jobs)} jobs and {len(estate.consumers)} consumers")
    return estate


def let_arrive(
    stack: LocalStack, estate: Estate, *, kill_worker: bool, say: Say
) -> tuple[tuple[Delivery, ...], int | None]:
    """Reports everything through the API; with `kill_worker`, a busy worker dies in the middle of it."""
    deliveries: list[Delivery] = []
    killed = None
    for dataset, partition in arrivals():
        deliveries.append(deliver(stack.api_url, estate.namespace, dataset, partition))
        if kill_worker and len(deliveries) == KILL_AFTER:
            killed = kill_a_busy_worker(stack)
            say(f"killed worker process {killed} (-9) with a run in its hands")
    return tuple(deliveries), killed


def kill_a_busy_worker(stack: LocalStack) -> int:
    """Kills a worker that executes a run at this moment; its process id."""
    deadline = time.monotonic() + AT_REST_WITHIN
    while time.monotonic() < deadline:
        for pid in filter(is_busy, stack.worker_pids):
            os.kill(pid, signal.SIGKILL)
            return pid
        time.sleep(LOOK_EVERY / 30)
    raise NotAtRest(())


def is_busy(worker: int) -> bool:
    """Whether a worker process supervises the process of a run."""
    try:
        below = psutil.Process(worker).children(recursive=True)
        return any(child.name() == "hw-launcher" and child.children() for child in below)
    except psutil.NoSuchProcess:
        return False


def await_rest(graph: Graph) -> None:
    """Until nothing runs, nothing is ready and no partition waits to be evaluated. Raises NotAtRest."""
    deadline = time.monotonic() + AT_REST_WITHIN
    calm = 0
    while calm < CALM_LOOKS:
        if time.monotonic() > deadline:
            raise NotAtRest(runs(graph, open_only=True))
        time.sleep(LOOK_EVERY)
        calm = calm + 1 if at_rest(graph) else 0


def at_rest(graph: Graph) -> bool:
    """Marks are looked at first: evaluating one makes a run before it takes the mark away."""
    if graph.rows("readiness.marked", grace_ms=0, most=1):
        return False
    return not count_runs(graph, open_only=True)
