"""The page about deadlines shows what is really answered."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import neo4j
import pytest

from graph_model.names import Name
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.support.cli import Cli, cli_on_estate
from tests.support.histories import Past, end_of
from tests.support.pages import Page

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = Page.called("deadlines.md")
DAYS = [date(2013, 1, 7) + timedelta(days=number) for number in range(20)]


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, side_driver: neo4j.Driver, tmp_path: Path) -> Cli:
    """`headwater` on a graph to which the estate of the page was applied, with the history that the page tells of."""
    cli = cli_on_estate(graph_settings, tmp_path, PAGE.blocks("yaml")[0])
    past = Past(side_driver, graph.settings.database)
    orders, clean, report = (Name("shop", called) for called in ("orders", "clean", "report"))
    past.arrived_at(orders, {day: end_of(day) + timedelta(minutes=60 + at) for at, day in enumerate(DAYS)})
    past.ran_often(clean, [(day, 60.0 * (8 + at % 5), 5.0) for at, day in enumerate(DAYS)])
    past.ran_often(report, [(day, 60.0 * (27 + at % 7), 5.0) for at, day in enumerate(DAYS)])
    return cli


def test_the_commands_say_what_the_page_shows(cli: Cli) -> None:
    for command, shown in PAGE.commands():
        said = cli(*command.split())
        assert said.code in (0, 1), said.err
        assert (said.out + said.err).strip() == shown.strip(), command


def test_graphql_answers_what_the_page_shows(graph: Graph, cli: Cli) -> None:
    assert data(app_on(graph), PAGE.blocks("graphql")[0]) == json.loads(PAGE.blocks("json")[0])


def test_the_page_has_examples() -> None:
    commands = [line for block in PAGE.blocks("console") for line in block.splitlines() if line.startswith("$ ")]

    assert len(commands) == 3


def test_json_says_the_same(cli: Cli) -> None:
    found = cli("forecast", "--date", "2031-03-05", "--json").json["forecast"]

    assert [(each["outlook"], each["consumer"]) for each in found["deadlines"]] == [
        ("AT_RISK", "shop/board"),
        ("ON_TIME", "shop/archive"),
    ]
    late = cli("impact", "delay", "shop/orders@2013-01-05", "--until", "2013-01-06T01:50:00Z", "--json")
    assert late.code == 1
    assert late.json["impact"]["breaks"] is True
    assert [each["deadline"]["consumer"] for each in late.json["deadlines"]] == ["shop/board", "shop/archive"]


def test_wrong_times_are_told(cli: Cli) -> None:
    assert "no date" in cli("forecast", "--date", "yesterday").err
    assert "is not a time" in cli("impact", "delay", "shop/orders@2013-01-05", "--until", "noon").err
    assert "needs a partition" in cli("impact", "delay", "shop/orders", "--until", "04:30").err
