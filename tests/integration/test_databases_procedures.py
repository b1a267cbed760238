"""Stored procedures of a real PostgreSQL: their own commits, guards on what they write, and what they leave."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from connectors.databases.guard import install_guard
from graph_model.runs.entities import ClaimedRun
from tests.support.databases import a_call, a_staged_table, child_of, done, rows_of, started
from tests.support.postgresql import PostgreSQL
from tests.support.tasks import result_of
from tests.support.workers import until
from workers.places import remove_staging

pytestmark = pytest.mark.xdist_group("postgresql")

# It commits after each of its rows; `pace` makes it slow.
STEPS = """
CREATE PROCEDURE steps(target text, rows int, pace float, INOUT made int DEFAULT 0, INOUT rate numeric DEFAULT NULL)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I (id int, day date)', target);
  COMMIT;
  FOR number IN 1..rows LOOP
    EXECUTE format('INSERT INTO %I VALUES ($1, $2)', target) USING number, '2013-01-05'::date;
    made := made + 1;
    COMMIT;
    PERFORM pg_sleep(pace);
  END LOOP;
  rate := 0.5;
END $$"""
# It writes one fixed table, one row in each transaction, and replaces the rows of a day.
LEGACY = """
CREATE PROCEDURE legacy(of date, rows int, pace float) LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM daily WHERE day = of;
  COMMIT;
  FOR number IN 1..rows LOOP
    INSERT INTO daily VALUES (number, of);
    COMMIT;
    PERFORM pg_sleep(pace);
  END LOOP;
END $$"""


@pytest.fixture
def server(postgresql: PostgreSQL) -> Iterator[PostgreSQL]:
    yield postgresql
    postgresql.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def stepping(server: PostgreSQL, *, rows: int = 3, pace: float = 0.0) -> ClaimedRun:
    arguments = {"target": "{output}", "rows": rows, "pace": pace, "made": 0}
    return a_call("public.steps", a_staged_table("sums", server.url), arguments, commits_itself=True)


def test_a_procedure_that_commits_itself_fills_the_table_of_its_run_and_measures(
    server: PostgreSQL, tmp_path: Path
) -> None:
    server.run(STEPS)

    task, result = done(stepping(server), tmp_path)

    assert result == {"metrics": {"made": 3, "rate": 0.5}}
    assert [row["id"] for row in rows_of(task.run.outputs[0].content, tmp_path)] == [1, 2, 3]


def test_a_procedure_that_commits_itself_may_not_run_in_a_transaction(server: PostgreSQL, tmp_path: Path) -> None:
    server.run(STEPS)
    run = stepping(server)
    assert run.job is not None

    _, result = done(
        replace(run, job=replace(run.job, executor={**run.job.executor, "commits_itself": False})), tmp_path
    )

    assert "(SQLSTATE 2D000)" in result["reason"]
    assert result["retry"] is False
    assert server.tables() == {"headwater_fence"}


def test_what_a_procedure_had_committed_goes_with_its_dead_attempt(server: PostgreSQL, tmp_path: Path) -> None:
    server.run(STEPS)
    task, process = started(stepping(server, rows=10_000, pace=0.02), tmp_path)
    staged = "sums__20130105_01234567_1"
    until(lambda: staged in server.tables() and server.asked(f"SELECT 1 FROM {staged}"), what="its first rows")
    child = child_of(process)
    os.kill(child, signal.SIGSTOP)

    remove_staging(task.run, task.run.outputs)

    assert server.tables() == {"headwater_fence"}
    os.kill(child, signal.SIGCONT)
    assert process.wait(60).exit_code == 1
    assert server.tables() == {"headwater_fence"}


def guarded(server: PostgreSQL) -> None:
    server.run("CREATE TABLE daily (id int, day date)", LEGACY)
    install_guard(server.url, "daily", "test/daily")


def calling_legacy(server: PostgreSQL, *, rows: int = 3, pace: float = 0.0) -> ClaimedRun:
    output = a_staged_table("daily", server.url, partition_column="day")
    arguments = {"of": "{partition}", "rows": rows, "pace": pace}
    return a_call("legacy", output, arguments, commits_itself=True, fence="guard")


def test_a_procedure_that_writes_a_fixed_table_gives_its_partition_as_a_version(
    server: PostgreSQL, tmp_path: Path
) -> None:
    guarded(server)
    server.run("INSERT INTO daily VALUES (7, '2013-01-04')")

    task, result = done(calling_legacy(server), tmp_path)

    assert result == {"metrics": {}}
    assert [row["id"] for row in rows_of(task.run.outputs[0].content, tmp_path)] == [1, 2, 3]
    assert server.asked("SELECT count(*) FROM daily") == [(4,)]


def test_without_a_guard_a_fixed_table_is_not_written(server: PostgreSQL, tmp_path: Path) -> None:
    server.run("CREATE TABLE daily (id int, day date)", LEGACY)

    _, result = done(calling_legacy(server), tmp_path)

    assert result == {
        "reason": "daily has no guard, so an older attempt could still write it:"
        " run `headwater database guard URL daily --dataset test/daily`",
        "retry": False,
    }
    assert server.asked("SELECT count(*) FROM daily") == [(0,)]


def test_a_guard_stops_the_batches_of_an_attempt_that_is_over(server: PostgreSQL, tmp_path: Path) -> None:
    """The sessions cannot be told apart here, as behind a pooler: only the guard is left to stop it."""
    guarded(server)
    old = calling_legacy(server, rows=100_000, pace=0.01)
    task, process = started(old, tmp_path)
    until(lambda: server.asked("SELECT 1 FROM daily"), what="its first rows")

    server.run("UPDATE headwater_fence SET fence = fence + 1, holder = 'another'")

    assert process.wait(60).exit_code == 1
    assert result_of(task) == {
        "reason": "test/daily may not be written by this attempt any more: its fence is over (SQLSTATE HW001)",
        "retry": False,
    }


def test_a_guard_lets_those_pass_that_are_no_attempt(server: PostgreSQL) -> None:
    guarded(server)

    server.run("INSERT INTO daily VALUES (1, '2013-01-05')", "UPDATE daily SET id = 2", "TRUNCATE daily")

    with server.connect() as connection:
        connection.execute("SELECT set_config('hw.fence', '1', false), set_config('hw.partition', '2013-01-05', false)")
        with pytest.raises(psycopg.Error, match="its fence is over"):
            connection.execute("TRUNCATE daily")
