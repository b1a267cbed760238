# ruff: noqa: S608  (names and texts go through identifier() and literal())
"""Tables of a database, at `URL#TABLE` with an address of SQLAlchemy. Option `partition_column`: see `expose`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from connectors.storage.backends import configured, end_older, session_name
from connectors.storage.database import database, exists, make_alike, named, reflected, writing
from connectors.storage.duckdb_database import write_to_duckdb
from connectors.storage.fences import Fence, make_fence_table, may_expose
from connectors.storage.file_format import known_columns
from connectors.storage.locations import split_table
from connectors.storage.scan import ROW, Field, Relation, Scan, counted
from connectors.storage.session import Session, identifier, session
from connectors.storage.sqlalchemy_types import of_column
from connectors.storage.table_types import arrow_type, canonical, column_type, fitted, selected
from graph_model.contracts.entities import Column
from graph_model.errors import ContentError
from graph_model.versions.entities import Content, Inspection

BATCH = 20_000


class Tables:
    suffix = ""

    @contextmanager
    def scan(self, content: Content) -> Iterator[Scan]:
        """All rows are taken in one SELECT to a DuckDB that may spill to disk: one moment of the table, asked often."""
        with database(content) as (engine, table), session([]) as opened:
            with engine.connect() as connection:
                source = reflected(connection, table)
                digest = RowDigest()
                _load(opened, _schema(source.columns), _batches(connection, source, list(source.columns), digest))
            fields = {
                column.name: Field(canonical(column.type), identifier(column.name), identifier(column.name))
                for column in source.columns
            }
            relation = Relation(f"SELECT *, rowid + 1 AS {ROW} FROM memory.main.content", fields)
            count, nulls = counted(opened.connection, relation)
            columns = _columns(source, engine.dialect.name)
            inspection = Inspection(columns, count, digest.size_bytes, digest.of(source), {"nulls": nulls})
            yield Scan(opened.connection, relation, inspection)

    def read(self, content: Content, columns: Sequence[str] | None) -> pa.RecordBatchReader:
        with database(content) as (engine, table), engine.connect() as connection:
            source = reflected(connection, table)
        known_columns(_columns(source, engine.dialect.name), columns)
        wanted = [column for column in source.columns if columns is None or column.name in columns]
        wanted.sort(key=lambda column: columns.index(column.name) if columns is not None else 0)
        return pa.RecordBatchReader.from_batches(_schema(wanted), _read_later(content, source, wanted))

    def write(self, content: Content, reader: pa.RecordBatchReader) -> None:
        with database(content, existing=False, writes=True) as (engine, table), writing(engine) as connection:
            schema, name = named(table)
            if engine.dialect.name == "duckdb":
                write_to_duckdb(connection, sa.table(name, schema=schema), reader)
                return
            target = sa.Table(
                name,
                sa.MetaData(),
                *(sa.Column(field.name, column_type(field.type)) for field in reader.schema),
                schema=schema,
            )
            target.drop(connection, checkfirst=True)
            target.create(connection)
            for batch in reader:
                if batch.num_rows:
                    connection.execute(target.insert(), _rows_of(batch, plain_numbers=engine.dialect.name == "sqlite"))

    def expose(self, content: Content, target: Content, partition: str) -> None:
        """In one transaction: with the option `partition_column` of the target the rows of `partition` are replaced
        (the column is filled where the content lacks it), else all rows. A missing target is made like the content."""
        fixed = _in_the_same_database(content, target)
        with database(content, writes=True) as (engine, table), writing(engine) as connection:
            _expose(connection, table, fixed, target, partition)

    def discard(self, content: Content) -> None:
        try:
            with database(content, writes=True) as (engine, table), writing(engine) as connection:
                schema, name = named(table)
                sa.Table(name, sa.MetaData(), schema=schema).drop(connection, checkfirst=True)
        except ContentError:
            return  # the database itself is gone


def expose_fenced(content: Content, target: Content, partition: str, fence: Fence) -> None:
    """Like `expose`; what came later stays. Sessions of earlier attempts at it are ended, wherever they hang."""
    fixed = _in_the_same_database(content, target)
    place = f"exposed {fence.dataset} {fence.partition}"
    with database(content, writes=True) as (engine, table):
        named_so = {"application_name": session_name(place, fence.number, fence.holder)}
        with writing(configured(engine, named_so)) as connection:
            end_older(connection, place, fence.number)
        make_fence_table(engine, fixed)
        with writing(engine) as connection:
            if may_expose(connection, fixed, fence):
                _expose(connection, table, fixed, target, partition)


def _in_the_same_database(content: Content, target: Content) -> str:
    """The fixed table, which lies where the content does."""
    address, fixed = split_table(target.location)
    if split_table(content.location)[0] != address:
        raise ContentError("a table can only be exposed in its own database")
    return fixed


def _expose(connection: sa.Connection, table: str, fixed: str, target: Content, partition: str) -> None:
    key = target.options.get("partition_column")
    source = reflected(connection, table)
    place = _place(connection, source, fixed, key)
    _replace_rows(connection, source, place, key, partition)


@dataclass(slots=True)
class RowDigest:
    """A hash of rows that does not depend on their order: the digests of all rows, added up."""

    total: int = 0
    size_bytes: int = 0

    def add(self, row: Sequence[Any]) -> None:
        text = "\x1f".join(_digestible(value) for value in row).encode()
        self.size_bytes += len(text)
        self.total = (self.total + int.from_bytes(hashlib.sha256(text).digest())) % (1 << 256)

    def of(self, source: sa.Table) -> str:
        columns = "\x1f".join(f"{column.name}\x1e{canonical(column.type)}" for column in source.columns)
        return f"rows:{hashlib.sha256(columns.encode() + self.total.to_bytes(32)).hexdigest()}"


def _digestible(value: Any) -> str:
    """Type and value: 1, 1.0, '1' and null are four values. Separators cannot occur in a repr. A moment is the same in
    whatever zone a connection shows it."""
    if isinstance(value, datetime) and value.tzinfo:
        return str(value.astimezone(UTC))
    if isinstance(value, (date, datetime, Decimal)):
        return str(value)
    return repr(bytes(value)) if isinstance(value, (bytearray, memoryview)) else repr(value)


def _columns(source: sa.Table, dialect: str) -> tuple[Column, ...]:
    return tuple(
        Column(column.name, str(of_column(column.type, dialect)), nullable=bool(column.nullable))
        for column in source.columns
    )


def _schema(columns: Iterable[sa.Column[Any]]) -> pa.Schema:
    return pa.schema([(column.name, arrow_type(column.type)) for column in columns])


def _load(opened: Session, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Batch by batch, not as one stream: what goes wrong in our own generator must not come back as DuckDB's error."""
    tables = (pa.Table.from_batches([batch]) for batch in batches)
    for position, batch in enumerate(chain([schema.empty_table()], tables)):
        opened.connection.register("batch", batch)
        opened.connection.execute(
            "INSERT INTO content FROM batch" if position else "CREATE TABLE content AS FROM batch"
        )
        opened.connection.unregister("batch")


