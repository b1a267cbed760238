"""Planning and applying estates on a real graph."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, LiteralString

import neo4j
import pytest

from connectors.sql.columns import read_columns
from graph_model.consumers.repository import consumer
from graph_model.contracts.entities import Column, Contract
from graph_model.datasets.repository import dataset
from graph_model.errors import BreaksRefused, InvalidEstate, PlanChanged
from graph_model.estate.apply import apply
from graph_model.estate.entities import Deadline, Estate
from graph_model.estate.plan import Plan, plan
from graph_model.estate.repository import known_datasets
from graph_model.jobs.repository import job
from graph_model.names import Name, consumer_id, dataset_id, field_id, job_id
from graph_model.partitions.rules import PartitionScheme
from graph_model.store.graph import Graph
from tests.support.estates import a_consumer, a_dataset, a_job, an_estate

RAW = a_dataset("raw", "id", "amount:integer", "note", owners=("intake@example.org",), tags=("raw",))
CLEAN = a_dataset("clean", "id", "amount:integer", owners=("shop@example.org",))
CLEANING = a_job("cleaning", {"raw": "same"}, "clean", sql="SELECT id, amount FROM raw WHERE note IS NOT NULL")
BOARD = a_consumer(
    "board", {"clean": ("amount",)}, owners=("board@example.org",), deadline=Deadline("06:00", "Europe/Paris")
)
SHOP = an_estate(RAW, CLEAN, CLEANING, BOARD)

EVERYTHING = """
MATCH (n) WHERE NOT n:Operation AND NOT n:Migration AND NOT n:Scope
RETURN labels(n) AS labels, properties(n) AS properties, COUNT { (n)-->() } AS edges
"""


class Ask:
    """Plain questions to the graph, past the gate."""

    def __init__(self, driver: neo4j.Driver, database: str) -> None:
        self._driver, self._database = driver, database

    def __call__(self, statement: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
        records = self._driver.execute_query(statement, parameters, database_=self._database).records
        return [dict(record) for record in records]

    def open_edges(self) -> set[tuple[str, str, str]]:
        rows = self(
            "MATCH (a)-[e:CONSUMED_BY|PRODUCES]->(b) WHERE e.valid_to > datetime.realtime() "
            "RETURN a.name AS source, type(e) AS kind, b.name AS target"
        )
        return {(row["source"], row["kind"], row["target"]) for row in rows}

    def everything(self) -> list[str]:
        return sorted(str(sorted(row.items(), key=str)) for row in self(EVERYTHING))


@pytest.fixture
def ask(graph: Graph, side_driver: neo4j.Driver) -> Ask:
    return Ask(side_driver, graph.settings.database)


def declare(graph: Graph, estate: Estate, **options: Any) -> Plan:
    return apply(graph, estate, read_columns=read_columns, actor="tester", **options)


def changes(found: Plan) -> list[tuple[str, str, str]]:
    return [(change.action, change.kind, change.name.name) for change in found.changes]


def details(found: Plan) -> dict[str, str]:
    return {change.name.name: change.detail for change in found.changes}


def test_what_is_said_of_a_dataset_and_its_columns_is_kept_and_given_back(graph: Graph):
    words = {"classification": "internal", "domain": "sales", "tier": "1", "properties": {"n": 1, "on": True, "t": "x"}}
    columns = (Column("id", "string", description="Key", tags=("key",), classification="public"), Column("note"))
    raw = replace(RAW, **words, contract=Contract(columns))

    declare(graph, an_estate(raw))
    found = dataset(graph, RAW.name)

    assert {key: getattr(found, key) for key in words} == words
    assert found.columns == columns
    assert plan(graph, an_estate(raw), read_columns=read_columns).is_empty
    declare(graph, an_estate(RAW))
    assert dataset(graph, RAW.name).properties == {}


def test_a_plan_says_what_would_be_created_and_changes_nothing(graph: Graph, ask: Ask):
    found = plan(graph, SHOP, read_columns=read_columns)

    assert changes(found) == [
        ("create", "dataset", "clean"),
        ("create", "dataset", "raw"),
        ("create", "job", "cleaning"),
        ("create", "consumer", "board"),
    ]
    assert details(found)["raw"] == "parquet by day"
    assert ask.everything() == []


def test_applying_declares_who_reads_and_makes_what(graph: Graph, ask: Ask):
    declare(graph, SHOP)

    assert ask.open_edges() == {
        ("raw", "CONSUMED_BY", "cleaning"),
        ("cleaning", "PRODUCES", "clean"),
        ("clean", "CONSUMED_BY", "board"),
    }
    edge = ask("MATCH (:Dataset {name: 'raw'})-[e:CONSUMED_BY]->(:Job) RETURN properties(e) AS e")[0]["e"]
    expected = {
        "mapping": "same",
        "required": True,
        "correction": "rerun",
        "provenance": "declared",
        "source": "estate:shop",
    }
    assert {key: edge[key] for key in expected} == expected
    assert edge["id"] == f"{dataset_id(RAW.name)}>{job_id(CLEANING.name)}>CONSUMED_BY"
    assert (edge["stale"], edge["valid_to"].year, edge["retracted_at"].year) == (False, 9999, 9999)


def test_applying_stores_what_is_declared_of_each_thing(graph: Graph, ask: Ask):
    declare(graph, SHOP)

    raw = ask("MATCH (d:Dataset {id: $id}) RETURN properties(d) AS d", id=dataset_id(RAW.name))[0]["d"]
    job = ask("MATCH (j:Job {id: $id}) RETURN properties(j) AS j", id=job_id(CLEANING.name))[0]["j"]
    board = ask("MATCH (c:Consumer {id: $id}) RETURN properties(c) AS c", id=consumer_id(BOARD.name))[0]["c"]
    names = ask("MATCH (n:DatasetName)-[:NAMES]->(d:Dataset) WHERE n.name = d.name RETURN n.name AS name")

    assert (raw["namespace"], raw["partition_every"], raw["partition_from"]) == ("shop", "day", "2024-01-01")
    assert (raw["tags"], raw["scope"], "retired_at" in raw) == (["raw"], "shop", False)
    assert (job["definition_hash"], job["columns_known"]) == (CLEANING.definition_hash, True)
    assert (board["deadline_by"], board["deadline_timezone"]) == ("06:00", "Europe/Paris")
    assert {row["name"] for row in names} == {"raw", "clean"}


def test_applying_stores_columns_schemas_and_owners(graph: Graph, ask: Ask):
    declare(graph, SHOP)

    feeds = ask(
        "MATCH (a:Field)-[e:FEEDS]->(b:Field) RETURN a.path AS source, b.path AS target, e.kind AS kind, e.job AS job"
    )
    shapes = ask("MATCH (a:Field)-[:SHAPES]->(d:Dataset) RETURN a.path AS source, d.name AS target")
    used = ask("MATCH (f:Field)-[:USED_BY]->(n) RETURN f.path AS path, n.name AS name")
    fields = ask(
        "MATCH (d:Dataset {name: 'raw'})-[:HAS_SCHEMA]->()-[h:HAS_FIELD]->(f) "
        "RETURN f.id AS id, h.type AS type, h.position AS at"
    )
    owners = ask("MATCH (n)-[:OWNED_BY]->(o:Owner) RETURN n.name AS name, o.name AS owner")

    assert {(row["source"], row["target"], row["kind"], row["job"]) for row in feeds} == {
        ("id", "id", "DIRECT", job_id(CLEANING.name)),
        ("amount", "amount", "DIRECT", job_id(CLEANING.name)),
    }
    assert [(row["source"], row["target"]) for row in shapes] == [("note", "clean")]
    assert {(row["path"], row["name"]) for row in used} == {
        ("id", "cleaning"),
        ("amount", "cleaning"),
        ("note", "cleaning"),
        ("amount", "board"),
    }
    raw = dataset_id(RAW.name)
    assert {(row["id"], row["type"], row["at"]) for row in fields} == {
        (field_id(raw, "id"), "string", 0),
        (field_id(raw, "amount"), "integer", 1),
        (field_id(raw, "note"), "string", 2),
    }
    assert {(row["name"], row["owner"]) for row in owners} == {
        ("raw", "intake@example.org"),
        ("clean", "shop@example.org"),
        ("board", "board@example.org"),
    }


def test_every_change_leaves_an_audit_record(graph: Graph, ask: Ask):
    declare(graph, SHOP)

    records = ask("MATCH (a:AuditRecord) RETURN a.subject AS subject, a.transition AS what, a.actor AS actor")

    assert len(records) == 4
    assert {"subject": job_id(CLEANING.name), "what": "DECLARED", "actor": "tester"} in records


def test_applying_again_changes_nothing(graph: Graph, ask: Ask):
    declare(graph, SHOP)
    before = ask.everything()

    again = declare(graph, SHOP)

    assert (again.is_empty, again.changes) == (True, ())
    assert plan(graph, SHOP, read_columns=read_columns).is_empty
    assert ask.everything() == before


def test_a_changed_input_closes_the_old_edge_and_opens_a_new_one(graph: Graph, ask: Ask):
    declare(graph, SHOP)
    changed = a_job("cleaning", {"raw": "last 3"}, "clean", sql=str(CLEANING.executor["text"]))

    found = declare(graph, replace(SHOP, jobs=(changed,)))

    edges = ask(
        "MATCH (:Dataset)-[e:CONSUMED_BY]->(:Job) RETURN e.mapping AS mapping, e.valid_from < e.valid_to AS lasted, "
        "e.valid_to > datetime.realtime() AS open ORDER BY open"
    )
    assert edges == [
        {"mapping": "same", "lasted": True, "open": False},
        {"mapping": "last 3", "lasted": True, "open": True},
    ]
    assert (changes(found), details(found)) == (
        [("update", "job", "cleaning")],
        {"cleaning": "reads raw: mapping same → last 3"},
    )


def test_how_readers_take_columns_is_kept_given_back_and_told_when_it_changes(graph: Graph, ask: Ask):
    declare(graph, SHOP)
    cleaning = replace(CLEANING, inputs=(replace(CLEANING.inputs[0], by="position"),))
    board = replace(BOARD, reads=(replace(BOARD.reads[0], by="exact"),))
    changed = replace(SHOP, jobs=(cleaning,), consumers=(board,))

    found = declare(graph, changed)

    assert details(found) == {"board": "reads clean: by name → exact", "cleaning": "reads raw: by name → position"}
    assert job(graph, cleaning.name).inputs == cleaning.inputs
    assert consumer(graph, board.name).reads == board.reads
    assert plan(graph, changed, read_columns=read_columns).is_empty
    assert details(declare(graph, SHOP))["board"] == "reads clean: by exact → name"


def test_an_update_says_what_changed(graph: Graph):
    declare(graph, SHOP)
    raw = a_dataset("raw", "id", "amount:decimal", "extra", format="csv", owners=("other@example.org",), tags=("raw",))
    cleaning = a_job("cleaning", {"raw": "same"}, "clean", sql="SELECT id, amount FROM raw", retries=3)

    found = plan(graph, replace(SHOP, datasets=(raw, CLEAN), jobs=(cleaning,)), read_columns=read_columns)

    assert details(found) == {
        "raw": "format: parquet → csv; column note dropped; column extra added; column amount: integer → decimal; "
        "no longer owner intake@example.org; now owner other@example.org",
        "cleaning": "retries: 0 → 3; what it runs changed; columns used",
    }


def test_what_is_no_longer_declared_is_retired_and_its_edges_are_closed(graph: Graph, ask: Ask):
    declare(graph, SHOP)

    found = declare(graph, replace(SHOP, consumers=()))

    retired = ask("MATCH (n:Dataset|Job|Consumer) WHERE n.retired_at IS NOT NULL RETURN n.name AS name")
    assert (changes(found), retired) == ([("retire", "consumer", "board")], [{"name": "board"}])
    assert ("clean", "CONSUMED_BY", "board") not in ask.open_edges()
    assert plan(graph, replace(SHOP, consumers=()), read_columns=read_columns).is_empty


def test_declaring_a_retired_thing_again_revives_it(graph: Graph, ask: Ask):
    declare(graph, SHOP)
    declare(graph, replace(SHOP, consumers=()))

    found = declare(graph, SHOP)

    assert (changes(found), details(found)) == ([("create", "consumer", "board")], {"board": "declared again"})
    assert ask("MATCH (n) WHERE n.retired_at IS NOT NULL RETURN n.name AS name") == []
    assert ("clean", "CONSUMED_BY", "board") in ask.open_edges()
    assert ask("MATCH ()-[e:CONSUMED_BY]->(:Consumer) RETURN count(e) AS count")[0]["count"] == 2


def test_one_scope_leaves_what_another_declared(graph: Graph, ask: Ask):
    declare(graph, SHOP)
    reader = an_estate(
        a_consumer("report", {"shop/clean": ("id",)}, namespace="audit"), scope="audit", namespace="audit"
    )

    declare(graph, reader)
    declare(graph, an_estate(scope="audit", namespace="audit"))

    assert plan(graph, SHOP, read_columns=read_columns).is_empty
    assert ask("MATCH (n) WHERE n.retired_at IS NOT NULL RETURN n.name AS name") == [{"name": "report"}]


def test_a_dataset_of_another_scope_is_refused(graph: Graph, ask: Ask):
    declare(graph, SHOP)
    before = ask.everything()
    thief = replace(an_estate(RAW, scope="thief"), lines={"dataset shop/raw": 7})

    with pytest.raises(InvalidEstate) as caught:
        declare(graph, thief)

    assert [str(mistake) for mistake in caught.value.mistakes] == [
        "thief.yaml:7: dataset raw belongs to scope shop; declare it in one scope only"
    ]
    assert ask.everything() == before


def test_a_retired_dataset_may_be_declared_by_another_scope(graph: Graph, ask: Ask):
    declare(graph, an_estate(RAW))
    declare(graph, an_estate())

    declare(graph, an_estate(RAW, scope="heir"))

    assert ask("MATCH (d:Dataset {name: 'raw'}) RETURN d.scope AS scope, d.retired_at IS NULL AS alive") == [
        {"scope": "heir", "alive": True}
    ]
    assert plan(graph, an_estate(), read_columns=read_columns).is_empty


def test_a_borrowed_dataset_must_be_declared_by_someone(graph: Graph):
    reader = an_estate(a_consumer("report", {"shop/clean": ()}, namespace="audit"), scope="audit", namespace="audit")

    with pytest.raises(InvalidEstate, match="consumer report: shop/clean is not a known dataset"):
        declare(graph, reader)


def test_a_borrowed_dataset_must_not_be_one_that_this_scope_retires(graph: Graph):
    declare(graph, SHOP)

    with pytest.raises(InvalidEstate, match="clean is no longer declared in this file"):
        declare(graph, an_estate(RAW, BOARD))


def test_a_borrowed_dataset_without_partitions_is_needed_as_a_whole(graph: Graph, ask: Ask):
    declare(graph, an_estate(a_dataset("codes", namespace="base", partitions=PartitionScheme()), scope="base"))
    job = a_job("cleaning", {"raw": "same", "base/codes": "same"}, "clean", sql="SELECT id FROM raw")
    estate = an_estate(RAW, CLEAN, job)

    declare(graph, estate)

    edges = ask("MATCH (d:Dataset {name: 'codes'})-[e:CONSUMED_BY]->(:Job) RETURN e.mapping AS mapping")
    definition = ask("MATCH (j:Job) RETURN j.definition_hash AS hash")[0]["hash"]
    assert (edges, definition != job.definition_hash) == ([{"mapping": "whole"}], True)
    assert plan(graph, estate, read_columns=read_columns).is_empty


def test_a_borrowed_dataset_must_be_sliced_like_the_job(graph: Graph):
    declare(graph, an_estate(a_dataset("hourly", namespace="base", partitions=PartitionScheme("hour")), scope="base"))
    job = a_job("cleaning", {"base/hourly": "same"}, "clean")

    with pytest.raises(
        InvalidEstate, match="input base/hourly has partitions by hour, but the job has partitions by day"
    ):
        declare(graph, an_estate(CLEAN, job))


def test_a_circle_through_two_scopes_is_refused(graph: Graph):
    declare(graph, an_estate(a_dataset("a"), a_dataset("b"), a_job("first", {"a": "same"}, "b")))
    there = a_job("back", {"shop/b": "same"}, "c", namespace="other")
    declare(graph, an_estate(a_dataset("c", namespace="other"), there, scope="other", namespace="other"))
    closing = a_job("closing", {"other/c": "same"}, "a")

    with pytest.raises(InvalidEstate) as caught:
        declare(graph, an_estate(a_dataset("a"), a_dataset("b"), a_job("first", {"a": "same"}, "b"), closing))

    assert len(caught.value.mistakes) == 1
    assert "in a circle: " in caught.value.mistakes[0].message
    assert {"first", "closing", "other/back"} <= set(caught.value.mistakes[0].message.split(": ")[1].split(" → "))


def test_known_datasets_are_those_that_are_declared_now(graph: Graph):
    declare(graph, an_estate(RAW, CLEAN))
    declare(graph, an_estate(RAW))

    assert known_datasets(graph) == {RAW.name: RAW.partitions}


def test_a_plan_that_is_no_longer_the_plan_is_not_applied(graph: Graph, ask: Ask):
    shown = plan(graph, SHOP, read_columns=read_columns)
    declare(graph, an_estate(RAW))
    before = ask.everything()

    with pytest.raises(PlanChanged):
        declare(graph, SHOP, expected_hash=shown.hash)

    assert ask.everything() == before
    assert not declare(graph, SHOP, expected_hash=plan(graph, SHOP, read_columns=read_columns).hash).is_empty


def test_two_applies_at_once_declare_everything_once(graph: Graph, ask: Ask):
    with ThreadPoolExecutor(4) as pool:
        plans = list(pool.map(lambda _: declare(graph, SHOP), range(4)))

    assert sorted(len(found.changes) for found in plans) == [0, 0, 0, 4]
    edges = ask("MATCH ()-[e:CONSUMED_BY|PRODUCES|FEEDS|SHAPES|USED_BY|HAS_SCHEMA|OWNED_BY]->() RETURN e.id AS id")
    assert len({row["id"] for row in edges}) == len(edges)
    assert len(ask("MATCH (a:AuditRecord) RETURN a.id AS id")) == 4


def test_partitions_that_changed_jobs_read_are_marked_for_evaluation(graph: Graph, ask: Ask):
    declare(graph, SHOP)
    for name in ("raw", "clean"):
        ask(
            "CREATE (:Partition {id: $name, dataset: $dataset, key: '2024-01-01'})",
            name=name,
            dataset=dataset_id(Name("shop", name)),
        )

    declare(
        graph,
        replace(SHOP, jobs=(a_job("cleaning", {"raw": "same"}, "clean", sql="SELECT id FROM raw"),)),
        accept=["board"],
    )

    assert ask("MATCH (p:Partition) WHERE p.evaluate IS NOT NULL RETURN p.id AS id") == [{"id": "raw"}]


def test_edges_of_other_sources_stay(graph: Graph, ask: Ask):
    declare(graph, SHOP)
    ask(
        "MATCH (d:Dataset {name: 'clean'}), (c:Consumer {name: 'board'}) "
        "CREATE (d)-[:CONSUMED_BY {id: 'seen', source: 'openlineage', provenance: 'observed', "
        "valid_from: datetime('2024-01-01T00:00:00Z'), valid_to: datetime('9999-12-31T00:00:00Z')}]->(c)"
    )

    declare(graph, replace(SHOP, consumers=()))

    assert ("clean", "CONSUMED_BY", "board") in ask.open_edges()


def test_dropping_what_others_need_is_planned_with_its_impact_and_refused(graph: Graph, ask: Ask):
    declare(graph, SHOP)
    reader = an_estate(
        a_consumer("report", {"shop/clean": ("amount",)}, namespace="audit"), scope="audit", namespace="audit"
    )
    declare(graph, reader)
    less = an_estate(
        RAW,
        a_dataset("clean", "id", owners=CLEAN.owners),
        a_job("cleaning", {"raw": "same"}, "clean", sql="SELECT id FROM raw WHERE note IS NOT NULL"),
        a_consumer("board", {"clean": ("id",)}, owners=BOARD.owners, deadline=BOARD.deadline),
    )
    before = ask.everything()

    found = plan(graph, less, read_columns=read_columns)

    assert {affected.node.name.name for affected in found.impact if affected.verdict == "BREAKS"} == {"report"}
    with pytest.raises(BreaksRefused, match="audit/report"):
        declare(graph, less, expected_hash=found.hash)
    assert ask.everything() == before
    declare(graph, less, expected_hash=found.hash, accept=["audit/report"])
    assert plan(graph, less, read_columns=read_columns).is_empty


def test_a_dropped_dataset_breaks_its_readers_in_other_scopes_only(graph: Graph):
    declare(graph, SHOP)
    reader = an_estate(a_consumer("report", {"shop/clean": ()}, namespace="audit"), scope="audit", namespace="audit")
    declare(graph, reader)

    found = plan(graph, an_estate(RAW), read_columns=read_columns)

    assert [(affected.node.name.name, str(affected.verdict)) for affected in found.impact] == [("report", "BREAKS")]


def test_retiring_a_job_whose_output_stays_hits_whoever_lives_on_it(graph: Graph):
    declare(graph, SHOP)

    found = plan(graph, replace(SHOP, jobs=()), read_columns=read_columns)

    assert [affected.node.name.name for affected in found.impact] == ["board"]
