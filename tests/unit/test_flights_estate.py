"""The example estate itself: its contracts are what the standard says they must be, and its files are where it says."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from app.demo.estate import renamed
from graph_model.estate.entities import Estate
from graph_model.estate.parse import load_estate
from tests.support.specification import SPECIFICATION

PROJECT = Path(__file__).parents[2] / "examples" / "flights"
CONTRACTS = sorted((PROJECT / "contracts").glob("*.odcs.yaml"))
ODCS_SCHEMA = SPECIFICATION / "odcs" / "odcs-json-schema-v3.1.0.json"


@pytest.mark.skipif(not ODCS_SCHEMA.is_file(), reason="HEADWATER_SPEC_FOLDER: no schema of the standard there")
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda path: path.name)
def test_a_contract_is_valid_by_the_standards_own_schema(contract: Path) -> None:
    jsonschema.validate(yaml.safe_load(contract.read_text()), json.loads(ODCS_SCHEMA.read_text()))


def test_a_copy_of_the_example_under_another_name_is_the_same_estate(tmp_path: Path) -> None:
    original = load_estate(PROJECT / "estate.yaml")

    copy = load_estate(renamed(PROJECT, tmp_path / "estate", "flights-2"))

    assert (copy.scope, copy.namespace) == ("flights-2", "flights-2")
    assert [job.name.name for job in copy.jobs] == [job.name.name for job in original.jobs]
    assert copy.datasets[0].contract.checks == original.datasets[0].contract.checks
    assert {dataset.name.namespace for dataset in copy.datasets} == {"flights-2"}


def test_the_example_is_as_deep_and_as_mixed_as_it_says() -> None:
    estate = load_estate(PROJECT / "estate.yaml")

    assert {dataset.format for dataset in estate.datasets} == {"csv", "parquet", "table", "manifest"}
    assert {job.kind for job in estate.jobs} == {"python", "sql", "shell"}
    assert depth_of("delay_feed", estate) == 4
    assert [str(spec.mapping) for job in estate.jobs for spec in job.inputs if str(spec.mapping).startswith("previous")]


def depth_of(dataset: str, estate: Estate) -> int:
    """How many jobs stand one after the other before `dataset`."""
    makers = {output.name: job for job in estate.jobs for output in job.outputs}
    if dataset not in makers:
        return 0
    return 1 + max(depth_of(spec.dataset.name, estate) for spec in makers[dataset].inputs)
