"""How long versions are kept: as an estate says it, as a contract does, and as the graph stores it."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from graph_model.contracts.document import Document, read_document
from graph_model.errors import InvalidContract
from graph_model.estate.diff import difference
from graph_model.estate.holdings import Holdings
from graph_model.estate.nodes import dataset_node
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.retention.contract import retention_of_contract
from graph_model.retention.entities import Retention, dumps, loads
from graph_model.versions.entities import Content
from graph_model.versions.places import is_of_attempt, output_content
from tests.unit.test_estate_parse import SCHEMA

DAY = 86_400.0
HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: raw\nversion: 1.0.0\nstatus: active\n"
SLA = HEAD + "slaProperties:\n  - {property: retention, value: 3, unit: weeks}\n"


def contract(text: str) -> Document:
    return read_document(HEAD + text, file="raw.odcs.yaml")


def retention_in(folder: Path, said: str) -> Retention | None:
    (folder / "estate.yaml").write_text(
        f"scope: shop\nnamespace: store\ndatasets:\n  raw: {{format: csv, partition: {{every: day}}{said}}}\n"
    )
    return load_estate(folder).datasets[0].retention


@pytest.mark.parametrize(
    ("said", "retention"),
    [
        ("90d", Retention(age=90 * DAY)),
        ("{versions: 30}", Retention(versions=30)),
        ("{partitions: 90, age: 2h}", Retention(partitions=90, age=7200.0)),
        ("{partition_age: 730d}", Retention(partition_age=730 * DAY)),
    ],
)
def test_an_estate_says_how_long_versions_stay(tmp_path: Path, said: str, retention: Retention):
    tree = yaml.safe_load(f"{{scope: shop, datasets: {{raw: {{format: csv, retention: {said}}}}}}}")

    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(tree)
    assert retention_in(tmp_path, f", retention: {said}") == retention
    assert loads(dumps(retention)) == retention


def test_what_the_contract_promises_holds_where_the_estate_says_nothing(tmp_path: Path):
    (tmp_path / "raw.odcs.yaml").write_text(SLA)

    assert retention_in(tmp_path, ", contract: raw.odcs.yaml") == Retention(age=21 * DAY)
    assert retention_in(tmp_path, ", contract: raw.odcs.yaml, retention: {versions: 2}") == Retention(versions=2)
    assert retention_in(tmp_path, "") is None


@pytest.mark.parametrize(
    ("level", "line", "message"),
    [
        ("{property: retention, value: 3, unit: wekks}", 7, "retention: wekks is no unit of time; did you mean weeks?"),
        ("{property: retention, value: long}", 7, "retention: long is no number of days"),
        ("{property: retention, value: -1, unit: d}", 7, "retention: -1 is no number of d"),
    ],
)
def test_a_service_level_that_says_no_length_of_time_is_refused(level: str, line: int, message: str):
    with pytest.raises(InvalidContract) as refused:
        retention_of_contract(contract(f"slaProperties:\n  - {level}\n"), file="raw.odcs.yaml")

    assert (refused.value.line, refused.value.message) == (line, message)


def test_other_service_levels_say_nothing_about_retention():
    assert retention_of_contract(contract("slaProperties: [{property: latency, value: 4, unit: h}]"), file="x") is None


def test_a_plan_tells_how_the_retention_changes(tmp_path: Path):
    (tmp_path / "estate.yaml").write_text("scope: shop\nnamespace: store\ndatasets:\n  raw: {format: csv}\n")
    before = dataset_node(load_estate(tmp_path).datasets[0], id="x", scope="shop")
    (tmp_path / "estate.yaml").write_text(
        "scope: shop\nnamespace: store\ndatasets:\n  raw: {format: csv, retention: {versions: 3, age: 90d}}\n"
    )
    after = dataset_node(load_estate(tmp_path).datasets[0], id="x", scope="shop")

    found = difference(Holdings({"x": before}), Holdings({"x": after}), scope="shop")

    assert [change.detail for change in found.changes] == ["retention: for ever → versions 3, age 90d"]


@pytest.mark.parametrize(
    ("format", "location", "is_its_own"),
    [
        ("csv", "clean/2013-01-01/rn_0123456789abc-2/data.csv", True),
        ("csv", "/data/clean/2013-01-01/rn_0123456789abc-2/data.csv", True),
        ("csv", "clean/2013-01-01/rn_0123456789abc-1/data.csv", False),
        ("csv", "clean/2013-01-01/data.csv", False),
        ("table", "sqlite:///x.db#clean__20130101_01234567_2", True),
        ("table", "sqlite:///x.db#clean", False),
    ],
)
def test_a_place_says_which_attempt_it_was_made_for(format: str, location: str, is_its_own: bool):
    assert is_of_attempt(Content(format, location), "rn_0123456789abcdef01234567/2") is is_its_own


def test_the_places_of_runs_say_so_themselves():
    for format, options in (("csv", {}), ("manifest", {}), ("table", {"url": "sqlite:///x.db", "table": "t"})):
        run = "rn_0123456789abcdef01234567"
        content = output_content(
            Name("a", "b"), format=format, location=None, options=options, expose=None, key="k", run=run, fence=3
        )
        assert is_of_attempt(content, f"{run}/3")
