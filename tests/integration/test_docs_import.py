"""The commands of the page about imports do what it shows, one after the other."""

from __future__ import annotations

import re
import shlex
import sqlite3
from pathlib import Path

import pytest

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.support.cli import Cli, graph_environment
from tests.support.dbt_project import catalog, manifest, write

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = (Path(__file__).parents[2] / "docs" / "import.md").read_text()
STEPS = re.findall(r"^```(csv|ndjson|console)([^\n]*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_is_true(
    graph: Graph, graph_settings: GraphSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    cli = Cli({**nothing, **graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path), "COLUMNS": "300"})
    write(Path("target"), manifest=manifest(12), catalog=catalog())
    with sqlite3.connect("till.db") as connection:
        connection.executescript("CREATE TABLE orders (id, amount); CREATE VIEW spent AS SELECT id FROM orders;")
    connection.close()

    for kind, name, text in STEPS:
        if kind != "console":
            Path(name.strip()).write_text(text)
            continue
        command, *shown = text.splitlines()
        done = cli(*shlex.split(command)[2:])
        printed = [line.split() for line in (done.out + done.err).splitlines()]
        missing = [line for line in shown if not any(_starts(words, line.split()) for words in printed)]
        assert missing == [], f"{command}\n{done.out}{done.err}"

    assert sum(kind == "console" for kind, _, _ in STEPS) == 10


def _starts(words: list[str], shown: list[str]) -> bool:
    return words[: len(shown)] == shown or words[1 : len(shown) + 1] == shown
