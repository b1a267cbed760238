"""The page about running things by hand shows what is really said and done."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from graph_model.names import Name
from graph_model.replays.carry_on import carry_on
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.cli import Cli, cli_on_estate
from tests.support.pages import Page
from tests.support.protocol import Fleet

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = Page.called("running.md")
DAYS = ("2013-01-01", "2013-01-02", "2013-01-03")
ROUNDS = 12


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on the estate of the page, after three days on which everything has run."""
    cli = cli_on_estate(graph_settings, tmp_path, PAGE.blocks("yaml")[0])
    for day in DAYS:
        report_version(graph, Report(Name("shop", "orders"), day, location=f"orders/{day}.csv"))
    Fleet(graph).work()
    return cli


def lines(text: str) -> list[str]:
    """Without what differs each time, and without the rules and the widths of tables."""
    plain = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( UTC)?", "TIME", re.sub(r"od_[0-9a-f]{24}", "od_…", text))
    plain = re.sub(r"plan [0-9a-f]{12}", "plan HASH", plain)
    shown = (re.sub(r"  +", "  ", line.rstrip()) for line in plain.strip().splitlines())
    return [line for line in shown if line.strip("─ ")]


def test_the_commands_say_what_the_page_shows(graph: Graph, cli: Cli) -> None:
    order = ""
    for block in PAGE.blocks("console"):
        for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
            if command.startswith("#"):
                _meanwhile(graph)
                continue
            shown = block.split(f"$ {command}\n", 1)[1].split("\n$ ", 1)[0]
            words = shlex.split(command.removeprefix("headwater ").replace("od_…", order))
            said = cli(*words, LOGNAME="operator")

            assert said.code == 0, said.err
            assert lines(said.out + said.err) == lines(shown), command
            order = next(iter(re.findall(r"od_[0-9a-f]{24}", said.out)), order)


def test_the_page_has_examples() -> None:
    commands = [line for block in PAGE.blocks("console") for line in block.splitlines() if line.startswith("$ h")]

    assert len(commands) == 8


def _meanwhile(graph: Graph) -> None:
    """Workers work off what there is."""
    fleet = Fleet(graph, "w-page")
    for _ in range(ROUNDS):
        carry_on(graph)
        fleet.work()
