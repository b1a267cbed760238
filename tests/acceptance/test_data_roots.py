"""Real workers and the roots of data: what lies elsewhere is set aside at once, by the setting that would allow it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest

from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Report, Version, VersionState
from graph_model.versions.report import report_version
from graph_model.versions.repository import version
from tests.conftest import on_one_engine
from tests.support.protocol import name
from tests.support.workers import DAY, Place, a_place, until

pytestmark = on_one_engine()


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        place.declare(place.copying("first", "raw", "out"))
        yield place


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "orders.csv").write_text("id,amount\n1,10\n")
    return folder


def judged(place: Place, location: Path) -> Version:
    report = Report(name("raw"), DAY, location=str(location), reported_by="test")
    reported = report_version(place.graph, report).version
    until(lambda: version(place.graph, reported).state is not VersionState.VALIDATING, what="a verdict")
    return version(place.graph, reported)


def test_a_version_outside_of_the_roots_is_set_aside_unopened(place: Place, elsewhere: Path) -> None:
    (place.root / "raw" / "link.csv").symlink_to(elsewhere / "orders.csv")
    place.start_worker().ready()

    for location in (elsewhere / "orders.csv", place.root / "raw" / "link.csv"):
        found = judged(place, location)
        assert found.state is VersionState.QUARANTINED
        assert "HEADWATER_DATA_ROOTS does not list it" in found.reason
        assert found.row_count is None

    assert verify(place.graph) == ()


def test_a_folder_that_is_listed_is_a_root_for_jobs_too(place: Place, elsewhere: Path) -> None:
    place.start_worker(HEADWATER_DATA_ROOTS=str(elsewhere)).ready()

    assert judged(place, elsewhere / "orders.csv").state is VersionState.PUBLISHED

    assert place.ended("first").state == "SUCCEEDED"
