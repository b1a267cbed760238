"""What one statement writes into which table, as queries: an UPDATE sets columns to what a SELECT would give.

So everything that is written is followed in one way, the way of a query.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from connectors.sql.clauses import table_name
from connectors.sql.selects import (
    Piece,
    alias_of,
    as_query,
    assigning,
    conditions_of,
    hand_down,
    meant,
    selecting,
    settings_of,
    with_given_values,
)

# They read no data and write none, or only take some away.
_HARMLESS = (
    exp.Set,
    exp.Use,
    exp.Transaction,
    exp.Commit,
    exp.Rollback,
    exp.Analyze,
    exp.Grant,
    exp.Comment,
    exp.TruncateTable,
    exp.Pragma,
    exp.Describe,
    exp.Show,
    exp.Cache,
    exp.Refresh,
    exp.Semicolon,
    exp.EndStatement,
    exp.Declare,
    exp.Return,
)
_HARMLESS_COMMANDS = frozenset(
    [
        "SET",
        "USE",
        "BEGIN",
        "START",
        "COMMIT",
        "ROLLBACK",
        "ANALYZE",
        "GRANT",
        "REVOKE",
        "VACUUM",
        "EXPLAIN",
        "SHOW",
        "REINDEX",
        "CHECKPOINT",
        "LOCK",
        "PRINT",
        "END",
        "INSTALL",
        "LOAD",
        "RESET",
        "OPTIMIZE",
        "RETURN",
    ]
)


@dataclass(frozen=True, slots=True)
class Written:
    """What a statement does. `table` None: it only asks. `creates`: the table has just the columns of the query.

    `declares` are the columns of a table that is created empty. `lost` says in words what is not followed.
    """

    table: str | None = None
    pieces: tuple[Piece, ...] = ()
    creates: bool = False
    temporary: bool = False
    declares: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    renames: tuple[str, str] | None = None
    lost: tuple[str, ...] = ()


def written_by(statement: exp.Expr) -> list[Written]:
    """What a statement writes; empty when it neither reads nor writes. Names are folded, tables are single names."""
    if is_harmless(statement):
        return []
    if isinstance(statement, exp.MultitableInserts):
        return _several(statement)
    for kind, reader in _READERS:
        if isinstance(statement, kind):
            found = reader(statement)
            return [found] if found else []
    return [Written(lost=(f"{_called(statement)} is not followed",))]


def is_harmless(statement: exp.Expr) -> bool:
    """Whether it reads no data and writes none, or only takes some away."""
    return isinstance(statement, _HARMLESS) or _is_harmless_command(statement)


def _is_harmless_command(statement: exp.Expr) -> bool:
    return isinstance(statement, exp.Command) and str(statement.this).upper() in _HARMLESS_COMMANDS


def _called(statement: exp.Expr) -> str:
    name = str(statement.this) if isinstance(statement, exp.Command) else statement.key
    return name.upper()


def _query(query: exp.Expr) -> Written:
    into = query.args.get("into") if isinstance(query, exp.Select) else None
    if into is None:
        return Written(pieces=(Piece(as_query(query)),))
    query.set("into", None)
    return Written(
        table_name(into.this), (Piece(as_query(query)),), creates=True, temporary=bool(into.args.get("temporary"))
    )


def _create(create: exp.Expr) -> Written | None:
    kind = str(create.args.get("kind") or "").upper()
    if kind not in ("TABLE", "VIEW"):
        return (
            None
            if kind in ("SCHEMA", "DATABASE", "INDEX", "SEQUENCE", "TYPE")
            else Written(lost=(f"CREATE {kind} is not followed",))
        )
    schema = create.this if isinstance(create.this, exp.Schema) else None
    target = table_name(schema.this if schema else create.this)
    columns = (
        tuple(one.name for one in schema.expressions if isinstance(one, exp.ColumnDef | exp.Identifier))
        if schema
        else ()
    )
    properties = create.args.get("properties")
    temporary = properties is not None and properties.find(exp.TemporaryProperty) is not None
    source = create.args.get("clone") or create.find(exp.LikeProperty)
    if isinstance(source, exp.Clone):
        copied = exp.select("*").from_(source.this.copy())
        return Written(target, (Piece(copied),), creates=True, temporary=temporary)
    if create.expression is None:
        return Written(target, creates=True, temporary=temporary, declares=columns)
    if not isinstance(create.expression, exp.Query):
        return Written(target, creates=True, temporary=temporary, lost=(f"CREATE {kind} {target} is not followed",))
    query = as_query(create.expression)
    hand_down(create, query)
    return Written(target, (Piece(query, columns or None),), creates=True, temporary=temporary)


def _insert(insert: exp.Expr) -> Written:
    schema = insert.this if isinstance(insert.this, exp.Schema) else None
    table = schema.this if schema else insert.this
    if not isinstance(table, exp.Table):
        return Written(lost=(f"{insert.key.upper()} into something that is no table is not followed",))
    target = table_name(table)
    columns = tuple(one.name for one in schema.expressions) if schema else None
    source = insert.expression
    if not isinstance(source, exp.Query | exp.Values):
        lost = () if source is None else (f"INSERT into {target} from {source.key.upper()} is not followed",)
        return Written(target, lost=lost)
    query = as_query(source)
    hand_down(insert, query)
    pieces = [Piece(query, columns, by_name=bool(insert.args.get("by_name")))]
    conflict = insert.args.get("conflict")
    if conflict is not None and conflict.expressions:
        rows = [table, exp.Subquery(this=query.copy(), alias=alias_of("excluded", columns or ()))]
        keys = [one.find(exp.Column) for one in conflict.args.get("conflict_keys") or ()]
        same = [
            exp.EQ(this=exp.column(key.name, table.alias_or_name), expression=exp.column(key.name, "excluded"))
            for key in keys
            if key
        ]
        pieces += assigning(
            settings_of(with_given_values(conflict).expressions), rows, [*same, *conditions_of(conflict, "where")]
        )
    return Written(target, tuple(pieces))


def _several(statement: exp.Expr) -> list[Written]:
    """`FROM s INSERT … SELECT … INSERT … SELECT …`, and `INSERT ALL INTO … INTO … SELECT …`."""
    source = statement.args["source"]
    found: list[Written] = []
    for one in statement.expressions:
        insert = one.this if isinstance(one, exp.ConditionalInsert) else one
        conditions = [one.expression] if isinstance(one, exp.ConditionalInsert) and one.expression is not None else []
        if isinstance(insert.expression, exp.Values):
            rows = exp.Subquery(this=source.copy(), alias=exp.TableAlias(this=exp.to_identifier("rows_given")))
            insert.set("expression", selecting(insert.expression.expressions[0].expressions, [rows], conditions))
        elif isinstance(insert.expression, exp.Select) and not insert.expression.args.get("from_"):
            insert.expression.set("from_", exp.From(this=source.copy()))
        found.append(_insert(insert))
    return found


def _update(update: exp.Expr) -> Written:
    clause = update.args.get("from_")
    sources = [clause.this] if isinstance(clause, exp.From) else []
    target = meant(update.this, sources)
    rows = sources if target is not update.this else [update.this, *sources]
    pieces = assigning(settings_of(update.expressions), rows, conditions_of(update, "where"), update)
    return Written(table_name(target), tuple(pieces))


def _delete(delete: exp.Expr) -> Written:
    named = delete.args.get("tables") or []
    if len(named) > 1:
        return Written(lost=("DELETE from several tables is not followed",))
    using = delete.args.get("using") or []
    sources = [one for one in (using if isinstance(using, list) else [using]) if isinstance(one, exp.Expr)]
    if named:  # DELETE x FROM orders AS x JOIN …
        sources, table = [delete.this, *sources], named[0]
    else:
        table = delete.this
    target = meant(table, sources)
    rows = sources if target is not table else [table, *sources]
    return Written(table_name(target), (Piece(selecting([], rows, conditions_of(delete, "where"), delete), ()),))


def _merge(merge: exp.Expr) -> Written:
    target, source = merge.this, merge.args["using"]
    rows = [target, source]
    pieces: list[Piece] = []
    on = [condition for condition in (merge.args.get("on"),) if isinstance(condition, exp.Expr)]
    for when in merge.args["whens"].expressions:
        conditions = [*on, *conditions_of(when, "condition")]
        then = when.args.get("then")
        if isinstance(then, exp.Update) and then.expressions and not isinstance(then.expressions[0], exp.Star):
            pieces += assigning(settings_of(then.expressions), rows, conditions, merge)
        elif isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
            names = [one.name for one in then.this.expressions] if isinstance(then.this, exp.Tuple) else None
            pieces.append(Piece(selecting(then.expression.expressions, rows, conditions, merge), names))
        elif isinstance(then, exp.Update | exp.Insert):
            star = exp.Column(this=exp.Star(), table=exp.to_identifier(source.alias_or_name))
            pieces.append(Piece(selecting([star], rows, conditions, merge), by_name=True))
        else:  # DELETE, DO NOTHING
            pieces.append(Piece(selecting([], rows, conditions, merge), ()))
    return Written(table_name(target), tuple(pieces))


def _alter(alter: exp.Expr) -> Written | None:
    for action in alter.args.get("actions") or ():
        if isinstance(action, exp.AlterRename):
            return Written(renames=(table_name(alter.this), table_name(action.this)))
    return None


def _drop(drop: exp.Expr) -> Written | None:
    tables = drop.args.get("tables") or [drop.this]
    is_table = str(drop.args.get("kind") or "").upper() == "TABLE"
    return Written(drops=tuple(table_name(table) for table in tables if table)) if is_table else None


_READERS = (
    (exp.Query, _query),
    (exp.Create, _create),
    (exp.Insert, _insert),
    (exp.Update, _update),
    (exp.Delete, _delete),
    (exp.Merge, _merge),
    (exp.Alter, _alter),
    (exp.Drop, _drop),
)
