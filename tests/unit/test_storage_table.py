from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.checks import validate
from connectors.storage import discard, expose, inspect, read, write
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.versions.entities import Content

ROWS = pa.table({"day": ["2013-01-05", "2013-01-05"], "flights": [10, None], "delay": [1.5, -2.0]})


def a_table(folder: Path, name: str, rows: pa.Table = ROWS, **options: object) -> Content:
    content = Content("table", f"sqlite:///{folder}/warehouse.db#{name}", options)
    write(content, rows.to_reader())
    return content


def at(folder: Path, name: str, **options: object) -> Content:
    return Content("table", f"sqlite:///{folder}/warehouse.db#{name}", options)


def test_a_table_is_written_inspected_and_read_back(tmp_path: Path) -> None:
    content = a_table(tmp_path, "flights")

    found = inspect(content)

    assert [(column.path, column.type) for column in found.columns] == [
        ("day", "string"),
        ("flights", "integer"),
        ("delay", "number"),
    ]
    assert found.row_count == 2
    assert found.metrics["nulls"] == {"day": 0, "flights": 1, "delay": 0}
    assert read(content).read_all().to_pydict() == ROWS.to_pydict()
    assert read(content, ["delay", "day"]).read_all().to_pydict() == ROWS.select(["delay", "day"]).to_pydict()


def test_values_of_every_type_survive_the_database(tmp_path: Path) -> None:
    moment = datetime(2013, 1, 5, 7, tzinfo=timezone(timedelta(hours=-5)))
    rows = {
        "flag": [True, None],
        "day": [date(2013, 1, 5), None],
        "at": [time(5, 15), None],
        "moment": [datetime.fromisoformat("2013-01-05T07:30"), None],
        "raw": [b"\0\xff", None],
        "text": ["d\u00e9j\u00e0", None],
    }
    content = a_table(tmp_path, "every", pa.table(rows))
    zoned = a_table(tmp_path, "zoned", pa.table({"moment": [moment], "amount": [Decimal("1.25")]}))

    assert read(content).read_all().to_pydict() == rows
    assert read(zoned).read_all().to_pylist() == [
        {"moment": moment.astimezone(UTC).replace(tzinfo=None), "amount": 1.25}
    ]


def test_the_hash_of_a_table_depends_on_its_rows_and_not_on_their_order(tmp_path: Path) -> None:
    def hash_of(rows: pa.Table) -> str:
        return inspect(a_table(tmp_path, "t", rows)).content_hash

    assert hash_of(ROWS) == hash_of(ROWS.take([1, 0]))
    assert hash_of(ROWS) != hash_of(ROWS.take([0, 0]))
    assert hash_of(ROWS) != hash_of(pa.concat_tables([ROWS, ROWS]))
    assert hash_of(ROWS) != hash_of(ROWS.rename_columns(["day", "flights", "late"]))
    assert hash_of(pa.table({"a": ["1"]})) != hash_of(pa.table({"a": [1]}))


def test_the_checks_of_a_table_name_values_but_no_row_numbers(tmp_path: Path) -> None:
    checks = [Check("late", "range", {"column": "delay", "min": 0}), Check("key", "unique", {"columns": ["day"]})]

    results = validate(a_table(tmp_path, "t"), checks).results

    assert [result.message for result in results] == [
        "range (delay): 1 row is not 0 or more, e.g. -2.0",
        "unique (day): 1 row repeats a key, e.g. '2013-01-05'",
    ]
    assert results[0].sample == ({"delay": -2.0},)


def test_exposing_replaces_the_rows_of_one_partition(tmp_path: Path) -> None:
    target = at(tmp_path, "fixed", partition_column="partition")

    for _ in range(2):
        expose(a_table(tmp_path, "v1"), target, "2013-01-05")
        expose(a_table(tmp_path, "v2", ROWS.slice(0, 1)), target, "2013-01-06")
    expose(a_table(tmp_path, "v3", ROWS.slice(1, 1)), target, "2013-01-05")

    assert sorted(read(target, ["partition"]).read_all()["partition"].to_pylist()) == ["2013-01-05", "2013-01-06"]


def test_a_partition_column_may_be_part_of_the_content(tmp_path: Path) -> None:
    target = at(tmp_path, "fixed", partition_column="day")

    for _ in range(2):
        expose(a_table(tmp_path, "v1"), target, "2013-01-05")

    assert read(target).read_all().num_rows == 2
    with pytest.raises(ContentError, match="2 rows of v1 are not of partition 2013-01-06 by their column day"):
        expose(a_table(tmp_path, "v1"), target, "2013-01-06")
    assert read(target).read_all().num_rows == 2


def test_a_partition_column_of_dates_is_compared_as_dates(tmp_path: Path) -> None:
    target = at(tmp_path, "fixed", partition_column="day")
    rows = pa.table({"day": [date(2013, 1, 5)], "n": [1]})

    for _ in range(2):
        expose(a_table(tmp_path, "v1", rows), target, "2013-01-05")

    assert read(target).read_all().to_pydict() == rows.to_pydict()


