"""What others tell of things, as people see it: pages, filters, search, lineage, impact; on each engine."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import neo4j
import pytest

from connectors.sql.columns import read_columns
from graph_model.checks.repository import trend
from graph_model.datasets.entities import Filters
from graph_model.datasets.repository import count_datasets, dataset, datasets
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.estate.plan import plan
from graph_model.impact.assess import assess
from graph_model.impact.entities import DropColumn
from graph_model.jobs.entities import JobFilters
from graph_model.jobs.repository import count_jobs, job, jobs
from graph_model.lineage.ask import lineage
from graph_model.lineage.entities import Filter, Lineage
from graph_model.names import Name
from graph_model.observed.record import record_observations
from graph_model.search.find import search
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import VersionState
from tests.integration.api import app_on, data
from tests.integration.observing import observations
from tests.integration.small_estate import CLEAN_JOB, RAW
from tests.support.cli import Cli, graph_environment
from tests.support.events import WAREHOUSE, facet, run_event
from tests.support.events import dataset as dataset_document
from tests.support.told import DAG_RUN, DELETED, about, after, assertions, gaps, owners, tags, told_events

ORDERS, TOTALS = Name(WAREHOUSE, "shop.orders"), Name(WAREHOUSE, "shop.totals")
SUM, DAG = Name("scheduler", "nightly.sum"), Name("scheduler", "nightly")


@pytest.fixture
def told(graph: Graph) -> Graph:
    record_observations(graph, observations(told_events()))
    return graph


def test_a_dataset_shows_what_others_tell_of_it(told: Graph) -> None:
    found = dataset(told, ORDERS)

    assert found.owners == ("team:sales",)
    assert found.tags == ("gold", "pii")
    assert found.description == ""  # taken back at half past three
    assert [(column.path, column.description, column.tags) for column in found.columns] == [
        ("id", "who it is", ()),
        ("note", "", ()),
    ]
    assert found.told is not None
    assert (found.told.kind, found.told.sub_kind) == ("TABLE", "EXTERNAL")
    assert found.told.levels == (("DATABASE", "shop"), ("SCHEMA", "public"))
    assert found.told.catalog == {}
    assert found.told.storage == {"storageLayer": "iceberg", "fileFormat": "parquet"}
    checks = ["id_is_known", "id_is_there", "id_is_unique", "nullCount (id)", "rowCount"]
    assert [name for name, _ in found.told.checks] == checks
    of_totals = dataset(told, TOTALS).told
    assert of_totals is not None
    (written,) = of_totals.statistics
    assert (written.kind, written.rows, written.bytes, written.files) == ("written", 3, 120, 1)
    assert written.at == datetime(2013, 1, 5, 2, 5, tzinfo=UTC)


def test_datasets_and_jobs_are_filtered_by_what_others_tell(told: Graph) -> None:
    for filters in (
        Filters(kind="table"),
        Filters(within="public"),
        Filters(tag="gold"),
        Filters(owner="team:sales", kind="TABLE"),
    ):
        assert [found.name for found in datasets(told, filters).items] == [ORDERS], filters
        assert count_datasets(told, filters) == 1
    assert datasets(told, Filters(kind="VIEW")).items == ()
    for wanted in (
        JobFilters(integration="airflow", processing="batch"),
        JobFilters(tag="nightly"),
        JobFilters(owner="bob@example.org"),
    ):
        assert [found.name for found in jobs(told, wanted).items] == [SUM], wanted
        assert count_jobs(told, wanted) == 1
    assert count_jobs(told, JobFilters(integration="spark")) == 0


def test_a_job_shows_what_others_tell_of_it(told: Graph) -> None:
    found = job(told, SUM)

    assert (found.description, found.owners, found.tags) == ("Sums up orders", ("bob@example.org",), ("nightly",))
    assert found.told is not None
    assert found.told.code == {"type": "git", "url": "https://example.org/dags/sum.py", "branch": "main"}
    assert (found.parents, job(told, DAG).parts) == ((DAG,), (Name("scheduler", "nightly.export"), SUM))


@pytest.mark.parametrize(
    ("text", "name", "field"),
    [
        ("gold", ORDERS, "tag"),
        ("sums", SUM, "description"),
        ("ann", None, ""),
        ("bob", SUM, "owner"),
        ("who", ORDERS, "description"),
    ],
)
def test_search_finds_what_others_tell(told: Graph, text: str, name: Name | None, field: str) -> None:
    found = [(hit.thing.name, hit.why[0].field) for hit in search(told, text).hits]

    assert found == ([(name, field)] if name else [])


ESTATE = f"""
scope: shop
namespace: {WAREHOUSE}
datasets:
  shop.orders: {{format: csv, location: orders.csv, owner: shop@example.org, description: Declared, tags: [orders]}}
