"""Reads the SQL that a client reports of a job, where the client does not tell all of its columns itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.sql.columns import flows_into
from connectors.sql.dialects import dialect_of
from connectors.sql.reader import reader
from connectors.sql.reads import RESULT, ScriptReads, TableReads, UnreadableSqlError
from graph_model.lineage.entities import ColumnFlow, ColumnFlows, Shape
from graph_model.names import Name
from graph_model.observed.entities import WordKind
from graph_model.observed.sql import ReportedSql, SqlDataset

NOTHING = ColumnFlows(known=False)


def read_sql(reported: ReportedSql) -> ColumnFlows:
    """What the SQL makes of the columns of the datasets that events name. What a client tells itself is left to it: all
    of an output, or the values alone; then the SQL only says which columns decide rows and values."""
    outputs = [one for one in reported.datasets if one.is_output and one.told is not WordKind.WHOLE]
    if reported.text is None or all(one.stale for one in outputs):
        return NOTHING
    tables = _tables(reported.datasets)
    columns = {table: _top_level(one) for table, one in tables.items()}
    try:
        reads = reader().read_script(
            reported.text, dialect=_dialect(reported), tables=columns, path=_path(reported.datasets)
        )
    except UnreadableSqlError as reason:
        return ColumnFlows(known=False, unresolved=(str(reason),))
    return _Found(reads, tables, outputs).flows()


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read, and the datasets that its tables mean."""

    reads: ScriptReads
    tables: dict[str, SqlDataset]
    outputs: Sequence[SqlDataset]

    def flows(self) -> ColumnFlows:
        flows: dict[ColumnFlow, None] = {}
        shapes: dict[Shape, None] = {}
        sources = {table: one.name for table, one in self.tables.items()}
        for target in self.outputs:
            for written in self.reads.written:
                if self._is_of(written, target):
                    more, shaping = flows_into(written, self.reads, sources, target.name, target.columns)
                    flows |= dict.fromkeys(flow for flow in more if _is_wanted(flow, target))
                    shapes |= dict.fromkeys(shaping)
        return ColumnFlows(tuple(flows), tuple(shapes), "parsed", (*self.reads.unresolved, *self._lost()))

    def _is_of(self, written: TableReads, target: SqlDataset) -> bool:
        """A query without a table of its own fills the one output that there is."""
        if written.table == RESULT:
            return len(self.outputs) == 1
        return self.tables.get(written.table) is target

    def _lost(self) -> Iterator[str]:
        made = {written.table for written in self.reads.written}
        for table in sorted(self.reads.reads - self.tables.keys() - made):
            yield f"it reads {table}, which no event names"
        for table in sorted(made - self.tables.keys() - {RESULT}):
            yield f"it writes {table}, which no event names"
        for target in self.outputs:
            if not target.stale and not any(self._is_of(written, target) for written in self.reads.written):
                yield f"it does not say what goes into {target.name.name}"


def _is_wanted(flow: ColumnFlow, target: SqlDataset) -> bool:
    return target.told is None or flow.kind == "INDIRECT"


def _top_level(dataset: SqlDataset) -> list[str]:
    return list(dict.fromkeys(column.path.partition(".")[0] for column in dataset.columns))


def _tables(datasets: Sequence[SqlDataset]) -> dict[str, SqlDataset]:
    """The datasets by the names that SQL can write, in lower case; a name that two of them have means neither."""
    found: dict[str, SqlDataset] = {}
    several: set[str] = set()
    for one in _of_one_kind(datasets):
        for name in {spelled.name.lower() for spelled in (one.name, *one.aliases)}:
            if name in found and found[name].id != one.id:
                several.add(name)
            found[name] = one
    return {name: one for name, one in found.items() if name not in several}


def _of_one_kind(datasets: Sequence[SqlDataset]) -> Sequence[SqlDataset]:
    """Each dataset once: what a job both reads and makes is its output."""
    outputs = {one.id: one for one in datasets if one.is_output}
    return [*outputs.values(), *(one for one in datasets if one.id not in outputs)]


def _path(datasets: Sequence[SqlDataset]) -> Sequence[str]:
    """The database and the schema that short names mean, where all datasets lie in one."""
    places = {one.name.name.rpartition(".")[0] for one in datasets}
    only = next(iter(places)) if len(places) == 1 else ""
    return only.split(".") if only else ()


def _dialect(reported: ReportedSql) -> str:
    """The client's, else that of the places where its datasets are; the common one, where nobody knows."""
    if reported.dialect:
        return dialect_of(reported.dialect, reported.dialect.lower())
    names = [name for one in reported.datasets for name in (one.name, *one.aliases)]
    return next((found for name in names if (found := _of_place(name))), "")


def _of_place(name: Name) -> str:
    return dialect_of(name.namespace)
