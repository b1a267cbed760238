"""The page about OpenLineage shows what facets really become."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.openlineage.events import read_event
from graph_model.observed.record import record_observations
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.support.cli import Cli, graph_environment
from tests.support.pages import Page

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

SECTION = Page(Page.called("openlineage.md").text.split("## What facets become\n", 1)[1].split("\n## ", 1)[0])


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on a graph that was told what the event of the page tells."""
    record_observations(graph, [read_event(json.loads(SECTION.blocks("json")[0]))])
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path)})


def test_the_commands_say_what_the_section_shows(cli: Cli) -> None:
    assert sum(block.count("$ headwater") for block in SECTION.blocks("console")) == 3
    for command, shown in SECTION.commands():
        said = cli(*command.split())
        assert (said.out + said.err).strip() == shown.strip(), command


def test_graphql_answers_what_the_section_shows(graph: Graph, cli: Cli) -> None:
    assert data(app_on(graph), SECTION.blocks("graphql")[0]) == json.loads(SECTION.blocks("json")[1])
