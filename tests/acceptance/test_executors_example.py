"""The estate of examples/executors on a real stack: each kind of job runs, and what it makes is what it should be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pyarrow.csv
import pyarrow.parquet
import pytest

from app.local.children import free_port
from connectors.sql.columns import read_columns
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.runs.entities import RunState
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from graph_model.versions.resolve import resolve
from tests.conftest import on_one_engine
from tests.integration.conftest import missing
from tests.support.java import compiled
from tests.support.postgresql import NoPostgreSQL, PostgreSQL, start_postgresql
from tests.support.workers import DAY, Place, a_place, until

EXAMPLE = Path(__file__).parents[2] / "examples" / "executors"
TOKEN = "only the service and its job know"

pytestmark = on_one_engine()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The example, with its Java compiled and a port of its own for its service."""
    folder = shutil.copytree(EXAMPLE, tmp_path / "shop")
    shutil.copytree(compiled(folder / "java" / "Ranks.java", tmp_path), folder / "classes")
    return folder


@pytest.fixture
def service(project: Path) -> Iterator[None]:
    port = free_port()
    estate = project / "estate.yaml"
    estate.write_text(estate.read_text().replace("127.0.0.1:8765", f"127.0.0.1:{port}"))
    command = [sys.executable, str(project / "service.py"), str(port)]
    with subprocess.Popen(command, env={**os.environ, "SHOP_TOKEN": TOKEN}) as process:
        yield
        process.terminate()


@pytest.fixture
def database(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgreSQL]:
    try:
        server = start_postgresql()
    except NoPostgreSQL as error:
        missing(f"no PostgreSQL: {error}")
    server.run(*((project / "database" / name).read_text() for name in ("shop.sql", "remind.sql")))
    monkeypatch.setenv("SHOP_DATABASE", server.url)
    yield server
    server.remove()


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        yield place


def test_the_example_runs_every_kind_of_job(place: Place, project: Path, service: None, database: PostgreSQL) -> None:
    apply(place.graph, load_estate(project), read_columns=read_columns, actor="test")
    shutil.copytree(project / "data", place.root, dirs_exist_ok=True)
    place.start_worker(SHOP_TOKEN=TOKEN).ready()

    for dataset in ("orders", "payments"):
        report_version(place.graph, Report(Name("shop", dataset), DAY, reported_by="test"))
    until(lambda: all_over(place.graph), what="all jobs to run")

    failed = {str(run.subject): run.reason for run in runs(place.graph) if run.state is not RunState.SUCCEEDED}
    assert failed == {}
    assert csv_of(place, "paid") == {"id": [3, 1, 2], "customer": ["ann", "bob", "ann"], "amount": [10.5, 4, 2]}
    assert parquet_of(place, "clean")["id"] == [1, 2, 3]
    assert parquet_of(place, "by_customer") == {"customer": ["ann", "bob"], "total": [12.5, 4.0], "orders": [2, 1]}
    assert csv_of(place, "ranks") == {"customer": ["ann", "bob"], "place": [1, 2]}
    assert csv_of(place, "letters")["text"] == [f"You are number {number} of {DAY}" for number in (1, 2)]
    assert rows_of(place, database, "paid_by") == [("ann", 12.5), ("bob", 4.0)]
    assert rows_of(place, database, "reminders") == [("ann", 2.0), ("bob", 4.0)]
    assert verify(place.graph) == ()


def all_over(graph: Graph) -> bool:
    found = [run for run in runs(graph) if run.kind == "job"]
    ended = [run for run in found if run.state in (RunState.SUCCEEDED, RunState.FAILED)]
    return len(ended) == 7 or any(run.state is RunState.FAILED for run in ended)


def place_of(place: Place, dataset: str) -> Path:
    return place.root / resolve(place.graph, Name("shop", dataset), DAY).location


def csv_of(place: Place, dataset: str) -> dict[str, list[object]]:
    return pyarrow.csv.read_csv(place_of(place, dataset)).to_pydict()


def parquet_of(place: Place, dataset: str) -> dict[str, list[object]]:
    return pyarrow.parquet.read_table(place_of(place, dataset)).to_pydict()


def rows_of(place: Place, database: PostgreSQL, dataset: str) -> list[tuple[str, float]]:
    table = resolve(place.graph, Name("shop", dataset), DAY).location.rpartition("#")[2]
    return [(customer, float(amount)) for customer, amount in database.asked(f'SELECT * FROM "{table}" ORDER BY 1')]
