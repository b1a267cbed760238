"""What a crawl proposes for a file of DuckDB."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from connectors.crawl.against import Change, changes
from connectors.crawl.databases import crawl_database
from connectors.crawl.propose import written
from connectors.storage import duckdb_database, inspect, located
from graph_model.contracts.entities import Check
from graph_model.errors import InvalidInput, StorageUnavailable
from graph_model.estate.parse import load_estate
from graph_model.versions.entities import Content

TABLES = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR NOT NULL UNIQUE, nick VARCHAR UNIQUE, born DATE);
COMMENT ON TABLE customers IS 'Who buys here';
COMMENT ON COLUMN customers.born IS 'as they say';
CREATE SCHEMA sales;
CREATE TABLE sales.lines (order_id BIGINT, line UTINYINT, amount DECIMAL(10, 2) NOT NULL, PRIMARY KEY (order_id, line));
CREATE TABLE sales.visits (seen TIMESTAMP_MS, pages STRUCT(path VARCHAR, took INTERVAL)[], moods MAP(VARCHAR, INTEGER));
CREATE TABLE rates AS SELECT code, day FROM range(10) AS r(day), (VALUES ('usd'), ('eur')) AS c(code);
CREATE VIEW adults AS SELECT id, email FROM customers;
"""


def change(folder: Path, text: str) -> None:
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute(text)


@pytest.fixture
def shop(tmp_path: Path) -> str:
    change(tmp_path, TABLES)
    return f"duckdb:///{tmp_path / 'shop.duckdb'}"


def test_tables_and_views_of_all_schemas_are_proposed_with_types_and_constraints(shop: str, tmp_path: Path) -> None:
    crawled = crawl_database(shop, tmp_path)
    found = {one.name: one for one in crawled.proposals}

    assert crawled.skipped == ()
    assert {name: (one.url, one.table, one.key, one.unique) for name, one in found.items()} == {
        "adults": ("duckdb:///{root}/shop.duckdb", "adults", (), ()),
        "customers": ("duckdb:///{root}/shop.duckdb", "customers", ("id",), ("email",)),
        "rates": ("duckdb:///{root}/shop.duckdb", "rates", (), ()),
        "sales.lines": ("duckdb:///{root}/shop.duckdb", "sales.lines", ("order_id", "line"), ()),
        "sales.visits": ("duckdb:///{root}/shop.duckdb", "sales.visits", (), ()),
    }
    assert [(column.path, column.type, column.nullable) for column in found["sales.lines"].columns] == [
        ("order_id", "int64", False),
        ("line", "uint8", False),
        ("amount", "decimal(10,2)", False),
    ]
    assert [column.type for column in found["sales.visits"].columns] == [
        "timestamp(ms)",
        "list<struct<path:string,took:unknown>>",
        "map<string,int32>",
    ]
    assert [(guess.value, guess.why) for guess in found["rates"].keys] == [("code, day", "unique together in 20 rows")]
    assert (found["adults"].summary, found["rates"].summary) == ("view, 2 columns", "table, 2 columns")
    assert found["customers"].description == "Who buys here"
    assert found["customers"].columns[3].description == "as they say"


def test_one_schema_or_one_table_is_proposed_alone(shop: str, tmp_path: Path) -> None:
    assert [one.name for one in crawl_database(shop, tmp_path, schema="sales").proposals] == [
        "sales.lines",
        "sales.visits",
    ]
    assert [one.name for one in crawl_database(shop, tmp_path, table="rates").proposals] == ["rates"]


def test_what_is_written_is_an_estate_that_workers_read(shop: str, tmp_path: Path) -> None:
    for file, text in written(tmp_path / "out", "shop", crawl_database(shop, tmp_path).proposals, guesses=False):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    estate = load_estate(tmp_path / "out")

    checks = {spec.name.name: spec.contract.checks for spec in estate.datasets}
    assert Check("primary key", "unique", {"columns": ["order_id", "line"]}) in checks["sales.lines"]
    assert Check("unique email", "unique", {"columns": ["email"]}) in checks["customers"]
    assert changes(crawl_database(shop, tmp_path), estate, tmp_path) == ()
    for spec in estate.datasets:
        place = located(Content("table", f"{spec.options['url']}#{spec.options['table']}"), tmp_path)
        assert [column.type for column in inspect(place).columns] == [column.type for column in spec.contract.columns]

    change(
        tmp_path, "DROP TABLE rates; ALTER TABLE sales.visits ADD COLUMN note VARCHAR; CREATE TABLE new (id INTEGER)"
    )
    assert changes(crawl_database(shop, tmp_path), estate, tmp_path) == (
        Change("new", "new", "table, 1 column"),
        Change("gone", "rates", "duckdb:///{root}/shop.duckdb#rates"),
        Change("changed", "sales.visits", "column note is new"),
    )


def test_a_file_that_cannot_be_looked_into_is_told(shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_database, "LOCK_WAIT_SECONDS", 0.0)
    with pytest.raises(InvalidInput, match="there is no file"):
        crawl_database(f"duckdb:///{tmp_path / 'none.duckdb'}", tmp_path)
    assert not (tmp_path / "none.duckdb").exists()
    (tmp_path / "text.duckdb").write_text("not a database at all")
    with pytest.raises(StorageUnavailable, match="not a valid DuckDB database file"):
        crawl_database(f"duckdb:///{tmp_path / 'text.duckdb'}", tmp_path)


def test_a_view_that_reads_another_file_is_left_out_and_told(shop: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    change(tmp_path, f"CREATE VIEW secret AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")

    crawled = crawl_database(shop, tmp_path)

    assert [(one.place, "file system operations are disabled" in one.reason) for one in crawled.skipped] == [
        ("secret", True)
    ]
    assert len(crawled.proposals) == 5
