"""Reads a script of definitions: `ALTER`, `DROP`, `CREATE OR REPLACE`, in any dialect. What cannot be followed is told.

Pure, and for a process with limits: `child.py` asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlglot import exp

from connectors.sql.ddl_columns import NotFollowed, Table, added, constrained, modified, name_of, value_of
from connectors.sql.ddl_commands import bare, commanded, dropped_without_word
from connectors.sql.ddl_statements import parsed, shown, statements
from connectors.sql.ddl_steps import PRIMARY, Act, Script, Step
from connectors.sql.parse import check_dialect
from connectors.sql.reads import LONGEST_SQL, UnreadableSqlError
from connectors.sql.statements import is_harmless

_HARMLESS_KINDS = ("INDEX", "SEQUENCE", "SCHEMA", "DATABASE", "TYPE", "EXTENSION", "ROLE", "USER", "TAG", "STAGE")
_ROWS = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.TruncateTable, exp.Copy, exp.MultitableInserts)


def read_ddl(text: str, *, dialect: str) -> Script:
    """Everything that a script does to tables and views, in order. Raises UnreadableSqlError for a dialect that there
    is not, and for a text that is too long."""
    check_dialect(dialect)
    if len(text) > LONGEST_SQL:
        raise UnreadableSqlError(f"the SQL has {len(text)} characters, more than the {LONGEST_SQL} that are read")
    steps: list[Step] = []
    unread: list[tuple[int, str]] = []
    for line, statement in statements(text, dialect=dialect):
        try:
            steps += _steps(line, statement, dialect)
        except NotFollowed as problem:
            unread.append((line, f"{shown(statement)}: {problem} is not followed"))
    return Script(tuple(steps), tuple(unread))


def _steps(line: int, text: str, dialect: str) -> list[Step]:
    statement = parsed(text, dialect=dialect)
    if statement is None:
        raise NotFollowed("what cannot be read")
    if isinstance(statement, _ROWS):
        raise NotFollowed(f"what {statement.key.upper()} does to rows")
    if isinstance(statement, exp.Use):
        return [Step(Act.USE, line, "", to=dotted(statement.this))] if statement.this else []
    for kind, reader in _READERS:
        if isinstance(statement, kind):
            return list(reader(statement, Table("", line, dialect)))
    if isinstance(statement, exp.Query) or is_harmless(statement):
        return []
    raise NotFollowed(statement.key.upper())


def dotted(table: exp.Expr | None) -> str:
    """The name of a table as it is written, without its quotes."""
    if isinstance(table, exp.Table):
        return ".".join(part.name for part in table.parts)
    return table.name if table else ""


def _altered(alter: exp.Expr, place: Table) -> Iterator[Step]:
    table = replace(place, name=dotted(alter.this))
    to = next((one for one in alter.args.get("options") or () if isinstance(one, exp.ToTableProperty)), None)
    for action in alter.args.get("actions") or ():
        if isinstance(action, exp.AlterRename) and to is not None:  # RENAME a TO b, without the word COLUMN
            yield table.step(Act.RENAME, column=dotted(action.this), to=dotted(to.this))
        elif isinstance(action, exp.Query):
            yield table.step(Act.QUERY, text=action.sql(dialect=table.dialect), replaces=True)
        else:
            yield from _action(table, action)


def _action(table: Table, action: exp.Expr) -> Iterator[Step]:
    for kind, reader in _ACTIONS:
        if isinstance(action, kind):
            yield from reader(table, action)
            return
    raise NotFollowed(action.key.upper())


def _dropped_part(table: Table, drop: exp.Expr) -> Iterator[Step]:
    kind = str(drop.args.get("kind") or "").upper()
    named = [inner for one in drop.args.get("tables") or [drop.this] if one for inner in one.expressions or [one]]
    names = [name_of(one) for one in named]
    if kind in ("COLUMN", "COLUMNS"):
        yield from (table.step(Act.DROP, column=name) for name in names)
    elif kind in ("CONSTRAINT", "INDEX", "KEY"):
        yield from (table.step(Act.FREE, name=name) for name in names)
    else:
        raise NotFollowed(f"DROP {kind}".strip())


def _altered_column(table: Table, change: exp.Expr) -> Iterator[Step]:
    column, said = name_of(change.this), change.args
    to = said.get("rename_to")
    if to is not None and to.name.lower() != column.lower():
        yield table.step(Act.RENAME, column=column, to=to.name)
        column = to.name
    if said.get("dtype") is not None:
        yield table.step(Act.TYPE, column=column, type=said["dtype"].sql(dialect=table.dialect))
    nulls = said.get("allow_null")
    if nulls is None and said.get("dtype") is not None and table.dialect == "tsql":
        nulls = True  # what is not said to be NOT NULL may be empty from then on
    if nulls is not None:
        yield table.step(Act.NULLS, column=column, nullable=bool(nulls))
    elif said.get("default") is not None or (said.get("drop") and said.get("dtype") is None):
        yield table.step(Act.DEFAULT, column=column, default=value_of(said.get("default"), table.dialect))


def _renamed_column(table: Table, change: exp.Expr) -> Iterator[Step]:
    yield table.step(Act.RENAME, column=name_of(change.this), to=name_of(change.args["to"]))


def _modified_column(table: Table, change: exp.Expr) -> Iterator[Step]:
    former, column = change.args.get("rename_from"), change.this
    if former is not None and former.name.lower() != column.name.lower():
        yield table.step(Act.RENAME, column=former.name, to=column.name)
    yield from modified(table, column, whole=True)


def _created(create: exp.Expr, place: Table) -> Iterator[Step]:
    kind = str(create.args.get("kind") or "").upper()
    if kind in _HARMLESS_KINDS:
        return
    if kind not in ("TABLE", "VIEW"):
        raise NotFollowed(f"CREATE {kind}".strip())
    schema = create.this if isinstance(create.this, exp.Schema) else None
    table = replace(place, name=dotted(schema.this if schema else create.this))
    properties = create.args.get("properties")
    if properties is not None and properties.find(exp.TemporaryProperty) is not None:
        raise NotFollowed("a temporary table")
    if create.args.get("exists"):
        return  # what is there stays
    replaces = bool(create.args.get("replace"))
    if isinstance(create.expression, exp.Query):
        columns = tuple(map(name_of, schema.expressions)) if schema else ()
        text = create.expression.sql(dialect=table.dialect)
        yield table.step(Act.QUERY, text=text, columns=columns, replaces=replaces)
    elif schema is None or create.expression is not None or create.args.get("clone"):
        raise NotFollowed(f"what CREATE {kind} is made from")
    else:
        inner = tuple(step for one in schema.expressions for step in _inside(table, one))
        yield table.step(Act.CREATE, inner=inner, replaces=replaces)


def _inside(table: Table, one: exp.Expr) -> Iterator[Step]:
    yield from added(table, one) if isinstance(one, exp.ColumnDef) else constrained(table, one)


def _dropped(drop: exp.Expr, place: Table) -> Iterator[Step]:
    kind = str(drop.args.get("kind") or "").upper()
    if kind in ("TABLE", "VIEW"):
        tables = drop.args.get("tables") or [drop.this]
        yield from (Step(Act.DROP_TABLE, place.line, dotted(table)) for table in tables if table)
    elif kind in ("SCHEMA", "DATABASE") or kind not in (*_HARMLESS_KINDS, "FUNCTION", "PROCEDURE", "TRIGGER"):
        raise NotFollowed(f"DROP {kind}".strip())


def _called(execute: exp.Expr, place: Table) -> Iterator[Step]:
    """`EXEC sp_rename 'table.column', 'new', 'COLUMN'`."""
    texts = [one.name for one in execute.expressions if isinstance(one, exp.Literal)]
    if dotted(execute.this).lower().rpartition(".")[2] != "sp_rename" or len(texts) != len(execute.expressions):
        raise NotFollowed(execute.key.upper())
    if len(texts) == 2:
        yield Step(Act.RENAME_TABLE, place.line, texts[0], to=texts[1])
    elif len(texts) == 3 and texts[2].upper() == "COLUMN":
        table, _, column = texts[0].rpartition(".")
        yield Step(Act.RENAME, place.line, table, column=bare(column), to=texts[1])
    elif len(texts) != 3 or texts[2].upper() != "INDEX":
        raise NotFollowed("EXEC sp_rename")


_ACTIONS: tuple[tuple[type[exp.Expr], Callable[[Table, Any], Iterable[Step]]], ...] = (
    (exp.ColumnDef, added),
    (exp.Schema, lambda table, it: (step for one in it.expressions for step in added(table, one))),
    (exp.Drop, _dropped_part),
    (exp.DropPrimaryKey, lambda table, _: [table.step(Act.FREE, name=PRIMARY)]),
    (
        exp.RenameColumn,
        _renamed_column,
    ),
    (exp.AlterColumn, _altered_column),
    (exp.ModifyColumn, _modified_column),
    (exp.AlterRename, lambda table, it: [table.step(Act.RENAME_TABLE, to=dotted(it.this))]),
    (exp.AddConstraint, lambda table, it: (step for one in it.expressions for step in constrained(table, one))),
    (exp.Command, dropped_without_word),
)
_READERS: tuple[tuple[type[exp.Expr], Callable[[Any, Table], Iterable[Step]]], ...] = (
    (exp.Alter, _altered),
    (exp.Create, _created),
    (exp.Drop, _dropped),
    (exp.Execute, _called),
    (exp.Command, lambda command, place: commanded(command, place, _altered)),
)
