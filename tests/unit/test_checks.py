# ruff: noqa: E501  (a table of cases reads best with one case per line)
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors.checks import validate
from connectors.checks.process import answer, request_of, validated_from
from connectors.storage import write
from graph_model.contracts.entities import Check, CheckResult
from graph_model.errors import StorageUnavailable
from graph_model.versions.entities import Content, Validated

FLIGHTS = """\
carrier,flight,origin,delay,day
UA,1,EWR,5,2013-01-01
UA,2,XXX,abc,2013-01-02
UA,1,EWR,NA,2013-01-99
,3,LGA,900,
UA,1,EWR,1.5,2013-01-05
"""


def a_csv(folder: Path, text: str = FLIGHTS) -> Content:
    (folder / "flights.csv").write_text(text)
    return Content("csv", str(folder / "flights.csv"))


def check(kind: str, **params: Any) -> Check:
    return Check(f"my {kind}", kind, params)


def result_of(content: Content, asked: Check) -> CheckResult:
    (result,) = validate(content, [asked]).results
    return result


@pytest.mark.parametrize(
    ("asked", "failed", "message"),
    [
        (check("not_null", columns=["carrier"]), 1, "not_null (carrier): 1 row lacks carrier, e.g. row 4"),
        (check("not_null", columns=["carrier", "delay"]), 2, "not_null (carrier, delay): 1 row lacks carrier; 1 row lacks delay, e.g. row 3"),
        (check("not_null", columns=["origin"], missing=["XXX", None]), 1, "not_null (origin): 1 row lacks origin, e.g. row 2"),
        (check("unique", columns=["carrier", "flight"]), 2, "unique (carrier, flight): 2 rows repeat a key, e.g. row 3 repeats row 1"),
        (check("allowed_values", column="origin", values=["EWR", "LGA"]), 1, "allowed_values (origin): 1 row holds a value that is not allowed, e.g. 'XXX' in row 2"),
        (check("allowed_values", column="flight", values=[1, 2.0]), 1, "allowed_values (flight): 1 row holds a value that is not allowed, e.g. '3' in row 4"),
        (check("range", column="delay", min=0, max=100), 2, "range (delay): 2 rows are not between 0 and 100, e.g. 'abc' in row 2"),
        (check("range", column="flight", above=1), 3, "range (flight): 3 rows are not more than 1, e.g. '1' in row 1"),
        (check("range", column="flight", below=3), 1, "range (flight): 1 row is not less than 3, e.g. '3' in row 4"),
        (check("matches", column="origin", pattern="[A-W]+"), 1, "matches (origin): 1 row does not match [A-W]+, e.g. 'XXX' in row 2"),
        (check("length", column="carrier", min=3), 4, "length (carrier): 4 rows do not have 3 or more characters, e.g. 'UA' in row 1"),
        (check("sql", query="SELECT count(DISTINCT origin) FROM {object}", must={"at_most": 2}), 0, "sql: 3, expected at most 2"),
        (check("sql", query="SELECT max(carrier) FROM {object} WHERE false"), 0, "sql: no number, expected 0"),
        (check("sql", query="SELECT 1 FROM {object} LIMIT 0", must={"not_between": [2, 3], "below": 9}), 0, "sql: no number, expected not between 2 and 3 and below 9"),
        (check("row_count", min=6), 0, "row_count: 5 rows, expected at least 6"),
        (check("row_count", min=1, max=4), 0, "row_count: 5 rows, expected at least 1 and at most 4"),
        (check("schema", columns={"delay": "integer", "day": "date", "carrier": "string"}), 3,
         "schema: 2 values of delay are not integers; 1 value of day is not a date, e.g. delay 'abc', day '2013-01-02' in row 2"),
        (check("schema", columns={"carrier": "string", "tail": "string"}), 5, "schema: the column tail is missing"),
    ],
)  # fmt: skip
def test_a_failing_check_says_how_many_rows_and_which(asked: Check, failed: int, message: str, tmp_path: Path) -> None:
    result = result_of(a_csv(tmp_path), asked)

    assert (result.passed, result.failed_rows, result.message) == (False, failed, message)
    assert result.blocks


