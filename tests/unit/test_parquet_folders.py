"""Folders of Parquet files as one content: their keys, what is refused, and how they are written and replaced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.checks import validate
from connectors.storage import discard, expose, inspect, read, write
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError
from graph_model.versions.entities import Content

FLIGHTS = pa.table({"flight": pa.array([1, 2, 3], pa.int32()), "origin": ["JFK", "EWR", None]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two days of two carriers, and what Spark leaves beside them."""
    path = tmp_path / "flights.parquet"
    for day in ("2013-01-01", "2013-01-02"):
        for carrier in ("UA", "AA"):
            put(path / f"day={day}" / f"carrier={carrier}" / "part-0.parquet", FLIGHTS)
    (path / "_SUCCESS").touch()
    (path / "day=2013-01-01" / ".part-0.parquet.crc").write_bytes(b"crc")
    put(path / "_temporary" / "0" / "half.parquet", pa.table({"other": [1]}))
    return path


def put(path: Path, rows: pa.Table, **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path, **options)


def content(path: Path, **options: Any) -> Content:
    return Content("parquet", str(path), options)


def types_of(found: Content) -> dict[str, str]:
    return {column.path: column.type for column in inspect(found).columns}


def test_the_keys_of_folders_are_columns_after_those_of_the_files(folder: Path) -> None:
    found = inspect(content(folder))

    assert types_of(content(folder)) == {"flight": "int32", "origin": "string", "day": "date", "carrier": "string"}
    assert found.row_count == 12
    assert found.metrics["nulls"] == {"flight": 0, "origin": 4, "day": 0, "carrier": 0}
    assert found.metrics["files"] == 4
    assert found.size_bytes == sum(path.stat().st_size for path in folder.glob("day=*/*/*.parquet"))


def test_rows_come_file_by_file_in_the_order_of_names_with_exact_types(folder: Path) -> None:
    rows = read(content(folder)).read_all()

    assert rows.schema.types == [pa.int32(), pa.string(), pa.date32(), pa.string()]
    assert rows["carrier"].to_pylist() == ["AA"] * 3 + ["UA"] * 3 + ["AA"] * 3 + ["UA"] * 3
    assert rows["day"][-1].as_py() == date(2013, 1, 2)
    some = read(content(folder), ["carrier", "flight"]).read_all()
    assert some.column_names == ["carrier", "flight"]
    assert read(content(folder), ["day"]).read_all().num_rows == 12
    with pytest.raises(ContentError, match="no column nothing"):
        read(content(folder), ["nothing"])


def test_the_hash_depends_on_names_and_bytes_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for path in sorted(folder.rglob("*.parquet"), reverse=True):
        if "_temporary" not in path.parts:
            target = other / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)

    assert inspect(content(other)).content_hash == inspect(content(folder)).content_hash

    (other / "day=2013-01-01" / "carrier=AA").rename(other / "day=2013-01-01" / "carrier=DL")
    assert inspect(content(other)).content_hash != inspect(content(folder)).content_hash


def test_a_check_may_ask_about_keys_and_says_the_file_of_a_row(folder: Path) -> None:
    checks = [
        Check("carriers", "allowed_values", {"column": "carrier", "values": ["UA"]}),
        Check("origins", "not_null", {"columns": ["origin"]}),
        Check("keys", "unique", {"columns": ["day", "carrier", "flight"]}),
        Check("days", "range", {"column": "day", "min": "2013-01-02"}),
    ]

    carriers, origins, keys, days = validate(content(folder), checks).results

    assert (carriers.failed_rows, origins.failed_rows, keys.passed, days.failed_rows) == (6, 4, True, 6)
    assert origins.sample[1] == {"origin": None, "row": 3, "file": "day=2013-01-01/carrier=UA/part-0.parquet"}


