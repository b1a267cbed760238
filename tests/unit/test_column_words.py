"""What a contract says about a column beyond its type, and what is kept out of samples because of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_model.contracts import definition
from graph_model.contracts.entities import Check, Column, Contract
from graph_model.contracts.odcs import read_contract
from graph_model.contracts.sensitive import hidden_whole, is_sensitive
from graph_model.estate.parse import load_estate

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    properties:
      - {name: id, logicalType: integer, required: true}
      - name: home
        logicalType: string
        required: true
        description: Where they live
        classification: restricted
        tags: [pii, address]
"""


def test_a_contract_says_tags_and_classification_of_a_column():
    plain, home = read_contract(CONTRACT, file="people.odcs.yaml", dataset="people").columns

    assert (plain.tags, plain.classification) == ((), "")
    assert (home.tags, home.classification, home.description) == (("pii", "address"), "restricted", "Where they live")


def test_what_is_said_of_a_column_comes_back_as_it_was_written():
    contract = Contract((Column("home", "string", tags=("pii", "address"), classification="restricted"), Column("id")))

    assert definition.loads(definition.dumps(contract)) == contract
    assert '"classification":""' not in definition.dumps(contract)


def test_one_rule_says_what_is_sensitive():
    assert is_sensitive("Confidential", ())
    assert is_sensitive("", ["PII"])
    assert not is_sensitive("public", ["piia", "internal"])


def test_of_a_dataset_that_is_sensitive_as_a_whole_no_column_is_shown():
    checks = (
        Check("ids", "not_null", {"columns": ["id", "home"]}),
        Check("range", "range", {"column": "id", "min": 1}),
        Check("rows", "row_count", {"min": 1}),
        Check("own", "sql", {"query": "SELECT 0", "column": "id"}),
    )

    hidden = hidden_whole(Contract((Column("id"),), checks))

    assert [check.params.get("masked") for check in hidden.checks] == [["id", "home"], ["id"], None, None]


@pytest.mark.parametrize(("words", "masked"), [("classification: secret", ["id", "home"]), ("tags: [x]", ["home"])])
def test_an_estate_says_so_of_a_whole_dataset(words: str, masked: list[str], tmp_path: Path):
    (tmp_path / "people.odcs.yaml").write_text(CONTRACT)
    (tmp_path / "estate.yaml").write_text(
        f"scope: x\ndatasets:\n  people: {{format: csv, contract: people.odcs.yaml, {words}}}\n"
    )

    contract = load_estate(tmp_path).datasets[0].contract

    assert next(check for check in contract.checks if check.kind == "not_null").params["masked"] == masked
