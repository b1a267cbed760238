"""Validation in a process of its own: the same verdict from a copy of the template as from a fresh interpreter."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from graph_model.contracts.entities import Check
from graph_model.runs.entities import RunOutput
from graph_model.versions.entities import Content
from tests.support.tasks import an_output, judged
from workers.template.keeper import Templates

ROWS = 20_000


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunOutput, ...]:
    """The same rows in every format, and a text that is none of them."""
    folder = tmp_path_factory.mktemp("contents")
    numbered = f"(SELECT i AS id, i % 7 AS seven, 'name ' || i AS name FROM range({ROWS}) t(i))"
    for name, options in {"csv": "HEADER", "json": "FORMAT json", "parquet": "ROW_GROUP_SIZE 2048"}.items():
        duckdb.sql(f"COPY {numbered} TO '{folder}/data.{name}' ({options})")
    (folder / "data.json").rename(folder / "data.jsonl")
    (folder / "broken.csv").write_text('id,name\n1,"never closed\n')
    with sqlite3.connect(folder / "tables.db") as database:
        database.execute("CREATE TABLE numbered (id INTEGER, seven INTEGER, name TEXT)")
        database.executemany("INSERT INTO numbered VALUES (?, ?, ?)", [(i, i % 7, f"name {i}") for i in range(ROWS)])
    database.close()
    places = {kind: f"{folder}/data.{kind}" for kind in ("csv", "jsonl", "parquet")}
    contents = [Content(kind, place) for kind, place in places.items()]
    with duckdb.connect(str(folder / "tables.duckdb")) as connection:
        connection.execute(f"CREATE TABLE numbered AS FROM {numbered}")
    contents.append(Content("csv", f"{folder}/broken.csv"))
    contents += [
        Content("table", f"{url}#numbered", {"url": url, "table": "numbered"})
        for url in (f"sqlite:///{folder}/tables.db", f"duckdb:///{folder}/tables.duckdb")
    ]
    checks = (Check("ids", "not_null", {"columns": ["id"]}), Check("sevens", "unique", {"columns": ["seven"]}))
    return tuple(replace(an_output(f"out{n}"), content=content, checks=checks) for n, content in enumerate(contents))


def test_a_copy_of_the_template_judges_every_format_like_a_fresh_interpreter(
    outputs: tuple[RunOutput, ...], templates: Templates, tmp_path: Path
) -> None:
    forked = [judged((output,), tmp_path / f"forked{n}", templates)[0] for n, output in enumerate(outputs)]

    assert tuple(forked) == judged(outputs, tmp_path / "fresh", None)
    assert {tuple(result.passed for result in found.results) for found in forked} == {(True, False), ()}
    assert [found.inspection and found.inspection.row_count for found in forked] == [ROWS, ROWS, ROWS, None, ROWS, ROWS]


def test_all_outputs_of_a_run_are_judged_by_one_copy(
    outputs: tuple[RunOutput, ...], templates: Templates, tmp_path: Path
) -> None:
    assert judged(outputs, tmp_path / "forked", templates) == judged(outputs, tmp_path / "fresh", None)
