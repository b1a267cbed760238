"""SQL jobs inside of databases that are files: SQLite and DuckDB, with the real processes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from connectors import storage
from connectors.databases.attempt import attempt_of
from connectors.databases.statements import answer_of
from connectors.databases.trouble import may_end_otherwise
from connectors.storage.database import engine_of, writing
from connectors.storage.fences import Fence, end_fence, hold_fence, make_fence_table, raise_fence
from graph_model.errors import FenceOver
from graph_model.names import Name
from graph_model.runs.entities import RunInput
from graph_model.versions.entities import Content
from graph_model.versions.places import MOST_BYTES, is_of_attempt, output_content
from tests.support.databases import a_call, a_query, a_staged_table, a_table, done, later, roots_at, rows_of
from tests.support.tasks import DAY, an_input, an_output, carried_out, result_of
from workers.executors import CannotRunError
from workers.places import remove_staging

ORDERS = "CREATE TABLE orders (id INTEGER, day DATE, amount DOUBLE PRECISION)"
ROWS = f"INSERT INTO orders VALUES (1, '{DAY}', 2.5), (2, '{DAY}', 1.0), (3, '2013-01-04', 9.0)"
SUMS = "SELECT day, sum(amount) AS total, ':partition' AS said FROM orders WHERE day = :partition GROUP BY day"


@pytest.fixture(params=["sqlite", "duckdb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database file below the root, with the table `orders`."""
    address = f"{request.param}:///{tmp_path}/warehouse.db"
    execute(address, ORDERS, ROWS)
    return address


def execute(url: str, *statements: str) -> list[Any]:
    engine = engine_of(sa.make_url(url), writes=True)
    with writing(engine) as connection:
        results = [connection.execute(sa.text(one)) for one in statements]
        rows = list(results[-1].all()) if results[-1].returns_rows else []
    engine.dispose()
    return rows


def tables_in(url: str) -> set[str]:
    engine = engine_of(sa.make_url(url), writes=True)
    names = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_a_query_is_answered_by_the_database_into_a_table_of_its_run(url: str, tmp_path: Path) -> None:
    run = a_query(SUMS, (a_table("orders", url, "orders"),), a_staged_table("sums", url))

    task, result = done(run, tmp_path)

    assert result == {"metrics": {}}
    assert [(str(row["day"]), row["total"], row["said"]) for row in rows_of(task.run.outputs[0].content, tmp_path)] == [
        (DAY, 3.5, ":partition")
    ]
    assert tables_in(url) == {"orders", "headwater_fence", "sums__20130105_01234567_1"}


def test_a_window_is_one_table_whose_rows_say_their_partition(url: str, tmp_path: Path) -> None:
    execute(url, "CREATE TABLE orders_before AS SELECT * FROM orders WHERE id = 3")
    execute(url, "DELETE FROM orders WHERE id = 3")
    inputs = (a_table("orders", url, "orders_before", partition="2013-01-04"), a_table("orders", url, "orders"))
    query = "SELECT _partition, count(*) AS n FROM orders GROUP BY _partition ORDER BY 1"
    run = a_query(query, inputs, a_staged_table("sums", url), mappings={"orders": "last 2 days"})

    task, result = done(run, tmp_path)

    assert result == {"metrics": {}}
    assert rows_of(task.run.outputs[0].content, tmp_path) == [
        {"_partition": "2013-01-04", "n": 1},
        {"_partition": DAY, "n": 2},
    ]


@pytest.mark.parametrize(
    ("query", "retry"),
    [
        ("SELECT nothing FROM orders", False),
        ("SELECT 1 AS a) answer; DELETE FROM orders; SELECT * FROM (SELECT 2", False),
        ("DELETE FROM orders RETURNING id", False),
    ],
)
def test_what_is_no_query_over_what_is_there_is_refused_once_and_changes_nothing(
    url: str, tmp_path: Path, query: str, retry: bool
) -> None:
    run = a_query(query, (a_table("orders", url, "orders"),), a_staged_table("sums", url))

    _, result = done(run, tmp_path)

    assert result["retry"] is retry
    assert "\n" not in result["reason"]
    assert execute(url, "SELECT count(*) FROM orders") == [(3,)]
    assert not any(name.startswith("sums") for name in tables_in(url))


