"""Jobs that run inside of a database, as estates write them: what is kept, what is wrong, which columns are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from connectors.sql.columns import read_columns
from graph_model.contracts.entities import Column
from graph_model.errors import InvalidEstate
from graph_model.estate import vocabulary
from graph_model.estate.entities import Estate, JobSpec
from graph_model.estate.parse import load_estate
from graph_model.names import Name

SCHEMA = json.loads((Path(vocabulary.__file__).parent / "estate.schema.json").read_text())
ESTATE = """\
scope: shop
datasets:
  orders: {format: table, url: 'postgresql://warehouse/shop', table: orders}
  sums: {format: table, url: 'postgresql://warehouse/shop', table: sales.sums, expose: copy}
  hidden: {format: table, url: 'env:WAREHOUSE', table: hidden}
  files: {format: csv}
  local: {format: table, url: 'sqlite:///{root}/x.db', table: local}
jobs:
  job: {JOB}
"""
QUERY = "sql: SELECT id FROM orders, engine: database, inputs: [orders], outputs: [sums]"
BODY = """\
CREATE PROCEDURE sales.make(target date) LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM sales.sums WHERE day = target;
  INSERT INTO sales.sums (day, total) SELECT day, sum(amount) FROM public.orders WHERE day = target GROUP BY day;
