"""What the parts of a query do: which decide rows, which decide a value, which make something of it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from connectors.sql.origins import Way

_HARMLESS_TABLE_FUNCTIONS = frozenset({"unnest", "range", "generateseries", "generate_series", "values"})
# The parser counts these among the aggregates; what they give is one of the values.
_PICKED = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue, exp.First, exp.Last, exp.AnyValue)
_PASSING_ON = (exp.Alias, exp.Paren, exp.Subquery, exp.Select, exp.Window, exp.Order, exp.Ordered, exp.Filter)
_ROW_CLAUSES = ("where", "prewhere", "group", "having", "qualify", "order", "sort", "distinct", "connect", "limit")


def row_clauses(query: exp.Expr) -> Iterator[exp.Expr]:
    """The parts of a query that decide its rows."""
    for key in (*_ROW_CLAUSES, "offset"):
        clause = query.args.get(key)
        if isinstance(clause, exp.Expr):
            yield clause
    for join in query.args.get("joins") or ():
        if join.args.get("on") is not None:
            yield join.args["on"]
        if join.args.get("match_condition") is not None:
            yield join.args["match_condition"]
    yield from query.args.get("laterals") or ()


def takes_all_columns(select: exp.Select) -> bool:
    """Whether the rows depend on every column: DISTINCT, GROUP BY ALL, ORDER BY ALL."""
    distinct, group, order = (select.args.get(key) for key in ("distinct", "group", "order"))
    if distinct is not None and not distinct.args.get("on"):
        return True
    if group is not None and group.args.get("all"):
        return True
    return order is not None and any(ordered.sql().upper().startswith("ALL") for ordered in order.expressions)


def way_of(node: exp.Expr) -> Way:
    """What a node makes of its children's values."""
    if isinstance(node, exp.AggFunc) and not isinstance(node, _PICKED):
        return Way.AGGREGATION
    return Way.IDENTITY if isinstance(node, _PASSING_ON) else Way.TRANSFORMATION


def children_of(node: exp.Expr) -> Iterator[tuple[exp.Expr, bool]]:
    """The children of a node, each with whether it only decides which value is taken."""
    if isinstance(
        node, exp.WithinGroup
    ):  # what it orders by is the value: percentile_cont(0.5) WITHIN GROUP (ORDER BY x)
        yield node.this, False
        yield from ((ordered, False) for ordered in node.expression.expressions)
        return
    decides = isinstance(node, exp.Case | exp.If)
    for child in node.iter_expressions():
        if child is node.args.get("this"):
            yield child, decides
        else:
            yield child, isinstance(node, exp.Filter | exp.Order)


def parts_of_window(window: exp.Window) -> Iterator[exp.Expr]:
    """What a window goes by: its partition, its order, its frame."""
    for key, value in window.args.items():
        if key == "this":
            continue
        yield from (part for part in (value if isinstance(value, list) else [value]) if isinstance(part, exp.Expr))


def star_of(projection: exp.Expr) -> str | None:
    """Which source a `*` that is still there stands for, empty for all of them; None when the projection is no star."""
    if isinstance(projection, exp.Star):
        return ""
    if isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star):
        return projection.table
    return None


def table_name(source: exp.Expr) -> str:
    """The whole name of a table; empty for a function."""
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return ""
    return ".".join(part.name for part in source.parts)


def recursive_query(expression: exp.Expr) -> exp.Expr:
    """The whole union of a recursive CTE, where a reference to it holds only the first part; else `expression`."""
    whole = expression
    while True:
        outer = whole.parent.parent if isinstance(whole.parent, exp.Subquery) else whole.parent
        if not isinstance(outer, exp.SetOperation):
            return whole
        whole = outer


def is_harmless_function(source: exp.Expr) -> bool:
    function = source.this if isinstance(source, exp.Table) else source
    name = function.name.lower() if isinstance(function, exp.Anonymous) else function.key
    return name in _HARMLESS_TABLE_FUNCTIONS
