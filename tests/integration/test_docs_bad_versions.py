"""The page about bad versions shows what is really said and done."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from graph_model.names import Name
from graph_model.reads.entities import ReadReport
from graph_model.reads.record import read_of, record_reads
from graph_model.replays.carry_on import carry_on
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.support.cli import Cli, cli_on_estate
from tests.support.pages import Page
from tests.support.spoiled import DAY, Columns, plain, report

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = Page.called("bad-versions.md")
COLUMNS = {
    "orders": ("id", "city", "amount"),
    "clean": ("id", "city", "amount"),
    "by_city": ("city", "orders"),
    "by_day": ("total",),
}


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on the estate of the page, after the bad version was read by everyone."""
    cli = cli_on_estate(graph_settings, tmp_path, PAGE.blocks("yaml")[0])
    fleet = Columns(graph, columns=COLUMNS)
    report(graph, "orders", "wrong.csv", hour=1)
    fleet.work()
    read = read_of(graph, ReadReport(Name("shop", "board"), Name("shop", "by_day"), DAY))
    record_reads(graph, [read])
    return cli


def lines(text: str) -> list[str]:
    """Without what differs each time, and without the rules and the widths of tables."""
    shown = (re.sub(r"  +", "  ", line.rstrip()) for line in plain(text).strip().splitlines())
    return [line for line in shown if line.strip("─")]


def test_the_commands_say_what_the_page_shows(graph: Graph, cli: Cli) -> None:
    fleet = Columns(graph, "w-page", columns=COLUMNS)
    known = {"rp": "", "qs": ""}
    for block in PAGE.blocks("console"):
        for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
            if command.startswith("# "):
                _meanwhile(graph, fleet, command)
                continue
            shown = block.split(f"$ {command}\n", 1)[1].split("\n$ ", 1)[0]
            asked = re.sub(r"(rp|qs)_…", lambda found, known=known: known[found[1]], command.removeprefix("headwater "))
            said = cli(*shlex.split(asked))
            assert said.code in (0, 1), said.err
            known |= {found[:2]: found for found in re.findall(r"(?:rp|qs)_[0-9a-f]{24}", said.out)}
            assert lines(said.out + said.err) == lines(shown), command


def test_the_page_has_examples() -> None:
    commands = [
        line for block in PAGE.blocks("console") for line in block.splitlines() if line.startswith("$ headwater")
    ]

    assert len(commands) == 9


def _meanwhile(graph: Graph, fleet: Columns, what: str) -> None:
    """What the page says in a comment."""
    if "reported" in what:
        report(graph, "orders", "right.csv", hour=2)
    for _ in range(4):
        fleet.work()
        fleet.settle()
        carry_on(graph)