@pytest.mark.parametrize(
    "asked",
    [
        check("not_null", columns=["flight", "origin"]),
        check("unique", columns=["carrier", "day"]),
        check("allowed_values", column="carrier", values=["UA"]),
        check("range", column="flight", min=1, max=3),
        check("matches", column="origin", pattern="[A-Z]{3}"),
        check("length", column="origin", min=3, max=3),
        check("row_count", min=5, max=5),
        check("schema", columns={"carrier": "string", "flight": "integer", "origin": "unknown"}),
        check("schema", columns={"flight": "number"}),
        check("sql", query="SELECT count(*) FROM content WHERE origin = 'XYZ'"),
        check("sql", query="SELECT sum(flight) FROM {object}", must={"equal": 8}),
        check(
            "sql",
            query="SELECT max({property}) - min(${column}) FROM ${table};",
            column="flight",
            must={"between": [1, 2]},
        ),
        check("sql", query="WITH a AS (SELECT * FROM {object} LIMIT 2) SELECT avg(flight) FROM a", must={"above": 1.4}),
    ],
)
def test_a_check_that_holds_passes_and_nulls_are_left_to_not_null(asked: Check, tmp_path: Path) -> None:
    result = result_of(a_csv(tmp_path), asked)

    assert result.passed, result.message
    assert (result.failed_rows, result.sample) == (0, ())


def test_values_of_masked_columns_are_never_shown(tmp_path: Path) -> None:
    content = a_csv(tmp_path)
    asked = [
        check("matches", column="origin", pattern="[A-W]+", masked=["origin"]),
        check("unique", columns=["carrier", "flight"], masked=["carrier"]),
        check("schema", columns={"delay": "integer", "day": "date"}, masked=["delay"]),
        check("not_null", columns=["delay"], masked=["delay"]),
    ]

    matches, unique, schema, not_null = validate(content, asked).results

    assert matches.sample == ({"origin": "•••", "row": 2},)
    assert unique.sample[0] == {"carrier": "•••", "flight": 1, "row": 3}
    assert schema.message.endswith("e.g. delay '•••', day '2013-01-02' in row 2")
    assert not_null.sample == ({"delay": None, "row": 3},), "that there is none is no secret"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (check("not_null", columns=["tail"]), "there is no column tail"),
        (check("unique", columns=["tail"]), "there is no column tail"),
        (check("not_null", columns=[]), "it names no column"),
        (check("range", column="delay"), "it gives no bound"),
        (check("row_count"), "it gives no bound"),
        (check("allowed_values", column="origin", values=[]), "it allows no value"),
        (check("allowed_values", column="origin", values=3), "its parameters make no sense"),
        (check("unique", columns=5), "its parameters make no sense"),
        (check("matches", column="origin", pattern="(?=x"), "is not a pattern that can be matched"),
        (check("range", column="origin", min=[]), ""),
        (check("sql"), "its query must be one SELECT"),
        (check("sql", query="SELEC 1"), "its query is not SQL: syntax error"),
        (check("sql", query="SELECT 1; SELECT 2"), "its query must be one SELECT"),
        (check("sql", query="DROP VIEW content"), "its query must be one SELECT"),
        (
            check("sql", query="SELECT tail FROM {object}"),
            'its query cannot be answered: Referenced column "tail" not found',
        ),
        (
            check("sql", query="SELECT count(*) FROM flights"),
            "its query cannot be answered: Table with name flights does not exist",
        ),
        (check("sql", query="SELECT flight, delay FROM {object}"), "its query must give one row of one value"),
        (check("sql", query="SELECT flight FROM {object}"), "its query must give one row of one value"),
        (check("sql", query="SELECT min(carrier) FROM {object}"), "its query must give a number, not 'UA'"),
        (check("sql", query="SELECT count({property}) FROM {object}"), "it is about no column"),
        (check("sql", query="SELECT 1", must={"about": 1}), "it must be about, which means nothing"),
        (
            check("sql", query="SELECT count(*) FROM read_text('/etc/hostname')"),
            "file system operations are disabled by configuration",
        ),
        (check("sql", query="SELECT count(*) FROM '/etc/passwd'"), "its query cannot be answered"),
        (check("magic"), "there is no check of the kind magic"),
    ],
)
def test_a_check_that_cannot_be_run_fails_alone_and_says_why(asked: Check, reason: str, tmp_path: Path) -> None:
    odd, good = validate(a_csv(tmp_path), [asked, check("not_null", columns=["origin"])]).results

    assert not odd.passed
    assert odd.message.startswith(f"my {asked.kind} cannot be checked: ")
    assert reason in odd.message
    assert good.passed


@pytest.mark.parametrize(
    "asked",
    [
        check("schema", columns={"a": "integer"}),
        check("not_null", columns=["a", "b"]),
        check("unique", columns=["a"]),
        check("allowed_values", column="a", values=["x"]),
        check("range", column="b", min=1),
        check("matches", column="a", pattern="x"),
        check("not_null", columns=["a"], must={"at_most": 1}, unit="percent"),
    ],
)
def test_no_row_of_an_empty_content_fails(asked: Check, tmp_path: Path) -> None:
    result = result_of(a_csv(tmp_path, "a,b\n"), asked)

    assert result.passed, result.message
    assert result.failed_rows == 0


