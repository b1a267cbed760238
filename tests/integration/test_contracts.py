"""Contracts on each engine: kept whole, versioned, compared, tried, and what a plan says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.sql.columns import read_columns
from graph_model.contracts.history import history
from graph_model.contracts.recorded import contract_of, current_of, recorded
from graph_model.errors import ContractNotFound
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.estate.plan import Plan, plan
from graph_model.names import Name, contract_id, dataset_id
from graph_model.store.graph import Graph

ORDERS = Name("shop", "orders")
ID = dataset_id(ORDERS)
CONTRACT = """\
# What the shop promises.
apiVersion: v3.1.0
kind: DataContract
id: shop-orders
name: Orders
version: 1.0.0
status: active
team: {members: [{username: sales@example.org, role: Owner}, {username: other@example.org}]}
servers: [{server: lake, type: local, path: orders, format: csv, shelf: 7}]
slaProperties: [{property: latency, value: 4, unit: h}]
customProperties: [{property: odd, value: [2013-01-05, 16:00, {deep: "\\u2028\\U0001F680"}]}]
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, required: true, unique: true}
      - {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}
"""
ESTATE = """\
scope: shop
datasets:
  orders:
    format: csv
    location: "orders/{date}.csv"
    partition: {every: day, from: 2024-01-01}
    contract: orders.odcs.yaml
