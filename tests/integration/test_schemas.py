"""Schemas over time on each engine: what is declared, what is observed, and how it is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.checks import validate
from connectors.sql.columns import read_columns
from connectors.storage import write
from graph_model.contracts.entities import Column, Contract
from graph_model.errors import InvalidInput
from graph_model.estate.apply import apply
from graph_model.estate.entities import ConsumerSpec, DatasetSpec
from graph_model.estate.plan import Plan
from graph_model.names import dataset_id
from graph_model.runs.entities import ClaimedRun, OutputVersion
from graph_model.runs.finish import Ending
from graph_model.runs.replay import revalidate
from graph_model.schemas.entities import History
from graph_model.schemas.history import compare, history
from graph_model.schemas.promises import Promise
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Content, Inspection, Report, Validated, Version, VersionState
from graph_model.versions.report import report_version
from graph_model.versions.repository import version
from tests.integration.api import app_on, data
from tests.support.cli import Cli, graph_environment
from tests.support.estates import a_consumer, a_dataset, a_job, an_estate
from tests.support.protocol import Fleet, bad

DAYS = [f"2024-01-0{day}" for day in range(1, 8)]
ORDERS = a_dataset("orders", "id:integer", "amount:number", location="orders/{date}.parquet")
ID = dataset_id(ORDERS.name)


@pytest.fixture
def cli(graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    environment = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE_ROOT": str(tmp_path)}
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), **environment})


def declare(graph: Graph, *columns: Column) -> None:
    spec = replace(ORDERS, contract=Contract(columns)) if columns else ORDERS
    apply(graph, an_estate(spec), read_columns=read_columns, actor="tester")


def showing(content: str, *columns: str) -> Validated:
    """A good content with these columns, as `path:type`."""
    parts = [text.partition(":") for text in columns]
    return Validated(Inspection(tuple(Column(path, type) for path, _, type in parts), 3, 30, content))


def publish(graph: Graph, *contents: Validated) -> list[str]:
    """One version a day, each with its content; their ids."""
    fleet = Fleet(graph)
    receipts = []
    for day, content in zip(DAYS, contents, strict=False):
        fleet.contents[f"orders/{day}.parquet"] = content
        receipts.append(report_version(graph, Report(ORDERS.name, day)))
        fleet.work()
    return [receipt.version for receipt in receipts]


def told(found: History, source: str) -> list[tuple[str, str]]:
    return [
        (step.difference.change, "; ".join(change.text for change in step.difference.changes))
        for step in found.steps
        if step.sighting.source == source
    ]


def test_published_versions_make_a_history_and_quarantined_ones_do_not(graph: Graph):
    declare(graph)
    versions = publish(
        graph,
        showing("a", "id:int32", "amount:float64"),
        showing("b", "id:int32", "amount:float64"),
        bad(),
        showing("c", "id:int64", "amount:float64", "note:string"),
        showing("d", "id:int32", "amount:float64"),
    )

    found = history(graph, ID)

    observed = [step for step in found.steps if step.sighting.source == "observed"]
    assert told(found, "observed") == [
        ("none", ""),
        ("minor", "id is int64 and was int32, which held less; note is new"),
        ("major", "note is gone; id is int32 and was int64, which held more"),
    ]
    assert [(step.sighting.versions, step.sighting.version) for step in observed] == [
        (2, versions[0]),
        (1, versions[3]),
        (1, versions[4]),
    ]
    assert [step.before for step in observed] == [None, observed[0].schema.id, observed[1].schema.id]
    assert observed[2].schema.id == observed[0].schema.id
    assert observed[1].schema.columns == (
        Column("id", "int64"),
        Column("amount", "float64"),
        Column("note", "string"),
    )
    assert found.is_complete
    assert not history(graph, ID, most_versions=2).is_complete


def test_a_declared_rename_keeps_the_identity_of_a_column(graph: Graph):
    declare(graph)
    declare(graph, Column("id", "integer"), Column("price", "number", renamed_from="amount"))
    publish(graph, showing("a", "id:int32", "amount:float64"), showing("b", "id:int32", "price:float64"))
    declare(graph, Column("id", "integer"), Column("price", "number"))

    found = history(graph, ID)

    assert told(found, "declared") == [
        ("none", ""),
        ("major", "amount is called price now"),
        ("none", ""),
    ]
    assert told(found, "observed")[1] == ("major", "amount is called price now")
    assert {step.identities.get("price") for step in found.steps} == {None, "amount"}
    ends = [step.sighting.until is None for step in found.steps if step.sighting.source == "declared"]
    assert ends == [False, False, True]


def test_two_schemas_are_compared_by_whatever_names_them(graph: Graph):
    declare(graph)
    versions = publish(graph, showing("a", "id:int32", "amount:float64"), showing("b", "id:int32"))
    ids = [step.schema.id for step in history(graph, ID).steps]

    _, _, difference = compare(graph, ID, versions[0], versions[1])
    assert [change.text for change in difference.changes] == ["amount is gone"]
    one, two, difference = compare(graph, ID, "declared", "observed")
    assert {one.id, two.id} <= set(ids)
    assert difference.change == "major"
    assert compare(graph, ID, ids[1], versions[0])[2].change == "none"

    for stranger in ("sv_nothing", "vs_nothing", "nonsense"):
        with pytest.raises(InvalidInput, match="names no schema of this dataset"):
            compare(graph, ID, stranger, "declared")


def test_the_commands_show_history_and_difference(graph: Graph, cli: Cli):
    declare(graph)
    said = cli("schema", "diff", "orders")
    assert (said.code, said.out) == (0, "")
    publish(graph, showing("a", "id:int32", "amount:float64"), showing("b", "id:int64"))

    shown, plain, newest = (
        cli("schema", "history", "orders", "--json"),
        cli("schema", "history", "orders", "--limit", "1"),
        cli("schema", "diff", "orders", "--json"),
    )
    promised = cli("schema", "diff", "orders", "declared", "observed")
    mistaken, half = cli("schema", "diff", "orders", "declared", "x"), cli("schema", "diff", "orders", "declared")

    steps = shown.json["steps"]
    assert [(step["source"], step["change"]) for step in steps] == [
        ("declared", None),
        ("observed", None),
        ("observed", "major"),
    ]
    assert steps[1]["columns"][0] == {"path": "id", "type": "int32", "nullable": True, "first_called": "id"}
    assert "amount is gone" in plain.out
    assert "2 older steps" in plain.err
    assert (newest.code, newest.json["change"], newest.json["before"]) == (1, "major", steps[1]["schema"])
    assert (promised.code, "amount is gone" in promised.out) == (1, True)
    assert (mistaken.code, half.code) == (2, 2)


@dataclass
class RealFleet(Fleet):
    """Validates what lies below `root` for real."""

    root: Path = Path()

    def ending(self, run: ClaimedRun) -> Ending:
        output = run.outputs[0]
        content = replace(output.content, location=str(self.root / output.content.location))
        return Ending(run, (OutputVersion(output, validate(content, output.checks)),))


def deliver(graph: Graph, root: Path, day: str, table: pa.Table) -> Version:
    """Reports a version with this content, validates it by its checks, and says what became of it."""
    write(Content("parquet", str(root / f"orders/{day}.parquet")), table.to_reader())
    receipt = report_version(graph, Report(ORDERS.name, day))
    RealFleet(graph, root=root).work()
    return version(graph, receipt.version)


SMALL, LARGE = pa.table({"id": pa.array([1], pa.int32())}), pa.table({"id": pa.array([1], pa.int64())})
NOTED = pa.table({"id": pa.array([1], pa.int32()), "note": ["x"]})
PLAIN = replace(ORDERS, contract=Contract())


def promise(graph: Graph, spec: DatasetSpec, *consumers: ConsumerSpec) -> Plan:
    return apply(graph, an_estate(spec, *consumers), read_columns=read_columns, actor="tester")


def test_a_version_that_breaks_the_promise_is_quarantined_and_one_that_keeps_it_is_not(graph: Graph, tmp_path: Path):
    promise(graph, replace(PLAIN, compatibility=Promise("forward")))
    first = deliver(graph, tmp_path, DAYS[0], SMALL)

    more, wider = deliver(graph, tmp_path, DAYS[1], NOTED), deliver(graph, tmp_path, DAYS[2], LARGE)
    again = deliver(graph, tmp_path, DAYS[3], NOTED)

    assert [found.state for found in (first, more, wider, again)] == [
        VersionState.PUBLISHED,
        VersionState.PUBLISHED,
        VersionState.QUARANTINED,
        VersionState.PUBLISHED,
    ]
    said = f"compatibility (forward): id is int64 and was int32; note is gone, against version {more.id}"
    assert wider.reason == f"compatibility: {said}"
    assert [(result.check, result.passed, result.severity) for result in wider.results] == [
        ("compatibility", False, "blocking")
    ]
    assert promise(graph, replace(PLAIN, compatibility=Promise("forward"))).changes == ()


def test_a_changed_promise_is_told_and_counts_from_then_on(graph: Graph, tmp_path: Path):
    promise(graph, replace(PLAIN, compatibility=Promise("forward")))
    deliver(graph, tmp_path, DAYS[0], SMALL)

    plan = promise(graph, replace(PLAIN, compatibility=Promise("full", (), "warn")))
    warned = deliver(graph, tmp_path, DAYS[1], LARGE)
    without = promise(graph, PLAIN)

    assert [change.detail for change in plan.changes] == ["compatibility: forward, else quarantine → full, else warn"]
    assert warned.state is VersionState.PUBLISHED
    assert [(result.passed, result.severity) for result in warned.results] == [(False, "warning")]
    assert [change.detail for change in without.changes] == ["compatibility: full, else warn → none"]
    assert deliver(graph, tmp_path, DAYS[2], SMALL).results == ()


def test_a_consumer_guards_the_columns_that_it_reads(graph: Graph, tmp_path: Path):
    board = a_consumer("board", {"orders": ("note",)}, on_violation="quarantine")
    promise(graph, PLAIN, board)
    first = deliver(graph, tmp_path, DAYS[0], NOTED)

    bad, good = deliver(graph, tmp_path, DAYS[1], SMALL), deliver(graph, tmp_path, DAYS[2], NOTED)
    unchanged = promise(graph, PLAIN, board).changes
    plan = promise(graph, PLAIN, replace(board, on_violation=None))
    free = deliver(graph, tmp_path, DAYS[3], SMALL)

    assert (first.state, good.state, free.state) == (VersionState.PUBLISHED,) * 3
    assert bad.state is VersionState.QUARANTINED
    assert "compatibility (shop/board): note is gone" in bad.reason
    assert unchanged == ()
    assert [change.detail for change in plan.changes] == ["reads orders: on_violation quarantine → nothing"]


def test_who_takes_a_promise_back_can_have_the_version_validated_again(graph: Graph, tmp_path: Path):
    promise(graph, replace(PLAIN, compatibility=Promise("forward")))
    deliver(graph, tmp_path, DAYS[0], NOTED)
    broken = deliver(graph, tmp_path, DAYS[1], SMALL)

    promise(graph, PLAIN)
    revalidate(graph, broken.id, by="tester", reason="the note goes")
    RealFleet(graph, root=tmp_path).work()
    promise(graph, replace(PLAIN, compatibility=Promise("forward")))

    assert broken.state is VersionState.QUARANTINED
    assert version(graph, broken.id).state is VersionState.PUBLISHED
    assert deliver(graph, tmp_path, DAYS[2], SMALL).state is VersionState.PUBLISHED
    assert deliver(graph, tmp_path, DAYS[3], LARGE).state is VersionState.QUARANTINED


def test_graphql_tells_the_history(graph: Graph):
    declare(graph)
    versions = publish(graph, showing("a", "id:int32", "amount:float64"), showing("b", "id:int64", "amount:float64"))

    found = data(
        app_on(graph),
        """{ dataset(namespace: "shop", name: "orders") { ... on Dataset { schemaHistory(first: 2) { isComplete steps {
        source versions version change changes { path change text } columns { path type firstCalled } } } } } }""",
    )["dataset"]["schemaHistory"]

    assert found["isComplete"] is False
    assert [step["version"] for step in found["steps"]] == versions
    assert found["steps"][1]["changes"] == [
        {"path": "id", "change": "MINOR", "text": "id is int64 and was int32, which held less"}
    ]
    assert found["steps"][1]["columns"][0] == {"path": "id", "type": "int64", "firstCalled": "id"}
    assert [step["source"] for step in found["steps"]] == ["OBSERVED", "OBSERVED"]


def test_what_a_job_makes_is_guarded_like_what_is_reported(graph: Graph):
    clean = a_dataset("clean", compatibility=Promise("full"))
    tidy, board = (
        a_job("tidy", {"orders": "same"}, "clean"),
        a_consumer("board", {"clean": ("id",)}, on_violation="warn"),
    )
    apply(graph, an_estate(PLAIN, clean, tidy, board), read_columns=read_columns, actor="tester")
    report_version(graph, Report(ORDERS.name, DAYS[0]))

    validation, job = Fleet(graph).work()

    assert validation.outputs[0].checks == ()
    assert [(check.name, check.severity, check.params["columns"]) for check in job.outputs[0].checks] == [
        ("compatibility", "blocking", []),
        ("compatibility for shop/board", "warning", ["id"]),
    ]
