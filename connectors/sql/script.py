"""What a text of one or several statements reads and writes, column by column; tables that live only in it are followed
through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from connectors.sql.bodies import spread
from connectors.sql.folding import Folding
from connectors.sql.origins import Leaf, Origins, QueryReads, Relation, Way, merged
from connectors.sql.parse import check_dialect, columns_made, qualified, statements_of
from connectors.sql.reads import RESULT, ScriptReads, TableReads, UnreadableSqlError
from connectors.sql.relations import follow
from connectors.sql.statements import Piece, Written, written_by
from connectors.sql.tables import Catalog, name_tables


def read_query(text: str, *, dialect: str, tables: Mapping[str, Sequence[str]]) -> ScriptReads:
    """The one SELECT in `text`, over `tables` only: whatever else it reads is told as unresolved.

    `tables` are by their whole names in lower case, with the columns that are known. Raises UnreadableSqlError.
    """
    check_dialect(dialect)
    statements = statements_of(text, dialect=dialect)
    if len(statements) != 1:
        raise UnreadableSqlError(f"the SQL holds {len(statements)} statements, not one SELECT")
    if not isinstance(statements[0], exp.Query):
        raise UnreadableSqlError(f"the SQL is a {statements[0].key.upper()}, not a SELECT")
    catalog = Catalog({table.lower() for table in tables}, strict=True)
    script = _Script(Folding(dialect, statements, tables), catalog)
    script.run(statements)
    return script.reads()


def read_script(
    text: str, *, dialect: str, tables: Mapping[str, Sequence[str]] | None = None, path: Sequence[str] = ()
) -> ScriptReads:
    """Everything that the statements in `text` read and write. `tables` are those whose columns are known.

    `path` is the database and the schema that short names mean. A statement that cannot be followed is told, the others
    count. Raises UnreadableSqlError when nothing of it can be read.
    """
    check_dialect(dialect)
    found = spread(text, dialect=dialect)
    known = {table.lower(): columns for table, columns in (tables or {}).items()}
    catalog = Catalog(set(known), tuple(part.lower() for part in path))
    script = _Script(Folding(dialect, found.statements, known), catalog, found.variables)
    script.note(found.lost)
    script.run(found.statements)
    return script.reads()


@dataclass(slots=True)
class _Target:
    relation: Relation = field(default_factory=Relation)
    created: bool = False


class _Script:
    def __init__(self, folding: Folding, catalog: Catalog, variables: frozenset[str] = frozenset()) -> None:
        self._folding, self._catalog, self._variables = folding, catalog, variables
        self._made: dict[str, Relation] = {}
        self._written: dict[str, _Target] = {}
        self._reads: set[str] = set()
        self._mentioned: set[Leaf] = set()
        self._unresolved: dict[str, None] = {}

    def run(self, statements: Sequence[exp.Expr]) -> None:
        steps: list[Written] = []
        for written in statements:
            statement = self._without_variables(written)
            self._folding.fold(statement)
            name_tables(statement, self._catalog)
            steps += written_by(statement)
        dropped = _dropped_later(steps)
        for step in steps:
            try:
                self._take(replace(step, temporary=step.temporary or step.table in dropped))
            except UnreadableSqlError as error:
                if self._catalog.strict:
                    raise
                self.note([str(error)])

    def _without_variables(self, statement: exp.Expr) -> exp.Expr:
        """A variable is no column; what one is given, nobody can say."""
        for column in list(statement.find_all(exp.Column)) if self._variables else ():
            if not column.table and column.name.lower() in self._variables:
                column.replace(exp.Null())
        into = statement.args.get("into") if isinstance(statement, exp.Select) else None
        if into is not None and into.this.name.lower() in self._variables:
            statement.set("into", None)
            self.note([f"what the variable {into.this.name} carries is not followed"])
        return statement

    def note(self, texts: Iterable[str]) -> None:
        self._unresolved |= dict.fromkeys(texts)

    def reads(self) -> ScriptReads:
        names = self._folding
        written = []
        for table, target in self._written.items():
            columns = {
                names.output(
                    table, column, (names.input(*leaf) for leaf in origins if leaf[1] == column)
                ): self._spelled(origins)
                for column, origins in target.relation.columns.items()
            }
            written.append(TableReads(table, columns, frozenset(self._spelled(target.relation.shapes)), target.created))
        mentioned = frozenset(self._spelled(self._mentioned))
        return ScriptReads(tuple(written), frozenset(self._reads), mentioned, tuple(self._unresolved))

    def _spelled(self, leaves: Iterable[Leaf] | Mapping[Leaf, Way]) -> Origins:
        ways = leaves if isinstance(leaves, Mapping) else dict.fromkeys(leaves, Way.INDIRECT)
        return {(table, self._folding.input(table, column)): way for (table, column), way in ways.items()}

    def _take(self, step: Written) -> None:
        self.note(step.lost)
        if step.renames:
            self._rename(*step.renames)
        for table in step.drops:
            self._made.pop(table, None)
        if step.table is None and not step.pieces:
            return
        found = [(piece, self._follow(piece)) for piece in step.pieces]
        self._put(step, found)

    def _follow(self, piece: Piece) -> QueryReads:
        tables = {key: self._folding.columns_of(key) for key in (*self._catalog.known, *self._catalog.found.values())}
        query = qualified(piece.query, self._folding, tables | columns_made(self._made))
        reads = follow(query, tables=tables, made=self._made)
        self._reads |= reads.tables
        self._mentioned |= reads.mentioned
        self.note(reads.unresolved)
        return reads

    def _put(self, step: Written, found: Sequence[tuple[Piece, QueryReads]]) -> None:
        table = step.table or RESULT
        relation = self._relation_of(step, table)
        for column in step.declares if step.creates else ():
            relation.columns.setdefault(column, {})
        for piece, reads in found:
            relation.shapes |= reads.shapes
            for column, origins in self._placed(piece, reads, table, created=step.creates):
                relation.columns[column] = merged([relation.columns.get(column, {}), origins])
        relation.listed = list(relation.columns.items())
        if step.creates and relation.columns and not any(reads.open_ended for _, reads in found):
            self._folding.learn(table, relation.columns)

    def _relation_of(self, step: Written, table: str) -> Relation:
        """Where what is written is kept: a table that lives only here is read through, not named."""
        if step.temporary and step.creates:
            self._made[table] = Relation()
        if table in self._made:
            return self._made[table]
        target = self._written.setdefault(table, _Target())
        target.created = target.created or step.creates
        return target.relation

    def _placed(self, piece: Piece, reads: QueryReads, table: str, *, created: bool) -> list[tuple[str, Origins]]:
        """Each result column with the column of the table that it goes to."""
        names = piece.columns
        if names is None and not piece.by_name and table != RESULT:
            names = self._folding.columns_of(table) or None
        if names is None or piece.by_name:
            if not (created or piece.by_name or table == RESULT):
                self.note([f"the columns of {table} are not known: they are taken to be called as in the query"])
            return self._nameable(reads, table)
        if reads.open_ended and names:
            self.note([f"which columns of {table} are written is not known"])
        return [(name, origins) for name, (_, origins) in zip(names, reads.listed, strict=False)]

    def _nameable(self, reads: QueryReads, table: str) -> list[tuple[str, Origins]]:
        """The columns that have a name. Where the engine makes one up nobody can point at the column: it shapes."""
        relation = self._made[table] if table in self._made else self._written[table].relation
        named: list[tuple[str, Origins]] = []
        for position, (column, origins) in enumerate(reads.listed):
            if column == f"_col_{position}" and not self._folding.is_named(column):
                relation.shapes |= origins.keys()
            else:
                named.append((column, origins))
        return named

    def _rename(self, old: str, new: str) -> None:
        for kept in (self._made, self._written):
            if old in kept:
                kept[new] = kept.pop(old)  # type: ignore[assignment]


def _dropped_later(steps: Sequence[Written]) -> frozenset[str]:
    """Tables that are created here and dropped again: nobody else ever reads them."""
    created: set[str] = set()
    gone: set[str] = set()
    for step in steps:
        if step.creates and step.table:
            created.add(step.table)
            gone.discard(step.table)
        gone |= created.intersection(step.drops)
    return frozenset(gone)
