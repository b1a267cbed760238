"""Trusting others to publish: as an estate says it, as a plan tells it, and as the graph stores it."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from graph_model.errors import InvalidEstate
from graph_model.estate.diff import difference
from graph_model.estate.holdings import Holdings
from graph_model.estate.nodes import dataset_node
from graph_model.estate.parse import load_estate
from graph_model.observed.trust import Trust, dumps, loads
from tests.unit.test_estate_parse import SCHEMA

DAILY = "partition: {every: day}, location: 'raw/{date}.csv'"
CHECKED = """apiVersion: v3.1.0
kind: DataContract
id: raw
version: 1.0.0
status: active
schema:
  - {name: raw, properties: [{name: id, logicalType: integer, required: true}]}
"""


def trust_in(folder: Path, said: str, dataset: str = DAILY) -> Trust | None:
    (folder / "estate.yaml").write_text(
        f"scope: shop\nnamespace: store\ndatasets:\n  raw:\n    {{format: csv, {dataset},\n    observed: {said}}}\n"
    )
    return load_estate(folder).datasets[0].observed


def mistake(folder: Path, said: str, dataset: str = DAILY) -> str:
    with pytest.raises(InvalidEstate) as error:
        trust_in(folder, said, dataset)
    return "\n".join(str(one) for one in error.value.mistakes)


@pytest.mark.parametrize(
    ("said", "trust"),
    [
        ("{publish: true}", Trust()),
        ("{publish: true, partition: nominal_time}", Trust(("nominal_time",))),
        ("{publish: true, partition: [subset, completed_after]}", Trust(("subset", "completed_after"))),
        ("{publish: true, partition: subset, dimension: dt}", Trust(("subset",), "dt")),
    ],
)
def test_an_estate_says_whom_it_trusts(tmp_path: Path, said: str, trust: Trust) -> None:
    tree = yaml.safe_load(f"{{scope: shop, datasets: {{raw: {{format: csv, observed: {said}}}}}}}")

    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(tree)
    assert trust_in(tmp_path, said) == trust
    assert loads(dumps(trust)) == trust


def test_nobody_is_trusted_unless_the_estate_says_so(tmp_path: Path) -> None:
    assert trust_in(tmp_path, "{publish: false}") is None
    assert loads(None) is None


@pytest.mark.parametrize(
    ("said", "dataset", "line", "told"),
    [
        ("{publish: true, partition: nominal}", DAILY, 6, "nominal says no partition"),
        ("{publish: true, partition: nominal_tim}", DAILY, 6, "did you mean nominal_time?"),
        ("{publisch: true}", DAILY, 6, "did you mean publish?"),
        ("{}", DAILY, 6, "does not say whether others publish it"),
        ("{publish: sometimes}", DAILY, 6, "publish must be true or false"),
        ("yes", DAILY, 6, "observed must be a mapping"),
        ("{publish: true, partition: []}", DAILY, 6, "partition is empty"),
        ("{publish: true, partition: subset}", "location: raw.csv", 6, "says nothing of a dataset that has none"),
        ("{publish: true, partition: completed_in}", "partition: {keys: [a, b]}", 6, "completed_in is a time"),
        ("{publish: true, partition: completed_in, dimension: dt}", DAILY, 6, "dimension is of a subset"),
    ],
)
def test_a_mistake_says_where_it_stands(tmp_path: Path, said: str, dataset: str, line: int, told: str) -> None:
    found = mistake(tmp_path, said, dataset)

    assert told in found
    assert f"estate.yaml:{line}" in found


def test_what_cannot_be_read_cannot_be_checked(tmp_path: Path) -> None:
    (tmp_path / "raw.odcs.yaml").write_text(CHECKED)

    found = mistake(tmp_path, "{publish: true}", "contract: raw.odcs.yaml")

    assert "nobody says where its content lies" in found
    assert trust_in(tmp_path, "{publish: true}", f"contract: raw.odcs.yaml, {DAILY}") == Trust()


def test_a_plan_tells_of_trust_in_words(tmp_path: Path) -> None:
    nodes = []
    for said in ("{publish: false}", "{publish: true, partition: subset, dimension: dt}"):
        trust_in(tmp_path, said)
        nodes.append(dataset_node(load_estate(tmp_path).datasets[0], id="ds", scope="shop"))

    before, after = (Holdings({node.id: node}) for node in nodes)
    (change,) = difference(before, after, scope="shop").changes

    assert change.detail == "observed: publishes nothing → publishes by subset (dimension dt)"
