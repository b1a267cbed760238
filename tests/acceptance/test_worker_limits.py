"""Contents that would take a validation down or keep it for ever, given to a real worker: a reason, and an end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from signal import SIGSEGV

import neo4j
import psutil
import pytest

from graph_model.names import dataset_id
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Report, Version, VersionState
from graph_model.versions.report import report_version
from graph_model.versions.repository import version as get_version
from tests.conftest import on_one_engine
from tests.support.protocol import name
from tests.support.workers import DAY, Place, WorkerProcess, a_place, until

# What a worker does with its processes does not depend on the engine; what the graph does is tested on both elsewhere.
pytestmark = on_one_engine()
ENDLESS = "CREATE VIEW rows AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n"
_ATTEMPTS = (
    "MATCH (r:Run {input_set: $version})-[:HAS_ATTEMPT]->(a:Attempt) RETURN a.outcome AS outcome, r.state AS state"
)
PATIENCE = 300.0


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        place.declare(place.copying("first", "raw", "out"))
        yield place


def report_endless(place: Place) -> str:
    """A version whose rows do not end: a view that a database would give for ever."""
    with sqlite3.connect(place.root / "endless.db") as database:
        database.execute(ENDLESS)
    database.close()
    change = "MATCH (d:Dataset {id: $id}) SET d.format = 'table'"
    place.driver.execute_query(change, id=dataset_id(name("raw")), database_=place.graph.settings.database)
    location = f"sqlite:///{place.root}/endless.db#rows"
    return report_version(place.graph, Report(name("raw"), DAY, location=location)).version


def quarantined(place: Place, version: str) -> Version:
    def look() -> Version | None:
        found = get_version(place.graph, version)
        return found if found.state is VersionState.QUARANTINED else None

    found = until(look, seconds=PATIENCE, what="the version to be set aside")
    assert found is not None
    return found


def attempts(place: Place, version: str) -> list[str]:
    found = place.driver.execute_query(_ATTEMPTS, version=version, database_=place.graph.settings.database).records
    assert {row["state"] for row in found} == {"FAILED"}
    return [row["outcome"] for row in found]


def reading(worker: WorkerProcess, database: Path) -> list[psutil.Process]:
    """The validation that has the database open."""
    found: list[psutil.Process] = []
    for process in psutil.Process(worker.process.pid).children(recursive=True):
        with suppress(psutil.Error):
            if any(file.path == str(database) for file in process.open_files()):
                found.append(process)
    return found


def test_a_validation_that_takes_too_long_sets_its_version_aside_at_once(place: Place) -> None:
    place.start_worker(HEADWATER_VALIDATION_TIMEOUT_SECONDS="2").ready()

    version = report_endless(place)

    reason = quarantined(place, version).reason
    assert reason == "could not be validated: validation took longer than the 2 s that it may take"
    assert attempts(place, version) == ["FAILED"]
    assert place.run_of("first") is None
    assert verify(place.graph) == ()


def test_a_validation_that_dies_each_time_sets_its_version_aside_after_three(place: Place) -> None:
    worker = place.start_worker().ready()
    version = report_endless(place)
    killed: set[int] = set()

    def kill_it() -> bool:
        for process in reading(worker, place.root / "endless.db"):
            if process.pid not in killed:
                process.send_signal(SIGSEGV)
                killed.add(process.pid)
        return get_version(place.graph, version).state is VersionState.QUARANTINED

    until(kill_it, seconds=PATIENCE, what="the version to be set aside")

    assert "validation was ended by SIGSEGV" in quarantined(place, version).reason
    assert attempts(place, version) == ["FAILED"] * 3
    assert verify(place.graph) == ()
