"""What the columns of datasets are: their types as the graph writes them, and the few kinds that queries care about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from benchmarks.decision_trust.sqlite_side import TYPES, declared_of, is_sqlite
from benchmarks.decision_trust.texts import text_rows
from benchmarks.decision_trust.world import Content, Dataset, Job
from connectors.storage.arrow_types import from_arrow
from graph_model.contracts.entities import Column
from graph_model.schemas.types import kind, parse

_KINDS = {
    "integer": "int",
    "number": "float",
    "decimal": "decimal",
    "string": "str",
    "date": "date",
    "timestamp": "ts",
    "boolean": "bool",
}


def kind_of(type_: str) -> str:
    """Empty for what queries are not drawn over."""
    return _KINDS.get(kind(parse(type_)), "")


def kinds_of(columns: Sequence[Column]) -> dict[str, str]:
    return {column.path: kind_of(column.type) for column in columns}


def columns_of_contents(
    contents: Sequence[Content], output: Dataset, job: Job, datasets: Mapping[str, Dataset]
) -> tuple[Column, ...] | None:
    """The columns of what a job made, over all its partitions; None for names or types that nobody would keep."""
    if not contents:
        return None
    if contents[0].text is not None:
        return _of_texts(contents, output, job, datasets)
    tables = [one.table for one in contents if one.table is not None]
    names = tables[0].column_names
    if len({name.lower() for name in names}) != len(names) or not all(name.isidentifier() for name in names):
        return None
    if any(table.schema != tables[0].schema for table in tables):
        return None
    types = [
        TYPES.get(declared_of(field), "unknown") if is_sqlite(tables[0]) else _type(field) for field in tables[0].schema
    ]
    if not is_sqlite(tables[0]) and not all(types):
        return None
    missing = [any(table.column(place).null_count for table in tables) for place in range(len(names))]
    return tuple(Column(*one) for one in zip(names, types, missing, strict=True))


def _type(field: pa.Field) -> str:
    type_ = str(from_arrow(field.type).value)
    return type_ if kind_of(type_) else ""


def _of_texts(
    contents: Sequence[Content], output: Dataset, job: Job, datasets: Mapping[str, Dataset]
) -> tuple[Column, ...] | None:
    """The declared kind of a csv column is that of the column it is copied from; else a text."""
    assert contents[0].text is not None
    rows = text_rows(contents[0].text, output.options)
    if not rows:
        return None
    if output.options.get("header", True):
        names = rows[0]
    else:
        names = [name for name in job.columns if name != "*"] or [f"column{place}" for place in range(len(rows[0]))]
    if len(set(names)) != len(names) or len(names) != len(rows[0]):
        return None
    types = {column.path: kind(parse(column.type)) for one in job.inputs for column in datasets[one.dataset].columns}
    plain = {"decimal": "number"}
    found = [types.get(name, "string") for name in names]
    return tuple(
        Column(name, plain.get(type_, type_) if type_ in _KINDS else "string")
        for name, type_ in zip(names, found, strict=True)
    )
