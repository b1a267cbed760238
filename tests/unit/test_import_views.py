"""Views of a database are followed to the columns of their base tables."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import duckdb
import pytest

from connectors.imports.views import read_views
from graph_model.errors import ContentError, StorageUnavailable
from graph_model.imports.entities import Declarations, ImportedJob

STATEMENTS = """
CREATE TABLE orders (id INTEGER NOT NULL, customer INTEGER, amount INTEGER);
CREATE TABLE customers (id INTEGER NOT NULL, name VARCHAR(20));
CREATE TABLE unread (x INTEGER);
CREATE VIEW spent (who, total) AS SELECT customer, sum(amount) FROM orders WHERE amount > 0 GROUP BY customer;
CREATE VIEW report AS SELECT c.name, s.total FROM spent AS s JOIN customers AS c ON c.id = s.who;
"""


@pytest.fixture(params=["sqlite", "duckdb"])
def found(request: pytest.FixtureRequest, tmp_path: Path) -> Declarations:
    path = tmp_path / "shop.db"
    if request.param == "sqlite":
        with sqlite3.connect(path) as connection:
            connection.executescript(STATEMENTS)
        connection.close()
    else:
        with duckdb.connect(str(path)) as database:
            database.execute(STATEMENTS)
    return read_views(f"{request.param}:///{path}", source="till", namespace="till")


def short(name: str) -> str:
    return name.rpartition(".")[2]


def view(found: Declarations, name: str) -> ImportedJob:
    return next(job for job in found.jobs if short(job.name.name) == name)


def flows(job: ImportedJob) -> set[str]:
    return {f"{short(one.source.name)}.{one.source_column}>{one.target_column}" for one in job.flows.flows}


def test_a_view_reads_its_base_tables_by_column(found: Declarations) -> None:
    spent, report = view(found, "spent"), view(found, "report")

    assert flows(spent) == {"orders.customer>who", "orders.amount>total"}
    assert {shape.source_column for shape in spent.flows.shapes} == {"amount", "customer"}
    assert flows(report) == {"customers.name>name", "spent.total>total"}
    assert [short(name.name) for name in report.inputs] == ["customers", "spent"]
    assert (spent.flows.unresolved, report.flows.unresolved) == ((), ())


def test_views_and_what_they_read_come_with_their_columns(found: Declarations) -> None:
    datasets = {short(dataset.name.name): dataset for dataset in found.datasets}

    assert {name: dataset.format for name, dataset in datasets.items()} == {
        "orders": "table",
        "customers": "table",
        "spent": "view",
        "report": "view",
    }
    columns = datasets["customers"].contract.columns
    assert [(column.path, column.type, column.nullable) for column in columns] == [
        ("id", "int32" if found.datasets[0].name.name.count(".") else "integer", False),
        ("name", "string", True),
    ]


@pytest.mark.parametrize("driver", ["sqlite", "duckdb"])
def test_a_database_that_is_not_there_is_not_made(driver: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError):
        read_views(f"{driver}:///{tmp_path}/none.db", source="till", namespace="till")

    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    path.write_text("not a database")

    with pytest.raises((StorageUnavailable, ContentError)):
        read_views(f"duckdb:///{path}", source="till", namespace="till")
