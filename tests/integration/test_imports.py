"""What others declare, in a real graph: each source replaces only what it said."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import neo4j
import pytest

from connectors.dbt.read import read_dbt
from connectors.imports.edges import read_edges
from connectors.openlineage.events import read_event
from connectors.sql.columns import read_columns
from graph_model.datasets.repository import dataset
from graph_model.errors import InvalidInput, JobNotFound
from graph_model.estate.apply import apply
from graph_model.impact.assess import assess
from graph_model.impact.entities import DropColumn
from graph_model.imports.bring_in import bring_in, remove
from graph_model.imports.entities import Declarations, ImportPlan
from graph_model.imports.repository import imported_sources
from graph_model.jobs.repository import job
from graph_model.names import Name
from graph_model.observed.record import record_observations
from graph_model.readiness.explain import readiness
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.support import events
from tests.support.cli import Cli, graph_environment
from tests.support.dbt_project import catalog, manifest, write
from tests.support.estates import a_consumer, a_dataset, a_job, an_estate

HEADING = "from,to,from_column,to_column,job\n"
OPEN = """
MATCH (a)-[e:CONSUMED_BY|PRODUCES|FEEDS|SHAPES|USED_BY]->(b) WHERE e.valid_to > datetime.realtime()
RETURN e.source + ' ' + coalesce(a.path, a.name) + ' ' + type(e) + ' ' + coalesce(b.path, b.name) AS edge
"""
ALL = "MATCH ()-[e:CONSUMED_BY|PRODUCES|FEEDS|SHAPES|USED_BY]->() RETURN count(e) AS n"


@pytest.fixture
def ask(graph: Graph, side_driver: neo4j.Driver) -> Any:
    def asked(statement: str, **parameters: Any) -> list[dict[str, Any]]:
        records = side_driver.execute_query(statement, parameters, database_=graph.settings.database).records  # type: ignore[arg-type]
        return [dict(record) for record in records]

    return asked


@pytest.fixture
def edges(graph: Graph, tmp_path: Path) -> Any:
    def imported(*lines: str, source: str = "ledger", dry_run: bool = False) -> ImportPlan:
        path = tmp_path / "edges.csv"
        path.write_text(HEADING + "\n".join(lines) + "\n")
        return bring_in(graph, read_edges(path, source=source, namespace="shop"), actor="tester", dry_run=dry_run)

    return imported


def open_edges(ask: Any) -> set[str]:
    return {row["edge"] for row in ask(OPEN)}


def test_an_import_declares_what_it_speaks_of(edges: Any, ask: Any, graph: Graph) -> None:
    plan = edges("orders,report,amount,total,nightly")

    assert [(change.action, change.kind, change.name.name) for change in plan.changes] == [
        ("create", "dataset", "orders"),
        ("create", "dataset", "report"),
        ("create", "job", "nightly"),
    ]
    assert open_edges(ask) == {
        "import:ledger orders CONSUMED_BY nightly",
        "import:ledger nightly PRODUCES report",
        "import:ledger amount FEEDS total",
        "import:ledger amount USED_BY nightly",
    }
    assert [(one.name, one.datasets, one.jobs) for one in imported_sources(graph)] == [("ledger", 2, 1)]
    assert job(graph, Name("shop", "nightly")).kind == "imported"


def test_the_same_import_again_changes_nothing(edges: Any, ask: Any) -> None:
    edges("orders,report,amount,total,nightly")
    before = ask(ALL)

    plan = edges("orders,report,amount,total,nightly")

    assert plan.is_empty
    assert ask(ALL) == before


def test_a_dry_run_says_the_same_and_writes_nothing(edges: Any, ask: Any) -> None:
    dry = edges("orders,report,amount,total,nightly", dry_run=True)

    assert ask("MATCH (n) WHERE n:Dataset OR n:Job OR n:Scope OR n:AuditRecord RETURN n") == []
    assert edges("orders,report,amount,total,nightly") == dry


def test_a_source_replaces_only_its_own_edges(edges: Any, ask: Any) -> None:
    edges("orders,report,,,nightly", "orders,board,,,paint")
    edges("orders,report,,,nightly", source="other")

    edges("orders,board,,,paint")

    assert open_edges(ask) == {
        "import:ledger orders CONSUMED_BY paint",
        "import:ledger paint PRODUCES board",
        "import:other orders CONSUMED_BY nightly",
        "import:other nightly PRODUCES report",
    }


def test_what_others_still_speak_of_stays_and_the_rest_is_retired(edges: Any, ask: Any, graph: Graph) -> None:
    edges("orders,report,,,nightly", "orders,board,,,paint")
    edges("orders,report,,,nightly", source="other")

    plan = remove(graph, "ledger", actor="tester")

    retired = {row["name"] for row in ask("MATCH (n) WHERE n.retired_at IS NOT NULL RETURN n.name AS name")}
    assert retired == {"board", "paint"}
    assert [name.name for name in plan.released] == ["nightly", "orders", "report"]
    assert open_edges(ask) == {"import:other orders CONSUMED_BY nightly", "import:other nightly PRODUCES report"}
    assert [one.name for one in imported_sources(graph)] == ["other"]


def test_what_is_closed_is_still_known_as_of_then(edges: Any, ask: Any, graph: Graph) -> None:
    edges("orders,report,amount,total,nightly")

    remove(graph, "ledger", actor="tester")

    assert open_edges(ask) == set()
    assert ask(ALL) == [{"n": 4}]
    told = ask("MATCH (a:AuditRecord) WHERE a.transition = 'IMPORTED' RETURN a.actor AS actor")
    assert [row["actor"] for row in told] == ["tester", "tester"]


def an_estate_with_a_job(graph: Graph) -> None:
    estate = an_estate(
        a_dataset("raw", "id", "note"),
        a_dataset("clean", "id"),
        a_job("cleaning", {"raw": "same"}, "clean", sql="SELECT id FROM raw"),
    )
    apply(graph, estate, read_columns=read_columns, actor="tester")


def test_what_an_estate_declares_is_left_as_it_is(edges: Any, ask: Any, graph: Graph) -> None:
    an_estate_with_a_job(graph)
    before = ask("MATCH (n:Dataset) RETURN properties(n) AS p ORDER BY n.name")

    plan = edges("raw,clean,,,cleaning", "other,clean,,,cleaning", "clean,away,,,export")

    assert [name.name for name in plan.kept] == ["clean", "cleaning", "raw"]
    after = ask("MATCH (n:Dataset) WHERE n.scope = 'shop' RETURN properties(n) AS p ORDER BY n.name")
    assert after == before
    remove(graph, "ledger", actor="tester")
    assert "estate:shop raw CONSUMED_BY cleaning" in open_edges(ask)
    assert not {edge for edge in open_edges(ask) if edge.startswith("import:")}


def test_a_job_of_the_estate_does_not_wait_for_what_others_say_it_reads(edges: Any, graph: Graph) -> None:
    an_estate_with_a_job(graph)
    edges("other,clean,,,cleaning", "raw,away,,,elsewhere")

    waits = readiness(graph, Name("shop", "cleaning"), "2024-01-01")

    assert {item.dataset.name for item in waits.inputs} == {"raw"}
    with pytest.raises(JobNotFound):
        readiness(graph, Name("shop", "elsewhere"), "2024-01-01")


def test_an_estate_may_take_over_what_was_imported(edges: Any, ask: Any, graph: Graph) -> None:
    edges("raw,report,,,nightly")

    an_estate_with_a_job(graph)
    plan = edges("raw,report,,,nightly")

    assert [name.name for name in plan.kept] == ["raw"]
    assert ask("MATCH (d:Dataset {name: 'raw'}) RETURN d.scope AS scope") == [{"scope": "shop"}]
    remove(graph, "ledger", actor="tester")
    assert ask("MATCH (d:Dataset {name: 'raw'}) RETURN d.retired_at AS retired") == [{"retired": None}]


def test_what_is_taken_over_has_the_owners_and_columns_of_the_estate_only(graph: Graph) -> None:
    raw = a_dataset("raw", "id", "more", owners=("till@example.org",))
    bring_in(graph, Declarations("till", (raw,)), actor="tester")
    assert [column.path for column in dataset(graph, raw.name).columns] == ["id", "more"]

    apply(graph, an_estate(a_dataset("raw", "id", "note")), read_columns=read_columns, actor="tester")

    found = dataset(graph, raw.name)
    assert ([column.path for column in found.columns], found.owners) == (["id", "note"], ())


def test_impact_goes_through_imported_edges_by_column(edges: Any, graph: Graph) -> None:
    edges("raw,mid,note,text,first", "mid,last,text,label,second", "raw,side,id,key,beside")

    report = assess(graph, [DropColumn(Name("shop", "raw"), "note")])

    verdicts = {affected.node.name.name: affected.verdict for affected in report.affected}
    assert verdicts["first"] == "BREAKS"
    assert verdicts.get("beside", "SAFE") == "SAFE"
    assert "second" in verdicts


def test_an_estate_can_read_what_was_imported(edges: Any, graph: Graph, ask: Any) -> None:
    edges("raw,mid,,,first")
    estate = an_estate(a_consumer("board", {"mid": ("text",)}), scope="boards")

    apply(graph, estate, read_columns=read_columns, actor="tester")

    assert "estate:boards mid CONSUMED_BY board" in open_edges(ask)


@pytest.mark.parametrize("source", ["", "a b", "estate:shop", "x" * 101, "../x"])
def test_a_source_has_a_plain_name(edges: Any, source: str) -> None:
    with pytest.raises(InvalidInput, match="no name for a source"):
        edges("a,b,,,j", source=source)


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path)})


def test_the_command_line_imports_lists_and_removes(cli: Cli, tmp_path: Path, ask: Any) -> None:
    path = tmp_path / "edges.csv"
    path.write_text("from,to\norders,report\n")
    command = ("import", "edges", str(path), "--source", "ledger", "--namespace", "shop")

    dry = cli(*command, "--dry-run", "--json")
    done = cli(*command, "--json")
    listed = cli("import", "--list", "--json")
    mistaken = cli("import", "--remove", "ledgers")
    removed = cli("import", "--remove", "ledger")

    assert (dry.json["dry_run"], dry.json["plan"]["hash"]) == (True, done.json["plan"]["hash"])
    assert [one["name"] for one in listed.json["sources"]] == ["ledger"]
    assert (mistaken.code, "did you mean ledger?" in mistaken.err) == (2, True)
    assert (removed.code, open_edges(ask)) == (0, set())


def test_a_file_with_a_mistake_imports_nothing(cli: Cli, tmp_path: Path, ask: Any) -> None:
    path = tmp_path / "edges.csv"
    path.write_text("from,to\norders,report\norders\n")

    done = cli("import", "edges", str(path), "--source", "ledger", "--namespace", "shop")

    assert (done.code, f"{path}:3: 1 values under 2 headings" in done.err) == (2, True)
    assert open_edges(ask) == set()


def test_a_dbt_project_is_imported_and_an_exposure_breaks_by_column(cli: Cli, graph: Graph, tmp_path: Path) -> None:
    target = write(tmp_path / "target", manifest=manifest(12), catalog=catalog())
    command = ("import", "dbt", str(target), "--datasets", "duckdb://shop.duckdb", "--namespace", "dbt_ns")

    first, again = cli(*command, "--json"), cli(*command, "--json")

    assert (first.code, len(first.json["plan"]["changes"]), again.json["plan"]["changes"]) == (0, 16, [])
    raw = Name("duckdb://shop.duckdb", "shop.main.raw_orders")
    report = assess(graph, [DropColumn(raw, "amount")])
    verdicts = {affected.node.name.name: affected.verdict for affected in report.affected}
    assert verdicts["shop.main.shop.stg_orders"] == "BREAKS"
    assert "dash" in verdicts
    assert "shop.main.shop.stg_customers" not in verdicts


def test_whoever_reads_a_view_reads_its_base_tables(cli: Cli, graph: Graph, tmp_path: Path) -> None:
    path = tmp_path / "till.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE orders (id INTEGER, amount INTEGER, note TEXT);"
            "CREATE VIEW spent AS SELECT id, amount FROM orders;"
        )
    connection.close()
    assert cli("import", "views", f"sqlite:///{path}", "--source", "till", "--namespace", "till").code == 0
    board = a_consumer("board", {"till/spent": ("amount",)})
    apply(graph, an_estate(board, scope="boards"), read_columns=read_columns, actor="tester")

    amount, note = (assess(graph, [DropColumn(Name("till", "orders"), column)]) for column in ("amount", "note"))

    assert {one.node.name.name: one.verdict for one in amount.affected}["spent"] == "BREAKS"
    assert "board" in {one.node.name.name for one in amount.affected}
    assert {one.verdict for one in note.affected} <= {"SAFE"}


def test_what_a_client_of_dbt_reports_meets_what_was_imported(graph: Graph, tmp_path: Path, ask: Any) -> None:
    place, job_name = "duckdb://shop.duckdb", "shop.main.shop.customer_totals"
    event = events.run_event(
        "COMPLETE",
        "01:00:00",
        job=job_name,
        inputs=[events.dataset("shop.main.stg_customers", namespace=place)],
        outputs=[events.dataset("shop.main.customer_totals", namespace=place)],
    )
    record_observations(graph, [read_event(event)])
    target = write(tmp_path / "target", manifest=manifest(12), catalog=catalog())

    bring_in(graph, read_dbt(target, datasets=place, jobs="scheduler"), actor="tester")

    twins = ask(
        "MATCH (n) WHERE n.name IN [$job, $out] RETURN count(n) AS n", job=job_name, out="shop.main.customer_totals"
    )
    sources = ask(
        "MATCH (:Job {name: $job})-[e:PRODUCES]->(:Dataset) WHERE e.valid_to > datetime.realtime()"
        " RETURN e.source AS source ORDER BY source",
        job=job_name,
    )
    # a job, a dataset and its name
    assert (twins, [row["source"] for row in sources]) == ([{"n": 3}], ["import:shop", "openlineage"])
    plan = remove(graph, "shop", actor="tester")
    assert {name.name for name in plan.released} == {job_name, "shop.main.stg_customers", "shop.main.customer_totals"}
    assert {edge for edge in open_edges(ask) if not edge.startswith("openlineage")} == set()
    assert len(open_edges(ask)) == 2
