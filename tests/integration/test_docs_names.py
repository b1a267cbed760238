"""The page about names shows what is really answered."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from connectors.openlineage.events import read_event
from graph_model.observed.record import record_observations
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.support.cli import Cli, cli_on_estate
from tests.support.pages import Page

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = Page.called("names.md")


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on a graph to which the estate of the page was applied, and its events sent."""
    cli = cli_on_estate(graph_settings, tmp_path, PAGE.blocks("yaml")[0])
    record_observations(graph, [read_event(event) for event in json.loads(PAGE.blocks("json")[0])])
    return cli


def test_the_commands_say_what_the_page_shows(cli: Cli) -> None:
    for command, shown in PAGE.commands():
        said = cli(*shlex.split(command))
        assert said.code in (0, 1), said.err
        assert lines(said.out + said.err) == lines(shown), command


def test_graphql_answers_what_the_page_shows(graph: Graph, cli: Cli) -> None:
    assert data(app_on(graph), PAGE.blocks("graphql")[0]) == json.loads(PAGE.blocks("json")[1])


def test_the_page_has_examples() -> None:
    commands = [line for block in PAGE.blocks("console") for line in block.splitlines() if line.startswith("$ ")]

    assert len(commands) == 5
