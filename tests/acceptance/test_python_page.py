"""The page about reading from Python, run against an API process of its own over real files."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import neo4j
import pyarrow as pa
import pytest

import headwater
from connectors import storage
from connectors.sql.columns import read_columns
from connectors.sweep import Sweep, sweep
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.reads.repository import readers_of_partition
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Content, Report, Validated
from graph_model.versions.report import report_version
from tests.support.cli import graph_environment
from tests.support.protocol import Fleet
from tests.support.stacks import headwater as command

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CLEAN, DAY = Name("flights", "clean_flights"), "2013-01-05"


@pytest.fixture
def flights(graph: Graph) -> Graph:
    apply(graph, load_estate(ROOT / "examples" / "flights" / "estate.yaml"), read_columns=read_columns, actor="test")
    return graph


@pytest.fixture
def api(flights: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Iterator[str]:
    """The address of an API over the graph, with its storage root at `tmp_path`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
    environment |= {**graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path)}
    environment |= {"HEADWATER_API_PORT": "0", "HEADWATER_STORAGE_ROOT": str(tmp_path)}
    with subprocess.Popen(command("api"), env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        yield next(found["address"] for line in process.stderr if (found := json.loads(line)).get("address"))
        process.terminate()
        process.communicate(timeout=60)


def published(graph: Graph, fleet: Fleet, root: Path, file: str, delays: list[int]) -> datetime:
    """A version of a real file, validated as it is; a moment at which it was current."""
    content = Content("parquet", str(root / file))
    rows = pa.table({"carrier": ["AA", "B6", "UA"][: len(delays)], "dep_delay": delays})
    storage.write(content, rows.to_reader())
    fleet.contents[file] = Validated(storage.inspect(content))
    report_version(graph, Report(CLEAN, DAY, location=file))
    fleet.work(most=1)
    return graph.rows("doctor.clock")[0]["now"]


def the_first_is_deleted(graph: Graph, driver: neo4j.Driver, root: Path) -> None:
    statement = (
        "MATCH (v:DatasetVersion {location: 'first.parquet'}) SET v.state = 'EXPIRED', v.expired = 1,"
        " v.expired_at = datetime.realtime() - duration({days: 1}) REMOVE v.aging"
    )
    driver.execute_query(statement, database_=graph.settings.database)
    assert [each.fate for each in sweep(graph, Sweep(root, also_reported=True), by="ops")] == ["DELETED"]


def test_the_page_says_what_happens(
    flights: Graph, side_driver: neo4j.Driver, api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet(flights)
    files = {"first.parquet": [1], "second.parquet": [1, 2], "third.parquet": [7, -7, 21]}
    moments = [published(flights, fleet, tmp_path, file, delays) for file, delays in files.items()]
    the_first_is_deleted(flights, side_driver, tmp_path)
    monkeypatch.setenv("HEADWATER_URL", api)
    names: dict[str, object] = {"long_ago": moments[0], "yesterday": moments[1]}

    said = []
    for kind, block in BLOCKS:
        if kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(block, names)  # noqa: S102  the page is ours
            said.append(printed.getvalue())

    assert said == [block for kind, block in BLOCKS if kind == "text"]
    assert len(said) == 6
    told = {(each.kind, each.name) for each in readers_of_partition(flights, CLEAN, DAY)}
    assert {("program", "my notebook"), ("consumer", "flights/partner_feed")} <= told


def test_the_client_names_itself_and_tells_mistakes(flights: Graph, api: str, tmp_path: Path) -> None:
    published(flights, Fleet(flights), tmp_path, "first.parquet", [1])
    program = "import headwater, sys; headwater.resolve(*sys.argv[1:3], reader='a program', url=sys.argv[3])"

    subprocess.run([sys.executable, "-c", program, str(CLEAN), DAY, api], check=True, cwd=ROOT)

    (reader,) = (each for each in readers_of_partition(flights, CLEAN, DAY) if each.name == "a program")
    assert reader.agent.startswith("headwater-python (Python 3.")
    with pytest.raises(headwater.Invalid) as wrong:
        headwater.resolve(str(CLEAN), "monday", url=api)
    assert wrong.value.code == "INVALID_PARTITION"
    with pytest.raises(headwater.NotFound, match="nothing good was there at"):
        headwater.resolve(str(CLEAN), DAY, as_of="2013-01-05T00:00:00Z", url=api)
    with pytest.raises(headwater.NotFound, match="no consumer"):
        headwater.report_read("flights/nobody", str(CLEAN), DAY, url=api)
