"""Walks a qualified query, scope by scope: how its rows are chosen and how each value is made, down to the columns of
the tables, and what the things that happen to these columns do on the way up.

Made for two walks, over the tables before and after, whose prints are then compared. Where a walk cannot be sure it
raises UnreadableSqlError, and whoever asked takes the worst.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from connectors.sql.binding_happenings import Event, Happening
from connectors.sql.binding_operations import Operations
from connectors.sql.binding_shifts import Use
from connectors.sql.binding_terms import MisfitError, Terms
from connectors.sql.binding_values import Rows, Value, digest, prints_of
from connectors.sql.clauses import star_of, table_name
from connectors.sql.reads import UnreadableSqlError
from graph_model.contracts.entities import Column

_NOT_FOLLOWED = (exp.Pivot, exp.Columns, exp.MatchRecognize, exp.Lambda, exp.TableSample)
_CHOOSING = ("where", "having", "qualify")
_CUTTING = ("limit", "offset", "fetch", "sample")


class Walk:
    """`columns` are the tables, their columns by the keys that they compare by."""

    def __init__(
        self,
        query: exp.Query,
        columns: Mapping[str, Mapping[str, Column]],
        happenings: Iterable[Happening],
        dialect: str,
    ) -> None:
        root = build_scope(query)
        if root is None:
            raise UnreadableSqlError("the SQL is not a SELECT")
        for odd in _NOT_FOLLOWED:
            if query.find(odd):
                raise UnreadableSqlError(f"{odd.__name__} is not followed")
        told = list(happenings)
        self._root, self._columns, self._operations = root, columns, Operations(dialect, told)
        self._told = {
            (one.table, one.column.lower(), one.event): one
            for one in told
            if one.event in (Event.RETYPED, Event.NULLABLE)
        }
        self._scope_of = {id(scope.expression): scope for scope in root.traverse()}
        self._terms = Terms(self._operations, self._scope_of, rows_of=self._rows, source_of=self._source)
        self._known: dict[int, Rows] = {}
        self._open: set[int] = set()

    def rows(self) -> Rows:
        return self._rows(self._root)

    def _rows(self, scope: Scope) -> Rows:
        key = id(scope.expression)
        if key in self._open:
            raise UnreadableSqlError("a recursion is not followed")
        if key not in self._known:
            self._open.add(key)
            self._known[key] = self._rows_of(scope)
            self._open.discard(key)
        return self._known[key]

    def _rows_of(self, scope: Scope) -> Rows:
        expression = scope.expression
        if isinstance(expression, exp.Select):
            return self._select(expression, scope)
        if isinstance(expression, exp.SetOperation):
            return self._set_operation(expression, scope)
        if isinstance(expression, exp.Subquery):
            return self._parenthesised(expression, scope)
        value = self._terms.of(expression, scope)
        causes = self._operations.chosen(value, expression)
        return Rows(digest("function", value.print), causes=set(causes), others=value)

    def _select(self, select: exp.Select, scope: Scope) -> Rows:
        sources = [(name, self._source(source)) for name, (_, source) in scope.selected_sources.items()]
        rows = Rows("", causes={cause for _, source in sources for cause in source.causes})
        for projection in select.selects:
            if star_of(projection) is not None:
                raise UnreadableSqlError("a * over columns that are not known")
            rows.columns.append((projection.alias_or_name, self._terms.of(projection, scope)))
        parts: list[object] = [(name, source.print) for name, source in sources]
        parts += [self._join(join, scope, rows) for join in select.args.get("joins") or ()]
        parts += [self._terms.of(one, scope).print for one in select.args.get("laterals") or ()]
        for key in _CHOOSING:
            parts.append(self._choice(select.args.get(key), scope, rows))
        parts.append(self._grouping(select, scope, rows))
        parts.append(self._distinct(select, scope, rows))
        parts += self._ending(select, scope, rows)
        rows.print = digest(*parts)
        return rows

    def _join(self, join: exp.Join, scope: Scope, rows: Rows) -> tuple[object, ...]:
        if join.args.get("using") or join.args.get("method") not in (None, "", "ASOF"):
            raise UnreadableSqlError("a join whose keys are not known")
        words = (join.args.get("side"), join.args.get("kind"), join.args.get("method"))
        return *words, self._choice(join.args.get("on"), scope, rows)

    def _choice(self, clause: exp.Expr | None, scope: Scope, rows: Rows) -> str:
        if clause is None:
            return ""
        condition = clause.this if isinstance(clause, exp.Where | exp.Having | exp.Qualify) else clause
        value = self._terms.named(condition, scope, rows)
        rows.causes |= self._operations.chosen(value, condition)
        return value.print

    def _grouping(self, select: exp.Select, scope: Scope, rows: Rows) -> object:
        group = select.args.get("group")
        if group is None:
            return any(projection.find(exp.AggFunc) for projection in select.selects)
        if group.args.get("all"):
            plain = [
                value
                for projection, (_, value) in zip(select.selects, rows.columns, strict=True)
                if not projection.find(exp.AggFunc)
            ]
            return self._compared(plain, Use.GROUP, group, rows)
        if any(group.args.get(key) for key in ("rollup", "cube", "grouping_sets", "totals")):
            values = [
                self._terms.named(one, scope, rows)
                for key in ("rollup", "cube", "grouping_sets")
                for one in group.args.get(key) or ()
            ]
            return group.sql(), self._compared(values, Use.OTHER, group, rows)
        values = [self._terms.named(one, scope, rows) for one in group.expressions]
        return self._compared(values, Use.GROUP, group, rows)

    def _distinct(self, select: exp.Select, scope: Scope, rows: Rows) -> object:
        distinct = select.args.get("distinct")
        if distinct is None:
            return ""
        on = distinct.args.get("on")
        if on is None:
            return self._compared([value for _, value in rows.columns], Use.GROUP, distinct, rows)
        keys = on.expressions if isinstance(on, exp.Tuple) else [on]
        return self._compared([self._terms.named(one, scope, rows) for one in keys], Use.GROUP, distinct, rows)

    def _ending(self, query: exp.Expr, scope: Scope, rows: Rows) -> list[object]:
        parts: list[object] = []
        order = query.args.get("order")
        if order is not None:
            keys = self._ordering(order, scope, rows)
            parts += [
                self._compared(keys, Use.ORDER, order, rows),
                [one.sql() for one in order.expressions if one.args.get("desc")],
            ]
        for key in _CUTTING:
            if query.args.get(key) is not None:
                parts.append((key, self._terms.of(query.args[key], scope).print))
        return parts

    def _ordering(self, order: exp.Expr, scope: Scope, rows: Rows) -> list[Value]:
        if any(one.sql().upper().split()[0] == "ALL" for one in order.expressions):
            return [value for _, value in rows.columns]
        return [self._terms.named(one.this, scope, rows) for one in order.expressions]

    def _compared(self, values: Sequence[Value], use: Use, place: exp.Expr, rows: Rows) -> tuple[str, ...]:
        for value in values:
            rows.causes |= self._operations.used(value, use, place)
        return prints_of(values)

    def _set_operation(self, expression: exp.SetOperation, scope: Scope) -> Rows:
        left, right = (self._rows(part) for part in scope.set_operation_scopes)
        rows = Rows("", causes=left.causes | right.causes)
        by_name = bool(expression.args.get("by_name"))
        if not by_name and len(left.columns) != len(right.columns):
            raise MisfitError("the queries of a UNION have different numbers of columns")
        for position, (name, value) in enumerate(left.columns):
            other = right.column(name) if by_name else right.at(position)
            both = [("", one) for one in (value, other) if one is not None]
            rows.columns.append((name, self._united(expression, both)))
        if by_name:
            known = {name for name, _ in left.columns}
            rows.columns += [
                (name, replace(value, leaf=None, nullable=True)) for name, value in right.columns if name not in known
            ]
        compared: object = ""
        if expression.args.get("distinct") or not isinstance(expression, exp.Union):
            compared = self._compared([value for _, value in rows.columns], Use.GROUP, expression, rows)
        rows.print = digest(
            type(expression).__name__, left.print, right.print, compared, *self._ending(expression, scope, rows)
        )
        return rows

    def _united(self, expression: exp.SetOperation, both: Sequence[tuple[str, Value]]) -> Value:
        united = self._operations.combined(expression, both, ())
        types = {value.type for _, value in both}
        same = types.pop() if len(types) == 1 else "unknown"
        return replace(united, type=same, nullable=len(both) == 1 or any(value.nullable for _, value in both))

    def _parenthesised(self, expression: exp.Subquery, scope: Scope) -> Rows:
        inner = self._scope_of.get(id(expression.unnest()))
        if inner is None or inner is scope:
            raise UnreadableSqlError("a query in brackets that is not followed")
        found = self._rows(inner)
        rows = Rows("", list(found.columns), set(found.causes))
        rows.print = digest(found.print, *self._ending(expression, scope, rows))
        return rows

    def _source(self, source: exp.Table | Scope | exp.Expr) -> Rows:
        if isinstance(source, Scope):
            return self._rows(self._scope_of.get(id(source.expression), source))
        if id(source) not in self._known:
            self._known[id(source)] = self._table(source)
        return self._known[id(source)]

    def _table(self, source: exp.Expr) -> Rows:
        name = table_name(source)
        if name not in self._columns:
            raise UnreadableSqlError(f"{name or source.sql()[:80]} is no table that is known")
        alias = source.args.get("alias")
        renamed = [one.name for one in alias.columns] if isinstance(alias, exp.TableAlias) else []
        columns = [(key, self._leaf(name, key, column)) for key, column in self._columns[name].items()]
        named = [(new, value) for new, (_, value) in zip(renamed, columns, strict=False)]
        return Rows(digest("table", name), named + columns[len(named) :])

    def _leaf(self, table: str, key: str, column: Column) -> Value:
        shift = self._told.get((table, column.path.lower(), Event.RETYPED))
        null = self._told.get((table, column.path.lower(), Event.NULLABLE))
        return Value(
            digest("column", table, key),
            leaf=(table, column.path),
            type=column.type,
            nullable=column.nullable,
            unknown=column.type == "unknown",
            shifts=frozenset({shift} if shift else ()),
            nulls=frozenset({null} if null else ()),
        )
