"""What a crawl proposes for a database, from what the database says of itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connectors.crawl.against import Change, changes
from connectors.crawl.databases import crawl_database
from connectors.crawl.propose import propose, scope_of, written
from graph_model.contracts.entities import Check
from graph_model.errors import InvalidInput, StorageUnavailable
from graph_model.estate.parse import load_estate

TABLES = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, nick TEXT UNIQUE, born DATE);
CREATE TABLE lines (order_id INTEGER, line INTEGER, amount NUMERIC(10, 2) NOT NULL, PRIMARY KEY (order_id, line));
CREATE TABLE rates (code TEXT, day TEXT, rate REAL);
CREATE VIEW adults AS SELECT id, email FROM customers;
"""


@pytest.fixture
def shop(tmp_path: Path) -> str:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database, database:
        database.executescript(TABLES)
        rates = [(code, f"2013-01-{day:02}", 1.0) for code in ("usd", "eur") for day in range(1, 11)]
        database.executemany("INSERT INTO rates VALUES (?, ?, ?)", rates)
    return f"sqlite:///{tmp_path / 'shop.db'}"


def test_tables_and_views_are_proposed_with_their_columns_and_constraints(shop: str, tmp_path: Path):
    found = {one.name: one for one in crawl_database(shop, tmp_path).proposals}

    assert {name: (one.url, one.table, one.key, one.unique) for name, one in found.items()} == {
        "adults": ("sqlite:///{root}/shop.db", "adults", (), ()),
        "customers": ("sqlite:///{root}/shop.db", "customers", ("id",), ("email",)),
        "lines": ("sqlite:///{root}/shop.db", "lines", ("order_id", "line"), ()),
        "rates": ("sqlite:///{root}/shop.db", "rates", (), ()),
    }
    assert [(column.path, column.type, column.nullable) for column in found["customers"].columns] == [
        ("id", "integer", False),
        ("email", "string", False),
        ("nick", "string", True),
        ("born", "date", True),
    ]
    assert [(guess.value, guess.why) for guess in found["rates"].keys] == [("code, day", "unique together in 20 rows")]
    assert (found["adults"].summary, found["rates"].summary) == ("view, 2 columns", "table, 3 columns")


def test_its_contracts_promise_what_the_database_promises(shop: str, tmp_path: Path):
    for file, text in written(tmp_path / "out", "shop", crawl_database(shop, tmp_path).proposals, guesses=False):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    estate = load_estate(tmp_path / "out")

    checks = {spec.name.name: spec.contract.checks for spec in estate.datasets}
    assert Check("primary key", "unique", {"columns": ["order_id", "line"]}) in checks["lines"]
    assert Check("required columns", "not_null", {"columns": ["order_id", "line", "amount"]}) in checks["lines"]
    assert Check("unique email", "unique", {"columns": ["email"]}) in checks["customers"]
    assert [check.kind for check in checks["rates"]] == ["schema"]
    assert changes(crawl_database(shop, tmp_path), estate, tmp_path) == ()


def test_repeating_it_shows_what_is_new_gone_and_changed(shop: str, tmp_path: Path):
    for file, text in written(tmp_path / "out", "shop", crawl_database(shop, tmp_path).proposals, guesses=False):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database, database:
        database.executescript(
            "DROP TABLE rates; ALTER TABLE lines ADD COLUMN note TEXT; CREATE TABLE new (id INTEGER);"
        )

    assert changes(crawl_database(shop, tmp_path), load_estate(tmp_path / "out"), tmp_path) == (
        Change("changed", "lines", "column note is new"),
        Change("new", "new", "table, 1 column"),
        Change("gone", "rates", "sqlite:///{root}/shop.db#rates"),
    )


def test_one_table_is_proposed_by_its_name(shop: str, tmp_path: Path):
    assert propose(f"{shop}#lines", tmp_path).table == "lines"
    with pytest.raises(InvalidInput, match="is no dataset: nothing is called so"):
        propose(f"{shop}#nothing", tmp_path)
    with pytest.raises(InvalidInput, match="write URL#TABLE"):
        propose(shop, tmp_path)


def test_an_address_in_a_variable_stays_there(shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOP_URL", shop)

    found = crawl_database("env:SHOP_URL", tmp_path)

    assert {one.url for one in found.proposals} == {"env:SHOP_URL"}
    with pytest.raises(InvalidInput, match="the environment here has no variable NOT_SET"):
        crawl_database("env:NOT_SET", tmp_path)


def test_a_password_is_refused_and_never_shown(tmp_path: Path):
    with pytest.raises(InvalidInput, match="holds a password") as raised:
        crawl_database("postgresql+psycopg://me:geheim@127.0.0.1/db", tmp_path)

    assert "geheim" not in str(raised.value)


def test_a_database_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(InvalidInput, match="there is no file"):
        crawl_database(f"sqlite:///{tmp_path / 'none.db'}", tmp_path)
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(StorageUnavailable, match="no driver for nothing"):
        crawl_database("nothing://host/db", tmp_path)
    (tmp_path / "text.db").write_text("not a database at all, but a text that is long enough to be one")
    with pytest.raises(StorageUnavailable, match="cannot be looked into"):
        crawl_database(f"sqlite:///{tmp_path / 'text.db'}", tmp_path)


@pytest.mark.parametrize(
    ("target", "scope"),
    [
        ("sqlite:////srv/Shop.db", "shop"),
        ("postgresql://me@host/ware-house?sslmode=require", "ware-house"),
        ("env:WAREHOUSE_URL", "warehouse_url"),
        ("/srv/My Data", "my_data"),
        ("/", "data"),
    ],
)
def test_the_estate_is_called_like_what_was_crawled(target: str, scope: str):
    assert scope_of(target) == scope


def test_a_table_may_be_called_anything(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "odd.db")) as database, database:
        database.execute('CREATE TABLE "a/b ""c: #1" ("x: y" INTEGER NOT NULL, "true" TEXT, "d.e" TEXT)')
        database.execute("CREATE TABLE a_b_c_1 (id INTEGER)")
    for file, text in written(
        tmp_path / "out",
        "odd",
        crawl_database(f"sqlite:///{tmp_path / 'odd.db'}", tmp_path).proposals,
        guesses=False,
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    odd, plain = load_estate(tmp_path / "out").datasets

    assert (odd.name.name, odd.options["table"]) == ("a_b_c_1", 'a/b "c: #1')
    assert (plain.name.name, plain.options["table"]) == ("a_b_c_1_", "a_b_c_1")
    assert [column.path for column in odd.contract.columns] == ["x: y", "true", "d.e"]