def test_without_a_partition_column_the_whole_table_is_replaced_with_new_columns_too(tmp_path: Path) -> None:
    target = at(tmp_path, "fixed")

    expose(a_table(tmp_path, "v1"), target, "")
    expose(a_table(tmp_path, "v2", pa.table({"other": [1]})), target, "")

    assert read(target).read_all().to_pydict() == {"other": [1]}


def test_an_exposure_that_fails_changes_nothing(tmp_path: Path) -> None:
    target = at(tmp_path, "fixed", partition_column="day")
    expose(a_table(tmp_path, "v1"), target, "2013-01-05")
    before = inspect(target)

    with pytest.raises(ContentError, match="has no column extra"):
        expose(a_table(tmp_path, "v2", ROWS.append_column("extra", [[1, 2]])), target, "2013-01-05")
    with pytest.raises(ContentError, match="only be exposed in its own database"):
        expose(at(tmp_path, "v1"), Content("table", "sqlite:///elsewhere.db#t"), "")

    assert inspect(target) == before


def test_an_exposure_that_fails_half_way_is_rolled_back(tmp_path: Path) -> None:
    target = at(tmp_path, "fixed", partition_column="day")
    with sqlite3.connect(tmp_path / "warehouse.db") as connection:
        connection.execute("CREATE TABLE fixed (day TEXT, flights BIGINT, delay DOUBLE CHECK (delay > -1))")
        connection.execute("INSERT INTO fixed VALUES ('2013-01-05', 1, 0.5)")

    with pytest.raises(ContentError, match="CHECK constraint failed"):
        expose(a_table(tmp_path, "v1"), target, "2013-01-05")

    assert read(target).read_all().to_pylist() == [{"day": "2013-01-05", "flights": 1, "delay": 0.5}]


def test_discarding_drops_the_table_once_and_for_all(tmp_path: Path) -> None:
    content = a_table(tmp_path, "v1")

    discard(content)
    discard(content)
    discard(Content("table", f"sqlite:///{tmp_path}/none.db#t"))

    with pytest.raises(ContentError, match="there is no table v1"):
        inspect(content)
    assert not (tmp_path / "none.db").exists()


def test_a_view_is_read_like_a_table(tmp_path: Path) -> None:
    a_table(tmp_path, "v1")
    with sqlite3.connect(tmp_path / "warehouse.db") as connection:
        connection.execute("CREATE VIEW late AS SELECT day, delay FROM v1 WHERE delay > 0")

    assert read(at(tmp_path, "late")).read_all().to_pydict() == {"day": ["2013-01-05"], "delay": [1.5]}


@pytest.mark.parametrize(
    ("declared", "value", "reason"),
    [
        ("INTEGER", "abc", "the column x is declared INTEGER and holds 'abc'"),
        ("INTEGER", 10**30, "the column x is declared INTEGER and holds 1e"),
        ("DATE", "05/01/2013", "the column x is declared DATE and holds '05/01/2013'"),
        ("DATETIME", 5, "the column x is declared DATETIME and holds 5"),
        ("BOOLEAN", 7, "the column x is declared BOOLEAN and holds 7"),
        ("BLOB", "text", "the column x is declared BLOB and holds 'text'"),
    ],
)
def test_a_value_that_is_not_of_its_columns_type_is_refused(
    declared: str, value: object, reason: str, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "warehouse.db") as connection:
        connection.execute(f"CREATE TABLE t (x {declared})")
        connection.execute(
            "INSERT INTO t VALUES (?)", [float(value) if isinstance(value, int) and value > 2**63 else value]
        )

    with pytest.raises(ContentError) as refused:
        inspect(at(tmp_path, "t"))

    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("sqlite:///{folder}/none.db#t", "there is no file"),
        ("sqlite:///{folder}/text.db#t", "file is not a database"),
        ("sqlite:///{folder}#t", "is a folder, not a file"),
        ("sqlite:///{folder}/warehouse.db#nope", "there is no table nope in sqlite:///"),
        ("sqlite:///{folder}/warehouse.db", "is written URL#TABLE"),
        ("no address#t", "the address of the database is not one"),
    ],
)
def test_a_table_that_cannot_be_reached_is_refused_in_one_sentence(location: str, reason: str, tmp_path: Path) -> None:
    a_table(tmp_path, "v1")
    (tmp_path / "text.db").write_text("not a database, but long enough to be looked at " * 20)

    with pytest.raises(ContentError) as refused:
        inspect(Content("table", location.format(folder=tmp_path)))

    assert reason in refused.value.reason
    assert "\n" not in refused.value.reason
    assert not (tmp_path / "none.db").exists()


def test_a_database_without_a_driver_says_nothing_about_the_content() -> None:
    with pytest.raises(StorageUnavailable, match="no driver for klingon"):
        validate(Content("table", "klingon://user:secret@host/db#t"), [])


def test_a_locked_database_says_nothing_about_the_content_and_no_password_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = a_table(tmp_path, "v1")
    monkeypatch.setattr("connectors.storage.database.LOCK_WAIT_SECONDS", 0)
    holder = sqlite3.connect(tmp_path / "warehouse.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    try:
        with pytest.raises(StorageUnavailable, match="database is locked"):
            inspect(content)
    finally:
        holder.close()
