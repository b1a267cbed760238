"""Two states of a dbt project, and the changes that lie between them."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from connectors.dbt.compared import FromProjects, between_projects
from graph_model.errors import InvalidInput
from graph_model.impact.entities import (
    AddColumn,
    ChangeJob,
    DropColumn,
    DropDataset,
    RenameDataset,
    RetireConsumer,
    RetireJob,
    RetypeColumn,
)
from graph_model.names import Name
from tests.support.dbt_project import VERSIONS, catalog, manifest, write

PLACE = "duckdb://shop.duckdb"
TOTALS = Name(PLACE, "shop.main.customer_totals")
TOTALS_JOB = Name("dbt", "shop.main.shop.customer_totals")


def between(
    folder: Path, after: dict[str, Any], *, before: dict[str, Any] | None = None, catalogs: tuple[Any, ...] = ()
) -> FromProjects:
    old, new = ({"catalog": found} for found in catalogs) if catalogs else ({}, {})
    return between_projects(
        write(folder / "before", manifest=before or manifest(12), **old),
        write(folder / "after", manifest=after, **new),
        datasets=PLACE,
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_lies_between_equal_projects_of_any_version(version: int, tmp_path: Path) -> None:
    assert between(tmp_path, manifest(version), before=manifest(version)) == FromProjects()


def test_what_the_project_has_no_more_goes(tmp_path: Path) -> None:
    after = manifest(12)
    del after["nodes"]["model.shop.customer_totals"]
    del after["exposures"]["exposure.shop.dash"]
    del after["sources"]["source.shop.pay.payments"]

    assert set(between(tmp_path, after).changes) == {
        DropDataset(TOTALS),
        RetireJob(TOTALS_JOB),
        RetireConsumer(Name("dbt", "dash")),
    }


def test_a_model_that_becomes_ephemeral_has_no_relation_any_more(tmp_path: Path) -> None:
    after = manifest(12)
    after["nodes"]["model.shop.v_big"]["config"]["materialized"] = "ephemeral"

    assert DropDataset(Name(PLACE, "shop.main.v_big")) in between(tmp_path, after).changes


def test_another_alias_is_another_name_of_the_same_model(tmp_path: Path) -> None:
    after = manifest(12)
    after["nodes"]["model.shop.customer_totals"]["alias"] = "totals"

    assert between(tmp_path, after).changes == (RenameDataset(TOTALS, Name(PLACE, "shop.main.totals")),)


def test_other_sql_is_told_with_its_text_and_white_space_is_none(tmp_path: Path) -> None:
    after = manifest(12)
    node = after["nodes"]["model.shop.customer_totals"]
    node["compiled_code"] += "  \n"

    assert between(tmp_path, after) == FromProjects()
    node["compiled_code"] = "select 1 as customer_id"
    assert between(tmp_path, after).changes == (ChangeJob(TOTALS_JOB, "select 1 as customer_id"),)


def test_what_is_not_compiled_is_compared_by_what_its_author_wrote(tmp_path: Path) -> None:
    before = manifest(12, compiled=False)
    for node in before["nodes"].values():
        node["raw_code"] = f"select * from {{{{ ref('{node['name']}') }}}}"
    after = deepcopy(before)
    after["nodes"]["model.shop.customer_totals"]["raw_code"] = "select 2"

    assert between(tmp_path, after, before=before) == FromProjects((ChangeJob(TOTALS_JOB),))


def test_a_model_of_which_nothing_is_known_is_named(tmp_path: Path) -> None:
    bare = manifest(12, compiled=False)
    for node in bare["nodes"].values():
        node.update(dict.fromkeys(("raw_code", "raw_sql", "checksum")))

    found = between(tmp_path, bare, before=bare)

    assert found.changes == ()
    assert any("model.shop.stg_orders cannot be compared" in why for why in found.unread)


def test_columns_are_compared_where_both_catalogs_know_them(tmp_path: Path) -> None:
    now = catalog()
    columns = now["nodes"]["model.shop.customer_totals"]["columns"]
    del columns["name"]
    columns["n_orders"]["type"] = "INTEGER"
    columns["note"] = {"type": "VARCHAR", "index": 9, "name": "note", "comment": None}

    both = between(tmp_path, manifest(12), catalogs=(catalog(), now)).changes

    assert set(both) == {
        DropColumn(TOTALS, "name"),
        RetypeColumn(TOTALS, "n_orders", "int32"),
        AddColumn(TOTALS, "note", "string"),
    }


def test_where_the_database_is_must_be_said(tmp_path: Path) -> None:
    target = write(tmp_path / "target", manifest=manifest(12))

    with pytest.raises(InvalidInput, match="write its namespace"):
        between_projects(target, target)
