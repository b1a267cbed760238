"""Carries a set of changes out on rows, as the producer of a dataset would: all at once, names as before the set.

A retype casts what fits and leaves out what does not. A change that is about values shows in some of them: a column
that may be empty is so in every third row, a meaning that changes changes all of its values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from benchmarks.decision_trust.data import arrow_type
from benchmarks.decision_trust.running import Change, Turned
from benchmarks.decision_trust.sqlite_side import DECLARED, sqlite_table, values_of
from benchmarks.decision_trust.texts import as_content, as_table, spelled, typed
from benchmarks.decision_trust.world import Content, Dataset, World
from graph_model.contracts.entities import Column
from graph_model.impact import entities as impact

ColumnChanges = Sequence[impact.ColumnChange]
_SQL_TYPES = {
    "integer": "BIGINT", "number": "DOUBLE", "decimal": "DECIMAL(18,2)", "string": "VARCHAR", "boolean": "BOOLEAN",
    "date": "DATE", "timestamp": "TIMESTAMP", "int8": "TINYINT", "int16": "SMALLINT", "int32": "INTEGER",
    "int64": "BIGINT", "uint8": "UTINYINT", "uint16": "USMALLINT", "uint32": "UINTEGER", "uint64": "UBIGINT",
    "float32": "FLOAT", "float64": "DOUBLE", "timestamp(us)": "TIMESTAMP", "timestamp(ms)": "TIMESTAMP_MS",
    "timestamp(s)": "TIMESTAMP_S",
}  # fmt: skip


def carried_out(world: World, changes: Sequence[impact.Change]) -> Change:
    """What the changes do to the world when they are made."""
    change = Change()
    by_dataset: dict[str, list[impact.Change]] = {}
    for one in changes:
        if isinstance(one, impact.ChangeJob):
            change.code[one.job.name] = one.sql or ""
        elif isinstance(one, impact.RetireJob):
            change.retired.add(one.job.name)
        elif isinstance(one, impact.RetireConsumer):
            change.retired.add(one.consumer.name)
        elif isinstance(one, impact.DropDataset | impact.RenameDataset | impact.Repartition):
            change.gone.add(one.dataset.name)
        elif isinstance(one, impact.MoveDataset):
            change.moved.add(one.dataset.name)
        elif not isinstance(one, impact.ChangeTerm | impact.BadVersion):
            by_dataset.setdefault(one.dataset.name, []).append(one)
    for name, of_dataset in by_dataset.items():
        change.turned[name] = turned(world.datasets[name], of_dataset)
    return change


def turned(dataset: Dataset, changes: Sequence[impact.Change]) -> Turned:
    """A dataset after the changes that are about it and its columns."""
    columns = tuple(one for one in changes if isinstance(one, impact.ColumnChange))
    after = _with_options(dataset, [one for one in changes if isinstance(one, impact.ChangeFormat)])
    plan = _Plan(dataset, columns)
    after = replace(after, columns=plan.columns_after())

    def convert(content: Content) -> Content:
        return as_content(plan.convert(as_table(content, dataset)), after)

    return Turned(after, convert)


def _with_options(dataset: Dataset, changes: Sequence[impact.ChangeFormat]) -> Dataset:
    for change in changes:
        options = dict(dataset.options)
        for option, _, value in change.options:
            options[option] = value == "true" if option == "header" else value
        options = {option: value for option, value in options.items() if value is not None}
        dataset = replace(dataset, format=change.format or dataset.format, options=options)
    return dataset


@dataclass(frozen=True, slots=True)
class _Plan:
    dataset: Dataset
    changes: ColumnChanges

    def columns_after(self) -> tuple[Column, ...]:
        types = self.dataset.types
        types |= {one.column: one.type for one in self.changes if isinstance(one, impact.RetypeColumn)}
        nullable = {column.path: column.nullable for column in self.dataset.columns}
        nullable |= {one.column: one.nullable for one in self.changes if isinstance(one, impact.ChangeNullability)}
        kept = [Column(to, types[name], nullable[name]) for name, to in self._kept()]
        for one in self._added():
            kept.insert(len(kept) if one.position is None else one.position, Column(one.column, one.type, one.nullable))
        return tuple(kept)

    def convert(self, table: pa.Table) -> pa.Table:
        """The rows as they are from now on."""
        if self.dataset.format == "sqlite":
            return self._convert_sqlite(table)
        columns = {name: table.column(name) for name in table.column_names}
        for change in self.changes:
            if getattr(change, "column", None) in columns and not isinstance(change, impact.AddColumn):
                columns[change.column] = self._changed(columns[change.column], change)  # type: ignore[union-attr]
        made = [(to, columns[name]) for name, to in self._kept() if name in columns]
        for one in self._added():
            values = pa.chunked_array([_filled(one, table.num_rows)])
            made.insert(len(made) if one.position is None else one.position, (one.column, values))
        changed = pa.Table.from_arrays([values for _, values in made], names=[name for name, _ in made])
        if not self._loses_key():
            return changed
        return pa.concat_tables([changed, changed.take(pa.array(range(0, changed.num_rows, 4), pa.int64()))])

    def _changed(self, column: pa.ChunkedArray, change: impact.ColumnChange) -> pa.ChunkedArray:
        typed_ = self._typed(column, change.column)  # type: ignore[union-attr]
        changed = _changed(typed_, change)
        if not self.dataset.is_text or isinstance(change, impact.RetypeColumn):
            return changed
        before = zip(column.to_pylist(), typed_.to_pylist(), strict=True)
        return pa.chunked_array([_spelled_as_before(list(before), changed.to_pylist())])

    def _typed(self, column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
        if not self.dataset.is_text:
            return column
        return pa.chunked_array([typed(column.to_pylist(), self.dataset.types.get(name, "string"))])

    def _convert_sqlite(self, table: pa.Table) -> pa.Table:
        """Value by value: what a column of SQLite holds need not be of the type it was declared with."""
        columns = {name: values_of(table, place) for place, name in enumerate(table.column_names)}
        types = self.dataset.types
        for change in self.changes:
            name = getattr(change, "column", None)
            if name in columns and not isinstance(change, impact.AddColumn | impact.RenameColumn):
                columns[name] = _changed(_column(columns[name], types[name]), change).to_pylist()
        made = {to: columns[name] for name, to in self._kept() if name in columns}
        made |= {one.column: _filled(one, table.num_rows).to_pylist() for one in self._added()}
        declared = [(one.path, DECLARED.get(one.type, "")) for one in self.columns_after() if one.path in made]
        rows = list(zip(*(made[name] for name, _ in declared), strict=True))
        return sqlite_table([*rows, *rows[::4]] if self._loses_key() else rows, declared)

    def _kept(self) -> list[tuple[str, str]]:
        """The columns that stay, in their new order, each with its new name."""
        dropped = {one.column for one in self.changes if isinstance(one, impact.DropColumn)}
        renamed = {one.column: one.to for one in self.changes if isinstance(one, impact.RenameColumn)}
        order = [column.path for column in self.dataset.columns]
        for one in self.changes:
            order = list(one.columns) if isinstance(one, impact.ReorderColumns) else order
        return [(name, renamed.get(name, name)) for name in order if name not in dropped]

    def _added(self) -> list[impact.AddColumn]:
        return [one for one in self.changes if isinstance(one, impact.AddColumn)]

    def _loses_key(self) -> bool:
        """Where nothing is unique any more, some rows stand twice."""
        return any(isinstance(one, impact.ChangeKey) and not one.columns for one in self.changes)


def _column(values: list[Any], type_: str) -> pa.ChunkedArray:
    """Of its type where all values are of it; else as texts."""
    try:
        return pa.chunked_array([pa.array(values, arrow_type(type_))])
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.chunked_array([pa.array([None if one is None else str(one) for one in values], pa.string())])


def _changed(column: pa.ChunkedArray, change: impact.ColumnChange) -> pa.ChunkedArray:
    if isinstance(change, impact.RetypeColumn):
        return cast(column, change.type)
    values = column.to_pylist()
    if isinstance(change, impact.ChangeNullability):
        values = _emptied(values) if change.nullable else _without_gaps(values)
    elif isinstance(change, impact.ChangeMeaning):
        values = [_other(value) for value in values]
    elif isinstance(change, impact.ChangeAllowedValues):
        values = _allowed(values, change)
    elif isinstance(change, impact.ChangeDefault) and change.default is not None:
        values = _defaulted(values, cast(pa.chunked_array([[change.default]]), _type_of(column.type))[0].as_py())
    return pa.chunked_array([pa.array(values, column.type)])


def _spelled_as_before(before: Sequence[tuple[str | None, Any]], after: Sequence[Any]) -> pa.Array:
    """The texts of a column: a value that stays is written as it was."""
    pairs = zip(before, after, strict=True)
    texts = [text if was == now else None if now is None else spelled(now) for (text, was), now in pairs]
    return pa.array(texts, pa.string())


def _type_of(type_: pa.DataType) -> str:
    from connectors.storage.arrow_types import from_arrow

    return str(from_arrow(type_).value)


def cast(column: pa.ChunkedArray, type_: str) -> pa.ChunkedArray:
    """What fits, as DuckDB casts it; the rest is missing."""
    if ",UTC)" in type_:
        return column.cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    sql = _SQL_TYPES.get(type_) or type_.upper()
    connection = _duckdb()
    connection.register("_cast", pa.table({"v": column}))
    try:
        made = connection.sql(f"SELECT TRY_CAST(v AS {sql}) AS v FROM _cast").to_arrow_table()  # noqa: S608  our own
    except duckdb.Error:
        return pa.chunked_array([pa.nulls(len(column), arrow_type(type_))])
    finally:
        connection.unregister("_cast")
    return made.column("v")


@lru_cache(maxsize=1)
def _duckdb() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"threads": 1})


def _emptied(values: list[Any]) -> list[Any]:
    return [None if place % 3 == 1 else value for place, value in enumerate(values)]


def _without_gaps(values: list[Any]) -> list[Any]:
    some = next((value for value in values if value is not None), None)
    return [some if value is None else value for value in values]


def _other(value: Any) -> Any:
    """The same type, and means something else."""
    if value is None:
        return None
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value[::-1] + "~"
    if isinstance(value, dt.datetime | dt.date):
        return value + dt.timedelta(days=366)
    return -value - (1 if isinstance(value, int | float) else Decimal(1))


def _allowed(values: list[Any], change: impact.ChangeAllowedValues) -> list[Any]:
    before, after = change.before or (), change.after or ()
    gone = set(before) - set(after)
    new = [value for value in after if value not in before]
    kept = [value for value in after if value in before] or new
    found = [kept[0] if value in gone and kept else value for value in values]
    return [new[0] if new and place % 3 == 2 and value is not None else value for place, value in enumerate(found)]


def _defaulted(values: list[Any], default: Any) -> list[Any]:
    """Some rows say nothing: half of those without a value, and where each has one, some that got the old default."""
    said = [place for place, value in enumerate(values) if value is None] or list(range(0, len(values), 2))
    silent = set(said[::2])
    return [default if place in silent else value for place, value in enumerate(values)]


def _filled(change: impact.AddColumn, count: int) -> pa.Array:
    type_ = arrow_type(change.type)
    if change.default is not None:
        return cast(pa.chunked_array([[change.default] * count]), change.type).combine_chunks()
    if change.nullable:
        return pa.nulls(count, type_)
    texts = [["1", "2", "0"][place % 3] for place in range(count)]
    if change.type in ("date", "timestamp(us)", "timestamp"):
        texts = ["2024-02-28"] * count
    return cast(pa.chunked_array([pa.array(texts, pa.string())]), change.type).combine_chunks()
