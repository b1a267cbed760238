"""Checks that are asked of a database, or of a function of the project."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from graph_model.contracts.entities import CheckResult
from graph_model.versions.entities import Content
from tests.support.checks import a_file, result_of


def a_table(folder: Path) -> Content:
    path = folder / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, customer INTEGER)")
        connection.execute("CREATE TABLE customers (id INTEGER)")
        connection.executemany("INSERT INTO orders VALUES (?, ?)", [(1, 7), (2, 8), (3, 9)])
        connection.executemany("INSERT INTO customers VALUES (?)", [(7,), (8,)])
    connection.close()
    return Content("table", f"sqlite:///{path}#orders")


@pytest.mark.parametrize(
    ("query", "passed", "said"),
    [
        (
            "SELECT count(*) FROM {object} o LEFT JOIN customers c ON c.id = o.customer WHERE c.id IS NULL",
            True,
            "sql: 1",
        ),
        ("SELECT max({property}) FROM {object}", False, "sql: 3, expected 1"),
        ("SELECT count(*) FROM {object} WHERE 'a:b' = 'a' || ':b' AND id < 3 % 2 + 1", True, "sql: 1, expected 1"),
        ("SELECT iif(count(*) = 3, 1, 0) FROM {object} -- iif is a word of SQLite", True, "sql: 1, expected 1"),
        ("SELECT id FROM {object} WHERE false", False, "sql: no number"),
        ("SELECT id FROM {object}", False, "must give one row of one value"),
        ("SELECT 'x'", False, "must give a number, not 'x'"),
        ("SELECT idd FROM {object}", False, "its query cannot be answered: no such column: idd"),
        ("DELETE FROM {object}", False, "its query must be one SELECT"),
        ("SELECT 1; DROP TABLE orders", False, "its query must be one SELECT"),
        ("SELEKT 1 FROM FROM", False, "its query is not SQL"),
    ],
)
def test_sql_about_a_table_is_asked_in_its_database(query: str, said: str, tmp_path: Path, *, passed: bool) -> None:
    content = a_table(tmp_path)

    found = result_of(content, "sql", query=query, column="id", must={"equal": 1})

    assert said in found.message
    assert found.passed is passed
    with sqlite3.connect(str(tmp_path / "shop.db")) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (3,)
    connection.close()


def test_sql_about_a_table_may_ask_duckdb_instead(tmp_path: Path) -> None:
    found = result_of(a_table(tmp_path), "sql", query="SELECT median(id) FROM {object}", engine="duckdb")
    alone = Content("table", f"sqlite:///{tmp_path}/shop.db#orders")
    refused = result_of(alone, "sql", query="SELECT count(*) FROM customers", engine="duckdb")

    assert (found.value, found.message) == (2.0, "sql: 2, expected 0")
    assert "cannot be answered" in refused.message


CHECKS = """
import os, sys, time

def total(rows, most=10):
    import pyarrow.compute as pc
    amount = sum(pc.sum(batch.column("amount")).as_py() or 0 for batch in rows)
    return {"passed": amount < most, "value": amount, "message": f"{amount} in all",
            "sample": [{"customer": 7, "amount": amount}]}

def count(rows): return sum(batch.num_rows for batch in rows)
def yes(rows): return True
def words(rows): return "row 3 is odd"
def silent(rows): return None
def odd(rows): return object()
def unknown(rows): return {"pased": True}
def angry(rows): raise ValueError("that will not do")
def leaves(rows): sys.exit(3)
def vanishes(rows): os._exit(9)
def sleeps(rows): time.sleep(600)
def ours(rows):
    import workers
    return workers.MINE
"""


def by_function(folder: Path, name: str, **params: Any) -> CheckResult:
    project = folder / "project"
    project.mkdir(exist_ok=True)
    (project / "rules.py").write_text(CHECKS)
    (project / "workers.py").write_text("MINE = True\n")
    told = {"function": f"rules:{name}", "arguments": {}, "timeout": 60.0, "project": str(project)}
    return result_of(a_file(folder), "python", **{**told, **params})


@pytest.mark.parametrize(
    ("name", "passed", "said"),
    [
        ("yes", True, "python (rules:yes): holds"),
        ("ours", True, "python (rules:ours): holds"),
        ("words", False, "python (rules:words): row 3 is odd"),
        ("count", True, "python (rules:count): 4, expected 4"),
        ("silent", False, "python cannot be checked: rules:silent returned nothing"),
        ("odd", False, "TypeError: the check returned object"),
        ("unknown", False, "TypeError: the check returned pased; known are passed, value"),
        ("angry", False, "python cannot be checked: rules:angry raised ValueError: that will not do"),
        ("leaves", False, "rules:leaves raised SystemExit: 3"),
        ("vanishes", False, "rules:vanishes ended its process with exit code 9"),
        ("missing", False, "has no attribute 'missing'"),
    ],
)
def test_a_function_says_what_it_found(name: str, said: str, tmp_path: Path, *, passed: bool) -> None:
    found = by_function(tmp_path, name, must={"equal": 4})

    assert said in found.message
    assert found.passed is passed


def test_a_function_gets_typed_rows_and_arguments_and_its_samples_are_masked(tmp_path: Path) -> None:
    good = by_function(tmp_path, "total")
    bad = by_function(tmp_path, "total", arguments={"most": 1}, masked=["customer"])

    assert (good.passed, bad.passed) == (True, False)
    assert (bad.value, bad.message) == (6.75, "python (rules:total): 6.75 in all")
    assert bad.sample == ({"customer": "•••", "amount": 6.75},)


def test_a_function_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    found = by_function(tmp_path, "sleeps", timeout=1.0)

    assert (found.passed, found.message) == (False, "python cannot be checked: rules:sleeps took longer than 1 s")


def test_a_function_without_its_project_says_so(tmp_path: Path) -> None:
    found = by_function(tmp_path, "yes", project=str(tmp_path / "elsewhere"))

    assert "is not on this machine" in found.message
