from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from connectors.storage import discard, expose, formats, inspect, read, suffix, write
from connectors.storage.formats import format_named
from graph_model.errors import ContentError
from graph_model.versions.entities import Content

ROWS = pa.table({"carrier": ["UA", "AA", None], "delay": [5, None, -3], "distance": [1400.5, 200.0, 33.0]})


def types_of(content: Content) -> dict[str, str]:
    return {column.path: column.type for column in inspect(content).columns}


def a_csv(folder: Path, text: str | bytes, **options: object) -> Content:
    path = folder / "data.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Content("csv", str(path), options)


def test_the_formats_are_known_by_name() -> None:
    assert formats() == ("arrow", "csv", "jsonl", "manifest", "parquet", "table")
    assert [suffix(name) for name in formats()] == [".arrow", ".csv", ".jsonl", ".json", ".parquet", ""]


def test_an_unknown_format_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ContentError, match="no format 'parket'; did you mean parquet"):
        inspect(Content("parket", "x"))


@pytest.mark.parametrize("name", ["arrow", "csv", "jsonl", "parquet"])
def test_what_is_written_is_inspected_and_read_back(name: str, tmp_path: Path) -> None:
    content = Content(name, str(tmp_path / "deep" / f"data{suffix(name)}"))

    write(content, ROWS.to_reader())
    found = inspect(content)

    types = ("string", "int64", "float64") if name in ("arrow", "parquet") else ("string", "integer", "number")
    assert [(column.path, column.type) for column in found.columns] == list(
        zip(("carrier", "delay", "distance"), types, strict=True)
    )
    assert found.row_count == 3
    assert found.size_bytes == Path(content.location).stat().st_size
    assert found.content_hash == f"sha256:{hashlib.sha256(Path(content.location).read_bytes()).hexdigest()}"
    assert found.metrics["nulls"] == {"carrier": 1, "delay": 1, "distance": 0}
    assert read(content).read_all().to_pydict() == ROWS.to_pydict()
    assert read(content, ["delay", "carrier"]).read_all().to_pydict() == ROWS.select(["delay", "carrier"]).to_pydict()


@pytest.mark.parametrize("name", ["arrow", "csv", "jsonl", "parquet"])
def test_a_write_that_fails_leaves_the_old_content_and_nothing_else(name: str, tmp_path: Path) -> None:
    content = Content(name, str(tmp_path / "data"))
    write(content, ROWS.to_reader())
    before = Path(content.location).read_bytes()

    def broken() -> Iterator[pa.RecordBatch]:
        yield from ROWS.to_batches()
        raise RuntimeError("the source broke")

    with pytest.raises(Exception, match="the source broke"):
        write(content, pa.RecordBatchReader.from_batches(ROWS.schema, broken()))
    assert Path(content.location).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("name", ["arrow", "csv", "jsonl", "parquet"])
def test_a_column_that_is_not_there_cannot_be_read(name: str, tmp_path: Path) -> None:
    content = Content(name, str(tmp_path / "data"))
    write(content, ROWS.to_reader())

    with pytest.raises(ContentError, match="no column tailnum"):
        read(content, ["tailnum"])


def test_exposing_a_file_replaces_the_fixed_one_and_discarding_removes_the_folder(tmp_path: Path) -> None:
    content = Content("parquet", str(tmp_path / "run-1" / "data.parquet"))
    target = Content("parquet", str(tmp_path / "fixed" / "2013-01-05.parquet"))
    write(content, ROWS.to_reader())

    for _ in range(2):
        expose(content, target, "2013-01-05")
    discard(content)
    discard(content)

    assert inspect(target).row_count == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fixed"]
    assert [path.name for path in (tmp_path / "fixed").iterdir()] == ["2013-01-05.parquet"]


def test_a_content_is_not_exposed_as_another_format(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="csv cannot be exposed as a parquet"):
        expose(Content("csv", "a"), Content("parquet", "b"), "")


