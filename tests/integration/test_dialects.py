"""A dialect that the first version shows is what later ones are held to and readers are told, on each engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.sql.columns import read_columns
from connectors.storage import read
from graph_model.contracts.entities import Check, Contract
from graph_model.contracts.trial import trial
from graph_model.estate.apply import apply
from graph_model.names import dataset_id
from graph_model.runs.claim import claim
from graph_model.store.graph import Graph
from graph_model.versions.altered import kept_version
from graph_model.versions.entities import Report, Version, VersionState
from graph_model.versions.readable import readables
from graph_model.versions.report import report_version
from graph_model.versions.repository import dialects, version
from tests.integration.checked import NearFleet
from tests.support.estates import a_dataset, a_job, an_estate

DAY = "2024-01-01"
FOUND = {"delimiter": ";", "quote": '"', "header": True, "encoding": "utf-8", "nulls": ["", "NA", "-"]}
ORDERS = a_dataset("orders", format="csv", location="orders/{date}.csv", options={"dialect": "sniffed"})
KNOWN = Check(
    "known", "foreign_key", {"columns": ["id"], "dataset": "orders", "references": ["id"], "partition": "same"}
)
LINES = a_dataset("lines", format="csv", location="lines/{date}.csv", contract=Contract(checks=(KNOWN,)))


def declare(graph: Graph, *specs: Any) -> None:
    apply(graph, an_estate(*specs), read_columns=read_columns, actor="tester")


def deliver(graph: Graph, root: Path, text: str, day: str = DAY, name: str = "orders", most: int = 9) -> Version:
    place = root / name / f"{day}.csv"
    place.parent.mkdir(exist_ok=True)
    place.write_text(text)
    receipt = report_version(graph, Report(replace(ORDERS.name, name=name), day))
    NearFleet(graph, root=root).work(most=most)
    return version(graph, receipt.version)


@pytest.fixture
def first(graph: Graph, tmp_path: Path) -> Version:
    declare(graph, ORDERS)
    return deliver(graph, tmp_path, "id;amount\n1;-\n2;7.5\n")


def test_the_first_version_fixes_the_dialect(graph: Graph, tmp_path: Path, first: Version):
    assert first.state is VersionState.PUBLISHED
    assert dialects(graph, [dataset_id(ORDERS.name)])[dataset_id(ORDERS.name)].options == FOUND

    good = deliver(graph, tmp_path, "id;amount\n3;-\n", "2024-01-02")
    refused = deliver(graph, tmp_path, "id,amount\n4,8\n", "2024-01-03")

    assert good.state is VersionState.PUBLISHED
    assert readables(graph, [good.id])[good.id].options == FOUND
    assert refused.state is VersionState.QUARANTINED
    assert f"2024-01-03.csv has the delimiter ',', and version {good.id} had ';'" in refused.reason


def test_declaring_an_option_lets_a_new_dialect_in(graph: Graph, tmp_path: Path, first: Version):
    declare(graph, replace(ORDERS, options={"dialect": "sniffed", "delimiter": ","}))

    changed = deliver(graph, tmp_path, "id,amount\n4,-\n", "2024-01-02")

    assert changed.state is VersionState.PUBLISHED
    assert readables(graph, [changed.id])[changed.id].options == {**FOUND, "delimiter": ","}


def test_whoever_reads_a_version_gets_what_was_found_in_it(graph: Graph, tmp_path: Path, first: Version):
    assert readables(graph, [first.id])[first.id].options == FOUND
    assert kept_version(graph, first.id).content.options == FOUND
    tried = trial(graph, ORDERS.name, DAY).content
    assert tried.options == FOUND
    assert read(replace(tried, location=str(tmp_path / tried.location))).read_all()["amount"].to_pylist() == [None, 7.5]


def test_a_run_reads_its_inputs_and_holds_its_outputs_so(graph: Graph, tmp_path: Path):
    report = a_dataset("report", format="csv", options={"dialect": "sniffed"})
    declare(graph, ORDERS, report, a_job("sum", {"orders": "same"}, "report"))
    deliver(graph, tmp_path, "id;amount\n1;-\n2;7.5\n", most=1)

    (run,) = claim(graph, NearFleet(graph).worker, slots=1)

    assert [source.content.options for source in run.inputs] == [FOUND]
    assert [output.content.options for output in run.outputs] == [{"dialect": "sniffed"}]


def test_a_check_against_another_dataset_reads_that_by_its_dialect(graph: Graph, tmp_path: Path):
    declare(graph, ORDERS, LINES)
    deliver(graph, tmp_path, "id;amount\n1;-\n2;7.5\n")

    report_version(graph, Report(LINES.name, DAY))
    (run,) = claim(graph, NearFleet(graph).worker, slots=1)

    assert run.outputs[0].checks[0].params["other"]["content"]["options"] == FOUND


def test_a_dataset_with_versions_from_before_the_word_reads_those_as_usual(graph: Graph, tmp_path: Path):
    declare(graph, replace(ORDERS, options={}))
    old = deliver(graph, tmp_path, "id,amount\n1,2\n")

    declare(graph, ORDERS)

    assert dialects(graph, [dataset_id(ORDERS.name)]) == {}
    assert readables(graph, [old.id])[old.id].options == {}
