"""The page about asking what a change would do, from its first command to its last, on each engine."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.support.cli import Cli, all_commands, graph_environment

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = (Path(__file__).parents[2] / "docs" / "impact.md").read_text()
BLOCKS = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command, its input with it, and what the page says that it prints."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        given = re.match(r"cat > \S+ <<'EOF'\n.*?^EOF\n", part, re.MULTILINE | re.DOTALL)
        command, said = (given[0], part[given.end() :]) if given else part.split("\n", 1)
        yield command, said


def said_by(cli: Cli, command: str, folder: Path) -> str:
    """What a command prints, data first. Names that are this machine's stand for those of the page."""
    if command.startswith("headwater "):
        said = cli(*shlex.split(command.removeprefix("headwater ")))
        text = said.out + said.err
    else:
        text = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=True).stdout
    return re.sub(r"\b[0-9a-f]{64}\b", "HASH", text.replace(f"{folder}/", ""))


def test_the_page_shows_what_is_really_said(
    graph: Graph, graph_settings: GraphSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE_ROOT": str(tmp_path / "data")}
    cli = Cli({"HEADWATER_NAMESPACE": None, **graph_environment(graph_settings), **environment})

    for command, said in (pair for block in BLOCKS for pair in commands(block)):
        assert (command, said_by(cli, command, tmp_path)) == (command, said)


def test_the_page_names_every_kind_of_change() -> None:
    asked = {words.removeprefix("impact ") for words in all_commands() if words.startswith("impact ")}

    assert {word for word in asked if f"`{word}`" not in PAGE and f"headwater impact {word}" not in PAGE} == set()
    assert len(BLOCKS) >= 6
