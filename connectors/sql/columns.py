"""Which columns a job reads and what it makes of them, from its SQL or from what its estate declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connectors.sql.declared import declared_flows
from connectors.sql.parse import ParsedQuery, UnreadableSqlError, parse_query
from connectors.sql.relations import PARTITION_COLUMN, Leaf, QueryReads, follow
from graph_model.contracts.entities import Column
from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.lineage.entities import ColumnFlow, ColumnFlows, Shape
from graph_model.names import Name

Schemas = Mapping[Name, Sequence[Column]]


def read_columns(job: JobSpec, schemas: Schemas) -> ColumnFlows:
    """The column flows of `job`. `schemas` holds the known columns of its inputs and outputs.

    SQL is read; where it cannot be, and for every other kind of job, the declared columns count. Whatever the job
    mentions is in a flow or a shape, so that these two tell everything it reads. Names compare without case.
    """
    if job.kind != "sql":
        return declared_flows(job, schemas)
    try:
        return _flows_of_sql(job, schemas)
    except UnreadableSqlError as reason:
        return declared_flows(job, schemas) if job.columns else ColumnFlows(unresolved=(str(reason),), known=False)


def _flows_of_sql(job: JobSpec, schemas: Schemas) -> ColumnFlows:
    inputs = {spec.dataset.name.lower(): spec for spec in job.inputs}
    tables = {table: _columns_of(spec, schemas) for table, spec in inputs.items()}
    dialect = str(job.executor.get("dialect") or "duckdb")
    parsed = parse_query(str(job.executor.get("text") or ""), dialect=dialect, tables=tables)
    try:
        reads = follow(parsed.query, tables=tables)
    except RecursionError as error:
        raise UnreadableSqlError("the SQL is nested too deeply") from error
    names = _Spelling(inputs, schemas, parsed)
    flows, shapes = _assigned(job, reads, names)
    return ColumnFlows(tuple(flows), tuple(shapes), "parsed", reads.unresolved)


def _columns_of(spec: InputSpec, schemas: Schemas) -> tuple[str, ...]:
    """The top-level columns of an input as its view has them, in lower case; none when they are not known."""
    columns = tuple(dict.fromkeys(column.path.lower().partition(".")[0] for column in schemas.get(spec.dataset, ())))
    return (*columns, PARTITION_COLUMN) if columns and spec.mapping.takes_several else columns


def _assigned(job: JobSpec, reads: QueryReads, names: _Spelling) -> tuple[list[ColumnFlow], list[Shape]]:
    shaping = set(reads.shapes)
    flows: list[ColumnFlow] = []
    for position, (column, origins) in enumerate(reads.columns.items()):
        if column == f"_col_{position}" and column not in names.aliases:
            shaping |= origins.keys()  # the engine makes up a name for it, so nobody can point at it
            continue
        targets = [(output, names.output(output, column, origins)) for output in job.outputs]
        for leaf, kind in sorted(origins.items()):
            flows += [ColumnFlow(*names.input(leaf), *target, kind) for target in targets]
    flowing = {(flow.source, flow.source_column) for flow in flows}
    shaping |= {leaf for leaf in reads.mentioned if names.input(leaf) not in flowing}
    shapes = [Shape(*names.input(leaf), output) for leaf in sorted(shaping) for output in job.outputs]
    return flows, shapes


class _Spelling:
    """From lower case back to how datasets and columns are spelled: in their schema, else by the author.

    A result column without an alias keeps the spelling of the column it comes from, as DuckDB does it.
    """

    def __init__(self, inputs: Mapping[str, InputSpec], schemas: Schemas, parsed: ParsedQuery) -> None:
        self._inputs, self._written, self.aliases = inputs, parsed.spelling, parsed.aliases
        self._columns = {name: {column.path.lower(): column.path for column in schemas[name]} for name in schemas}

    def input(self, leaf: Leaf) -> tuple[Name, str]:
        table, column = leaf
        dataset = self._inputs[table].dataset
        return dataset, self._columns.get(dataset, {}).get(column) or self._written.get(column, column)

    def output(self, dataset: Name, column: str, origins: Iterable[Leaf]) -> str:
        written = self._written.get(column, column)
        namesakes = () if column in self.aliases else (self.input(leaf)[1] for leaf in origins if leaf[1] == column)
        return self._columns.get(dataset, {}).get(column) or next(iter(namesakes), written)
