"""Files of other tools' results, in the layouts that their versions write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.results import parse_results, read_results
from graph_model.checks.others import ForeignResult
from graph_model.errors import InvalidResults
from graph_model.names import Name

MADE = "2024-02-01T10:00:00Z"
DBT = {"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json", "generated_at": MADE}}
UNIQUE, KEY, OWN = "test.shop.unique_orders_id.1a", "test.shop.relationships_orders.2b", "test.shop.assert_totals"
MANIFEST: dict[str, Any] = {
    "nodes": {
        UNIQUE: {
            "name": "unique_orders_id",
            "attached_node": "model.shop.orders",
            "test_metadata": {"name": "unique", "kwargs": {"column_name": "id"}},
            "config": {"severity": "ERROR"},
            "depends_on": {"nodes": ["model.shop.orders"]},
        },
        # Before there was an attached node: the model that the test stands at is named by its key.
        KEY: {
            "name": "relationships_orders",
            "file_key_name": "models.orders",
            "test_metadata": {"name": "relationships"},
            "depends_on": {"nodes": ["model.shop.customers", "model.shop.orders"]},
        },
        OWN: {"name": "assert_totals", "depends_on": {"nodes": ["source.shop.raw.payments"]}},
        "model.shop.orders": {"name": "orders", "alias": "orders_v2", "schema": "mart", "database": "dw"},
        "model.shop.customers": {"name": "customers", "schema": "mart", "database": "dw"},
    },
    "sources": {"source.shop.raw.payments": {"name": "payments", "identifier": "pay", "schema": "raw"}},
}
ORDERS = ("dw.mart.orders_v2", "mart.orders_v2", "orders_v2", "orders")


def dbt(*results: dict[str, Any], manifest: Any = MANIFEST) -> tuple[ForeignResult, ...]:
    return read_results({**DBT, "results": list(results)}, manifest=manifest).results


def test_tests_of_dbt_are_about_the_table_of_their_model() -> None:
    found = dbt(
        {
            "unique_id": UNIQUE,
            "status": "fail",
            "failures": 3,
            "message": "Got 3 results,\n  configured to fail if != 0",
        },
        {"unique_id": KEY, "status": "warn", "failures": 2, "message": "Got 2 results"},
        {"unique_id": OWN, "status": "pass", "failures": 0},
        {"unique_id": OWN, "status": "error", "message": "Database Error"},
        {"unique_id": OWN, "status": "skipped"},
        {"unique_id": "model.shop.orders", "status": "success"},
        {"unique_id": "unit_test.shop.orders.x", "status": "pass"},
    )

    payments = ("raw.pay", "pay", "payments")
    assert found == (
        ForeignResult(
            ORDERS, "unique_orders_id", "unique", passed=False, failed_rows=3, value=3.0,
            message="Got 3 results, configured to fail if != 0",
        ),
        ForeignResult(
            ORDERS, "relationships_orders", "relationships", passed=False, severity="warning", failed_rows=2,
            message="Got 2 results", value=2.0,
        ),
        ForeignResult(payments, "assert_totals", "test", passed=True, value=0.0),
        ForeignResult(payments, "assert_totals", "test", passed=False, message="Database Error"),
    )  # fmt: skip


def test_without_a_manifest_a_test_of_dbt_keeps_its_name_and_has_no_subject() -> None:
    (found,) = dbt({"unique_id": UNIQUE, "status": "pass", "failures": 0}, manifest=None)

    assert (found.subject, found.check) == ((), "unique_orders_id")


def test_a_test_that_reads_two_models_and_stands_at_none_has_no_subject() -> None:
    both = {"nodes": {OWN: {"depends_on": {"nodes": ["model.a.x", "model.a.y"]}}}}

    assert dbt({"unique_id": OWN, "status": "pass"}, manifest=both)[0].subject == ()


def test_results_of_dbt_from_before_its_file_had_versions_are_understood() -> None:
    node = {"unique_id": UNIQUE, "name": "unique_orders_id", "attached_node": "model.shop.orders"}

    (found,) = dbt({"node": node, "status": "pass"}, manifest=None)

    assert (found.subject, found.check) == (("orders",), "unique_orders_id")


def expectation(layout: str, *, success: bool = False, **result: Any) -> dict[str, Any]:
    name = "expectation_type" if layout == "0.18" else "type"
    config = {name: "expect_column_values_to_not_be_null", "kwargs": {"column": "id", "batch_id": "x"}, "meta": {}}
    return {"success": success, "expectation_config": config, "result": result, "exception_info": {}}


GE_018 = {"active_batch_definition": {"data_asset_name": "orders"}, "run_id": {"run_time": MADE}}
GE_1 = {"batch_definition": {"data_asset_name": "orders"}, "run_id": {"run_time": MADE}}


@pytest.mark.parametrize("layout", ["0.18", "1"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_expectations_are_read_in_both_layouts_and_show_no_values(layout: str, *, wrapped: bool) -> None:
    meta = GE_018 if layout == "0.18" else GE_1
    unexpected = {"element_count": 9, "unexpected_count": 2, "partial_unexpected_list": ["secret"]}
    document: dict[str, Any] = {
        "success": False,
        "meta": meta,
        "results": [
            expectation(layout, **unexpected),
            expectation(layout, success=True, observed_value=7),
            expectation(layout, observed_value="secret"),
        ],
    }
    if wrapped and layout == "0.18":
        document = {"success": False, "run_results": {"ValidationResultIdentifier::x": {"validation_result": document}}}
    elif wrapped:
        document = {"success": False, "validation_results": [document]}

    delivery = read_results(document)

    kind = "expect_column_values_to_not_be_null"
    common = {"subject": ("orders",), "check": f"{kind} (id)", "kind": kind}
    assert delivery.source == "great_expectations"
    assert delivery.made_at == datetime(2024, 2, 1, 10, tzinfo=UTC)
    assert delivery.results == (
        ForeignResult(**common, passed=False, failed_rows=2, message="2 of 9 values are unexpected", value=2.0),
        ForeignResult(**common, passed=True, value=7.0),
        ForeignResult(**common, passed=False, message="not as expected"),
    )
    assert "secret" not in repr(delivery)


def test_a_description_of_a_checkpoint_names_expectations_without_their_configuration() -> None:
    one = {"expectation_type": "expect_table_row_count_to_be_between", "success": False, "kwargs": {"min_value": 1}}
    one |= {"severity": "warning", "result": {"observed_value": 0}}

    (found,) = read_results({"validation_results": [{"success": False, "expectations": [one]}]}).results

    assert (found.check, found.severity, found.message) == (one["expectation_type"], "warning", "observed 0")
    assert found.value == 0.0


def test_an_expectation_that_raised_says_so() -> None:
    raised = expectation("1") | {"exception_info": {"raised_exception": True, "exception_message": "no column id"}}

    (found,) = read_results({"success": False, "results": [raised]}).results

    assert found.message == "it could not be evaluated: no column id"


def test_facets_are_read_alone_on_a_dataset_and_in_an_event() -> None:
    assertions = [
        {"assertion": "not_null", "column": "id", "success": True},
        {"assertion": "fresh", "success": False, "severity": "warn", "description": "a day late"},
    ]
    metrics = {"rowCount": 5, "columnMetrics": {"id": {"nullCount": 1, "max": 9, "quantiles": {"0.5": 3}}}}
    facets = {"dataQualityAssertions": {"assertions": assertions}, "dataQualityMetrics": metrics}
    dataset = {"namespace": "file", "name": "/data/orders", "inputFacets": facets}

    alone, on_dataset = read_results(facets), read_results(dataset)
    event = read_results({"eventTime": MADE, "inputs": [dataset], "outputs": [{"namespace": "a", "name": "b"}]})

    assert [(r.check, r.passed, r.severity, r.message, r.value) for r in alone.results] == [
        ("not_null (id)", True, "blocking", "", None),
        ("fresh", False, "warning", "a day late", None),
        ("rowCount", True, "warning", "", 5.0),
        ("nullCount (id)", True, "warning", "", 1.0),
    ]
    assert {r.subject for r in alone.results} == {()}
    assert {r.subject for r in (*on_dataset.results, *event.results)} == {(Name("file", "/data/orders"),)}
    assert len(event.results) == len(on_dataset.results) == 4
    assert event.made_at == datetime(2024, 2, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "a file of results is a JSON object"),
        ({}, "of no kind that is known here; known are dbt, great_expectations, openlineage"),
        ({**DBT}, "run_results.json has a list of results"),
        ({**DBT, "results": [1]}, "run_results.json has a list of results"),
        ({"success": True, "results": [1]}, "a validation result has a list of results"),
        ({"success": True, "results": [{}]}, "each result says whether it was a success"),
        ({"run_results": {"x": 1}}, "each of run_results is an object"),
        ({"validation_results": 1}, "validation_results is a list of objects"),
        ({"dataQualityAssertions": {}}, "dataQualityAssertions has a list of assertions"),
        ({"dataQualityAssertions": {"assertions": [{}]}}, "each assertion says whether it was a success"),
        ({"inputs": 1}, "inputs is a list of datasets"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(document: Any, message: str) -> None:
    with pytest.raises(InvalidResults, match="cannot be taken") as refused:
        read_results(document)

    assert message in refused.value.reason


def test_an_unknown_source_and_a_bad_manifest_are_refused() -> None:
    with pytest.raises(InvalidResults, match="did you mean dbt"):
        read_results({}, source="dbtt")
    with pytest.raises(InvalidResults, match="the manifest is a JSON object"):
        read_results({**DBT, "results": []}, manifest=[1])
    for text in ("{", "[" * 200_000, b"\xff"):
        with pytest.raises(InvalidResults, match="is not JSON"):
            parse_results(text)


def test_the_digest_is_that_of_the_content_and_not_of_its_spelling() -> None:
    one = read_results(parse_results('{"dataQualityMetrics": {"rowCount": 1, "bytes": 2}}'))
    same = read_results(parse_results('{"dataQualityMetrics":{"bytes":2,"rowCount":1}}'))
    other = read_results(parse_results('{"dataQualityMetrics":{"bytes":3,"rowCount":1}}'))

    assert one.digest == same.digest != other.digest


def test_half_a_character_is_replaced_before_it_reaches_the_graph() -> None:
    broken = {"assertion": "odd\ud800", "success": False}

    (found,) = read_results({"dataQualityAssertions": {"assertions": [broken]}}).results

    assert found.check == "odd?"


shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["results", "success", "metadata", "unique_id", "status", "node", "nodes", "kwargs", "result", "meta",
             "expectation_config", "inputs", "facets", "namespace", "name", "dataQualityAssertions", "assertions",
             "dataQualityMetrics", "columnMetrics", "rowCount", "run_results", "validation_results", "run_id",
             "dbt_schema_version", "depends_on", "test_metadata", "column_list", "exception_info", "severity"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@given(shapes, shapes, st.sampled_from([None, "dbt", "great_expectations", "openlineage"]))
def test_whatever_a_file_holds_it_is_read_or_refused(document: Any, manifest: Any, source: str | None) -> None:
    try:
        delivery = read_results(document, source=source, manifest=manifest)
    except InvalidResults:
        return
    assert all(isinstance(result.passed, bool) and isinstance(result.check, str) for result in delivery.results)
