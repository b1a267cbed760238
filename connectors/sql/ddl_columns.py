"""What a definition says of columns and constraints, as steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlglot import exp

from connectors.sql.ddl_steps import FIRST, PRIMARY, Act, Step


class NotFollowed(Exception):
    """Something in a statement that is not known here; the message names it."""


@dataclass(frozen=True, slots=True)
class Table:
    """The table that a statement is about, its line, and how it is written."""

    name: str
    line: int
    dialect: str

    def step(self, act: Act, **said: object) -> Step:
        return replace(Step(act, self.line, self.name), **said)  # type: ignore[arg-type]


def added(table: Table, column: exp.Expr) -> Iterator[Step]:
    """A new column, with the keys that its definition makes."""
    if not isinstance(column, exp.ColumnDef):
        raise NotFollowed(column.key.upper())
    yield replace(_defined(table, column), act=Act.ADD)
    yield from _keys(table, column)


def modified(table: Table, column: exp.ColumnDef, *, whole: bool) -> Iterator[Step]:
    """`whole`: what the definition does not say is not kept, as MySQL has it."""
    said = _defined(table, column)
    if said.type:
        yield table.step(Act.TYPE, column=said.column, type=said.type)
    if whole or said.nullable is not None:
        yield table.step(Act.NULLS, column=said.column, nullable=said.nullable is not False)
    if whole or said.default is not None:
        yield table.step(Act.DEFAULT, column=said.column, default=said.default)
    if said.values is not None:
        yield table.step(Act.VALUES, column=said.column, values=said.values, name=_of_type(said.column))
    yield from _keys(table, column)


def constrained(table: Table, constraint: exp.Expr, name: str = "") -> Iterator[Step]:
    """A constraint of a whole table. A foreign key promises nothing of this table alone."""
    if isinstance(constraint, exp.Constraint):
        for one in constraint.expressions:
            yield from constrained(table, one, constraint.name)
    elif isinstance(constraint, exp.PrimaryKey):
        columns = tuple(map(name_of, constraint.expressions))
        yield table.step(Act.KEY, columns=columns, name=PRIMARY, text=name)
        yield from (table.step(Act.NULLS, column=column, nullable=False) for column in columns)
    elif isinstance(constraint, exp.UniqueColumnConstraint):
        schema = constraint.this
        columns = tuple(map(name_of, schema.expressions)) if isinstance(schema, exp.Schema) else ()
        called = name or (schema.name if isinstance(schema, exp.Schema) and schema.this else "")
        yield table.step(Act.KEY, columns=columns, name=called)
    elif isinstance(constraint, exp.CheckColumnConstraint | exp.Check):
        yield from _values(table, constraint.this, name)
    elif not isinstance(constraint, exp.ForeignKey | exp.IndexColumnConstraint):
        raise NotFollowed(constraint.key.upper())


def name_of(column: exp.Expr) -> str:
    """The name of a column as it is written; a field inside of one by its path."""
    if isinstance(column, exp.Column):
        return ".".join(part.name for part in column.parts)
    if isinstance(column, exp.Ordered | exp.Paren):
        return name_of(column.this)
    return column.name


def _defined(table: Table, column: exp.ColumnDef) -> Step:
    kind = column.args.get("kind")
    constraints = [one.args.get("kind") for one in column.args.get("constraints") or ()]
    not_null = next((one for one in constraints if isinstance(one, exp.NotNullColumnConstraint)), None)
    default = next((one for one in constraints if isinstance(one, exp.DefaultColumnConstraint)), None)
    is_key = any(isinstance(one, exp.PrimaryKeyColumnConstraint) for one in constraints)
    nullable = bool(not_null.args.get("allow_null")) if not_null is not None else (False if is_key else None)
    return table.step(
        Act.ADD,
        column=column.name,
        type=kind.sql(dialect=table.dialect) if kind is not None else "",
        nullable=nullable,
        default=None if default is None else value_of(default.this, table.dialect),
        values=_listed(kind.expressions) if isinstance(kind, exp.DataType) and kind.is_type("enum") else None,
        place=_place(column.args.get("position")),
    )


def value_of(value: exp.Expr | None, dialect: str) -> str | None:
    """A literal as the text it stands for, anything else as it is written; NULL is nothing."""
    if value is None or isinstance(value, exp.Null):
        return None
    return value.name if isinstance(value, exp.Literal) else value.sql(dialect=dialect)


def _place(position: exp.Expr | None) -> str | None:
    if position is None:
        return None
    return FIRST if str(position.args.get("position")).upper() == "FIRST" else name_of(position.this)


def _keys(table: Table, column: exp.ColumnDef) -> Iterator[Step]:
    for one in column.args.get("constraints") or ():
        kind = one.args.get("kind")
        if isinstance(kind, exp.PrimaryKeyColumnConstraint):
            yield table.step(Act.KEY, columns=(column.name,), name=PRIMARY)
        elif isinstance(kind, exp.UniqueColumnConstraint):
            yield table.step(Act.KEY, columns=(column.name,), name=one.name)
        elif isinstance(kind, exp.CheckColumnConstraint):
            yield from _values(table, kind.this, one.name)


def _values(table: Table, condition: exp.Expr | None, name: str) -> Iterator[Step]:
    """Only a list of values says which may occur; what any other condition lets through, nobody can say."""
    while isinstance(condition, exp.Paren):
        condition = condition.this
    if not isinstance(condition, exp.In) or not isinstance(condition.this, exp.Column):
        raise NotFollowed("a CHECK that is no list of values")
    values = _listed(condition.expressions)
    if values is None:
        raise NotFollowed("a CHECK that is no list of values")
    yield table.step(Act.VALUES, column=name_of(condition.this), values=values, name=name)


def _listed(values: list[exp.Expr]) -> tuple[str, ...] | None:
    literals = [one.name for one in values if isinstance(one, exp.Literal)]
    return tuple(literals) if literals and len(literals) == len(values) else None


def _of_type(column: str) -> str:
    """A constraint that is a part of the column's type."""
    return f"type of {column}"
