"""Registering datasets without an estate file, on each engine."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from connectors.sql.binding import rebind
from connectors.sql.columns import read_columns
from graph_model.audit.repository import trail
from graph_model.datasets.register import Allowed, NotRegistered, Registration, plan_registration, register, unregister
from graph_model.datasets.repository import dataset
from graph_model.errors import BreaksRefused, DatasetNotFound, InvalidInput, PlanChanged
from graph_model.estate.apply import apply
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.support.estates import a_consumer, a_dataset, a_job, an_estate

ORDERS = Name("shop", "orders")
WORDS = {
    "format": "csv",
    "location": "orders/{date}.csv",
    "partition": {"every": "day", "from": "2024-01-01"},
    "owners": ["ops@example.org"],
    "tags": ["raw", "no"],
    "description": 'Said "so": # 100% — é\nand more',
    "domain": "sales",
    "properties": {"n": 1, "on": True, "text": "yes"},
}
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer}
      - {name: amount, logicalType: number}
"""
ME = Allowed("tester")


def a_registration(*left_out: str, contract: str = CONTRACT, **words: Any) -> Registration:
    return Registration(ORDERS, {key: WORDS[key] for key in WORDS if key not in left_out} | words, contract)


def test_a_dataset_is_declared_in_the_words_of_an_estate_file(graph: Graph) -> None:
    planned = plan_registration(graph, a_registration())

    applied = register(graph, a_registration(), Allowed("tester", plan_hash=planned.hash))

    found = dataset(graph, ORDERS)
    assert (applied.hash, applied.changes[0].action) == (planned.hash, "create")
    assert (found.partitions, found.location) == (PartitionScheme("day", "2024-01-01"), "orders/{date}.csv")
    assert (found.tags, found.owners, found.domain) == (("raw", "no"), ("ops@example.org",), "sales")
    assert (found.description, found.properties) == (WORDS["description"], WORDS["properties"])
    assert [column.path for column in found.columns] == ["id", "amount"]
    assert [record.actor for record in trail(graph, found.id, first=9).items] == ["tester"]
    assert register(graph, a_registration(), ME).is_empty


def test_registering_one_dataset_leaves_the_others_alone(graph: Graph) -> None:
    apply(graph, an_estate(a_dataset("clean")), read_columns=read_columns, actor="tester")
    register(graph, a_registration(), ME)
    register(graph, Registration(Name("shop", "other"), {"format": "csv"}), ME)

    changed = register(graph, a_registration("domain", "description"), ME)

    assert changed.changes[0].detail.startswith("description: ")
    assert [dataset(graph, Name("shop", name)).retired_at for name in ("clean", "orders", "other")] == [None] * 3


def test_every_mistake_is_told_at_once_and_nothing_is_written(graph: Graph) -> None:
    wrong = a_registration("format", format="cvs", partition={"every": "dya"}, tags="raw", ownr="x")

    with pytest.raises(InvalidInput) as raised:
        register(graph, wrong, ME)

    said = str(raised.value)
    for part in ("did you mean csv?", "did you mean day?", "tags must be a list", "did you mean owner?"):
        assert part in said
    assert "/" not in said.replace("and/or", "")
    with pytest.raises(InvalidInput, match="contract line 1: only version 3"):
        register(graph, a_registration(contract=CONTRACT.replace("v3.1.0", "v2.0.0")), ME)
    with pytest.raises(DatasetNotFound):
        dataset(graph, ORDERS)


def test_what_an_estate_file_declares_is_not_registered_over(graph: Graph) -> None:
    apply(graph, an_estate(a_dataset("orders")), read_columns=read_columns, actor="tester")

    with pytest.raises(InvalidInput, match="belongs to scope shop"):
        register(graph, a_registration(), ME)
    with pytest.raises(NotRegistered, match="scope shop declares it"):
        unregister(graph, ORDERS, ME)


def test_who_would_break_must_be_accepted_by_name(graph: Graph) -> None:
    register(graph, a_registration(), ME)
    board = an_estate(a_consumer("board", {"shop/orders": ("amount",)}, namespace="boards"), scope="boards")
    apply(graph, board, read_columns=read_columns, actor="tester")
    less = a_registration(contract=CONTRACT[: CONTRACT.index("      - {name: amount")])

    assert [affected.verdict for affected in plan_registration(graph, less).impact] == ["BREAKS"]
    with pytest.raises(BreaksRefused, match="boards/board"):
        register(graph, less, ME)
    with pytest.raises(BreaksRefused, match="boards/board"):
        unregister(graph, ORDERS, ME)
    with pytest.raises(PlanChanged):
        register(graph, less, Allowed("tester", ["boards/board"], plan_hash="0" * 64))
    register(graph, less, Allowed("tester", ["boards/board"]))
    assert [column.path for column in dataset(graph, ORDERS).columns] == ["id"]


