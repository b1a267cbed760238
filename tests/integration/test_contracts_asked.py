"""Contracts on each engine, asked on the command line and in GraphQL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_model.contracts.recorded import contract_of, recorded
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Inspection, Report, Validated
from graph_model.versions.report import report_version
from tests.integration.api import app_on, data
from tests.integration.test_contracts import CONTRACT, ESTATE, ID, ORDERS, SLOWER, WITH_NOTE, declare, write
from tests.support.cli import Cli, graph_environment
from tests.support.protocol import Fleet


@pytest.fixture
def cli(graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    environment = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE_ROOT": str(tmp_path)}
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), **environment})


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


def test_a_draft_that_compares_is_told_with_what(graph: Graph, cli: Cli, tmp_path: Path):
    declare(graph, tmp_path, CONTRACT)
    days = [publish(graph, tmp_path, f"id,amount\n1,{day}\n2,3\n", f"2024-01-0{day}") for day in (1, 2, 3)]
    publish(graph, tmp_path, "id,amount\n" + "".join(f"{id},7\n" for id in range(9)), "2024-01-04")
    draft = tmp_path / "draft.odcs.yaml"
    usual = "    quality: [{type: custom, engine: headwater, implementation: {check: rowCountHistory, atLeast: 3}}]\n"
    draft.write_text(CONTRACT.replace("    properties:\n", f"{usual}    properties:\n", 1))

    tried = cli("contract", "test", "orders@2024-01-04", "--contract", str(draft), "--json")

    (result,) = [found for found in tried.json["results"] if found["kind"] == "row_count_history"]
    assert (tried.code, result["passed"], result["value"]) == (1, False, 9)
    assert sorted(result["compared_with"]) == sorted(days)


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
