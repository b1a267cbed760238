"""What may be retired, on both engines; the page about it shows what is really said."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import neo4j
import pytest

from graph_model.errors import ColumnNotFound, DatasetNotFound, JobNotFound
from graph_model.names import Name
from graph_model.reads.entities import Read
from graph_model.reads.record import record_reads
from graph_model.retirement.entities import Standing
from graph_model.retirement.examine import retire_column, retire_dataset, retire_job
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.resolve import resolve
from tests.integration.api import app_on, data
from tests.support.cli import Cli, cli_on_estate
from tests.support.flow_graphs import a_consumer, a_dataset, a_job, called, close_edge, consumer, dataset, put
from tests.support.pages import Page
from tests.support.spoiled import DAY, Columns, report

PAGE = Page.called("retirement.md")
COLUMNS = {"orders": ("id", "amount", "code"), "clean": ("id", "total"), "coded": ("id", "code"), "codes": ("code",)}
NOW = datetime(2024, 6, 1, tzinfo=UTC)


def long_ago(driver: neo4j.Driver, graph: Graph) -> None:
    """As if all that happened had happened in 2019."""
    then = datetime(2019, 3, 1, 6, tzinfo=UTC)
    for statement in (
        "MATCH (v:DatasetVersion) WHERE v.published_at IS NOT NULL SET v.published_at = $then",
        "MATCH (r:Run) WHERE r.started_at IS NOT NULL SET r.started_at = $then",
    ):
        driver.execute_query(statement, then=then, database_=graph.settings.database)


@pytest.fixture
def cli(graph: Graph, side_driver: neo4j.Driver, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    cli = cli_on_estate(graph_settings, tmp_path, PAGE.blocks("yaml")[0])
    fleet = Columns(graph, columns=COLUMNS)
    report(graph, "codes", "codes.csv", hour=0, day="")
    report(graph, "orders", "orders.csv", hour=1)
    fleet.work()
    fleet.settle()
    read = resolve(graph, Name("shop", "coded"), DAY).id
    record_reads(graph, [Read(read, "shop/board", at=datetime(2019, 3, 2, 7, 30, tzinfo=UTC), columns=("code",))])
    long_ago(side_driver, graph)
    return cli


def lines(text: str) -> list[str]:
    shown = (re.sub(r"  +", "  ", line.rstrip()) for line in text.strip().splitlines())
    return [re.sub(r"\d+ days", "N days", line) for line in shown if line.strip("─")]


def test_the_commands_say_what_the_page_shows(cli: Cli) -> None:
    for command, shown in PAGE.commands():
        said = cli(*shlex.split(command))
        assert said.code in (0, 1), said.err
        assert lines(said.out + said.err) == lines(shown), command


def test_graphql_says_the_same(graph: Graph, cli: Cli) -> None:
    job = '{job: {namespace: "shop", name: "encode"}}'
    asked = f"{{ retirement(of: {job}) {{ ... on Retirement {{ standing orphans {{ kind }} }} }} }}"
    found = data(app_on(graph), asked)["retirement"]

    assert found["standing"] == "MAY_BE_RETIRED"
    assert {one["kind"] for one in found["orphans"]} == {"DATASET"}
    assert cli("retire", "encode", "--json").json["retirement"]["standing"] == "may be retired"


def test_what_only_serves_what_goes_goes_with_it(graph: Graph) -> None:
    put(
        graph,
        a_job("first", ["raw"], ["middle"]),
        a_job("second", ["middle"], ["last"]),
        a_job("other", ["raw"], ["kept"]),
        a_consumer("board", {"kept": ["id"]}),
    )

    found = retire_dataset(graph, called("last"), now=NOW)

    assert found.standing is Standing.MAY_BE_RETIRED
    assert [(one.kind, one.label) for one in found.orphans] == [
        ("JOB", "shop/second"), ("DATASET", "shop/middle"), ("JOB", "shop/first"),
    ]  # fmt: skip
    assert retire_job(graph, called("second"), now=NOW).orphans[0].label == "shop/last"
    assert retire_dataset(graph, called("kept"), now=NOW).standing is Standing.IN_USE
    assert retire_job(graph, called("other"), now=NOW).standing is Standing.IN_USE
    assert retire_dataset(graph, called("raw"), now=NOW).standing is Standing.IN_USE


def test_a_job_whose_outputs_others_make_too_may_go(graph: Graph) -> None:
    put(graph, a_job("old", ["raw"], ["out"]), a_job("new", ["raw"], ["out"]), a_consumer("board", {"out": ["id"]}))

    assert retire_job(graph, called("old"), now=NOW).standing is Standing.MAY_BE_RETIRED


def test_a_job_of_which_nobody_knows_what_it_makes_is_not_known(graph: Graph) -> None:
    put(graph, a_job("sends", ["raw"], []))

    assert retire_job(graph, called("sends"), now=NOW).standing is Standing.NOT_KNOWN


def test_a_column_is_used_by_who_names_it_and_perhaps_by_who_names_none(graph: Graph) -> None:
    put(
        graph,
        a_dataset("raw", ("id", "amount", "note")),
        a_dataset("out", ("id", "total")),
        a_job("tidy", ["raw"], ["out"], columns={"id": ["raw.id"], "total": ["raw.amount"]}),
        a_consumer("board", {"out": ["id"]}),
    )

    assert retire_column(graph, called("raw"), "amount", now=NOW).standing is Standing.IN_USE
    assert retire_column(graph, called("raw"), "NOTE", now=NOW).standing is Standing.MAY_BE_RETIRED
    total = retire_column(graph, called("out"), "total", now=NOW)
    assert (total.standing, [one.label for one in total.orphans]) == (Standing.MAY_BE_RETIRED, ["shop/raw.amount"])
    put(graph, a_consumer("ledger", {"out": []}))
    unsure = retire_column(graph, called("out"), "total", now=NOW)
    assert (unsure.standing, unsure.settle) == (
        Standing.NOT_KNOWN, ("declare the columns that consumer shop/ledger uses",),
    )  # fmt: skip
    with pytest.raises(ColumnNotFound, match=r"did you mean shop/out\.total"):
        retire_column(graph, called("out"), "totall", now=NOW)


def test_who_is_no_longer_declared_counts_no_more(graph: Graph) -> None:
    put(graph, a_consumer("board", {"out": ["id"]}))
    assert retire_dataset(graph, called("out"), now=NOW).standing is Standing.IN_USE

    close_edge(graph, "CONSUMED_BY", dataset("out"), consumer("board"), at=NOW - timedelta(days=900))

    assert retire_dataset(graph, called("out"), now=NOW).standing is Standing.MAY_BE_RETIRED


def test_what_there_is_not_is_told(graph: Graph) -> None:
    with pytest.raises(DatasetNotFound):
        retire_dataset(graph, called("nothing"), now=NOW)
    with pytest.raises(JobNotFound):
        retire_job(graph, called("nothing"), now=NOW)
