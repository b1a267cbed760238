"""Queries and procedures inside of a real PostgreSQL: fences, sessions that are ended, and what errors mean."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from connectors import storage
from connectors.storage.backends import session_name
from connectors.storage.fences import Fence
from graph_model.runs.entities import ClaimedRun
from graph_model.versions.entities import Content
from tests.support.databases import a_query, a_staged_table, a_table, child_of, done, later, rows_of, started
from tests.support.postgresql import PostgreSQL
from tests.support.tasks import DAY, ordered, result_of
from tests.support.workers import until
from workers.process import Process

pytestmark = pytest.mark.xdist_group("postgresql")

ORDERS = (
    "CREATE TABLE orders (id int, day date, amount numeric(10,2))",
    f"INSERT INTO orders VALUES (1, '{DAY}', 2.5), (2, '{DAY}', 1.0), (3, '2013-01-04', 9.0)",
)
SUMS = "SELECT day, sum(amount)::float8 AS total, '10:30' AS said FROM orders WHERE day = :partition GROUP BY day"
SLOW = "SELECT pg_sleep(600)::text AS slept"


@pytest.fixture
def server(postgresql: PostgreSQL) -> Iterator[PostgreSQL]:
    postgresql.run(*ORDERS)
    yield postgresql
    postgresql.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def sessions(server: PostgreSQL) -> list[tuple[str, str]]:
    """Of runs: name and state."""
    query = "SELECT application_name, state FROM pg_stat_activity WHERE application_name LIKE 'hw:%' ORDER BY 1"
    return server.asked(query)


def at_work(server: PostgreSQL, statement: str) -> bool:
    """Whether the server carries out a run's `statement`; the session was active before, to take its fence."""
    query = (
        "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'hw:%' AND state = 'active'"
        f" AND strpos(query, '{statement}') > 0"
    )
    return bool(server.asked(query))


def at(server: PostgreSQL, table: str) -> Content:
    return Content("table", f"{server.url}#{table}")


def sums(server: PostgreSQL, query: str = SUMS, **more: Any) -> ClaimedRun:
    return a_query(query, (a_table("orders", server.url, "orders"),), a_staged_table("sums", server.url), **more)


def test_a_query_is_answered_by_the_server_into_a_table_of_its_run(server: PostgreSQL, tmp_path: Path) -> None:
    task, result = done(sums(server), tmp_path)

    assert result == {"metrics": {}}
    (row,) = rows_of(task.run.outputs[0].content, tmp_path)
    assert (str(row["day"]), row["total"], row["said"]) == (DAY, 3.5, "10:30")
    assert server.tables() == {"orders", "headwater_fence", "sums__20130105_01234567_1"}
    assert server.asked("SELECT dataset, partition, holder FROM headwater_fence") == [
        ("test/sums", DAY, "rn_0123456789abc-1")
    ]


@pytest.mark.parametrize(
    ("query", "reason", "retry"),
    [
        ("SELECT nothing FROM orders", 'column "nothing" does not exist (SQLSTATE 42703)', False),
        ("SELECT id / 0 AS a FROM orders", "division by zero (SQLSTATE 22012)", False),
        ("SELECT * FROM pg_authid", "permission denied for table pg_authid (SQLSTATE 42501)", False),
        ("SELECT 1 AS a) b; DROP TABLE orders; SELECT (1", "the SQL of a job is one SELECT, and nothing else", False),
        ("SELECT pg_sleep(60)::text AS slept", "canceling statement due to statement timeout (SQLSTATE 57014)", True),
        ("SELECT pg_terminate_backend(pg_backend_pid()) AS gone", "terminating connection due to", True),
    ],
)
def test_an_error_is_told_with_its_state_and_tried_again_where_that_can_help(
    server: PostgreSQL, tmp_path: Path, query: str, reason: str, retry: bool
) -> None:
    server.run(
        "DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN PASSWORD 'r'", "GRANT ALL ON SCHEMA public TO reader"
    )
    server.run("GRANT SELECT ON orders TO reader")
    url = server.address_of("reader", "r")
    run = a_query(query, (a_table("orders", url, "orders"),), a_staged_table("sums", url), timeout_seconds=2)

    try:
        _, result = done(run, tmp_path)
    finally:
        server.run("DROP OWNED BY reader", "DROP ROLE reader")

    assert result["reason"].startswith(reason)
    assert result["retry"] is retry


