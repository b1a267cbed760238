"""The page about names shows what is really answered."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from connectors.openlineage.events import read_event
from graph_model.observed.record import record_observations
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.support.cli import Cli, graph_environment

PAGE = (Path(__file__).parents[2] / "docs" / "names.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCKS if found == kind]


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on a graph to which the estate of the page was applied, and its events sent."""
    (tmp_path / "estate.yaml").write_text(blocks("yaml")[0])
    home = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE_ROOT": str(tmp_path)}
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    cli = Cli({**nothing, **graph_environment(graph_settings), **home})
    said = cli("apply", str(tmp_path / "estate.yaml"))
    assert said.code == 0, said.err
    record_observations(graph, [read_event(event) for event in json.loads(blocks("json")[0])])
    return cli


def test_the_commands_say_what_the_page_shows(cli: Cli) -> None:
    for block in blocks("console"):
        for command in re.findall(r"^\$ headwater (.*)$", block, re.MULTILINE):
            said = cli(*shlex.split(command))
            assert said.code in (0, 1), said.err
            shown = block.split(f"$ headwater {command}\n", 1)[1].split("$ headwater", 1)[0]
            assert lines(said.out + said.err) == lines(shown), command


def test_graphql_answers_what_the_page_shows(graph: Graph, cli: Cli) -> None:
    assert data(app_on(graph), blocks("graphql")[0]) == json.loads(blocks("json")[1])


def test_the_page_has_examples() -> None:
    commands = [line for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]

    assert len(commands) == 5
