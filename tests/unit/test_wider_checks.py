"""Checks that compare a content with something beyond it, on real files and databases."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.checks import validate
from connectors.checks.places import places_found
from connectors.checks.process import answer, request_of, validated_from
from connectors.storage import write
from graph_model.contracts.entities import Check, CheckResult
from graph_model.versions.entities import Content

ROWS = "id,customer,amount,day\n1,7,1.50,2024-01-01\n2,8,2.25,2024-01-02\n3,,,\n4,9,3.00,2024-01-02\n"
OTHER = "vs_other"


def a_file(folder: Path, text: str = ROWS, name: str = "orders.csv") -> Content:
    (folder / name).write_text(text)
    return Content("csv", str(folder / name))


def result_of(content: Content, kind: str, **params: Any) -> CheckResult:
    (result,) = validate(content, [Check(kind, kind, params)]).results
    return result


def against(content: Content, **params: Any) -> dict[str, Any]:
    """What the graph fills in for a check against another dataset."""
    place = {"format": content.format, "location": content.location, "options": dict(content.options)}
    other = {"name": "shop/others", "version": OTHER, "key": "", "content": place}
    return {"dataset": "others", "partition": "same", "if_missing": "fail", "other": other, **params}


HISTORY = {"versions": 9, "at_least": 3, "deviations": 3.0, "slack": 0.0, "same_weekday": False}


def test_a_row_count_is_held_against_the_median_of_earlier_versions(tmp_path: Path) -> None:
    content = a_file(tmp_path)
    history = [[f"v{position}", f"2024-01-0{position}", rows] for position, rows in enumerate((6, 5, 6, 7), 1)]

    usual = result_of(content, "row_count_history", **{**HISTORY, "deviations": 4.0}, history=history)
    odd = result_of(content, "row_count_history", **HISTORY, history=history)

    said = "expected 4.5 to 7.5: the median of 4 versions, 2024-01-01 to 2024-01-04 is 6"
    assert (usual.passed, odd.passed) == (True, False)
    assert odd.message == f"row_count_history: 4 rows, {said}"
    assert (odd.value, odd.compared_with) == (4, ("v1", "v2", "v3", "v4"))


def test_too_little_history_passes_and_says_so(tmp_path: Path) -> None:
    found = result_of(a_file(tmp_path), "row_count_history", **HISTORY, history=[["v1", "", 900], ["v2", "", 900]])

    assert found.passed
    assert "2 earlier versions are too few to compare with, at least 3 are needed" in found.message
    assert found.compared_with == ("v1", "v2")


NOON = datetime(2024, 1, 3, 12, tzinfo=UTC)


def fresh(content: Content, column: str | None = "day", **params: Any) -> CheckResult:
    told = {"reference": NOON.isoformat(), "reference_is": "now", "timezone": "UTC", "max_age": 3600.0}
    about = {"column": column} if column else {"source_time": "2024-01-03T10:00:00+00:00"}
    return result_of(content, "freshness", **{**told, **about, **params})


@pytest.mark.parametrize(
    ("texts", "timezone", "hours"),
    [
        (["2024-01-01", "2024-01-02"], "UTC", 12),  # a date lasts until its end
        (["2024-01-02"], "America/New_York", 7),
        (["2024-01-03 11:00:00"], "UTC", 1),
        (["2024-01-03T11:00"], "Europe/Berlin", 2),
        (["2024-01-03T11:00:00+05:00", "2024-01-03T01:00:00Z"], "Europe/Berlin", 6),
        (["2024-01-03T11:00:00+0200"], "UTC", 3),
        (["2024-01-04"], "UTC", -36),
        (["no day", "2024-01-02"], "UTC", 12),
    ],
)
def test_the_age_of_the_newest_text_respects_time_zones(
    texts: list[str], timezone: str, hours: float, tmp_path: Path
) -> None:
    content = a_file(tmp_path, "\n".join(["day", *texts, ""]))

    found = fresh(content, timezone=timezone)

    assert found.value == hours * 3600
    assert found.passed == (hours <= 1)


@pytest.mark.parametrize(
    ("values", "hours"),
    [
        (pa.array([datetime(2024, 1, 3, 11), None]), 2.0),  # noqa: DTZ001  local to the zone that is told
        (pa.array([datetime(2024, 1, 3, 11, tzinfo=UTC)], pa.timestamp("us", "Asia/Tokyo")), 1.0),
        (pa.array([datetime(2024, 1, 2).date()]), 13.0),  # noqa: DTZ001
        (pa.array(["2024-01-03T11:00:00Z"]), 1.0),
    ],
)
@pytest.mark.parametrize("format", ["parquet", "jsonl"])
def test_typed_times_are_understood_as_what_they_are(
    values: pa.Array, hours: float, format: str, tmp_path: Path
) -> None:
    content = Content(format, str(tmp_path / f"days.{format}"))
    write(content, pa.table({"day": values}).to_reader())

    found = fresh(content, timezone="Europe/Berlin")

    assert found.value == hours * 3600


def test_freshness_says_what_it_measured_and_hides_what_is_secret(tmp_path: Path) -> None:
    content = a_file(tmp_path)

    shown, hidden = fresh(content), fresh(content, masked=["day"])
    source, none = fresh(content, None), fresh(a_file(tmp_path, "day\n\n", "empty.csv"))

    said = "12 h before now (2024-01-03 12:00:00 UTC); at most 1 h before is fresh"
    assert shown.message == f"freshness (day): the newest is 2024-01-03 00:00:00 UTC, {said}"
    assert hidden.message == f"freshness (day): the newest is •••, {said}"
    assert source.message.startswith("freshness: the newest is 2024-01-03 10:00:00 UTC, 2 h before now")
    assert (none.passed, none.message) == (False, "freshness (day): no row says a time")
    assert not fresh(content, "amount").passed


def test_freshness_needs_an_instant_and_a_column_that_can_say_a_time(tmp_path: Path) -> None:
    numbers = Content("parquet", str(tmp_path / "n.parquet"))
    write(numbers, pa.table({"day": [1]}).to_reader())

    assert "say `until: now`" in result_of(a_file(tmp_path), "freshness", max_age=1.0, column="day").message
    assert "it holds BIGINT, which is no time" in fresh(numbers).message
    assert "there is no column dya" in fresh(a_file(tmp_path), "dya").message


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


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


def a_table(folder: Path) -> Content:
    path = folder / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, customer INTEGER)")
        connection.execute("CREATE TABLE customers (id INTEGER)")
        connection.executemany("INSERT INTO orders VALUES (?, ?)", [(1, 7), (2, 8), (3, 9)])
        connection.executemany("INSERT INTO customers VALUES (?)", [(7,), (8,)])
    connection.close()
    return Content("table", f"sqlite:///{path}#orders")


@pytest.mark.parametrize(
    ("query", "passed", "said"),
    [
        (
            "SELECT count(*) FROM {object} o LEFT JOIN customers c ON c.id = o.customer WHERE c.id IS NULL",
            True,
            "sql: 1",
        ),
        ("SELECT max({property}) FROM {object}", False, "sql: 3, expected 1"),
        ("SELECT count(*) FROM {object} WHERE 'a:b' = 'a' || ':b' AND id < 3 % 2 + 1", True, "sql: 1, expected 1"),
        ("SELECT iif(count(*) = 3, 1, 0) FROM {object} -- iif is a word of SQLite", True, "sql: 1, expected 1"),
        ("SELECT id FROM {object} WHERE false", False, "sql: no number"),
        ("SELECT id FROM {object}", False, "must give one row of one value"),
        ("SELECT 'x'", False, "must give a number, not 'x'"),
        ("SELECT idd FROM {object}", False, "its query cannot be answered: no such column: idd"),
        ("DELETE FROM {object}", False, "its query must be one SELECT"),
        ("SELECT 1; DROP TABLE orders", False, "its query must be one SELECT"),
        ("SELEKT 1 FROM FROM", False, "its query is not SQL"),
    ],
)
def test_sql_about_a_table_is_asked_in_its_database(query: str, said: str, tmp_path: Path, *, passed: bool) -> None:
    content = a_table(tmp_path)

    found = result_of(content, "sql", query=query, column="id", must={"equal": 1})

    assert said in found.message
    assert found.passed is passed
    with sqlite3.connect(str(tmp_path / "shop.db")) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (3,)
    connection.close()


def test_sql_about_a_table_may_ask_duckdb_instead(tmp_path: Path) -> None:
    found = result_of(a_table(tmp_path), "sql", query="SELECT median(id) FROM {object}", engine="duckdb")
    alone = Content("table", f"sqlite:///{tmp_path}/shop.db#orders")
    refused = result_of(alone, "sql", query="SELECT count(*) FROM customers", engine="duckdb")

    assert (found.value, found.message) == (2.0, "sql: 2, expected 0")
    assert "cannot be answered" in refused.message


CHECKS = """
import os, sys, time

