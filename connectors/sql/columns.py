"""Which columns a job reads and what it makes of them, from its SQL or from what its estate declares."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from connectors.sql.declared import declared_flows
from connectors.sql.origins import Leaf, Way
from connectors.sql.reader import reader
from connectors.sql.reads import ScriptReads, TableReads, UnreadableSqlError
from graph_model.contracts.entities import Column
from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.lineage.entities import ColumnFlow, ColumnFlows, Shape, Transformation
from graph_model.names import Name

Schemas = Mapping[Name, Sequence[Column]]
PARTITION_COLUMN = "_partition"
"""What the view of a windowed input has besides the columns of the dataset."""
_TRANSFORMATIONS: dict[Way, Transformation] = {
    Way.INDIRECT: "",
    Way.IDENTITY: "IDENTITY",
    Way.TRANSFORMATION: "TRANSFORMATION",
    Way.AGGREGATION: "AGGREGATION",
}


def read_columns(job: JobSpec, schemas: Schemas) -> ColumnFlows:
    """The column flows of `job`. `schemas` holds the known columns of its inputs and outputs.

    SQL is read, and so is the body of a procedure that stands beside the estate; where it cannot be, and for every
    other kind of job, the declared columns count. Whatever the job
    mentions is in a flow or a shape, so that these two tell everything it reads. Names compare as in its dialect.
    """
    read = _READ.get(job.kind)
    if read is None or (job.kind == "procedure" and not job.executor.get("body")):
        return declared_flows(job, schemas)
    try:
        return read(job, schemas)
    except UnreadableSqlError as reason:
        return declared_flows(job, schemas) if job.columns else ColumnFlows(unresolved=(str(reason),), known=False)


def flows_into(
    written: TableReads,
    reads: ScriptReads,
    sources: Mapping[str, Name],
    target: Name,
    known: Sequence[Column] = (),
    *,
    windows: Collection[str] = (),
) -> tuple[list[ColumnFlow], list[Shape]]:
    """What goes into one dataset. `sources` are the datasets behind the tables that are read; `known` its own columns;
    `windows` the tables that hold several partitions, and the name of each in a column that no dataset has.

    Columns that are mentioned and go nowhere shape it. What a dataset gives to itself unchanged is left out.
    """
    spelled = {column.path.lower(): column.path for column in known}
    flows = [
        ColumnFlow(*source, target, path, "DIRECT" if way else "INDIRECT", _TRANSFORMATIONS[way])
        for column, origins in written.columns.items()
        for path in (spelled.get(column.lower(), column),)
        for source, way in sorted(_of_datasets(origins.items(), sources, windows))
        if source != (target, path)
    ]
    flowing = {(flow.source, flow.source_column) for flow in flows}
    shaping = {place for place, _ in _of_datasets(((leaf, Way.INDIRECT) for leaf in written.shapes), sources, windows)}
    mentioned = {
        place for place, _ in _of_datasets(((leaf, Way.INDIRECT) for leaf in reads.mentioned), sources, windows)
    }
    shapes = [Shape(*place, target) for place in sorted(shaping | (mentioned - flowing))]
    return flows, shapes


def _of_datasets(
    leaves: Iterable[tuple[Leaf, Way]], sources: Mapping[str, Name], windows: Collection[str]
) -> Iterator[tuple[tuple[Name, str], Way]]:
    for (table, column), way in leaves:
        if table in sources and not (table in windows and column.lower() == PARTITION_COLUMN):
            yield (sources[table], column), way


def _flows_of_sql(job: JobSpec, schemas: Schemas) -> ColumnFlows:
    inputs = {spec.dataset.name.lower(): spec for spec in job.inputs}
    tables = {table: _columns_of(spec, schemas) for table, spec in inputs.items()}
    dialect = str(job.executor.get("dialect") or "duckdb")
    reads = reader().read_query(str(job.executor.get("text") or ""), dialect=dialect, tables=tables)
    sources = {table: spec.dataset for table, spec in inputs.items()}
    windows = {table for table, spec in inputs.items() if spec.mapping.takes_several}
    flows: list[ColumnFlow] = []
    shapes: list[Shape] = []
    for written in reads.written:
        for output in job.outputs:
            more, shaping = flows_into(written, reads, sources, output, schemas.get(output, ()), windows=windows)
            flows += more
            shapes += shaping
    return ColumnFlows(tuple(flows), tuple(shapes), "parsed", reads.unresolved)


def _flows_of_procedure(job: JobSpec, schemas: Schemas) -> ColumnFlows:
    """The statements of its body, whose tables are called like the datasets, in whatever schema."""
    tables = {spec.dataset.name.lower(): _columns_of(spec, schemas) for spec in job.inputs}
    dialect = str(job.executor.get("dialect") or "postgres")
    reads = reader().read_script(str(job.executor["body"]), dialect=dialect, tables=tables)
    inputs = {spec.dataset.name.lower(): spec for spec in job.inputs}
    sources = {table: inputs[short].dataset for table in reads.reads if (short := _short(table)) in inputs}
    windows = {table for table in sources if inputs[_short(table)].mapping.takes_several}
    flows: list[ColumnFlow] = []
    shapes: list[Shape] = []
    written = {_short(one.table): one for one in reads.written}
    for output in job.outputs:
        if found := written.get(output.name.lower()):
            more, shaping = flows_into(found, reads, sources, output, schemas.get(output, ()), windows=windows)
            flows += more
            shapes += shaping
    known = {*inputs, *(output.name.lower() for output in job.outputs)}
    lost = [f"the body writes no {output.name}" for output in job.outputs if output.name.lower() not in written]
    strange = sorted(table for table in reads.reads if _short(table) not in known)
    lost += [f"the body reads {table}, which is no input" for table in strange]
    return ColumnFlows(tuple(flows), tuple(shapes), "parsed", (*reads.unresolved, *lost))


def _short(table: str) -> str:
    return table.rpartition(".")[2].lower()


_READ = {"sql": _flows_of_sql, "procedure": _flows_of_procedure}


def _columns_of(spec: InputSpec, schemas: Schemas) -> tuple[str, ...]:
    """The top-level columns of an input as its view has them; none when they are not known."""
    columns = tuple(dict.fromkeys(column.path.partition(".")[0] for column in schemas.get(spec.dataset, ())))
    return (*columns, PARTITION_COLUMN) if columns and spec.mapping.takes_several else columns