def test_an_older_attempt_is_refused_by_the_database_itself(url: str, tmp_path: Path) -> None:
    old = a_query(SUMS, (a_table("orders", url, "orders"),), a_staged_table("sums", url))
    new = later(old)
    done(new, tmp_path)

    _, result = done(old, tmp_path)

    assert result == {
        "reason": f"test/sums {DAY} may not be written by this attempt any more: rn_fedcba9876543-1 owns it",
        "retry": False,
    }
    assert "sums__20130105_01234567_1" not in tables_in(url)


def test_what_a_dead_attempt_left_goes_and_it_may_not_come_back(url: str, tmp_path: Path) -> None:
    run = a_query(SUMS, (a_table("orders", url, "orders"),), a_staged_table("sums", url))
    task, _ = done(run, tmp_path)

    remove_staging(task.run, task.run.outputs)
    _, again = done(run, tmp_path)

    assert "may not be written by this attempt any more: a later one owns it" in again["reason"]
    _, next_one = done(replace(run, fence=2, outputs=(a_staged_table("sums", url, fence=2),)), tmp_path)
    assert "reason" not in next_one
    assert {name for name in tables_in(url) if name.startswith("sums")} == {"sums__20130105_01234567_2"}


def test_a_fence_knows_one_owner_at_a_time(url: str) -> None:
    engine = engine_of(sa.make_url(url), writes=True)
    first, second = (Fence("a/b", DAY, number, f"rn-{number}") for number in (1, 2))
    make_fence_table(engine, "sums")
    make_fence_table(engine, "sums")
    with writing(engine) as connection:
        raise_fence(connection, "sums", first)
        raise_fence(connection, "sums", second)

    for late in (raise_fence, hold_fence):
        with writing(engine) as connection, pytest.raises(FenceOver, match="rn-2 owns it"):
            late(connection, "sums", first)
    with writing(engine) as connection:
        hold_fence(connection, "sums", second)
        raise_fence(connection, "sums", replace(first, partition="2013-01-06"))
        end_fence(connection, "sums", second)
    with writing(engine) as connection, pytest.raises(FenceOver):
        hold_fence(connection, "sums", second)
    engine.dispose()


def test_what_was_exposed_later_stays(url: str, tmp_path: Path) -> None:
    execute(url, "CREATE TABLE old (id BIGINT)", "INSERT INTO old VALUES (1)")
    execute(url, "CREATE TABLE new (id BIGINT)", "INSERT INTO new VALUES (2)")
    fixed = Content("table", f"{url}#board")
    fences = {name: Fence("test/board", DAY, number, name) for number, name in enumerate(("old", "new"))}

    for name in ("old", "new", "new", "old"):
        storage.expose(Content("table", f"{url}#{name}"), fixed, DAY, fences[name])

    assert rows_of(fixed, tmp_path) == [{"id": 2}]
    storage.expose(Content("table", f"{url}#old"), fixed, DAY)
    assert rows_of(fixed, tmp_path) == [{"id": 1}], "without a fence it is as it was"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (an_input("orders", "orders.csv"), "runs in a database, and test/orders is a csv"),
        (a_table("orders", "sqlite:///other.db", "t"), "test/orders lies in another one"),
    ],
)
def test_everything_that_a_query_reads_lies_in_its_database(
    url: str, tmp_path: Path, item: RunInput, reason: str
) -> None:
    run = a_query(SUMS, (item,), a_staged_table("sums", url))

    with pytest.raises(CannotRunError, match=reason):
        carried_out(run, roots_at(tmp_path))


def test_the_answer_of_a_query_is_one_table(url: str, tmp_path: Path) -> None:
    run = a_query(SUMS, (), a_staged_table("sums", url))

    with pytest.raises(CannotRunError, match="has 2 outputs; a SQL job writes exactly one"):
        carried_out(replace(run, outputs=(*run.outputs, a_staged_table("more", url))), roots_at(tmp_path))


