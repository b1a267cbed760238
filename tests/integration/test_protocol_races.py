"""Many threads at once: no readiness is lost, nothing happens twice."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import neo4j
import pytest

from graph_model.runs.claim import claim
from graph_model.runs.entities import RunState
from graph_model.runs.lease import register
from graph_model.runs.repository import count_runs
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.protocol import DAILY, Fleet, a_job, declare, name

JOB_PARTITIONS = 12
THREADS = 8


@pytest.fixture
def joined(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """A job that needs the same day of three datasets."""
    job = a_job("join", {"left": "same", "middle": "same", "right": "same"}, "joined")
    declare(side_driver, graph.settings.database, datasets=("left", "middle", "right", "joined"), jobs=(job,))
    return graph


def at_once(work: Iterable[Callable[[], object]]) -> list[object]:
    with ThreadPoolExecutor(THREADS) as pool:
        return [future.result() for future in [pool.submit(task) for task in work]]


def test_every_job_partition_gets_exactly_one_run_however_its_inputs_interleave(joined: Graph) -> None:
    fleet = Fleet(joined)
    days = [DAILY.shift("2013-01-01", n) for n in range(JOB_PARTITIONS)]
    reports = [Report(name(dataset), day) for dataset in ("left", "middle", "right") for day in days]
    at_once([lambda r=r: report_version(joined, r) for r in reports])
    claimed = [claim(joined, fleet.worker)[0] for _ in reports]
    random.Random(7).shuffle(claimed)

    at_once([lambda run=run: fleet.play(run) for run in claimed])

    assert fleet.settle() == ()
    fleet.work()
    joins = sorted(run.partition for run in fleet.finished if run.subject == name("join"))
    assert joins == days
    assert fleet.settle() == ()


def test_of_many_claimers_of_one_run_exactly_one_wins(joined: Graph) -> None:
    workers = [f"w{n}" for n in range(THREADS)]
    for worker in workers:
        register(joined, worker, host="h", pid=1, slots=1, lease_seconds=600)
    for day in range(5):
        report_version(joined, Report(name("left"), DAILY.shift("2013-01-01", day)))
        won = at_once([lambda w=worker: claim(joined, w) for worker in workers])
        assert sum(len(runs) for runs in won) == 1  # type: ignore[arg-type]


def test_the_same_report_sent_many_times_at_once_is_one_version(joined: Graph) -> None:
    receipts = at_once([lambda: report_version(joined, Report(name("left"), "2013-01-01", key="once"))] * THREADS)

    assert len({receipt.version for receipt in receipts}) == 1  # type: ignore[attr-defined]
    assert sum(receipt.created for receipt in receipts) == 1  # type: ignore[attr-defined]
    assert count_runs(joined, state=RunState.READY) == 1
