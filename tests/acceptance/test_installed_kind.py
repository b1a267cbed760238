"""A kind of job that an installed package brings along: through plan, apply, a real worker and its process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest

from connectors.sql.columns import read_columns
from graph_model.errors import InvalidEstate
from graph_model.estate.apply import apply
from graph_model.estate.kinds import installed
from graph_model.estate.parse import load_estate
from graph_model.estate.plan import plan
from graph_model.names import Name
from graph_model.runs.entities import RunState
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from graph_model.versions.resolve import resolve
from tests.conftest import on_one_engine
from tests.support.workers import DAY, Place, a_place

pytestmark = on_one_engine()
PAGE = (Path(__file__).parents[2] / "docs" / "executors-java-spark-http.md").read_text()
# What the author of such a package writes, as the page shows it: how a job is declared, and how it is carried out.
KIND, EXECUTOR = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(GROUPS,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ESTATE = """
scope: test
datasets:
  raw: {format: csv, location: "raw/{date}.csv", partition: {every: day, from: 2013-01-01}}
  out: {format: csv, partition: {every: day, from: 2013-01-01}}
jobs:
  edit: {uses: sed, with: {replace: EXPRESSION}, inputs: [raw], outputs: [out]}
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that the package is installed into."""
    site = tmp_path / "site"
    described = site / "sed_jobs-1.0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: sed-jobs\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(GROUPS)
    (site / "sed_kind.py").write_text(KIND)
    (site / "sed_executor.py").write_text(EXECUTOR)
    monkeypatch.syspath_prepend(str(site))
    installed.installed_kinds.cache_clear()
    yield site
    monkeypatch.undo()
    installed.installed_kinds.cache_clear()


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        yield place


def declare(place: Place, expression: str) -> None:
    (place.project / "estate.yaml").write_text(ESTATE.replace("EXPRESSION", expression))
    estate = load_estate(place.project)
    shown = plan(place.graph, estate, read_columns=read_columns)
    apply(place.graph, estate, read_columns=read_columns, expected_hash=shown.hash, actor="test")


def test_a_kind_of_a_package_is_planned_applied_and_run(place: Place, package: Path) -> None:
    place.start_worker(PYTHONPATH=str(package))
    declare(place, "s/10/11/")
    report_version(place.graph, Report(Name("test", "raw"), DAY, reported_by="test"))

    assert place.ended("edit").state is RunState.SUCCEEDED
    published = place.root / resolve(place.graph, Name("test", "out"), DAY).location
    assert published.read_text() == "id,amount\n1,11\n2,20\n"
    with pytest.raises(InvalidEstate, match=r"estate.yaml:7: job edit: with: q replaces nothing; write s/THIS/THAT/"):
        declare(place, "q")


def test_a_worker_that_lacks_the_package_says_so(place: Place, package: Path) -> None:
    declare(place, "s/10/11/")
    place.start_worker()
    report_version(place.graph, Report(Name("test", "raw"), DAY, reported_by="test"))

    failed = place.ended("edit")

    assert (failed.state, len(failed.attempts)) == (RunState.FAILED, 1)
    assert failed.reason.startswith("no executor for jobs of kind 'sed' is installed; known are ")