def test_samples_are_the_first_five_failing_rows_with_their_numbers(tmp_path: Path) -> None:
    content = a_csv(tmp_path, "a,b\n" + "".join(f"{row},{row % 2}\n" for row in range(1, 1001)))

    result = result_of(content, check("range", column="a", max=20))

    assert result.failed_rows == 980
    assert result.sample == tuple({"a": str(row), "row": row} for row in range(21, 26))


def test_the_rows_of_a_large_file_are_numbered_in_its_order(tmp_path: Path) -> None:
    lines = [f"{row},same\n" for row in range(1, 200_001)]
    lines[150_000] = "7,same\n"

    result = result_of(a_csv(tmp_path, "id,text\n" + "".join(lines)), check("unique", columns=["id"]))

    assert result.message == "unique (id): 1 row repeats a key, e.g. row 150001 repeats row 7"
    assert result.sample == ({"id": 7, "row": 150_001},)


def test_a_typed_column_of_another_type_fails_as_a_whole(tmp_path: Path) -> None:
    content = Content("parquet", str(tmp_path / "data.parquet"))
    write(content, pa.table({"delay": ["5", None, "7"], "flight": [1, 2, 3]}).to_reader())

    result = result_of(content, check("schema", columns={"delay": "integer", "flight": "number"}))

    assert result.failed_rows == 2
    assert result.message == "schema: 2 values of delay are strings, not integers, e.g. '5' in row 1"


def test_values_of_json_lines_are_judged_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text(
        '{"a": 1, "day": "2013-01-05", "t": 1}\n{"a": "x", "day": "soon", "t": 2}\n{"a": 2.5, "t": "3"}\n'
    )
    content = Content("jsonl", str(tmp_path / "data.jsonl"))
    declared = {"a": "integer", "day": "date", "t": "string", "never": "string"}

    result = result_of(content, check("schema", columns=declared))

    assert (
        "2 values of a are not integers; 1 value of day is not a date; 2 values of t are not strings" in result.message
    )
    assert not result_of(content, check("not_null", columns=["never"])).passed


def test_a_field_of_an_object_that_is_not_there_does_not_lack(tmp_path: Path) -> None:
    content = Content("parquet", str(tmp_path / "data.parquet"))
    write(content, pa.table({"place": [{"city": "Newark"}, {"city": None}, None]}).to_reader())

    assert result_of(content, check("not_null", columns=["place.city"])).failed_rows == 1


@pytest.mark.parametrize(
    ("must", "unit", "passed"),
    [
        ({"at_most": 1}, "rows", True),
        ({"below": 1}, "rows", False),
        ({"at_most": 20}, "percent", True),
        ({"below": 20}, "percent", False),
        ({"not_equal": 0}, "rows", True),
        ({"between": [1, 2]}, "rows", True),
        ({"not_between": [1, 2]}, "rows", False),
        ({"above": 0, "at_least": 2}, "rows", False),
    ],
)
def test_a_contract_may_allow_some_rows_to_fail(must: dict[str, Any], unit: str, passed: bool, tmp_path: Path) -> None:
    result = result_of(a_csv(tmp_path), check("not_null", columns=["carrier"], must=must, unit=unit))

    assert (result.passed, result.failed_rows) == (passed, 1)


def test_a_warning_does_not_make_a_content_bad(tmp_path: Path) -> None:
    asked = Check("key", "unique", {"columns": ["carrier"]}, "warning")

    assert validate(a_csv(tmp_path), [asked]).good
    assert not validate(a_csv(tmp_path), [Check("key", "unique", {"columns": ["carrier"]})]).good


def test_a_content_that_cannot_be_read_comes_back_with_the_reason(tmp_path: Path) -> None:
    content = a_csv(tmp_path, "a,b\n1,2\n3\n")

    assert validate(content, [check("row_count", min=1)]) == Validated(
        None, (), "line 3 has 1 columns where 2 are expected"
    )
    assert validate(Content("csv", str(tmp_path / "gone.csv")), []).reason.startswith("there is no file")


def test_a_column_name_cannot_smuggle_sql(tmp_path: Path) -> None:
    name = "a\" FROM read_text('/etc/passwd') --"
    content = a_csv(tmp_path, '"{}",b\n1,2\n'.format(name.replace('"', '""')))

    assert result_of(content, check("not_null", columns=[name])).passed
    assert result_of(content, check("unique", columns=[name])).passed


