"""Queries made of the parts of other statements: what an UPDATE sets or a MERGE inserts, as a SELECT would give it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Piece:
    """One query whose result goes into a table. `columns` are those that it goes to, by position; None: all that the
    table has, where they are known, else those of the result. `by_name`: each goes to the column that is called so.
    """

    query: exp.Query
    columns: Sequence[str] | None = None
    by_name: bool = False


def as_query(source: exp.Expr) -> exp.Query:
    """A query as it is. Of VALUES one SELECT per row that is more than constants, all in one union."""
    if not isinstance(source, exp.Values):
        return source  # type: ignore[return-value]
    rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in source.expressions]
    telling = [row for row in rows if any(value.find(exp.Query, exp.Column) for value in row)] or rows[:1]
    query: exp.Query = exp.Select(expressions=[value.copy() for value in telling[0]])
    for row in telling[1:]:
        query = exp.Union(
            this=query, expression=exp.Select(expressions=[value.copy() for value in row]), distinct=False
        )
    return query


def hand_down(statement: exp.Expr, query: exp.Query) -> None:
    """`WITH … INSERT INTO … SELECT`: the common table expressions belong to the query."""
    common = statement.args.get("with_")
    if isinstance(common, exp.With) and not query.args.get("with_"):
        query.set("with_", common.copy())


def selecting(
    values: Iterable[exp.Expr],
    rows: Sequence[exp.Expr],
    conditions: Sequence[exp.Expr],
    statement: exp.Expr | None = None,
) -> exp.Select:
    select = exp.Select(expressions=[value.copy() for value in values] or [exp.Literal.number(1)])
    for position, row in enumerate(rows):
        copied = row.copy()
        joins = copied.args.get("joins") or []
        copied.set("joins", None)
        if position:
            select.append("joins", exp.Join(this=copied, kind="CROSS"))
        else:
            select.set("from_", exp.From(this=copied))
        for join in joins:
            select.append("joins", join.copy())
    if conditions:
        select.set("where", exp.Where(this=exp.and_(*conditions, copy=True)))
    if statement is not None:
        hand_down(statement, select)
    return select


def assigning(
    settings: Sequence[tuple[str, exp.Expr]],
    rows: Sequence[exp.Expr],
    conditions: Sequence[exp.Expr],
    statement: exp.Expr | None = None,
) -> list[Piece]:
    """The pieces of `SET column = value, …`; a value that is no expression over rows (DEFAULT) comes from nowhere."""
    if not settings:
        return [Piece(selecting([], rows, conditions, statement), ())]
    query = selecting([value for _, value in settings], rows, conditions, statement)
    return [Piece(query, [column for column, _ in settings])]


def settings_of(assignments: Iterable[exp.Expr]) -> list[tuple[str, exp.Expr]]:
    found: list[tuple[str, exp.Expr]] = []
    for one in assignments:
        if not isinstance(one, exp.EQ | exp.PropertyEQ):
            continue
        names, value = one.this, one.expression
        if not isinstance(names, exp.Tuple):
            found.append((names.name, value))
        elif isinstance(value, exp.Tuple):
            found += [(name.name, part) for name, part in zip(names.expressions, value.expressions, strict=False)]
        else:
            found += [(name.name, value) for name in names.expressions]
    return found


def meant(table: exp.Expr, sources: Sequence[exp.Expr]) -> exp.Expr:
    """The table that `UPDATE x … FROM orders AS x` changes: the one among its sources that is called so."""
    joined = [join.this for source in sources for join in source.args.get("joins") or ()]
    for source in (*sources, *joined):
        if isinstance(source, exp.Table) and source.alias_or_name == table.alias_or_name:
            return source
    return table


def conditions_of(holder: exp.Expr, key: str) -> list[exp.Expr]:
    clause = holder.args.get(key)
    if isinstance(clause, exp.Where):
        return [clause.this]
    return [clause] if isinstance(clause, exp.Expr) else []


def with_given_values(conflict: exp.Expr) -> exp.Expr:
    """ON DUPLICATE KEY UPDATE calls `VALUES(x)` what others call `excluded.x`."""
    for call in list(conflict.find_all(exp.Anonymous)):
        if call.name.upper() == "VALUES" and call.expressions:
            call.replace(exp.column(call.expressions[0].name, table="excluded"))
    return conflict


def alias_of(name: str, columns: Sequence[str]) -> exp.TableAlias:
    return exp.TableAlias(
        this=exp.to_identifier(name), columns=[exp.to_identifier(one, quoted=True) for one in columns]
    )
