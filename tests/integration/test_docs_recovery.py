"""The page about what does not get on shows what is really said and done."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from graph_model.names import Name
from graph_model.runs.claim import claim
from graph_model.runs.entities import Failure
from graph_model.runs.fail import fail_run
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.cli import Cli, cli_on_estate
from tests.support.pages import Page
from tests.support.protocol import Fleet

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = Page.called("recovery.md")
DAY = "2013-01-05"


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on the estate of the page, after the job failed."""
    cli = cli_on_estate(graph_settings, tmp_path, PAGE.blocks("yaml")[0])
    fleet = Fleet(graph)
    report_version(graph, Report(Name("shop", "flights"), DAY))
    fleet.work(most=1)
    (held,) = claim(graph, fleet.worker)
    fail_run(graph, held, Failure("no disk", 1, retry=False))
    return cli


def lines(text: str) -> list[str]:
    """Without what differs each time, and without the rules and the widths of tables."""
    plain = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( UTC)?", "TIME", re.sub(r"rn_[0-9a-f]{24}", "rn_…", text))
    shown = (re.sub(r"  +", "  ", line.rstrip()) for line in plain.strip().splitlines())
    return [line for line in shown if line.strip("─ ")]


def test_the_commands_say_what_the_page_shows(cli: Cli) -> None:
    run = ""
    for command, shown in PAGE.commands():
        said = cli(*shlex.split(command.replace("rn_…", run)), LOGNAME="operator")

        assert said.code in (0, 1), said.err
        assert lines(said.out) == lines(shown), command
        found = re.findall(r"rn_[0-9a-f]{24}", said.out)
        run = found[0] if found else run


def test_the_page_has_examples() -> None:
    assert len(list(PAGE.commands())) == 7
