"""Workers whose jobs run inside of a real PostgreSQL, frozen and killed in the middle of what they do there."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import neo4j
import psutil
import psycopg
import pytest

from connectors.sql.columns import read_columns
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.runs.entities import Run, RunState
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from graph_model.versions.resolve import resolve
from tests.conftest import on_one_engine
from tests.integration.conftest import missing
from tests.support.postgresql import NoPostgreSQL, PostgreSQL, start_postgresql
from tests.support.workers import DAY, Place, WorkerProcess, a_place, until

pytestmark = on_one_engine()
# Both wait until nobody holds the lock: the query in its statement, the procedure after it has committed two rows.
LOCK = 7
ESTATE = """\
scope: shop
datasets:
  orders: {format: table, url: 'env:WAREHOUSE', table: orders, partition: {every: day, from: 2013-01-01}}
  sums: {format: table, url: 'env:WAREHOUSE', table: sums, partition: {every: day, from: 2013-01-01}, expose: copy,
    options: {partition_column: day}}
  steps: {format: table, url: 'env:WAREHOUSE', table: steps, partition: {every: day, from: 2013-01-01}}
jobs:
  summing: {sql: sums.sql, engine: database, dialect: postgresql, inputs: [orders], outputs: [sums], retries: 2}
  stepping: {procedure: {call: steps, arguments: {target: '{output}'}, commits_itself: true}, inputs: [orders],
    outputs: [steps], retries: 2}
"""
SUMS = f"""\
WITH waited AS MATERIALIZED (SELECT pg_advisory_lock_shared({LOCK}), pg_advisory_unlock_shared({LOCK}))
SELECT o.day, sum(o.amount) AS total FROM orders o, (SELECT count(*) FROM waited) w
WHERE o.day = :partition GROUP BY o.day
"""
STEPS = f"""\
CREATE PROCEDURE steps(target text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE %I (id int)', target);
  EXECUTE format('INSERT INTO %I VALUES (1)', target);
  COMMIT;
  EXECUTE format('INSERT INTO %I VALUES (2)', target);
  COMMIT;
  PERFORM pg_advisory_lock_shared({LOCK}), pg_advisory_unlock_shared({LOCK});
  EXECUTE format('INSERT INTO %I VALUES (3)', target);
END $$"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    try:
        server = start_postgresql()
    except NoPostgreSQL as error:
        missing(f"no PostgreSQL: {error}")
    yield server
    server.remove()


@pytest.fixture
def place(
    graph: Graph, side_driver: neo4j.Driver, tmp_path: Path, server: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    server.run("CREATE TABLE orders (id int, day date, amount int)", STEPS)
    server.run(f"INSERT INTO orders VALUES (1, '{DAY}', 2), (2, '{DAY}', 3)")
    monkeypatch.setenv("WAREHOUSE", server.url)
    with a_place(graph, side_driver, tmp_path) as place:
        (place.project / "estate.yaml").write_text(ESTATE)
        (place.project / "sums.sql").write_text(SUMS)
        apply(graph, load_estate(place.project), read_columns=read_columns, actor="test")
        yield place
    server.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def waiting(server: PostgreSQL) -> set[int]:
    """The sessions of runs that wait for the lock."""
    query = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'hw:%' AND wait_event = 'advisory'"
    return {pid for (pid,) in server.asked(query)}


def both_waiting(server: PostgreSQL) -> set[int]:
    until(lambda: len(waiting(server)) == 2, what="both jobs to wait")
    return waiting(server)


def ended(place: Place, job: str) -> Run:
    def found() -> list[Run]:
        over = (RunState.SUCCEEDED, RunState.FAILED)
        return [run for run in runs(place.graph, job=Name("shop", job)) if run.state in over]

    return until(found, what=f"{job} to end")[0]


def freeze(worker: WorkerProcess) -> list[psutil.Process]:
    """Stops a worker and everything below it."""
    family = [psutil.Process(worker.process.pid)]
    family += family[0].children(recursive=True)
    for process in family:
        process.send_signal(signal.SIGSTOP)
    return family


def wake(family: list[psutil.Process]) -> None:
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGCONT)


def assert_done_once(place: Place, server: PostgreSQL) -> None:
    """Both jobs have published their last attempt, and nothing is left of another."""
    both = [ended(place, job) for job in ("summing", "stepping")]
    assert [[attempt.outcome for attempt in run.attempts] for run in both] == [["LOST", "SUCCEEDED"]] * 2
    assert [run.state for run in both] == [RunState.SUCCEEDED] * 2
    last = [resolve(place.graph, Name("shop", name), DAY) for name in ("sums", "steps")]
    assert [version.run for version in last] == [run.id for run in both]
    assert [version.row_count for version in last] == [1, 3]
    staged = {str(version.location).rpartition("#")[2] for version in last}
    kept = {"orders", "headwater_fence", "sums", *staged}
    until(lambda: server.tables() == kept, what=f"the tables to be {kept}, not {server.tables()}")
    assert server.asked("SELECT day::text, total FROM sums") == [(DAY, 5)]
    assert verify(place.graph) == ()


def test_a_worker_that_froze_in_its_database_wakes_up_to_nothing(place: Place, server: PostgreSQL) -> None:
    with server.connect() as holding:
        holding.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        sleeper = place.start_worker().ready()
        report_version(place.graph, Report(Name("shop", "orders"), DAY, reported_by="test"))
        old = both_waiting(server)
        family = freeze(sleeper)
        place.start_worker().ready()
        until(lambda: len(waiting(server) - old) == 2, what="both jobs to be taken over")
        assert not old & waiting(server), "the sessions of the old owner are ended before others begin"
    ended(place, "summing")
    ended(place, "stepping")

    wake(family)

    until(lambda: sleeper.says("lease lost: every process of these runs is killed"))
    assert_done_once(place, server)


def test_a_worker_that_is_killed_in_the_middle_of_a_statement_leaves_nothing(place: Place, server: PostgreSQL) -> None:
    with server.connect() as holding:
        holding.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        doomed = place.start_worker().ready()
        report_version(place.graph, Report(Name("shop", "orders"), DAY, reported_by="test"))
        old = both_waiting(server)

        doomed.kill()

        until(lambda: not old & waiting(server), what="its sessions to end")
        place.start_worker().ready()
        until(lambda: len(waiting(server)) == 2, what="both jobs to be taken over")
    assert_done_once(place, server)


def test_no_password_is_in_the_graph_or_in_a_log(place: Place, server: PostgreSQL) -> None:
    worker = place.start_worker().ready()
    report_version(place.graph, Report(Name("shop", "orders"), DAY, reported_by="test"))
    ended(place, "summing")

    told = place.driver.execute_query("MATCH (n) RETURN properties(n) AS p", database_=place.graph.settings.database)

    assert server.password not in str(told.records)
    assert server.password not in worker.log_file.read_text()
    with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
        assert connection.info.password == server.password, "it is the one that is looked for"
