"""`headwater impact …` of every kind of change, and of changes that are written somewhere already, on a real graph."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.support.cli import Cli, Said, graph_environment
from tests.support.dbt_project import catalog, manifest, write

ESTATE = """\
scope: shop
namespace: shop
datasets:
  orders:
    format: csv
    location: "orders/{date}.csv"
    partition: {every: day, from: 2024-01-01}
    contract: orders.odcs.yaml
    options: {header: true}
  clean: {format: parquet, partition: {every: day, from: 2024-01-01}}
jobs:
  tidy:
    sql: SELECT id, amount FROM orders WHERE state <> 'void'
    inputs: [orders]
    outputs: [clean]
consumers:
  board: {kind: dashboard, reads: {clean: [amount]}, owner: board@example.org}
  feed: {kind: feed, reads: {orders: all}}
"""
CONTRACT = """\
apiVersion: v3.0.2
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, primaryKey: true}
      - {name: amount, logicalType: number}
      - {name: state, logicalType: string, enum: [{value: new}, {value: void}]}
      - {name: remark, logicalType: string}
slaProperties:
  - {property: freshness, value: 1, unit: d}
"""


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` on a graph that knows a small shop."""
    (tmp_path / "orders.odcs.yaml").write_text(CONTRACT)
    (tmp_path / "estate.yaml").write_text(ESTATE)
    environment = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE_ROOT": str(tmp_path)}
    found = Cli({"HEADWATER_NAMESPACE": None, **graph_environment(graph_settings), **environment})
    said = found("apply", str(tmp_path / "estate.yaml"))
    assert said.code == 0, said.err
    return found


def changes(said: Said) -> list[dict[str, object]]:
    assert said.code in (0, 1), said.err
    return said.json["impact"]["changes"]


def verdicts(said: Said) -> dict[str, str]:
    assert said.code in (0, 1), said.err
    return {each["node"]["name"]: each["verdict"] for each in said.json["impact"]["affected"]}


def test_every_verb_asks_about_its_kind_of_change(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "tidy.sql").write_text("SELECT id FROM orders")
    orders = {"dataset": "shop/orders"}
    amount = {**orders, "column": "amount"}
    asked = [
        ("add-column orders.note string --position 1 --default x --not-null",
         {"change": "add-column", **orders, "column": "note", "type": "string", "nullable": False, "default": "x",
          "position": 1}),
        ("reorder-columns orders state id amount remark",
         {"change": "reorder-columns", **orders, "columns": ["state", "id", "amount", "remark"]}),
        ("nullable orders.id", {"change": "change-nullability", **orders, "column": "id", "nullable": True}),
        ("not-null orders.amount", {"change": "change-nullability", **amount, "nullable": False}),
        ("key orders amount id", {"change": "change-key", **orders, "columns": ["amount", "id"]}),
        ("key orders", {"change": "change-key", **orders, "columns": []}),
        ("allowed-values orders.state new paid",
         {"change": "change-allowed-values", **orders, "column": "state", "before": ["new", "void"],
          "after": ["new", "paid"]}),
        ("meaning orders.amount net", {"change": "change-meaning", **amount, "meaning": "net"}),
        ("default orders.amount 0", {"change": "change-default", **amount, "default": "0"}),
        ("rename-dataset orders sales", {"change": "rename-dataset", **orders, "to": "shop/sales"}),
        ("format orders --option header=false",
         {"change": "change-format", **orders, "format": None,
          "options": {"header": {"before": "true", "after": "false"}}}),
        ("format orders parquet", {"change": "change-format", **orders, "format": "parquet", "options": {}}),
        ("move orders none", {"change": "move-dataset", **orders, "location": None}),
        ("repartition orders hour", {"change": "repartition", **orders, "before": "day", "after": "hour"}),
        ("term orders freshness 36h", None),
        ("change-job tidy", {"change": "change-job", "job": "shop/tidy", "sql": None}),
        (f"change-job tidy --sql {tmp_path / 'tidy.sql'}",
         {"change": "change-job", "job": "shop/tidy", "sql": "SELECT id FROM orders"}),
        ("retire-job tidy", {"change": "retire-job", "job": "shop/tidy"}),
        ("retire-consumer board", {"change": "retire-consumer", "consumer": "shop/board"}),
    ]  # fmt: skip

    for words, change in asked:
        said = cli("impact", *words.split(), "--json")
        assert said.code == int(said.json["impact"]["breaks"]), said.err
        assert change is None or changes(said) == [change], words


