"""Runs many pairs, over several processes; an estate is drawn and declared once, and asked about many times."""

from __future__ import annotations

import multiprocessing
import queue
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.decision_trust.declaring import declare
from benchmarks.decision_trust.draw import draw_world
from benchmarks.decision_trust.engines import Engines
from benchmarks.decision_trust.judging import Judged, judge_pair, rng_for
from benchmarks.decision_trust.matrix import Matrix
from benchmarks.decision_trust.measuring import measure
from benchmarks.decision_trust.proposing import propose
from benchmarks.decision_trust.running import CannotCarryOutError, Running
from benchmarks.decision_trust.shrinking import shrunk, told
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph

MOST_SHOWN = 12
"""Of what was missed, by each process; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to draw. `per_estate`: sets of changes for each estate. `only`: one case, as ESTATE:CHANGE."""

    seed: int
    pairs: int
    per_estate: int = 12
    hide: float = 0.0
    kinds: tuple[str, ...] = ()
    only: str = ""

    @property
    def estates(self) -> int:
        return -(-self.pairs // self.per_estate)


def run_all(settings: GraphSettings, asked: Asked, *, processes: int = 2) -> Matrix:
    """All pairs. The graph must be migrated."""
    if asked.only or processes == 1:
        return run_some(settings, asked, range(asked.estates))
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[Matrix | str] = context.Queue()
    workers = [
        context.Process(
            target=_work, args=(settings, asked, range(place, asked.estates, processes), results), daemon=True
        )
        for place in range(processes)
    ]
    for worker in workers:
        worker.start()
    whole = Matrix()
    for found in _answers(workers, results):
        whole.join(found)
    return whole


def run_some(settings: GraphSettings, asked: Asked, estates: Sequence[int]) -> Matrix:
    """The pairs of some estates, in this process."""
    matrix = Matrix()
    engines = Engines()
    shown = 0
    with Graph(settings) as graph:
        for estate in [int(asked.only.partition(":")[0])] if asked.only else estates:
            for judged, text in _estate(graph, engines, asked, estate, show=shown < MOST_SHOWN or bool(asked.only)):
                matrix.add(judged)
                shown += bool(text)
                if text:
                    say(text)
            engines.forget()
    engines.close()
    return matrix


def _estate(
    graph: Graph, engines: Engines, asked: Asked, estate: int, *, show: bool
) -> Iterator[tuple[list[Judged], str]]:
    """Each pair of one estate, with what is to be told of it where something was missed."""
    name = f"trust{asked.seed}-{estate}{f'-hide{asked.hide:g}' if asked.hide else ''}"
    world = draw_world(name, rng_for(asked.seed, estate), engines)
    declare(graph, world, hide=asked.hide, rng=rng_for(asked.seed, estate, "hide"))
    running = Running(world, engines)
    measure(graph, running)
    wanted = [int(asked.only.partition(":")[2])] if asked.only else range(asked.per_estate)
    for place in wanted:
        case = f"{estate}:{place}"
        try:
            changes = propose(world, rng_for(asked.seed, estate, place), asked.kinds)
        except LookupError:
            continue
        try:
            judged = judge_pair(graph, running, changes, case)
        except CannotCarryOutError as error:
            say(f"{case} is not judged: {error}")
            continue
        missed = [one for one in judged if one.missed]
        text = ""
        if asked.only:
            text = told(world, changes, judged, everything=True)
        elif missed and show:
            text = shrunk(graph, engines, world, changes, missed=missed[0], asked=asked)
        yield judged, text


def _answers(
    workers: Sequence[multiprocessing.process.BaseProcess], results: multiprocessing.Queue
) -> Iterator[Matrix]:
    """One of each process; a process that ends without one is an error of the benchmark."""
    left = len(workers)
    while left:
        try:
            found = results.get(timeout=5)
        except queue.Empty:
            if not any(worker.is_alive() for worker in workers):
                raise RuntimeError("a process ended without an answer") from None
            continue
        if isinstance(found, str):
            raise RuntimeError(found)  # noqa: TRY004  a text is the trace of what went wrong elsewhere
        left -= 1
        yield found


def _work(settings: GraphSettings, asked: Asked, estates: Sequence[int], results: multiprocessing.Queue) -> None:
    try:
        results.put(run_some(settings, asked, estates))
    except BaseException:  # noqa: BLE001  told by the process that waits
        results.put(traceback.format_exc())
    time.sleep(0.2)  # the queue's thread sends it


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
