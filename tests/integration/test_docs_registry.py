"""The page about the registry, from its first command to its last, on each engine: what it shows is what is said."""

from __future__ import annotations

import getpass
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.support.cli import Cli, graph_environment

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = (Path(__file__).parents[2] / "docs" / "registry.md").read_text()
BLOCKS = re.findall(r"^```(console|graphql|json)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command with what the page says that it prints."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        yield command, said


def said_by(cli: Cli, command: str, folder: Path) -> str:
    """What a command prints, data first. Names that are this machine's stand for those of the page."""
    if command.startswith("headwater "):
        said = cli(*shlex.split(command.removeprefix("headwater ")))
        text = said.out + said.err
    else:
        done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=True)
        text = done.stdout
    text = re.sub(r"\b[0-9a-f]{64}\b", "HASH", text.replace(f"{folder}/", ""))
    return re.sub(rf"\b{re.escape(getpass.getuser())}\b", "ops", text)


def test_the_page_shows_what_is_really_said(
    graph: Graph, graph_settings: GraphSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE_ROOT": str(tmp_path / "data")}
    cli = Cli({"HEADWATER_NAMESPACE": None, **graph_environment(graph_settings), **environment})
    app: FastAPI = app_on(graph)
    asked = ""

    for kind, block in BLOCKS:
        if kind == "graphql":
            asked = block
        elif kind == "json":
            assert data(app, asked) == json.loads(block)
        else:
            for command, said in commands(block):
                assert (command, said_by(cli, command, tmp_path)) == (command, said)


def test_the_page_has_commands() -> None:
    assert sum(kind == "console" for kind, _ in BLOCKS) >= 5
    assert [kind for kind, _ in BLOCKS].count("graphql") == [kind for kind, _ in BLOCKS].count("json") == 2
