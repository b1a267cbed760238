"""What is read out of texts that write: inserts, updates, merges, procedures, tables that live only in a text."""

from __future__ import annotations

import pytest

from connectors.sql.dialects import dialect_of
from connectors.sql.origins import Way
from connectors.sql.reads import RESULT, ScriptReads, TableReads, UnreadableSqlError, dumps, loads
from connectors.sql.script import read_script

TABLES = {"s": ("id", "x", "y"), "t": ("id", "v", "w"), "b": ("id", "q"), "shop.main.orders": ("id", "total")}
MARKS = {Way.INDIRECT: "~", Way.IDENTITY: "=", Way.TRANSFORMATION: "", Way.AGGREGATION: "Σ"}


def read(text: str, dialect: str = "postgres") -> ScriptReads:
    return read_script(text, dialect=dialect, tables=TABLES, path=("shop", "main"))


def flows(written: TableReads) -> set[str]:
    """`source.column>column`, marked `=` for the value itself, `Σ` for an aggregate, `~` for what only decides it."""
    return {
        f"{MARKS[way]}{table}.{column}>{name}"
        for name, origins in written.columns.items()
        for (table, column), way in origins.items()
    }


def shapes(written: TableReads) -> set[str]:
    return {".".join(leaf) for leaf in written.shapes}


@pytest.mark.parametrize(
    ("dialect", "text", "table", "flowing", "shaping"),
    [
        (
            "postgres",
            "INSERT INTO t SELECT id, sum(x), max(y + 1) FROM s WHERE y > 1 GROUP BY id",
            "t",
            {"=s.id>id", "Σs.x>v", "Σs.y>w"},
            {"s.id", "s.y"},
        ),
        ("postgres", "INSERT INTO t (w, v) SELECT x, x FROM s", "t", {"=s.x>w", "=s.x>v"}, set()),
        ("postgres", "INSERT INTO t (id, v) VALUES (1, (SELECT max(x) FROM s))", "t", {"Σs.x>v"}, set()),
        ("duckdb", "INSERT INTO t BY NAME SELECT x AS w FROM s", "t", {"=s.x>w"}, set()),
        (
            "postgres",
            "INSERT INTO t (id, v) SELECT id, x FROM s ON CONFLICT (id) DO UPDATE SET v = excluded.v + t.w",
            "t",
            {"=s.id>id", "s.x>v", "t.w>v"},
            {"s.id", "t.id"},
        ),
        (
            "mysql",
            "INSERT INTO t (id, v) SELECT id, x FROM s ON DUPLICATE KEY UPDATE v = VALUES(v) + w",
            "t",
            {"=s.id>id", "s.x>v", "t.w>v"},
            set(),
        ),
        (
            "postgres",
            "UPDATE t SET v = b.q + 1 FROM b WHERE t.id = b.id AND w > 3",
            "t",
            {"b.q>v"},
            {"b.id", "t.id", "t.w"},
        ),
        (
            "postgres",
            "UPDATE t SET (v, w) = (SELECT x, y FROM s)",
            "t",
            {"=s.x>v", "=s.y>v", "=s.x>w", "=s.y>w"},
            set(),
        ),
        ("tsql", "UPDATE z SET v = b.q FROM t AS z JOIN b ON z.id = b.id", "t", {"=b.q>v"}, {"b.id", "t.id"}),
        ("mysql", "UPDATE t JOIN b ON t.id = b.id SET t.v = b.q", "t", {"=b.q>v"}, {"b.id", "t.id"}),
        ("postgres", "DELETE FROM t USING b WHERE t.id = b.id", "t", set(), {"b.id", "t.id"}),
        ("mysql", "DELETE z FROM t AS z JOIN b ON z.id = b.id WHERE b.q > 1", "t", set(), {"b.id", "b.q", "t.id"}),
        (
            "postgres",
            (
                "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.y > 1 THEN UPDATE SET v = s.x"
                " WHEN NOT MATCHED THEN INSERT (id, w) VALUES (s.id, s.y * 2) WHEN NOT MATCHED BY SOURCE THEN DELETE"
            ),
            "t",
            {"=s.x>v", "=s.id>id", "s.y>w"},
            {"s.id", "t.id", "s.y"},
        ),
        (
            "spark",
            "MERGE INTO u USING s ON u.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
            "shop.main.u",
            {"=s.id>id", "=s.x>x", "=s.y>y"},
            {"s.id", "shop.main.u.id"},
        ),
        ("postgres", "CREATE VIEW v (one, two) AS SELECT x, y FROM s", "shop.main.v", {"=s.x>one", "=s.y>two"}, set()),
        ("snowflake", "CREATE TABLE n CLONE s", "shop.main.n", {"=s.id>id", "=s.x>x", "=s.y>y"}, set()),
        ("tsql", "SELECT x INTO n FROM s WHERE y = 1", "shop.main.n", {"=s.x>x"}, {"s.y"}),
        ("hive", "FROM s INSERT OVERWRITE TABLE t SELECT id, x, y", "t", {"=s.id>id", "=s.x>v", "=s.y>w"}, set()),
        (
            "oracle",
            "INSERT ALL WHEN x > 1 THEN INTO t (id, v) VALUES (id, x) SELECT id, x FROM s",
            "t",
            {"=s.id>id", "=s.x>v"},
            {"s.x"},
        ),
        (
            "bigquery",
            "CREATE OR REPLACE TABLE n AS SELECT * EXCEPT (y) REPLACE (x + 1 AS x) FROM s",
            "shop.main.n",
            {"=s.id>id", "s.x>x"},
            set(),
        ),
        (
            "snowflake",
            "CREATE TABLE n AS SELECT id, x FROM s QUALIFY row_number() OVER (PARTITION BY id ORDER BY y) = 1",
            "shop.main.n",
            {"=s.id>ID", "=s.x>X"},
            {"s.id", "s.y"},
        ),
    ],
)
def test_what_a_statement_writes_comes_from(
    dialect: str, text: str, table: str, flowing: set[str], shaping: set[str]
) -> None:
    reads = read(text, dialect)

    written = next(one for one in reads.written if one.table == table)
    assert ({flow.replace("ID", "id").replace(">X", ">x") for flow in flows(written)}, shapes(written)) == (
        {flow.replace("ID", "id").replace(">X", ">x") for flow in flowing},
        shaping,
    )
    assert not reads.unresolved