@pytest.mark.parametrize(
    ("values", "type", "read_as"),
    [
        (["1", "-20"], "int64", [1, -20]),
        (["1", "02"], "string", ["1", "02"]),
        (["1", "9" * 30], "string", ["1", "9" * 30]),
        (["2013-01-01", "2013-02-28"], "date", [date(2013, 1, 1), date(2013, 2, 28)]),
        (["2013-01-01", "2013-02-30"], "string", ["2013-01-01", "2013-02-30"]),
        (["1", "__HIVE_DEFAULT_PARTITION__"], "int64", [1, None]),
        (["__HIVE_DEFAULT_PARTITION__"], "string", [None]),
        (["S%C3%A3o Paulo%2FGRU", "it's"], "string", ["São Paulo/GRU", "it's"]),
    ],
)
def test_a_key_has_the_narrowest_type_that_all_its_values_are_of(
    values: list[str], type: str, read_as: list[Any], tmp_path: Path
) -> None:
    for value in values:
        put(tmp_path / "x" / f"key={value}" / "0.parquet", FLIGHTS.slice(0, 1))

    assert types_of(content(tmp_path / "x"))["key"] == type
    assert set(read(content(tmp_path / "x"), ["key"]).read_all()["key"].to_pylist()) == set(read_as)


def test_declared_keys_fix_the_types_and_the_levels(folder: Path) -> None:
    declared = content(folder, keys={"day": "string", "carrier": "string"})

    assert types_of(declared)["day"] == "string"
    assert types_of(content(folder, keys=["day", "carrier"]))["day"] == "date"
    for keys, reason in [
        ({"day": "integer", "carrier": "string"}, "day is declared integer and is 2013-01-01 in a folder"),
        (["day"], "has the keys day, carrier, declared are day"),
        (["carrier", "day"], "declared are carrier, day"),
        ({"day": "dates", "carrier": "string"}, "did you mean date"),
        ("day", "must name the keys"),
    ]:
        with pytest.raises(ContentError, match=reason):
            inspect(content(folder, keys=keys))


def _foreign(folder: Path) -> None:
    (folder / "notes.txt").write_text("these are the flights of January")


def _cut_short(folder: Path) -> None:
    path = folder / "day=2013-01-02" / "carrier=UA" / "part-0.parquet"
    path.write_bytes(path.read_bytes()[:-10])


def _other_type(folder: Path) -> None:
    rows = FLIGHTS.set_column(0, "flight", pa.array([1, 2, 3], pa.int64()))
    put(folder / "day=2013-01-02" / "carrier=UA" / "part-0.parquet", rows)


def _more_columns(folder: Path) -> None:
    put(folder / "day=2013-01-02" / "carrier=UA" / "part-0.parquet", FLIGHTS.append_column("x", [[1, 2, 3]]))


def _fewer_columns(folder: Path) -> None:
    put(folder / "day=2013-01-02" / "carrier=UA" / "part-0.parquet", FLIGHTS.select(["flight"]))


def _other_keys(folder: Path) -> None:
    put(folder / "part-1.parquet", FLIGHTS)


def _key_in_file(folder: Path) -> None:
    for path in folder.glob("day=*/*/*.parquet"):
        put(path, FLIGHTS.append_column("Carrier", [["UA"] * 3]))


def _same_key_twice(folder: Path) -> None:
    put(folder / "day=2013-01-01" / "day=2013-01-02" / "0.parquet", FLIGHTS)


def _linked_folder(folder: Path) -> None:
    (folder / "day=2013-01-03").symlink_to(folder / "day=2013-01-02")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "day=2013-01-01" / "carrier=UA" / "pipe.parquet")


def _empty(folder: Path) -> None:
    for path in folder.glob("day=*/*/*.parquet"):
        path.unlink()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_foreign, "notes.txt"),
        (_cut_short, "part-0.parquet is cut short"),
        (_other_type, "day=2013-01-02/carrier=UA/part-0.parquet has other columns than day=2013-01-01/carrier=AA"),
        (_more_columns, "has other columns"),
        (_fewer_columns, "has other columns"),
        (_other_keys, "lies below other keys"),
        (_key_in_file, "the column carrier is in the files"),
        (_same_key_twice, "gives no new key"),
        (_linked_folder, "a link to another folder"),
        (_pipe, "pipe.parquet is a pipe"),
        (_empty, "holds no Parquet file"),
    ],
)
def test_a_folder_that_is_no_one_content_is_refused(spoil: Callable[[Path], None], reason: str, folder: Path) -> None:
    spoil(folder)

    with pytest.raises(ContentError, match=reason):
        inspect(content(folder))


