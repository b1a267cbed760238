"""The page about readiness shows what is really said."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph_model.names import Name
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.integration.api import app_on, data
from tests.support.cli import Cli, cli_on_estate
from tests.support.pages import Page
from tests.support.protocol import Fleet

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = Page.called("readiness.md")
ARRIVES = re.compile(r"# (\w+)(?:@(\S+))? arrives(?: and is (\d+) days old| (again))?$")
DIFFERS = (
    (re.compile(r"\b(vs|rn)_[0-9a-f]{24}\b"), r"\1_…"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"), "SOON UTC"),
    (re.compile(r"\bplan [0-9a-f]{64}\b"), "plan 5f2c…"),
    (re.compile(r"  +"), "  "),
)


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on the estate of the page."""
    return cli_on_estate(graph_settings, tmp_path, PAGE.blocks("yaml")[0])


def lines(text: str) -> list[str]:
    """Without what differs each time, and without the rules and the widths of tables."""
    for pattern, put in DIFFERS:
        text = pattern.sub(put, text)
    return [line.rstrip() for line in text.strip().splitlines() if line.strip("─ ")]


def arrive(fleet: Fleet, told: str) -> None:
    found = ARRIVES.match(told)
    assert found, told
    dataset, key, days, again = found.groups()
    was = datetime.now(UTC) - timedelta(days=int(days)) if days else None
    where = f"{dataset}/{key or 'whole'}/{again or 'first'}"
    report_version(fleet.graph, Report(Name("shop", dataset), key or "", where, source_time=was, reported_by="intake"))
    fleet.work()


def test_the_commands_say_what_the_page_shows(graph: Graph, cli: Cli, tmp_path: Path) -> None:
    fleet = Fleet(graph)
    for block in PAGE.blocks("console"):
        for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
            if command.startswith("# "):
                arrive(fleet, command)
                continue
            shown = block.split(f"$ {command}\n", 1)[1].split("\n$ ", 1)[0]
            asked = command.removeprefix("headwater ").replace("estate.yaml", str(tmp_path / "estate.yaml"))
            said = cli(*shlex.split(asked))
            assert said.code in (0, 1), said.err
            assert lines(said.out + said.err) == lines(shown), said.out
    assert fleet.settle() == ()


def test_graphql_shows_groups_and_until_when_it_waits(graph: Graph, cli: Cli) -> None:
    fleet = Fleet(graph)
    for told in ("# orders@2013-01-05 arrives", "# feed_a@2013-01-05 arrives"):
        arrive(fleet, told)

    asked = """{
      merge: readiness(job: {namespace: "shop", name: "merge"}, partition: "2013-01-05") { ...on Readiness {
        ready reason lookAgainAt groups { name atLeast satisfied there { name } members { name } } } }
      show: readiness(job: {namespace: "shop", name: "show"}, partition: "2013-01-05") { ...on Readiness {
        ready lookAgainAt inputs { datasetName { name } waitedUntil } } }
    }"""
    found = data(app_on(graph), asked)

    assert found["merge"]["groups"] == [
        {
            "name": "feeds",
            "atLeast": 2,
            "satisfied": False,
            "there": [{"name": "feed_a"}],
            "members": [{"name": "feed_a"}, {"name": "feed_b"}, {"name": "feed_c"}],
        }
    ]
    assert (found["merge"]["ready"], found["merge"]["lookAgainAt"], found["show"]["ready"]) == (False, None, False)
    waited = {item["datasetName"]["name"]: item["waitedUntil"] for item in found["show"]["inputs"]}
    assert (waited["orders"], waited["weather"]) == (None, found["show"]["lookAgainAt"])
    assert waited["weather"]
