"""A dbt project as it is read out of its artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.dbt.read import read_dbt
from graph_model.errors import InvalidImport, InvalidInput
from graph_model.imports.entities import Declarations, ImportedJob
from tests.support.dbt_project import VERSIONS, catalog, manifest, run_results, write

PLACE = "duckdb://shop.duckdb"


def read(target: Path, **more: Any) -> Declarations:
    return read_dbt(target, datasets=PLACE, jobs="dbt_ns", **more)


def job(found: Declarations, name: str) -> ImportedJob:
    return next(one for one in found.jobs if one.name.name == name)


def flows(found: ImportedJob) -> set[str]:
    return {
        f"{flow.source.name.removeprefix('shop.')}.{flow.source_column}>{flow.target_column}"
        for flow in found.flows.flows
        if flow.kind == "DIRECT"
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_says_the_same(version: int, tmp_path: Path) -> None:
    found = read(write(tmp_path, manifest=manifest(version), catalog=catalog()))

    assert found.source == "shop"
    assert {str(dataset.name) for dataset in found.datasets} == {
        f"{PLACE}/shop.{name}"
        for name in (
            "main.raw_customers",
            "main.raw_orders",
            "main.stg_customers",
            "main.stg_orders",
            "main.customer_totals",
            "main.v_big",
            "main.paid",
            "main.cust_snap",
            "pay.payments",
        )
    }
    assert {str(one.name) for one in found.jobs} == {
        f"dbt_ns/shop.main.shop.{name}"
        for name in ("stg_customers", "stg_orders", "customer_totals", "v_big", "paid", "cust_snap.snapshot")
    }
    totals = job(found, "shop.main.shop.customer_totals")
    assert [name.name for name in totals.inputs] == ["shop.main.stg_customers", "shop.main.stg_orders"]
    assert flows(totals) == {
        "main.stg_customers.customer_id>customer_id",
        "main.stg_customers.name>name",
        "main.stg_orders.order_id>n_orders",
        "main.stg_orders.amount>total",
    }
    assert {flow.transformation for flow in totals.flows.flows if flow.target_column == "total"} == {"AGGREGATION"}
    assert not [one.name for one in found.jobs if one.flows.unresolved and one.name.name != "shop.main.shop.paid"]


def test_a_relation_has_what_the_project_and_the_catalog_say(tmp_path: Path) -> None:
    found = read(write(tmp_path, manifest=manifest(12), catalog=catalog()))

    datasets = {dataset.name.name.removeprefix("shop."): dataset for dataset in found.datasets}
    totals = datasets["main.customer_totals"]
    assert [(column.path, column.type, column.nullable) for column in totals.contract.columns] == [
        ("customer_id", "int32", False),
        ("name", "string", True),
        ("n_orders", "int64", True),
        ("total", "decimal(38,2)", True),
    ]
    assert totals.contract.columns[3].description == "what they spent"
    assert (totals.owners, totals.tags, totals.description) == (
        ("sales@example.org",),
        ("core",),
        "what customers spend",
    )
    assert totals.options["dbt"]["tests"] == ["unique(customer_id)"]
    assert totals.options["dbt"]["constraints"] == ["check(total >= 0)", "not_null(customer_id)", "unique(customer_id)"]
    assert datasets["main.raw_customers"].owners == ("intake@example.org",)
    assert datasets["main.v_big"].format == "view"


@pytest.mark.parametrize("version", [7, 12, 20])
def test_an_exposure_is_a_consumer_with_owners(version: int, tmp_path: Path) -> None:
    (dash,) = read(write(tmp_path, manifest=manifest(version))).consumers

    assert (str(dash.name), dash.kind, dash.owners) == ("dbt_ns/dash", "dashboard", ("sales@example.org",))
    assert [item.dataset.name for item in dash.reads] == ["shop.main.v_big"]


def test_without_a_catalog_a_star_takes_what_the_model_before_makes(tmp_path: Path) -> None:
    found = read(write(tmp_path, manifest=manifest(12)))

    assert flows(job(found, "shop.main.shop.v_big")) == {
        f"main.customer_totals.{column}>{column}" for column in ("customer_id", "name", "n_orders", "total")
    }


def test_a_source_is_read_under_the_name_it_has_in_the_database(tmp_path: Path) -> None:
    found = read(write(tmp_path, manifest=manifest(12)))

    assert flows(job(found, "shop.main.shop.paid")) == {"pay.payments.order_id>order_id", "pay.payments.state>state"}


def test_what_is_only_parsed_is_not_known_by_column(tmp_path: Path) -> None:
    parsed = write(tmp_path, manifest=manifest(12, compiled=False))

    before = job(read(parsed), "shop.main.shop.customer_totals")
    after = job(read(write(tmp_path, run_results=run_results())), "shop.main.shop.customer_totals")

    assert (before.flows.known, before.flows.unresolved) == (False, ("dbt has not compiled it: run `dbt compile`",))
    assert [name.name for name in before.inputs] == ["shop.main.stg_customers", "shop.main.stg_orders"]
    assert after.flows.known


def test_a_relation_that_only_the_sql_names_is_read_too(tmp_path: Path) -> None:
    document = manifest(12)
    document["nodes"]["model.shop.paid"]["compiled_code"] += " join shop.ext.rates r on r.id = p.order_id"

    paid = job(read(write(tmp_path, manifest=document)), "shop.main.shop.paid")

    assert [name.name for name in paid.inputs] == ["shop.ext.rates", "shop.pay.payments"]


def test_a_model_in_python_says_so(tmp_path: Path) -> None:
    document = manifest(12)
    document["nodes"]["model.shop.paid"]["language"] = "python"

    paid = job(read(write(tmp_path, manifest=document)), "shop.main.shop.paid")

    assert (paid.flows.known, paid.flows.unresolved) == (False, ("a model in python is not read",))


def test_odd_documents_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    document = manifest(12)
    document["nodes"]["model.shop.paid"] |= {"columns": None, "tags": 3, "config": [], "depends_on": {"nodes": [None]}}
    document["nodes"]["model.shop.homeless"] = {"resource_type": "model", "name": "homeless"}
    document["nodes"]["model.shop.none"] = None
    document["exposures"]["exposure.shop.dash"]["owner"] = None

    found = read(write(tmp_path, manifest=document))

    assert found.notes == ("model.shop.homeless is left out: it says no schema",)
    assert found.consumers[0].owners == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "manifest.json:1: there is no such file"),
        ("{\n  'x'", "manifest.json:2: not JSON"),
        ("[]", "a JSON object is expected"),
        ('{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"}}', "not a manifest"),
        (
            '{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v4"}, "nodes": {"a": 1}}',
            "manifest version 4 is too old",
        ),
        ("[" * 100_000, "manifest.json:1: "),
    ],
)
def test_what_is_no_manifest_is_refused(text: str | None, told: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(InvalidImport) as wrong:
        read(tmp_path)

    assert told in str(wrong.value)


def test_where_the_database_is_must_be_said_and_is_known_of_bigquery(tmp_path: Path) -> None:
    document = manifest(12)
    with pytest.raises(InvalidInput, match="do not say where the duckdb database is"):
        read_dbt(write(tmp_path, manifest=document))

    document["metadata"]["adapter_type"] = "bigquery"

    assert {one.name.namespace for one in read_dbt(write(tmp_path, manifest=document)).datasets} == {"bigquery"}