def test_files_may_differ_in_what_is_no_matter_of_columns(tmp_path: Path) -> None:
    strict = pa.schema([pa.field("origin", pa.string()), pa.field("flight", pa.int32(), nullable=False)])
    put(tmp_path / "x" / "1.parquet", FLIGHTS, compression="zstd", row_group_size=1)
    put(tmp_path / "x" / "2.parquet", FLIGHTS.select(["origin", "flight"]).cast(strict))

    found = inspect(content(tmp_path / "x"))

    assert (found.row_count, found.metrics["nulls"]) == (6, {"flight": 0, "origin": 2})
    assert read(content(tmp_path / "x")).read_all()["flight"].to_pylist() == [1, 2, 3, 1, 2, 3]


def test_a_file_that_comes_while_the_folder_is_read_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.storage import parquet_folder_rows

    def counts(*given: Any) -> Any:
        put(folder / "day=2013-01-03" / "carrier=UA" / "0.parquet", FLIGHTS)
        return before(*given)

    before = parquet_folder_rows.counts
    monkeypatch.setattr(parquet_folder_rows, "counts", counts)

    with pytest.raises(ContentError, match="was changed while it was being read"):
        inspect(content(folder))


def test_a_folder_of_many_files_is_limited(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.storage.parquet_folders.MOST_FILES", 3)

    with pytest.raises(ContentError, match="more than 3 files"):
        inspect(content(folder))


def test_rows_are_written_as_a_folder_by_their_keys_and_come_back(tmp_path: Path) -> None:
    rows = pa.table(
        {
            "flight": [1, 2, 3, 4],
            "day": pa.array([date(2013, 1, 1), date(2013, 1, 2), date(2013, 1, 1), None], pa.date32()),
            "carrier": ["UA", "a/b", "UA", "UA"],
        }
    )
    place = content(tmp_path / "out" / "data.parquet", keys=["day", "carrier"])

    write(place, rows.to_reader())
    write(place, rows.to_reader())

    assert read(place).read_all().select(rows.column_names).sort_by("flight") == rows
    assert inspect(place).row_count == 4
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["data.parquet"]


def test_what_cannot_be_written_leaves_the_old_folder(folder: Path) -> None:
    before = inspect(content(folder)).content_hash
    wrong = content(folder, keys=["origin", "missing"])

    with pytest.raises(ContentError, match="no column missing"):
        write(wrong, FLIGHTS.to_reader())
    with pytest.raises(ContentError, match="the key x is a double"):
        write(content(folder, keys=["x"]), pa.table({"x": [1.5]}).to_reader())

    def broken() -> Any:
        yield FLIGHTS.to_batches()[0]
        raise pa.ArrowInvalid("the source is gone")

    reader = pa.RecordBatchReader.from_batches(FLIGHTS.schema, broken())
    with pytest.raises(ContentError, match="the source is gone"):
        write(content(folder, keys=["origin"]), reader)

    assert inspect(content(folder)).content_hash == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_folder_is_exposed_whole_and_replaces_what_was_there(folder: Path, tmp_path: Path) -> None:
    target = content(tmp_path / "fixed" / "flights")
    put(tmp_path / "fixed" / "flights" / "day=1999-01-01" / "old.parquet", FLIGHTS)

    expose(content(folder), target, "")
    expose(content(folder), target, "")

    assert inspect(target).content_hash == inspect(content(folder)).content_hash
    assert [path.name for path in (tmp_path / "fixed").iterdir()] == ["flights"]


def test_a_folder_takes_the_place_of_a_file(folder: Path, tmp_path: Path) -> None:
    target = content(tmp_path / "fixed" / "flights.parquet")
    put(tmp_path / "fixed" / "flights.parquet", FLIGHTS)

    expose(content(folder), target, "")

    assert inspect(target).row_count == 12


def test_discarding_removes_the_files_and_leaves_what_is_not_of_the_content(folder: Path) -> None:
    discard(content(folder))
    discard(content(folder))

    left = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert left == [".part-0.parquet.crc", "half.parquet"]
