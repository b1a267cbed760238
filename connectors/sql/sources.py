"""The tables that a query reads, as the places that name them see them: renamed, after their PIVOTs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from connectors.sql.clauses import is_harmless_function, table_name
from connectors.sql.origins import Leaf, Origins, Relation, Way, merged
from connectors.sql.pivots import pivoted


class Tables:
    """`columns` are the known columns of the readable tables; `made` is what earlier statements put into others.

    Gathers what is `read`, which columns are `mentioned`, and in `unresolved` what could not be followed.
    """

    def __init__(self, columns: Mapping[str, Sequence[str]], made: Mapping[str, Relation]) -> None:
        self.columns, self._made = columns, made
        self.read: set[str] = set()
        self.mentioned: set[Leaf] = set()
        self.unresolved: dict[str, None] = {}
        self._pivots: list[exp.Expr] = []

    def note(self, text: str) -> None:
        self.unresolved[text] = None

    def note_what_nobody_reads(self, query: exp.Expr) -> None:
        turned = {id(pivot) for pivot in self._pivots}
        if any(id(pivot) not in turned for pivot in query.find_all(exp.Pivot)):
            self.note("PIVOT: what it turns is not followed")
        if query.find(exp.MatchRecognize):
            self.note("MATCH_RECOGNIZE is not followed")

    def table(self, source: exp.Expr) -> Relation:
        name = table_name(source)
        if name in self._made:
            return self._made[name]
        if name in self.columns:
            self.read.add(name)
            return self._input(source, name)
        if name or not is_harmless_function(source):
            function = source.this if isinstance(source, exp.Table) else source
            self.note(f"reads {name or function.sql()[:80]}, which is not an input of the job")
        return Relation(others={})

    def _input(self, source: exp.Expr, name: str) -> Relation:
        relation = Relation(table=name)
        alias = source.args.get("alias")
        renamed = alias.columns if isinstance(alias, exp.TableAlias) else []
        for new, old in zip(renamed, self.columns[name], strict=False):
            relation.columns[new.name] = {(name, old): Way.IDENTITY}
        if len(renamed) > len(self.columns[name]):
            self.note(f"renames columns of {name} by position, but its columns are not known")
        return relation

    def turned(self, source: exp.Expr, relation: Relation) -> Relation:
        """The table after its PIVOTs."""
        for pivot in source.args.get("pivots") or ():
            self._pivots.append(pivot)
            base = self._spelled_out(relation)
            found = pivoted(base, pivot, lambda node, base=base: self._of_relation(node, base))
            if found is None:
                self.note("PIVOT: its columns depend on the data, or what it turns has columns that are not known")
                everything = base.everything()
                found = Relation(shapes=base.shapes | everything.keys(), others=everything)
            relation = found
        return relation

    def _spelled_out(self, relation: Relation) -> Relation:
        if relation.table is None:
            return relation
        base = Relation(shapes=set(relation.shapes))
        for column in self.columns.get(relation.table, ()):
            base.add(column, relation.origins(column) or {})
        return base

    def _of_relation(self, node: exp.Expr, base: Relation) -> Origins:
        """What goes into an expression over one relation."""
        found = merged(base.origins(column.name) or {} for column in node.find_all(exp.Column))
        self.mentioned |= found.keys()
        return found


def pivot_alias(source: exp.Expr | None) -> str | None:
    """What a table is called after its last PIVOT."""
    pivots = source.args.get("pivots") if source is not None else None
    return pivots[-1].alias or None if pivots else None
