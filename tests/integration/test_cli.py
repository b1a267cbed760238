"""Each command against a real graph: what it prints as JSON, and its exit code."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import neo4j
import pytest

from graph_model.runs.lease import become_leader
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.support.cli import Cli, graph_environment
from tests.support.protocol import Fleet, bad

ESTATE = """\
scope: shop
namespace: shop
datasets:
  orders:
    {format: csv, location: "orders/{date}.csv", partition: {every: day, from: 2024-01-01}, contract: orders.odcs.yaml}
  clean: {format: csv, partition: {every: day, from: 2024-01-01}, owner: ops@example.org}
jobs:
  tidy:
    sql: tidy.sql
    inputs: [orders]
    outputs: [clean]
    owner: ops@example.org
consumers:
  board: {kind: dashboard, reads: {clean: [amount]}, owner: board@example.org}
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
      - {name: id, logicalType: integer}
      - {name: amount, logicalType: number}
      - {name: remark, logicalType: string}
"""
SQL = "SELECT id, amount FROM orders WHERE id > 0\n"
DAY, OTHER_DAY = "2024-01-05", "2024-01-06"


@pytest.fixture
def cli(graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    """`headwater` with the engine under test, no broker, and storage of its own."""
    storage = tmp_path / "storage"
    storage.mkdir()
    environment = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE_ROOT": str(storage)}
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), **environment})


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    folder = tmp_path / "estate"
    folder.mkdir()
    (folder / "orders.odcs.yaml").write_text(CONTRACT)
    (folder / "tidy.sql").write_text(SQL)
    file = folder / "estate.yaml"
    file.write_text(ESTATE)
    return file


@pytest.fixture
def shop(graph: Graph, cli: Cli, estate: Path) -> Graph:
    """The graph with the estate applied."""
    said = cli("apply", str(estate))
    assert said.code == 0, said.err
    return graph


@pytest.fixture
def traded(shop: Graph, cli: Cli) -> Graph:
    """One day went well to its end; of the other, the raw data was quarantined."""
    fleet = Fleet(shop, contents={f"orders/{OTHER_DAY}.csv": bad()})
    for day in (DAY, OTHER_DAY):
        said = cli("report", "shop/orders", "--partition", day)
        assert said.code == 0, said.err
    fleet.work()
    fleet.settle()
    return shop


def test_plan_shows_what_would_be_created_and_changes_nothing(graph: Graph, cli: Cli, estate: Path) -> None:
    first, second = cli("plan", str(estate), "--json"), cli("plan", str(estate), "--json")

    assert first.code == 0, first.err
    assert first.json["schema_version"] == 1
    created = {(change["kind"], change["name"]) for change in first.json["plan"]["changes"]}
    assert {("job", "shop/tidy"), ("dataset", "shop/orders"), ("consumer", "shop/board")} <= created
    assert second.json == first.json


def test_apply_carries_out_the_plan_that_was_shown_and_then_has_nothing_left(
    graph: Graph, cli: Cli, estate: Path
) -> None:
    shown = cli("plan", str(estate), "--json").json["plan"]["hash"]

    applied = cli("apply", str(estate), "--plan-hash", shown, "--json")
    again = cli("plan", str(estate))

    assert applied.code == 0, applied.err
    assert applied.json["applied"] is True
    assert applied.json["plan"]["hash"] == shown
    assert again.code == 0
    assert "nothing changes" in again.err


def test_a_plan_that_is_out_of_date_is_not_applied(shop: Graph, cli: Cli, estate: Path) -> None:
    said = cli("apply", str(estate), "--plan-hash", "0123")

    assert said.code == 2
    assert "headwater plan" in said.err


def test_mistakes_of_an_estate_are_one_line_each_and_nothing_is_applied(graph: Graph, cli: Cli, estate: Path) -> None:
    estate.write_text(
        ESTATE.replace("inputs: [orders]", "inputs: [ordrs]").replace(
            "format: csv, partition", "fromat: csv, partition"
        )
    )

    for command in ("plan", "apply"):
        said = cli(command, str(estate))
        *mistakes, summary = said.err.splitlines()
        assert said.code == 2
        assert len(mistakes) >= 2
        assert all(line.startswith(f"{estate}:") for line in mistakes)
        assert any("orders" in line for line in mistakes)
        assert summary.endswith("nothing was applied")
    assert graph.rows("estate.known_datasets") == []


def test_dropping_what_somebody_reads_is_a_finding_of_plan_and_refused_by_apply(
    shop: Graph, cli: Cli, estate: Path
) -> None:
    (estate.parent / "tidy.sql").write_text("SELECT id FROM orders WHERE id > 0\n")
    (estate.parent / "orders.odcs.yaml").write_text(CONTRACT.replace("      - {name: id, logicalType: integer}\n", ""))

    planned, refused = cli("plan", str(estate), "--json"), cli("apply", str(estate))
    accepted = cli("apply", str(estate), "--accept", "tidy", "--accept", "shop/board")

    assert planned.code == 1
    assert "BREAKS" in {affected["verdict"] for affected in planned.json["plan"]["impact"]}
    assert refused.code == 2
    assert "--accept" in refused.err
    assert accepted.code == 0, accepted.err


def test_a_report_is_known_once_however_often_it_is_told(shop: Graph, cli: Cli) -> None:
    arguments = (
        "report",
        "orders",
        "--partition",
        DAY,
        "--key",
        "k1",
        "--source-time",
        "2024-01-05T12:00:00Z",
        "--json",
    )

    first, second = cli(*arguments), cli(*arguments)

    assert first.code == second.code == 0, first.err
    assert first.json["receipt"]["created"] is True
    assert first.json["receipt"]["state"] in ("REPORTED", "VALIDATING")
    assert first.json["rung"] is False
    assert second.json["receipt"] == first.json["receipt"] | {"created": False, "runs": second.json["receipt"]["runs"]}


IMPOSSIBLE = (
    ("report ordrs --partition 2024-01-05", "did you mean orders"),
    ("report orders --partition 2024-13-01", "a day like"),
    ("report clean --partition 2024-01-05", "location"),
    ("resolve shop/nothing@2024-01-05", "no dataset shop/nothing"),
    ("resolve shop/orders@2024-01-05", "nothing was reported there yet"),
    ("wait orders@2023-01-01", "2024-01-01 or later"),
    ("wait orders@2024-01-05 --timeout soon", "90s, 10m or 2h"),
    ("versions ordrs", "did you mean orders"),
    ("versions orders --partition soon", "a day like"),
    ("ready tdy --partition 2024-01-05", "did you mean tidy"),
    ("ready tidy --partition soon", "a day like"),
    ("runs --job shop/tdy", "did you mean shop/tidy"),
    ("runs --state DANCING", "SUCCEEDED"),
    ("run rn_000000000000000000000000", "no run rn_000000000000000000000000"),
    ("lineage ordrs", "did you mean orders"),
    ("lineage orders.nothing", "nothing"),
    ("lineage orders --as-of yesterday", "2013-01-05T07:00:00Z"),
    ("lineage orders --up --down", "choose one"),
    ("lineage orders --level table", "version, run"),
    ("lineage orders --kind table", "consumer"),
    ("lineage tdy", "did you mean tidy"),
    ("lineage shop/bord", "did you mean shop/board"),
    ("lineage clean@2024-01-05 --level version", "that was good at"),
    ("lineage vs_nothing --level run", "no dataset vs_nothing"),
    ("paths orders bord", "did you mean board"),
    ("lineage-diff ordrs 2001-01-01", "did you mean orders"),
    ("lineage-diff orders soon", "2013-01-05T07:00:00Z"),
    ("impact drop-column orders", "names no column"),
    ("impact drop-column orders.nothing", "nothing"),
    ("impact retype-column orders.id varchar", "varchar"),
    ("impact drop-dataset ordrs", "did you mean orders"),
)


def test_what_cannot_be_is_exit_2_with_one_message(shop: Graph, cli: Cli) -> None:
    for line, expected in IMPOSSIBLE:
        said = cli(*line.split(), "--json")

        assert said.code == 2, f"{line}: {said.err}"
        assert expected in said.err, line
        assert "Traceback" not in said.err, line
        assert said.out == "", line


def test_resolve_and_wait_say_where_the_last_good_data_is(traded: Graph, cli: Cli, tmp_path: Path) -> None:
    for command in ("resolve", "wait"):
        said = cli(command, f"shop/orders@{DAY}", "--json")

        assert said.code == 0, said.err
        assert said.json["location"] == str(tmp_path / "storage" / "orders" / f"{DAY}.csv")
        assert said.json["version"]["state"] == "PUBLISHED"
        assert said.json["version"]["dataset"] == "shop/orders"


def test_wait_gives_up_in_time_and_says_what_stands_in_the_way(traded: Graph, cli: Cli) -> None:
    said, in_json = (
        cli("wait", f"orders@{OTHER_DAY}", "--timeout", "0.2s"),
        cli("wait", f"orders@{OTHER_DAY}", "--timeout", "0", "--json"),
    )

    assert said.code == in_json.code == 1
    assert "QUARANTINED" in said.err
    assert said.out == ""
    assert in_json.json["timed_out"] is True
    assert in_json.json["newest"]["state"] == "QUARANTINED"


def test_wait_for_a_job_says_which_run_of_it_went_well(traded: Graph, cli: Cli) -> None:
    good, bad_day, older, nobody, both = (
        cli("wait", "--job", f"shop/tidy@{DAY}", "--json"),
        cli("wait", "--job", f"tidy@{OTHER_DAY}", "--timeout", "0.2s", "--json"),
        cli("wait", "--job", f"tidy@{DAY}", "--timeout", "0", "--ended-after", "9000-01-01"),
        cli("wait", "--job", f"tdy@{DAY}"),
        cli("wait", f"orders@{DAY}", "--job", f"tidy@{DAY}"),
    )

    assert good.code == 0, good.err
    assert (good.json["run"]["state"], good.json["run"]["partition"]) == ("SUCCEEDED", DAY)
    assert (bad_day.code, bad_day.json["timed_out"], bad_day.json["run"]) == (1, True, None)
    assert "it had no run yet" in bad_day.err
    assert older.code == 1
    assert "is SUCCEEDED" in older.err
    assert (nobody.code, both.code) == (2, 2)
    assert "did you mean tidy" in nobody.err


def test_versions_lists_all_or_those_of_one_partition(traded: Graph, cli: Cli) -> None:
    everything, one = cli("versions", "orders", "--json"), cli("versions", "orders", "--partition", OTHER_DAY, "--json")

    assert {version["partition"]: version["state"] for version in everything.json["versions"]} == {
        DAY: "PUBLISHED",
        OTHER_DAY: "QUARANTINED",
    }
    assert [version["partition"] for version in one.json["versions"]] == [OTHER_DAY]
    assert one.json["versions"][0]["results"][0]["check"] == "unique id"


def test_ready_says_what_is_missing_and_which_check_failed(traded: Graph, cli: Cli) -> None:
    ready, waiting = (
        cli("ready", "tidy", "--partition", DAY, "--json"),
        cli("ready", "tidy", "--partition", OTHER_DAY, "--json"),
    )
    read_by_people = cli("ready", "tidy", "--partition", OTHER_DAY)

    assert ready.code == 0, ready.err
    assert ready.json["readiness"]["run"]["state"] == "SUCCEEDED"
    assert waiting.code == 1
    assert [(each["dataset"], each["state"]) for each in waiting.json["readiness"]["inputs"]] == [
        ("shop/orders", "QUARANTINED")
    ]
    assert "check unique id: 3 rows repeat a key" in read_by_people.out


def test_runs_are_listed_and_each_can_be_shown(traded: Graph, cli: Cli) -> None:
    listed = cli("runs", "--job", "shop/tidy", "--state", "succeeded", "--json")
    waiting = cli("runs", "--open", "--json")
    shown = cli("run", listed.json["runs"][0]["id"], "--json")

    assert listed.code == waiting.code == shown.code == 0, shown.err
    assert [(run["subject"], run["partition"]) for run in listed.json["runs"]] == [("shop/tidy", DAY)]
    assert waiting.json["runs"] == []
    assert shown.json["run"]["attempts"][0]["worker"] == "w-test"
    assert shown.json["run"]["inputs"]
    assert shown.json["run"]["outputs"]


def test_lineage_leads_downstream_and_up_again(shop: Graph, cli: Cli) -> None:
    down, up = cli("lineage", "orders", "--json"), cli("lineage", "clean", "--up", "--json")

    assert down.code == up.code == 0, down.err
    assert down.json["lineage"]["is_complete"] is True
    assert {node["name"] for node in down.json["lineage"]["nodes"]} == {
        "shop/orders",
        "shop/tidy",
        "shop/clean",
        "shop/board",
    }
    assert {node["name"] for node in up.json["lineage"]["nodes"]} == {"shop/orders", "shop/tidy", "shop/clean"}


def test_lineage_of_a_column_follows_that_column_only(shop: Graph, cli: Cli) -> None:
    used, unused = cli("lineage", "shop/orders.amount", "--json"), cli("lineage", "shop/orders.remark", "--json")

    assert "shop/board" in {node["name"] for node in used.json["lineage"]["nodes"]}
    assert "shop/board" not in {node["name"] for node in unused.json["lineage"]["nodes"]}


def test_lineage_is_drawn_for_people_and_for_documents(shop: Graph, cli: Cli) -> None:
    tree, dot, mermaid = (
        cli("lineage", "orders"),
        cli("lineage", "orders", "--dot"),
        cli("lineage", "orders", "--mermaid"),
    )

    assert tree.out.splitlines()[0] == "dataset shop/orders"
    assert "job shop/tidy" in tree.out
    assert dot.out.startswith("digraph")
    assert mermaid.out.startswith("flowchart")
    assert cli("lineage", "orders", "--dot", "--json").code == 2


def test_lineage_of_a_job_or_a_consumer(shop: Graph, cli: Cli) -> None:
    job, consumer = cli("lineage", "tidy"), cli("lineage", "shop/board", "--up")

    assert job.out.splitlines()[0] == "job shop/tidy"
    assert [line.strip("│├└─ ") for line in consumer.out.splitlines()][:2] == [
        "consumer shop/board",
        "dataset shop/clean",
    ]


def test_lineage_of_a_version_leads_to_what_it_was_made_from(traded: Graph, cli: Cli) -> None:
    up = cli("lineage", f"clean@{DAY}", "--level", "version", "--up", "--json").json["lineage"]
    version = next(node for node in up["nodes"] if node["id"] == up["root"])
    run = next(node["id"] for node in up["nodes"] if node["kind"] == "RUN")
    tree = cli("lineage", run, "--level", "run", "--both")

    assert (version["kind"], version["name"], version["partition"]) == ("VERSION", "shop/clean", DAY)
    assert {node["name"] for node in up["nodes"]} == {"shop/clean", "shop/tidy", "shop/orders"}
    assert tree.out.splitlines()[0] == f"run shop/tidy@{DAY} SUCCEEDED"
    assert "consumer shop/board" in tree.out


def test_no_way_is_a_finding(shop: Graph, cli: Cli) -> None:
    there, back = cli("paths", "orders", "board", "--json"), cli("paths", "board", "orders", "--json")

    assert (there.code, back.code) == (0, 1)
    assert [len(path) for path in there.json["paths"]["paths"]] == [3]
    assert back.json["paths"]["paths"] == []


def test_lineage_as_of_a_time_before_the_estate_is_empty_or_unknown(shop: Graph, cli: Cli) -> None:
    said = cli("lineage", "orders", "--as-of", "2001-01-01", "--json")

    assert said.code in (0, 2)
    if said.code == 0:
        assert {node["name"] for node in said.json["lineage"]["nodes"]} == {"shop/orders"}


def test_impact_is_a_finding_only_where_somebody_breaks(shop: Graph, cli: Cli) -> None:
    breaking, harmless = (
        cli("impact", "drop-column", "shop/orders.amount", "--json"),
        cli("impact", "drop-column", "orders.remark", "--json"),
    )

    verdicts = {each["node"]["name"]: each["verdict"] for each in breaking.json["impact"]["affected"]}
    assert breaking.code == 1
    assert breaking.json["impact"]["changes"] == [
        {"change": "drop-column", "dataset": "shop/orders", "column": "amount"}
    ]
    assert verdicts["shop/tidy"] == "BREAKS"
    assert harmless.code == 0, harmless.err
    assert {each["verdict"] for each in harmless.json["impact"]["affected"]} == {"SAFE"}


def test_every_kind_of_change_has_its_verdicts(shop: Graph, cli: Cli) -> None:
    amount = {"dataset": "shop/orders", "column": "amount"}
    kinds = (
        (("rename-column", "orders.amount", "total"), amount | {"change": "rename-column", "to": "total"}),
        (("retype-column", "orders.amount", "string"), amount | {"change": "retype-column", "type": "string"}),
        (("drop-dataset", "orders"), {"change": "drop-dataset", "dataset": "shop/orders"}),
    )
    for arguments, change in kinds:
        said, read_by_people = cli("impact", *arguments, "--json"), cli("impact", *arguments)

        assert said.json["impact"]["changes"] == [change]
        assert said.code == read_by_people.code == int(said.json["impact"]["breaks"])
        assert "job shop/tidy" in read_by_people.out


def test_migrate_has_nothing_to_do_on_a_migrated_graph_and_repairs_what_was_dropped(
    graph: Graph, side_driver: neo4j.Driver, cli: Cli
) -> None:
    side_driver.execute_query("DROP CONSTRAINT outbox_id", database_=graph.settings.database)

    found = cli("doctor", "--json")
    plain = cli("migrate", "--json")
    repaired = cli("migrate", "--repair", "--json")
    afterwards = cli("doctor", "--json")

    constraints = next(each for each in found.json["findings"] if each["subject"] == "constraints")
    assert constraints["state"] == "FAIL"
    assert "Outbox.id" in constraints["found"]
    assert constraints["mend"] == "headwater migrate --repair"
    assert plain.json == {"schema_version": 1, "applied": [], "repaired": False}
    assert repaired.code == 0, repaired.err
    assert next(each for each in afterwards.json["findings"] if each["subject"] == "constraints")["state"] == "OK"


def test_the_doctor_misses_a_fleet_and_is_content_with_one(graph: Graph, cli: Cli, engine: str) -> None:
    alone = cli("doctor", "--json")
    Fleet(graph)
    become_leader(graph, "w-test", seconds=600)
    staffed = cli("doctor", "--json")

    states = {each["subject"]: each["state"] for each in alone.json["findings"]}
    assert alone.code == 1
    assert states["graph"] == states["migrations"] == states["constraints"] == states["clock"] == "OK"
    assert states["workers"] == states["steward"] == "FAIL"
    assert staffed.code == 0, staffed.out
    assert staffed.json["ok"] is True
    assert engine in next(each["found"] for each in staffed.json["findings"] if each["subject"] == "graph").lower()


def test_verify_is_clean_after_real_work_and_tells_what_is_not(
    traded: Graph, side_driver: neo4j.Driver, cli: Cli
) -> None:
    clean = cli("verify", "--json")
    side_driver.execute_query(
        "MATCH (:Partition)-[:CURRENT]->(v:DatasetVersion) SET v.state = 'QUARANTINED'",
        database_=traded.settings.database,
    )
    broken, read_by_people = cli("verify", "--json"), cli("verify")

    assert clean.code == 0, clean.out
    assert clean.json == {"schema_version": 1, "ok": True, "violations": []}
    assert broken.code == read_by_people.code == 1
    assert 5 in {violation["invariant"] for violation in broken.json["violations"]}
    assert "CURRENT" in read_by_people.out


def test_writing_into_a_graph_without_its_migrations_is_refused(
    graph: Graph, side_driver: neo4j.Driver, cli: Cli, estate: Path
) -> None:
    side_driver.execute_query("MATCH (m:Migration) DELETE m", database_=graph.settings.database)
    try:
        said = cli("apply", str(estate))
    finally:
        mended = cli("migrate", "--json")

    assert said.code == 2
    assert "headwater migrate" in said.err
    assert mended.json["applied"]


def test_an_api_on_a_taken_port_is_a_clear_error(graph: Graph, cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = cli("api", "--port", str(taken.getsockname()[1]))

    assert said.code == 2
    assert "is taken" in said.err


def test_every_printed_table_is_plain_text_on_stdout(traded: Graph, cli: Cli, estate: Path) -> None:
    run = cli("runs", "--json").json["runs"][0]["id"]
    lines = f"versions orders|resolve orders@{DAY}|runs|run {run}|ready tidy -p {DAY}|config|doctor"
    commands = [["plan", str(estate)], *(line.split() for line in lines.split("|"))]

    for command in commands:
        said = cli(*command)
        assert said.code in (0, 1), said.err
        assert said.out.strip()
        assert "\x1b" not in said.out


def test_an_estate_folder_is_as_good_as_its_file(graph: Graph, cli: Cli, estate: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(estate.parent, copy)

    assert cli("plan", str(copy), "--json").code == 0


def test_partitions_lists_what_is_missing_beside_what_is_there(traded: Graph, cli: Cli) -> None:
    told = cli("partitions", "shop/orders", "--to", OTHER_DAY, "--json")
    gaps = cli("partitions", "shop/orders", "--gaps", "--from", DAY, "--to", OTHER_DAY, "--json")
    fine = cli("partitions", "shop/orders", "--gaps", "--from", DAY, "--to", DAY)

    listed = {row["partition"]: (row["state"], row["gap"], row["late"]) for row in told.json["partitions"]}
    assert told.code == 0, told.err
    assert list(listed) == ["2024-01-06", "2024-01-05", "2024-01-04", "2024-01-03", "2024-01-02", "2024-01-01"]
    assert listed[DAY] == ("PUBLISHED", False, True)
    assert listed[OTHER_DAY] == ("QUARANTINED", True, False)
    assert listed["2024-01-01"] == ("MISSING", True, False)
    assert told.json["partitions"][1]["due"] == "2024-01-06T00:00:00+00:00"
    assert (gaps.code, [row["partition"] for row in gaps.json["partitions"]]) == (1, [OTHER_DAY])
    assert (fine.code, fine.out, fine.err.strip()) == (0, "", "no gaps")


def test_partitions_says_what_it_left_out_and_what_is_no_partition(traded: Graph, cli: Cli) -> None:
    short = cli("partitions", "shop/orders", "--to", OTHER_DAY, "--limit", "2")
    wrong = cli("partitions", "shop/orders", "--to", "2024-W01")

    assert (short.code, len(short.out.strip().splitlines())) == (0, 4)
    assert "there are more than 2" in short.err
    assert wrong.code == 2
    assert "expected a day like 2013-01-05" in wrong.err
