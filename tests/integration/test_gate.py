"""The gate to the graph keeps its promises on both engines: retries, deadlines, rollbacks, commits in doubt."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import TransientError
from pydantic import SecretStr

from app.local.children import free_port
from graph_model.errors import GraphUnavailable, HeadwaterError
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph, Transaction, WrongQuery
from graph_model.store.migrations import migrate, migrations, pending
from graph_model.store.transaction import begin, plain, roll_back
from tests.support.line import Line, Loss, a_line_to
from tests.support.servers import driver_for


@pytest.fixture
def line(graph: Graph) -> Iterator[Line]:
    with a_line_to(graph.settings.uri) as line:
        yield line


@pytest.fixture
def far_graph(graph: Graph, line: Line) -> Iterator[Graph]:
    """The same graph, reached over a connection that can lose a COMMIT."""
    with Graph(graph.settings.model_copy(update={"uri": line.uri})) as far:
        yield far


def operations(driver: neo4j.Driver, graph: Graph, prefix: str) -> list[str]:
    """The ids of the Operation nodes that a test wrote itself."""
    text = "MATCH (o:Operation) WHERE o.id STARTS WITH $prefix RETURN o.id AS id ORDER BY id"
    return [row["id"] for row in driver.execute_query(text, prefix=prefix, database_=graph.settings.database).records]


def test_a_query_refuses_parameters_that_its_header_does_not_declare(graph: Graph) -> None:
    with pytest.raises(WrongQuery, match=r"store\.mark_operation takes \['id'\], got \['ids'\]"):
        graph.rows("store.mark_operation", ids="mine")


def test_times_come_as_moments_in_utc(graph: Graph) -> None:
    at = datetime(2013, 1, 5, 7, 0, 0, 123456, tzinfo=UTC)

    # A driver of its own: its connections read times our way from then on.
    with driver_for(graph.settings) as driver, driver.session(database=graph.settings.database) as session:
        bolt = begin(session, 30)
        bolt.run("CREATE (:Operation {id: 'mine-1', at: $at})", at=at).consume()
        (row,) = bolt.run("MATCH (o:Operation {id: 'mine-1'}) RETURN o.at AS at")
        roll_back(bolt)

    assert plain(row["at"]) == at
    if graph.engine == "neo4j":  # the other one gives times without a zone, which the driver reads
        assert type(row["at"]) is datetime


def test_an_unknown_query_is_refused(graph: Graph) -> None:
    with pytest.raises(WrongQuery, match="there is no query store"):
        graph.rows("store.no_such_query")


def test_a_read_refuses_a_query_that_writes(graph: Graph, side_driver: neo4j.Driver) -> None:
    with pytest.raises(WrongQuery, match="writes"):
        graph.read(lambda tx: tx.rows("store.mark_operation", id="mine-1"))

    assert operations(side_driver, graph, "mine") == []


def test_an_error_in_the_work_rolls_everything_back(graph: Graph, side_driver: neo4j.Driver) -> None:
    def write_and_fail(tx: Transaction) -> None:
        tx.rows("store.mark_operation", id="mine-1")
        raise LookupError("changed my mind")

    with pytest.raises(LookupError):
        graph.write(write_and_fail)

    assert operations(side_driver, graph, "mine") == []


def test_work_that_meets_a_transient_error_is_done_again_from_the_start(
    graph: Graph, side_driver: neo4j.Driver
) -> None:
    tokens: list[str] = []

    def fail_twice(tx: Transaction) -> str:
        tokens.append(tx.token)
        tx.rows("store.mark_operation", id=f"mine-{len(tokens)}")
        if len(tokens) < 3:
            raise TransientError
        return "done"

    assert graph.write(fail_twice) == "done"
    assert operations(side_driver, graph, "mine") == ["mine-3"]
    assert len(set(tokens)) == 3, "each attempt locks with a value of its own"


def test_an_error_that_stays_is_not_tried_again(graph: Graph) -> None:
    graph.rows("store.mark_operation", id="mine-1")
    calls: list[str] = []

    def divide_by_text(tx: Transaction) -> None:
        calls.append(tx.token)
        tx.rows("store.sweep_operations", keep="not a number", most=1)

    with pytest.raises(HeadwaterError):
        graph.write(divide_by_text)

    assert len(calls) == 1


def test_writers_that_race_for_one_id_all_succeed_and_leave_one_node(graph: Graph, side_driver: neo4j.Driver) -> None:
    start = threading.Barrier(6)

    def race(number: int) -> None:
        start.wait()
        for each in range(5):
            graph.rows("store.ask_operation", id=f"mine-{each}", token=str(number))

    with ThreadPoolExecutor(6) as racers:
        list(racers.map(race, range(6)))

    assert operations(side_driver, graph, "mine") == [f"mine-{each}" for each in range(5)]


def test_work_that_never_succeeds_ends_at_its_deadline(graph: Graph) -> None:
    def never(_: Transaction) -> None:
        raise TransientError

    hurried = graph.settings.model_copy(update={"timeout": 0.3})
    with Graph(hurried) as impatient, pytest.raises(GraphUnavailable, match=r"gave no result within 0\.3 s"):
        impatient.write(never)


def test_a_writer_that_waits_for_a_lock_gives_up_at_its_deadline(graph: Graph, side_driver: neo4j.Driver) -> None:
    if graph.engine != "neo4j":
        pytest.skip("only Neo4j makes a writer wait")
    hurried = graph.settings.model_copy(update={"timeout": 1.0})

    with side_driver.session(database=graph.settings.database) as session, session.begin_transaction() as holder:
        holder.run("CREATE (o:Operation {id: 'mine-1'})").consume()
        with Graph(hurried) as impatient, pytest.raises(GraphUnavailable):
            impatient.rows("store.mark_operation", id="mine-1")


def test_a_commit_whose_reply_is_lost_counts_once(
    far_graph: Graph, graph: Graph, line: Line, side_driver: neo4j.Driver
) -> None:
    calls: list[str] = []

    def mark(tx: Transaction) -> str:
        calls.append(tx.token)
        return tx.rows("store.mark_operation", id="mine-1")[0]["id"]

    line.lose_next_commit(Loss.AFTER_THE_SERVER)

    assert far_graph.write(mark) == "mine-1"
    assert line.lost == 1
    assert len(calls) == 1, "it had committed: doing it again would do it twice"
    assert operations(side_driver, graph, "mine") == ["mine-1"]


def test_a_commit_that_never_arrived_is_done_again(
    far_graph: Graph, graph: Graph, line: Line, side_driver: neo4j.Driver
) -> None:
    calls: list[str] = []

    def mark(tx: Transaction) -> str:
        calls.append(tx.token)
        return tx.rows("store.mark_operation", id="mine-1")[0]["id"]

    line.lose_next_commit(Loss.BEFORE_THE_SERVER)

    assert far_graph.write(mark) == "mine-1"
    assert line.lost == 1
    assert len(calls) == 2
    assert operations(side_driver, graph, "mine") == ["mine-1"]


def test_processes_that_migrate_at_once_apply_everything_once(graph: Graph, side_driver: neo4j.Driver) -> None:
    side_driver.execute_query("MATCH (m:Migration) DETACH DELETE m", database_=graph.settings.database)

    def apply(_: int) -> None:
        with Graph(graph.settings) as own:
            migrate(own)

    with ThreadPoolExecutor(3) as processes:
        list(processes.map(apply, range(3)))

    assert pending(graph) == ()
    assert sorted(row["id"] for row in graph.rows("store.applied_migrations")) == [each.id for each in migrations()]


def test_a_refused_login_says_which_settings_to_look_at(graph: Graph) -> None:
    wrong = graph.settings.model_copy(update={"password": SecretStr("not the password")})

    with Graph(wrong) as stranger, pytest.raises(GraphUnavailable, match="HEADWATER_GRAPH_PASSWORD"):
        stranger.rows("store.applied_migrations")


def test_an_unreachable_graph_says_where_its_address_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    uri = f"bolt://127.0.0.1:{free_port()}"
    monkeypatch.setenv("HEADWATER_GRAPH_URI", uri)

    with Graph(GraphSettings()) as nowhere, pytest.raises(GraphUnavailable) as trouble:
        nowhere.rows("store.applied_migrations")

    assert uri in str(trouble.value)
    assert "environment variable HEADWATER_GRAPH_URI" in str(trouble.value)
    assert "headwater up" in str(trouble.value)


def test_an_address_that_a_local_stack_left_behind_is_named_with_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in [name for name in os.environ if name.startswith("HEADWATER_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path))
    (tmp_path / "connection.json").write_text(json.dumps({"HEADWATER_GRAPH_URI": f"bolt://127.0.0.1:{free_port()}"}))

    with Graph(GraphSettings()) as gone, pytest.raises(GraphUnavailable, match=r"connection\.json"):
        gone.rows("store.applied_migrations")
