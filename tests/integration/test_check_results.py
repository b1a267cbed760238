"""What checks found over time, and what others found, on each engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import neo4j
import pytest

from connectors.results import read_results
from graph_model.checks.others import Accepted, accept
from graph_model.checks.repository import trend
from graph_model.contracts.entities import Check
from graph_model.errors import DatasetNotFound, InvalidInput, InvalidResults, VersionNotFound
from graph_model.names import Name, dataset_id
from graph_model.runs.replay import revalidate
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from graph_model.verify.check import verify
from graph_model.versions.entities import VersionState
from graph_model.versions.repository import version
from tests.integration.api import app_on, call, data
from tests.integration.checked import ROWS, NearFleet, checked, declare, deliver
from tests.support.cli import Cli, graph_environment
from tests.support.protocol import audited


@pytest.fixture
def cli(graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    environment = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE_ROOT": str(tmp_path)}
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), **environment})


def test_the_trend_of_a_check_is_one_question(graph: Graph, tmp_path: Path, cli: Cli) -> None:
    rows = Check("rows", "row_count", {"min": 2})
    declare(graph, checked("orders", rows, ROWS))
    sizes = (5, 1, 7)
    versions = [
        deliver(graph, tmp_path, "orders", f"2024-01-0{day}", ids=range(size)) for day, size in enumerate(sizes, 1)
    ]
    id = dataset_id(Name("shop", "orders"))

    assert [finding.version for finding in trend(graph, id, "rows", first=1).items] == [versions[-1].id]
    page = trend(graph, id, "rows", first=2)
    rest = trend(graph, id, "rows", first=2, after=page.items[-1].id)

    assert [finding.version for finding in (*page.items, *rest.items)] == [v.id for v in reversed(versions)]
    assert [(f.result.value, f.result.passed, f.partition) for f in page.items] == [
        (7, True, "2024-01-03"),
        (1, False, "2024-01-02"),
    ]
    assert (page.has_next, rest.has_next, page.items[1].state) == (True, False, VersionState.QUARANTINED)
    assert trend(graph, id, "nothing").items == ()

    shown, plain = cli("checks", "orders", "--json"), cli("checks", "show", "orders@2024-01-02", "--check", "rows")
    over_time = cli("checks", "orders", "--check", "rows", "--trend", "--json")
    assert [result["check"] for result in shown.json["results"]] == ["rows", "usual size"]
    assert (shown.code, plain.code, over_time.code) == (0, 1, 0)
    assert "row_count: 1 rows, expected at least 2" in plain.out
    assert [finding["result"]["value"] for finding in over_time.json["findings"]] == [7, 1, 5]
    wrong = [cli("checks", "orders", "--check", "x", *more) for more in ((), ("--trend",))]
    wrong += [cli("checks", "orders", "--trend"), cli("checks", "orders@2024-01-02", "--check", "rows", "--trend")]
    assert [said.code for said in (*wrong, cli("checks", "ordes"), cli("checks", "orders@2024-01-09"))] == [2] * 6

    found = data(
        app_on(graph),
        """{ dataset(namespace: "shop", name: "orders") { ... on Dataset { checks { name kind severity
        history(first: 2) { edges { cursor node { partition state checkedAt result { passed value comparedWith } } }
        pageInfo { hasNextPage } } } } } }""",
    )["dataset"]["checks"]
    assert [check["name"] for check in found] == ["rows", "usual size"]
    assert [edge["node"]["result"]["value"] for edge in found[0]["history"]["edges"]] == [7, 1]
    assert found[1]["history"]["edges"][0]["node"]["result"]["comparedWith"] == [versions[0].id]


def test_results_from_before_there_were_trends_have_one_after_the_migration(
    graph: Graph, side_driver: neo4j.Driver, tmp_path: Path
) -> None:
    declare(graph, checked("orders", Check("rows", "row_count", {"min": 1})))
    delivered = deliver(graph, tmp_path, "orders", "2024-01-01")
    forget = "MATCH (c:CheckResult) SET c.dataset = null, c.key = null, c.checked_at = null"
    side_driver.execute_query(forget, database_=graph.settings.database)
    again = "MATCH (m:Migration) WHERE m.id STARTS WITH '0009' DETACH DELETE m"
    side_driver.execute_query(again, database_=graph.settings.database)

    migrate(graph)

    found = trend(graph, dataset_id(Name("shop", "orders")), "rows").items
    assert [(one.version, one.partition, one.checked_at) for one in found] == [
        (delivered.id, "2024-01-01", delivered.published_at)
    ]


def facets(*, success: bool = False, rows: int = 3, at: str = "2024-02-01T00:00:00Z") -> dict[str, Any]:
    assertion = {"assertion": "not_null", "column": "id", "success": success}
    return {
        "eventTime": at,
        "inputs": [
            {
                "namespace": "shop",
                "name": "orders",
                "inputFacets": {
                    "dataQualityAssertions": {"assertions": [assertion]},
                    "dataQualityMetrics": {"rowCount": rows},
                },
            },
            {"namespace": "shop", "name": "nobody", "facets": {"dataQualityMetrics": {"rowCount": 1}}},
        ],
    }


def take(graph: Graph, document: dict[str, Any], **named: Any) -> Accepted:
    return accept(graph, read_results(document), by="tester", **named)


def outbox(graph: Graph, driver: neo4j.Driver) -> list[str]:
    found = driver.execute_query(
        "MATCH (n:Outbox) WHERE n.kind = 'checks_failed' RETURN n.title AS title", database_=graph.settings.database
    )
    return [record["title"] for record in found.records]


def test_results_of_others_land_on_what_readers_get_and_take_nothing_away(
    graph: Graph, side_driver: neo4j.Driver, tmp_path: Path
) -> None:
    declare(graph, checked("orders", Check("rows", "row_count", {"min": 1})))
    old, current = (deliver(graph, tmp_path, "orders", f"2024-01-0{day}") for day in (1, 2))

    first, again = take(graph, facets()), take(graph, facets())

    (taken,) = first.taken
    assert (taken.version, taken.results, taken.failed, taken.created) == (current.id, 2, 1, True)
    assert first.left_out == ("rowCount: no dataset is called shop/nobody",)
    assert [one.created for one in again.taken] == [False]
    now = version(graph, current.id)
    assert [(r.check, r.source, r.passed, r.value) for r in now.results] == [
        ("rows", "", True, 1),
        ("openlineage/not_null (id)", "openlineage", False, None),
        ("openlineage/rowCount", "openlineage", True, 3),
    ]
    assert (now.state, now.current) == (VersionState.PUBLISHED, True)
    assert outbox(graph, side_driver) == ["openlineage found 1 failing checks: partition 2024-01-02"]
    assert audited(side_driver, graph, current.id)[-1] == ("RESULTS_RECORDED", "tester")
    assert verify(graph) == ()
    assert take(graph, facets(), version=old.id, dataset=None).taken[0].version == old.id


def test_the_newest_result_of_a_check_stands_for_a_version(graph: Graph, tmp_path: Path) -> None:
    declare(graph, checked("orders"))
    current = deliver(graph, tmp_path, "orders", "2024-01-01")

    newest = take(graph, facets(success=True, rows=9, at="2024-02-03T00:00:00Z"))
    late = take(graph, facets(at="2024-02-02T00:00:00Z"))

    assert [newest.taken[0].created, late.taken[0].created] == [True, False]
    assert [(r.passed, r.value) for r in version(graph, current.id).results] == [(True, None), (True, 9)]
    found = trend(graph, dataset_id(Name("shop", "orders")), "openlineage/rowCount")
    assert [finding.checked_at.isoformat() for finding in found.items] == ["2024-02-03T00:00:00+00:00"]


def test_who_names_a_dataset_takes_what_is_about_it_and_nothing_else(graph: Graph, tmp_path: Path) -> None:
    declare(graph, checked("orders"), checked("nobody"))
    one, two = (deliver(graph, tmp_path, "orders", f"2024-01-0{day}") for day in (1, 2))
    deliver(graph, tmp_path, "nobody", "2024-01-01")
    alone = {"dataQualityMetrics": {"rowCount": 5}}

    both = take(graph, facets())
    only = take(graph, facets(at="2024-03-01T00:00:00Z"), dataset=Name("shop", "orders"), partition="2024-01-01")
    told = take(graph, alone, dataset=Name("shop", "orders"))

    assert [taken.dataset.name for taken in both.taken if taken.version != two.id] == ["nobody"]
    assert [taken.version for taken in only.taken] == [one.id]
    assert only.left_out == ("rowCount: it is not about shop/orders",)
    assert [taken.version for taken in told.taken] == [two.id]


def test_what_has_no_place_is_refused_and_nothing_is_recorded(graph: Graph, tmp_path: Path) -> None:
    declare(graph, checked("orders"), checked("empty"))
    deliver(graph, tmp_path, "orders", "2024-01-01")
    alone = {"dataQualityMetrics": {"rowCount": 5}}
    refusals: list[tuple[dict[str, Any], dict[str, Any], type[Exception], str]] = [
        (alone, {}, InvalidResults, "it does not say which dataset it is about"),
        ({"dataQualityMetrics": {}}, {}, InvalidResults, "it holds no results of checks"),
        (alone, {"dataset": Name("shop", "ordes")}, DatasetNotFound, "did you mean shop/orders"),
        (alone, {"dataset": Name("shop", "empty")}, VersionNotFound, "nothing good yet"),
        (alone, {"version": "vs_none"}, VersionNotFound, "vs_none"),
        (alone, {"version": "vs_none", "partition": "2024-01-01"}, InvalidInput, "a version says already"),
        (alone, {"partition": "2024-01-01"}, InvalidInput, "name it too"),
    ]

    for document, named, error, message in refusals:
        with pytest.raises(error, match=message):
            take(graph, document, **named)


def test_a_new_validation_forgets_our_results_and_keeps_those_of_others(graph: Graph, tmp_path: Path) -> None:
    declare(graph, checked("orders", Check("rows", "row_count", {"min": 2})))
    bad = deliver(graph, tmp_path, "orders", "2024-01-01")
    take(graph, facets(), version=bad.id)

    revalidate(graph, bad.id, by="tester", reason="look again")

    assert [result.source for result in version(graph, bad.id).results] == ["openlineage", "openlineage"]
    NearFleet(graph, root=tmp_path).work()
    assert version(graph, bad.id).results[0].check == "rows"


def test_results_come_by_rest_and_by_the_command_line(graph: Graph, tmp_path: Path, cli: Cli) -> None:
    declare(graph, checked("orders"))
    current = deliver(graph, tmp_path, "orders", "2024-01-01")
    app, file = app_on(graph), tmp_path / "facets.json"
    file.write_text(json.dumps(facets()))

    posted = [call(app, "POST", "/api/v1/checks", json={"document": facets()}) for _ in range(2)]
    bad = call(app, "POST", "/api/v1/checks", json={"document": {"x": 1}})
    missing = call(app, "POST", "/api/v1/checks", json={"document": facets(), "dataset": "shop/ordes"})
    known = cli("checks", "import", str(file), "--json")
    fresh = cli("checks", "import", str(file), "--dataset", "orders@2024-01-01", "--source", "openlineage")

    assert [response.status_code for response in posted] == [201, 200]
    assert posted[0].json()["taken"][0] | {"created": None} == {
        "version": current.id,
        "dataset": {"namespace": "shop", "name": "orders"},
        "partition": "2024-01-01",
        "results": 2,
        "failed": 1,
        "created": None,
    }
    assert (bad.status_code, bad.json()["code"]) == (422, "INVALID_RESULTS")
    assert (missing.status_code, missing.json()["nearest"]) == (404, "shop/orders")
    assert (known.code, known.json["taken"][0]["created"]) == (0, False)
    assert (fresh.code, "it is not about shop/orders" in fresh.err) == (0, True)
    (tmp_path / "broken.json").write_text('{"a": [')
    for path in ("nothing.json", "broken.json"):
        assert cli("checks", "import", str(tmp_path / path)).code == 2
