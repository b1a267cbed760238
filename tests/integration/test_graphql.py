"""The GraphQL interface on each engine."""

from __future__ import annotations

import logging

import neo4j
import pytest
from fastapi import FastAPI

from graph_model.names import dataset_id, job_id
from graph_model.store.graph import Graph
from graph_model.versions.repository import version
from tests.integration.api import app_on, call, data, graphql
from tests.integration.small_estate import (
    BAD,
    CLEAN,
    CLEAN_JOB,
    DAY_ONE,
    DAY_TWO,
    FIRST_RUN,
    GOOD,
    SECOND_RUN,
    plant_datasets,
)

CLEAN_NAME = '{namespace: "shop", name: "clean_orders"}'
MISTAKE = "... on Error { code message nearest }"


@pytest.fixture
def app(small_estate: Graph) -> FastAPI:
    """Over an estate that is only read."""
    return app_on(small_estate)


@pytest.fixture
def own_app(own_estate: Graph) -> FastAPI:
    """Over an estate that the test may change."""
    return app_on(own_estate)


def test_a_dataset_with_everything_that_hangs_on_it(app: FastAPI) -> None:
    found = data(
        app,
        """{ dataset(namespace: "shop", name: "clean_orders") { ... on Dataset {
        id owners tags format partitionEvery partitionFrom columns { path type nullable } contract { checks { name } }
        latestVersion { id rowCount location run { id job { name } } }
        versions(first: 1) { edges { node { id state } } pageInfo { hasNextPage endCursor } }
        partitions(first: 5) { edges { node { key newestState current { id } newest { id reason } } } } } } }""",
    )["dataset"]

    assert found["id"] == dataset_id(CLEAN)
    assert found["owners"] == ["orders@example.org"]
    assert found["columns"][0] == {"path": "order_id", "type": "integer", "nullable": False}
    assert found["latestVersion"] == {
        "id": GOOD,
        "rowCount": 3,
        "location": f"/srv/storage/clean/{DAY_ONE}/data.parquet",
        "run": {"id": FIRST_RUN, "job": {"name": "clean"}},
    }
    assert found["versions"]["edges"] == [{"node": {"id": BAD, "state": "QUARANTINED"}}]
    assert found["versions"]["pageInfo"]["hasNextPage"] is True
    assert [edge["node"] for edge in found["partitions"]["edges"]] == [
        {
            "key": DAY_TWO,
            "newestState": "QUARANTINED",
            "current": None,
            "newest": {"id": BAD, "reason": "2 rows have no id"},
        },
        {"key": DAY_ONE, "newestState": "PUBLISHED", "current": {"id": GOOD}, "newest": {"id": GOOD, "reason": ""}},
    ]


def test_an_unknown_name_is_data_with_the_nearest_name(app: FastAPI) -> None:
    found = data(app, f'{{ dataset(namespace: "shop", name: "clean_orderz") {{ __typename {MISTAKE} }} }}')["dataset"]

    assert (found["__typename"], found["code"], found["nearest"]) == ("NotFoundError", "NOT_FOUND", "shop/clean_orders")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('job(namespace: "shop", name: "nobody")', "NOT_FOUND"),
        ('consumer(namespace: "shop", name: "nobody")', "NOT_FOUND"),
        ('run(id: "rn_nobody")', "NOT_FOUND"),
        ('versions(dataset: {namespace: "shop", name: "nobody"})', "NOT_FOUND"),
        (f'resolve(dataset: {CLEAN_NAME}, partition: "{DAY_TWO}")', "NOT_FOUND"),
        (f'resolve(dataset: {CLEAN_NAME}, partition: "monday")', "INVALID_PARTITION"),
        ('readiness(job: {namespace: "shop", name: "nobody"})', "NOT_FOUND"),
        ('lineage(root: {namespace: "shop", name: "nobody"})', "NOT_FOUND"),
        (f"lineage(root: {CLEAN_NAME}, depth: 51)", "INVALID_INPUT"),
        (f'lineage(root: {CLEAN_NAME}, asOf: "2024-03-01T00:00:00")', "INVALID_INPUT"),
        ("impact(changes: [])", "INVALID_INPUT"),
        ('dataset(namespace: "", name: "x")', "INVALID_INPUT"),
    ],
)
def test_mistakes_of_the_caller_are_data(app: FastAPI, field: str, expected: str) -> None:
    found = data(app, f"{{ found: {field} {{ {MISTAKE} }} }}")["found"]

    assert found["code"] == expected


