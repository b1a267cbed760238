"""The page about policies shows what is really said and done."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from graph_model.names import Name
from graph_model.runs.claim import claim
from graph_model.runs.repository import runs
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.cli import Cli, cli_on_estate
from tests.support.pages import Page
from tests.support.protocol import Fleet

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = Page.called("policies.md")
DAYS = ("2013-01-01", "2013-01-02", "2013-01-03")
TIDY = Name("shop", "tidy")


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on the estate of the page, while two runs hold the slots of its pool."""
    cli = cli_on_estate(graph_settings, tmp_path, PAGE.blocks("yaml")[0])
    fleet = Fleet(graph)
    for day in DAYS:
        report_version(graph, Report(Name("shop", "sales"), day))
    validations = claim(graph, fleet.worker, slots=len(DAYS))
    for run in validations:
        fleet.play(run)
    first_two = [run.id for run in runs(graph, job=TIDY) if run.partition in DAYS[:2]]
    assert len([claim(graph, fleet.worker, prefer=first_two)[0] for _ in first_two]) == len(DAYS) - 1
    return cli


def lines(text: str) -> list[str]:
    """Without what differs each time, and without the rules and the widths of tables."""
    plain = re.sub(r"(rn|vs)_[0-9a-f]{24}", r"\1_…", text)
    shown = (re.sub(r"  +", "  ", line.rstrip()) for line in plain.strip().splitlines())
    return [line for line in shown if line.strip("─ ")]


def test_the_commands_say_what_the_page_shows(cli: Cli) -> None:
    for command, shown in PAGE.commands():
        said = cli(*shlex.split(command), LOGNAME="operator")

        assert said.code in (0, 1), said.err
        assert lines(said.out) == lines(shown), command


def test_the_page_has_examples() -> None:
    assert len(list(PAGE.commands())) == 6
