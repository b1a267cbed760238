"""The page about telling others of runs shows what is really told and said."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.cli.examine_telling import telling_finding
from app.local.children import free_port
from connectors.openlineage.own.receiver import NotTaken
from connectors.openlineage.own.receiver import Receiver as Address
from connectors.sql.columns import read_columns
from graph_model.contracts.entities import CheckResult, Column
from graph_model.emitting.repository import Backlog
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.runs.entities import ClaimedRun, OutputVersion, RunKind
from graph_model.runs.finish import Ending
from graph_model.settings import GraphSettings, OpenLineageSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Inspection, Validated
from tests.support.cli import Cli, graph_environment
from tests.support.openlineage_schema import facets_of
from tests.support.protocol import Fleet
from tests.support.telling import all_events, report
from tests.support.workers import until

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = (Path(__file__).parents[2] / "docs" / "emitting.md").read_text()
BLOCKS = re.findall(r"^```([\w-]*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
DAY = "2013-01-05"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
# What is different each time, or says only who speaks.
LEFT_OUT = ("_producer", "_schemaURL")
FRESH = ("runId", "eventTime", "producer", "graph", "run", "version", "datasetVersion")


Listening = tuple[int, subprocess.Popen[str]]


class Summing(Fleet):
    """What `sum_up` makes has the columns of its SQL."""

    def ending(self, run: ClaimedRun) -> Ending:
        if run.kind is RunKind.VALIDATION:
            return super().ending(run)
        columns = (Column("state", "string"), Column("total", "integer"))
        return Ending(run, (OutputVersion(run.outputs[0], Validated(Inspection(columns, 1, 20, "sums"))),))


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCKS if found == kind]


@pytest.fixture
def told_graph(graph: Graph, tmp_path: Path) -> Graph:
    """The estate of the page after a day of orders."""
    (tmp_path / "estate.yaml").write_text(blocks("yaml")[0])
    (tmp_path / "sum_up.sql").write_text(blocks("sql")[0])
    apply(graph, load_estate(tmp_path), read_columns=read_columns, actor="tests")
    fleet = Summing(graph)
    orders = (Column("state", "string"), Column("amount", "integer"))
    checked = (CheckResult("amount is there", "not_null", passed=True),)
    fleet.contents[f"orders/{DAY}.csv"] = Validated(Inspection(orders, 2, 30, "orders"), checked)
    report(graph, "orders", DAY)
    fleet.work()
    return graph


def shown(value: Any) -> Any:
    """As the page shows it."""
    if isinstance(value, list):
        return [shown(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        key: "…" if key in FRESH and isinstance(part, str) else shown(part)
        for key, part in value.items()
        if key not in LEFT_OUT
    }


def test_the_event_is_the_one_of_the_page(told_graph: Graph) -> None:
    start, end = all_events(told_graph)

    assert (start["eventType"], end["eventType"]) == ("START", "COMPLETE")
    assert shown(end) == json.loads(blocks("json")[0])


def test_every_facet_is_explained(told_graph: Graph) -> None:
    table = re.search(r"^\| facet \|.*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert table
    firsts = re.findall(r"^\| (`.*?) \|", table[0], re.MULTILINE)
    explained = {word for row in firsts for word in re.findall(r"`(\w+)`", row)}

    told = {name for event in all_events(told_graph) for name, _ in facets_of(event)}

    assert told <= explained
    assert len(explained) >= 20


def test_our_own_facet_keeps_its_schema(told_graph: Graph) -> None:
    validator = Draft202012Validator(json.loads(blocks("json-schema")[0]))

    found = [facet for event in all_events(told_graph) for name, facet in facets_of(event) if name == "headwater_run"]

    assert len(found) == 2
    assert [error.message for facet in found for error in validator.iter_errors(facet)] == []


def test_past_runs_are_written_as_the_page_shows(
    told_graph: Graph, graph_settings: GraphSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = Cli({**graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path)})
    monkeypatch.chdir(tmp_path)
    command, said = blocks("console")[1].split("\n", 1)

    result = cli(*command.removeprefix("$ headwater ").split())

    assert (result.code, (result.out + result.err).strip()) == (0, said.strip())
    events = [json.loads(line) for line in (tmp_path / "runs.ndjson").read_text().splitlines()]
    assert events == all_events(told_graph)
    assert [path.name for path in tmp_path.glob("runs*")] == ["runs.ndjson"]
    assert cli("export", "openlineage").out == (tmp_path / "runs.ndjson").read_text()
    assert cli("export", "openlineage", "--since", "2999-01-01", "--json", "--out", "none").json["events"] == 0
    assert cli("export", "openlineage", "--json").code == 2


def test_the_settings_are_those_of_the_page() -> None:
    shown = dict(re.findall(r"^\| `(HEADWATER_\w+)` \| (.*?) \|$", PAGE, re.MULTILINE))

    assert shown == OpenLineageSettings.variables()


def test_the_doctor_says_what_the_page_shows() -> None:
    nobody = Backlog(0, None, 0, None, subscribed=False, until=None, trouble=None, dropped=0)
    told = replace(nobody, subscribed=True)
    found = [
        told,
        replace(told, waiting=3, oldest=NOON, trouble="the receiver answered 503"),
        replace(told, refused=2, reason="the receiver answered 422"),
        nobody,
    ]

    lines = [line for line in blocks("")[-1].splitlines() if line.startswith("openlineage")]

    assert [line.split(None, 1)[1] for line in lines] == [telling_finding(each, NOON).found for each in found]


@pytest.fixture
def receiver() -> Iterator[Listening]:
    """The receiver of the page, as a process."""
    port = free_port()
    code = blocks("python")[0].replace("PORT", str(port))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield port, process
        process.kill()


def test_the_receiver_of_the_page_says_what_it_gets(told_graph: Graph, receiver: Listening) -> None:
    port, process = receiver
    settings = OpenLineageSettings.model_validate({"url": f"http://127.0.0.1:{port}/api/v1/lineage"})
    start, end = all_events(told_graph)

    def arrives() -> bool:
        try:
            with Address(settings) as address:
                address.send(start)
        except NotTaken:
            return False
        return True

    until(arrives, what="the receiver of the page")
    with Address(settings) as address:
        address.send(end)

    assert process.stdout
    assert [process.stdout.readline().strip() for _ in range(2)] == ["START sum_up", "COMPLETE sum_up"]
