"""Types and values of DuckDB's tables: each is known, and read whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.storage import expose, inspect, read, write
from graph_model.errors import ContentError
from graph_model.versions.entities import Content
from tests.support.duckdb_tables import at, run
from tests.support.tables import KnownType, check_every_type, statements_of

EVERY_TYPE: list[KnownType] = [
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
]


@pytest.fixture
def every(tmp_path: Path) -> Path:
    """A table with a column of each type: one row of values, one of nulls."""
    run(
        tmp_path,
        "SET TimeZone = 'Asia/Tokyo'",
        "CREATE TYPE mood AS ENUM ('happy', 'sad')",
        *statements_of(EVERY_TYPE),
        "INSERT INTO every (c0) VALUES (NULL)",
    )
    return tmp_path


def test_every_type_is_known_and_every_value_is_read_whole(every: Path) -> None:
    check_every_type(at(every, "every"), EVERY_TYPE)


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


def test_every_type_can_be_exposed_in_one_more_table(every: Path) -> None:
    expose(at(every, "every"), at(every, "copy"), "")

    assert inspect(at(every, "copy")).content_hash == inspect(at(every, "every")).content_hash
    assert inspect(at(every, "copy")).columns == inspect(at(every, "every")).columns


def test_what_a_moment_is_written_as_does_not_depend_on_the_zone_of_the_machine(tmp_path: Path) -> None:
    run(tmp_path, "CREATE TABLE t AS SELECT [TIMESTAMPTZ '2013-01-05 07:00-05'] AS seen")
    script = (
        "from connectors.storage import read; from graph_model.versions.entities import Content;"
        f"print(read(Content('table', 'duckdb:///{tmp_path}/warehouse.duckdb#t')).read_all().to_pylist())"
    )
    environment = {**os.environ, "TZ": "Asia/Tokyo", "PYTHONPATH": os.pathsep.join(sys.path)}

    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout == """[{'seen': '["2013-01-05 12:00:00+00"]'}]\n"""


def test_types_that_hold_others_are_written_as_they_are(tmp_path: Path) -> None:
    rows = pa.table({"stops": [["JFK", "BOS"], None], "seat": [{"row": 7, "letter": "A"}, None]})

    write(at(tmp_path, "t"), rows.to_reader())

    types = [column.type for column in inspect(at(tmp_path, "t")).columns]
    assert types == ["list<string>", "struct<row:int64,letter:string>"]
    assert read(at(tmp_path, "t")).read_all()["seat"].to_pylist() == ['{"row":7,"letter":"A"}', None]


def test_the_hash_is_that_of_the_same_rows_in_sqlite(tmp_path: Path) -> None:
    rows = pa.table({"name": ["d\u00e9j\u00e0", None], "n": [1, 2], "share": [0.1, None], "raw": [b"\0\xff", b""]})
    sqlite = Content("table", f"sqlite:///{tmp_path}/small.db#t")
    for content in (at(tmp_path, "t"), sqlite):
        write(content, rows.to_reader())
    before = inspect(sqlite).content_hash

    assert inspect(at(tmp_path, "t")).content_hash == before
    run(tmp_path, "UPDATE t SET n = 3 WHERE n = 2")
    assert inspect(at(tmp_path, "t")).content_hash != before