def test_a_registration_is_taken_back(graph: Graph) -> None:
    register(graph, a_registration(), ME)

    retired = unregister(graph, ORDERS, ME)

    assert [change.action for change in retired.changes] == ["retire"]
    assert dataset(graph, ORDERS).retired_at
    assert unregister(graph, ORDERS, ME).is_empty
    register(graph, a_registration(), ME)
    assert dataset(graph, ORDERS).retired_at is None


@pytest.fixture
def app(graph: Graph) -> FastAPI:
    return app_on(graph)


def mutate(app: FastAPI, field: str, **values: Any) -> dict[str, Any]:
    kind = f"{field[0].upper()}{field[1:]}Input!"
    wanted = """... on RegistrationPayload { applied planHash changes { action kind name { name } detail }
      impact { verdict }
      dataset { id tags classification tier retention properties { name value } partitionEvery retiredAt scope } }"""
    answer = f"__typename {wanted} ... on Error {{ code message }}"
    return data(app, f"mutation($input: {kind}) {{ {field}(input: $input) {{ {answer} }} }}", input=values)[field]


def test_graphql_registers_changes_and_takes_back(app: FastAPI) -> None:
    given = {
        "name": {"namespace": "shop", "name": "orders"},
        "format": "csv",
        "location": "orders/{date}.csv",
        "partition": {"every": "day", "from": "2024-01-01", "calendar": ["2024-01-02"]},
        "tags": ["raw"],
        "classification": "internal",
        "tier": "gold",
        "properties": [{"name": "cost", "value": 4711}],
        "options": {"delimiter": ";"},
        "contract": CONTRACT,
        "retention": {"versions": 3},
        "compatibility": {"mode": "backward", "on_violation": "warn"},
    }

    planned = mutate(app, "registerDataset", **given, dryRun=True)
    assert (planned["applied"], planned["dataset"]) == (False, None)
    done = mutate(app, "registerDataset", **given, planHash=planned["planHash"])
    assert done["applied"] is True
    assert done["changes"] == [
        {"action": "create", "kind": "dataset", "name": {"name": "orders"}, "detail": "csv by day"}
    ]
    found = done["dataset"]
    assert (found["tags"], found["classification"], found["tier"]) == (["raw"], "internal", "gold")
    assert (found["properties"], found["scope"]) == ([{"name": "cost", "value": 4711}], "registered:shop/orders")
    assert found["retention"] == "versions 3"
    changed = mutate(app, "registerDataset", **{**given, "tier": "silver"})
    assert changed["changes"][0]["detail"] == "tier: gold → silver"

    wrong = mutate(app, "registerDataset", **{**given, "format": "cvs"})
    assert (wrong["__typename"], wrong["code"]) == ("InvalidInputError", "INVALID_INPUT")
    assert "did you mean csv?" in wrong["message"]
    gone = mutate(app, "unregisterDataset", name=given["name"])
    assert gone["dataset"]["retiredAt"]
    nobody = mutate(app, "unregisterDataset", name={"namespace": "shop", "name": "nobody"})
    assert nobody["code"] == "NOT_FOUND"


COPIED = ("orders_copy", "sums")


def put_a_star_behind(graph: Graph) -> None:
    """A job of another scope that takes all columns of the registered dataset, and one that adds up what it makes."""
    star = a_job("copy", {"shop/orders": "same"}, COPIED[0], sql="SELECT * FROM orders", namespace="copies")
    total = "SELECT sum(amount) AS total FROM orders_copy"
    sums = a_job("add_up", {COPIED[0]: "same"}, COPIED[1], sql=total, namespace="copies")
    made = [a_dataset(name, namespace="copies") for name in COPIED]
    apply(graph, an_estate(*made, star, sums, scope="copies", namespace="copies"), read_columns=read_columns, actor="x")


def test_what_breaks_behind_a_star_is_refused_where_queries_are_held(graph: Graph, app: FastAPI) -> None:
    register(graph, a_registration(), ME)
    put_a_star_behind(graph)
    texts = a_registration(contract=CONTRACT.replace("number", "string"))

    unsure = plan_registration(graph, texts)
    sure = plan_registration(graph, texts, rebind=rebind)
    words = {key: value for key, value in WORDS.items() if key != "properties"}
    given = {"name": {"namespace": "shop", "name": "orders"}, **words, "contract": texts.contract}
    planned = mutate(app, "registerDataset", **given, dryRun=True)
    refused = mutate(app, "registerDataset", **given)

    assert {one.node.name.name: one.verdict for one in unsure.impact}["add_up"] != "BREAKS"
    assert {one.node.name.name: one.rule for one in sure.impact}["add_up"] == "query_is_refused"
    assert "BREAKS" in {one["verdict"] for one in planned["impact"]}
    assert (refused["__typename"], "copies/add_up" in refused["message"]) == ("InvalidInputError", True)
    with pytest.raises(BreaksRefused, match="copies/add_up"):
        register(graph, texts, ME, rebind=rebind)