def test_a_path_with_wildcards_names_one_file(tmp_path: Path) -> None:
    content = Content("csv", str(tmp_path / "it's [1]*?.csv"))
    write(content, ROWS.to_reader())
    write(Content("csv", str(tmp_path / "it's 1x.csv")), ROWS.to_reader())

    assert inspect(content).row_count == 3
    assert read(content).read_all().num_rows == 3


def test_csv_columns_get_the_narrowest_type_of_all_their_values(tmp_path: Path) -> None:
    content = a_csv(
        tmp_path,
        "id,ratio,mixed,day,moment,either,flag,clock,nothing,zero\n"
        "1,1,1,2013-01-01,2013-01-01T05:00:00Z,2013-01-01,true,05:15,NA,007\n"
        "-2,2.5e3,x,2013-01-02,2013-01-01 06:00:00,2013-01-02 07:00:00,FALSE,23:59:59,,8\n",
    )

    assert types_of(content) == {
        "id": "integer",
        "ratio": "number",
        "mixed": "string",
        "day": "date",
        "moment": "timestamp",
        "either": "timestamp",
        "flag": "boolean",
        "clock": "time",
        "nothing": "unknown",
        "zero": "integer",
    }


def test_one_late_value_decides_the_type_of_a_csv_column(tmp_path: Path) -> None:
    late = a_csv(tmp_path, "a,b\n" + "1,NA\n" * 20_000 + "1.5,2013-01-01\n")

    assert types_of(late) == {"a": "number", "b": "date"}
    assert read(late).read_all()["a"].to_pylist()[-2:] == [1.0, 1.5]


def test_a_number_that_duckdb_would_round_is_no_integer(tmp_path: Path) -> None:
    assert types_of(a_csv(tmp_path, "a\n1.5\n2\n")) == {"a": "number"}
    assert types_of(a_csv(tmp_path, "a\n0x1A\n1_000\n")) == {"a": "string"}


def test_csv_options_say_how_the_file_is_written(tmp_path: Path) -> None:
    text = "1;'a;b';-\n2;\u00e9;x\n"
    content = a_csv(
        tmp_path, text.encode("latin-1"), delimiter=";", quote="'", header=False, encoding="latin-1", nulls=["-"]
    )

    assert read(content).read_all().to_pydict() == {
        "column0": [1, 2],
        "column1": ["a;b", "\u00e9"],
        "column2": [None, "x"],
    }


def test_a_byte_order_mark_and_windows_line_ends_are_no_data(tmp_path: Path) -> None:
    content = a_csv(tmp_path, b"\xef\xbb\xbfa,b\r\n1,2\r\n3,4")

    assert read(content).read_all().to_pydict() == {"a": [1, 3], "b": [2, 4]}


def test_a_header_without_rows_is_an_empty_content(tmp_path: Path) -> None:
    assert inspect(a_csv(tmp_path, "a,b\n")).row_count == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "data.csv is empty, not even a header"),
        ("\n1,2\n", "first line of data.csv is empty"),
        ("a,b,c\n1,2,3\n1,2\n", "line 3 has 2 columns where 3 are expected"),
        ("a,b\n" + "1,2\n" * 50_000 + "1,2,3\n", "line 50002 has 3 columns where 2 are expected"),
        ("a,b\nx,y\n" + "x,y\n" * 50_000 + "x", "line 50003 has 1 columns where 2 are expected"),
        ('a,b\n1,"2\n3,4\n', "a quote that opens in line 2 is never closed"),
        ("a,b,a\n1,2,3\n", "has the column a twice"),
        ("a,,c\n1,2,3\n", "has no name for column 2"),
        (b"a,b\n1,\x00\n", "line 2 holds a zero byte"),
        (b"a,b\n1,2\n" + "\u00e9".encode("latin-1") + b",3\n", "not utf-8 text: line 3 holds byte 0xe9"),
        (b"a,b\n1,\xc3", "not utf-8 text: line 2 holds byte 0xc3"),
        (b"\x1f\x8b\x08\x00" + b"\x9c" * 40, "not utf-8 text"),
        ("PAR1" + "\0" * 20, "is not text"),
    ],
)
def test_a_broken_csv_is_refused_in_one_sentence(text: str | bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError) as refused:
        inspect(a_csv(tmp_path, text))

    assert reason in refused.value.reason
    assert "\n" not in refused.value.reason


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"delimiter": "ab"}, "delimiter must be one character"),
        ({"encoding": "klingon"}, "names no text encoding"),
        ({"header": "yes"}, "header must be true or false"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options: dict[str, object], reason: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=reason):
        inspect(a_csv(tmp_path, "a\n1\n", **options))


