"""The artifacts of a small dbt project as dbt writes them, cut to what tells versions apart.

`shop` on DuckDB: two seeds, a source, staging models, a model on both, a view, a snapshot, tests, an exposure.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Document = dict[str, Any]
VERSIONS = (7, 8, 9, 10, 11, 12, 20)
SQL = {
    "stg_customers": 'select id as customer_id, name from "shop"."main"."raw_customers"',
    "stg_orders": 'select id as order_id, customer_id, amount / 100.0 as amount from "shop"."main"."raw_orders"',
    "customer_totals": (
        'with __dbt__cte__big as (select * from "shop"."main"."stg_orders" where amount > 10)'
        " select c.customer_id, c.name, count(o.order_id) as n_orders, sum(o.amount) as total"
        ' from "shop"."main"."stg_customers" c left join __dbt__cte__big o on o.customer_id = c.customer_id'
        " group by 1, 2"
    ),
    "v_big": 'select * from "shop"."main"."customer_totals" where total > 100',
    "paid": 'select p.order_id, p.state from "shop"."pay"."payments_v2" p',
    "cust_snap": 'select * from "shop"."main"."stg_customers"',
}


def manifest(version: int, *, compiled: bool = True) -> Document:
    """manifest.json in the form of one version: what only newer ones have is left out of older ones."""
    nodes = [
        _node("seed.shop.raw_customers", version, meta={"owner": "intake@example.org"}),
        _node("seed.shop.raw_orders", version),
        _model("stg_customers", ["seed.shop.raw_customers"], version, compiled=compiled, materialized="table"),
        _model("stg_orders", ["seed.shop.raw_orders"], version, compiled=compiled, materialized="table"),
        _model("big", ["model.shop.stg_orders"], version, compiled=False, materialized="ephemeral"),
        _model(
            "customer_totals",
            ["model.shop.stg_customers", "model.shop.big"],
            version,
            compiled=compiled,
            materialized="table",
            **_contract(version),
        ),
        _model("v_big", ["model.shop.customer_totals"], version, compiled=compiled, materialized="view"),
        _model("paid", ["source.shop.pay.payments"], version, compiled=compiled, materialized="table"),
        {
            **_model("cust_snap", ["model.shop.stg_customers"], version, compiled=compiled, materialized="snapshot"),
            "unique_id": "snapshot.shop.cust_snap",
            "resource_type": "snapshot",
        },
        _test(version),
    ]
    metadata = {
        "dbt_schema_version": f"https://schemas.getdbt.com/dbt/manifest/v{version}.json",
        "adapter_type": "duckdb",
    }
    return {
        "metadata": metadata | ({"project_name": "shop"} if version >= 11 else {}),
        "nodes": {node["unique_id"]: node for node in nodes},
        "sources": {"source.shop.pay.payments": _source()},
        "exposures": {"exposure.shop.dash": _exposure(version)},
        "metrics": {},
        "parent_map": {},
    } | ({"groups": {"group.shop.sales": _group()}} if version >= 9 else {})


def catalog() -> Document:
    """catalog.json: the columns as the database has them."""
    columns = {
        "seed.shop.raw_customers": {"id": "INTEGER", "name": "VARCHAR"},
        "seed.shop.raw_orders": {"id": "INTEGER", "customer_id": "INTEGER", "amount": "INTEGER"},
        "model.shop.stg_customers": {"customer_id": "INTEGER", "name": "VARCHAR"},
        "model.shop.stg_orders": {"order_id": "INTEGER", "customer_id": "INTEGER", "amount": "DECIMAL(18,2)"},
        "model.shop.customer_totals": {
            "customer_id": "INTEGER",
            "name": "VARCHAR",
            "n_orders": "BIGINT",
            "total": "DECIMAL(38,2)",
        },
    }
    nodes = {
        id: {
            "metadata": {"type": "BASE TABLE", "schema": "main", "name": id.rpartition(".")[2]},
            "columns": {
                name: {"type": kind, "index": index, "name": name, "comment": None}
                for index, (name, kind) in enumerate(found.items(), start=1)
            },
        }
        for id, found in columns.items()
    }
    return {
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"},
        "nodes": nodes,
        "sources": {},
    }


def run_results() -> Document:
    """run_results.json: what the last run compiled and how it ended."""
    results = [
        {
            "unique_id": f"model.shop.{name}",
            "status": "success",
            "compiled_code": sql,
            "relation_name": f'"main"."{name}"',
        }
        for name, sql in SQL.items()
    ]
    return {"metadata": {}, "args": {"which": "run"}, "results": results}


def write(target: Path, **documents: Document) -> Path:
    """Puts artifacts into a folder, each under its name."""
    target.mkdir(exist_ok=True)
    for name, document in documents.items():
        (target / f"{name}.json").write_text(json.dumps(document))
    return target


def _node(id: str, version: int, *, schema: str = "main", **more: Any) -> Document:
    kind, _, name = id.partition(".")[0], "", id.rpartition(".")[2]
    described = {
        "name": name,
        "alias": name,
        "database": "shop",
        "schema": schema,
        "columns": {},
        "tags": [],
        "meta": {},
    }
    config = {"enabled": True, "materialized": kind, "tags": [], "meta": {}}
    if version >= 12:  # newer ones keep meta in the config only
        config["meta"] = more.pop("meta", {})
    return {"unique_id": id, "resource_type": kind, "description": "", "config": config} | described | more


def _model(name: str, needs: list[str], version: int, *, compiled: bool, materialized: str, **more: Any) -> Document:
    node = _node(f"model.shop.{name}", version)
    node["config"] |= {"materialized": materialized} | more.pop("config", {})
    node |= {"language": "sql", "raw_code": "select …", "depends_on": {"macros": [], "nodes": needs}}
    return node | ({"compiled": True, "compiled_code": SQL[name]} if compiled else {}) | more


def _contract(version: int) -> Document:
    columns = {
        name: {"name": name, "description": words, "data_type": kind, "meta": {}, "tags": []}
        for name, words, kind in (
            ("customer_id", "who", "integer"),
            ("name", "", "varchar"),
            ("n_orders", "", "bigint"),
            ("total", "what they spent", "decimal(38,2)"),
        )
    }
    if version < 9:
        return {"columns": columns, "description": "what customers spend", "tags": ["core"]}
    columns["customer_id"]["constraints"] = [{"type": "not_null"}, {"type": "unique"}]
    config = {"contract": {"enforced": True}, "group": "sales", "tags": ["core"]}
    constraints = [{"type": "check", "expression": "total >= 0", "columns": []}]
    described = {"description": "what customers spend", "config": config, "group": "sales", "constraints": constraints}
    return {"columns": columns} | described


def _source() -> Document:
    return {
        "unique_id": "source.shop.pay.payments",
        "resource_type": "source",
        "source_name": "pay",
        "name": "payments",
        "identifier": "payments_v2",
        "database": "shop",
        "schema": "pay",
        "description": "payments of the till",
        "columns": {},
        "config": {"enabled": True},
    }


def _test(version: int) -> Document:
    attached = {"attached_node": "model.shop.customer_totals"} if version >= 10 else {}
    node = _node("test.shop.unique_customer_totals_customer_id.ab12", version, schema="main_dbt_test__audit")
    return node | {
        "test_metadata": {"name": "unique", "kwargs": {"column_name": "customer_id"}},
        "column_name": "customer_id",
        "depends_on": {"macros": [], "nodes": ["model.shop.customer_totals"]},
        **attached,
    }


def _exposure(version: int) -> Document:
    owner: Document = {"name": "Sales", "email": "sales@example.org"}
    return {
        "unique_id": "exposure.shop.dash",
        "name": "dash",
        "resource_type": "exposure",
        "type": "dashboard",
        "owner": owner if version < 20 else owner | {"email": ["sales@example.org"]},
        "description": "What customers spend.",
        "url": "https://dash.example.org",
        "depends_on": {"macros": [], "nodes": ["model.shop.v_big"]},
    }


def _group() -> Document:
    return {"name": "sales", "resource_type": "group", "owner": {"name": "Sales", "email": "sales@example.org"}}
