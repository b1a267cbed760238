"""Checks that hold a content against the version of another dataset."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.checks import validate
from connectors.storage import write
from graph_model.contracts.entities import Check
from graph_model.versions.entities import Content
from tests.support.checks import OTHER, a_file, against, result_of

KEY = {"columns": ["customer"], "references": ["id"]}


def test_rows_that_refer_to_nothing_are_counted_and_shown(tmp_path: Path) -> None:
    others = a_file(tmp_path, "id,name\n7,a\n8,b\n", "customers.csv")

    found = result_of(a_file(tmp_path), "foreign_key", **against(others, **KEY))
    hidden = result_of(a_file(tmp_path), "foreign_key", **against(others, **KEY, masked=["customer"]))
    tolerated = result_of(
        a_file(tmp_path), "foreign_key", **against(others, **KEY, must={"at_most": 25}, unit="percent")
    )

    said = "foreign_key (customer): 1 row refers to nothing in shop/others (id), e.g. '9' in row 4"
    assert (found.passed, found.failed_rows, found.compared_with) == (False, 1, (OTHER,))
    assert found.message == f"{said}, against version ({OTHER})"
    assert found.sample == ({"customer": "9", "row": 4},)
    assert hidden.sample == ({"customer": "•••", "row": 4},)
    assert "'9'" not in hidden.message
    assert tolerated.passed


@pytest.mark.parametrize(
    ("own", "other"),
    [
        (pa.array([1, 2]), pa.array([1, 2], pa.int8())),
        (pa.array([1, 2]), pa.array([1.0, 2.0])),
        (pa.array([Decimal("1.00"), Decimal("2.00")]), pa.array([1, 2])),
        (pa.array(["1", "2"]), pa.array([1, 2])),
        (pa.array(["a", "b"]), pa.array(["b", "a"])),
        (pa.array([b"a", b"b"]), pa.array([b"b", b"a"])),
        (pa.array([datetime(2024, 1, 1).date()] * 2), pa.array([datetime(2024, 1, 1).date()])),  # noqa: DTZ001
    ],
)
def test_keys_meet_whatever_their_types_are(own: pa.Array, other: pa.Array, tmp_path: Path) -> None:
    ours, theirs = (Content("parquet", str(tmp_path / name)) for name in ("own.parquet", "other.parquet"))
    write(ours, pa.table({"customer": own}).to_reader())
    write(theirs, pa.table({"id": other}).to_reader())

    assert result_of(ours, "foreign_key", **against(theirs, **KEY)).passed
    write(theirs, pa.table({"id": other.slice(0, 0)}).to_reader())
    assert result_of(ours, "foreign_key", **against(theirs, **KEY)).failed_rows == 2


keys = st.lists(st.tuples(st.sampled_from([None, 0, 1, 2]), st.sampled_from([None, "x", "y"])), max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(own=keys, other=keys)
def test_composite_keys_are_those_of_a_loop_over_all_pairs(own: Any, other: Any, tmp_path: Path) -> None:
    schema = pa.schema([("a", pa.int64()), ("b", pa.string())])
    contents = []
    for name, rows in (("own", own), ("other", other)):
        contents.append(Content("parquet", str(tmp_path / f"{name}.parquet")))
        write(
            contents[-1], pa.Table.from_pylist([dict(zip("ab", row, strict=True)) for row in rows], schema).to_reader()
        )
    dangling = [row for row in own if None not in row and not any(row == key for key in other)]

    found = result_of(contents[0], "foreign_key", **against(contents[1], columns=["a", "b"], references=["a", "b"]))

    assert (found.failed_rows, found.passed) == (len(dangling), not dangling)


@pytest.mark.parametrize("kind", ["foreign_key", "reconciliation"])
def test_a_missing_other_version_is_said_and_counts_as_the_rule_wants(kind: str, tmp_path: Path) -> None:
    params = {**KEY, "rows": True, "dataset": "customers", "absent": "nothing good of shop/customers is there yet"}

    failed = result_of(a_file(tmp_path), kind, **params, if_missing="fail")
    passed = result_of(a_file(tmp_path), kind, **params, if_missing="pass")

    assert (failed.passed, passed.passed) == (False, True)
    assert failed.message.endswith(": nothing good of shop/customers is there yet")
    assert passed.message.endswith("is there yet, which the rule lets pass")


def test_an_other_version_that_cannot_be_read_fails_the_check_and_not_the_content(tmp_path: Path) -> None:
    gone = against(Content("csv", str(tmp_path / "gone.csv")), **KEY)
    without = against(a_file(tmp_path, "name\na\n", "customers.csv"), **KEY)

    found = validate(a_file(tmp_path), [Check("key", "foreign_key", gone), Check("key", "foreign_key", without)])

    assert found.inspection is not None
    assert ["what it is compared with cannot be read" in result.message for result in found.results] == [True, True]
    assert "it has no column id" in found.results[1].message


SUMS = {"rows": True, "columns": ["amount"], "references": ["paid"]}


def test_sums_and_counts_agree_or_say_by_how_much_they_do_not(tmp_path: Path) -> None:
    same = a_file(tmp_path, 'paid\n6.75\n""\n0\n0\n', "payments.csv")
    less = a_file(tmp_path, "paid\n6.70\n0\n0\n", "less.csv")

    good = result_of(a_file(tmp_path), "reconciliation", **against(same, **SUMS, absolute=0.0))
    bad = result_of(a_file(tmp_path), "reconciliation", **against(less, **SUMS, absolute=0.0))
    near = result_of(a_file(tmp_path), "reconciliation", **against(less, **SUMS | {"rows": False}, percent=1.0))
    hidden = result_of(a_file(tmp_path), "reconciliation", **against(less, **SUMS, absolute=0.0, masked=["amount"]))

    assert (good.passed, bad.passed, near.passed) == (True, False, True)
    assert bad.message == (
        "reconciliation (others): rows: 4 here and 3 there do not agree; "
        f"sum of amount: 6.75 here and 6.7 there do not agree, against version ({OTHER})"
    )
    assert (bad.value, bad.compared_with) == (1.0, (OTHER,))
    assert "up to 1 % may differ" in near.message
    assert "6.7" not in hidden.message
    assert hidden.value is None


@pytest.mark.parametrize(("own", "other"), list(product(["int64", "decimal", "float", "csv"], repeat=2)))
def test_sums_meet_whatever_their_types_are(own: str, other: str, tmp_path: Path) -> None:
    ours, theirs = (summing(tmp_path, name, kind, 0) for name, kind in (("own", own), ("other", other)))
    params = {"rows": False, "columns": ["amount"], "references": ["amount"], "absolute": 0.0}

    assert result_of(ours, "reconciliation", **against(theirs, **params)).passed
    theirs = summing(tmp_path, "other", other, 1)
    assert not result_of(ours, "reconciliation", **against(theirs, **params)).passed


def summing(folder: Path, name: str, kind: str, more: int) -> Content:
    """A content whose amounts add up to 2 ** 33, and `more`."""
    values = [2**32, 2**32 + more, None]
    if kind == "csv":
        return a_file(folder, "amount,x\n" + "".join(f"{value or ''},\n" for value in values), f"{name}.csv")
    content = Content("parquet", str(folder / f"{name}.parquet"))
    arrow = {"int64": pa.int64(), "decimal": pa.decimal128(24, 2), "float": pa.float64()}[kind]
    write(content, pa.table({"amount": pa.array(values).cast(arrow)}).to_reader())
    return content
