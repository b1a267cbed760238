"""Rows that appear in a table become versions, once each: in SQLite and in PostgreSQL, on each engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from connectors.sql.columns import read_columns
from connectors.table_arrivals import NULL, rows_of
from graph_model.arrivals.entities import RowsMark
from graph_model.arrivals.repository import watched_datasets
from graph_model.arrivals.watch import TableWatch
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme
from graph_model.store.graph import Graph
from graph_model.versions.entities import Content
from graph_model.versions.repository import versions
from graph_model.versions.roots import Roots
from tests.integration.api import app_on, data
from tests.support.postgresql import PostgreSQL
from workers.arrivals import Watcher

RAW = Name("shop", "raw")
DAYS = PartitionScheme("day", "2013-01-01")
MAKE = "CREATE TABLE sales (day date, amount integer, updated_at timestamp)"


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Table:
    """A table `sales` in SQLite, and a watcher that looks at it when a test says so."""

    def __init__(self, graph: Graph, folder: Path) -> None:
        self.graph, self.folder, self.clock = graph, folder, Clock()
        self.watcher = self.another_watcher()
        self.run(MAKE)

    def run(self, *statements: str) -> None:
        connection = sqlite3.connect(self.folder / "w.db")
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    def insert(self, day: str, amount: int, at: str = "2013-02-01 06:00:00") -> None:
        self.run(f"INSERT INTO sales VALUES ('{day}', {amount}, '{at}')")

    def another_watcher(self) -> Watcher:
        return Watcher(self.graph, broker_url=None, roots=Roots(self.folder), clock=self.clock)

    def look(self, seconds: float, watcher: Watcher | None = None) -> None:
        self.clock.now += seconds
        (watcher or self.watcher).look()

    def declare(self, arrival: str, partition: str = "{every: day, from: 2013-01-01}") -> None:
        file = self.folder / "estate.yaml"
        file.write_text(
            "scope: shop\nnamespace: shop\ndatasets:\n  raw:\n    format: table\n    owner: flights-team\n"
            "    url: 'sqlite:///{root}/w.db'\n    table: sales\n"
            + (f"    partition: {partition}\n" if partition else "")
            + f"    arrival: {arrival}\n"
        )
        apply(self.graph, load_estate(file), read_columns=read_columns, actor="test")

    def keys(self) -> list[str]:
        return sorted(found.partition for found in versions(self.graph, RAW, limit=5000))


@pytest.fixture
def table(graph: Graph, tmp_path: Path) -> Table:
    return Table(graph, tmp_path)


def test_rows_are_a_version_once_they_have_not_changed_for_a_while(table: Table) -> None:
    table.declare("{watch: table, column: day, changed: updated_at}")
    table.insert("2013-01-05", 1)
    table.look(0)
    table.insert("2013-01-05", 2)
    table.look(25)
    table.look(15)
    assert table.keys() == []

    table.look(20)

    (found,) = versions(table.graph, RAW)
    assert (found.partition, found.location) == ("2013-01-05", "sqlite:///{root}/w.db#sales")


def test_nothing_is_reported_twice_and_only_the_partition_that_changed_is_corrected(table: Table) -> None:
    table.declare("{watch: table, column: day, changed: updated_at}")
    table.insert("2013-01-05", 1)
    table.insert("2013-01-06", 1)
    table.look(0)
    table.look(30)
    other = table.another_watcher()
    for _ in range(3):
        table.look(30, other)
        table.look(30)
    assert table.keys() == ["2013-01-05", "2013-01-06"]

    table.run("UPDATE sales SET amount = 7, updated_at = '2013-02-02 06:00:00' WHERE day = '2013-01-05'")
    for _ in range(3):
        table.look(30)
        table.look(30, other)

    assert table.keys() == ["2013-01-05", "2013-01-05", "2013-01-06"]


def test_a_whole_table_is_one_partition_and_empty_it_is_none(table: Table) -> None:
    table.declare("{watch: table, changed: updated_at}", partition="")
    table.look(0)
    table.look(30)
    assert table.keys() == []

    table.insert("anything", 1)
    table.look(30)
    table.look(30)

    assert table.keys() == [""]


def test_strange_values_are_told_once_and_rows_before_the_first_partition_are_left_alone(table: Table) -> None:
    table.declare("{watch: table, column: day}")
    table.insert("soon", 1)
    table.run("INSERT INTO sales VALUES (NULL, 1, NULL)")
    table.insert("2012-12-31", 1)
    for _ in range(3):
        table.look(30)

    (watched,) = watched_datasets(table.graph)
    titles = [notice["title"] for notice in table.graph.rows("notify.unsent", most=10)]

    assert watched.strange == (NULL, "soon")
    assert titles == ["rows of shop/raw have values that are no partition"]
    assert table.keys() == []


def test_trouble_is_told_once_and_over_when_it_is_over(table: Table) -> None:
    table.declare("{watch: table, column: dax}")
    for _ in range(3):
        table.look(30)
    (watched,) = watched_datasets(table.graph)
    assert watched.trouble == "sales has no column dax; did you mean day?"
    assert len(table.graph.rows("notify.unsent", most=10)) == 1

    table.run("ALTER TABLE sales RENAME COLUMN day TO dax")
    table.look(30)

    assert watched_datasets(table.graph)[0].trouble == ""


def test_thousands_of_values_cost_one_query_for_each_look(table: Table) -> None:
    table.declare("{watch: table, column: amount}", partition="{keys: [" + ", ".join(map(repr, NUMBERS)) + "]}")
    table.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) "
        "INSERT INTO sales SELECT NULL, i, NULL FROM n"
    )
    table.look(0)

    with counted_queries() as asked:
        table.look(10)

    assert len(asked) == 1
    assert len(watched_datasets(table.graph)[0].strange) == 20
    table.look(30)
    assert table.keys() == sorted(NUMBERS)


NUMBERS = [str(number) for number in range(1, 121)]


class counted_queries:  # noqa: N801
    """The SELECTs on the table while it lasts."""

    def __enter__(self) -> list[str]:
        self.asked: list[str] = []
        event.listen(sa.Engine, "before_cursor_execute", self._count)
        return self.asked

    def __exit__(self, *_: object) -> None:
        event.remove(sa.Engine, "before_cursor_execute", self._count)

    def _count(self, *given: Any) -> None:
        if "FROM sales" in given[2]:
            self.asked.append(given[2])


@pytest.fixture
def server(postgresql: PostgreSQL) -> Iterator[PostgreSQL]:
    yield postgresql
    postgresql.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


@pytest.fixture
def looked_at(server: PostgreSQL, tmp_path: Path) -> Callable[..., dict[str, RowsMark]]:
    def rows(watch: TableWatch, table: str, scheme: PartitionScheme = DAYS, **given: float) -> dict[str, RowsMark]:
        content = Content("table", f"{server.url}#{table}")
        return rows_of(watch, content, partitions=scheme, roots=Roots(tmp_path, databases=("*",)), **given)

    return rows


@pytest.mark.xdist_group("postgresql")
def test_postgresql_rows_are_found_by_dates_moments_and_texts(
    server: PostgreSQL, looked_at: Callable[..., dict[str, RowsMark]]
) -> None:
    server.run(
        "CREATE TABLE sales (day date, at timestamptz, region text, id int)",
        "INSERT INTO sales VALUES ('2013-01-05', '2013-01-05 23:30Z', 'us', 1),"
        " ('2013-01-06', '2013-01-06 00:30Z', 'emea', 10), ('2013-01-06', '2013-01-06 05:00Z', NULL, 9)",
    )
    in_new_york = PartitionScheme("day", timezone="America/New_York")

    assert looked_at(TableWatch("day", "id"), "sales") == {
        "2013-01-05": RowsMark(1, "1"),
        "2013-01-06": RowsMark(2, "10"),
    }
    assert looked_at(TableWatch("day", "id"), "sales", PartitionScheme("month")) == {"2013-01": RowsMark(3, "10")}
    assert {key: mark.number for key, mark in looked_at(TableWatch("at"), "sales", in_new_york).items()} == {
        "2013-01-05": 2,
        "2013-01-06": 1,
    }
    regions = PartitionScheme("list", keys=("us", "emea"))
    assert set(looked_at(TableWatch("region"), "public.sales", regions)) == {"us", "emea", NULL}


@pytest.mark.xdist_group("postgresql")
def test_postgresql_a_look_that_takes_too_long_is_broken_off_there(
    server: PostgreSQL, looked_at: Callable[..., dict[str, RowsMark]]
) -> None:
    server.run("CREATE VIEW slow AS SELECT date '2013-01-05' AS day, pg_sleep(20)::text AS waited")

    with pytest.raises(StorageUnavailable, match=r"took longer than 0\.5 s: an index"):
        looked_at(TableWatch("day", "waited"), "slow", seconds=0.5)

    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%slow%' AND state = 'active' AND pid <> %s"
    assert server.asked(running.replace("%s", "pg_backend_pid()"))[0][0] == 0


@pytest.mark.xdist_group("postgresql")
def test_postgresql_a_look_only_reads(server: PostgreSQL, looked_at: Callable[..., dict[str, RowsMark]]) -> None:
    server.run(
        "CREATE TABLE seen (id serial)",
        "CREATE FUNCTION again() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO seen DEFAULT VALUES RETURNING id'",
        "CREATE VIEW sly AS SELECT date '2013-01-05' AS day, again() AS id",
    )

    with pytest.raises(StorageUnavailable, match="read-only transaction"):
        looked_at(TableWatch("day", "id"), "sly")

    assert server.asked("SELECT count(*) FROM seen")[0][0] == 0


@pytest.mark.xdist_group("postgresql")
def test_postgresql_rows_become_versions(
    graph: Graph, server: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE", server.url)
    server.run("CREATE TABLE sales (day date, id int)", "INSERT INTO sales VALUES ('2013-01-05', 1)")
    file = tmp_path / "estate.yaml"
    file.write_text(
        "scope: shop\nnamespace: shop\ndatasets:\n  raw: {format: table, url: 'env:WAREHOUSE', table: sales, "
        "owner: flights-team, partition: {every: day}, arrival: {watch: table, column: day, changed: id}}\n"
    )
    apply(graph, load_estate(file), read_columns=read_columns, actor="test")
    clock = Clock()
    watcher = Watcher(graph, broker_url=None, roots=Roots(tmp_path, databases=("env:*",)), clock=clock)
    for _ in range(3):
        watcher.look()
        clock.now += 30

    server.run("INSERT INTO sales VALUES ('2013-01-05', 2), ('2013-01-06', 3)")
    for _ in range(3):
        watcher.look()
        clock.now += 30

    found = sorted((one.partition, one.location) for one in versions(graph, RAW))
    place = "env:WAREHOUSE#sales"
    assert found == [("2013-01-05", place), ("2013-01-05", place), ("2013-01-06", place)]


def test_a_database_that_is_not_listed_is_not_opened(tmp_path: Path) -> None:
    content = Content("table", "postgresql+psycopg://somebody@elsewhere/db#sales")

    with pytest.raises(ContentError, match="HEADWATER_DATA_DATABASES"):
        rows_of(TableWatch("day"), content, partitions=DAYS, roots=Roots(tmp_path))


def test_graphql_says_how_a_table_is_watched(table: Table) -> None:
    table.declare("{watch: table, column: day, changed: updated_at, stable_for: 1m}")

    asked = "... on Dataset { arrival { watch column changed stableFor } }"
    query = f'{{ dataset(namespace: "shop", name: "raw") {{ {asked} }} }}'

    said = {"watch": "table", "column": "day", "changed": "updated_at", "stableFor": 60.0}
    assert data(app_on(table.graph), query)["dataset"]["arrival"] == said
