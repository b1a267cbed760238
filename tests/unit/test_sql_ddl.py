"""A script of definitions, and the changes that it comes to; each dialect in its own words."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.sql.ddl import read_ddl
from connectors.sql.ddl_changes import FromScript, changes_of_script, come_to
from connectors.sql.ddl_steps import dumps, loads
from connectors.sql.ddl_tables import Known
from connectors.sql.reads import UnreadableSqlError
from graph_model.contracts.entities import Check, Column, Contract
from graph_model.impact.entities import (
    AddColumn,
    ChangeAllowedValues,
    ChangeDefault,
    ChangeJob,
    ChangeKey,
    ChangeNullability,
    DropColumn,
    DropDataset,
    RenameColumn,
    RenameDataset,
    ReorderColumns,
    RetypeColumn,
)
from graph_model.names import Name

ORDERS, VIEW, JOB = (Name("pg", name) for name in ("shop.public.orders", "shop.public.totals", "shop.public.totals"))
COLUMNS = (
    Column("id", "int32", nullable=False),
    Column("state", "string"),
    Column("amount", "decimal(10,2)"),
    Column("note", "string", default="x"),
)
CONTRACT = Contract(
    COLUMNS,
    (
        Check("primary key", "unique", {"columns": ["id"]}),
        Check("values of state", "allowed_values", {"column": "state", "values": ["new", "paid"]}),
    ),
)


class Shop:
    """A shop with one table and one view, found by any end of their names."""

    def find(self, name: str, path: Sequence[str]) -> Known | None:
        for known in (Known(ORDERS, COLUMNS, CONTRACT), Known(VIEW, (Column("total"),), jobs=(JOB,))):
            if f".{known.dataset.name}".endswith(f".{name.lower()}"):
                return known
        return None


def of(text: str, dialect: str = "postgres") -> FromScript:
    return come_to(read_ddl(text, dialect=dialect), Shop())


@pytest.mark.parametrize(
    ("dialect", "text", "changes"),
    [
        ("postgres", "ALTER TABLE orders ADD COLUMN a int NOT NULL DEFAULT 0",
         [AddColumn(ORDERS, "a", "int32", nullable=False, default="0")]),
        ("postgres", "alter table PUBLIC.ORDERS drop column if exists note cascade", [DropColumn(ORDERS, "note")]),
        ("postgres", "ALTER TABLE orders RENAME note TO remark", [RenameColumn(ORDERS, "note", "remark")]),
        ("postgres", "ALTER TABLE orders ALTER amount TYPE numeric(12,2)",
         [RetypeColumn(ORDERS, "amount", "decimal(12,2)")]),
        ("postgres", "ALTER TABLE orders ALTER note SET NOT NULL, ALTER id DROP NOT NULL",
         [ChangeNullability(ORDERS, "note", nullable=False), ChangeNullability(ORDERS, "id", nullable=True)]),
        ("postgres", "ALTER TABLE orders ALTER note DROP DEFAULT", [ChangeDefault(ORDERS, "note", None)]),
        ("postgres", "ALTER TABLE orders RENAME TO sales", [RenameDataset(ORDERS, Name("pg", "shop.public.sales"))]),
        ("postgres", "ALTER TABLE orders SET SCHEMA old", [RenameDataset(ORDERS, Name("pg", "shop.old.orders"))]),
        ("postgres", "ALTER TABLE orders ADD UNIQUE (state, note)", []),
        ("postgres", "ALTER TABLE orders ADD CHECK (state IN ('new'))",
         [ChangeAllowedValues(ORDERS, "state", ("new", "paid"), ("new",))]),
        ("postgres", "DROP TABLE orders, strange", [DropDataset(ORDERS)]),
        ("postgres", "CREATE OR REPLACE VIEW totals AS SELECT sum(amount) AS total FROM orders",
         [ChangeJob(JOB, "SELECT SUM(amount) AS total FROM orders")]),
        ("postgres", "CREATE TABLE IF NOT EXISTS orders (id int)", []),
        ("mysql", "ALTER TABLE orders DROP PRIMARY KEY", [ChangeKey(ORDERS, ())]),
        ("mysql", "ALTER TABLE orders CHANGE note remark VARCHAR(10) DEFAULT 'x'",
         [RenameColumn(ORDERS, "note", "remark")]),
        ("mysql", "ALTER TABLE orders MODIFY id BIGINT NOT NULL", [RetypeColumn(ORDERS, "id", "int64")]),
        ("mysql", "ALTER TABLE orders ADD a INT AFTER id, ADD b INT FIRST",
         [AddColumn(ORDERS, "a", "int32", position=2), AddColumn(ORDERS, "b", "int32", position=0)]),
        ("mysql", "RENAME TABLE orders TO sales", [RenameDataset(ORDERS, Name("pg", "shop.public.sales"))]),
        ("snowflake", "ALTER TABLE orders DROP COLUMN note, state",
         [DropColumn(ORDERS, "note"), DropColumn(ORDERS, "state")]),
        ("sqlite", "ALTER TABLE orders DROP note", [DropColumn(ORDERS, "note")]),
        ("duckdb", "ALTER TABLE orders ALTER id SET DATA TYPE BIGINT", [RetypeColumn(ORDERS, "id", "int64")]),
        ("tsql", "ALTER TABLE dbo.strange DROP COLUMN x\nGO\nALTER TABLE [orders] DROP COLUMN [note]",
         [DropColumn(ORDERS, "note")]),
        ("tsql", "ALTER TABLE orders ALTER COLUMN id BIGINT",
         [RetypeColumn(ORDERS, "id", "int64"), ChangeNullability(ORDERS, "id", nullable=True)]),
        ("tsql", "EXEC sp_rename 'orders.note', 'remark', 'COLUMN'", [RenameColumn(ORDERS, "note", "remark")]),
        ("oracle", "ALTER TABLE orders MODIFY (note NOT NULL)", [ChangeNullability(ORDERS, "note", nullable=False)]),
        ("oracle", "ALTER TABLE orders DROP (note, state)", [DropColumn(ORDERS, "note"), DropColumn(ORDERS, "state")]),
        ("bigquery", "ALTER TABLE `shop.public.orders` RENAME COLUMN note TO a, RENAME COLUMN state TO b",
         [RenameColumn(ORDERS, "note", "a"), RenameColumn(ORDERS, "state", "b")]),
        ("spark", "ALTER TABLE orders DROP COLUMNS (note)", [DropColumn(ORDERS, "note")]),
    ],
)  # fmt: skip
def test_a_statement_is_the_change_that_it_makes(dialect: str, text: str, changes: list[object]):
    found = of(text, dialect)

    assert list(found.changes) == changes
    assert found.unread == ()


def test_a_table_that_is_defined_anew_has_other_columns():
    found = of("DROP TABLE orders; CREATE TABLE orders (state text, id int NOT NULL, extra date)")

    assert found.changes == (
        DropColumn(ORDERS, "amount"),
        DropColumn(ORDERS, "note"),
        AddColumn(ORDERS, "extra", "date"),
        ReorderColumns(ORDERS, ("state", "id")),
        ChangeKey(ORDERS, ()),
    )


def test_what_a_script_does_and_undoes_is_no_change():
    script = """
        ALTER TABLE orders ADD COLUMN a int;
        ALTER TABLE orders RENAME COLUMN a TO b;
        ALTER TABLE orders DROP COLUMN b;
        ALTER TABLE orders RENAME TO sales;
        ALTER TABLE sales ALTER COLUMN id TYPE bigint;
        ALTER TABLE sales RENAME COLUMN note TO remark;
        ALTER TABLE sales RENAME COLUMN remark TO words;
        ALTER TABLE sales RENAME TO orders;
        CREATE TABLE own (x int);
        ALTER TABLE own ADD COLUMN y int;
    """

    found = of(script)

    assert set(found.changes) == {RetypeColumn(ORDERS, "id", "int64"), RenameColumn(ORDERS, "note", "words")}
    assert found.strangers == found.unread == ()


def test_a_column_that_is_dropped_and_comes_back_is_another_one():
    found = of("ALTER TABLE orders DROP COLUMN note; ALTER TABLE orders ADD COLUMN note date")

    assert found.changes == (DropColumn(ORDERS, "note"), AddColumn(ORDERS, "note", "date"))


def test_a_constraint_of_the_script_goes_with_its_name():
    found = of(
        "ALTER TABLE orders ADD CONSTRAINT c CHECK (note IN ('a')); ALTER TABLE orders DROP CONSTRAINT c;"
        "ALTER TABLE orders ADD CONSTRAINT u UNIQUE (note); ALTER TABLE orders DROP CONSTRAINT u"
    )

    assert (found.changes, found.unread) == ((), ())


def test_what_cannot_be_followed_is_told_with_its_line_and_takes_nothing_along():
    script = """-- a migration
