"""Who reads what, and what was there to read at a moment: on both engines, through every door."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import neo4j
import pytest
from fastapi import FastAPI

from graph_model.errors import VersionNotFound
from graph_model.names import consumer_id
from graph_model.reads.entities import Read, ReaderKind, ReadReport
from graph_model.reads.record import KEYS_REMEMBERED, read_of, record_reads
from graph_model.reads.repository import readers_of, readers_of_partition
from graph_model.retention.entities import Retention
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report, VersionState
from graph_model.versions.quarantine import quarantine, release
from graph_model.versions.readable import readables
from graph_model.versions.report import report_version
from graph_model.versions.repository import version as get_version
from graph_model.versions.resolve import resolve
from tests.integration.api import app_on, call, data
from tests.support.cli import Cli, graph_environment
from tests.support.protocol import Fleet, a_job, declare, name
from tests.support.retention import expire, keep

DAY = "2013-01-01"
BOARD = name("board")
READERS = """
query ($version: ID!) { node(id: $version) { ... on Version { sourceTime warning available columns { path type }
  statistics { column nulls }
  readers { kind name partition count } } } }
"""
REPORT_READ = """
mutation ($input: ReportReadInput!) { reportRead(input: $input) {
  ... on ReportReadPayload { counted version { id } } ... on Error { code message nearest } } }
