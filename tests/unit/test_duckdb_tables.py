"""Tables and views of DuckDB files as contents."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.storage import expose, inspect, read, write
from graph_model.errors import ContentError
from tests.support.checks import result_of
from tests.support.duckdb_tables import at, run
from tests.support.tables import ROWS, check_a_broken_write_leaves_the_old_rows, check_rows_come_and_go


def test_rows_are_written_read_and_dropped_again(tmp_path: Path) -> None:
    run(tmp_path, "CREATE SCHEMA sales")
    check_rows_come_and_go(at(tmp_path, "sales.Flights of UA"), r"sales\.Flights of UA")


def test_a_write_that_fails_leaves_the_old_rows(tmp_path: Path) -> None:
    check_a_broken_write_leaves_the_old_rows(at(tmp_path, "flights"))


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