"""
SLOWER = CONTRACT.replace("value: 4", "value: 6")
WITH_NOTE = CONTRACT.replace("version: 1.0.0", "version: 1.1.0") + "      - {name: note, logicalType: string}\n"


def write(folder: Path, contract: str, estate: str = ESTATE) -> Path:
    (folder / "orders.odcs.yaml").write_text(contract)
    file = folder / "estate.yaml"
    file.write_text(estate)
    return file


def declare(graph: Graph, folder: Path, contract: str = CONTRACT, estate: str = ESTATE) -> Plan:
    found = load_estate(write(folder, contract, estate))
    return apply(graph, found, read_columns=read_columns, actor="tester")


def planned(graph: Graph, folder: Path, contract: str) -> Plan:
    return plan(graph, load_estate(write(folder, contract)), read_columns=read_columns)


def details(found: Plan) -> list[str]:
    return [change.detail for change in found.changes]


def test_a_contract_comes_out_of_the_graph_as_it_went_in(graph: Graph, tmp_path: Path):
    declare(graph, tmp_path)

    whole = contract_of(graph, ID, ORDERS)

    assert whole.document.text == CONTRACT
    odd = whole.document.content["customProperties"][0]["value"]
    assert odd == ["2013-01-05", "16:00", {"deep": "\u2028\N{ROCKET}"}]
    assert whole.document.content["servers"][0]["shelf"] == 7
    assert whole.recorded.id == contract_id(ID, whole.document.digest)
    assert (whole.recorded.version, whole.recorded.status, whole.recorded.name) == ("1.0.0", "active", "Orders")
    assert current_of(graph, [ID])[ID] == whole


def test_a_contract_as_large_as_a_file_may_be_is_kept_whole(graph: Graph, tmp_path: Path):
    large = CONTRACT + f"tags: [{', '.join(['wörd' * 20] * 7000)}]\n"

    declare(graph, tmp_path, large)

    assert contract_of(graph, ID, ORDERS).document.text == large


def test_only_another_content_is_another_contract(graph: Graph, tmp_path: Path):
    declare(graph, tmp_path)

    assert declare(graph, tmp_path, "# other words\n" + CONTRACT).is_empty
    declare(graph, tmp_path, WITH_NOTE)
    declare(graph, tmp_path)

    found, is_complete = recorded(graph, ID)
    assert is_complete
    assert [one.version for one in found] == ["1.0.0", "1.1.0", "1.0.0"]
    assert found[0].id == found[2].id != found[1].id
    assert [one.until for one in found] == [found[1].since, found[2].since, None]
    assert recorded(graph, ID, limit=1) == ((found[2],), False)


def test_a_contract_that_is_no_longer_declared_is_closed(graph: Graph, tmp_path: Path):
    declare(graph, tmp_path)
    without = declare(graph, tmp_path, estate=ESTATE.replace("    contract: orders.odcs.yaml\n", ""))

    assert details(without)[0].endswith(
        "contract: orders.odcs.yaml → nothing; no longer owner sales@example.org; contract 1.0.0 dropped"
    )
    assert current_of(graph, [ID]) == {}
    with pytest.raises(ContractNotFound, match="no contract of shop/orders"):
        contract_of(graph, ID, ORDERS)
    assert contract_of(graph, ID, ORDERS, "1.0.0").recorded.until is not None
    with pytest.raises(ContractNotFound, match=r"called 1\.0\.1; did you mean of shop/orders called 1\.0\.0"):
        contract_of(graph, ID, ORDERS, "1.0.1")


def test_a_retired_dataset_has_no_contract_any_more(graph: Graph, tmp_path: Path):
    declare(graph, tmp_path)
    declare(graph, tmp_path, estate="scope: shop\ndatasets: {}\n")

    assert current_of(graph, [ID]) == {}
    assert declare(graph, tmp_path).changes[0].action == "create"
    assert [one.until is None for one in recorded(graph, ID)[0]] == [False, True]


def test_a_plan_says_what_a_change_means_and_when_the_version_does_not(graph: Graph, tmp_path: Path):
    first = declare(graph, tmp_path)
    assert (details(first), first.remarks) == (["csv by day"], ())

    slower = planned(graph, tmp_path, SLOWER)
    noted = planned(graph, tmp_path, WITH_NOTE)
    patched = planned(graph, tmp_path, WITH_NOTE.replace("1.1.0", "1.0.1"))
    commented = planned(graph, tmp_path, CONTRACT + "tenant: shop\n")

    assert details(slower) == [
        "contract 1.0.0 says something else; to its readers major: latency is 6 hours and was 4 hours"
    ]
    (remark,) = slower.remarks
    assert remark.text == (
        "the contract says something else and is still version 1.0.0: the change is major (latency is 6 hours and was 4"
        " hours); 2.0.0 would tell its readers"
    )
    assert details(noted) == [
        "column note added; checks changed; contract 1.0.0 → 1.1.0; to its readers minor: note is new"
    ]
    assert noted.remarks == ()
    (remark,) = patched.remarks
    assert remark.text.endswith("to 1.0.1, but the change is minor (note is new); 1.1.0 would tell its readers")
    assert [remark.name for remark in commented.remarks] == [ORDERS]


def test_a_draft_may_change_as_it_likes(graph: Graph, tmp_path: Path):
    declare(graph, tmp_path, CONTRACT.replace("status: active", "status: draft"))

    assert planned(graph, tmp_path, SLOWER.replace("status: active", "status: draft")).remarks == ()


def test_a_service_level_that_nobody_understands_is_remarked(graph: Graph, tmp_path: Path):
    found = planned(graph, tmp_path, CONTRACT.replace("value: 4, unit: h", "value: soon"))

    assert [remark.text for remark in found.remarks] == [
        "slaProperties: latency cannot be understood (soon); it is only shown"
    ]


def test_the_team_owns_what_the_estate_gives_no_owner(graph: Graph, tmp_path: Path):
    declare(graph, tmp_path)
    assert owners(graph) == ("sales@example.org",)

    declare(graph, tmp_path, estate=ESTATE + "    owner: me@example.org\n")
    assert owners(graph) == ("me@example.org",)


def owners(graph: Graph) -> tuple[str, ...]:
    from graph_model.datasets.repository import dataset

    return dataset(graph, ORDERS).owners


def test_the_history_says_what_each_step_meant(graph: Graph, tmp_path: Path):
    for text in (CONTRACT, WITH_NOTE, SLOWER):
        declare(graph, tmp_path, text)

    steps = history(graph, ID, ORDERS, limit=10).steps

    assert [step.difference and (step.difference.change, step.difference.why) for step in steps] == [
        None,
        ("minor", "note is new"),
        ("major", "note is gone; latency is 6 hours and was 4 hours"),
    ]
    assert [step.before for step in steps] == [None, steps[0].recorded.id, steps[1].recorded.id]
    assert [step.before for step in history(graph, ID, ORDERS, limit=1).steps] == [None]