def test_an_argument_that_stands_for_nothing_stops_a_call_before_it_starts(url: str, tmp_path: Path) -> None:
    run = a_call("p", a_staged_table("sums", url), {"day": "{partitoin}"})

    with pytest.raises(
        CannotRunError, match=r"\{partitoin\}, which stands for nothing here; did you mean \{partition\}"
    ):
        carried_out(run, roots_at(tmp_path))


def test_a_file_that_others_write_is_waited_for_and_then_tried_again(tmp_path: Path) -> None:
    engine = engine_of(sa.make_url(f"sqlite:///{tmp_path}/w.db?timeout=0"), writes=True)
    impatient = sa.create_engine(f"sqlite:///{tmp_path}/w.db", connect_args={"timeout": 0})
    with writing(engine), pytest.raises(OperationalError) as locked, impatient.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")

    assert may_end_otherwise(locked.value)
    engine.dispose()
    impatient.dispose()


@pytest.mark.parametrize(
    "written",
    [
        "a::text",
        "'x :partition'",
        '":partition"',
        "$$ :partition $$",
        "1 -- :partition",
        "/* :partition */ 1",
        "a:partition",
    ],
)
def test_only_the_placeholder_is_one(written: str) -> None:
    made = answer_of(sa.create_engine("sqlite://").dialect, written, inputs={}, windows=(), partition=DAY)

    assert made.values == {}
    assert str(sa.text(made.text).compile()).split("(\n")[1].startswith(written)


def test_names_of_tables_of_runs_stay_apart_where_names_are_cut() -> None:
    def staged(dataset: str, fence: int) -> Content:
        options = {"url": "sqlite:///x.db", "table": f"sales.{dataset}"}
        return output_content(
            Name("n", dataset),
            format="table",
            location=None,
            options=options,
            expose=None,
            key=DAY,
            run="rn_0123456789abcdef",
            fence=fence,
        )

    places = [staged(f"{'é' * 40}{end}", fence) for end in "ab" for fence in (1, 12)]

    names = [place.location.partition("#sales.")[2] for place in places]
    assert len(set(names)) == 4
    assert all(len(name.encode()) <= MOST_BYTES for name in names)
    assert is_of_attempt(places[1], "rn_0123456789abcdef/12")
    assert staged("short", 1).location == "sqlite:///x.db#sales.short__20130105_01234567_1"


def test_sessions_sort_like_their_attempts_and_fit_into_a_name() -> None:
    outputs = [{"dataset": "a/b", "partition": DAY, "table": "t"}]
    attempts = [attempt_of("a/job 2013", number, "rn_0123456789abc-3", outputs) for number in (9, 10, 10**18)]

    names = [each.settings(timeout_seconds=5, partition=DAY)["application_name"] for each in attempts]

    assert names == sorted(names)
    assert all(len(name.encode()) <= MOST_BYTES for name in names)
    assert len({name[:16] for name in names}) == 1


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('{root}/raw.csv')",
        "COPY (SELECT 1) TO '{root}/stolen.csv'",
        "ATTACH '{root}/other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM duckdb_secrets(); COPY (SELECT 1) TO '{root}/stolen.csv'",
    ],
)
def test_a_query_of_duckdb_sees_its_inputs_and_no_other_file(tmp_path: Path, query: str) -> None:
    (tmp_path / "raw.csv").write_text("id\n1\n")
    (tmp_path / "seen.csv").write_text("id\n1\n")
    duckdb.connect(str(tmp_path / "other.db")).close()
    run = a_query(query.replace("{root}", str(tmp_path)), (an_input("seen", "seen.csv"),), an_output("out"))
    assert run.job is not None
    run = replace(run, job=replace(run.job, executor={"text": query.replace("{root}", str(tmp_path))}))

    task, _, ended = carried_out(run, tmp_path)

    assert ended.exit_code == 1
    assert result_of(task)["reason"]
    assert not (tmp_path / "stolen.csv").exists()