def test_a_table_that_lives_only_in_the_text_is_read_through() -> None:
    reads = read("CREATE TEMP TABLE h AS SELECT id, x * 2 AS x2 FROM s WHERE y = 1; INSERT INTO t SELECT id, x2 FROM h")

    assert [(one.table, flows(one), shapes(one)) for one in reads.written] == [("t", {"=s.id>id", "s.x>v"}, {"s.y"})]
    assert reads.reads == {"s"}


def test_so_is_one_that_is_created_and_dropped() -> None:
    reads = read("CREATE TABLE h AS SELECT * FROM s; INSERT INTO t SELECT id, y FROM h; DROP TABLE h")

    assert [(one.table, flows(one)) for one in reads.written] == [("t", {"=s.id>id", "=s.y>v"})]


def test_a_table_that_takes_the_place_of_another_is_known_by_its_last_name() -> None:
    reads = read("CREATE TABLE t_new AS SELECT x FROM s; ALTER TABLE t_new RENAME TO t")

    assert [(one.table.rpartition(".")[2], flows(one)) for one in reads.written] == [("t", {"=s.x>x"})]


def test_a_table_that_stays_is_written_and_read() -> None:
    reads = read("CREATE TABLE n AS SELECT x FROM s; INSERT INTO t (v) SELECT x FROM n")

    assert [(one.table, flows(one)) for one in reads.written] == [
        ("shop.main.n", {"=s.x>x"}),
        ("t", {"=shop.main.n.x>v"}),
    ]


@pytest.mark.parametrize("name", ["orders", "main.orders", "shop.main.orders", "ORDERS", '"orders"'])
def test_short_names_mean_the_table_of_the_path(name: str) -> None:
    assert read(f"SELECT total FROM {name}").reads == {"shop.main.orders"}


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        (
            "postgres",
            (
                "CREATE FUNCTION f() RETURNS void AS $$ DECLARE n int := 1; BEGIN IF n > 1 THEN INSERT INTO t (id)"
                " SELECT id FROM s; END IF; UPDATE t SET v = q FROM b WHERE b.id = t.id; END $$ LANGUAGE plpgsql"
            ),
        ),
        (
            "tsql",
            (
                "CREATE PROCEDURE p AS BEGIN INSERT INTO t (id) SELECT id FROM s;"
                " UPDATE t SET v = b.q FROM b WHERE b.id = t.id END"
            ),
        ),
        (
            "mysql",
            (
                "CREATE PROCEDURE p() BEGIN INSERT INTO t (id) SELECT id FROM s;"
                " UPDATE t JOIN b ON b.id = t.id SET t.v = b.q; END"
            ),
        ),
        (
            "snowflake",
            (
                "CREATE PROCEDURE p() RETURNS STRING LANGUAGE SQL AS BEGIN INSERT INTO t (id) SELECT id FROM s;"
                " UPDATE t SET v = b.q FROM b WHERE b.id = t.id; RETURN 'done'; END"
            ),
        ),
        (
            "bigquery",
            (
                "CREATE PROCEDURE p() BEGIN INSERT INTO t (id) SELECT id FROM s;"
                " UPDATE t SET v = b.q FROM b WHERE b.id = t.id; END"
            ),
        ),
    ],
)
def test_the_body_of_a_procedure_is_read_statement_by_statement(dialect: str, text: str) -> None:
    reads = read(text, dialect)

    (written,) = reads.written
    assert (flows(written), shapes(written)) == ({"=s.id>id", "=b.q>v"}, {"b.id", "t.id"})
    assert reads.unresolved == ()


