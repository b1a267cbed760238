"""The expressions of a qualified query: how each value is made of columns, and what comes along with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from connectors.sql.binding_happenings import Happening
from connectors.sql.binding_operations import Operations
from connectors.sql.binding_shifts import Use
from connectors.sql.binding_values import Cause, Rows, Value, causes_of, digest, prints_of
from connectors.sql.reads import UnreadableSqlError
from graph_model.schemas.types import DataType, Member, StructOf, read

_EXTENDED_BY = {"LEFT": (False, True), "RIGHT": (True, False), "FULL": (True, True)}
"""By side of a join: whether rows of what stands before it, and of what it joins, may be missing."""


class MisfitError(UnreadableSqlError):
    """The query does not fit its tables, whose columns are all known: a name means none, or may mean several."""


class Terms:
    """Values of one query. Rows of a scope and of a source are asked of the walk."""

    def __init__(
        self,
        operations: Operations,
        scopes: Mapping[int, Scope],
        *,
        rows_of: Callable[[Scope], Rows],
        source_of: Callable[[exp.Table | Scope | exp.Expr], Rows],
    ) -> None:
        self._operations, self._scope_of = operations, scopes
        self._rows_of, self._source_of = rows_of, source_of

    def named(self, node: exp.Expr, scope: Scope, rows: Rows) -> Value:
        """A value that may be called by its name in the result, or by its place."""
        if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
            found = rows.at(int(node.name) - 1)
            return found if found is not None else self.of(node, scope)
        if isinstance(node, exp.Column) and not node.table:
            found = rows.column(node.name)
            if found is not None:
                return found
        return self.of(node, scope, rows)

    def of(self, node: exp.Expr, scope: Scope, rows: Rows | None = None) -> Value:
        """`rows` is the result so far, where its columns can be called by name."""
        if isinstance(node, exp.Column):
            return self._column(node, scope, rows)
        if isinstance(node, exp.Dot):
            return self._member(node, scope, rows)
        if isinstance(node, exp.Window):
            return self._window(node, scope, rows)
        if isinstance(node, exp.Select | exp.SetOperation) and node is not scope.expression:
            return self._subquery(node)
        return self._plain(node, scope, rows)

    def _plain(self, node: exp.Expr, scope: Scope, rows: Rows | None) -> Value:
        if isinstance(node, exp.Literal):
            return Value(digest("literal", node.name, node.is_string), literal=node.name, nullable=False)
        if isinstance(node, exp.TableColumn):
            return self._whole_row(node, scope)
        return self._operations.combined(node, *self._parts(node, scope, rows))

    def _parts(
        self, node: exp.Expr, scope: Scope, rows: Rows | None, *, without: str = "alias"
    ) -> tuple[list[tuple[str, Value]], list[object]]:
        """What an operation is made of: the values that go in, and its words."""
        arguments: list[tuple[str, Value]] = []
        words: list[object] = []
        for key, argument in node.args.items():
            if key == without:
                continue
            for one in argument if isinstance(argument, list) else [argument]:
                if isinstance(one, exp.Expr):
                    arguments.append((key, self.of(one, scope, rows)))
                elif one:
                    words.append((key, one))
        return arguments, words

    def _subquery(self, node: exp.Expr) -> Value:
        scope = self._scope_of.get(id(node))
        if scope is None:
            raise UnreadableSqlError("a query inside the query that is not followed")
        rows = self._rows_of(scope)
        if isinstance(node.parent, exp.Exists):
            return Value(rows.print, nullable=False, causes=frozenset(rows.causes))
        values = [value for _, value in rows.columns]
        return Value(
            digest("query", rows.print, *prints_of(values)),
            type=values[0].type if len(values) == 1 else "unknown",
            unknown=any(value.unknown for value in values),
            shifts=frozenset(shift for value in values for shift in value.shifts),
            nulls=frozenset(null for value in values for null in value.nulls),
            causes=causes_of(values) | frozenset(rows.causes),
        )

    def _window(self, window: exp.Window, scope: Scope, rows: Rows | None) -> Value:
        inner = self.of(window.this, scope, rows)
        arguments, words = self._parts(window, scope, rows, without="this")
        named = window.args.get("alias")
        for other in scope.expression.args.get("windows") or ():
            if named is not None and other.name == named.name:
                more, said = self._parts(other, scope, rows, without="this")
                arguments, words = arguments + more, words + said
        causes: set[Cause] = set(inner.causes)
        for key, value in arguments:
            causes |= self._operations.used(value, Use.ORDER if key == "order" else Use.GROUP, window)
            causes |= self._operations.chosen(replace(value, shifts=frozenset()), window)
        print_ = digest("window", inner.print, *words, *((key, one.print) for key, one in arguments))
        return replace(inner, print=print_, leaf=None, nullable=True, causes=frozenset(causes))

    def _member(self, node: exp.Dot, scope: Scope, rows: Rows | None) -> Value:
        whole = self.of(node.this, scope, rows)
        name = node.expression.name
        shifts: set[Happening] = set()
        for shift in whole.shifts:
            old, new = (_member_of(type, name) for type in (shift.old, shift.new))
            if old is None or new is None or old.type != new.type:
                shifts.add(replace(shift, old=old.type, new=new.type) if old and new else shift)
        found = _member_of(read(whole.type), name)
        return replace(
            whole,
            print=digest("member", whole.print, name.lower()),
            leaf=None,
            literal=None,
            type=str(found.type) if found else "unknown",
            nullable=True,
            shifts=frozenset(shifts),
        )

    def _column(self, column: exp.Column, scope: Scope, rows: Rows | None) -> Value:
        name = column.name
        found = rows.column(name) if rows is not None and not column.table else None
        found = found or (self._of_table(column.table, name, scope) if column.table else self._only(name, scope))
        if found is None:
            raise UnreadableSqlError(f"column {column.sql()}: where it comes from is not known")
        return found

    def _of_table(self, table: str, name: str, scope: Scope | None) -> Value | None:
        """A column of the source called `table` here or, for a correlated subquery, further out."""
        while scope is not None:
            if table in scope.sources:
                value = self._source_of(scope.sources[table]).column(name)
                if value is None:
                    raise MisfitError(f"{table} has no column {name}")
                return self._seen(value, table, scope)
            scope = scope.parent
        return None

    def _only(self, name: str, scope: Scope) -> Value | None:
        """A column without a table, where just one source has it."""
        found = [(source, self._source_of(scope.sources[source]).column(name)) for source in scope.selected_sources]
        having = [(source, value) for source, value in found if value is not None]
        if len(having) > 1:
            raise MisfitError(f"{name} may mean {' or '.join(f'{source}.{name}' for source, _ in having)}")
        if not having and scope.parent is None:
            raise MisfitError(f"there is no column {name}")
        return self._seen(having[0][1], having[0][0], scope) if having else None

    def _seen(self, value: Value, source: str, scope: Scope) -> Value:
        """The value as it is called from here: of one of several uses of a table, and missing after an outer join."""
        extended = source in _extended(scope.expression)
        return replace(value, print=digest(source, value.print), nullable=value.nullable or extended)

    def _whole_row(self, node: exp.TableColumn, scope: Scope) -> Value:
        rows = self._source_of(scope.sources[node.name]) if node.name in scope.sources else None
        if rows is None or rows.others is not None:
            raise UnreadableSqlError(f"{node.name}: where it comes from is not known")
        values = [value for _, value in rows.columns]
        return self._operations.combined(node, [("", value) for value in values], [name for name, _ in rows.columns])


def _member_of(type: DataType, name: str) -> Member | None:
    if not isinstance(type, StructOf):
        return None
    return next((one for one in type.members if one.name.lower() == name.lower()), None)


def _extended(expression: exp.Expr) -> frozenset[str]:
    """The sources of a SELECT whose columns are missing where an outer join finds nothing."""
    if not isinstance(expression, exp.Select):
        return frozenset()
    start = expression.args.get("from_")
    before = [start.this.alias_or_name] if start is not None else []
    missing: set[str] = set()
    for join in expression.args.get("joins") or ():
        left, right = _EXTENDED_BY.get(str(join.args.get("side") or "").upper(), (False, False))
        missing |= set(before) if left else set()
        missing |= {join.this.alias_or_name} if right else set()
        before.append(join.this.alias_or_name)
    return frozenset(missing)
