"""What a check of compatibility says about a version, and that it is a check like the others."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from connectors.checks import validate
from connectors.checks.process import answer, request_of, validated_from
from connectors.storage import write
from graph_model.contracts.entities import Check, Column
from graph_model.schemas.promises import Baseline, Promise, check_of, dumps, judge, loads
from graph_model.versions.entities import Content

OLD = Baseline("vs_old", (Column("carrier", "string"), Column("delay", "int32"), Column("note", "string")))


def said(promise: Promise, *columns: Column, baseline: Baseline | None = OLD, reader: str = "") -> tuple[bool, str]:
    result = judge(check_of(promise, baseline, reader=reader), columns)
    return result.passed, result.message


@pytest.mark.parametrize(
    "promise", [Promise(), Promise("full", (), "warn"), Promise("forward", ("a", "ü, b"), "quarantine")]
)
def test_a_promise_is_written_down_exactly(promise: Promise):
    assert loads(dumps(promise)) == promise


def test_a_violation_is_one_sentence_that_names_the_columns():
    assert said(Promise("forward"), Column("carrier", "string"), Column("delay", "int64")) == (
        False,
        "compatibility (forward): delay is int64 and was int32; note is gone, against version vs_old",
    )


def test_a_kept_promise_says_against_what():
    assert said(Promise("full"), *OLD.columns) == (True, "compatibility (full): holds, against version vs_old")
    assert said(Promise("full"), Column("x"), baseline=None) == (
        True,
        "compatibility (full): holds, as nothing was published before",
    )


def test_a_consumer_is_named_and_minds_its_columns_only():
    promise = Promise("forward", ("carrier",))

    assert said(promise, Column("carrier", "string"), reader="shop/board")[0]
    assert said(promise, Column("delay", "int32"), reader="shop/board") == (
        False,
        "compatibility (shop/board): carrier is gone, against version vs_old",
    )
    assert said(promise, Column("delay", "int32"), baseline=None) == (
        False,
        "compatibility (carrier): carrier is missing",
    )


def test_a_consumer_that_may_read_anything_minds_everything():
    columns = (Column("carrier", "string"), Column("delay", "int32"))

    assert said(Promise("forward"), *columns, reader="shop/board") == (
        False,
        "compatibility (shop/board): note is gone, against version vs_old",
    )


@pytest.mark.parametrize(("on_violation", "good"), [("quarantine", False), ("warn", True)])
def test_a_violation_blocks_or_warns_as_declared(on_violation: str, good: bool, tmp_path: Path):
    content = Content("parquet", str(tmp_path / "data.parquet"))
    write(content, pa.table({"carrier": ["UA"], "delay": pa.array([1], pa.int32())}).to_reader())
    checks = [
        check_of(Promise("forward", (), "warn" if on_violation == "warn" else "quarantine"), OLD),
        Check("rows", "row_count", {"min": 1}),
    ]

    (found,) = validated_from(answer(request_of([(content, checks)])))

    assert found.good is good
    assert [(result.kind, result.passed) for result in found.results] == [
        ("row_count", True),
        ("compatibility", False),
    ]
    assert ("note is gone" in found.reason) is not good


def test_texts_count_as_of_the_type_that_the_contract_promises(tmp_path: Path):
    """Else a day on which all delays happen to be whole would be another schema."""
    (tmp_path / "data.csv").write_text("delay\n7\n")
    promise = check_of(Promise("full"), Baseline("vs_old", (Column("delay", "number"),)))
    contract = Check("schema", "schema", {"columns": {"delay": "number"}})

    content = Content("csv", str(tmp_path / "data.csv"))

    assert validate(content, [promise, contract]).good
    assert not validate(content, [promise]).good
