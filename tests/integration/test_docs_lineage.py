"""The page about lineage shows what is really answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.support.cli import Cli, cli_on_estate
from tests.support.pages import Page

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = Page.called("lineage.md")


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on a graph to which the estate of the page was applied."""
    for text in PAGE.blocks("sql"):
        (tmp_path / text.splitlines()[0].removeprefix("-- ")).write_text(text)
    return cli_on_estate(graph_settings, tmp_path, PAGE.blocks("yaml")[0])


def test_the_commands_say_what_the_page_shows(cli: Cli) -> None:
    for command, shown in PAGE.commands():
        said = cli(*command.split())
        assert said.code in (0, 1), command
        assert (said.out + said.err).strip() == shown.strip(), command


def test_graphql_answers_what_the_page_shows(graph: Graph, cli: Cli) -> None:
    assert data(app_on(graph), PAGE.blocks("graphql")[0]) == json.loads(PAGE.blocks("json")[0])


def test_the_page_has_examples() -> None:
    commands = [line for block in PAGE.blocks("console") for line in block.splitlines() if line.startswith("$ ")]

    assert len(commands) == 12
