"""Lineage over GraphQL: filters, pages, moments, ways and differences."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from graph_model.store.graph import Graph
from tests.integration.api import app_on, data, graphql
from tests.integration.small_estate import CLEAN, FIRST_RUN, GOOD, SECOND_RUN
from tests.support.flow_graphs import a_consumer, a_job, called, close_edge, dataset, job, put

RAW = '{namespace: "shop", name: "raw"}'
SHAPE = """... on Lineage { nodes { id hidden name { name } } edges { source target kind via saidBy stale lastSeen }
  pageInfo { hasNextPage endCursor } isComplete totalNodeCount asOf knownAt }"""


@pytest.fixture
def app(graph: Graph) -> FastAPI:
    jobs = [a_job(f"j{n}", [f"d{n}" if n else "raw"], [f"d{n + 1}"]) for n in range(4)]
    put(graph, *jobs, a_consumer("board", {"d4": []}))
    return app_on(graph)


def names(answer: dict[str, Any]) -> list[str]:
    return [node["name"]["name"] for node in answer["nodes"]]


def test_pages_follow_each_other_at_one_moment(app: FastAPI) -> None:
    first = data(app, f"{{ lineage(root: {RAW}, first: 4) {{ {SHAPE} }} }}")["lineage"]
    after = first["pageInfo"]["endCursor"]
    second = data(app, f'{{ lineage(root: {RAW}, first: 4, after: "{after}") {{ {SHAPE} }} }}')["lineage"]

    assert (names(first), names(second)) == (["raw", "j0", "d1", "j1"], ["d2", "j2", "d3", "j3"])
    assert first["pageInfo"]["hasNextPage"]
    assert (second["asOf"], second["knownAt"]) == (first["asOf"], first["knownAt"])
    assert first["nodes"][-1]["hidden"] == 1


def test_a_cursor_is_refused_where_the_question_is_another(app: FastAPI) -> None:
    first = data(app, f"{{ lineage(root: {RAW}, first: 4) {{ {SHAPE} }} }}")["lineage"]
    after = first["pageInfo"]["endCursor"]

    for other in (f'depth: 3, after: "{after}"', 'after: "nonsense"', f'direction: UP, after: "{after}"'):
        said = data(app, f"{{ lineage(root: {RAW}, {other}) {{ ... on InvalidInputError {{ code message }} }} }}")
        assert said["lineage"]["code"] == "INVALID_INPUT"


def test_a_filter_bridges(app: FastAPI) -> None:
    answer = data(app, f"{{ lineage(root: {RAW}, filter: {{kinds: [DATASET]}}) {{ {SHAPE} }} }}")["lineage"]

    assert names(answer) == ["raw", "d1", "d2", "d3", "d4"]
    assert answer["edges"][0]["kind"] == "VIA"
    assert answer["edges"][0]["via"] == [job("j0")]
    assert answer["totalNodeCount"] == 5


def test_a_thing_is_asked_about_by_name_or_by_id_and_not_by_both(app: FastAPI) -> None:
    by_id = data(app, f'{{ lineage(id: "{dataset("raw")}", depth: 2) {{ {SHAPE} }} }}')["lineage"]
    both = data(app, f'{{ lineage(root: {RAW}, id: "x") {{ ... on InvalidInputError {{ message }} }} }}')
    neither = data(app, "{ lineage { ... on InvalidInputError { message } } }")
    nothing = data(app, '{ lineage(id: "ds_nothing") { ... on NotFoundError { message } } }')

    assert names(by_id) == ["raw", "j0", "d1"]
    assert both == neither == {"lineage": {"message": both["lineage"]["message"]}}
    assert nothing["lineage"]["message"] == "no node ds_nothing"


def test_what_came_and_went(app: FastAPI, graph: Graph) -> None:
    summer = datetime(2021, 6, 1, tzinfo=UTC)
    close_edge(graph, "CONSUMED_BY", dataset("d1"), job("j1"), at=summer)

    answer = data(
        app,
        f"""{{ lineageDiff(root: {RAW}, before: "2021-01-01T00:00:00Z", after: "2022-01-01T00:00:00Z",
        direction: DOWN) {{
        ... on LineageDiff {{ came {{ source }} went {{ source target kind }} isComplete nodes {{ id }} }} }} }}""",
    )["lineageDiff"]

    assert answer["came"] == []
    assert {"source": dataset("d1"), "target": job("j1"), "kind": "CONSUMED_BY"} in answer["went"]
    assert len(answer["went"]) == 7
    assert answer["isComplete"] is True


def test_a_way_from_one_to_another(app: FastAPI) -> None:
    answer = data(
        app,
        f"""{{ lineagePaths(source: {{name: {RAW}}}, target: {{name: {{namespace: "shop", name: "d2"}}}}) {{
        ... on LineagePaths {{ paths {{ edges {{ source target }} }} isComplete nodes {{ name {{ name }} }} }} }} }}""",
    )["lineagePaths"]

    assert [[edge["target"] for edge in path["edges"]] for path in answer["paths"]] == [
        [job("j0"), dataset("d1"), job("j1"), dataset("d2")]
    ]
    assert answer["isComplete"] is True


def test_what_really_ran(small_estate: Graph) -> None:
    app = app_on(small_estate)
    question = f"""{{ lineage(id: "{GOOD}", level: VERSION, direction: BOTH) {{
      ... on Lineage {{ nodes {{ id kind partition state direction name {{ name }} }} edges {{ kind }} }} }} }}"""

    answer = data(app, question)["lineage"]

    told = {node["id"]: (node["kind"], node["direction"]) for node in answer["nodes"]}
    assert told == {GOOD: ("VERSION", "BOTH"), FIRST_RUN: ("RUN", "UP"), SECOND_RUN: ("RUN", "DOWN")}
    assert {node["name"]["name"] for node in answer["nodes"]} == {CLEAN.name, "clean", "sum_up"}


def test_a_past_that_was_not_known_yet_is_empty(app: FastAPI) -> None:
    answer = data(app, f'{{ lineage(root: {RAW}, knownAt: "2019-01-01T00:00:00Z") {{ {SHAPE} }} }}')["lineage"]

    assert names(answer) == ["raw"]
    assert answer["asOf"] == answer["knownAt"]


def test_too_many_large_questions_at_once_are_refused(app: FastAPI) -> None:
    large = f"lineage(root: {RAW}, first: 2000) {{ ... on Lineage {{ nodes {{ name {{ name }} }} }} }}"

    one = graphql(app, f"{{ {large} }}")
    many = graphql(app, f"{{ {' '.join(f'a{n}: {large}' for n in range(8))} }}")

    assert "errors" not in one
    assert many["errors"][0]["extensions"]["code"] == "TOO_COMPLEX"


@pytest.mark.parametrize(
    "question",
    [
        f"lineage(root: {RAW}, first: 2001)",
        f"""lineageDiff(root: {RAW}, before: "2021-01-01T00:00:00Z", first: 2001)""",
        f"lineagePaths(source: {{name: {RAW}}}, target: {{name: {RAW}}}, first: 101)",
    ],
)
def test_more_than_may_be_asked_for_at_once_is_refused(app: FastAPI, question: str) -> None:
    answer = graphql(app, f"{{ {question} {{ __typename }} }}")

    assert answer["errors"][0]["extensions"]["code"] == "TOO_COMPLEX"


def test_names_of_other_things_are_asked_in_the_same_way(app: FastAPI) -> None:
    root = f'{{namespace: "shop", name: "{called("board").name}"}}'

    answer = data(app, f"{{ lineage(root: {root}, kind: CONSUMER, direction: UP, depth: 2) {{ {SHAPE} }} }}")["lineage"]

    assert names(answer) == ["board", "d4", "j3"]
