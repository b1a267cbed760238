"""Follows columns through a qualified query, scope by scope, down to the tables it reads.

DIRECT: the value becomes (part of) the column. INDIRECT: it only decides it (a CASE condition, a FILTER, a window).
What decides which rows there are (WHERE, JOIN, GROUP BY, HAVING, QUALIFY, ORDER BY, DISTINCT) *shapes* the whole
result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from connectors.sql.clauses import (
    children_of,
    parts_of_window,
    recursive_query,
    row_clauses,
    star_of,
    takes_all_columns,
    way_of,
)
from connectors.sql.origins import Origins, QueryReads, Relation, Way, add, merged
from connectors.sql.parse import WRITTEN
from connectors.sql.reads import UnreadableSqlError
from connectors.sql.sources import Tables, pivot_alias

_MOST_ROUNDS = 20


def follow(
    query: exp.Query, *, tables: Mapping[str, Sequence[str]], made: Mapping[str, Relation] | None = None
) -> QueryReads:
    """Where every result column of `query` comes from.

    `tables` are the readable ones with their known columns; `made` is what an earlier statement has put into others.
    """
    root = build_scope(query)
    if root is None:
        raise UnreadableSqlError("the SQL is not a SELECT")
    previous: dict[int, Relation] = {}
    for _ in range(_MOST_ROUNDS):
        round_ = _Round(root, Tables(tables, made or {}), previous)
        reads = round_.result()
        if not round_.recursive or _size(round_.relations) == _size(previous):
            return reads
        previous = round_.relations
    raise UnreadableSqlError("the recursion in the SQL could not be followed")


class _Round:
    """One pass over all scopes. A recursive reference sees what the pass before found, until nothing is added."""

    def __init__(self, root: Scope, tables: Tables, previous: Mapping[int, Relation]) -> None:
        self._root, self._tables, self._previous = root, tables, previous
        self._scopes = list(root.traverse())
        self._scope_of = {id(scope.expression): scope for scope in self._scopes}
        self._sources: dict[int, Relation] = {}
        self._pivoted: dict[int, Relation] = {}
        self._open: set[int] = set()
        self.relations: dict[int, Relation] = {}
        self.recursive = False

    def result(self) -> QueryReads:
        relation = self.relation(self._root)
        for scope in self._scopes:  # also those that nothing above uses: the engine still has to bind them
            self.relation(scope)
        self._tables.note_what_nobody_reads(self._root.expression)
        return QueryReads(
            relation.listed,
            frozenset(relation.shapes),
            frozenset(self._tables.mentioned),
            frozenset(self._tables.read),
            tuple(self._tables.unresolved),
            open_ended=bool(relation.stars) or relation.others is not None,
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
        sources = {name: self._seen(node, source) for name, (node, source) in scope.selected_sources.items()}
        for source in sources.values():
            relation.shapes |= source.shapes
        for projection in select.selects:
            self._project(projection, relation, sources, scope)
        for clause in row_clauses(select):
            relation.shapes |= self._read(clause, scope, relation.columns).keys()
        if takes_all_columns(select):
            relation.shapes |= relation.everything().keys()
        if any(join.args.get("method") == "NATURAL" for join in select.args.get("joins") or ()):
            self._tables.note("NATURAL JOIN: the columns it joins by are not known")
        return relation

    def _project(self, projection: exp.Expr, relation: Relation, sources: Mapping[str, Relation], scope: Scope) -> None:
        star = star_of(projection)
        if star is None:
            relation.add(projection.alias_or_name, self._read(projection, scope, {}))
            return
        for name, source in sources.items():
            if star not in ("", name):
                continue
            if source.table is None and source.listed and not source.stars and source.others is None:
                for column, origins in source.listed:
                    relation.add(column, origins)
            else:
                relation.stars.append(source)
                self._tables.note(f"the * takes all columns of {source.table or name}, which are not known")

    def _set_operation(self, expression: exp.SetOperation, scope: Scope) -> Relation:
        parts = [self.relation(part) for part in scope.set_operation_scopes]
        relation = Relation(
            shapes={leaf for part in parts for leaf in part.shapes},
            stars=[star for part in parts for star in part.stars],
        )
        by_name = bool(expression.args.get("by_name"))
        first = parts[0] if parts else Relation()
        for position, (name, origins) in enumerate(first.listed):
            relation.add(name, merged([origins, *(part.at(name if by_name else position) for part in parts[1:])]))
        for part in parts[1:] if by_name else ():
            for name, origins in part.listed:
                if name not in relation.columns:
                    relation.add(name, origins)
        for clause in row_clauses(expression):
            relation.shapes |= self._read(clause, scope, relation.columns).keys()
        if expression.args.get("distinct") or isinstance(expression, exp.Intersect | exp.Except):
            relation.shapes |= {leaf for part in parts for leaf in part.everything()}
        return relation

    def _parenthesised(self, expression: exp.Subquery, scope: Scope) -> Relation:
        inner = self._scope_of.get(id(expression.unnest()))
        relation = self.relation(inner) if inner is not None and inner is not scope else Relation(others={})
        shapes = set(relation.shapes)
        for clause in row_clauses(expression):
            shapes |= self._read(clause, scope, relation.columns).keys()
        return Relation(
            dict(relation.columns),
            shapes,
            relation.table,
            relation.others,
            list(relation.stars),
            list(relation.listed),
        )

    def _table_function(self, expression: exp.Expr, scope: Scope) -> Relation:
        """UNNEST, LATERAL, VALUES …: each of its columns comes from everything that goes in."""
        inner = (
            expression.this.unnest()
            if isinstance(expression, exp.Lateral) and isinstance(expression.this, exp.Subquery)
            else None
        )
        if inner is not None and id(inner) in self._scope_of:
            return self.relation(self._scope_of[id(inner)])
        origins = self._read(expression, scope, {})
        return Relation(shapes=set(origins), others=origins)

    def _seen(self, node: exp.Expr | None, source: exp.Table | Scope | exp.Expr) -> Relation:
        """A source as the place that names it sees it: after the PIVOTs that stand there."""
        relation = self._source(source)
        if node is None or not node.args.get("pivots"):
            return relation
        if id(node) not in self._pivoted:
            self._pivoted[id(node)] = self._tables.turned(node, relation)
        return self._pivoted[id(node)]

    def _source(self, source: exp.Table | Scope | exp.Expr) -> Relation:
        if isinstance(source, Scope):
            return self.relation(self._scope_of.get(id(recursive_query(source.expression)), source))
        if id(source) not in self._sources:
            self._sources[id(source)] = self._tables.table(source)
        return self._sources[id(source)]

    def _read(self, expression: exp.Expr, scope: Scope, aliases: Mapping[str, Origins]) -> Origins:
        """What goes into one expression. A loop, since expressions run deep."""
        origins: Origins = {}
        stack: list[tuple[exp.Expr, Way]] = [(expression, Way.IDENTITY)]
        while stack:
            node, way = stack.pop()
            if isinstance(node, exp.Window):
                stack.append((node.this, way))
                stack.extend((part, Way.INDIRECT) for part in self._decides_window(node, scope))
                continue
            found = self._found_in(node, scope, aliases)
            if found is None:
                inner = way_of(node).then(way)
                stack.extend((child, Way.INDIRECT if decides else inner) for child, decides in children_of(node))
                continue
            add(origins, found, way)
        return origins

    def _decides_window(self, window: exp.Window, scope: Scope) -> list[exp.Expr]:
        """The parts of a window, and of the one that it names."""
        parts = list(parts_of_window(window))
        named = window.args.get("alias")
        if named is None:
            return parts
        others = scope.expression.args.get("windows") or ()
        return parts + [part for other in others if other.name == named.name for part in parts_of_window(other)]

    def _found_in(self, node: exp.Expr, scope: Scope, aliases: Mapping[str, Origins]) -> Origins | None:
        """The origins of a node that ends the descent; None: look at its children."""
        if isinstance(node, exp.Column):
            return self._column(node, scope, aliases)
        if isinstance(node, exp.TableColumn):
            return self._whole_row(node, scope)
        if isinstance(node, exp.Columns):
            self._tables.note("COLUMNS(…): which columns it takes is not known")
            return {}
        is_query = isinstance(node, exp.Select | exp.SetOperation) and node is not scope.expression
        if is_query and id(node) in self._scope_of:
            relation = self.relation(self._scope_of[id(node)])
            return merged([relation.everything(), dict.fromkeys(relation.shapes, Way.INDIRECT)])
        return None

    def _column(self, column: exp.Column, scope: Scope, aliases: Mapping[str, Origins]) -> Origins:
        table, name = column.table, column.name
        origins = aliases.get(name) if not table else None
        if origins is None:
            sources = [self._named_source(table, scope)] if table else self._possible_sources(column, scope)
            found = [there for source in sources if source is not None and (there := source.origins(name)) is not None]
            origins = merged(found) if found else None
        if origins is None:
            self._tables.note(f"column {column.sql()}: where it comes from is not known")
            return {}
        if column.meta.get(WRITTEN) or isinstance(column.parent, exp.Dot):
            self._tables.mentioned |= origins.keys()
        return origins

    def _named_source(self, table: str, scope: Scope | None) -> Relation | None:
        """The source called `table` here or, for a correlated subquery, further out."""
        while scope is not None:
            for name, source in scope.sources.items():
                node = scope.selected_sources.get(name, (None, None))[0]
                if table in (name, pivot_alias(node)):
                    return self._seen(node, source)
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
            self._tables.note(f"column {column.sql()}: which table it belongs to is not known")
        return possible

    def _only_source(self, scope: Scope) -> list[Relation]:
        """The one source of a scope, or the one whose columns are not known; none when several could be meant."""
        if not isinstance(scope.expression, exp.Select):
            return []
        sources = [self._seen(node, source) for node, source in scope.selected_sources.values()]
        if len(sources) == 1:
            return sources
        unlisted = [
            source
            for source in sources
            if source.others is not None or source.stars or (source.table and not self._tables.columns[source.table])
        ]
        return unlisted if len(unlisted) == 1 else []

    def _whole_row(self, node: exp.TableColumn, scope: Scope) -> Origins:
        source = self._named_source(node.name, scope)
        if source is None:
            self._tables.note(f"{node.name}: where it comes from is not known")
            return {}
        if source.table is None:
            return source.everything()
        if not self._tables.columns[source.table]:
            self._tables.note(f"the whole row of {source.table}: its columns are not known")
        leaves = {(source.table, name) for name in self._tables.columns[source.table]}
        self._tables.mentioned |= leaves
        return dict.fromkeys(leaves, Way.IDENTITY)


def _size(relations: Mapping[int, Relation]) -> int:
    """Grows with everything that a pass adds: origins, and how strongly each goes in."""
    return sum(
        len(relation.shapes) + sum(1 + way for origins in relation.columns.values() for way in origins.values())
        for relation in relations.values()
    )
