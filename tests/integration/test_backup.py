"""Backups taken from each engine and restored, under writers, after crashes, and into the other engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import neo4j
import pytest

from graph_model.backup import lines, take
from graph_model.backup import restore as restoring
from graph_model.backup.restore import restore
from graph_model.backup.take import take_backup
from graph_model.errors import BackupRefused, GraphPaused
from graph_model.store.graph import Graph
from graph_model.verify.canonical import content_hash_of, state_hash_of
from graph_model.verify.check import verify
from graph_model.versions.repository import version
from tests.conftest import wipe
from tests.support.backups import breaks_after, declare_line, fill, report
from tests.support.length import short_or_long
from tests.support.protocol import Fleet


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "graph.backup"


@pytest.fixture
def filled(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    fill(side_driver, graph.settings.database)
    return graph


def count(driver: neo4j.Driver, graph: Graph, labels: str) -> int:
    statement = f"MATCH (n:{labels}) RETURN count(n) AS nodes"
    return driver.execute_query(statement, database_=graph.settings.database).records[0]["nodes"]  # type: ignore[arg-type]


def test_everything_comes_back_as_it_was(graph: Graph, side_driver: neo4j.Driver, path: Path) -> None:
    expected = fill(side_driver, graph.settings.database)
    before = content_hash_of(graph)

    backup = take_backup(graph, path)
    wipe(side_driver, graph.settings.database)
    restored = restore(graph, path, at_once=20)

    assert backup.nodes + backup.edges == expected
    assert (restored.nodes, restored.edges, restored.resumed_at) == (backup.nodes, backup.edges, 0)
    assert before == backup.content_hash == restored.content_hash == content_hash_of(graph)
    assert count(side_driver, graph, "Worker|Lease") == 0
    graph.rows("store.ask_operation", id="writes go on", token="x")
    graph.write(lambda tx: tx.rows("estate.lock_scopes", ids=["new"], token=tx.token))


def test_the_hash_sees_every_difference(filled: Graph, side_driver: neo4j.Driver) -> None:
    before = content_hash_of(filled)
    hashes = {before}

    for statement in (
        "MATCH (n:Run {id: 'Run-3'}) SET n.whole = 61",
        "MATCH (n:Run {id: 'Run-3'}) SET n.whole = 61.0",
        "MATCH (n:Run {id: 'Run-3'}) SET n.moment = n.moment + duration({nanoseconds: 1})",
        "MATCH (n:Run {id: 'Run-3'}) REMOVE n.empty",
        "MATCH (:Run {id: 'Run-3'})-[e:HAS_ATTEMPT {twin: true}]->() DELETE e",
        "MATCH (n:Outbox {id: 'Outbox-1'}) DETACH DELETE n",
    ):
        side_driver.execute_query(statement, database_=filled.settings.database)
        hashes.add(content_hash_of(filled))

    assert len(hashes) == 7


def test_locks_and_bookkeeping_are_no_part_of_the_hash(filled: Graph, side_driver: neo4j.Driver) -> None:
    before = content_hash_of(filled)

    side_driver.execute_query("MATCH (n:Run) SET n._lock = 'another'", database_=filled.settings.database)
    filled.rows("store.mark_operation", id="another")

    assert content_hash_of(filled) == before


def test_a_file_that_is_there_is_not_overwritten_unless_told_to(filled: Graph, path: Path) -> None:
    path.write_text("mine")

    with pytest.raises(BackupRefused, match="--force"):
        take_backup(filled, path)
    assert path.read_text() == "mine"

    take_backup(filled, path, force=True)
    assert lines.inspect(path).nodes > 0
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_backup_that_broke_off_leaves_no_file_and_no_pause(
    filled: Graph, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: Graph) -> Iterator[lines.Item]:
        yield {"node": "Run", "properties": {}}
        raise KeyboardInterrupt

    monkeypatch.setattr(take, "everything", breaks)

    with pytest.raises(KeyboardInterrupt):
        take_backup(filled, path)

    assert list(path.parent.iterdir()) == []
    assert filled.rows("store.who_pauses") == []


def test_what_was_committed_in_spite_of_the_pause_is_taken_too(
    filled: Graph, side_driver: neo4j.Driver, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with side_driver.session(database=filled.settings.database) as session:
        late = session.begin_transaction()
        late.run(
            "CREATE (:AuditChain {id: 'late'}) CREATE (:Operation {id: 'late', at: datetime.realtime()})"
        ).consume()
        whole = take.everything

        def everything(graph: Graph) -> Iterator[lines.Item]:
            yield from whole(graph)
            if not late.closed():
                late.commit()

        monkeypatch.setattr(take, "everything", everything)
        backup = take_backup(filled, path)

    assert backup.attempts == 2
    assert "late" in {item["properties"]["id"] for _, item in lines.items(path) if "node" in item}


def test_a_graph_that_is_not_empty_is_left_as_it_is(filled: Graph, path: Path) -> None:
    take_backup(filled, path)
    before = content_hash_of(filled)

    with pytest.raises(BackupRefused, match="not empty"):
        restore(filled, path)

    assert content_hash_of(filled) == before
    assert filled.rows("store.who_pauses") == []


def test_a_damaged_file_is_refused_before_anything_is_written(
    filled: Graph, side_driver: neo4j.Driver, path: Path
) -> None:
    take_backup(filled, path)
    wipe(side_driver, filled.settings.database)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    line = content[: len(content) // 2].count(b"\n") + 1

    with pytest.raises(BackupRefused, match=rf"line {line} "):
        restore(filled, path)

    assert filled.rows("backup.anything") == []
    assert filled.rows("store.who_pauses") == []


def test_a_backup_of_a_newer_schema_is_refused(filled: Graph, path: Path) -> None:
    with path.open("wb") as file:
        writer = lines.Writer(file)
        writer.write(lines.header(created_at="", engine="neo4j", migrations=("9999_to_come",)))
        writer.end(nodes=0, edges=0, content_hash="")

    with pytest.raises(BackupRefused, match="9999_to_come"):
        restore(filled, path)


def test_a_restore_that_broke_off_closes_the_graph_and_goes_on_when_it_is_repeated(
    filled: Graph, side_driver: neo4j.Driver, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = path.with_name("other.backup")
    take_backup(filled, other)
    side_driver.execute_query("MATCH (n:Outbox) DETACH DELETE n", database_=filled.settings.database)
    backup = take_backup(filled, path)
    wipe(side_driver, filled.settings.database)

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_write", breaks_after(9, restoring._write))
        with pytest.raises(KeyboardInterrupt):
            restore(filled, path, at_once=20)

    with Graph(filled.settings.model_copy(update={"pause_seconds": 0.0})) as writer:
        with pytest.raises(GraphPaused, match=r"graph\.backup is not complete"):
            writer.write(lambda tx: tx.rows("estate.lock_scopes", ids=["x"], token=tx.token))
        with pytest.raises(GraphPaused, match=r"graph\.backup is not complete"):
            restore(writer, other)
        with pytest.raises(GraphPaused, match=r"graph\.backup is not complete"):
            take_backup(writer, path.with_name("half.backup"))

    restored = restore(filled, path, at_once=50)

    assert restored.resumed_at > 100
    assert restored.content_hash == backup.content_hash
    assert filled.rows("store.who_pauses") == []


def test_two_that_restore_one_file_at_once_make_one_graph(filled: Graph, side_driver: neo4j.Driver, path: Path) -> None:
    backup = take_backup(filled, path)
    wipe(side_driver, filled.settings.database)

    def one(_: int) -> object:
        with Graph(filled.settings) as own:
            try:
                return restore(own, path, at_once=20).content_hash
            except (GraphPaused, BackupRefused) as error:
                return error

    with ThreadPoolExecutor(2) as both:
        outcomes = list(both.map(one, range(2)))

    assert backup.content_hash in outcomes, outcomes
    assert content_hash_of(filled) == backup.content_hash


def test_a_backup_under_writers_is_consistent_and_lacks_nothing_acknowledged(
    graph: Graph, side_driver: neo4j.Driver, path: Path
) -> None:
    declare_line(side_driver, graph.settings.database)
    acknowledged: list[str] = []
    stop, many = threading.Event(), threading.Event()

    def report_on(writer: int) -> None:
        with Graph(graph.settings.model_copy(update={"pause_seconds": 60.0})) as own:
            number = 0
            while not stop.is_set():
                number += 1
                acknowledged.append(report(own, 1 + number % 28, f"{writer}-{number}").version)
                many.set() if len(acknowledged) > short_or_long(15, 40) else None

    with ThreadPoolExecutor(4) as writers:
        done = [writers.submit(report_on, number) for number in range(4)]
        assert many.wait(120)
        before = list(acknowledged)
        try:
            backup = take_backup(graph, path)
        finally:
            stop.set()
        for each in done:
            each.result()
    wipe(side_driver, graph.settings.database)
    restored = restore(graph, path)

    assert restored.content_hash == backup.content_hash
    assert verify(graph) == ()
    assert {version(graph, each).id for each in before} == set(before)
    fleet = Fleet(graph)
    fleet.work()
    assert fleet.settle() == ()


def test_reports_in_any_order_any_number_of_times_come_to_one_state(graph: Graph, side_driver: neo4j.Driver) -> None:
    hashes: list[str] = []
    for order in ((1, 2, 3), (3, 1, 3, 2, 1)):
        wipe(side_driver, graph.settings.database)
        declare_line(side_driver, graph.settings.database)
        fleet = Fleet(graph)
        for day in order:
            report(graph, day, f"day-{day}")
            fleet.work()
        assert fleet.settle() == ()
        hashes.append(state_hash_of(graph))
    report(graph, 4, "day-4")

    assert hashes[0] == hashes[1]
    assert state_hash_of(graph) != hashes[0]
