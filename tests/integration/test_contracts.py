"""Contracts on each engine: kept whole, versioned, compared, tried, and what a plan says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.sql.columns import read_columns
from graph_model.contracts.history import history
from graph_model.contracts.recorded import contract_of, current_of, recorded
from graph_model.errors import ContractNotFound
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.estate.plan import Plan, plan
from graph_model.names import Name, contract_id, dataset_id
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Inspection, Report, Validated
from graph_model.versions.report import report_version
from tests.integration.api import app_on, data
from tests.support.cli import Cli, graph_environment
from tests.support.protocol import Fleet

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


@pytest.fixture
def cli(graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    environment = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE_ROOT": str(tmp_path)}
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), **environment})


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


def publish(graph: Graph, folder: Path, rows: str, day: str = "2024-01-01") -> str:
    """A version that readers get, whatever its contract says of these rows."""
    file = folder / "orders" / f"{day}.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text(rows)
    fleet = Fleet(graph)
    fleet.contents[f"orders/{day}.csv"] = Validated(Inspection((), 2, 30, rows))
    receipt = report_version(graph, Report(ORDERS, day))
    fleet.work()
    return receipt.version


def test_contracts_are_shown_compared_and_tried_on_the_command_line(graph: Graph, cli: Cli, tmp_path: Path):
    for text in (CONTRACT, WITH_NOTE):
        declare(graph, tmp_path, text)
    draft = tmp_path / "draft.odcs.yaml"
    draft.write_text(WITH_NOTE.replace("minimum: 0", "minimum: 5"))
    publish(graph, tmp_path, "id,amount,note\n1,7,a\n2,3,b\n")

    assert cli("contract", "show", "orders", "--yaml").out == WITH_NOTE
    assert cli("contract", "show", "orders", "--version", "1.0.0", "--yaml").out == CONTRACT
    shown = cli("contract", "show", "orders@2024-01-01")
    assert "deadline  2024-01-02 04:00:00" in shown.out
    assert "path: orders; format: csv; shelf: 7" in shown.out
    as_json = cli("contract", "show", "orders", "--json").json
    assert as_json["document"] == json.loads(json.dumps(yaml.safe_load(WITH_NOTE), default=str)) | {
        "customProperties": [{"property": "odd", "value": ["2013-01-05", "16:00", {"deep": "\u2028\N{ROCKET}"}]}]
    }
    past = cli("contract", "history", "orders", "--json").json["steps"]
    assert [step["change"] for step in past] == [None, "minor"]

    same = cli("contract", "diff", "orders@1.0.0", "orders@1.0.0")
    assert (same.code, same.err) == (0, "both say the same\n")
    compared = cli("contract", "diff", "orders@1.0.0", "orders", "--json")
    assert (compared.code, compared.json["change"], compared.json["remark"]) == (0, "minor", None)
    back = cli("contract", "diff", "orders", "orders@1.0.0")
    assert (back.code, "note is gone" in back.out) == (1, True)
    drafted = cli("contract", "diff", "orders", str(draft))
    assert (drafted.code, "range of amount: promises more (min is 5 and was 0)" in drafted.out) == (0, True)
    assert "1.2.0 would tell its readers" in drafted.err

    before = everything(graph)
    good = cli("contract", "test", "orders@2024-01-01")
    assert (good.code, good.out.count("OK")) == (0, 4)
    tried = cli("contract", "test", "orders@2024-01-01", "--contract", str(draft), "--json")
    assert (tried.code, tried.json["good"]) == (1, False)
    assert [result["check"] for result in tried.json["results"] if not result["passed"]] == ["range of amount"]
    (tmp_path / "orders" / "2024-01-01.csv").unlink()
    gone = cli("contract", "test", "orders@2024-01-01")
    assert (gone.code, "unreadable" in gone.out) == (1, True)
    assert everything(graph) == before


def everything(graph: Graph) -> list[Any]:
    from graph_model.versions.repository import versions_of_datasets

    return [versions_of_datasets(graph, [ID]), recorded(graph, ID)]


def test_a_contract_is_answered_in_graphql(graph: Graph, tmp_path: Path):
    for text in (CONTRACT, WITH_NOTE):
        declare(graph, tmp_path, text)

    found = data(
        app_on(graph),
        """query { dataset(namespace: "shop", name: "orders") { ... on Dataset { contract {
          id name status version document text since slas { name promise understood }
          at: deadline(partition: "2024-01-01") never: deadline(partition: "soon")
          history { isComplete steps { id version until before change changes { part change text } text } }
        } } } }""",
    )["dataset"]["contract"]

    steps = found["history"]["steps"]
    assert (found["id"], found["version"], found["status"], found["name"]) == (
        steps[1]["id"],
        "1.1.0",
        "active",
        "Orders",
    )
    assert found["document"] == contract_of(graph, ID, ORDERS).document.content
    assert found["text"] == steps[1]["text"] == WITH_NOTE
    assert found["slas"] == [{"name": "latency", "promise": "4 hours", "understood": True}]
    assert (found["at"], found["never"]) == ("2024-01-02T04:00:00+00:00", None)
    assert [(step["version"], step["change"], step["text"] == CONTRACT) for step in steps] == [
        ("1.0.0", None, True),
        ("1.1.0", "MINOR", False),
    ]
    assert steps[1]["changes"] == [{"part": "schema", "change": "MINOR", "text": "note is new"}]
    assert (steps[0]["until"], steps[1]["before"]) == (found["since"], steps[0]["id"])


def test_a_dataset_without_a_contract_is_answered_all_the_same(graph: Graph, tmp_path: Path):
    declare(graph, tmp_path, estate=ESTATE.replace("    contract: orders.odcs.yaml\n", ""))

    found = data(
        app_on(graph),
        """query { dataset(namespace: "shop", name: "orders") { ... on Dataset { contract {
          id name status version document text slas { name } deadline(partition: "2024-01-01") history { steps { id } }
        } } } }""",
    )["dataset"]["contract"]

    assert found == {
        **dict.fromkeys(("id", "name", "status", "document", "text", "deadline")),
        "version": "",
        "slas": [],
        "history": {"steps": []},
    }


def test_what_is_not_there_is_said_on_the_command_line(graph: Graph, cli: Cli, tmp_path: Path):
    declare(graph, tmp_path)

    assert cli("contract", "show", "orders", "--version", "2").code == 2
    missing = cli("contract", "diff", "orders", "no/such.odcs.yaml")
    assert (missing.code, missing.err.startswith("error: ")) == (2, True)
    assert "there is no file no/such.odcs.yaml" in missing.err
    assert cli("contract", "test", "orders@2024-01-01").code == 2
    planned_again = cli("plan", str(write(tmp_path, SLOWER)))
    assert "remark: shop/orders: the contract says something else" in planned_again.err


def test_two_files_are_compared_without_any_graph(tmp_path: Path):
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(CONTRACT)
    other.write_text(SLOWER)
    nowhere = Cli({"HEADWATER_GRAPH_URI": "bolt://127.0.0.1:1", "HEADWATER_HOME": str(tmp_path / "home")})

    said = nowhere("contract", "diff", str(one), str(other))

    assert said.code == 1
    assert "latency is 6 hours and was 4 hours" in said.out