"""


def test_what_is_declared_stands_first_and_what_is_told_beside_it(told: Graph, tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(ESTATE)
    record_observations(told, observations([about("05:00:00", documentation={"description": "Told"})]))
    estate = load_estate(tmp_path / "estate.yaml")
    apply(told, estate, read_columns=read_columns, actor="tester")

    found = dataset(told, ORDERS)

    assert (found.description, found.owners) == ("Declared", ("shop@example.org", "team:sales"))
    assert found.tags == ("orders", "gold", "pii")
    assert found.told is not None
    assert (found.told.description, found.told.tags) == ("Told", ("gold", "pii"))
    record_observations(told, observations([about("06:00:00", ownership=DELETED, tags=DELETED)]))
    assert (dataset(told, ORDERS).owners, dataset(told, ORDERS).tags) == (("shop@example.org",), ("orders",))
    assert plan(told, estate, read_columns=read_columns).is_empty


def shown(found: Lineage) -> list[tuple[str, str, str]]:
    names = {node.id: node.name.name for node in found.nodes}
    return sorted((names[edge.source], edge.kind, names[edge.target]) for edge in found.edges)


def test_the_order_of_jobs_is_shown_and_no_data_flows_along_it(told: Graph) -> None:
    inputs = [dataset_document("shop.source")]
    extract = run_event("COMPLETE", "00:30:00", run="e", job="nightly.extract", inputs=inputs)
    record_observations(told, observations([extract]))

    up = lineage(told, SUM, kind="JOB", direction="UP")

    assert shown(up) == [
        ("nightly.extract", "PRECEDES", "nightly.sum"),
        ("nightly.wait", "PRECEDES", "nightly.sum"),
        ("shop.orders", "CONSUMED_BY", "nightly.sum"),
    ]
    assert {edge.stale for edge in up.edges if edge.kind == "PRECEDES"} == {True, False}
    down = lineage(told, Name("scheduler", "nightly.extract"), kind="JOB")
    assert shown(down) == [("nightly.extract", "PRECEDES", "nightly.sum")]
    only = lineage(told, Name("scheduler", "nightly.extract"), kind="JOB", wanted=Filter(kinds=frozenset({"DATASET"})))
    assert shown(only) == []
    assert ("nightly.extract", "PRECEDES", "nightly.sum") not in shown(lineage(told, ORDERS, direction="UP"))


def test_a_filter_of_lineage_asks_what_others_tell(told: Graph) -> None:
    found = lineage(told, ORDERS, wanted=Filter(tags=frozenset({"nightly"})))

    assert [node.name for node in found.nodes] == [ORDERS, SUM]


def extraction(job_name: Name, at: str, run: str, **facets: Any) -> dict[str, Any]:
    event = run_event("COMPLETE", at, run=run, inputs=[dataset_document(RAW.name, namespace=RAW.namespace)])
    event["run"]["facets"] = facets
    return {**event, "job": {"namespace": job_name.namespace, "name": job_name.name}}


def test_a_gap_makes_lineage_incomplete_and_impact_unknown(own_estate: Graph) -> None:
    change = [DropColumn(RAW, "nobody_uses_it")]

    def verdict() -> tuple[str, str]:
        (clean,) = [one for one in assess(own_estate, change).affected if one.node.name == CLEAN_JOB]
        return clean.verdict.value, clean.reason

    before = verdict()
    record_observations(own_estate, observations([extraction(CLEAN_JOB, "01:00:00", "r1", extractionError=gaps())]))

    found = lineage(own_estate, RAW)
    assert found.incomplete_reasons == ("PARTIAL_COVERAGE",)
    assert [node.state for node in found.nodes if node.name == CLEAN_JOB] == ["PARTIAL"]
    assert verdict()[0] == "UNKNOWN"
    assert "cannot parse MERGE" in verdict()[1]
    record_observations(own_estate, observations([extraction(CLEAN_JOB, "02:00:00", "r2")]))
    assert lineage(own_estate, RAW).is_complete
    assert verdict() == before


def test_owners_hear_of_what_fails_now_and_not_of_old_stories(graph: Graph) -> None:
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    event = {**told_events()[0], "eventTime": now}
    for _ in range(2):
        record_observations(graph, observations([event]))

    (notice,) = graph.rows("notify.unsent", most=10)

    assert notice["title"] == "openlineage found 1 failing checks"
    assert "id_is_unique" in notice["body"]
    assert sorted(notice["recipients"]) == ["ann@example.org", "team:sales"]


RUNS = """
  query($job: NameInput, $dataset: NameInput, $partOf: ID, $state: ObservedRunState, $after: String) {
    observedRuns(job: $job, dataset: $dataset, partOf: $partOf, state: $state, first: 2, after: $after) {
      ... on Error { code }
      ... on ObservedRunConnection {
        edges { node {
          id run state nominalStart error gap parts warnings
          jobName { name } inputs { name } outputs { name } parents { run } before { name }
        } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
"""


def test_observed_runs_are_asked_for_by_job_dataset_and_parent(told: Graph) -> None:
    app = app_on(told)

    def asked(**variables: Any) -> list[dict[str, Any]]:
        found = data(app, RUNS, **variables)["observedRuns"]
        return [edge["node"] for edge in found["edges"]]

    dag, export = asked()
    assert (dag["run"], dag["parts"], dag["state"]) == (DAG_RUN, 3, None)
    assert (export["run"], export["state"], export["error"]) == ("third", "FAIL", "disk full")
    assert export["warnings"] == ["/run/runId: not a UUID; kept as it is"]
    assert asked(state="FAIL") == [export]
    second, first = asked(job={"namespace": SUM.namespace, "name": SUM.name})
    assert first["nominalStart"] == "2013-01-04T00:00:00+00:00"
    assert first["gap"] == "its client could not read 1 of 3 tasks: cannot parse MERGE"
    assert [name["name"] for name in first["before"]] == ["nightly.extract", "nightly.wait"]
    assert (first["inputs"], first["outputs"]) == ([{"name": "shop.orders"}], [{"name": "shop.totals"}])
    assert second["parents"] == [{"run": DAG_RUN}]
    assert asked(dataset={"namespace": WAREHOUSE, "name": "shop.orders"}) == [second, first]
    assert [run["run"] for run in asked(partOf=dag["id"])] == ["third", second["run"]]
    unknown = data(app, RUNS, dataset={"namespace": WAREHOUSE, "name": "shop.order"})["observedRuns"]
    assert unknown["code"] == "NOT_FOUND"


def test_pages_of_observed_runs_follow_each_other(told: Graph) -> None:
    app, seen, cursor = app_on(told), [], None
    for _ in range(3):
        page = data(app, RUNS, job=None, after=cursor)["observedRuns"]
        seen += [edge["node"]["run"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 5


def test_a_page_has_the_facets_in_our_terms_and_as_they_were_sent(told: Graph) -> None:
    query = """
      query($namespace: String!, $id: ID!) {
        dataset(namespace: $namespace, name: "shop.orders") { ... on Dataset {
          told { kind owners { name role } levels { kind name } statistics { kind rows } facets }
          checks { name severity source history { edges { node { versionId state result { passed value } } } } }
        } }
        job(namespace: "scheduler", name: "nightly.sum") {
          ... on Job { told { integration code facets } parents { name } }
        }
        node(id: $id) { ... on ObservedRun { run job { name } facets } }
      }
    """
    (run,) = told.rows("observed.newest_runs", state="FAIL", after=None, limit=5)
    found = data(app_on(told), query, namespace=WAREHOUSE, id=run["id"])

    about_orders = found["dataset"]["told"]
    assert about_orders["owners"] == [{"name": "team:sales", "role": "MAINTAINER"}]
    assert about_orders["statistics"] == [{"kind": "measured", "rows": 7}]
    assert about_orders["facets"]["ownership"]["owners"] == [{"name": "team:sales", "type": "MAINTAINER"}]
    assert "catalog" not in about_orders["facets"]
    unique = next(check for check in found["dataset"]["checks"] if check["name"] == "openlineage/id_is_unique")
    assert (unique["severity"], unique["source"]) == ("warning", "openlineage")
    (finding,) = [edge["node"] for edge in unique["history"]["edges"]]
    assert finding == {"versionId": None, "state": None, "result": {"passed": False, "value": None}}
    assert found["job"]["told"]["facets"]["jobType"]["integration"] == "AIRFLOW"
    assert found["node"]["job"] == {"name": "nightly.export"}
    assert found["node"]["facets"]["errorMessage"]["message"] == "disk full"


@pytest.fixture
def cli(told: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path)})


def test_the_command_line_shows_it_too(cli: Cli) -> None:
    shown_runs = cli("runs", "--observed", "--job", "nightly.sum", "--json").json["observed_runs"]
    assert [run["state"] for run in shown_runs] == ["COMPLETE", "COMPLETE"]
    one = cli("run", shown_runs[1]["id"]).out
    assert "scheduler/nightly 0194e5b0" in one
    assert cli("runs", "--observed", "--dataset", "shop.orders", "--state", "fail").out == ""
    assert cli("runs", "--dataset", "shop.orders").code == 2
    assert re.search(r"^told owners +team:sales \(MAINTAINER\)$", cli("dataset", "shop.orders").out, re.MULTILINE)
    assert "AIRFLOW" in cli("job", "nightly.sum").out
    assert '"jobType"' in cli("job", "nightly.sum", "--facets").out
    checks = cli("checks", "shop.orders")
    assert checks.code == 1
    assert "openlineage/id_is_unique" in checks.out
    assert cli("run", "or_none").code == 2


def test_a_later_word_without_order_is_told(told: Graph) -> None:
    again = run_event("START", "05:00:00", run="r5", job="nightly.sum", run_facets={"jobDependencies": after()})
    record_observations(told, observations([again]))
    assert {edge.stale for edge in lineage(told, SUM, kind="JOB", direction="UP").edges if edge.kind == "PRECEDES"} == {
        True
    }


def test_tags_of_columns_reach_filters_and_search(told: Graph) -> None:
    record_observations(told, observations([about("05:00:00", tags=tags("pii", id="personal"), ownership=owners("x"))]))
    assert {column.path: column.tags for column in dataset(told, ORDERS).columns}["id"] == ("personal",)
    (hit,) = search(told, "personal").hits
    assert (hit.thing.name, hit.why[0].snippet) == (ORDERS, "id: personal")


HIVE = Name("hive://metastore:9083", "shop.orders")


def test_what_is_told_by_another_name_is_told_of_the_dataset(told: Graph) -> None:
    """Both names are one dataset, whichever of them a client uses."""
    before = dataset(told, ORDERS)
    same = {"symlinks": facet(identifiers=[{"namespace": HIVE.namespace, "name": HIVE.name, "type": "TABLE"}])}
    other = dataset_document(
        HIVE.name,
        namespace=HIVE.namespace,
        ownership=owners("hive@example.org"),
        documentation=facet(description="As Hive has it"),
        tags=tags("gold", "hive"),
        hierarchy=facet(hierarchy=[{"type": "SCHEMA", "name": "metastore"}]),
    )
    checked = other | {"inputFacets": {"dataQualityAssertions": assertions(hive_check=False)}}
    hive = run_event("COMPLETE", "06:00:00", run="h", job="hive.test", inputs=[checked])
    record_observations(told, observations([hive, about("06:10:00", **same)]))

    found = dataset(told, ORDERS)

    assert dataset(told, HIVE) == found
    assert (found.description, found.tags) == ("As Hive has it", ("gold", "hive"))
    assert set(found.owners) == {"hive@example.org", "team:sales"}
    assert before.told is not None
    assert found.told is not None
    assert set(found.told.checks) == {*before.told.checks, ("hive_check", "not_null")}
    for filters in (
        Filters(within="metastore"),
        Filters(owner="hive@example.org"),
        Filters(tag="hive"),
        Filters(kind="table"),
    ):
        assert [one.name for one in datasets(told, filters).items] == [found.name], filters
        assert count_datasets(told, filters) == 1
    (finding,) = trend(told, found.id, "openlineage/hive_check").items
    assert not finding.result.passed
    shown_tags = Filter(tags=frozenset({"hive"}))
    assert found.name in [node.name for node in lineage(told, SUM, kind="JOB", direction="UP", wanted=shown_tags).nodes]
    assert [hit.thing.name for hit in search(told, "metastore").hits] == [found.name]
    assert [hit.thing.name for hit in search(told, "hive has").hits] == [found.name]


def test_a_result_is_of_the_version_that_its_run_wrote_or_read(told: Graph, side_driver: neo4j.Driver) -> None:
    found = dataset(told, ORDERS)
    plant = """
      MATCH (r:ObservedRun {run: 't'})
      CREATE (p:Partition {id: 'pt_told', dataset: $dataset, key: ''})
      CREATE (p)-[:HAS_VERSION]->(v:DatasetVersion {id: 'vs_told', dataset: $dataset, key: '', state: 'PUBLISHED',
        source_time: datetime('2013-01-05T00:30:00Z')})
      CREATE (p)-[:HAS_VERSION]->(:DatasetVersion {id: 'vs_later', dataset: $dataset, key: '', state: 'PUBLISHED',
        source_time: datetime('2013-01-05T01:30:00Z')})
      FOREACH (_ IN CASE WHEN $how = 'read' THEN [1] ELSE [] END | CREATE (p)-[:READ_BY]->(r))
      FOREACH (_ IN CASE WHEN $how = 'wrote' THEN [1] ELSE [] END | CREATE (r)-[:WROTE]->(v))
    """
    for how, version in (("nothing", None), ("read", "vs_told"), ("wrote", "vs_told")):
        side_driver.execute_query(plant, dataset=found.id, how=how)
        (finding,) = trend(told, found.id, "openlineage/id_is_known").items
        assert (finding.version, finding.state) == (version, VersionState.PUBLISHED if version else None), how
        side_driver.execute_query("MATCH (n:Partition|DatasetVersion) DETACH DELETE n")
