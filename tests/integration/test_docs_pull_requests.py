"""The page about pull requests shows what is really answered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.support.cli import Cli, cli_in
from tests.support.pages import Page
from tests.support.repositories import Repository

# What the page asks of the graph has tests of its own on each engine.
pytestmark = pytest.mark.one_engine_will_do

PAGE = Page.called("pull-requests.md")


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """`headwater` in the repository of the page, on the branch that drops a column; main was applied."""
    repository = Repository(tmp_path / "repository")
    shop, contract, reports, *_ = PAGE.blocks("yaml")
    repository.writes("shop/estate.yaml", shop)
    repository.writes("shop/orders.odcs.yaml", contract)
    repository.writes("shop/sum_up.sql", PAGE.blocks("sql")[0])
    repository.commits()
    (tmp_path / "reports.yaml").write_text(reports)
    cli = cli_in(graph_settings, tmp_path)
    for file in (repository.folder / "shop" / "estate.yaml", tmp_path / "reports.yaml"):
        said = cli("apply", str(file))
        assert said.code == 0, said.err
    repository.branches("topic")
    repository.edits("shop/orders.odcs.yaml", "      - {name: discount, logicalType: number}\n", "")
    repository.commits()
    monkeypatch.chdir(repository.folder)
    return cli


def test_the_commands_say_what_the_page_shows(cli: Cli) -> None:
    commands = [
        (command, shown)
        for block in PAGE.blocks("console")
        for command, shown in re.findall(r"^\$ headwater (.*)\n([^$]*)", block, re.MULTILINE)
    ]
    assert commands
    for command, shown in commands:
        said = cli(*command.split())
        assert said.code == 1, said.err
        assert (said.out + said.err).strip() == shown.strip(), command


def test_the_files_that_the_page_names_are_there() -> None:
    named = re.findall(r"\.\./(examples/[\w./-]+)", PAGE.text)

    assert named
    for path in named:
        assert (Path(__file__).parents[2] / path).exists(), path
