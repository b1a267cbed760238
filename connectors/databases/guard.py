"""A guard on a table: sessions of an attempt that is over change nothing in it, whatever they run.

For procedures that write one fixed table and commit as they go. Sessions that belong to no attempt pass: the guard
keeps our own past out, it is no permission.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from connectors.storage.database import database, named, writing
from connectors.storage.fences import fence_table
from connectors.storage.locations import address_of, split_table
from graph_model.errors import ContentError
from graph_model.versions.entities import Content

GUARD = "headwater_guard"
_FUNCTION = """\
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $guard$
DECLARE
  mine text := current_setting('hw.fence', true);
BEGIN
  IF mine IS NULL OR mine = '' THEN
    RETURN NULL;
  END IF;
  PERFORM 1 FROM {fences} f
    WHERE f.dataset = TG_ARGV[0] AND f.partition = current_setting('hw.partition', true) AND f.fence = mine::bigint
    FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% may not be written by this attempt any more: its fence is over', TG_ARGV[0]
      USING ERRCODE = 'HW001';
  END IF;
  RETURN NULL;
END
$guard$"""
_TRIGGER = """\
CREATE OR REPLACE TRIGGER {trigger} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION {function}({dataset})"""
_INSTALLED = sa.text(
    "SELECT EXISTS (SELECT 1 FROM pg_trigger"
    " WHERE tgname = :trigger AND tgrelid = to_regclass(:table) AND tgenabled <> 'D')"
)


def guard_statements(dialect: sa.Dialect, table: str, dataset: str) -> tuple[str, ...]:
    """What puts a guard on `table`, which holds `dataset`; a second time it changes nothing."""
    prepare = dialect.identifier_preparer
    schema, name = named(table)
    function = prepare.format_table(sa.table(GUARD, schema=schema))
    fences = fence_table(table)
    made = str(CreateTable(fences, if_not_exists=True).compile(dialect=dialect)).strip()
    literal = sa.String().literal_processor(dialect)
    assert literal is not None, "every dialect writes texts"
    trigger = _TRIGGER.format(
        trigger=GUARD,
        table=prepare.format_table(sa.table(name, schema=schema)),
        function=function,
        dataset=literal(dataset),
    )
    return made, _FUNCTION.format(function=function, fences=prepare.format_table(fences)), trigger


def has_guard(connection: sa.Connection, table: str) -> bool:
    schema, name = named(table)
    written = connection.dialect.identifier_preparer.format_table(sa.table(name, schema=schema))
    return bool(connection.scalar(_INSTALLED, {"trigger": GUARD, "table": written}))


def install_guard(address: str, table: str, dataset: str) -> None:
    """Puts a guard on a table. Raises ContentError for a database that knows none, and StorageUnavailable."""
    with database(Content("table", f"{address}#{table}"), writes=True) as (engine, name):
        _refuse_others(engine.dialect)
        with writing(engine) as connection:
            for statement in guard_statements(engine.dialect, name, dataset):
                connection.exec_driver_sql(statement.replace("%", "%%"))


def printed_guard(address: str, table: str, dataset: str) -> str:
    """The same as SQL to run by hand. Raises ContentError."""
    location, name = split_table(f"{address}#{table}")
    dialect = address_of(location).get_dialect()()
    _refuse_others(dialect)
    return "".join(f"{statement};\n" for statement in guard_statements(dialect, name, dataset))


def _refuse_others(dialect: sa.Dialect) -> None:
    if dialect.name != "postgresql":
        raise ContentError(f"a guard is a trigger of PostgreSQL, and this database is {dialect.name}")
