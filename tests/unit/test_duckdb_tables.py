"""Tables and views of DuckDB files as contents."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from connectors.storage import discard, duckdb_database, expose, inspect, located, read, write
from graph_model.errors import ContentError, LocationRefused, StorageUnavailable
from graph_model.versions.entities import Content
from tests.support.checks import result_of


def at(folder: Path, table: str, **options: Any) -> Content:
    return Content("table", f"duckdb:///{folder}/warehouse.duckdb#{table}", options)


def run(folder: Path, *statements: str) -> None:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)


# declaration, SQL of a value, canonical type, what is read
EVERY_TYPE: list[tuple[str, str, str, Any]] = [
    ("boolean", "true", "boolean", True),
    ("tinyint", "-2", "int8", -2),
    ("smallint", "-2", "int16", -2),
    ("integer", "2", "int32", 2),
    ("bigint", "9223372036854775807", "int64", 2**63 - 1),
    ("utinyint", "255", "uint8", 255),
    ("usmallint", "2", "uint16", 2),
    ("uinteger", "2", "uint32", 2),
    ("ubigint", "18446744073709551615", "uint64", 2**64 - 1),
    ("hugeint", "-18446744073709551617", "integer", Decimal(-(2**64) - 1)),
    ("uhugeint", "3", "integer", Decimal(3)),
    ("bignum", "12345678901234567890123", "integer", Decimal(12345678901234567890123)),
    ("float", "1.5", "float32", 1.5),
    ("double", "'infinity'", "float64", float("inf")),
    ("decimal(10,2)", "12.3", "decimal(10,2)", Decimal("12.30")),
    ("decimal(38,0)", "12", "decimal(38,0)", Decimal(12)),
    ("varchar", "'d\u00e9j\u00e0'", "string", "d\u00e9j\u00e0"),
    ("uuid", "'12345678-1234-5678-1234-567812345678'", "string", "12345678-1234-5678-1234-567812345678"),
    ("mood", "'happy'", "string", "happy"),
    ("blob", "'\\x00\\xff'::blob", "binary", b"\x00\xff"),
    ("bit", "'0101'", "string", "0101"),
    ("date", "'9999-12-31'", "date", date(9999, 12, 31)),
    ("time", "'05:15:00.000001'", "time(us)", time(5, 15, 0, 1)),
    ("timetz", "'05:15:00+02'", "string", "05:15:00+02"),
    ("timestamp", "'2013-01-05 07:00'", "timestamp(us)", datetime.fromisoformat("2013-01-05T07:00")),
    ("timestamp_s", "'2013-01-05 07:00'", "timestamp(s)", datetime.fromisoformat("2013-01-05T07:00")),
    ("timestamp_ms", "'2013-01-05 07:00'", "timestamp(ms)", datetime.fromisoformat("2013-01-05T07:00")),
    ("timestamptz", "'2013-01-05 07:00-05'", "timestamp(us,UTC)", datetime(2013, 1, 5, 12, tzinfo=UTC)),
    ("interval", "interval '1 year 2 days 3.5 seconds'", "string", "1 year 2 days 00:00:03.5"),
    ("json", """'{"b": 1.10, "a": [1]}'""", "object", '{"b": 1.10, "a": [1]}'),
    ("integer[]", "[1, NULL]", "list<int32>", "[1,null]"),
    ("integer[2]", "[1, 2]", "list<int32>", "[1,2]"),
    ("varchar[][]", "[['a'], NULL]", "list<list<string>>", '[["a"],null]'),
    ("mood[]", "['sad']", "list<string>", '["sad"]'),
    ('struct(a integer, "b c" varchar)', "{'a': 1, 'b c': 'x'}", 'struct<a:int32,"b c":string>', '{"a":1,"b c":"x"}'),
    ("map(varchar, integer)", "map {'k': 1}", "map<string,int32>", '{"k":1}'),
    ("union(n integer, s varchar)", "union_value(n := 1)", "object", '{"n":1}'),
]  # fmt: skip


@pytest.fixture
def every(tmp_path: Path) -> Path:
    """A table with a column of each type: one row of values, one of nulls."""
    columns = ", ".join(f"c{number} {declared}" for number, (declared, *_) in enumerate(EVERY_TYPE))
    run(
        tmp_path,
        "SET TimeZone = 'Asia/Tokyo'",
        "CREATE TYPE mood AS ENUM ('happy', 'sad')",
        f"CREATE TABLE every ({columns})",
        f"INSERT INTO every VALUES ({', '.join(value for _, value, *_ in EVERY_TYPE)})",
        "INSERT INTO every (c0) VALUES (NULL)",
    )
    return tmp_path


def test_every_type_is_known_and_every_value_is_read_whole(every: Path) -> None:
    found, rows = inspect(at(every, "every")), read(at(every, "every")).read_all()

    declared = [kind for kind, *_ in EVERY_TYPE]
    types = [column.type for column in found.columns]
    assert dict(zip(declared, types, strict=True)) == {kind: canonical for kind, _, canonical, _ in EVERY_TYPE}
    first, second = rows.to_pylist()
    assert dict(zip(declared, first.values(), strict=True)) == {kind: value for kind, *_, value in EVERY_TYPE}
    assert set(second.values()) == {None}
    assert set(found.metrics["nulls"].values()) == {1}


def test_nanoseconds_are_kept(tmp_path: Path) -> None:
    values = "(TIMESTAMP_NS '2013-01-05 07:00:00.123456789', TIME_NS '05:15:00.000000001')"
    early = "(TIMESTAMP_NS '1969-12-31 23:59:59.9', TIME_NS '00:00:00'), (NULL, NULL)"
    run(tmp_path, f"CREATE TABLE t AS SELECT * FROM (VALUES {values}, {early}) AS v(moment, clock)")

    rows = read(at(tmp_path, "t")).read_all()

    assert [column.type for column in inspect(at(tmp_path, "t")).columns] == ["timestamp(ns)", "time(ns)"]
    texts = [column.cast(pa.string()).to_pylist() for column in rows.columns]
    assert texts == [
        ["2013-01-05 07:00:00.123456789", "1969-12-31 23:59:59.900000000", None],
        ["05:15:00.000000001", "00:00:00.000000000", None],
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("'infinity'::date", "the column c holds infinity"),
        ("'-infinity'::timestamp", "the column c holds infinity"),
        ("'infinity'::timestamptz", "the column c holds infinity"),
        ("'infinity'::timestamp_ns", "is declared TIMESTAMP_NS and holds 'infinity'"),
        ("'12000-01-01'::date", "is declared DATE and holds '12000-01-01'"),
        ("'0044-03-15 (BC)'::date", "is declared DATE"),
        ("170141183460469231731687303715884105727::hugeint", "is declared HUGEINT and holds 1701411"),
    ],
)
def test_a_value_that_would_be_read_as_another_is_refused(value: str, said: str, tmp_path: Path) -> None:
    run(tmp_path, f"CREATE TABLE t AS SELECT {value} AS c")

    with pytest.raises(ContentError) as raised:
        inspect(at(tmp_path, "t"))

    assert said in str(raised.value)


ROWS = pa.table(
    {
        "day": pa.array([date(2013, 1, 5)] * 2, pa.date32()),
        "flight": pa.array([1, None], pa.int32()),
        "delay": [1.5, None],
        "price": pa.array([Decimal("1.25"), None], pa.decimal128(10, 2)),
        "at": pa.array([datetime(2013, 1, 5, 7, tzinfo=UTC), None], pa.timestamp("us", tz="UTC")),
        "raw": [b"\0", None],
        "name": ["d\u00e9j\u00e0", None],
    }
)


def test_rows_are_written_read_and_dropped_again(tmp_path: Path) -> None:
    run(tmp_path, "CREATE SCHEMA sales")
    content = at(tmp_path, "sales.Flights of UA")

    write(content, ROWS.to_reader())
    write(content, ROWS.to_reader())

    assert read(content).read_all().to_pylist() == ROWS.to_pylist()
    assert read(content, ["name", "day"]).read_all().to_pylist() == ROWS.select(["name", "day"]).to_pylist()
    discard(content)
    discard(content)
    with pytest.raises(ContentError, match=r"there is no table sales\.Flights of UA"):
        inspect(content)


def test_a_file_is_made_where_it_is_missing_and_only_to_be_written(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with pytest.raises(ContentError, match="there is no file"):
        inspect(at(tmp_path / "new", "t"))
    assert not list((tmp_path / "new").iterdir())

    write(at(tmp_path / "new" / "deep", "t"), ROWS.to_reader())

    assert inspect(at(tmp_path / "new" / "deep", "t")).row_count == 2


def test_types_that_hold_others_are_written_as_they_are(tmp_path: Path) -> None:
    rows = pa.table({"stops": [["JFK", "BOS"], None], "seat": [{"row": 7, "letter": "A"}, None]})

    write(at(tmp_path, "t"), rows.to_reader())

    types = [column.type for column in inspect(at(tmp_path, "t")).columns]
    assert types == ["list<string>", "struct<row:int64,letter:string>"]
    assert read(at(tmp_path, "t")).read_all()["seat"].to_pylist() == ['{"row":7,"letter":"A"}', None]


def test_a_write_that_fails_leaves_the_old_rows(tmp_path: Path) -> None:
    content = at(tmp_path, "flights")
    write(content, ROWS.to_reader())

    def broken() -> Iterator[pa.RecordBatch]:
        yield ROWS.to_batches()[0]
        raise RuntimeError("the source is gone")

    with pytest.raises(RuntimeError):
        write(content, pa.RecordBatchReader.from_batches(ROWS.schema, broken()))

    assert inspect(content).row_count == 2


def test_a_table_may_be_made_from_another_of_the_same_file(tmp_path: Path) -> None:
    write(at(tmp_path, "one"), ROWS.to_reader())

    write(at(tmp_path, "two"), read(at(tmp_path, "one")))

    assert inspect(at(tmp_path, "two")).content_hash == inspect(at(tmp_path, "one")).content_hash


def test_exposing_replaces_the_rows_of_one_partition(tmp_path: Path) -> None:
    target = at(tmp_path, "fixed", partition_column="day")
    staged = at(tmp_path, "flights__1")
    write(staged, ROWS.to_reader())
    expose(staged, target, "2013-01-05")
    run(tmp_path, "INSERT INTO fixed (day, flight) VALUES ('2013-01-06', 9)")
    write(staged, ROWS.slice(0, 1).to_reader())

    expose(staged, target, "2013-01-05")

    assert sorted(read(target, ["day"]).read_all()["day"].to_pylist()) == [date(2013, 1, 5), date(2013, 1, 6)]
    with pytest.raises(ContentError, match="1 rows of flights__1 are not of partition 2013-01-06"):
        expose(staged, target, "2013-01-06")


def test_a_partition_column_is_filled_where_the_content_lacks_it(tmp_path: Path) -> None:
    target = at(tmp_path, "fixed", partition_column="partition")
    write(at(tmp_path, "v1"), ROWS.to_reader())

    for partition in ("2013-01-05", "2013-01-05", "2013-01-06"):
        expose(at(tmp_path, "v1"), target, partition)

    found = read(target, ["partition"]).read_all()["partition"].to_pylist()
    assert sorted(found) == ["2013-01-05"] * 2 + ["2013-01-06"] * 2


def test_every_type_can_be_exposed_in_one_more_table(every: Path) -> None:
    expose(at(every, "every"), at(every, "copy"), "")

    assert inspect(at(every, "copy")).content_hash == inspect(at(every, "every")).content_hash
    assert inspect(at(every, "copy")).columns == inspect(at(every, "every")).columns


def test_an_exposure_that_fails_half_way_is_rolled_back(tmp_path: Path) -> None:
    target = at(tmp_path, "fixed", partition_column="day")
    run(
        tmp_path,
        "CREATE TABLE fixed (day DATE, flight INTEGER NOT NULL)",
        "INSERT INTO fixed VALUES ('2013-01-05', 7)",
    )
    write(at(tmp_path, "v1"), ROWS.select(["day", "flight"]).to_reader())

    with pytest.raises(ContentError, match="NOT NULL constraint failed"):
        expose(at(tmp_path, "v1"), target, "2013-01-05")

    assert read(target).read_all().to_pylist() == [{"day": date(2013, 1, 5), "flight": 7}]


def test_the_hash_is_that_of_the_same_rows_in_sqlite(tmp_path: Path) -> None:
    rows = pa.table({"name": ["d\u00e9j\u00e0", None], "n": [1, 2], "share": [0.1, None], "raw": [b"\0\xff", b""]})
    sqlite = Content("table", f"sqlite:///{tmp_path}/small.db#t")
    for content in (at(tmp_path, "t"), sqlite):
        write(content, rows.to_reader())
    before = inspect(sqlite).content_hash

    assert inspect(at(tmp_path, "t")).content_hash == before
    run(tmp_path, "UPDATE t SET n = 3 WHERE n = 2")
    assert inspect(at(tmp_path, "t")).content_hash != before


def test_views_are_contents_and_reach_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    run(
        tmp_path,
        "CREATE TABLE flights AS SELECT range AS flight FROM range(10)",
        "CREATE VIEW even AS SELECT flight FROM flights WHERE flight % 2 = 0",
        f"CREATE VIEW secret AS SELECT * FROM read_csv('{tmp_path}/secret.csv')",
    )

    assert inspect(at(tmp_path, "even")).row_count == 5
    with pytest.raises(ContentError, match="file system operations are disabled"):
        inspect(at(tmp_path, "secret"))


@pytest.mark.parametrize(
    ("query", "passed", "said"),
    [
        ("SELECT median({property}) FROM {object}", True, "sql: 2"),
        ("SELECT count(*) FROM {object} o ANTI JOIN seats s ON s.flight = o.flight", False, "sql: 1, expected 2"),
        ("SELECT list_sum([flight, flight::int]) FROM {object} WHERE flight = 1", True, "sql: 2"),
        ("SELECT nothing FROM {object}", False, "its query cannot be answered"),
        ("SELECT count(*) FROM read_text('/etc/hostname')", False, "its query cannot be answered"),
        ("DELETE FROM {object}", False, "its query must be one SELECT"),
    ],
)
def test_sql_about_a_table_is_asked_in_its_database(query: str, said: str, tmp_path: Path, *, passed: bool) -> None:
    run(
        tmp_path,
        "CREATE TABLE flights AS SELECT unnest([1, 2, 3]) AS flight",
        "CREATE TABLE seats AS SELECT unnest([1, 2]) AS flight",
    )

    found = result_of(at(tmp_path, "flights"), "sql", query=query, column="flight", must={"equal": 2})

    assert said in found.message
    assert found.passed is passed


@contextmanager
def another_process(folder: Path, *, read_only: bool) -> Iterator[None]:
    """One that has the file open, until it is told to end."""
    text = f"import duckdb; c = duckdb.connect({str(folder / 'warehouse.duckdb')!r}, read_only={read_only})"
    command = [sys.executable, "-c", f"{text}; print('open', flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            yield
        finally:
            process.communicate("\n")


def test_many_read_a_file_and_nobody_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_database, "LOCK_WAIT_SECONDS", 0.0)
    content = at(tmp_path, "t")
    write(content, ROWS.to_reader())

    with another_process(tmp_path, read_only=True):
        assert inspect(content).row_count == 2
        with pytest.raises(StorageUnavailable, match="Could not set lock"):
            write(content, ROWS.to_reader())
    with another_process(tmp_path, read_only=False), pytest.raises(StorageUnavailable, match="Could not set lock"):
        inspect(content)
    assert inspect(content).row_count == 2


def test_whoever_finds_a_file_taken_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = at(tmp_path, "t")
    write(content, ROWS.to_reader())
    writer = another_process(tmp_path, read_only=False)
    writer.__enter__()
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        if not pauses:
            writer.__exit__(None, None, None)
        pauses.append(seconds)

    monkeypatch.setattr(duckdb_database.time, "sleep", pause)

    assert inspect(content).row_count == 2
    assert pauses


def damaged(whole: bytes) -> bytes:
    return whole[: 3 * 4096] + bytes(~byte & 0xFF for byte in whole[3 * 4096 :])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: b"", "not a valid DuckDB database file"),
        (lambda _: b"no database, but a text that is long enough" * 500, "not a valid DuckDB database file"),
        (lambda whole: whole[:9000], "Could not read enough bytes"),
        (damaged, "checksum"),
    ],
)
def test_a_file_that_is_no_database_or_a_damaged_one_is_refused(change: Any, said: str, tmp_path: Path) -> None:
    write(at(tmp_path, "t"), ROWS.to_reader())
    file = tmp_path / "warehouse.duckdb"
    file.write_bytes(change(file.read_bytes()))

    with pytest.raises(ContentError, match=said):
        inspect(at(tmp_path, "t"))


def test_a_file_lies_below_a_root_like_any_other(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(at(root, "t"), ROWS.to_reader())
    write(at(tmp_path, "t"), ROWS.to_reader())

    assert inspect(located(Content("table", "duckdb:///{root}/warehouse.duckdb#t"), root)).row_count == 2
    for outside in (f"duckdb:///{tmp_path}/warehouse.duckdb#t", "duckdb:///{root}/../warehouse.duckdb#t"):
        with pytest.raises(LocationRefused):
            located(Content("table", outside), root)
    with pytest.raises(LocationRefused):
        located(Content("table", "duckdb:///{root}/warehouse.duckdb?allow_unsigned_extensions=true#t"), root)
    (root / "link.duckdb").symlink_to(tmp_path / "warehouse.duckdb")
    with pytest.raises(LocationRefused):
        located(Content("table", "duckdb:///{root}/link.duckdb#t"), root)


def test_rows_come_as_they_are_read(tmp_path: Path) -> None:
    """The end of the view cannot be read; its beginning is here before anybody comes to that."""
    broken = "CASE WHEN range = 1900000 THEN error('the end') ELSE range END AS flight"
    run(tmp_path, f"CREATE VIEW flights AS SELECT {broken} FROM range(2000000)")
    with pytest.raises(duckdb.InvalidInputException, match="the end"):
        run(tmp_path, "SELECT max(flight) FROM flights")

    assert next(iter(read(at(tmp_path, "flights")))).num_rows == 20_000


def test_what_a_moment_is_written_as_does_not_depend_on_the_zone_of_the_machine(tmp_path: Path) -> None:
    run(tmp_path, "CREATE TABLE t AS SELECT [TIMESTAMPTZ '2013-01-05 07:00-05'] AS seen")
    script = (
        "from connectors.storage import read; from graph_model.versions.entities import Content;"
        f"print(read(Content('table', 'duckdb:///{tmp_path}/warehouse.duckdb#t')).read_all().to_pylist())"
    )
    environment = {**os.environ, "TZ": "Asia/Tokyo", "PYTHONPATH": os.pathsep.join(sys.path)}

    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout == """[{'seen': '["2013-01-05 12:00:00+00"]'}]\n"""


def test_a_view_may_need_more_than_the_memory(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sorted goes to disk; one value that does not fit is refused."""
    spilled = tmp_path_factory.mktemp("spilled")
    monkeypatch.setattr(duckdb_database, "memory_mb", lambda: 256)
    monkeypatch.setattr(duckdb_database, "gettempdir", lambda: str(spilled))
    run(
        tmp_path,
        "CREATE TABLE t AS SELECT range AS id, md5(range::VARCHAR) AS text FROM range(2000000)",
        "CREATE VIEW sorted AS SELECT * FROM t ORDER BY text",
        "CREATE VIEW whole AS SELECT length(string_agg(text || text)) AS n FROM t",
    )

    rows = iter(read(at(tmp_path, "sorted"), ["text"]))

    assert next(rows)["text"][0].as_py().startswith("00000")
    assert list(spilled.iterdir())
    del rows
    assert not list(spilled.iterdir())
    with pytest.raises(ContentError, match="Out of Memory"):
        inspect(at(tmp_path, "whole"))
