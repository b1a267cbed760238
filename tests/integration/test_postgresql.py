"""Tables and views of a real PostgreSQL as contents."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.checks import validate
from connectors.storage import expose, inspect, located, read, write
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.versions.entities import Content
from tests.support.postgresql import PostgreSQL, start_postgresql
from tests.support.tables import (
    ROWS,
    KnownType,
    check_a_broken_write_leaves_the_old_rows,
    check_every_type,
    check_rows_come_and_go,
    statements_of,
)

pytestmark = pytest.mark.xdist_group("postgresql")
_numbers = itertools.count()


@pytest.fixture
def server(postgresql: PostgreSQL) -> Iterator[PostgreSQL]:
    yield postgresql
    postgresql.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "DROP SCHEMA IF EXISTS sales CASCADE")


def at(server: PostgreSQL, table: str, **options: Any) -> Content:
    return Content("table", f"{server.url}#{table}", options)


EVERY_TYPE: list[KnownType] = [
    ("boolean", "true", "boolean", True),
    ("smallint", "-2", "int16", -2),
    ("integer", "2", "int32", 2),
    ("bigint", "9223372036854775807", "int64", 2**63 - 1),
    ("real", "1.5", "float32", 1.5),
    ("double precision", "'infinity'", "float64", float("inf")),
    ("numeric(10,2)", "12.3", "decimal(10,2)", Decimal("12.30")),
    ("numeric(5)", "12", "decimal(5,0)", Decimal(12)),
    ("numeric", "1.25", "decimal", 1.25),
    ("text", "'it''s'", "string", "it's"),
    ("varchar(10)", "'é'", "string", "é"),
    ("char(3)", "'ab'", "string", "ab "),
    ("name", "'n'", "string", "n"),
    ("bytea", "'\\x00ff'", "binary", b"\x00\xff"),
    ("date", "'2013-01-05'", "date", date(2013, 1, 5)),
    ("time", "'05:15:00.000001'", "time(us)", time(5, 15, 0, 1)),
    ("timetz", "'05:15+02'", "string", "05:15:00+02"),
    ("timestamp", "'2013-01-05 07:00'", "timestamp(us)", datetime.fromisoformat("2013-01-05T07:00")),
    ("timestamptz", "'2013-01-05 07:00-05'", "timestamp(us,UTC)", datetime(2013, 1, 5, 12, tzinfo=UTC)),
    ("interval", "'1 year 2 days 00:00:03.5'", "string", "P1Y2DT3.5S"),
    ("uuid", "'12345678-1234-5678-1234-567812345678'", "string", "12345678-1234-5678-1234-567812345678"),
    ("json", """'{"b": 1.10, "a": [1]}'""", "object", '{"b": 1.10, "a": [1]}'),
    ("jsonb", """'{"b": 1.10, "a": [1]}'""", "object", '{"a": [1], "b": 1.10}'),
    ("integer[]", "'{1,null}'", "list<int32>", "[1,null]"),
    ("integer[]", "'{{1,2},{3,4}}'", "list<int32>", "[[1,2],[3,4]]"),
    ("text[]", "'{a,NULL}'", "list<string>", '["a",null]'),
    ("numeric(10,2)[]", "'{1.50}'", "list<decimal(10,2)>", "[1.50]"),
    ("mood", "'happy'", "string", "happy"),
    ("mood[]", "'{sad}'", "list<string>", '["sad"]'),
    ("size", "5", "int32", 5),
    ("money", "12.5", "string", "$12.50"),
    ("inet", "'10.0.0.1/8'", "string", "10.0.0.1/8"),
    ("cidr", "'10.0.0.0/8'", "string", "10.0.0.0/8"),
    ("macaddr", "'08:00:2b:01:02:03'", "string", "08:00:2b:01:02:03"),
    ("bit(4)", "'1010'", "string", "1010"),
    ("varbit", "'101'", "string", "101"),
    ("int4range", "'[1,5)'", "string", "[1,5)"),
    ("tstzrange", "'[2013-01-01 00:00+00,)'", "string", '["2013-01-01 00:00:00+00",)'),
    ("tsvector", "'a b'", "string", "'a' 'b'"),
    ("xml", "'<a/>'", "unknown", "<a/>"),
    ("point", "'(1,2)'", "unknown", "(1,2)"),
]


@pytest.fixture
def every(server: PostgreSQL) -> PostgreSQL:
    """A table with a column of each type: one row of values, one of nulls."""
    server.run(
        "CREATE TYPE mood AS ENUM ('happy', 'sad')",
        "CREATE DOMAIN size AS integer CHECK (VALUE > 0)",
        *statements_of(EVERY_TYPE),
        "INSERT INTO every DEFAULT VALUES",
    )
    return server


def test_every_common_type_is_known_and_every_value_is_read_whole(every: PostgreSQL) -> None:
    check_every_type(at(every, "every"), EVERY_TYPE)


def test_the_hash_does_not_depend_on_how_a_server_shows_values(every: PostgreSQL) -> None:
    before = inspect(at(every, "every")).content_hash
    every.run(
        "ALTER ROLE headwater SET timezone = 'Asia/Tokyo'",
        "ALTER ROLE headwater SET datestyle = 'German'",
        "ALTER ROLE headwater SET intervalstyle = 'postgres_verbose'",
    )
    try:
        assert inspect(at(every, "every")).content_hash == before
    finally:
        every.run("ALTER ROLE headwater RESET ALL")
    every.run("UPDATE every SET c2 = 3 WHERE c2 = 2")
    assert inspect(at(every, "every")).content_hash != before


def test_every_type_can_be_exposed_in_one_more_table(every: PostgreSQL) -> None:
    expose(at(every, "every"), at(every, "copy"), "")

    assert inspect(at(every, "copy")).content_hash == inspect(at(every, "every")).content_hash


def test_rows_are_written_read_and_dropped_again(server: PostgreSQL) -> None:
    server.run("CREATE SCHEMA sales")
    check_rows_come_and_go(at(server, "sales.Flights of UA"), r"sales\.Flights of UA")


def test_a_write_that_fails_leaves_the_old_rows(server: PostgreSQL) -> None:
    check_a_broken_write_leaves_the_old_rows(at(server, "flights"))


def test_exposing_replaces_one_partition_for_whoever_reads_meanwhile(server: PostgreSQL) -> None:
    server.run("CREATE SCHEMA sales")
    target = at(server, "sales.flights", partition_column="day")
    staged = at(server, "flights__1")
    write(staged, ROWS.to_reader())
    expose(staged, target, "2013-01-05")
    server.run("INSERT INTO sales.flights (day, flight) VALUES ('2013-01-06', 9)")
    write(staged, ROWS.slice(0, 1).to_reader())

    with server.connect() as reader, reader.transaction():
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert reader.execute("SELECT count(*) FROM sales.flights").fetchone() == (3,)
        expose(staged, target, "2013-01-05")
        assert reader.execute("SELECT count(*) FROM sales.flights").fetchone() == (3,)

    assert sorted(read(target, ["day"]).read_all()["day"].to_pylist()) == [date(2013, 1, 5), date(2013, 1, 6)]


def test_views_are_contents_too(server: PostgreSQL) -> None:
    server.run(
        "CREATE TABLE flights AS SELECT number AS flight FROM generate_series(1, 10) AS t(number)",
        "CREATE VIEW even AS SELECT flight FROM flights WHERE flight % 2 = 0",
        "CREATE MATERIALIZED VIEW odd AS SELECT flight FROM flights WHERE flight % 2 = 1",
    )

    for view in ("even", "odd"):
        assert inspect(at(server, view)).row_count == 5


def test_rows_are_checked_with_their_types(server: PostgreSQL) -> None:
    server.run(
        "CREATE TABLE flights (flight integer NOT NULL, at timestamptz, price numeric(10,2))",
        "INSERT INTO flights VALUES (1, '2013-01-05 07:00Z', 1.5), (1, '2013-01-06 07:00Z', -2)",
    )
    checks = [
        Check("key", "unique", {"columns": ["flight"]}),
        Check("positive", "range", {"column": "price", "min": 0}),
        Check("since", "range", {"column": "at", "min": "2013-01-05"}),
    ]

    found = validate(at(server, "flights"), checks)

    assert [result.passed for result in found.results] == [False, False, True]
    assert found.inspection is not None
    assert [column.nullable for column in found.inspection.columns] == [False, True, True]


def test_rows_come_through_a_cursor_on_the_server(server: PostgreSQL) -> None:
    server.run("CREATE TABLE flights AS SELECT number AS flight FROM generate_series(1, 100000) AS t(number)")
    asked = "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'idle in transaction'"

    rows = iter(read(at(server, "flights")))
    assert next(rows).num_rows == 20_000
    with server.connect() as beside:
        queries = [query for (query,) in beside.execute(asked).fetchall()]
    assert [query for query in queries if query.startswith("FETCH")]
    assert sum(batch.num_rows for batch in rows) == 80_000


Address = Callable[[PostgreSQL], str]


@pytest.mark.parametrize(
    ("location", "error", "said"),
    [
        (lambda server: f"{server.url}#nothing", ContentError, "there is no table nothing"),
        (lambda server: f"{server.url}#no.where", ContentError, "there is no table no.where"),
        (lambda server: f"{server.url}#infinite", ContentError, "infinity"),
        (lambda server: f"{server.url}#secrets", ContentError, "permission denied"),
        (
            lambda server: f"{server.address_of('headwater', 'wrong-secret')}#infinite",
            StorageUnavailable,
            "password authentication failed",
        ),
        (lambda server: f"{server.address_of('nobody', 'wrong-secret')}#x", StorageUnavailable, "does not answer"),
        (lambda server: f"{server.url.replace('/postgres', '/nowhere')}#x", StorageUnavailable, "does not exist"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence_without_the_password(
    server: PostgreSQL, location: Address, error: type[Exception], said: str
) -> None:
    server.run(
        "CREATE TABLE infinite AS SELECT 'infinity'::date AS day",
        "CREATE VIEW secrets AS SELECT 1 AS x",
        "GRANT USAGE ON SCHEMA public TO public",
        "DO $$ BEGIN CREATE ROLE guest LOGIN PASSWORD 'wrong-secret'; EXCEPTION WHEN duplicate_object THEN END $$",
    )
    address = location(server)
    if "secrets" in address:
        address = address.replace(server.url, server.address_of("guest", "wrong-secret"))

    with pytest.raises(error, match=said) as raised:
        inspect(Content("table", address))

    assert server.password not in str(raised.value)
    assert "wrong-secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_address_without_a_driver_takes_the_one_that_is_installed(
    server: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.run("CREATE TABLE flights AS SELECT 1 AS flight")
    monkeypatch.setenv("WAREHOUSE", server.url.replace("+psycopg", ""))

    assert inspect(located(Content("table", "env:WAREHOUSE#public.flights"), tmp_path)).row_count == 1


def test_a_server_that_goes_away_says_nothing_about_the_content() -> None:
    server = start_postgresql()
    try:
        server.run("CREATE TABLE flights AS SELECT number AS flight FROM generate_series(1, 100000) AS t(number)")
        content = at(server, "flights")
        rows = iter(read(content))
        next(rows)
        server.stop()

        with pytest.raises(StorageUnavailable):
            list(rows)
        for act in (lambda: inspect(content), lambda: write(content, ROWS.to_reader()), lambda: read(content)):
            with pytest.raises(StorageUnavailable, match="does not answer"):
                act()

        server.start()
        assert inspect(content).row_count == 100_000
    finally:
        server.remove()
