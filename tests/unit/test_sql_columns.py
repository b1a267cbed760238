"""What is read out of SQL about columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.sql.columns import read_columns
from connectors.sql.reader import LONGEST_SQL
from graph_model.contracts.entities import Column
from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.lineage.entities import ColumnFlows
from graph_model.names import Name
from graph_model.partitions.rules import parse_mapping


def called(name: str) -> Name:
    return Name("shop", name)


SCHEMAS = {
    called("flights"): [Column("a"), Column("b"), Column("Id")],
    called("weather"): [Column("id"), Column("t")],
}


def a_job(sql: str, *, mapping: str = "same", dialect: str | None = None, reads: tuple[str, ...] = ()) -> JobSpec:
    """A job over `flights` and `weather`, whose columns are known, and `open` and `db.sch.t`, whose are not."""
    inputs = reads or ("flights", "weather", "open", "db.sch.t")
    executor = {"text": sql} | ({"dialect": dialect} if dialect else {})
    specs = tuple(InputSpec(called(name), parse_mapping(mapping)) for name in inputs)
    return JobSpec(called("job"), "sql", executor, specs, (called("out"),))


def read(sql: str, **more: Any) -> ColumnFlows:
    return read_columns(a_job(sql, **more), SCHEMAS)


def flows(found: ColumnFlows) -> set[str]:
    mark = {"DIRECT": "", "INDIRECT": "~"}
    return {f"{mark[f.kind]}{f.source.name}.{f.source_column}>{f.target_column}" for f in found.flows}


def shapes(found: ColumnFlows) -> set[str]:
    return {f"{shape.source.name}.{shape.source_column}" for shape in found.shapes}


@pytest.mark.parametrize(
    ("sql", "flowing", "shaping"),
    [
        ("SELECT a, b AS total FROM flights", {"flights.a>a", "flights.b>total"}, set()),
        ("SELECT a + b AS s FROM flights", {"flights.a>s", "flights.b>s"}, set()),
        ("SELECT A FROM FLIGHTS WHERE B > $partition", {"flights.a>a"}, {"flights.b"}),
        (
            "SELECT a FROM flights JOIN weather ON flights.id = weather.id",
            {"flights.a>a"},
            {"flights.Id", "weather.id"},
        ),
        ("SELECT a FROM flights JOIN weather USING (id)", {"flights.a>a"}, {"flights.Id", "weather.id"}),
        ("SELECT a, t FROM flights NATURAL JOIN weather", {"flights.a>a", "weather.t>t"}, {"flights.Id", "weather.id"}),
        ("SELECT a FROM flights SEMI JOIN weather USING (id)", {"flights.a>a"}, {"flights.Id", "weather.id"}),
        ("SELECT a, count(*) AS n FROM flights GROUP BY 1", {"flights.a>a"}, {"flights.a"}),
        ("SELECT a, max(b) AS m FROM flights GROUP BY ALL", {"flights.a>a", "flights.b>m"}, {"flights.a", "flights.b"}),
        ("SELECT max(a) AS m FROM flights HAVING min(b) > 1", {"flights.a>m"}, {"flights.b"}),
        ("SELECT a FROM flights ORDER BY b", {"flights.a>a"}, {"flights.b"}),
        ("SELECT a AS z FROM flights ORDER BY z", {"flights.a>z"}, {"flights.a"}),
        ("SELECT DISTINCT a, b FROM flights", {"flights.a>a", "flights.b>b"}, {"flights.a", "flights.b"}),
        ("SELECT DISTINCT ON (a) b FROM flights", {"flights.b>b"}, {"flights.a"}),
        (
            "SELECT a, row_number() OVER (PARTITION BY b ORDER BY id) AS n FROM flights QUALIFY n = 1",
            {"flights.a>a", "~flights.b>n", "~flights.Id>n"},
            {"flights.b", "flights.Id"},
        ),
        (
            "SELECT lag(b) OVER w AS before FROM flights WINDOW w AS (PARTITION BY id ORDER BY a)",
            {"flights.b>before", "~flights.Id>before", "~flights.a>before"},
            set(),
        ),
        ("SELECT CASE WHEN a > 1 THEN b ELSE 0 END AS c FROM flights", {"~flights.a>c", "flights.b>c"}, set()),
        ("SELECT sum(a) FILTER (WHERE b > 1) AS s FROM flights", {"flights.a>s", "~flights.b>s"}, set()),
        ("SELECT string_agg(a, ',' ORDER BY b) AS s FROM flights", {"flights.a>s", "~flights.b>s"}, set()),
        ("SELECT median(a) WITHIN GROUP (ORDER BY b) AS m FROM flights", {"flights.a>m", "flights.b>m"}, set()),
        ("SELECT * FROM flights", {"flights.a>a", "flights.b>b", "flights.Id>Id"}, set()),
        ("SELECT * EXCLUDE (a) FROM flights", {"flights.b>b", "flights.Id>Id"}, set()),
        ("FROM flights SELECT a", {"flights.a>a"}, set()),
        ("WITH x AS (SELECT a AS p FROM flights WHERE b > 1) SELECT p AS q FROM x", {"flights.a>q"}, {"flights.b"}),
        ("WITH flights AS (SELECT * FROM flights) SELECT a FROM flights", {"flights.a>a"}, set()),
        ("SELECT s.p FROM (SELECT a AS p FROM flights) AS s", {"flights.a>p"}, set()),
        ("SELECT a FROM flights UNION ALL SELECT t FROM weather", {"flights.a>a", "weather.t>a"}, set()),
        (
            "SELECT a FROM flights UNION SELECT t FROM weather",
            {"flights.a>a", "weather.t>a"},
            {"flights.a", "weather.t"},
        ),
        ("SELECT a FROM flights UNION ALL BY NAME SELECT t AS a FROM weather", {"flights.a>a", "weather.t>a"}, set()),
        (
            "SELECT a FROM flights EXCEPT SELECT t FROM weather",
            {"flights.a>a", "weather.t>a"},
            {"flights.a", "weather.t"},
        ),
        (
            "SELECT a, (SELECT max(t) FROM weather WHERE weather.id = flights.id) AS m FROM flights",
            {"flights.a>a", "weather.t>m", "~weather.id>m", "~flights.Id>m"},
            set(),
        ),
        (
            "SELECT a FROM flights WHERE EXISTS (SELECT 1 FROM weather WHERE weather.id = flights.b)",
            {"flights.a>a"},
            {"weather.id", "flights.b"},
        ),
        (
            "WITH RECURSIVE r(p) AS (SELECT a FROM flights UNION ALL SELECT t FROM r JOIN weather ON id=p) FROM r",
            {"flights.a>p", "weather.t>p"},
            {"flights.a", "weather.id", "weather.t"},
        ),
        (
            "WITH RECURSIVE r(p,q,s) AS (SELECT a, b, id FROM flights UNION ALL SELECT q, s, p FROM r) SELECT p FROM r",
            {"flights.a>p", "flights.b>p", "flights.Id>p"},
            set(),
        ),
        ("SELECT u.v FROM flights, unnest(flights.a) AS u(v)", {"flights.a>v"}, {"flights.a"}),
        ("SELECT l.y FROM flights f, LATERAL (SELECT f.a + 1 AS y) l", {"flights.a>y"}, set()),
        ("SELECT list_transform(a, x -> x + b) AS l FROM flights", {"flights.a>l", "flights.b>l"}, set()),
        ("SELECT x FROM flights AS f(x, y)", {"flights.a>x"}, set()),
        ("SELECT f.a.part.of AS p FROM flights f", {"flights.a>p"}, set()),
        ("SELECT anything FROM open", {"open.anything>anything"}, set()),
        ("SELECT x FROM db.sch.t", {"db.sch.t.x>x"}, set()),
        ('SELECT x FROM "db.sch.t"', {"db.sch.t.x>x"}, set()),
        ("SELECT 1 AS one FROM range(3)", set(), set()),
        (
            "SELECT * FROM flights PIVOT (sum(b) FOR a IN (1, 2))",
            {"flights.Id>Id", "flights.b>1", "~flights.a>1", "flights.b>2", "~flights.a>2"},
            {"flights.Id"},
        ),
        (
            "SELECT * FROM flights UNPIVOT (v FOR n IN (a, b))",
            {"flights.Id>Id", "flights.a>v", "flights.b>v"},
            {"flights.a", "flights.b"},
        ),
    ],
)
def test_flows_come_from_projections_and_shapes_from_everything_else(
    sql: str, flowing: set[str], shaping: set[str]
) -> None:
    found = read(sql)

    assert (flows(found), shapes(found)) == (flowing, shaping)
    assert found.known
    assert not found.unresolved
    assert found.provenance == "parsed"


@pytest.mark.parametrize(
    ("sql", "mentioned"),
    [
        ("WITH unused AS (SELECT t FROM weather) SELECT a FROM flights", "weather.t"),
        ("WITH x AS (SELECT a, b FROM flights) SELECT a FROM x", "flights.b"),
        ("SELECT a, b + 1 FROM flights", "flights.b"),
    ],
)
def test_what_is_mentioned_but_goes_nowhere_still_shapes_the_output(sql: str, mentioned: str) -> None:
    assert mentioned in shapes(read(sql))


def test_a_star_that_only_passes_by_does_not_use_the_columns_nobody_takes() -> None:
    found = read("WITH x AS (SELECT * FROM flights) SELECT a FROM x")

    assert flows(found) | shapes(found) == {"flights.a>a"}


@pytest.mark.parametrize(
    ("star", "spelled"), [("*", "COLUMNS(*)"), ("* EXCLUDE (a)", "COLUMNS(* EXCLUDE (a))"), ("f.*", "COLUMNS(f.*)")]
)
def test_columns_of_a_star_are_the_star(star: str, spelled: str) -> None:
    found = read(f"SELECT {spelled} FROM flights f WHERE b > 1")

    assert (flows(found), shapes(found)) == (
        flows(plain := read(f"SELECT {star} FROM flights f WHERE b > 1")),
        shapes(plain),
    )
    assert found.known
    assert any("COLUMNS" in text for text in read("SELECT max(COLUMNS(*)) FROM flights").unresolved)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT * FROM open", "all columns of open"),
        ("SELECT f.a, o.* FROM flights f JOIN open o ON o.k = f.id", "all columns of open"),
        ("SELECT COLUMNS('a.*') FROM flights", "COLUMNS"),
        ("SELECT a, x FROM flights, elsewhere", "elsewhere"),
        ("SELECT a, c FROM flights JOIN read_csv('more.csv') m ON m.id = flights.id", "READ_CSV"),
        ("SELECT * FROM 'more.csv'", "more.csv"),
        ("PIVOT flights ON a USING sum(b)", "PIVOT"),
        ("SELECT * FROM open PIVOT (sum(b) FOR a IN (1, 2))", "PIVOT"),
        ("SELECT a, x FROM flights NATURAL JOIN open", "NATURAL JOIN"),
    ],
)
def test_what_cannot_be_followed_is_named(sql: str, told: str) -> None:
    found = read(sql)

    assert any(told in text for text in found.unresolved)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("", "0 statements"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("DROP TABLE flights", "DROP"),
        ("SELEC a FROM", "could not be read"),
        ("SELECT " + "(" * 3000 + "a" + ")" * 3000 + " FROM flights", "nested"),
        (" ".join(["SELECT a FROM flights --", "x" * LONGEST_SQL]), "characters"),
    ],
)
def test_sql_that_cannot_be_read_is_not_known_and_says_why(sql: str, told: str) -> None:
    found = read(sql)

    assert not found.known
    assert told in found.unresolved[0]


def test_the_partition_column_of_a_windowed_input_is_no_column_of_the_dataset() -> None:
    found = read("SELECT a, _partition AS day FROM flights WHERE _partition > '2020'", mapping="previous 3 days")

    assert (flows(found), shapes(found), found.unresolved) == ({"flights.a>a"}, set(), ())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a, _partition FROM kept",
        "SELECT * FROM kept",
        "SELECT x AS a, y AS _partition FROM kept AS k(x, y)",
        "SELECT row.a AS a, row._partition AS _partition FROM kept AS row",
    ],
)
def test_a_column_of_that_name_is_one_of_the_dataset_that_keeps_it(sql: str) -> None:
    """What was read from several partitions and written with the name of each is read as any other column is."""
    schemas = {called("kept"): [Column("a"), Column("_partition")]}

    found = read_columns(a_job(sql, reads=("kept",)), schemas)

    assert flows(found) == {"kept.a>a", "kept._partition>_partition"}


def test_a_long_expression_is_followed_without_recursion() -> None:
    found = read(" ".join(["SELECT", " + ".join(["a"] * 2000), "AS much FROM flights"]))

    assert flows(found) == {"flights.a>much"}


def test_the_dialect_of_the_job_is_read() -> None:
    found = read("SELECT TOP 3 [a] AS [first] FROM [flights]", dialect="tsql")

    assert flows(found) == {"flights.a>first"}


def test_an_output_column_is_spelled_as_the_schema_of_the_output_spells_it() -> None:
    found = read_columns(a_job("SELECT a AS TOTAL FROM flights"), {**SCHEMAS, called("out"): [Column("Total")]})

    assert flows(found) == {"flights.a>Total"}


def test_sql_that_cannot_be_read_falls_back_on_what_is_declared() -> None:
    found = read_columns(replace(a_job("DROP TABLE x"), columns={"z": ("flights.a",)}), SCHEMAS)

    assert (flows(found), found.provenance, found.known) == ({"flights.a>z"}, "declared", True)


def a_python_job(columns: dict[str, tuple[str, ...]], outputs: tuple[str, ...] = ("out",)) -> JobSpec:
    return replace(a_job(""), kind="python", columns=columns, outputs=tuple(called(name) for name in outputs))


def test_declared_columns_are_flows_and_the_star_shapes() -> None:
    found = read_columns(
        a_python_job({"total": ("flights.A", "weather.t"), "*": ("flights.id", "db.sch.t.day")}), SCHEMAS
    )

    assert flows(found) == {"flights.a>total", "weather.t>total"}
    assert shapes(found) == {"flights.Id", "db.sch.t.day"}
    assert (found.provenance, found.known, found.unresolved) == ("declared", True, ())


def test_a_declared_star_of_an_input_is_all_its_known_columns() -> None:
    found = read_columns(a_python_job({"text": ("weather.*",), "x": ("open.*",)}), SCHEMAS)

    assert flows(found) == {"weather.id>text", "weather.t>text"}
    assert found.unresolved == ("open.* is no known column of an input",)


def test_with_several_outputs_a_declared_column_goes_where_it_fits() -> None:
    job = a_python_job(
        {"second.total": ("flights.a",), "t": ("weather.t",), "lost": ("weather.t",)}, ("first", "second")
    )
    schemas = {**SCHEMAS, called("first"): [Column("t")], called("second"): [Column("total")]}

    found = read_columns(job, schemas)

    targets = {(flow.target.name, flow.target_column) for flow in found.flows}
    assert targets == {("second", "total"), ("first", "t")}
    assert found.unresolved == ("lost is no column of an output",)


def test_a_declared_input_that_is_none_is_told() -> None:
    found = read_columns(a_python_job({"total": ("flight.a",)}), SCHEMAS)

    assert found.unresolved == ("flight.a is no known column of an input",)


def test_a_job_that_declares_nothing_is_not_known() -> None:
    found = read_columns(a_python_job({}), SCHEMAS)

    assert (found.known, found.unresolved) == (False, ("the job declares no columns",))


WORDS = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "BY",
    "ORDER",
    "HAVING",
    "QUALIFY",
    "WITH",
    "RECURSIVE",
    "AS",
    "JOIN",
    "LEFT",
    "USING",
    "ON",
    "UNION",
    "ALL",
    "DISTINCT",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "OVER",
    "PARTITION",
    "(",
    ")",
    ",",
    ".",
    "*",
    "+",
    "=",
    "'x'",
    "1",
    "a",
    "b",
    "id",
    "flights",
    "weather",
    "open",
    "x",
    "EXISTS",
    "IN",
    "LATERAL",
    "unnest",
    "PIVOT",
    "VALUES",
    "NATURAL",
    "$partition",
]


@settings(max_examples=300)
@example("SELECT a FROM (SELECT")
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)))
def test_no_text_makes_it_crash_and_what_it_does_not_know_it_says(text: str) -> None:
    found = read(text)

    assert found.known or found.unresolved


@settings(max_examples=100)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_no_tail_of_a_query_makes_it_crash(tail: str) -> None:
    found = read(f"FROM flights SELECT a {tail}")

    assert found.known or found.unresolved