def _read_later(content: Content, source: sa.Table, wanted: list[sa.Column[Any]]) -> Iterator[pa.RecordBatch]:
    with database(content) as (engine, _), engine.connect() as connection:
        yield from _batches(connection, source, wanted, None)


def _batches(
    connection: sa.Connection, source: sa.Table, wanted: list[sa.Column[Any]], digest: RowDigest | None
) -> Iterator[pa.RecordBatch]:
    """In a stream where the database has cursors: no more than a batch of rows is here at a time."""
    raw = [selected(column, connection.dialect.name) for column in wanted]
    result = connection.execution_options(stream_results=True, yield_per=BATCH).execute(
        sa.select(*raw).select_from(source)
    )
    with _closed_in_the_end(result.cursor):
        for rows in result.partitions():
            if digest:
                for row in rows:
                    digest.add(row)
            columns = [_array(column, values) for column, values in zip(wanted, zip(*rows, strict=True), strict=True)]
            yield pa.RecordBatch.from_arrays(columns, names=[column.name for column in wanted])


@contextmanager
def _closed_in_the_end(cursor: Any) -> Iterator[None]:
    """A driver wants it closed even where the server is gone, which SQLAlchemy takes for closed enough."""
    try:
        yield
    finally:
        with suppress(Exception):
            cursor.close()


def _array(column: sa.Column[Any], values: Sequence[Any]) -> pa.Array:
    fit, kind = fitted(column.type), arrow_type(column.type)
    value = None
    try:
        made = []
        for value in values:
            made.append(None if value is None else fit(value))
        return pa.array(made, kind)
    except (ValueError, TypeError, ArithmeticError, pa.ArrowException):
        shown = repr(value)[:60]
        raise ContentError(f"the column {column.name} is declared {column.type} and holds {shown}") from None


def _rows_of(batch: pa.RecordBatch, *, plain_numbers: bool) -> list[dict[str, Any]]:
    return [{name: _bindable(value, plain_numbers) for name, value in row.items()} for row in batch.to_pylist()]


def _bindable(value: Any, plain_numbers: bool) -> Any:
    """Times with a zone go in as UTC, whatever zone they came in; drivers without zones would drop it."""
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC)
    return float(value) if plain_numbers and isinstance(value, Decimal) else value


def _place(connection: sa.Connection, source: sa.Table, table: str, key: str | None) -> sa.Table:
    """The target table, created when it is missing or, where all of it is replaced anyway, when its columns differ."""
    wanted = {column.name for column in source.columns} | ({key} if key else set())
    if exists(connection, table):
        place = reflected(connection, table)
        found = {column.name for column in place.columns}
        if found >= wanted and (key or found == wanted):
            return place
        if key:
            raise ContentError(f"the table {table} has no column {', '.join(sorted(wanted - found))}")
        place.drop(connection)
    make_alike(connection, source, table, [sa.Column(key, sa.String(32))] if key and key not in source.columns else [])
    return reflected(connection, table)


def _replace_rows(
    connection: sa.Connection, source: sa.Table, place: sa.Table, key: str | None, partition: str
) -> None:
    names = [column.name for column in source.columns]
    values: list[Any] = list(source.columns)
    if key is None:
        connection.execute(place.delete())
        connection.execute(place.insert().from_select(names, sa.select(*values)))
        return
    own = _key_value(place.columns[key], partition)
    if key in names:
        _check_key(connection, source, key, own, partition)
    else:
        names.append(key)
        values.append(own)
    connection.execute(place.delete().where(place.columns[key] == own))
    connection.execute(place.insert().from_select(names, sa.select(*values)))


def _check_key(connection: sa.Connection, source: sa.Table, key: str, own: Any, partition: str) -> None:
    """Rows of other partitions would not be replaced the next time, and pile up."""
    foreign = sa.or_(source.columns[key] != own, source.columns[key].is_(None))
    count = connection.scalar(sa.select(sa.func.count()).select_from(source).where(foreign))
    if count:
        raise ContentError(f"{count} rows of {source.name} are not of partition {partition} by their column {key}")


def _key_value(column: sa.Column[Any], partition: str) -> Any:
    """The partition as a value of its column's type, which no engine then has to guess."""
    kind = canonical(column.type)
    if kind == "timestamp":
        return sa.literal(datetime.fromisoformat(partition), column.type)
    if kind == "date":
        return sa.literal(date.fromisoformat(partition), column.type)
    return sa.literal(partition, sa.String())
