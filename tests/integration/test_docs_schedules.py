"""The page about schedules shows what is really answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.support.cli import Cli, cli_on_estate
from tests.support.pages import Page

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = Page.called("schedules.md")


@pytest.fixture
def cli(graph_settings: GraphSettings, graph: Graph, tmp_path: Path) -> Cli:
    """`headwater` on a graph to which the estate of the page was applied."""
    return cli_on_estate(graph_settings, tmp_path, PAGE.blocks("yaml")[0])


def test_the_page_shows_what_commands_and_graphql_say(cli: Cli, graph: Graph) -> None:
    commands = list(PAGE.commands())
    assert len(commands) == 2
    for command, shown in commands:
        said = cli(*command.split())
        assert (said.code, (said.out + said.err).strip()) == (0, shown.strip()), command
    assert data(app_on(graph), PAGE.blocks("graphql")[0]) == json.loads(PAGE.blocks("json")[0])


def test_what_is_next_is_asked_of_the_command_and_of_graphql(cli: Cli, graph: Graph) -> None:
    ahead = cli("schedule", "shop/fetch", "--next", "3", "--json").json
    asked = data(
        app_on(graph),
        """{ job(namespace: "shop", name: "fetch") { ... on Job { schedule {
        nextAt next(first: 3) { at partitions } } } } }""",
    )["job"]["schedule"]

    assert [each["partitions"] for each in ahead["dates"]] == [[""]] * 3
    assert [each["at"] for each in asked["next"]] == [each["at"] for each in ahead["dates"]]
    assert asked["nextAt"] == ahead["dates"][0]["at"]
    waits = cli("ready", "shop/fetch")
    assert "waits for its time: next at" in waits.out + waits.err


def test_a_year_is_compared_with_another(cli: Cli, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    before.write_text(cli("schedule", "shop/close", "--year", "2027", "--json").out)
    same = cli("schedule", "shop/close", "--year", "2027", "--diff", str(before))
    assert (same.code, same.err.strip()) == (0, "no nominal time comes or goes")

    (tmp_path / "new.yaml").write_text(PAGE.blocks("yaml")[0].replace("business day 3", "business day 4"))
    (tmp_path / "old.yaml").write_text(PAGE.blocks("yaml")[0])
    planned = cli("plan", str(tmp_path / "new.yaml"))
    assert "remark: shop/close: its next times are 20" in planned.err
    found = cli("schedule-diff", str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"), "--year", "2027", "--json")
    assert found.code == 1
    (changed,) = found.json["jobs"].items()
    assert (changed[0], len(changed[1]["gone"]), len(changed[1]["new"])) == ("shop/close", 12, 12)

    assert cli("apply", str(tmp_path / "new.yaml")).code == 0
    later = cli("schedule", "shop/close", "--year", "2027", "--diff", str(before))
    assert later.code == 1
    assert len([line for line in later.out.splitlines() if line.startswith(("gone", "new"))]) == 24


def test_wrong_questions_are_told(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "strange.json").write_text("[]")

    assert (
        "is no list of" in cli("schedule", "shop/close", "--year", "2027", "--diff", str(tmp_path / "strange.json")).err
    )
    assert "compares a year" in cli("schedule", "shop/close", "--diff", str(tmp_path / "strange.json")).err
    assert "clse" in cli("schedule", "shop/clse").err


def test_each_rule_of_the_page_is_read(tmp_path: Path) -> None:
    made = "scope: shop\ndatasets: {made: {format: csv}}\njobs: {tidy: {shell: [x], outputs: [made], "
    for said in PAGE.blocks("yaml")[1:]:
        (tmp_path / "estate.yaml").write_text(f"{made}{said.strip()}}}}}\n")
        assert load_estate(tmp_path).jobs[0].name == Name("shop", "tidy")
