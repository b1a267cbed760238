"""Weaknesses that bad contents have shown, one test each."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from connectors import checks
from connectors.checks import process, validate
from connectors.storage.limits import MEMORY_MB, limit_memory
from graph_model.contracts.entities import Check
from graph_model.versions.entities import Content, Validated

MANY = 10_000


def found_in(format: str, path: Path, data: str | bytes, **options: object) -> Validated:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return validate(Content(format, str(path), options), ())


def test_json_lines_of_ten_thousand_keys_are_rows_of_ten_thousand_columns(tmp_path: Path) -> None:
    line = json.dumps({f"c{number}": number for number in range(MANY)})

    found = found_in("jsonl", tmp_path / "wide.jsonl", f"{line}\n{line}\n")

    assert found.inspection is not None, found.reason
    assert (found.inspection.row_count, len(found.inspection.columns)) == (2, MANY)


def test_a_csv_file_may_not_have_ten_thousand_columns(tmp_path: Path) -> None:
    """To try every type on every one of them takes minutes and gigabytes, whatever the number of rows."""
    row = ",".join(f"c{number}" for number in range(MANY))

    found = found_in("csv", tmp_path / "wide.csv", f"{row}\n{row}\n")

    assert found.reason == "wide.csv has 10000 columns, and a csv file may have 4000"


@pytest.mark.parametrize("rows_before", [0, 1, 70_000])
def test_a_line_that_the_reader_would_leave_out_is_refused(rows_before: int, tmp_path: Path) -> None:
    """DuckDB read a last line of 64 MB as no row at all, and the file was found good."""
    rows = "1,this is a line like many others\n" * rows_before

    found = found_in("csv", tmp_path / "long.csv", f"id,name\n{rows}2,{'a' * 3_000_000}\n")

    assert "has a line of more than 2000000 characters" in found.reason


def test_many_long_lines_are_fine(tmp_path: Path) -> None:
    long = "a" * 900_000

    found = found_in("csv", tmp_path / "long.csv", f"id,name\n1,{long}\n2,{long}\n3,{long}")

    assert found.inspection is not None, found.reason
    assert found.inspection.row_count == 3


def test_a_name_with_a_zero_byte_is_no_path(tmp_path: Path) -> None:
    assert "holds a zero byte" in validate(Content("parquet", f"{tmp_path}/a\0b"), ()).reason


@pytest.mark.parametrize("encoding", ["zlib", "rot13", "hex", "base64", "bz2"])
def test_a_codec_that_is_none_for_texts_is_no_encoding(encoding: str, tmp_path: Path) -> None:
    assert "names no text encoding" in found_in("csv", tmp_path / "a.csv", "a\n1\n", encoding=encoding).reason


@pytest.mark.parametrize("delimiter", ["\n", "\r", '"'])
def test_a_line_end_or_the_quote_is_no_delimiter(delimiter: str, tmp_path: Path) -> None:
    found = found_in("csv", tmp_path / "a.csv", "a\n1\n", delimiter=delimiter)

    assert "must not be a line end or the quote" in found.reason


def test_a_name_that_no_file_can_have_is_about_the_content_not_about_the_disk(tmp_path: Path) -> None:
    found = validate(Content("csv", str(tmp_path / ("x" * 5000))), ())

    assert "is no path that can be opened" in found.reason


def test_what_is_quoted_from_a_content_is_cut(tmp_path: Path) -> None:
    found = found_in("csv", tmp_path / "a.csv", f"{'x' * 5000},{'x' * 5000}\n1,2\n")

    assert found.reason.startswith("the header of a.csv has the column xxx")
    assert len(found.reason) == checks.LONGEST_REASON + 1


def test_a_content_that_needs_too_much_memory_is_bad_and_says_so(tmp_path: Path) -> None:
    """Not a place that does not answer: the next try would need as much."""
    with sqlite3.connect(tmp_path / "rows.db") as database:
        database.execute("CREATE TABLE rows (id TEXT)")
        database.execute("INSERT INTO rows VALUES (replace(hex(zeroblob(40000000)), '0', 'ab'))")
    database.close()
    limit_memory(100)
    try:
        found = validate(Content("table", f"sqlite:///{tmp_path}/rows.db#rows"), ())
    finally:
        limit_memory(MEMORY_MB)

    assert found == Validated(None, (), "reading it needs more than the 100 MB of memory that it may take")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "reading it needs more memory than its process may take"),
        (RecursionError("maximum recursion depth"), "it is nested too deeply to be read"),
        (KeyError("what"), "it cannot be read as csv (KeyError)"),
    ],
)
def test_what_nobody_foresaw_is_a_verdict_with_its_trace_in_the_log(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(content: Content, asked: list[Check]) -> Validated:
        raise error

    monkeypatch.setattr(process, "validate", fails)

    answered = process.answer(process.request_of([(Content("csv", "a.csv"), ())]))

    assert process.validated_from(answered) == (Validated(None, (), said),)
    assert ("KeyError" in capsys.readouterr().err) == isinstance(error, KeyError)
