"""What a crawl proposes for a real PostgreSQL, and rows of it that lie in DuckDB too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pytest

from connectors.crawl.against import Change, changes
from connectors.crawl.databases import crawl_database
from connectors.crawl.propose import written
from connectors.storage import inspect, write
from graph_model.contracts.entities import Check
from graph_model.errors import InvalidInput
from graph_model.estate.parse import load_estate
from graph_model.versions.entities import Content
from tests.support.postgresql import PostgreSQL

pytestmark = pytest.mark.xdist_group("postgresql")


@pytest.fixture
def shop(postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgreSQL]:
    postgresql.run(
        "CREATE TABLE customers (id integer PRIMARY KEY, email text NOT NULL UNIQUE, nick text UNIQUE, born date)",
        "COMMENT ON TABLE customers IS 'Who buys here'",
        "CREATE SCHEMA sales",
        "CREATE TABLE sales.lines (order_id bigint, line smallint, amount numeric(10,2) NOT NULL, stops text[],"
        " PRIMARY KEY (order_id, line))",
        "CREATE TABLE rates AS SELECT code, day FROM generate_series(1, 10) day, (VALUES ('usd'), ('eur')) AS c(code)",
        "CREATE VIEW adults AS SELECT id, email FROM customers",
    )
    monkeypatch.setenv("SHOP_URL", postgresql.url)
    yield postgresql
    postgresql.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "DROP SCHEMA IF EXISTS sales CASCADE")


def test_tables_and_views_of_all_schemas_are_proposed_with_types_and_constraints(
    shop: PostgreSQL, tmp_path: Path
) -> None:
    crawled = crawl_database("env:SHOP_URL", tmp_path)
    found = {one.name: one for one in crawled.proposals}

    assert crawled.skipped == ()
    assert {name: (one.url, one.table, one.key, one.unique) for name, one in found.items()} == {
        "adults": ("env:SHOP_URL", "adults", (), ()),
        "customers": ("env:SHOP_URL", "customers", ("id",), ("email",)),
        "rates": ("env:SHOP_URL", "rates", (), ()),
        "sales.lines": ("env:SHOP_URL", "sales.lines", ("order_id", "line"), ()),
    }
    assert [(column.path, column.type, column.nullable) for column in found["sales.lines"].columns] == [
        ("order_id", "int64", False),
        ("line", "int16", False),
        ("amount", "decimal(10,2)", False),
        ("stops", "list<string>", True),
    ]
    assert [(guess.value, guess.why) for guess in found["rates"].keys] == [("code, day", "unique together in 20 rows")]
    assert found["customers"].description == "Who buys here"
    assert {guess.value for one in found.values() for guess in one.owners} == {"headwater"}
    assert [one.name for one in crawl_database("env:SHOP_URL", tmp_path, schema="sales").proposals] == ["sales.lines"]


def test_what_is_written_is_an_estate_and_what_changed_since_is_told(shop: PostgreSQL, tmp_path: Path) -> None:
    for file, text in written(tmp_path, "shop", crawl_database("env:SHOP_URL", tmp_path).proposals, guesses=False):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        assert shop.password not in text

    estate = load_estate(tmp_path)

    checks = {spec.name.name: spec.contract.checks for spec in estate.datasets}
    assert Check("primary key", "unique", {"columns": ["order_id", "line"]}) in checks["sales.lines"]
    assert Check("unique email", "unique", {"columns": ["email"]}) in checks["customers"]
    assert changes(crawl_database("env:SHOP_URL", tmp_path), estate, tmp_path) == ()
    shop.run("DROP TABLE rates", "ALTER TABLE sales.lines ADD note text", "CREATE TABLE new (id integer)")
    assert changes(crawl_database("env:SHOP_URL", tmp_path), estate, tmp_path) == (
        Change("new", "new", "table, 1 column"),
        Change("gone", "rates", "env:SHOP_URL#rates"),
        Change("changed", "sales.lines", "column note is new"),
    )


def test_a_written_password_is_refused(shop: PostgreSQL, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds a password") as raised:
        crawl_database(shop.url, tmp_path)

    assert shop.password not in str(raised.value)


def test_the_hash_is_that_of_the_same_rows_in_duckdb(postgresql: PostgreSQL, tmp_path: Path) -> None:
    rows = pa.table(
        {
            "flag": [True, None],
            "day": pa.array([date(2013, 1, 5), None], pa.date32()),
            "clock": pa.array([time(5, 15), None], pa.time64("us")),
            "flight": pa.array([1, None], pa.int64()),
            "delay": [0.1, None],
            "price": pa.array([Decimal("1.25"), None], pa.decimal128(10, 2)),
            "seen": pa.array([datetime(2013, 1, 5, 7, tzinfo=UTC), None], pa.timestamp("us", tz="UTC")),
            "local": pa.array([datetime(2013, 1, 5, 7, tzinfo=UTC).replace(tzinfo=None), None], pa.timestamp("us")),
            "raw": [b"\0\xff", None],
            "name": ["d\u00e9j\u00e0", None],
            "id": [str(UUID(int=7)), None],
        }
    )
    there, here = (
        Content("table", f"{url}#same_rows") for url in (postgresql.url, f"duckdb:///{tmp_path / 'small.duckdb'}")
    )

    for content in (there, here):
        write(content, rows.to_reader())

    try:
        assert inspect(here).content_hash == inspect(there).content_hash
    finally:
        postgresql.run("DROP TABLE same_rows")