def test_two_that_block_each_other_are_tried_again(server: PostgreSQL, tmp_path: Path) -> None:
    run = sums(server, "SELECT * FROM orders FOR UPDATE", timeout_seconds=1)

    with server.connect() as other, other.transaction():
        other.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        _, result = done(run, tmp_path)

    assert result["retry"] is True
    assert "SQLSTATE 5" in result["reason"]


def test_the_password_stands_in_no_argument_and_in_no_log(
    server: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE", server.url)
    run = a_query(
        "SELECT broken", (a_table("orders", "env:WAREHOUSE", "orders"),), a_staged_table("sums", "env:WAREHOUSE")
    )
    task, order = ordered(run, tmp_path)
    Process(order).wait(60)

    told = [str(order.launch.argv), order.stdout.read_text(), order.stderr.read_text()]

    assert "broken" in result_of(task)["reason"]
    assert not any(server.password in text for text in [*told, str(result_of(task))])
    assert task.job_file.stat().st_mode & 0o077 == 0


def test_a_query_that_is_asked_to_end_is_cancelled_on_the_server(server: PostgreSQL, tmp_path: Path) -> None:
    task, process = started(sums(server, SLOW), tmp_path)
    until(lambda: at_work(server, "pg_sleep"), what="the statement")

    ended = process.wait(0)

    assert ended.exit_code == 128 + signal.SIGTERM
    assert not task.result_file.exists()
    assert sessions(server) == []


def test_the_session_of_a_process_that_was_killed_ends_with_it(server: PostgreSQL, tmp_path: Path) -> None:
    _, process = started(sums(server, SLOW), tmp_path)
    until(lambda: at_work(server, "pg_sleep"), what="the statement")

    os.kill(child_of(process), signal.SIGKILL)

    assert process.wait(60).exit_code == 128 + signal.SIGKILL
    until(lambda: not sessions(server), what="the session to end")
    assert server.tables() == {"orders", "headwater_fence"}


def test_a_stopped_process_that_holds_the_fence_is_ended_by_the_next_and_wakes_to_nothing(
    server: PostgreSQL, tmp_path: Path
) -> None:
    server.run(
        "CREATE FUNCTION slow(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN n; END $$"
    )
    old = sums(server, "SELECT slow(id) AS id FROM orders")
    task, process = started(old, tmp_path)
    until(lambda: at_work(server, "slow(id)"), what="the statement")
    child = child_of(process)
    os.kill(child, signal.SIGSTOP)

    new = later(old)
    assert new.job is not None
    _, result = done(replace(new, job=replace(new.job, executor={"text": SUMS, "engine": "database"})), tmp_path)

    assert result == {"metrics": {}}
    os.kill(child, signal.SIGCONT)
    assert process.wait(60).exit_code == 1
    assert result_of(task)["reason"].startswith("terminating connection due to administrator command")
    assert server.tables() == {"orders", "headwater_fence", "sums__20130105_fedcba98_1"}


def test_two_attempts_begin_at_once_and_the_later_one_stays(server: PostgreSQL, tmp_path: Path) -> None:
    old, new = sums(server), later(sums(server))
    results: dict[str, dict[str, Any]] = {}

    def carry(name: str, run: ClaimedRun) -> None:
        results[name] = done(run, tmp_path)[1]

    threads = [threading.Thread(target=carry, args=item) for item in (("old", old), ("new", new))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results["new"] == {"metrics": {}}
    assert server.asked("SELECT holder FROM headwater_fence") == [("rn_fedcba9876543-1",)]


def test_an_older_version_that_comes_late_is_not_exposed_even_where_it_hangs(
    server: PostgreSQL, tmp_path: Path
) -> None:
    server.run("CREATE TABLE old AS SELECT 1 AS id", "CREATE TABLE new AS SELECT 2 AS id")
    old, new = (Fence("test/board", DAY, number, f"rn-{number}") for number in (1, 2))
    storage.expose(at(server, "old"), at(server, "board"), DAY, old)
    assert rows_of(at(server, "board"), tmp_path) == [{"id": 1}]

    with server.connect() as hanging, hanging.transaction(force_rollback=True):
        name = session_name(f"exposed test/board {DAY}", 1, "rn-1")
        hanging.execute("SELECT set_config('application_name', %s, false)", (name,))
        hanging.execute("LOCK TABLE board")
        storage.expose(at(server, "new"), at(server, "board"), DAY, new)
        with pytest.raises(psycopg.OperationalError):
            hanging.execute("SELECT 1")
    storage.expose(at(server, "old"), at(server, "board"), DAY, old)

    assert rows_of(at(server, "board"), tmp_path) == [{"id": 2}]