"""


@pytest.fixture
def estate(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """raw -> clean, and a board."""
    clean = a_job("clean", {"raw": "same"}, "clean")
    declare(side_driver, graph.settings.database, datasets=("raw", "clean"), jobs=(clean,))
    run(side_driver, graph, "CREATE (:Consumer {id: $id, namespace: 'test', name: 'board', kind: 'dashboard'})",
        id=consumer_id(BOARD))  # fmt: skip
    return graph


@pytest.fixture
def app(estate: Graph) -> FastAPI:
    return app_on(estate)


def run(driver: neo4j.Driver, graph: Graph, statement: LiteralString, **parameters: object) -> None:
    driver.execute_query(statement, parameters, database_=graph.settings.database)


def now(graph: Graph) -> datetime:
    return graph.rows("doctor.clock")[0]["now"]


def report(graph: Graph, content: str, *, hour: int = 0, at: str | None = None) -> str:
    time = datetime(2013, 1, 2, hour, tzinfo=UTC)
    return report_version(
        graph, Report(name("raw"), DAY, location=at or content, key=content, source_time=time)
    ).version


def published(graph: Graph, fleet: Fleet, content: str, **options: object) -> tuple[str, datetime]:
    """A version, and a moment at which it was current."""
    version = report(graph, content, **options)  # pyright: ignore[reportArgumentType]
    fleet.work()
    return version, now(graph)


def counted(graph: Graph, driver: neo4j.Driver, version: str, *, nulls: int) -> None:
    """Gives a version what validation would have counted in it."""
    metrics = json.dumps({"nulls": {"id": nulls}})
    run(driver, graph, "MATCH (v:DatasetVersion {id: $id}) SET v.metrics = $metrics", id=version, metrics=metrics)


def test_what_was_current_then_is_told_whatever_became_of_it(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    before = now(estate)
    first, then = published(estate, fleet, "a")
    second, later = published(estate, fleet, "b", hour=1)
    quarantine(estate, second, by="ops", reason="cents")
    restored = now(estate)
    release(estate, second, by="ops", reason="no")

    def at(moment: datetime) -> str:
        return resolve(estate, name("raw"), DAY, as_of=moment).id

    assert [at(moment) for moment in (then, later, restored, now(estate))] == [first, second, first, second]
    assert resolve(estate, name("raw"), DAY).id == second
    with pytest.raises(VersionNotFound, match="nothing good was there at"):
        at(before)
    keep(side_driver, estate, "raw", Retention(versions=1))
    assert expire(estate) == (first,)
    assert at(then) == first
    found = readables(estate, [first, second])
    assert (found[first].available, found[first].warning) == (
        True, "it has expired and may be deleted at any time: no longer kept: versions 1",
    )  # fmt: skip
    assert (found[second].available, found[second].warning) == (True, "")
    assert [column.path for column in found[second].columns] == ["id"]


def test_a_version_whose_place_was_written_again_says_so(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    first, then = published(estate, fleet, "a", at="same.csv")
    run(side_driver, estate, "MATCH (v:DatasetVersion {id: $id}) SET v.content_hash = 'before'", id=first)
    second, _ = published(estate, fleet, "b", at="same.csv", hour=1)

    assert resolve(estate, name("raw"), DAY, as_of=then).id == first
    found = readables(estate, [first, second])
    assert (found[first].available, found[second].available) == (False, True)
    assert found[first].warning.startswith(f"version {second} was put into its place")


def test_reads_are_counted_once_for_each_key(estate: Graph) -> None:
    version, then = published(estate, Fleet(estate), "a")
    reads = [
        Read(version, "test/board", "agent", key="k1", columns=("id",)),
        Read(version, "test/board", "agent", key="k1"),
        Read(version, "test/board", key="k2", at=then - timedelta(days=1)),
        Read(version, "a notebook"),
        Read("vs_unknown", "a notebook"),
    ]

    *first, unknown = record_reads(estate, reads)
    again = record_reads(estate, [reads[0], reads[3]])

    assert [outcome.counted for outcome in first] == [True, False, True, True]  # type: ignore[union-attr]
    assert isinstance(unknown, VersionNotFound)
    assert [outcome.counted for outcome in again] == [False, True]  # type: ignore[union-attr]
    found = {reader.name: reader for reader in readers_of(estate.rows, [version])[version]}
    board, notebook, job = found["test/board"], found["a notebook"], found["test/clean"]
    assert (board.kind, board.count, board.agent, board.columns) == (ReaderKind.CONSUMER, 2, "agent", ("id",))
    assert (board.first_at, board.last_at > then) == (then - timedelta(days=1), True)
    assert (notebook.kind, notebook.count) == (ReaderKind.PROGRAM, 2)
    assert (job.kind, job.partition, job.count) == (ReaderKind.RUN, DAY, 1)


def test_only_the_last_keys_of_a_reader_are_remembered(estate: Graph, side_driver: neo4j.Driver) -> None:
    version, _ = published(estate, Fleet(estate), "a")

    for number in range(KEYS_REMEMBERED + 5):
        record_reads(estate, [Read(version, "a notebook", key=f"k{number}")])

    statement = "MATCH (n:Reading) RETURN count(n) AS nodes, max(size(n.keys)) AS keys, max(n.count) AS count"
    found = side_driver.execute_query(statement, database_=estate.settings.database).records[0]
    assert dict(found) == {"nodes": 1, "keys": KEYS_REMEMBERED, "count": KEYS_REMEMBERED + 5}


def test_reads_told_at_once_are_all_counted(estate: Graph) -> None:
    version, _ = published(estate, Fleet(estate), "a")
    with ThreadPoolExecutor(8) as pool:
        told = [pool.submit(record_reads, estate, [Read(version, "a notebook", key=f"k{n % 12}")]) for n in range(24)]
    assert sum(future.result()[0].counted for future in told) == 12  # type: ignore[union-attr]

    (notebook,) = (each for each in readers_of(estate.rows, [version])[version] if each.kind is ReaderKind.PROGRAM)

    assert notebook.count == 12


def test_a_read_at_a_moment_is_of_what_was_current_then(estate: Graph) -> None:
    fleet = Fleet(estate)
    first, then = published(estate, fleet, "a")
    second, _ = published(estate, fleet, "b", hour=1)

    assert read_of(estate, ReadReport(BOARD, name("raw"), DAY, at=then)).version == first
    assert read_of(estate, ReadReport(BOARD, name("raw"), DAY)).version == second
    with pytest.raises(VersionNotFound, match="it is one of test/raw@2013-01-01"):
        read_of(estate, ReadReport(BOARD, name("clean"), DAY, version=first))


def test_a_quarantine_names_who_read_it_or_what_was_made_from_it(estate: Graph, side_driver: neo4j.Driver) -> None:
    version, _ = published(estate, Fleet(estate), "a")
    record_reads(estate, [Read(version, "a notebook"), Read(resolve(estate, name("clean"), DAY).id, "test/board")])

    done = quarantine(estate, version, by="ops", reason="cents")

    assert {reader.name for reader in done.tainted.readers} == {"test/board", "a notebook"}
    found = side_driver.execute_query("MATCH (n:Outbox) RETURN n.body AS body", database_=estate.settings.database)
    bodies = [row["body"] for row in found.records]
    assert len(bodies) == 2
    assert all(
        "; read by " in body and "consumer test/board" in body and "program a notebook" in body for body in bodies
    )


def test_resolving_over_http_tells_everything_and_remembers_who(estate: Graph, app: FastAPI) -> None:
    fleet = Fleet(estate)
    first, then = published(estate, fleet, "a.csv")
    second, _ = published(estate, fleet, "b.csv", hour=1)
    url = f"/api/v1/versions/resolve?dataset=test/raw&partition={DAY}"

    found = call(app, "GET", url, headers={"Headwater-Reader": "a notebook", "User-Agent": "tests"}).json()
    before = call(app, "GET", url, params={"dataset": "test/raw", "partition": DAY, "as_of": then.isoformat(),
                                           "reader": "test/board"}).json()  # fmt: skip
    unreadable = call(app, "GET", f"{url}&reader={'x' * 201}")
    vague = call(app, "GET", f"{url}&as_of=2013-01-01T00:00:00")

    assert (found["id"], found["location"], found["format"]) == (second, "/srv/storage/b.csv", "csv")
    assert (found["columns"], found["options"], found["available"], found["warning"]) == (
        [{"path": "id", "type": "integer", "nullable": True}], {}, True, "",
    )  # fmt: skip
    assert found["source_time"] == "2013-01-02T01:00:00Z"
    assert (before["id"], before["state"]) == (first, "SUPERSEDED")
    assert (unreadable.status_code, unreadable.json()["code"]) == (422, "INVALID_INPUT")
    assert (vague.status_code, "offset" in vague.json()["message"]) == (422, True)
    told = [(r.kind, r.name, r.version) for r in readers_of_partition(estate, name("raw"), DAY) if not r.run]
    assert sorted(told) == [("consumer", "test/board", first), ("program", "a notebook", second)]
    (notebook,) = (each for each in readers_of(estate.rows, [second])[second] if each.name == "a notebook")
    assert notebook.agent == "tests"


def test_reads_are_told_over_http(estate: Graph, app: FastAPI) -> None:
    version, _ = published(estate, Fleet(estate), "a")
    body = {"consumer": "test/board", "dataset": "test/raw", "partition": DAY, "columns": ["id"]}

    first = call(app, "POST", "/api/v1/reads", json=body, headers={"Idempotency-Key": "k1"})
    again = call(app, "POST", "/api/v1/reads", json={**body, "key": "k1", "version": version})
    stranger = call(app, "POST", "/api/v1/reads", json={**body, "consumer": "test/bord"})

    assert (first.status_code, first.json()) == (201, {"version": version, "counted": True})
    assert (again.status_code, again.json()) == (200, {"version": version, "counted": False})
    assert (stranger.status_code, stranger.json()["nearest"]) == (404, "test/board")


def test_graphql_tells_who_read_a_version(estate: Graph, app: FastAPI, side_driver: neo4j.Driver) -> None:
    version, _ = published(estate, Fleet(estate), "a")
    input = {"consumer": {"namespace": "test", "name": "board"}, "dataset": {"namespace": "test", "name": "raw"},
             "partition": DAY}  # fmt: skip

    told = data(app, REPORT_READ, input=input)["reportRead"]
    unknown = data(app, REPORT_READ, input={**input, "version": "vs_x"})["reportRead"]
    counted(estate, side_driver, version, nulls=1)
    found = data(app, READERS, version=version)["node"]

    assert told == {"counted": True, "version": {"id": version}}
    assert unknown["code"] == "NOT_FOUND"
    assert (found["available"], found["warning"], found["columns"]) == (True, "", [{"path": "id", "type": "integer"}])
    assert found["statistics"] == [{"column": "id", "nulls": 1}]
    assert [(r["kind"], r["name"], r["partition"], r["count"]) for r in found["readers"]] == [
        ("CONSUMER", "test/board", "", 1), ("RUN", "test/clean", DAY, 1),
    ]  # fmt: skip


def test_the_command_line_tells_what_was_there_and_who_read_it(
    estate: Graph, side_driver: neo4j.Driver, graph_settings: GraphSettings
) -> None:
    fleet = Fleet(estate)
    first, then = published(estate, fleet, "a.csv")
    second, _ = published(estate, fleet, "b.csv", hour=1)
    counted(estate, side_driver, second, nulls=0)
    headwater = Cli(graph_environment(graph_settings))

    before = headwater("resolve", f"test/raw@{DAY}", "--as-of", then.isoformat(), "--json")
    current = headwater("resolve", f"test/raw@{DAY}", "--reader", "test/board")
    readers = headwater("versions", "readers", f"test/raw@{DAY}", "--version", second, "--json")
    listed = headwater("versions", "test/raw", "--json")

    assert (before.json["version"]["id"], before.json["readable"]["available"]) == (first, True)
    assert second in current.out
    assert "id no nulls" in current.out
    assert [(each["kind"], each["name"], each["version"]) for each in readers.json["readers"]] == [
        ("consumer", "test/board", second), ("run", "test/clean", second),
    ]  # fmt: skip
    assert [each["id"] for each in listed.json["versions"]] == [second, first]
    assert headwater("versions", "readers", f"test/raw@{DAY}", "--version", "vs_x").code == 2
    assert get_version(estate, first).state is VersionState.SUPERSEDED
