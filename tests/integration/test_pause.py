"""Writes wait while somebody copies the graph; leases do not; and what slips through is found."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import neo4j
import pytest

from graph_model.backup.pause import Pause, PauseLost, paused_writes
from graph_model.errors import GraphPaused
from graph_model.runs.lease import become_leader, heartbeat, register, retire
from graph_model.store.graph import Graph
from tests.integration.api import app_on, call, graphql
from tests.integration.small_estate import DAY_ONE
from tests.support.cli import Cli, graph_environment

REPORT = {"dataset": "shop/raw_orders", "partition": DAY_ONE, "location": "raw.parquet"}
MUTATION = """
mutation { reportVersion(input: {dataset: {namespace: "shop", name: "raw_orders"}, partition: "2024-03-01",
  location: "raw.parquet"}) { __typename } }
"""


@pytest.fixture
def impatient(graph: Graph) -> Iterator[Graph]:
    """The same graph, through a gate that does not wait for a pause to end."""
    with Graph(graph.settings.model_copy(update={"pause_seconds": 0.0})) as own:
        yield own


def write(graph: Graph, scope: str = "mine") -> None:
    graph.write(lambda tx: tx.rows("estate.lock_scopes", ids=[scope], token=tx.token))


def scopes(driver: neo4j.Driver, graph: Graph) -> int:
    found = driver.execute_query("MATCH (s:Scope) RETURN count(s) AS scopes", database_=graph.settings.database)
    return found.records[0]["scopes"]


def until(what: Callable[[], bool], *, patience: float = 60.0) -> None:
    deadline = time.monotonic() + patience
    while not what():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def test_a_write_during_a_pause_is_refused_whole(graph: Graph, impatient: Graph, side_driver: neo4j.Driver) -> None:
    with paused_writes(graph, "a backup is being taken"):
        with pytest.raises(GraphPaused, match="a backup is being taken"):
            write(impatient)
        assert scopes(side_driver, graph) == 0

    write(impatient)
    assert scopes(side_driver, graph) == 1


def test_a_write_waits_for_a_short_pause_to_end(graph: Graph, side_driver: neo4j.Driver) -> None:
    patient = graph.settings.model_copy(update={"pause_seconds": 20.0})

    with Graph(patient) as own, ThreadPoolExecutor(1) as writer:
        with paused_writes(graph, "a backup is being taken"):
            waiting = writer.submit(write, own)
            time.sleep(0.5)
            assert not waiting.done()
        waiting.result()

    assert scopes(side_driver, graph) == 1


def test_reading_goes_on(graph: Graph, impatient: Graph) -> None:
    with paused_writes(graph, "a backup is being taken"):
        assert impatient.rows("store.who_pauses")[0]["reason"] == "a backup is being taken"


def test_leases_go_on(graph: Graph, impatient: Graph) -> None:
    register(graph, "w-old", host="here", pid=1, slots=1, lease_seconds=60)

    with paused_writes(graph, "a backup is being taken"):
        register(impatient, "w-new", host="here", pid=1, slots=1, lease_seconds=60)
        assert heartbeat(impatient, "w-old", lease_seconds=60)
        assert become_leader(impatient, "a steward", seconds=60)
        assert retire(impatient, "w-new") == ()


def test_a_pause_whose_holder_died_ends_by_itself(graph: Graph, impatient: Graph) -> None:
    Pause(graph, "a backup is being taken", hold_seconds=0.5).take()

    def goes_through() -> bool:
        try:
            write(impatient)
        except GraphPaused:
            return False
        return True

    until(goes_through)


def test_a_second_holder_is_refused_with_the_reason_of_the_first(graph: Graph) -> None:
    with paused_writes(graph, "the first"), pytest.raises(GraphPaused, match="the first"):
        Pause(graph, "the second").take()

    Pause(graph, "the second").take()


def test_whoever_takes_a_pause_twice_has_it_once(graph: Graph, impatient: Graph) -> None:
    pause = Pause(graph, "a restore", holder="restore-1")

    assert (pause.take(), pause.take()) == (0, 0)
    pause.end()
    write(impatient)


def test_a_pause_that_ran_out_proves_nothing(graph: Graph) -> None:
    pause = Pause(graph, "too short", hold_seconds=0.05)
    pause.take()
    time.sleep(0.1)

    with pytest.raises(PauseLost):
        pause.prove()


def test_a_quiet_pause_is_proven(graph: Graph) -> None:
    with paused_writes(graph, "a backup is being taken") as pause:
        register(graph, "w-1", host="here", pid=1, slots=1, lease_seconds=60)
        pause.prove()


def test_a_commit_that_was_on_its_way_when_the_pause_began_is_found(graph: Graph, side_driver: neo4j.Driver) -> None:
    with side_driver.session(database=graph.settings.database) as session:
        late = session.begin_transaction()
        late.run("CREATE (:Scope {id: 'late'}) CREATE (:Operation {id: 'late', at: datetime.realtime()})").consume()

        with paused_writes(graph, "a backup is being taken") as pause:
            late.commit()
            with pytest.raises(PauseLost):
                pause.prove()


def test_a_pause_settles_under_many_writers(graph: Graph) -> None:
    stop = threading.Event()

    def write_on(number: int) -> None:
        with Graph(graph.settings.model_copy(update={"pause_seconds": 60.0})) as own:
            while not stop.is_set():
                write(own, f"scope-{number}")

    with ThreadPoolExecutor(4) as writers:
        done = [writers.submit(write_on, number) for number in range(4)]
        try:
            with paused_writes(graph, "a backup is being taken") as pause:
                pause.prove()
        finally:
            stop.set()
        for each in done:
            each.result()


def test_a_client_is_told_to_come_back(own_estate: Graph, impatient: Graph) -> None:
    app = app_on(impatient)

    with paused_writes(own_estate, "a backup is being taken"):
        answer = call(app, "POST", "/api/v1/versions", json=REPORT)
        errors = graphql(app, MUTATION)["errors"]

    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
    assert int(answer.headers["retry-after"]) > 0
    assert "a backup is being taken" in answer.json()["message"]
    assert [error["extensions"]["code"] for error in errors] == ["UNAVAILABLE"]
    assert call(app, "POST", "/api/v1/versions", json=REPORT).status_code == 201


def test_the_command_line_says_that_trying_later_may_work(own_estate: Graph) -> None:
    cli = Cli({**graph_environment(own_estate.settings), "HEADWATER_GRAPH_PAUSE_SECONDS": "0"})

    with paused_writes(own_estate, "a backup is being taken"):
        said = cli("report", "shop/raw_orders", "--partition", DAY_ONE, "--location", "raw.parquet")

    assert said.code == 3
    assert "a backup is being taken" in said.err
