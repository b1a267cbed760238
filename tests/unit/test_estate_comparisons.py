"""Checks that compare with something, in an estate: what can never be compared is told when it is planned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from graph_model.contracts.entities import Check, Contract
from graph_model.errors import InvalidEstate
from graph_model.estate.entities import Estate
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from tests.support.estates import a_dataset, an_estate
from tests.unit.test_estate_diff import between

DAILY = "partition: {every: day, from: 2024-01-01}"
ESTATE = f"""\
scope: shop
datasets:
  customers: {{format: csv, {DAILY}, contract: customers.odcs.yaml}}
  codes: {{format: csv}}
  months: {{format: csv, partition: {{every: month, from: 2024-01}}}}
  orders: {{format: csv, SLICED contract: orders.odcs.yaml}}
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: x
version: 1.0.0
status: active
schema:
  - name: x
    properties:
      - {name: id}
"""


def load(folder: Path, implementation: str, *, sliced: str = f"{DAILY},") -> Estate:
    rule = f"    quality:\n      - {{name: own, type: custom, engine: headwater, implementation: {implementation}}}\n"
    (folder / "estate.yaml").write_text(ESTATE.replace("SLICED", sliced))
    (folder / "customers.odcs.yaml").write_text(CONTRACT)
    (folder / "orders.odcs.yaml").write_text(CONTRACT + rule)
    return load_estate(folder, known=[Name("elsewhere", "prices")])


KEY = "check: foreignKey, columns: {id: id}"


@pytest.mark.parametrize(
    ("said", "sliced", "message", "hint"),
    [
        (
            f"{{{KEY}, dataset: custmers}}",
            "",
            "compares with custmers is not a known dataset",
            "did you mean customers?",
        ),
        (f"{{{KEY}, dataset: elsewhere/price}}", "", "compares with elsewhere/price", "did you mean elsewhere/prices?"),
        (
            "{check: foreignKey, columns: {id: idd}, dataset: customers}",
            f"{DAILY},",
            "the contract of customers has no column idd",
            "did you mean id?",
        ),
        (f"{{{KEY}, dataset: codes}}", f"{DAILY},", "codes is sliced not at all", "write partition: whole"),
        (f"{{{KEY}, dataset: months}}", f"{DAILY},", "months is sliced by month", "write partition: latest"),
        (f"{{{KEY}, dataset: months, partition: whole}}", "", "months has partitions, and none is whole", "latest"),
        ("{check: freshness, maxAge: 1h, until: partition}", "", "its partitions are no slices of time", "until: now"),
        (
            "{check: rowCountHistory, sameWeekday: true}",
            "partition: {every: month, from: 2024-01},",
            "only days and hours have a weekday",
            "leave sameWeekday out",
        ),
    ],
)
def test_what_can_never_be_compared_is_a_mistake(
    said: str, sliced: str, message: str, hint: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidEstate) as refused:
        load(tmp_path, said, sliced=sliced)

    (mistake,) = refused.value.mistakes
    assert mistake.line == 6
    assert mistake.message.startswith("dataset orders: check 'own'")
    assert message in mistake.message
    assert hint in (mistake.hint or "")


@pytest.mark.parametrize(
    "said",
    [
        f"{{{KEY}, dataset: customers}}",
        f"{{{KEY}, dataset: codes, partition: whole}}",
        f"{{{KEY}, dataset: months, partition: latest}}",
        f"{{{KEY}, dataset: elsewhere/prices, partition: latest}}",
        "{check: freshness, maxAge: 1h, until: partition}",
        "{check: rowCountHistory, sameWeekday: true}",
    ],
)
def test_what_can_be_compared_is_taken(said: str, tmp_path: Path) -> None:
    assert load(tmp_path, said).datasets[-1].contract.checks[-1].name == "own"


def test_a_function_is_looked_for_in_the_folder_of_the_estate(tmp_path: Path) -> None:
    (check,) = load(tmp_path, "{check: python, function: 'rules:ok'}").datasets[-1].contract.checks[-1:]

    assert (check.kind, check.params["project"]) == ("python", str(tmp_path.resolve()))


def test_where_a_function_lies_is_told_apart_from_what_is_promised() -> None:
    def estate(folder: str, function: str = "a:b") -> Estate:
        check = Check("own", "python", {"function": function, "project": folder})
        return an_estate(replace(a_dataset("orders"), contract=Contract(checks=(check,))))

    first, second = (between(an_estate(), estate(folder)) for folder in ("/x", "/y"))

    assert first.hash("shop") == second.hash("shop")
    assert [change.detail for change in between(estate("/x"), estate("/y")).changes] == ["the project moved"]
    assert [change.detail for change in between(estate("/x"), estate("/y", "a:c")).changes] == ["checks changed"]
