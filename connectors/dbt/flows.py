"""What the models of a dbt project read, by column, out of the SQL that dbt has compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from connectors.dbt.artifacts import Node, Project
from connectors.dbt.columns import are_all_known, columns_of
from connectors.dbt.documents import text
from connectors.sql.columns import flows_into
from connectors.sql.dialects import dialect_of
from connectors.sql.reader import reader
from connectors.sql.reads import RESULT, ScriptReads, UnreadableSqlError
from graph_model.lineage.entities import ColumnFlows
from graph_model.names import Name

Naming = Callable[[str], Name]
_MADE_BY_SQL = ("model", "snapshot")


def flows_of(project: Project, name_of: Naming) -> dict[str, tuple[tuple[Name, ...], ColumnFlows]]:
    """For each model and snapshot, by id: the datasets it reads, and its columns. `name_of` names a relation.

    Models are read from the sources on: where the catalog does not tell the columns of one, its own SQL does.
    """
    following = _Following(project, name_of)
    return {node.id: following.model(node) for node in _in_order(project)}


def _in_order(project: Project) -> Iterator[Node]:
    models = {node.id: node for node in project.of_kind(*_MADE_BY_SQL) if node.is_dataset}
    needs = {
        id: [other.id for other in project.datasets_behind(node) if other.id in models] for id, node in models.items()
    }
    try:
        yield from (models[id] for id in TopologicalSorter(needs).static_order())
    except CycleError:  # dbt refuses this itself; whoever wrote the file did not
        yield from models.values()


class _Following:
    def __init__(self, project: Project, name_of: Naming) -> None:
        self._project, self._name_of = project, name_of
        self._columns: dict[str, Sequence[str]] = {}
        self._relations = {node.stored_as.lower(): node.relation for node in project.nodes.values() if node.is_dataset}

    def model(self, node: Node) -> tuple[tuple[Name, ...], ColumnFlows]:
        inputs = self._project.datasets_behind(node)
        declared = {self._name_of(other.relation) for other in inputs}
        reads = self._read(node, inputs)
        if isinstance(reads, str):
            return tuple(sorted(declared)), ColumnFlows(known=False, unresolved=(reads,))
        sources = {table: self._name_of(self._relations.get(table, table)) for table in reads.reads}
        own = self._name_of(node.relation)
        names = tuple(sorted((declared | set(sources.values())) - {own}))
        return names, self._flows(node, reads, sources, own)

    def _read(self, node: Node, inputs: Sequence[Node]) -> ScriptReads | str:
        """What its SQL reads, or in words why that is not known."""
        language = text(node.document, "language")
        if language not in ("", "sql"):
            return f"a model in {language} is not read"
        if not node.code:
            return "dbt has not compiled it: run `dbt compile`"
        tables = {other.stored_as: self._columns_of(other) for other in (*inputs, node)}
        path = [one for one in (text(node.document, "database"), text(node.document, "schema")) if one]
        try:
            return reader().read_script(node.code, dialect=dialect_of(self._project.adapter), tables=tables, path=path)
        except UnreadableSqlError as error:
            return str(error)

    def _flows(self, node: Node, reads: ScriptReads, sources: Mapping[str, Name], own: Name) -> ColumnFlows:
        written = next((one for one in reads.written if one.table == RESULT), None)
        if written is None:
            return ColumnFlows(known=False, unresolved=("its SQL gives no result", *reads.unresolved))
        if not reads.unresolved:
            self._columns[node.id] = list(written.columns)
        flows, shapes = flows_into(written, reads, sources, own, columns_of(self._project, node))
        return ColumnFlows(tuple(flows), tuple(shapes), "parsed", reads.unresolved)

    def _columns_of(self, node: Node) -> Sequence[str]:
        """All columns of a relation; none when they are not known."""
        if are_all_known(self._project, node):
            return [column.path for column in columns_of(self._project, node)]
        return self._columns.get(node.id, ())