ALTER TABLE orders DROP COLUMN note;
UPDATE orders SET state = 'new';
ALTER TABLE orders FROBNICATE;
CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql;
ALTER TABLE orders ADD CONSTRAINT c CHECK (amount > 0);
ALTER TABLE orders DROP CONSTRAINT other;
CREATE VIEW orders AS SELECT 1 AS id;
SELECT 'it''s; fine'; COMMENT ON TABLE orders IS 'x'; CREATE INDEX i ON orders (id);
SELECT FROM WHERE (;
"""

    found = of(script)

    assert found.changes == (DropColumn(ORDERS, "note"),)
    assert [told.partition(":")[0] for told in found.unread] == [f"line {line}" for line in (3, 4, 5, 6, 7, 8, 10)]
    assert "what UPDATE does to rows is not followed" in found.unread[0]
    assert "which job makes pg/shop.public.orders is not known here" in found.unread[5]


def test_a_table_that_comes_in_the_place_of_another_is_not_taken_for_gone():
    found = of("CREATE TABLE fresh AS SELECT 1 AS id; DROP TABLE orders; ALTER TABLE fresh RENAME TO orders")

    assert found.changes == ()
    assert found.unread == ("line 1: how fresh, which becomes orders, was made is not followed",)


def test_tables_that_nobody_has_heard_of_are_named():
    assert of("ALTER TABLE a.b DROP COLUMN c; DROP VIEW d").strangers == ("a.b", "d")


def test_steps_travel_between_processes():
    script = read_ddl("CREATE TABLE t (id int PRIMARY KEY, s text CHECK (s IN ('a'))); GIBBERISH", dialect="postgres")

    assert loads(dumps(script)) == script


def test_a_script_is_read_in_a_process_of_its_own():
    assert changes_of_script("DROP TABLE orders", dialect="postgres", tables=Shop()).changes == (DropDataset(ORDERS),)
    with pytest.raises(UnreadableSqlError, match="did you mean postgres"):
        changes_of_script("DROP TABLE orders", dialect="postgress", tables=Shop())
    with pytest.raises(UnreadableSqlError, match="characters"):
        changes_of_script(" " * 200_000, dialect="postgres", tables=Shop())