END $$;
"""
SCHEMAS = {Name("shop", "orders"): [Column("day"), Column("amount"), Column("id")]}


def written(folder: Path, job: str) -> Path:
    (folder / "make.sql").write_text(BODY)
    file = folder / "estate.yaml"
    file.write_text(ESTATE.replace("JOB", job))
    return file


def job_in(folder: Path, job: str) -> JobSpec:
    estate: Estate = load_estate(written(folder, job))
    return estate.jobs[0]


def calling(said: str, outputs: str = "sums") -> str:
    return f"procedure: {{call: sales.make, {said}}}, inputs: [orders], outputs: [{outputs}]"


@pytest.mark.parametrize(
    ("job", "kept"),
    [
        (QUERY, {"text": "SELECT id FROM orders", "file": "", "engine": "database", "dialect": "postgres"}),
        (
            "sql: SELECT 1 AS id, engine: database, dialect: mariadb, outputs: [hidden]",
            {"text": "SELECT 1 AS id", "file": "", "engine": "database", "dialect": "mysql"},
        ),
        ("sql: SELECT 1 AS id, outputs: [files]", {"text": "SELECT 1 AS id", "file": "", "engine": "duckdb"}),
        (
            calling("arguments: {of: '{partition}', into: '{output}', most: 5, made: null}, commits_itself: true"),
            {
                "call": "sales.make",
                "arguments": {"of": "{partition}", "into": "{output}", "most": 5, "made": None},
                "commits_itself": True,
                "fence": "stage",
                "dialect": "postgres",
            },
        ),
        (
            "procedure: {call: make, fence: guard, body: make.sql}, outputs: [hidden]",
            {
                "call": "make",
                "arguments": {},
                "commits_itself": False,
                "fence": "guard",
                "body": BODY,
                "file": "make.sql",
                "dialect": "postgres",
            },
        ),
    ],
)
def test_what_a_job_says_is_kept_with_the_sql_that_its_database_speaks(
    tmp_path: Path, job: str, kept: dict[str, Any]
) -> None:
    assert dict(job_in(tmp_path, job).executor) == kept
    jsonschema.validate(yaml.safe_load((tmp_path / "estate.yaml").read_text()), SCHEMA)


@pytest.mark.parametrize(
    ("job", "message", "hint"),
    [
        ("sql: SELECT 1, engine: databse, outputs: [sums]", "databse is no engine", "did you mean database?"),
        ("sql: SELECT 1, engine: database, dialect: postgres, outputs: [sums]", "is no dialect", "mean postgresql?"),
        ("sql: SELECT 1, dialect: sqlite, outputs: [files]", "dialect is for engine: database", "leave it out"),
        ("sql: SELECT 1, engine: database, outputs: [files]", "files is a csv", "declare it as format: table"),
        (
            "sql: SELECT 1, engine: database, inputs: [local], outputs: [sums]",
            "runs in one database, and sums and local lie in two: postgresql://warehouse/shop, sqlite:///{root}/x.db",
            None,
        ),
        (
            "sql: SELECT 1, engine: database, outputs: [hidden]",
            "nobody here knows which SQL its database speaks",
            "say it: dialect: postgresql",
        ),
        ("sql: SELECT 1, engine: database, outputs: [sums, orders]", "has 2 outputs; a query writes exactly one", None),
        ("shell: [x], engine: database, outputs: [files]", "engine is for sql jobs, and this one runs shell", None),
        ("procedure: {arguments: {}}, outputs: [sums]", "procedure: has no call", None),
        ("procedure: {call: 'a b'}, outputs: [sums]", "'a b' is no name of a procedure", "write NAME or SCHEMA.NAME"),
        ("procedure: {call: p, fense: guard}, outputs: [sums]", "unknown key fense", "did you mean fence?"),
        ("procedure: {call: p, fence: gaurd}, outputs: [orders]", "gaurd is no fence", "did you mean guard?"),
        ("procedure: {call: p, body: mak.sql}, outputs: [sums]", "there is no file mak.sql", "did you mean make.sql?"),
        ("procedure: {call: p}, outputs: [local]", "called on PostgreSQL, and its database speaks sqlite", None),
        (
            "procedure: {call: p, fence: guard}, outputs: [sums]",
            "the procedure writes sums where it stands",
            "leave ex",
        ),
        (calling("arguments: {a b: 1}"), "'a b' is no name of an argument", None),
        (calling("arguments: {a: [1]}"), "the argument a must be one value, not a list", None),
        (
            calling("arguments: {of: '{partitoin}'}"),
            "the argument of names {partitoin}, which stands for nothing",
            "did you mean {partition}?",
        ),
        (
            calling("arguments: {into: '{output}'}", outputs="sums, orders"),
            "names {output}",
            "did you mean {output.sums",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_line(tmp_path: Path, job: str, message: str, hint: str | None) -> None:
    with pytest.raises(InvalidEstate) as caught:
        job_in(tmp_path, job)

    found = [one for one in caught.value.mistakes if message in one.message]
    assert [(one.line, hint is None or hint in (one.hint or "")) for one in found] == [(9, True)], caught.value.mistakes


def flows(job: JobSpec) -> tuple[set[str], set[str], tuple[str, ...]]:
    found = read_columns(job, SCHEMAS)
    flowing = {f"{one.source_column}>{one.target_column}" for one in found.flows}
    return flowing, {f"{one.source_column}" for one in found.shapes}, found.unresolved


def test_columns_of_a_query_are_read_in_the_sql_of_its_database(tmp_path: Path) -> None:
    query = "SELECT amount::text AS told FROM orders WHERE day = :partition"

    job = job_in(tmp_path, QUERY.replace("SELECT id FROM orders", f"'{query}'"))

    assert flows(job) == ({"amount>told"}, {"day"}, ())


def test_columns_of_a_procedure_are_read_from_its_body(tmp_path: Path) -> None:
    job = job_in(tmp_path, calling("body: make.sql"))

    assert flows(job) == ({"day>day", "amount>total"}, {"day"}, ())


def test_what_a_body_does_not_tell_is_unresolved(tmp_path: Path) -> None:
    job = job_in(tmp_path, "procedure: {call: sales.make, body: make.sql}, outputs: [hidden]")

    assert flows(job)[2] == (
        "the body writes no hidden",
        "the body reads public.orders, which is no input",
        "the body reads sales.sums, which is no input",
    )
    assert not read_columns(job_in(tmp_path, calling("fence: stage")), SCHEMAS).known


def test_a_changed_body_is_another_job_and_a_query_of_duckdb_keeps_its_hash(tmp_path: Path) -> None:
    with_body, without = (
        job_in(tmp_path, calling(said)).definition_hash for said in ("body: make.sql", "fence: stage")
    )

    assert with_body != without
    plain = "inputs: [orders], outputs: [files]"
    hashes = {
        job_in(tmp_path, f"sql: SELECT 1 AS id, {more}{plain}").definition_hash for more in ("", "engine: duckdb, ")
    }
    assert len(hashes) == 1