def test_datasets_page_by_page(app: FastAPI) -> None:
    question = """query ($after: String) { datasets(search: "orders", first: 1, after: $after) {
        totalCount edges { node { name } } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""

    first = data(app, question, after=None)["datasets"]
    second = data(app, question, after=first["pageInfo"]["endCursor"])["datasets"]

    assert [edge["node"]["name"] for edge in first["edges"] + second["edges"]] == ["clean_orders", "raw_orders"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (
        2,
        True,
        False,
    )


def test_a_cursor_under_other_filters_is_an_error_with_a_code(app: FastAPI) -> None:
    cursor = data(app, "{ datasets(first: 1) { pageInfo { endCursor } } }")["datasets"]["pageInfo"]["endCursor"]

    answer = graphql(app, 'query ($c: String) { datasets(search: "x", after: $c) { totalCount } }', c=cursor)

    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


def test_jobs_consumers_and_runs_are_listed(app: FastAPI) -> None:
    found = data(
        app,
        """{
        jobs { totalCount edges { node { name inputs { mapping dataset { name } } outputs { dataset { name } }
          runs(first: 2) { edges { node { id state } } } } } }
        consumers { totalCount edges { node { name deadline { by timezone } reads { columns dataset { name } } } } }
        runs(first: 2) { totalCount edges { node { id kind subject { name } inputs { id } outputs { id } metrics
          attempts { number worker } } } } open: runs(openOnly: true) { edges { node { id } } } }""",
    )

    sum_up = found["jobs"]["edges"][1]["node"]
    assert sum_up["inputs"] == [{"mapping": "previous 3", "dataset": {"name": "clean_orders"}}]
    assert sum_up["runs"]["edges"] == [{"node": {"id": SECOND_RUN, "state": "RUNNING"}}]
    assert found["consumers"]["edges"][0]["node"]["reads"] == [
        {"columns": ["amount"], "dataset": {"name": "clean_orders"}}
    ]
    assert found["runs"]["totalCount"] == 3
    assert [edge["node"]["kind"] for edge in found["runs"]["edges"]] == ["VALIDATION", "JOB"]
    assert found["runs"]["edges"][1]["node"]["inputs"] == [{"id": GOOD}]
    assert found["open"]["edges"] == [{"node": {"id": SECOND_RUN}}]


@pytest.mark.parametrize(
    ("id", "kind"),
    [
        (dataset_id(CLEAN), "Dataset"),
        (job_id(CLEAN_JOB), "Job"),
        (FIRST_RUN, "Run"),
        (GOOD, "Version"),
        ("ds_nobody", None),
        ("x", None),
    ],
)
def test_anything_is_found_by_its_id(app: FastAPI, id: str, kind: str | None) -> None:
    found = data(app, "query ($id: ID!) { node(id: $id) { __typename id } }", id=id)["node"]

    assert found == (kind and {"__typename": kind, "id": id})


def test_the_last_good_version_is_resolved(app: FastAPI) -> None:
    found = data(
        app, f'{{ resolve(dataset: {CLEAN_NAME}, partition: "{DAY_ONE}") {{ ... on Version {{ id current }} }} }}'
    )

    assert found["resolve"] == {"id": GOOD, "current": True}


def test_readiness_names_what_a_job_partition_waits_for(app: FastAPI) -> None:
    found = data(
        app,
        """{ readiness(job: {namespace: "shop", name: "sum_up"}, partition: "2024-03-03") { ... on Readiness {
        ready runnable inputs { partition state satisfied dataset { name } version { id } results { check } }
        run { id } } } }""",
    )

    states = {item["partition"]: item["state"] for item in found["readiness"]["inputs"]}
    assert found["readiness"]["ready"] is False
    assert states == {"2024-02-29": "MISSING", DAY_ONE: "PUBLISHED", DAY_TWO: "QUARANTINED"}
    assert found["readiness"]["inputs"][2]["results"] == [{"check": "id_known"}]


def test_lineage_is_flat_and_says_that_it_is_complete(app: FastAPI) -> None:
    found = data(
        app,
        """{ lineage(root: {namespace: "shop", name: "raw_orders"}, first: 100) { ... on Lineage {
        root nodes { id kind name { name } hops } edges { source target kind provenance stale }
        asOf computedAt isComplete incompleteReasons nodeCount totalNodeCount } } }""",
    )["lineage"]

    assert {node["name"]["name"] for node in found["nodes"]} == {
        "raw_orders",
        "clean",
        "clean_orders",
        "sum_up",
        "totals",
        "board",
    }
    assert len(found["edges"]) == 5
    assert (found["isComplete"], found["incompleteReasons"]) == (True, [])
    assert found["nodeCount"] == found["totalNodeCount"] == 6


def test_lineage_that_was_cut_off_says_so(app: FastAPI) -> None:
    found = data(
        app,
        """{ lineage(root: {namespace: "shop", name: "raw_orders"}, depth: 1) { ... on Lineage {
        isComplete incompleteReasons totalNodeCount } } }""",
    )["lineage"]

    assert found == {"isComplete": False, "incompleteReasons": ["DEPTH_LIMIT"], "totalNodeCount": None}


def test_impact_gives_a_verdict_to_every_reader(app: FastAPI) -> None:
    changes = f'[{{dropColumn: {{dataset: {CLEAN_NAME}, column: "amount"}}}}]'
    found = data(
        app,
        f"""{{ impact(changes: {changes}) {{ ... on Impact {{
        affected {{ node {{ name {{ name }} kind }} verdict effect rule reason owners deadline remedy
          path {{ source target }} }}
        nodes {{ id }} counts {{ verdict count }} isComplete incompleteReasons asOf computedAt }} }} }}""",
    )["impact"]

    verdicts = {item["node"]["name"]["name"]: item["verdict"] for item in found["affected"]}
    assert verdicts.keys() == {"board", "sum_up"}
    assert sum(item["count"] for item in found["counts"]) == 2
    ends = {edge[end] for item in found["affected"] for edge in item["path"] for end in ("source", "target")}
    assert ends <= {node["id"] for node in found["nodes"]}


@pytest.mark.parametrize(
    "change",
    [
        f'renameColumn: {{dataset: {CLEAN_NAME}, column: "amount", to: "sum"}}',
        f'retypeColumn: {{dataset: {CLEAN_NAME}, column: "amount", type: "string"}}',
        f'addColumn: {{dataset: {CLEAN_NAME}, column: "note", type: "string", position: 0}}',
        f'reorderColumns: {{dataset: {CLEAN_NAME}, columns: ["amount"]}}',
        f'changeNullability: {{dataset: {CLEAN_NAME}, column: "amount", nullable: true}}',
        f'changeKey: {{dataset: {CLEAN_NAME}, columns: ["amount"]}}',
        f'changeAllowedValues: {{dataset: {CLEAN_NAME}, column: "amount", after: ["1"]}}',
        f'changeMeaning: {{dataset: {CLEAN_NAME}, column: "amount", meaning: "net"}}',
        f'changeDefault: {{dataset: {CLEAN_NAME}, column: "amount", default: null}}',
        f'renameDataset: {{dataset: {CLEAN_NAME}, to: {{namespace: "shop", name: "tidied"}}}}',
        f'changeFormat: {{dataset: {CLEAN_NAME}, options: [{{name: "header", after: "false"}}]}}',
        f"moveDataset: {{dataset: {CLEAN_NAME}, location: null}}",
        f'repartition: {{dataset: {CLEAN_NAME}, after: "hour"}}',
        f'changeTerm: {{dataset: {CLEAN_NAME}, term: "freshness", after: "2 days"}}',
        'changeJob: {job: {namespace: "shop", name: "clean"}, sql: "SELECT 1 AS amount"}',
        'changeJob: {job: {namespace: "shop", name: "clean"}}',
        f"dropDataset: {{dataset: {CLEAN_NAME}}}",
        'retireJob: {job: {namespace: "shop", name: "clean"}}',
        'retireConsumer: {consumer: {namespace: "shop", name: "board"}}',
    ],
)
def test_every_kind_of_change_is_judged(app: FastAPI, change: str) -> None:
    found = data(app, f"{{ impact(changes: [{{{change}}}]) {{ __typename }} }}")["impact"]

    assert found == {"__typename": "Impact"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (f'addColumn: {{dataset: {CLEAN_NAME}, column: "x", type: "varchar"}}', "INVALID_INPUT"),
        (f'addColumn: {{dataset: {CLEAN_NAME}, column: "x", position: -1}}', "INVALID_INPUT"),
        (f'retypeColumn: {{dataset: {CLEAN_NAME}, column: "amount", type: "varchar"}}', "INVALID_INPUT"),
        (f"changeFormat: {{dataset: {CLEAN_NAME}}}", "INVALID_INPUT"),
        ('repartition: {dataset: {namespace: "shop", name: "nothing"}, after: "day"}', "NOT_FOUND"),
        ('changeJob: {job: {namespace: "shop", name: "nothing"}}', "NOT_FOUND"),
    ],
)
def test_a_change_that_cannot_be_asked_about_is_data(app: FastAPI, change: str, code: str) -> None:
    found = data(app, f"{{ impact(changes: [{{{change}}}]) {{ __typename ... on Error {{ code message }} }} }}")[
        "impact"
    ]

    assert (found["code"], found["__typename"] in ("InvalidInputError", "NotFoundError")) == (code, True)


def test_a_change_is_exactly_one_thing(app: FastAPI) -> None:
    both = f'{{dropColumn: {{dataset: {CLEAN_NAME}, column: "amount"}}, dropDataset: {{dataset: {CLEAN_NAME}}}}}'

    answer = graphql(app, f"{{ impact(changes: [{both}]) {{ __typename }} }}")

    assert "exactly one" in answer["errors"][0]["message"]


REPORT = """mutation ($input: ReportVersionInput!) { reportVersion(input: $input) {
    ... on ReportVersionPayload { created runIds version { id state partition datasetName { name } } }
    ... on Error { code nearest } } }"""


def test_a_report_is_durable_and_repeating_it_changes_nothing(own_app: FastAPI, own_estate: Graph) -> None:
    report = {
        "dataset": {"namespace": "shop", "name": "raw_orders"},
        "partition": DAY_ONE,
        "location": "raw.parquet",
        "key": "k1",
    }

    first = data(own_app, REPORT, input=report)["reportVersion"]
    second = data(own_app, REPORT, input=report)["reportVersion"]

    assert (first["created"], second["created"]) == (True, False)
    assert first["version"]["id"] == second["version"]["id"]
    assert len(first["runIds"]) == 1
    assert version(own_estate, first["version"]["id"]).location == "raw.parquet"


def test_a_report_about_an_unknown_dataset_is_data_with_the_nearest_name(app: FastAPI) -> None:
    report = {"dataset": {"namespace": "shop", "name": "raw_order"}, "location": "x"}

    assert data(app, REPORT, input=report)["reportVersion"] == {"code": "NOT_FOUND", "nearest": "shop/raw_orders"}


def statements(caplog: pytest.LogCaptureFixture, app: FastAPI, question: str) -> int:
    """How many Cypher statements the driver sent for one question."""
    caplog.clear()
    with caplog.at_level(logging.DEBUG, logger="neo4j"):
        data(app, question)
    return sum(" C: RUN " in message for message in caplog.messages)


def test_lists_inside_of_lists_cost_the_same_number_of_statements_whatever_their_length(
    own_app: FastAPI, own_estate: Graph, side_driver: neo4j.Driver, caplog: pytest.LogCaptureFixture
) -> None:
    plant_datasets(side_driver, own_estate.settings.database, 30)
    question = """{ datasets(search: "many/", first: %d) { edges { node { name owners columns { path }
        latestVersion { id dataset { name } } versions(first: 2) { edges { node { id } } }
        partitions(first: 2) { edges { node { current { id } newest { id } } } } } } } }"""

    few, many = statements(caplog, own_app, question % 2), statements(caplog, own_app, question % 30)

    assert len(data(own_app, question % 30)["datasets"]["edges"]) == 30
    assert 0 < many <= few <= 12


def test_a_document_that_costs_too_much_is_refused_before_it_runs(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    nested = "versions(first: 200) { edges { node { id } } }"
    with caplog.at_level(logging.DEBUG, logger="neo4j"):
        answer = graphql(app, f"{{ datasets(first: 200) {{ edges {{ node {{ {nested} }} }} }} }}")

    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TOO_COMPLEX"]
    assert not any(" C: RUN " in message for message in caplog.messages)


def test_a_fragment_bomb_is_refused(app: FastAPI) -> None:
    lines = [
        f"fragment f{n} on Version {{ a: dataset {{ latestVersion {{ ...f{n + 1} }} }} "
        f"b: dataset {{ latestVersion {{ ...f{n + 1} }} }} }}"
        for n in range(60)
    ]
    bomb = "\n".join(
        [
            '{ resolve(dataset: {namespace: "a", name: "b"}) { ... on Version { ...f0 } } }',
            *lines,
            "fragment f60 on Version { id }",
        ]
    )

    answer = graphql(app, bomb)

    assert answer["data"] is None
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"TOO_COMPLEX"}


@pytest.mark.parametrize("size", [12, 90, 1_000, 50_000])
def test_a_document_nested_out_of_reason_is_refused_in_words(app: FastAPI, size: int) -> None:
    opened = '{ resolve(dataset: {namespace: "a", name: "b"}) { ... on Version ' + "{ run { inputs " * size

    answer = graphql(app, opened + "{ id }" + " } }" * size + " } }")

    assert answer["data"] is None
    assert all(error.get("extensions", {}).get("code") != "INTERNAL" for error in answer["errors"])


@pytest.mark.parametrize("count", [50, 90, 2_000])
def test_a_chain_of_fragments_out_of_reason_is_refused_in_words(app: FastAPI, count: int) -> None:
    chain = [f"fragment f{number} on Version {{ ...f{number + 1} }}" for number in range(count)]
    opened = '{ resolve(dataset: {namespace: "a", name: "b"}) { ...f0 } }'

    answer = graphql(app, "\n".join([opened, *chain, f"fragment f{count} on Version {{ run {{ inputs {{ id }} }} }}"]))

    # Fifty fragments are no crime: nothing but their length is wrong with the longer ones.
    refused = "errors" in answer
    assert refused == (count > 50)
    assert all(error.get("extensions", {}).get("code") != "INTERNAL" for error in answer.get("errors", []))


def test_too_many_tokens_are_refused(app: FastAPI) -> None:
    answer = graphql(app, "{ " + "datasets { totalCount } " * 600 + "}")

    assert "more than 2000 tokens" in answer["errors"][0]["message"]


def test_an_unexpected_error_reaches_the_client_as_a_number_only(
    own_app: FastAPI, own_estate: Graph, side_driver: neo4j.Driver
) -> None:
    statement = "MATCH (d:Dataset {id: $id}) SET d.contract = '{broken secret'"
    side_driver.execute_query(statement, {"id": dataset_id(CLEAN)}, database_=own_estate.settings.database)

    answer = graphql(own_app, '{ dataset(namespace: "shop", name: "clean_orders") { __typename } }')

    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert answer["errors"][0]["extensions"]["correlationId"] in answer["errors"][0]["message"]
    assert "secret" not in str(answer)


def test_queries_by_get_batches_and_forms_are_refused(app: FastAPI) -> None:
    assert call(app, "GET", "/graphql", params={"query": "{ __typename }"}).status_code in {400, 404, 405}
    assert call(app, "POST", "/graphql", json=[{"query": "{ __typename }"}]).status_code == 400
    assert call(
        app, "POST", "/graphql", content='{"query": "{ __typename }"}', headers={"content-type": "text/plain"}
    ).status_code in {400, 415}


def test_graphiql_is_there_for_browsers_in_development_only(small_estate: Graph) -> None:
    html = {"accept": "text/html"}

    assert "GraphiQL" in call(app_on(small_estate, development=True), "GET", "/graphql", headers=html).text
    assert "GraphiQL" not in call(app_on(small_estate), "GET", "/graphql", headers=html).text


def test_introspection_is_allowed(app: FastAPI) -> None:
    assert data(app, "{ __schema { queryType { name } } }") == {"__schema": {"queryType": {"name": "Query"}}}