def test_request_and_answer_survive_the_way_to_another_process_and_back(tmp_path: Path) -> None:
    content = a_csv(tmp_path)
    checks = [check("unique", columns=["carrier", "flight"]), check("schema", columns={"day": "date"})]
    items = [(content, checks), (Content("csv", str(tmp_path / "gone.csv")), checks), (content, [])]

    found = validated_from(answer(request_of(items)))

    assert found == tuple(validate(each, asked) for each, asked in items)


def test_samples_are_json_whatever_the_values_are(tmp_path: Path) -> None:
    content = Content("parquet", str(tmp_path / "data.parquet"))
    rows = {
        "n": [float("nan")],
        "b": [b"\xff"],
        "t": ["x" * 500],
        "l": [[1]],
        "d": pa.array([1], pa.date32()),
        "m": pa.array(["1.5"]).cast(pa.decimal128(5, 2)),
    }
    write(content, pa.table(rows).to_reader())

    text = answer(request_of([(content, [check("schema", columns=dict.fromkeys(rows, "boolean"))])]))
    (sample,) = validated_from(text)[0].results[0].sample

    assert sample == {
        "n": "nan",
        "b": "<1 bytes>",
        "t": "x" * 200 + "\u2026",
        "l": "[1]",
        "d": "1970-01-02",
        "m": "1.50",
        "row": 1,
    }
    assert "NaN" not in text


def test_a_place_that_does_not_answer_is_told_as_such() -> None:
    request = request_of([(Content("table", "klingon://host/db#t"), [])])

    with pytest.raises(StorageUnavailable, match="no driver for klingon"):
        validated_from(answer(request))


def test_the_process_reads_a_request_and_leaves_an_answer(tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text(request_of([(a_csv(tmp_path), [check("not_null", columns=["carrier"])])]))
    command = [
        sys.executable,
        "-m",
        "connectors.checks.process",
        str(tmp_path / "request.json"),
        str(tmp_path / "answer.json"),
    ]

    subprocess.run(command, check=True, timeout=120)

    (validated,) = validated_from((tmp_path / "answer.json").read_text())
    assert validated.reason == "not_null (carrier): 1 row lacks carrier, e.g. row 4"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer.json", "flights.csv", "request.json"]


def test_a_validation_imports_only_what_its_format_needs(tmp_path: Path) -> None:
    request = request_of([(a_csv(tmp_path), [check("not_null", columns=["carrier"])])])
    program = (
        "import sys; from connectors.checks.process import answer; before = set(sys.modules); answer(sys.argv[1]);"
    )
    program += "import json; print(json.dumps([sorted(before), sorted(sys.modules)]))"

    found = subprocess.run(
        [sys.executable, "-c", program, request],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ},
    )

    before, after = (set(names) for names in json.loads(found.stdout))
    assert not before & {"duckdb", "pyarrow", "sqlalchemy", "pydantic"}
    assert not after & {"pyarrow", "sqlalchemy", "pydantic"}


def test_a_process_that_is_copied_for_validations_stays_without_pyarrow_and_has_one_thread() -> None:
    program = (
        "import os, sys; from connectors.checks.warm import warm_up; warm_up();"
        "print('pyarrow' in sys.modules, len(os.listdir('/proc/self/task')))"
    )

    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=120)

    assert found.stdout.split() == ["False", "1"]


def test_a_column_of_texts_counts_as_of_the_promised_type_that_all_its_values_have(tmp_path: Path) -> None:
    content = a_csv(tmp_path, "a,b,c,d\n7,1,x,\n8,2,y,\n")
    promise = check("schema", columns={"a": "number", "b": "string", "c": "unknown", "d": "date"})

    found = validate(content, [promise]).inspection

    assert found is not None
    assert [column.type for column in found.columns] == ["number", "string", "string", "date"]


def test_a_broken_promise_changes_no_type(tmp_path: Path) -> None:
    found = validate(a_csv(tmp_path, "a\nx\n"), [check("schema", columns={"a": "number"})]).inspection

    assert found is not None
    assert found.columns[0].type == "string"


def test_a_typed_column_keeps_the_type_it_has(tmp_path: Path) -> None:
    content = Content("parquet", str(tmp_path / "data.parquet"))
    write(content, pa.table({"a": pa.array([1], pa.int16())}).to_reader())

    found = validate(content, [check("schema", columns={"a": "number"})])

    assert found.good
    assert found.inspection is not None
    assert found.inspection.columns[0].type == "int16"