def total(rows, most=10):
    import pyarrow.compute as pc
    amount = sum(pc.sum(batch.column("amount")).as_py() or 0 for batch in rows)
    return {"passed": amount < most, "value": amount, "message": f"{amount} in all",
            "sample": [{"customer": 7, "amount": amount}]}

def count(rows): return sum(batch.num_rows for batch in rows)
def yes(rows): return True
def words(rows): return "row 3 is odd"
def silent(rows): return None
def odd(rows): return object()
def unknown(rows): return {"pased": True}
def angry(rows): raise ValueError("that will not do")
def leaves(rows): sys.exit(3)
def vanishes(rows): os._exit(9)
def sleeps(rows): time.sleep(600)
def ours(rows):
    import workers
    return workers.MINE
"""


def by_function(folder: Path, name: str, **params: Any) -> CheckResult:
    project = folder / "project"
    project.mkdir(exist_ok=True)
    (project / "rules.py").write_text(CHECKS)
    (project / "workers.py").write_text("MINE = True\n")
    told = {"function": f"rules:{name}", "arguments": {}, "timeout": 60.0, "project": str(project)}
    return result_of(a_file(folder), "python", **{**told, **params})


@pytest.mark.parametrize(
    ("name", "passed", "said"),
    [
        ("yes", True, "python (rules:yes): holds"),
        ("ours", True, "python (rules:ours): holds"),
        ("words", False, "python (rules:words): row 3 is odd"),
        ("count", True, "python (rules:count): 4, expected 4"),
        ("silent", False, "python cannot be checked: rules:silent returned nothing"),
        ("odd", False, "TypeError: the check returned object"),
        ("unknown", False, "TypeError: the check returned pased; known are passed, value"),
        ("angry", False, "python cannot be checked: rules:angry raised ValueError: that will not do"),
        ("leaves", False, "rules:leaves raised SystemExit: 3"),
        ("vanishes", False, "rules:vanishes ended its process with exit code 9"),
        ("missing", False, "has no attribute 'missing'"),
    ],
)
def test_a_function_says_what_it_found(name: str, said: str, tmp_path: Path, *, passed: bool) -> None:
    found = by_function(tmp_path, name, must={"equal": 4})

    assert said in found.message
    assert found.passed is passed


def test_a_function_gets_typed_rows_and_arguments_and_its_samples_are_masked(tmp_path: Path) -> None:
    good = by_function(tmp_path, "total")
    bad = by_function(tmp_path, "total", arguments={"most": 1}, masked=["customer"])

    assert (good.passed, bad.passed) == (True, False)
    assert (bad.value, bad.message) == (6.75, "python (rules:total): 6.75 in all")
    assert bad.sample == ({"customer": "•••", "amount": 6.75},)


def test_a_function_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    found = by_function(tmp_path, "sleeps", timeout=1.0)

    assert (found.passed, found.message) == (False, "python cannot be checked: rules:sleeps took longer than 1 s")


def test_a_function_without_its_project_says_so(tmp_path: Path) -> None:
    found = by_function(tmp_path, "yes", project=str(tmp_path / "elsewhere"))

    assert "is not on this machine" in found.message


def test_other_kinds_keep_their_place_among_the_results(tmp_path: Path) -> None:
    checks = [
        Check("history", "row_count_history", {**HISTORY, "history": []}),
        Check("there", "not_null", {"columns": ["id"]}),
        Check("odd", "freshness", {"max_age": 1.0}),
        Check("rows", "row_count", {"min": 1}),
    ]

    (found,) = validated_from(answer(request_of([(a_file(tmp_path), checks)])))

    assert [result.check for result in found.results] == ["history", "there", "odd", "rows"]
    assert [result.value for result in found.results] == [4, None, None, 4]


def test_the_place_of_another_dataset_holds_on_this_machine_or_says_why_not(tmp_path: Path) -> None:
    inside = Check("k", "foreign_key", against(Content("csv", "customers/a.csv")))
    outside = Check("k", "foreign_key", against(Content("csv", "../a.csv")))
    plain = Check("r", "row_count", {"min": 1})

    one, two, three = places_found([inside, outside, plain], tmp_path)

    assert one.params["other"]["content"]["location"] == str(tmp_path / "customers/a.csv")
    assert two.params["absent"] == "shop/others: the location ../a.csv leaves the storage root"
    assert three is plain
