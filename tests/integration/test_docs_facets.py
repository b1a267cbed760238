"""The page about OpenLineage shows what facets really become."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from connectors.openlineage.events import read_event
from graph_model.observed.record import record_observations
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.support.cli import Cli, graph_environment

PAGE = (Path(__file__).parents[2] / "docs" / "openlineage.md").read_text()
SECTION = PAGE.split("## What facets become\n", 1)[1].split("\n## ", 1)[0]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCKS if found == kind]


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on a graph that was told what the event of the page tells."""
    record_observations(graph, [read_event(json.loads(blocks("json")[0]))])
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path)})


def test_the_commands_say_what_the_section_shows(cli: Cli) -> None:
    assert sum(block.count("$ headwater") for block in blocks("console")) == 3
    for block in blocks("console"):
        for command in re.findall(r"^\$ headwater (.*)$", block, re.MULTILINE):
            said = cli(*command.split())
            shown = block.split(f"$ headwater {command}\n", 1)[1].split("$ headwater", 1)[0]
            assert (said.out + said.err).strip() == shown.strip(), command


def test_graphql_answers_what_the_section_shows(graph: Graph, cli: Cli) -> None:
    assert data(app_on(graph), blocks("graphql")[0]) == json.loads(blocks("json")[1])