def test_a_variable_is_no_column_and_what_it_carries_is_told() -> None:
    reads = read(
        "CREATE FUNCTION f(since date) RETURNS void AS $$ DECLARE latest int; BEGIN SELECT max(x) INTO latest FROM s;"
        " INSERT INTO t (id, v) SELECT id, latest FROM s WHERE y > since; END $$ LANGUAGE plpgsql"
    )

    written = next(one for one in reads.written if one.table == "t")
    assert (flows(written), shapes(written)) == ({"=s.id>id"}, {"s.y"})
    assert reads.unresolved == ("what the variable latest carries is not followed",)


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        ("postgres", "IF EXISTS (SELECT 1 FROM b) THEN INSERT INTO t (id) SELECT id FROM s; END IF;"),
        ("postgres", "FOR r IN SELECT q FROM b LOOP INSERT INTO t (id) SELECT id FROM s; END LOOP;"),
        ("tsql", "IF EXISTS (SELECT 1 FROM b) INSERT INTO t (id) SELECT id FROM s;"),
    ],
)
def test_a_condition_that_reads_is_told(dialect: str, body: str) -> None:
    head = "CREATE FUNCTION f() RETURNS void AS $$ BEGIN " if dialect == "postgres" else "CREATE PROCEDURE f AS BEGIN "
    tail = " END $$ LANGUAGE plpgsql" if dialect == "postgres" else " END"

    reads = read(f"{head}{body}{tail}", dialect)

    assert [flows(one) for one in reads.written] == [{"=s.id>id"}]
    assert any("a condition or a variable" in text for text in reads.unresolved)


def test_what_cannot_be_followed_is_told_and_the_rest_counts() -> None:
    reads = read("INSERT INTO t (id) SELECT id FROM s; INSERT INTO GROUP BY; COPY t TO 'x.csv'; SELECT * FROM unknown")

    assert [flows(one) for one in reads.written if one.table == "t"] == [{"=s.id>id"}]
    told = " | ".join(reads.unresolved)
    assert ("could not be read" in told, "COPY" in told, "all columns of shop.main.unknown" in told) == (True,) * 3


@pytest.mark.parametrize(
    ("dialect", "text", "told"),
    [
        ("postgres", "INSERT INTO nowhere SELECT x FROM s", "the columns of shop.main.nowhere are not known"),
        ("postgres", "INSERT INTO t SELECT * FROM nowhere", "which columns of t are written is not known"),
        (
            "snowflake",
            "SELECT * FROM s MATCH_RECOGNIZE (ORDER BY x MEASURES y AS m PATTERN (u) DEFINE u AS x > 1)",
            "MATCH_RECOGNIZE",
        ),
        (
            "postgres",
            "WITH gone AS (DELETE FROM s WHERE y > 1 RETURNING id) INSERT INTO t (id) SELECT id FROM gone",
            "gone",
        ),
    ],
)
def test_a_guess_is_told(dialect: str, text: str, told: str) -> None:
    assert any(told in one for one in read(text, dialect).unresolved)


def test_a_subquery_is_pivoted_too() -> None:
    reads = read("SELECT * FROM (SELECT id, x, y FROM s) AS q PIVOT (sum(y) FOR x IN ('a')) AS p", "snowflake")

    (written,) = reads.written
    assert (flows(written), shapes(written), reads.unresolved) == (
        {"=s.id>id", "Σs.y>'a'", "~s.x>'a'"},
        {"s.id"},
        (),
    )


def test_a_dialect_that_there_is_not_is_told() -> None:
    with pytest.raises(UnreadableSqlError, match=r"there is no SQL dialect postgress; did you mean postgres\?"):
        read("SELECT 1", "postgress")


def test_names_that_differ_by_case_only_are_two_where_the_dialect_says_so() -> None:
    text = 'SELECT a AS x, "A" AS "X" FROM r'
    tables = {"r": ("a", "A")}

    (apart,) = read_script(text, dialect="postgres", tables=tables).written
    (one,) = read_script("SELECT A AS x FROM R", dialect="postgres", tables={"r": ("a",)}).written

    assert flows(apart) == {"=r.a>x", "=r.A>X"}
    assert flows(one) == {"=r.a>x"}


def test_a_database_keeps_names_in_its_own_case() -> None:
    spelled = {
        dialect: next(iter(read_script("SELECT a AS One FROM r", dialect=dialect).written[0].columns))
        for dialect in ("postgres", "snowflake", "duckdb")
    }

    assert spelled == {"postgres": "one", "snowflake": "ONE", "duckdb": "One"}


def test_what_was_read_travels_as_text() -> None:
    reads = read(
        "INSERT INTO t SELECT id, sum(x), 1 FROM s GROUP BY id; COPY t TO 'x';"
        " SELECT CASE WHEN x > 1 THEN y END AS z FROM s"
    )

    assert loads(dumps(reads)) == reads
    assert {one.table for one in reads.written} == {"t", RESULT}


def test_a_text_of_which_nothing_can_be_read_is_refused() -> None:
    with pytest.raises(UnreadableSqlError, match="could not be read"):
        read("SELEC x FROM")


def test_a_place_tells_its_dialect() -> None:
    places = ["postgres://db:5432", "postgresql+psycopg://u@h/d", "mssql://h:1", "bigquery", "file", "s3://bucket"]

    assert [dialect_of(place) for place in places] == ["postgres", "postgres", "tsql", "bigquery", "", ""]
