"""Dialects that nobody declares: found in the first file, and held to in those after it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.crawl.dialect import csv_options
from connectors.crawl.folders import crawl_folder
from connectors.storage import inspect, read, write
from connectors.storage.csv_sniffing import LOOKED_AT
from graph_model.errors import ContentError
from graph_model.versions.dialects import Dialect, held_to
from graph_model.versions.entities import Content

SNIFFED = {"dialect": "sniffed"}
USUAL = {"delimiter": ",", "quote": '"', "header": True, "encoding": "utf-8", "nulls": ["", "NA"]}
ROWS = "id;name;delay\n1;Zoë;-\n2;Bob;7\n"


def a_csv(folder: Path, text: str | bytes, name: str = "data.csv", **options: Any) -> Content:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Content("csv", str(path), {**SNIFFED, **options})


def found_in(content: Content) -> dict[str, Any]:
    return inspect(content).metrics["dialect"]


def held(dialect: Mapping[str, Any], **declared: Any) -> dict[str, Any]:
    """The options of a dataset whose newest version was written so."""
    return held_to("csv", {**SNIFFED, **declared}, Dialect("v1", {**USUAL, **dialect}))


def after(folder: Path, dialect: Mapping[str, Any], text: str | bytes, **declared: Any) -> Content:
    return a_csv(folder, text, **held(dialect, **declared))


def test_what_is_found_is_used_and_remembered(tmp_path: Path):
    content = a_csv(tmp_path, ROWS.encode("latin-1"))

    assert found_in(content) == {**USUAL, "delimiter": ";", "encoding": "latin-1", "nulls": ["", "NA", "-"]}
    assert read(content).read_all().to_pydict() == {"id": [1, 2], "name": ["Zoë", "Bob"], "delay": [None, 7]}


def test_nothing_is_sniffed_where_nobody_asks(tmp_path: Path):
    content = Content("csv", a_csv(tmp_path, "a;b\n1;2\n").location)

    found = inspect(content)

    assert [column.path for column in found.columns] == ["a;b"]
    assert "dialect" not in found.metrics


def test_what_is_declared_beside_it_is_not_sniffed(tmp_path: Path):
    content = a_csv(tmp_path, "a;b\n1;-\n", delimiter=",", nulls=["-"])

    assert found_in(content) == {**USUAL, "nulls": ["-"]}


@pytest.mark.parametrize(
    ("text", "unusual"),
    [
        ("a,b\nx,y\n", {}),
        ("a\n1\n2\n", {}),
        ("a,b\n", {}),
        ("name\nSmith; John\nDoe\n", {}),
        ("a\tb\n1,5\t2\n", {"delimiter": "\t"}),
        ("a|b\n1|x;y\n", {"delimiter": "|"}),
        ("1,x\n2,y\n", {"header": False}),
        ("2013-01-01,x\n2013-01-02,y\n", {"header": False}),
        ("country,2019\nDE,1\n", {"header": False}),
        ("id,2019\n1,5\n", {}),
        ("a,b\n'x,1',2\n'y',3\n", {"quote": "'"}),
        ("a,b\nO'Brien,O'Hara\n", {}),
        ("a,b\n\"it's\",'x'\n", {}),
        ("a,b\n1,NULL\n2,3\n", {"nulls": ["", "NA", "NULL"]}),
        ("a,b\n1,NULL\n2,x\n", {}),
        (b"\xef\xbb\xbfa,b\nx,y\n", {}),
        ("a,b\nx,é\n".encode("utf-16"), {"encoding": "utf-16"}),
        ("a,b\nx,y\n".encode("utf-16-le"), {"encoding": "utf-16-le"}),
        ("a,b\nx,y\n".encode("utf-16-be"), {"encoding": "utf-16-be"}),
    ],
)
def test_a_dialect_is_sniffed(text: str | bytes, unusual: dict[str, Any], tmp_path: Path):
    assert found_in(a_csv(tmp_path, text)) == {**USUAL, **unusual}


def test_one_late_byte_decides_the_encoding_and_the_crawl_looks_only_at_the_beginning(tmp_path: Path):
    content = a_csv(tmp_path, b"a;b\n" + b"1;x\n" * LOOKED_AT + "2;é\n".encode("latin-1"))

    assert found_in(content)["encoding"] == "latin-1"
    assert csv_options(Path(content.location)) == {"delimiter": ";"}


def test_a_letter_cut_at_the_end_of_the_beginning_is_still_utf_8(tmp_path: Path):
    content = a_csv(tmp_path, "a\n" + "é" * LOOKED_AT + "\n")

    assert csv_options(Path(content.location)) == {}
    assert found_in(content) == USUAL


def test_a_row_that_is_cut_off_at_the_end_of_the_beginning_says_nothing(tmp_path: Path):
    rows = ('1,2;"' + "line\n" * 1000 + '";9\n') * 60

    assert csv_options(Path(a_csv(tmp_path, f"a,b,c,d;e;f\n{rows}").location))["delimiter"] == ";"


@dataclass(frozen=True, slots=True)
class Written:
    signs: dict[str, Any]
    header: bool
    encoding: str
    rows: list[tuple[str, int]]

    def as_bytes(self) -> bytes:
        file = StringIO(newline="")
        csv.writer(file, **self.signs).writerows([("text", "number"), *self.rows] if self.header else self.rows)
        return file.getvalue().encode(self.encoding)


@st.composite
def written(draw: st.DrawFn) -> Written:
    """Texts that are not quoted hold no other delimiter: each row could then be read in two ways."""
    delimiter, quote = draw(st.sampled_from(",;\t|")), draw(st.sampled_from("\"'"))
    quoting = draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    inner = st.text("abé " + quote + (",;|\t" if quoting == csv.QUOTE_ALL else delimiter), max_size=6)
    return Written(
        {"delimiter": delimiter, "quotechar": quote, "quoting": quoting},
        draw(st.booleans()),
        draw(st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16"])),
        draw(st.lists(st.tuples(inner.map("x{}z".format), st.integers(-999, 999)), min_size=3, max_size=9)),
    )


@given(written())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_in_any_dialect_is_read_back_the_same_and_holds_itself(tmp_path: Path, file: Written):
    content = a_csv(tmp_path, file.as_bytes())

    first = read(content).read_all()
    again = read(Content("csv", content.location, held(found_in(content)))).read_all()

    assert [tuple(row.values()) for row in first.to_pylist()] == file.rows
    assert again == first


@pytest.mark.parametrize(
    ("before", "text", "reason"),
    [
        ({"delimiter": ";"}, "a,b\n1,x\n", "has the delimiter ',', and version v1 had ';'"),
        ({}, "a;b\n1,5;2\n", "has the delimiter ';', and version v1 had ','"),
        ({}, "1,x\n2,y\n", "has the header false, and version v1 had true"),
        ({"header": False}, "a,b\n1,x\n", "has the header true, and version v1 had false"),
        ({}, "a,b\n1,é\n".encode("latin-1"), "has the encoding 'latin-1', and version v1 had 'utf-8'"),
        ({"encoding": "latin-1"}, "a,b\n1,é\n", "has the encoding 'utf-8', and version v1 had 'latin-1'"),
        ({}, "a,b\n1,x\n".encode("utf-16"), "has the encoding 'utf-16', and version v1 had 'utf-8'"),
        ({"encoding": "utf-16"}, "a,b\n1,x\n", "has the encoding 'ascii', and version v1 had 'utf-16'"),
        ({}, "a,b\n1,'x'\n", "has the quote \"'\", and version v1 had '\"'"),
    ],
)
def test_a_file_that_is_written_otherwise_than_before_is_refused(
    before: dict[str, Any], text: str | bytes, reason: str, tmp_path: Path
):
    with pytest.raises(ContentError) as refused:
        inspect(after(tmp_path, before, text))

    assert reason in refused.value.reason
    assert refused.value.reason.endswith(f"; if that is meant, declare the option {reason.split()[2].rstrip(',')}")


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ({"encoding": "latin-1"}, "a,b\n1,x\n"),
        ({"encoding": "cp1252"}, "a,b\n1,é\n".encode("cp1252")),
        ({"delimiter": ";"}, "a\nx\n"),
        ({"delimiter": ";"}, "a;b\n1,5;2,5\n"),
        ({"header": False}, "x,y\n"),
        ({"quote": "'"}, "a,b\nx,y\n"),
        ({"delimiter": ":"}, "a:b\n1:2\n"),
    ],
)
def test_what_contradicts_nothing_is_read_as_before(before: dict[str, Any], text: str | bytes, tmp_path: Path):
    assert found_in(after(tmp_path, before, text)) == {**USUAL, **before}


def test_null_spellings_stay_as_they_were_found(tmp_path: Path):
    content = after(tmp_path, {"nulls": ["", "-"]}, "a,b\n1,NULL\n2,-\n3,4\n")

    assert read(content).read_all().to_pydict() == {"a": [1, 2, 3], "b": ["NULL", None, "4"]}


def test_declaring_an_option_ends_its_sniffing(tmp_path: Path):
    assert found_in(after(tmp_path, {"delimiter": ";"}, "a,b\n1,x\n", delimiter=","))["delimiter"] == ","
    assert found_in(after(tmp_path, {}, "a;b\n1;x\n", delimiter=","))["delimiter"] == ","


def test_what_is_declared_hides_no_other_contradiction(tmp_path: Path):
    with pytest.raises(ContentError, match="has the header false"):
        inspect(after(tmp_path, {}, "1,'x'\n2,'y'\n", quote='"'))


def test_what_is_written_follows_the_dialect_of_before(tmp_path: Path):
    content = after(tmp_path, {"delimiter": ";"}, "")

    write(content, pa.table({"a": [1], "b": ["x"]}).to_reader())

    assert Path(content.location).read_text() == "a;b\n1;x\n"
    assert found_in(content) == {**USUAL, "delimiter": ";"}


def test_the_crawl_compares_files_without_a_header_by_position(tmp_path: Path):
    for day in ("2013-01-01", "2013-01-02"):
        a_csv(tmp_path, "1;'x;y'\n2;'z'\n", f"{day}.csv")

    (found,) = crawl_folder(tmp_path, tmp_path).proposals

    assert found.options == {"delimiter": ";", "quote": "'", "header": False}
    assert not [note for note in found.notes if "lacks" in note or "besides" in note]


def test_a_wrong_word_or_option_is_refused_before_anything_is_looked_for(tmp_path: Path):
    with pytest.raises(ContentError, match="option dialect must be sniffed, not 'excel'"):
        inspect(a_csv(tmp_path, ROWS, dialect="excel"))
    with pytest.raises(ContentError, match="option delimiter must be one character"):
        inspect(a_csv(tmp_path, ROWS, delimiter=7))
