"""Follows columns through a qualified query, scope by scope, down to the tables it reads.

DIRECT: the value becomes (part of) the column. INDIRECT: it only decides it (a CASE condition, a FILTER). What decides
which rows there are (WHERE, JOIN, GROUP BY, HAVING, QUALIFY, windows, ORDER BY, DISTINCT) *shapes* the whole result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from connectors.sql.parse import WRITTEN, UnreadableSqlError
from graph_model.lineage.entities import FlowKind

Leaf = tuple[str, str]
"""A table that is read and one of its columns, both in lower case."""
Origins = dict[Leaf, FlowKind]

PARTITION_COLUMN = "_partition"
"""What the view of a windowed input has besides the columns of the dataset."""

_HARMLESS_TABLE_FUNCTIONS = frozenset({"unnest", "range", "generateseries", "generate_series", "values"})
_MOST_ROUNDS = 20


@dataclass(slots=True)
class Relation:
    """What a scope yields. `table` is set for a table that is read: it has any column that is asked of it.

    `others` is for what cannot be listed (a table that is not an input, a function): where its other columns come from.
    """

    columns: dict[str, Origins] = field(default_factory=dict)
    shapes: set[Leaf] = field(default_factory=set)
    table: str | None = None
    others: Origins | None = None
    stars: list[Relation] = field(default_factory=list)

    def origins(self, column: str) -> Origins | None:
        """Where `column` comes from; None when there is no such column."""
        if column in self.columns:
            return self.columns[column]
        if self.table is not None:
            return {} if column == PARTITION_COLUMN else {(self.table, column): "DIRECT"}
        found = [origins for star in self.stars if (origins := star.origins(column)) is not None]
        return _merged(found) if found else self.others

    def everything(self) -> Origins:
        return _merged([*self.columns.values(), self.others or {}, *(star.everything() for star in self.stars)])


@dataclass(frozen=True, slots=True)
class QueryReads:
    """The result of a query: its columns, what shapes it, what else it mentions, and what could not be followed."""

    columns: Mapping[str, Origins]
    shapes: frozenset[Leaf]
    mentioned: frozenset[Leaf]
    unresolved: tuple[str, ...]


def follow(query: exp.Query, *, tables: Mapping[str, Iterable[str]]) -> QueryReads:
    """Where every result column of `query` comes from. `tables` are the readable ones with their known columns."""
    root = build_scope(query)
    if root is None:
        raise UnreadableSqlError("the SQL is not a SELECT")
    known = {table: tuple(columns) for table, columns in tables.items()}
    previous: dict[int, Relation] = {}
    for _ in range(_MOST_ROUNDS):
        round_ = _Round(root, known, previous)
        reads = round_.result()
        if not round_.recursive or _size(round_.relations) == _size(previous):
            return reads
        previous = round_.relations
    raise UnreadableSqlError("the recursion in the SQL could not be followed")


class _Round:
    """One pass over all scopes. A recursive reference sees what the pass before found, until nothing is added."""

    def __init__(self, root: Scope, tables: Mapping[str, tuple[str, ...]], previous: Mapping[int, Relation]) -> None:
        self._root, self._tables, self._previous = root, tables, previous
        self._scopes = list(root.traverse())
        self._scope_of = {id(scope.expression): scope for scope in self._scopes}
        self._open: set[int] = set()
        self._unresolved: dict[str, None] = {}
        self._mentioned: set[Leaf] = set()
        self.relations: dict[int, Relation] = {}
        self.recursive = False

    def result(self) -> QueryReads:
        relation = self.relation(self._root)
        for scope in self._scopes:  # also those that nothing above uses: the engine still has to bind them
            self.relation(scope)
        if self._root.expression.find(exp.Pivot):
            self._note("PIVOT: its columns depend on the data")
        return QueryReads(
            relation.columns, frozenset(relation.shapes), frozenset(self._mentioned), tuple(self._unresolved)
        )

    def relation(self, scope: Scope) -> Relation:
        key = id(scope.expression)
        if key in self.relations:
            return self.relations[key]
        if key in self._open:
            self.recursive = True
            return self._previous.get(key, Relation(others={}))
        self._open.add(key)
        self.relations[key] = self._relation_of(scope)
        self._open.discard(key)
        return self.relations[key]

    def _relation_of(self, scope: Scope) -> Relation:
        expression = scope.expression
        if isinstance(expression, exp.Select):
            return self._select(expression, scope)
        if isinstance(expression, exp.SetOperation):
            return self._set_operation(expression, scope)
        if isinstance(expression, exp.Subquery):
            return self._parenthesised(expression, scope)
        return self._table_function(expression, scope)

    def _select(self, select: exp.Select, scope: Scope) -> Relation:
        relation = Relation()
        sources = {name: self._source(source) for name, (_, source) in scope.selected_sources.items()}
        for source in sources.values():
            relation.shapes |= source.shapes
        for projection in select.selects:
            self._project(projection, relation, sources, scope)
        for clause in _clauses(select):
            relation.shapes |= self._leaves(clause, scope, relation)
        if _takes_all_columns(select):
            relation.shapes |= relation.everything().keys()
        self._note_natural_joins(select)
        return relation

    def _project(self, projection: exp.Expr, relation: Relation, sources: Mapping[str, Relation], scope: Scope) -> None:
        star_of = _star_of(projection)
        if star_of is None:
            origins, shapes = self._read(projection, scope)
            name = projection.alias_or_name.lower()
            relation.columns[name] = _merged([relation.columns.get(name, {}), origins])
            relation.shapes |= shapes
            return
        for name, source in sources.items():
            if star_of in ("", name):
                relation.stars.append(source)
                self._note(f"the * takes all columns of {source.table or name}, which are not known")

    def _set_operation(self, expression: exp.SetOperation, scope: Scope) -> Relation:
        parts = [self.relation(part) for part in scope.set_operation_scopes]
        relation = Relation(
            shapes={leaf for part in parts for leaf in part.shapes},
            stars=[star for part in parts for star in part.stars],
        )
        first = parts[0] if parts else Relation()
        for position, name in enumerate(first.columns):
            others = (_at(part, name if expression.args.get("by_name") else position) for part in parts[1:])
            relation.columns[name] = _merged([first.columns[name], *others])
        if expression.args.get("by_name"):
            for part in parts[1:]:
                relation.columns |= {
                    name: origins for name, origins in part.columns.items() if name not in relation.columns
                }
        for clause in _clauses(expression):
            relation.shapes |= self._leaves(clause, scope, relation)
        if expression.args.get("distinct") or isinstance(expression, exp.Intersect | exp.Except):
            relation.shapes |= {leaf for part in parts for leaf in part.everything()}
        return relation

    def _parenthesised(self, expression: exp.Subquery, scope: Scope) -> Relation:
        inner = self._scope_of.get(id(expression.unnest()))
        relation = self.relation(inner) if inner is not None and inner is not scope else Relation(others={})
        shapes = set(relation.shapes)
        for clause in _clauses(expression):
            shapes |= self._leaves(clause, scope, relation)
        return Relation(dict(relation.columns), shapes, relation.table, relation.others, list(relation.stars))

    def _table_function(self, expression: exp.Expr, scope: Scope) -> Relation:
        """UNNEST, LATERAL, VALUES …: each of its columns comes from everything that goes in."""
        inner = (
            expression.this.unnest()
            if isinstance(expression, exp.Lateral) and isinstance(expression.this, exp.Subquery)
            else None
        )
        if inner is not None and id(inner) in self._scope_of:
            return self.relation(self._scope_of[id(inner)])
        origins, shapes = self._read(expression, scope)
        return Relation(shapes=shapes | origins.keys(), others=origins)

    def _source(self, source: exp.Table | Scope | exp.Expr) -> Relation:
        if isinstance(source, Scope):
            return self.relation(self._scope_of.get(id(_recursive_query(source.expression)), source))
        name = _table_name(source)
        if name in self._tables:
            return self._input(source, name)
        if name or not _is_harmless_function(source):
            function = source.this if isinstance(source, exp.Table) else source
            self._note(f"reads {name or function.sql()[:80]}, which is not an input of the job")
        return Relation(others={})

    def _input(self, source: exp.Expr, name: str) -> Relation:
        relation = Relation(table=name)
        alias = source.args.get("alias")
        renamed = alias.columns if isinstance(alias, exp.TableAlias) else []
        for new, old in zip(renamed, self._tables[name], strict=False):
            relation.columns[new.name.lower()] = {} if old == PARTITION_COLUMN else {(name, old): "DIRECT"}
        if len(renamed) > len(self._tables[name]):
            self._note(f"renames columns of {name} by position, but its columns are not known")
        return relation

    def _leaves(self, expression: exp.Expr, scope: Scope, relation: Relation) -> set[Leaf]:
        origins, shapes = self._read(expression, scope, aliases=relation.columns)
        return shapes | origins.keys()

    def _read(
        self, expression: exp.Expr, scope: Scope, aliases: Mapping[str, Origins] | None = None
    ) -> tuple[Origins, set[Leaf]]:
        """What goes into one expression, and what its windows go by. A loop, since expressions run deep."""
        origins: Origins = {}
        shapes: set[Leaf] = set()
        stack: list[tuple[exp.Expr, FlowKind]] = [(expression, "DIRECT")]
        while stack:
            node, kind = stack.pop()
            if isinstance(node, exp.Window):
                for part in _decides_window(node):
                    inner, more = self._read(part, scope, aliases)
                    shapes |= inner.keys() | more
                stack.append((node.this, kind))
                continue
            found = self._found_in(node, scope, aliases or {})
            if found is None:
                stack.extend((child, "INDIRECT" if decides else kind) for child, decides in _children(node))
                continue
            _add(origins, found, kind)
        return origins, shapes

    def _found_in(self, node: exp.Expr, scope: Scope, aliases: Mapping[str, Origins]) -> Origins | None:
        """The origins of a node that ends the descent; None: look at its children."""
        if isinstance(node, exp.Column):
            return self._column(node, scope, aliases)
        if isinstance(node, exp.TableColumn):
            return self._whole_row(node, scope)
        if isinstance(node, exp.Columns):
            self._note("COLUMNS(…): which columns it takes is not known")
            return {}
        if (
            isinstance(node, exp.Select | exp.SetOperation)
            and id(node) in self._scope_of
            and node is not scope.expression
        ):
            relation = self.relation(self._scope_of[id(node)])
            return _merged([relation.everything(), dict.fromkeys(relation.shapes, "INDIRECT")])
        return None

    def _column(self, column: exp.Column, scope: Scope, aliases: Mapping[str, Origins]) -> Origins:
        table, name = column.table.lower(), column.name.lower()
        origins = aliases.get(name) if not table else None
        if origins is None:
            sources = [self._named_source(table, scope)] if table else self._possible_sources(column, scope)
            found = [there for source in sources if source is not None and (there := source.origins(name)) is not None]
            origins = _merged(found) if found else None
        if origins is None:
            self._note(f"column {column.sql()}: where it comes from is not known")
            return {}
        if column.meta.get(WRITTEN) or isinstance(column.parent, exp.Dot):
            self._mentioned |= origins.keys()
        return origins

    def _named_source(self, table: str, scope: Scope | None) -> Relation | None:
        """The source called `table` here or, for a correlated subquery, further out."""
        while scope is not None:
            for name, source in scope.sources.items():
                if name.lower() == table:
                    return self._source(source)
            scope = scope.parent
        return None

    def _possible_sources(self, column: exp.Column, scope: Scope) -> list[Relation]:
        """Where an unqualified column can belong: one source here or, in a subquery, one further out. Two: says so."""
        possible: list[Relation] = []
        while True:
            possible += self._only_source(scope)
            if not scope.is_subquery or scope.parent is None:
                break
            scope = scope.parent
        if len(possible) > 1:
            self._note(f"column {column.sql()}: which table it belongs to is not known")
        return possible

    def _only_source(self, scope: Scope) -> list[Relation]:
        """The one source of a scope, or the one whose columns are not known; none when several could be meant."""
        if not isinstance(scope.expression, exp.Select):
            return []
        sources = [self._source(source) for _, source in scope.selected_sources.values()]
        if len(sources) == 1:
            return sources
        unlisted = [
            source
            for source in sources
            if source.others is not None or source.stars or (source.table and not self._tables[source.table])
        ]
        return unlisted if len(unlisted) == 1 else []

    def _whole_row(self, node: exp.TableColumn, scope: Scope) -> Origins:
        source = self._named_source(node.name.lower(), scope)
        if source is None:
            self._note(f"{node.name}: where it comes from is not known")
            return {}
        if source.table is None:
            return source.everything()
        if not self._tables[source.table]:
            self._note(f"the whole row of {source.table}: its columns are not known")
        leaves = {(source.table, name) for name in self._tables[source.table] if name != PARTITION_COLUMN}
        self._mentioned |= leaves
        return dict.fromkeys(leaves, "DIRECT")

    def _note_natural_joins(self, select: exp.Select) -> None:
        if any(join.args.get("method") == "NATURAL" for join in select.args.get("joins") or ()):
            self._note("NATURAL JOIN: the columns it joins by are not known")

    def _note(self, text: str) -> None:
        self._unresolved[text] = None


def _table_name(source: exp.Expr) -> str:
    """The whole name of a table in lower case; empty for a function."""
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return ""
    return ".".join(part.name for part in source.parts).lower()


def _recursive_query(expression: exp.Expr) -> exp.Expr:
    """The whole union of a recursive CTE, where a reference to it holds only the first part; else `expression`."""
    whole = expression
    while True:
        outer = whole.parent.parent if isinstance(whole.parent, exp.Subquery) else whole.parent
        if not isinstance(outer, exp.SetOperation):
            return whole
        whole = outer


def _is_harmless_function(source: exp.Expr) -> bool:
    function = source.this if isinstance(source, exp.Table) else source
    name = function.name.lower() if isinstance(function, exp.Anonymous) else function.key
    return name in _HARMLESS_TABLE_FUNCTIONS


def _clauses(query: exp.Expr) -> Iterator[exp.Expr]:
    """The parts of a query that decide its rows."""
    for key in ("where", "group", "having", "qualify", "order", "distinct"):
        clause = query.args.get(key)
        if isinstance(clause, exp.Expr):
            yield clause
    for join in query.args.get("joins") or ():
        if join.args.get("on") is not None:
            yield join.args["on"]
    yield from query.args.get("windows") or ()
    yield from query.args.get("laterals") or ()


def _takes_all_columns(select: exp.Select) -> bool:
    """Whether the rows depend on every column: DISTINCT, GROUP BY ALL, ORDER BY ALL."""
    distinct, group, order = (select.args.get(key) for key in ("distinct", "group", "order"))
    if distinct is not None and not distinct.args.get("on"):
        return True
    if group is not None and group.args.get("all"):
        return True
    return order is not None and any(ordered.sql().upper().startswith("ALL") for ordered in order.expressions)


def _children(node: exp.Expr) -> Iterator[tuple[exp.Expr, bool]]:
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


def _decides_window(window: exp.Window) -> Iterator[exp.Expr]:
    for key, value in window.args.items():
        if key == "this":
            continue
        yield from (part for part in (value if isinstance(value, list) else [value]) if isinstance(part, exp.Expr))


def _star_of(projection: exp.Expr) -> str | None:
    """Which source a `*` that is still there stands for, empty for all of them; None when the projection is no star."""
    if isinstance(projection, exp.Star):
        return ""
    if isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star):
        return projection.table.lower()
    return None


def _at(relation: Relation, place: int | str) -> Origins:
    if isinstance(place, str):
        return relation.columns.get(place, {})
    columns = list(relation.columns.values())
    return columns[place] if place < len(columns) else {}


def _add(origins: Origins, found: Mapping[Leaf, FlowKind], kind: FlowKind) -> None:
    for leaf, inner in found.items():
        combined: FlowKind = "DIRECT" if kind == inner == "DIRECT" else "INDIRECT"
        if origins.get(leaf) != "DIRECT":
            origins[leaf] = combined


def _merged(parts: Iterable[Mapping[Leaf, FlowKind]]) -> Origins:
    merged: Origins = {}
    for part in parts:
        _add(merged, part, "DIRECT")
    return merged


def _size(relations: Mapping[int, Relation]) -> int:
    return sum(len(relation.shapes) + sum(map(len, relation.columns.values())) for relation in relations.values())
