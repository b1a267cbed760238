"""What else can break from outside: processes that sleep, lines that fail, a broker that forgets, a disk that is full.

A seeded few of the ways in which a line can fail; `ALL_FAULTS=1` (`make kill-matrix`) plays all of them.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import redis

from graph_model.runs.entities import RunState
from tests.kill.cells import FailPoint
from tests.kill.checker import Findings, await_quiet, check
from tests.kill.load import Load, await_running
from tests.kill.stack import LEASE_SECONDS, WORKERS, Stack, until
from tests.support.line import Line, Loss, a_line_to

pytestmark = pytest.mark.xdist_group("kill")


SEED = 1


def some(cases: Iterable[tuple[Any, ...]], number: int) -> list[tuple[Any, ...]]:
    """A seeded few of the cases, or all of them where that is asked for."""
    every = list(cases)
    return every if os.environ.get("ALL_FAULTS") == "1" else random.Random(SEED).sample(every, number)


def settled(load: Load) -> Findings:
    """What is wrong once nothing is left to do."""
    assert await_quiet(load) == []
    load.stack.await_all()
    return check(load)


def holder(stack: Stack, point: FailPoint) -> str:
    """The worker that stands at an armed step."""
    name = stack.part_of(until(point.pid, "a process to reach the step"))
    assert name in WORKERS
    return name


def test_a_worker_that_slept_longer_than_two_leases_publishes_nothing(stack: Stack, load: Load) -> None:
    load.hold("join")
    load.send("a")
    load.send("b")
    await_running(load, "join")
    point = FailPoint(stack.points, "publish.before_commit")
    point.arm()
    load.let_go("join")
    sleeper = holder(stack, point)
    pid = stack.pid(sleeper)

    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(2 * LEASE_SECONDS + 1)
        point.go()
    finally:
        os.kill(pid, signal.SIGCONT)

    assert settled(load) == Findings()
    assert until(
        lambda: stack.says(sleeper, "lease lost: every process of these runs is killed"), "the loss of the lease"
    )


def test_everything_killed_at_one_instant_goes_on_where_it_was(stack: Stack, load: Load) -> None:
    load.hold("join")
    load.send("a")
    load.send("b")
    await_running(load, "join")
    load.send("a", number=2)

    for name in ("neo4j", "redis", "api", *WORKERS):
        stack.kill(name)
    load.let_go("join")
    for name in ("neo4j", "redis", "api", *WORKERS):
        stack.start(name)

    assert settled(load) == Findings()


def test_a_broker_that_forgets_every_message_costs_a_sweep_and_no_more(stack: Stack, load: Load) -> None:
    load.hold("join")
    load.send("a")
    load.send("b")
    await_running(load, "join")

    with redis.Redis.from_url(stack.broker_url) as client:
        client.flushall()
        load.let_go("join")
        client.flushall()

    assert settled(load) == Findings()


@pytest.fixture(scope="module")
def spoiled(stack: Stack) -> Iterator[tuple[Line, Line]]:
    """The lines of API and workers to Neo4j and to Redis, which go through proxies until the end of this module."""
    with a_line_to(stack.neo4j.settings.uri) as graph, a_line_to(stack.broker_url) as broker:
        through = {"HEADWATER_GRAPH_URI": graph.uri, "HEADWATER_BROKER_URL": broker.uri}
        _restart(stack, through)
        yield graph, broker
        for line in (graph, broker):
            line.mend()
        _restart(stack, {})


def _restart(stack: Stack, environment: dict[str, str]) -> None:
    stack.environment = environment
    for name in ("api", *WORKERS):
        stack.kill(name)
        stack.start(name)
    stack.await_all()


@pytest.mark.parametrize(("step", "loss"), some(product(("report", "claim", "publish"), Loss), 2), ids=str)
def test_a_commit_whose_reply_is_lost_happens_once(
    stack: Stack, spoiled: tuple[Line, Line], load: Load, step: str, loss: Loss
) -> None:
    graph, _ = spoiled
    lost_before = graph.lost
    point = FailPoint(stack.points, f"{step}.before_commit")
    point.arm()
    load.send("a")
    load.send("b")
    until(point.pid, "the step")

    graph.lose_next_commit(loss)
    point.go()

    until(lambda: graph.lost > lost_before, "a commit to be lost")
    assert settled(load) == Findings()


@pytest.mark.parametrize(
    ("which", "trouble"), some(product(("graph", "broker", "both"), ("cut", "silent", "slow")), 3), ids=str
)
def test_a_line_that_fails_for_a_while_loses_nothing(
    spoiled: tuple[Line, Line], load: Load, which: str, trouble: str
) -> None:
    graph, broker = spoiled
    lines = {"graph": [graph], "broker": [broker], "both": [graph, broker]}[which]
    load.hold("join")
    load.send("a")
    load.send("b")
    await_running(load, "join")

    for line in lines:
        spoil(line, trouble)
    load.send("a", number=2)
    load.let_go("join")
    time.sleep(LEASE_SECONDS + 1)
    for line in lines:
        line.mend()

    assert settled(load) == Findings()


def spoil(line: Line, trouble: str) -> None:
    if trouble == "cut":
        line.cut()
    elif trouble == "silent":
        line.fall_silent()
    else:
        line.slow_down(0.05)


@pytest.fixture
def small_disk(stack: Stack, load: Load) -> Iterator[Path]:
    """A file system of 2 MB, where the outputs of `join` lie."""
    place = stack.root / "joined" / load.day
    place.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_run_that_finds_the_disk_full_says_so_and_succeeds_when_there_is_room(
    stack: Stack, load: Load, small_disk: Path
) -> None:
    """The outputs of `join` lie on a disk that something else has filled up."""
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(4 << 20))

    load.send("a")
    load.send("b")
    reasons = until(lambda: failures(stack, load), "a failed attempt")
    assert any("space" in reason for reason in reasons), reasons
    assert current(stack, load) == []
    filler.unlink()

    assert settled(load) == Findings()


def failures(stack: Stack, load: Load) -> list[str]:
    statement = (
        "MATCH (r:Run {key: $day})-[:HAS_ATTEMPT]->(a:Attempt {outcome: 'FAILED'}) "
        "WHERE r.kind = 'job' AND r.state <> $succeeded RETURN a.reason AS reason"
    )
    return [row["reason"] for row in stack.rows(statement, day=load.day, succeeded=RunState.SUCCEEDED)]


def current(stack: Stack, load: Load) -> list[str]:
    """Where the current version of `joined` lies, if there is one."""
    statement = "MATCH (:Partition {key: $day})-[:CURRENT]->(v) RETURN v.location AS location"
    places = [row["location"] for row in stack.rows(statement, day=load.day)]
    return [place for place in places if place.startswith("joined/")]
