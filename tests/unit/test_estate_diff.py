"""The difference between two holdings, and circles: pure."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from connectors.sql.columns import read_columns
from graph_model.contracts.entities import Column, Contract
from graph_model.estate.cycles import find_cycles
from graph_model.estate.diff import Difference, difference
from graph_model.estate.entities import Estate
from graph_model.estate.holdings import Holdings
from graph_model.estate.proposed import proposed_changes
from graph_model.estate.wanted import referenced, wanted
from graph_model.impact.entities import (
    AddColumn,
    ChangeJob,
    DropColumn,
    DropDataset,
    MoveDataset,
    RenameColumn,
    RenameDataset,
    RetireJob,
    RetypeColumn,
)
from graph_model.names import Name, dataset_id
from tests.support.estates import a_consumer, a_dataset, a_job, an_estate

RAW = a_dataset("raw", "id", "amount:integer")
CLEAN = a_dataset("clean", "id")
JOB = a_job("tidy", {"raw": "same"}, "clean", sql="SELECT id FROM raw")
SHOP = an_estate(RAW, CLEAN, JOB, a_consumer("board", {"clean": ("id",)}))


def holdings_of(estate: Estate) -> Holdings:
    ids = {name: dataset_id(name) for name in referenced(estate)}
    return wanted(estate, ids, {}, read_columns=read_columns).holdings


def between(before: Estate, after: Estate) -> Difference:
    return difference(holdings_of(before), holdings_of(after), scope="shop")


def noticed(before: Estate, after: Estate) -> set[object]:
    return set(proposed_changes(between(before, after), holdings_of(before)))


def test_nothing_differs_from_itself():
    assert between(SHOP, SHOP).is_empty


def test_the_order_of_declaration_makes_no_difference():
    turned = replace(SHOP, datasets=SHOP.datasets[::-1])

    assert between(SHOP, turned).is_empty
    assert between(an_estate(), SHOP).hash("shop") == between(an_estate(), turned).hash("shop")


def test_another_change_has_another_hash():
    one = between(SHOP, replace(SHOP, consumers=()))
    other = between(SHOP, replace(SHOP, jobs=(replace(JOB, retries=1),)))

    assert len({one.hash("shop"), other.hash("shop"), one.hash("other")}) == 3


def test_where_the_project_lies_changes_the_definition_but_not_the_hash():
    one, other = (
        replace(JOB, executor={"function": "a:b", "project": folder}, kind="python") for folder in ("/x", "/y")
    )

    first = between(an_estate(), replace(SHOP, jobs=(one,)))
    second = between(an_estate(), replace(SHOP, jobs=(other,)))

    assert first.hash("shop") == second.hash("shop")
    assert [change.detail for change in between(replace(SHOP, jobs=(one,)), replace(SHOP, jobs=(other,))).changes] == [
        "the project moved"
    ]


def test_a_dropped_dataset_is_noticed():
    assert noticed(SHOP, an_estate(RAW)) == {DropDataset(CLEAN.name)}


def test_dropped_and_retyped_columns_are_noticed():
    less = replace(SHOP, datasets=(a_dataset("raw", "amount:decimal", "new"), CLEAN))

    assert noticed(SHOP, less) == {
        AddColumn(RAW.name, "new", "string"),
        DropColumn(RAW.name, "id"),
        RetypeColumn(RAW.name, "amount", "decimal"),
    }


def test_a_declared_rename_is_a_rename_and_neither_a_drop_nor_an_addition():
    moved = replace(RAW, contract=Contract((Column("key", "string", renamed_from="id"), RAW.contract.columns[1])))
    after = replace(SHOP, datasets=(moved, CLEAN))

    assert noticed(SHOP, after) == {RenameColumn(RAW.name, "id", "key")}
    assert [c.detail for c in between(SHOP, after).changes if c.name == RAW.name] == ["column id renamed to key"]
    assert noticed(after, after) == set()


def test_words_about_a_dataset_and_its_columns_are_told_and_take_nothing_away():
    told = replace(
        RAW,
        classification="pii",
        domain="sales",
        properties={"checked": True, "cost": 1},
        contract=Contract((Column("id", "string", description="Key", tags=("key", "hot")), RAW.contract.columns[1])),
    )
    after = replace(SHOP, datasets=(told, CLEAN))

    assert between(SHOP, after).changes[0].detail.split("; ") == [
        "classification: nothing → pii",
        "domain: nothing → sales",
        "property checked: nothing → True",
        "property cost: nothing → 1",
        "column id: tags nothing → key, hot",
        "column id: other description",
    ]
    assert noticed(SHOP, after) == set()


def test_a_property_that_only_changes_its_kind_has_changed():
    one, other = (replace(SHOP, datasets=(replace(RAW, properties={"on": on}), CLEAN)) for on in (True, 1))

    assert [change.detail for change in between(one, other).changes] == ["property on: True → 1"]


def test_what_is_new_and_a_contract_without_columns_are_not_noticed():
    assert noticed(SHOP, replace(SHOP, datasets=(*SHOP.datasets, a_dataset("new", "id")))) == set()
    assert noticed(SHOP, replace(SHOP, datasets=(a_dataset("raw"), CLEAN))) == set()


def test_a_retired_job_is_noticed_unless_another_makes_its_output():
    heir = a_job("heir", {"raw": "same"}, "clean")

    assert noticed(SHOP, replace(SHOP, jobs=())) == {RetireJob(JOB.name)}
    assert noticed(SHOP, replace(SHOP, jobs=(heir,))) == set()


def test_circles_are_found_each_once_and_in_the_direction_of_flow():
    flow = {"a": ["b"], "b": ["c"], "c": ["a"], "d": ["e"], "e": ["d", "a"]}

    found = find_cycles(flow)

    assert {frozenset(cycle) for cycle in found} == {frozenset("abc"), frozenset("de")}
    assert all(after in flow[before] for cycle in found for before, after in pairwise(cycle))


def test_what_has_no_circle_has_none():
    assert find_cycles({"a": ["b", "c"], "b": ["c"]}) == ()


def test_every_dataset_that_is_spoken_of_is_referenced():
    reader = an_estate(a_job("tidy", {"base/raw": "same"}, "clean"), a_consumer("board", {"base/other": ()}))

    assert referenced(reader) == (Name("base", "other"), Name("base", "raw"), Name("shop", "clean"))


def test_a_dataset_that_a_new_one_says_it_was_is_renamed():
    orders = a_dataset("orders", "id", "amount:integer", names=(RAW.name,))

    assert noticed(SHOP, replace(SHOP, datasets=(orders, CLEAN))) == {RenameDataset(RAW.name, orders.name)}


def test_other_code_formats_and_places_are_noticed():
    job = a_job("tidy", {"raw": "same"}, "clean", sql="SELECT 1 AS id FROM raw")
    raw = replace(RAW, format="csv", location="raw/{date}.csv")

    after = replace(SHOP, jobs=(job,), datasets=(replace(raw, location="in/{date}.csv"), CLEAN))

    assert noticed(replace(SHOP, datasets=(raw, CLEAN)), after) == {
        ChangeJob(JOB.name, "SELECT 1 AS id FROM raw"),
        MoveDataset(RAW.name, "in/{date}.csv"),
    }
    assert noticed(SHOP, replace(SHOP, jobs=(replace(JOB, retries=4),))) == set()
