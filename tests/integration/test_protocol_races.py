"""Many threads at once: no readiness is lost, nothing happens twice.

With RACES=full (`make races`): 500 job partitions three times, 200 claimers of one run a thousand times, 64 writers on
10 datasets. Without, a part of it.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import neo4j
import pytest

from graph_model.runs.claim import claim
from graph_model.runs.entities import ClaimedRun, RunState
from graph_model.runs.lease import register
from graph_model.runs.repository import count_runs
from graph_model.store.graph import Graph, Transaction
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.protocol import DAILY, Fleet, a_job, declare, name

FULL = os.environ.get("RACES") == "full"
JOB_PARTITIONS, REPEATS = (500, 3) if FULL else (25, 1)
THREADS = 8
CLAIMERS, ROUNDS = (200, 1000) if FULL else (32, 10)
# An optimistic engine makes claimers of one run fail and try again, so fewer of them meet there.
OPTIMISTIC_CLAIMERS, OPTIMISTIC_ROUNDS = (16, 100) if FULL else (8, 5)
WRITERS, WRITES = (64, 20) if FULL else (16, 3)
HUBS = tuple(f"hub{number}" for number in range(10))


@pytest.fixture
def joined(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """A job that needs the same day of three datasets."""
    job = a_job("join", {"left": "same", "middle": "same", "right": "same"}, "joined")
    declare(side_driver, graph.settings.database, datasets=("left", "middle", "right", "joined"), jobs=(job,))
    return graph


def at_once(work: Iterable[Callable[[], object]], *, threads: int = THREADS) -> list[object]:
    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(task) for task in work]]


@pytest.mark.parametrize("seed", range(REPEATS))
def test_every_job_partition_gets_exactly_one_run_however_its_inputs_interleave(joined: Graph, seed: int) -> None:
    fleet = Fleet(joined)
    days = [DAILY.shift("2013-01-01", n) for n in range(JOB_PARTITIONS)]
    reports = [Report(name(dataset), day) for dataset in ("left", "middle", "right") for day in days]
    at_once([lambda r=r: report_version(joined, r) for r in reports])
    claimed = claimed_all(joined, fleet.worker)
    assert len(claimed) == len(reports)
    random.Random(seed).shuffle(claimed)

    at_once([lambda run=run: fleet.play(run) for run in claimed])

    assert fleet.settle() == ()
    fleet.work()
    joins = sorted(run.partition for run in fleet.finished if run.subject == name("join"))
    assert joins == days
    assert fleet.settle() == ()


def test_of_many_claimers_of_one_run_exactly_one_wins(joined: Graph) -> None:
    optimistic = joined.engine == "arcadedb"
    claimers, rounds = (OPTIMISTIC_CLAIMERS, OPTIMISTIC_ROUNDS) if optimistic else (CLAIMERS, ROUNDS)
    workers = [f"w{n}" for n in range(claimers)]
    for worker in workers:
        register(joined, worker, host="h", pid=1, slots=1, lease_seconds=36_000)
    together = threading.Barrier(claimers)

    def try_to_win(worker: str, wanted: dict[str, object]) -> int:
        together.wait(600)
        return len(joined.write(lambda tx: take(tx, worker, wanted)))

    with ThreadPoolExecutor(claimers) as pool:
        for number in range(rounds):
            report_version(joined, Report(name("left"), DAILY.shift("2013-01-01", number)))
            (waiting,) = joined.rows("runs.claimable", most=10, most_losses=2, labels=[], age_ms=600_000)
            won = [pool.submit(try_to_win, worker, waiting) for worker in workers]
            assert sum(future.result() for future in won) == 1, f"in round {number}"


def take(tx: Transaction, worker: str, wanted: dict[str, object]) -> list[dict[str, object]]:
    """The statements of a claim, without the look beforehand that would send most claimers away."""
    tx.rows("runs.lock", job_partitions=[wanted["job_partition"]], token=tx.token)
    return tx.rows("runs.claim", runs=[wanted["id"]], worker=worker)


def claimed_all(graph: Graph, worker: str) -> list[ClaimedRun]:
    found: list[ClaimedRun] = []
    while more := claim(graph, worker, slots=50):
        found.extend(more)
    return found


def test_writers_of_a_few_datasets_all_succeed(graph: Graph, side_driver: neo4j.Driver) -> None:
    """One reader of all of them makes every publish lock the same job partition."""
    job = a_job("sum", dict.fromkeys(HUBS, "same"), "total")
    declare(side_driver, graph.settings.database, datasets=(*HUBS, "total"), jobs=(job,))
    fleet = Fleet(graph)
    choose = random.Random(1)
    wanted = [Report(name(choose.choice(HUBS)), "2013-01-01", f"content-{n}") for n in range(WRITERS * WRITES)]

    receipts = at_once([lambda r=r: report_version(graph, r) for r in wanted], threads=WRITERS)
    at_once([lambda run=run: fleet.play(run) for run in claimed_all(graph, fleet.worker)], threads=WRITERS)

    assert len({receipt.version for receipt in receipts}) == len(wanted)  # type: ignore[attr-defined]
    assert len(fleet.finished) == len(wanted)
    assert fleet.settle() == ()


def test_the_same_report_sent_many_times_at_once_is_one_version(joined: Graph) -> None:
    receipts = at_once([lambda: report_version(joined, Report(name("left"), "2013-01-01", key="once"))] * THREADS)

    assert len({receipt.version for receipt in receipts}) == 1  # type: ignore[attr-defined]
    assert sum(receipt.created for receipt in receipts) == 1  # type: ignore[attr-defined]
    assert count_runs(joined, state=RunState.READY) == 1