def assert_refused_in_one_sentence(content: Content, reason: str) -> None:
    with pytest.raises(ContentError) as refused:
        inspect(content)

    assert reason in refused.value.reason
    assert refused.value.reason
    assert "\n" not in refused.value.reason


def a_parquet(folder: Path, change: Callable[[bytes], bytes] = bytes) -> Content:
    path = folder / "data.parquet"
    pq.write_table(
        pa.table({"a": list(range(5000)), "b": [f"text {number % 97}" for number in range(5000)]}),
        path,
        compression="snappy",
    )
    path.write_bytes(change(path.read_bytes()))
    return Content("parquet", str(path))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: b"", "does not begin with PAR1"),
        (lambda _: b"a,b\n1,2\n", "does not begin with PAR1"),
        (lambda content: content[:6], "footer of a Parquet file is missing"),
        (lambda content: content[: len(content) // 2], "footer of a Parquet file is missing"),
        (lambda content: content[:-8] + b"\xff\xff\xff\x7fPAR1", "footer is longer than the file"),
        (lambda content: content[:-4] + b"PARE", "encrypted"),
        (lambda content: content[:-400] + b"\xff" * 100 + content[-300:], ""),
        (lambda content: content[: len(content) // 2] + b"\xff" * 400 + content[len(content) // 2 + 400 :], ""),
        (lambda content: content[:4] + b"\0" * (len(content) // 2) + content[4 + len(content) // 2 :], ""),
    ],
)
def test_a_broken_parquet_file_is_refused_in_one_sentence(
    change: Callable[[bytes], bytes], reason: str, tmp_path: Path
) -> None:
    assert_refused_in_one_sentence(a_parquet(tmp_path, change), reason)


def an_arrow_file(folder: Path, change: Callable[[bytes], bytes] = bytes) -> Content:
    path = folder / "data.arrow"
    rows = pa.table({"a": list(range(5000)), "b": [f"text {number % 97}" for number in range(5000)]})
    feather.write_feather(rows, str(path), compression="lz4", chunksize=1000)
    path.write_bytes(change(path.read_bytes()))
    return Content("arrow", str(path))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: b"", "does not begin with ARROW1"),
        (lambda _: b"a,b\n1,2\n", "does not begin with ARROW1"),
        (lambda _: b"FEA1" + bytes(40), "a Feather file of version 1"),
        (lambda content: content[:9], "footer of an Arrow file is missing"),
        (lambda content: content[: len(content) // 2], "footer of an Arrow file is missing"),
        (lambda content: content[:-10] + b"\xff\xff\xff\x7fARROW1", "footer of an Arrow file is missing"),
        (lambda content: content[:-200] + b"\xff" * 100 + content[-100:], ""),
        (lambda content: content[: len(content) // 2] + b"\xff" * 900 + content[len(content) // 2 + 900 :], ""),
        (lambda content: content[:8] + b"\0" * (len(content) // 2) + content[8 + len(content) // 2 :], ""),
    ],
)
def test_a_broken_arrow_file_is_refused_in_one_sentence(
    change: Callable[[bytes], bytes], reason: str, tmp_path: Path
) -> None:
    assert_refused_in_one_sentence(an_arrow_file(tmp_path, change), reason)


def test_a_feather_file_of_many_batches_is_read_in_order(tmp_path: Path) -> None:
    content = an_arrow_file(tmp_path)

    assert types_of(content) == {"a": "int64", "b": "string"}
    assert inspect(content).row_count == 5000
    assert [batch.num_rows for batch in read(content, ["a"])] == [1000] * 5
    assert read(content, ["a"]).read_all()["a"].to_pylist() == list(range(5000))


def test_fields_of_parquet_objects_have_dotted_paths(tmp_path: Path) -> None:
    content = Content("parquet", str(tmp_path / "data.parquet"))
    write(content, pa.table({"place": [{"city": "Newark", "at": [1, 2]}], "place.city": [7]}).to_reader())

    assert types_of(content) == {"place": "object", "place.city": "int64", "place.at": "list<int64>"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1}\n{"a": 2', "line 2 of data.jsonl is not JSON"),
        ('{"a": 1}\n5\n', "line 2 of data.jsonl is not a JSON object"),
        ('[{"a": 1}]\n', "line 1 of data.jsonl is not a JSON object"),
        ('{"a":\n1}\n', "line 1 of data.jsonl is not JSON"),
        (b'{"a": "\xff"}\n', "line 1 of data.jsonl is not utf-8 text"),
        ("PAR1\0\0", "line 1 of data.jsonl is not JSON"),
    ],
)
def test_broken_json_lines_are_refused_in_one_sentence(text: str | bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(text.encode() if isinstance(text, str) else text)

    with pytest.raises(ContentError) as refused:
        inspect(Content("jsonl", str(path)))

    assert refused.value.reason == reason


def test_json_lines_may_lack_fields_mix_types_and_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text('{"a": 1, "c": {"d": 1.5}}\n\n{"a": "x", "b": true}\n')
    (tmp_path / "empty.jsonl").write_text("\n")

    assert types_of(Content("jsonl", str(path))) == {"a": "unknown", "b": "boolean", "c": "object", "c.d": "number"}
    assert inspect(Content("jsonl", str(path))).row_count == 2
    assert inspect(Content("jsonl", str(tmp_path / "empty.jsonl"))).row_count == 0


@pytest.mark.parametrize("name", ["arrow", "csv", "jsonl", "parquet", "manifest"])
def test_what_is_no_regular_file_is_refused_without_opening_it(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for location, reason in [
        ("gone", "there is no file"),
        ("pipe", "pipe is a pipe, not a file"),
        ("", "pipe is a pipe" if name == "parquet" else "is a folder, not a file"),  # a folder of files is fine there
        ("pipe/x", "there is no file"),
    ]:
        with pytest.raises(ContentError, match=reason):
            inspect(Content(name, str(tmp_path / location)))
    with pytest.raises(ContentError, match="null is a device"):
        inspect(Content(name, "/dev/null"))


def test_a_file_that_changes_while_it_is_open_is_refused(tmp_path: Path) -> None:
    content = a_csv(tmp_path, "a,b\n1,2\n")

    with (
        pytest.raises(ContentError, match=r"data\.csv was changed while it was being read"),
        format_named("csv").scan(content),
    ):
        a_csv(tmp_path, "a,b\n1,2\n3,4\n")


def test_a_question_reaches_only_the_files_it_is_about(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")

    with format_named("csv").scan(a_csv(tmp_path, "a\n1\n")) as scan, pytest.raises(duckdb.Error, match="disabled"):
        scan.connection.execute(f"SELECT * FROM read_csv('{tmp_path}/secret.csv')")


def test_parquet_columns_have_the_types_of_the_file(tmp_path: Path) -> None:
    content = Content("parquet", str(tmp_path / "data.parquet"))
    columns = {
        "tags": pa.array([], pa.map_(pa.string(), pa.list_(pa.uint8()))),
        "half": pa.array([], pa.float16()),
        "at": pa.array([], pa.timestamp("ms", "Europe/Berlin")),
        "then": pa.array([], pa.timestamp("us")),
        "clock": pa.array([], pa.time32("ms")),
        "price": pa.array([], pa.decimal128(10, 2)),
        "place": pa.array([], pa.struct([("at", pa.struct([("x", pa.float32())]))])),
    }
    write(content, pa.table(columns).to_reader())

    assert types_of(content) == {
        "tags": "map<string,list<uint8>>",
        "half": "float16",
        "at": "timestamp(ms,UTC)",
        "then": "timestamp(us)",
        "clock": "time(ms)",
        "price": "decimal(10,2)",
        "place": "object",
        "place.at": "object",
        "place.at.x": "float32",
    }