@pytest.mark.parametrize(
    ("value", "options", "before", "weaker"),
    [
        ("2 days", [], "1 day", True),
        ("6 hours", [], "1 day", False),
        ("none", [], "1 day", True),
        ("whatever", [], "1 day", True),
        ("whatever", ["--stronger"], "1 day", False),
        ("2 days", ["--before", "3 days"], "3 days", False),
    ],
)
def test_a_term_is_held_against_the_contract(
    cli: Cli, value: str, options: list[str], before: str, *, weaker: bool
) -> None:
    (change,) = changes(cli("impact", "term", "orders", "freshness", value, *options, "--json"))

    assert (change["before"], change["after"], change["weaker"]) == (before, None if value == "none" else value, weaker)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("add-column orders", "names no column"),
        ("add-column orders.x varchar", "varchar"),
        ("format orders", "name another format"),
        ("format orders --option header", "write NAME=VALUE"),
        ("repartition orders dayly", "dayly is none of"),
        ("retire-consumer bord", "did you mean board"),
        ("retire-job tidi", "did you mean tidy"),
        ("rename-dataset ordrs x", "did you mean orders"),
        ("set nothing.yaml", "nothing.yaml"),
        ("set", "name a file"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_way_out(cli: Cli, words: str, said: str) -> None:
    found = cli("impact", *words.split())

    assert found.code == 2
    assert said in found.err
    assert found.out == ""


def test_a_set_is_applied_as_a_whole_before_anybody_is_judged(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    file.write_text(
        "- {change: drop-column, dataset: orders, column: amount}\n"
        "- {change: retire-job, job: tidy}\n"
        "- {change: retire-consumer, consumer: board}\n"
    )

    found = cli("impact", "set", str(file), "--json")

    assert [change["change"] for change in changes(found)] == ["drop-column", "retire-job", "retire-consumer"]
    assert set(verdicts(found)) == {"shop/feed"}
    again = tmp_path / "again.json"
    again.write_text(json.dumps(changes(found)))
    assert cli("impact", "set", str(again), "--json").json["impact"]["changes"] == changes(found)


def test_mistakes_in_a_set_are_told_with_their_lines(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    file.write_text("- {change: drop-column, dataset: ordrs, column: amount}\n- {change: drop-colum}\n")

    found = cli("impact", "set", str(file))

    assert found.code == 2
    assert f"{file}:1: drop-column: no dataset ordrs; did you mean orders?" in found.err
    assert f"{file}:2: there is no change 'drop-colum'; did you mean drop-column?" in found.err


def test_the_schema_of_a_set_needs_no_graph(cli: Cli) -> None:
    found = cli("impact", "set", "--schema", HEADWATER_GRAPH_URI="bolt://127.0.0.1:1")

    assert json.loads(found.out)["type"] == "array"


def test_two_files_are_compared_by_columns_order_and_dialect(cli: Cli, tmp_path: Path) -> None:
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    before.write_text("id,amount,state,remark\n1,2.5,new,a\n2,3.5,void,b\n")
    after.write_text("id;state;amount\n1;new;2.5\n2;void;3.5\n")

    found = cli("impact", "files", "orders", str(before), str(after), "--json")

    assert changes(found) == [
        {"change": "drop-column", "dataset": "shop/orders", "column": "remark"},
        {"change": "reorder-columns", "dataset": "shop/orders", "columns": ["id", "state", "amount"]},
        {
            "change": "change-format",
            "dataset": "shop/orders",
            "format": None,
            "options": {"delimiter": {"before": ",", "after": ";"}},
        },
    ]
    assert cli("impact", "files", "orders", str(before), str(before), "--json").json["impact"]["affected"] == []


def test_a_column_that_nobody_knows_leaves_the_answer_open(cli: Cli, tmp_path: Path) -> None:
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    before.write_text("id,strange\n1,2.5\n")
    after.write_text("id\n1\n")

    found = cli("impact", "files", "orders", str(before), str(after), "--json")

    assert found.code == 1
    assert found.json["unread"] == ["shop/orders.strange is not known here: whether somebody uses it cannot be told"]
    assert found.json["impact"]["incomplete_reasons"] == ["UNREAD"]


def test_two_contracts_are_compared(cli: Cli, tmp_path: Path) -> None:
    after = tmp_path / "after.yaml"
    after.write_text(CONTRACT.replace("{name: amount, logicalType: number}", "{name: amount, logicalType: string}"))

    found = cli("impact", "contract", "orders", str(tmp_path / "orders.odcs.yaml"), str(after), "--json")

    assert changes(found) == [
        {"change": "retype-column", "dataset": "shop/orders", "column": "amount", "type": "string"}
    ]
    assert verdicts(found)["shop/tidy"] != "SAFE"
    told = cli("impact", "contract", "orders", str(tmp_path / "orders.odcs.yaml"), str(after))
    assert "column shop/orders.amount becomes string" in told.out


def test_a_plan_tells_its_whole_difference_and_whom_it_hits(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "estate.yaml"
    file.write_text(ESTATE.replace("{header: true}", "{header: false}").replace("state <> 'void'", "id > 0"))

    found, told = cli("plan", str(file), "--json"), cli("plan", str(file))

    proposed = found.json["plan"]["proposed"]
    assert [change["change"] for change in proposed] == ["change-format", "change-job"]
    assert {each["node"]["name"] for each in found.json["plan"]["impact"]} == {"shop/tidy", "shop/board", "shop/feed"}
    assert "job shop/tidy runs other SQL" in told.out


def test_a_plan_that_only_adds_looks_for_nobody(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "estate.yaml"
    file.write_text(ESTATE.replace("jobs:", "  more: {format: parquet}\njobs:"))

    found = cli("plan", str(file), "--json")

    assert (found.code, found.json["plan"]["proposed"], found.json["plan"]["impact"]) == (0, [], [])


def test_a_script_of_definitions_is_judged_by_the_tables_it_speaks_of(cli: Cli, tmp_path: Path) -> None:
    script = tmp_path / "migration.sql"
    script.write_text(
        "ALTER TABLE public.ORDERS DROP COLUMN amount;\nDROP TABLE elsewhere;\nALTER TABLE clean RENAME TO tidied;\n"
    )

    found = cli("impact", "ddl", str(script), "--namespace", "shop", "--dialect", "postgres", "--json")

    assert changes(found) == [
        {"change": "drop-column", "dataset": "shop/orders", "column": "amount"},
        {"change": "rename-dataset", "dataset": "shop/clean", "to": "shop/tidied"},
    ]
    assert verdicts(found)["shop/tidy"] == "BREAKS"
    assert found.json["left_out"] == ["table elsewhere is not known here"]
    assert found.code == 1


def test_another_query_of_a_table_is_other_sql_of_the_job_that_makes_it(cli: Cli, tmp_path: Path) -> None:
    script = tmp_path / "view.sql"
    script.write_text("CREATE OR REPLACE VIEW clean AS SELECT id FROM orders")

    found = cli("impact", "ddl", str(script), "--namespace", "shop", "--dialect", "duckdb", "--json")

    assert changes(found) == [{"change": "change-job", "job": "shop/tidy", "sql": "SELECT id FROM orders"}]
    assert verdicts(found)["shop/board"] == "BREAKS"


def test_a_statement_that_cannot_be_read_proves_nobody_safe(cli: Cli, tmp_path: Path) -> None:
    script = tmp_path / "odd.sql"
    script.write_text("ALTER TABLE orders DROP COLUMN remark;\nCALL migrate_everything();\n")

    found = cli("impact", "ddl", str(script), "--namespace", "shop", "--dialect", "postgres", "--json")
    told = cli("impact", "ddl", str(script), "--namespace", "shop", "--dialect", "postgres")

    assert (found.code, told.code) == (1, 1)
    assert [text.partition(":")[0] for text in found.json["unread"]] == ["line 2"]
    assert "SAFE" not in verdicts(found).values()
    assert "not read: line 2: CALL migrate_everything()" in told.err


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--dialect", "postgress"], "did you mean postgres"), ([], "what shop speaks is not known")],
)
def test_a_dialect_must_be_known(cli: Cli, tmp_path: Path, options: list[str], said: str) -> None:
    script = tmp_path / "x.sql"
    script.write_text("DROP TABLE orders")

    found = cli("impact", "ddl", str(script), "--namespace", "shop", *options)

    assert (found.code, found.out) == (2, "")
    assert said in found.err


RENAMED = CONTRACT.replace(
    "{name: amount, logicalType: number}",
    "{name: total, logicalType: number, customProperties: [{property: renamedFrom, value: amount}]}",
)


def test_a_plan_that_mends_its_readers_along_breaks_nobody(cli: Cli, tmp_path: Path) -> None:
    estate, contract = tmp_path / "estate.yaml", tmp_path / "orders.odcs.yaml"
    contract.write_text(RENAMED)
    alone = cli("plan", str(estate), "--json")
    refused = cli("apply", str(estate))

    estate.write_text(ESTATE.replace("SELECT id, amount FROM", "SELECT id, total AS amount FROM"))
    mended = cli("plan", str(estate), "--json")
    applied, again = cli("apply", str(estate)), cli("plan", str(estate), "--json")

    assert (alone.code, refused.code) == (1, 2)
    verdicts_alone = {each["node"]["name"]: each["verdict"] for each in alone.json["plan"]["impact"]}
    assert verdicts_alone["shop/tidy"] == "BREAKS"
    assert [change["change"] for change in mended.json["plan"]["proposed"]] == ["rename-column", "change-job"]
    found = {each["node"]["name"]: each["verdict"] for each in mended.json["plan"]["impact"]}
    assert (mended.code, found["shop/tidy"], found["shop/board"]) == (0, "SAFE", "SAFE")
    assert (applied.code, again.json["plan"]["changes"], again.json["plan"]["proposed"]) == (0, [], [])


def test_what_a_plan_adds_to_a_query_is_judged_by_what_it_was(cli: Cli, tmp_path: Path) -> None:
    """The query until now is still known when the plan is judged: it lost a column, and somebody uses that."""
    estate = tmp_path / "estate.yaml"
    estate.write_text(ESTATE.replace("SELECT id, amount FROM", "SELECT id FROM"))

    found = cli("plan", str(estate), "--json")

    assert {each["node"]["name"]: each["verdict"] for each in found.json["plan"]["impact"]}["shop/board"] == "BREAKS"


def test_a_column_that_is_there_already_is_no_news(cli: Cli, tmp_path: Path) -> None:
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(CONTRACT.replace("      - {name: remark, logicalType: string}\n", ""))
    after.write_text(CONTRACT.replace("{name: remark,", "{name: other, logicalType: string}\n      - {name: remark,"))

    found = cli("impact", "contract", "orders", str(before), str(after), "--json")

    assert [change["column"] for change in changes(found)] == ["other"]
    assert (found.code, found.json["left_out"]) == (0, ["shop/orders.remark is there already"])


def test_two_states_of_a_dbt_project_are_compared_by_what_is_known_here(cli: Cli, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    old = manifest(12)
    write(before, manifest=old, catalog=catalog())
    place = "duckdb://shop.duckdb"
    assert cli("import", "dbt", str(before), "--datasets", place).code == 0
    new = manifest(12)
    new["nodes"]["model.shop.stg_orders"]["compiled_code"] = 'select id as order_id from "shop"."main"."raw_orders"'
    del new["nodes"]["model.shop.v_big"]
    now = catalog()
    del now["nodes"]["model.shop.stg_orders"]["columns"]["amount"]
    write(after, manifest=new, catalog=now)

    found = cli("impact", "dbt", str(before), str(after), "--datasets", place, "--json")

    assert {change["change"] for change in changes(found)} == {
        "drop-column",
        "change-job",
        "drop-dataset",
        "retire-job",
    }
    assert verdicts(found)["dbt/shop.main.shop.customer_totals"] != "SAFE"
